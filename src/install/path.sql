
-- ------------------------------------------------------------------ paths
CREATE FUNCTION transitions(j journey, gap interval DEFAULT NULL, collapse text DEFAULT 'none',
        keep text[] DEFAULT NULL, drop text[] DEFAULT NULL, starts text[] DEFAULT NULL,
        start_name text DEFAULT '(start)', end_name text DEFAULT '(end)',
        OUT transition_no bigint, OUT session_no bigint, OUT from_event text, OUT to_event text,
        OUT at timestamptz, OUT took interval, OUT event_no bigint)
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_transitions' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50 ROWS 20;
CREATE FUNCTION next_events(j journey, event text, gap interval DEFAULT NULL, collapse text DEFAULT 'none',
        keep text[] DEFAULT NULL, drop text[] DEFAULT NULL, starts text[] DEFAULT NULL,
        end_name text DEFAULT '(end)',
        OUT occurrence bigint, OUT session_no bigint, OUT at timestamptz, OUT next_event text,
        OUT next_at timestamptz, OUT took interval, OUT event_no bigint)
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_next_events' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50 ROWS 5;
CREATE FUNCTION previous_events(j journey, event text, gap interval DEFAULT NULL, collapse text DEFAULT 'none',
        keep text[] DEFAULT NULL, drop text[] DEFAULT NULL, starts text[] DEFAULT NULL,
        start_name text DEFAULT '(start)',
        OUT occurrence bigint, OUT session_no bigint, OUT at timestamptz, OUT previous_event text,
        OUT previous_at timestamptz, OUT took interval, OUT event_no bigint)
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_previous_events' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50 ROWS 5;
CREATE FUNCTION journey_path(j journey, from_event text DEFAULT NULL, to_event text DEFAULT NULL,
        from_which text DEFAULT 'first', to_which text DEFAULT 'first', max_length int DEFAULT NULL,
        gap interval DEFAULT NULL, collapse text DEFAULT 'none', keep text[] DEFAULT NULL,
        drop text[] DEFAULT NULL, starts text[] DEFAULT NULL, session_no bigint DEFAULT NULL)
    RETURNS text[]
    AS 'MODULE_PATHNAME', 'journey_path' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION journey_paths(j journey, from_event text DEFAULT NULL, to_event text DEFAULT NULL,
        from_which text DEFAULT 'first', to_which text DEFAULT 'first', max_length int DEFAULT NULL,
        gap interval DEFAULT NULL, collapse text DEFAULT 'none', keep text[] DEFAULT NULL,
        drop text[] DEFAULT NULL, starts text[] DEFAULT NULL,
        OUT session_no bigint, OUT started_at timestamptz, OUT ended_at timestamptz, OUT path text[])
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_paths' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50 ROWS 5;
CREATE FUNCTION funnel_paths(
        j journey, steps text[], within interval DEFAULT interval '100000 years',
        step_order text DEFAULT NULL, step_within interval[] DEFAULT NULL, exclude text[] DEFAULT NULL,
        exclude_from int[] DEFAULT NULL, exclude_to int[] DEFAULT NULL, optional int[] DEFAULT NULL,
        hold_channel boolean DEFAULT NULL, entry text DEFAULT NULL, ties text DEFAULT NULL,
        grace interval DEFAULT NULL, reuse_event boolean DEFAULT NULL, window_from text DEFAULT NULL,
        on_exclusion text DEFAULT NULL, policy text DEFAULT NULL, counting text DEFAULT NULL,
        from_step int DEFAULT 1, to_step int DEFAULT NULL, max_length int DEFAULT NULL,
        collapse text DEFAULT 'none', keep text[] DEFAULT NULL, drop text[] DEFAULT NULL,
        OUT attempt int, OUT converted boolean, OUT started_at timestamptz, OUT ended_at timestamptz, OUT path text[])
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_funnel_paths' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 1;

COMMENT ON FUNCTION transitions(journey, interval, text, text[], text[], text[], text, text) IS
'From each event to the next, with the start and the end as nodes; gap and starts cut sessions, collapse makes one of a run (none, first, last), keep and drop choose events. Example: SELECT customer, t.* FROM journeys, transitions(j, gap => ''30 minutes'') t';
COMMENT ON FUNCTION next_events(journey, text, interval, text, text[], text[], text[], text) IS
'What came right after each occurrence of an event. Example: SELECT n.next_event, count(*), avg(n.took) FROM journeys, next_events(j, ''cart'') n GROUP BY 1';
COMMENT ON FUNCTION previous_events(journey, text, interval, text, text[], text[], text[], text) IS
'What came right before each occurrence of an event. Example: SELECT p.previous_event, count(*) FROM journeys, previous_events(j, ''buy'') p GROUP BY 1';
COMMENT ON FUNCTION journey_path(journey, text, text, text, text, int, interval, text, text[], text[], text[], bigint) IS
'The names of a journey''s events in order: all, or from one event to another, of one session, at most max_length long; NULL if an event asked for is not there. Example: SELECT journey_path(j, to_event => ''buy'', max_length => 5, collapse => ''first'') FROM journeys';
COMMENT ON FUNCTION journey_paths(journey, text, text, text, text, int, interval, text, text[], text[], text[]) IS
'One path for each session that has the events asked for. Example: SELECT customer, p.* FROM journeys, journey_paths(j, gap => ''30 minutes'') p';
COMMENT ON FUNCTION funnel_paths(journey, text[], interval, text, interval[], text[], int[], int[], int[], boolean, text, text, interval, boolean, text, text, text, text, int, int, int, text, text[], text[]) IS
'What a customer did between two steps of a funnel, converted or not. Example: SELECT customer, p.* FROM journeys, funnel_paths(j, ARRAY[''view'', ''buy''], ''7 days'') p';
