
-- ---------------------------------------------------- funnels of journeys
CREATE FUNCTION funnel_level(
        j journey, steps text[], within interval DEFAULT interval '100000 years',
        step_order text DEFAULT NULL, step_within interval[] DEFAULT NULL, exclude text[] DEFAULT NULL,
        exclude_from int[] DEFAULT NULL, exclude_to int[] DEFAULT NULL, optional int[] DEFAULT NULL,
        hold_channel boolean DEFAULT NULL, entry text DEFAULT NULL, ties text DEFAULT NULL,
        grace interval DEFAULT NULL, reuse_event boolean DEFAULT NULL, window_from text DEFAULT NULL,
        on_exclusion text DEFAULT NULL, policy text DEFAULT NULL)
    RETURNS int
    AS 'MODULE_PATHNAME', 'journey_funnel_level' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
CREATE FUNCTION funnel_times(
        j journey, steps text[], within interval DEFAULT interval '100000 years',
        step_order text DEFAULT NULL, step_within interval[] DEFAULT NULL, exclude text[] DEFAULT NULL,
        exclude_from int[] DEFAULT NULL, exclude_to int[] DEFAULT NULL, optional int[] DEFAULT NULL,
        hold_channel boolean DEFAULT NULL, entry text DEFAULT NULL, ties text DEFAULT NULL,
        grace interval DEFAULT NULL, reuse_event boolean DEFAULT NULL, window_from text DEFAULT NULL,
        on_exclusion text DEFAULT NULL, policy text DEFAULT NULL)
    RETURNS timestamptz[]
    AS 'MODULE_PATHNAME', 'journey_funnel_times' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION funnel_trace(
        j journey, steps text[], within interval DEFAULT interval '100000 years',
        step_order text DEFAULT NULL, step_within interval[] DEFAULT NULL, exclude text[] DEFAULT NULL,
        exclude_from int[] DEFAULT NULL, exclude_to int[] DEFAULT NULL, optional int[] DEFAULT NULL,
        hold_channel boolean DEFAULT NULL, entry text DEFAULT NULL, ties text DEFAULT NULL,
        grace interval DEFAULT NULL, reuse_event boolean DEFAULT NULL, window_from text DEFAULT NULL,
        on_exclusion text DEFAULT NULL, policy text DEFAULT NULL, counting text DEFAULT NULL,
        OUT attempt int, OUT step_no int, OUT step text, OUT at timestamptz, OUT event_no bigint, OUT since_previous interval, OUT since_start interval)
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_funnel_trace' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 5;
CREATE FUNCTION funnel_attempts(
        j journey, steps text[], within interval DEFAULT interval '100000 years',
        step_order text DEFAULT NULL, step_within interval[] DEFAULT NULL, exclude text[] DEFAULT NULL,
        exclude_from int[] DEFAULT NULL, exclude_to int[] DEFAULT NULL, optional int[] DEFAULT NULL,
        hold_channel boolean DEFAULT NULL, entry text DEFAULT NULL, ties text DEFAULT NULL,
        grace interval DEFAULT NULL, reuse_event boolean DEFAULT NULL, window_from text DEFAULT NULL,
        on_exclusion text DEFAULT NULL, policy text DEFAULT NULL, counting text DEFAULT NULL,
        OUT attempt int, OUT level int, OUT times timestamptz[])
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_funnel_attempts' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 2;
CREATE FUNCTION funnel_why(
        j journey, steps text[], within interval DEFAULT interval '100000 years',
        step_order text DEFAULT NULL, step_within interval[] DEFAULT NULL, exclude text[] DEFAULT NULL,
        exclude_from int[] DEFAULT NULL, exclude_to int[] DEFAULT NULL, optional int[] DEFAULT NULL,
        hold_channel boolean DEFAULT NULL, entry text DEFAULT NULL, ties text DEFAULT NULL,
        grace interval DEFAULT NULL, reuse_event boolean DEFAULT NULL, window_from text DEFAULT NULL,
        on_exclusion text DEFAULT NULL, policy text DEFAULT NULL,
        OUT level int, OUT step_no int, OUT step text, OUT reason text, OUT at timestamptz, OUT event text, OUT late_by interval, OUT message text)
    RETURNS record
    AS 'MODULE_PATHNAME', 'journey_funnel_why' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE FUNCTION funnel_policy(name text, OUT option text, OUT setting text)
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_funnel_policy' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10 ROWS 8;

COMMENT ON FUNCTION funnel_level(journey, text[], interval, text, interval[], text[], int[], int[], int[], boolean, text, text, interval, boolean, text, text, text) IS
'The furthest step a journey reaches: the true maximum over all chains. within: the window from step 1; other options by name, see docs/funnel.md; a step may be alternatives, ''a|b''. Example: SELECT funnel_level(j, ARRAY[''view'', ''cart'', ''buy''], ''7 days'') FROM journeys';
COMMENT ON FUNCTION funnel_times(journey, text[], interval, text, interval[], text[], int[], int[], int[], boolean, text, text, interval, boolean, text, text, text) IS
'The time of each step of the winning chain, NULL where it was not reached. Example: SELECT funnel_times(j, ARRAY[''view'', ''cart'', ''buy''], ''7 days'') FROM journeys';
COMMENT ON FUNCTION funnel_trace(journey, text[], interval, text, interval[], text[], int[], int[], int[], boolean, text, text, interval, boolean, text, text, text, text) IS
'The winning chain as rows, one a step; with counting => ''every'' all attempts. Example: SELECT t.* FROM journeys, funnel_trace(j, ARRAY[''view'', ''cart'', ''buy''], ''7 days'') t';
COMMENT ON FUNCTION funnel_attempts(journey, text[], interval, text, interval[], text[], int[], int[], int[], boolean, text, text, interval, boolean, text, text, text, text) IS
'The winning chain, or with counting => ''every'' each attempt, as one row with its level and step times. Example: SELECT a.* FROM journeys, funnel_attempts(j, ARRAY[''view'', ''buy''], ''1 day'', counting => ''every'') a';
COMMENT ON FUNCTION funnel_why(journey, text[], interval, text, interval[], text[], int[], int[], int[], boolean, text, text, interval, boolean, text, text, text) IS
'The rule that stopped this customer: completed, never_happened, too_late, before_previous, excluded, order_broken or other_channel. Example: SELECT customer, w.reason, w.message FROM journeys, funnel_why(j, ARRAY[''view'', ''cart'', ''buy''], ''7 days'') w';
COMMENT ON FUNCTION funnel_policy(text) IS
'What a policy of the funnel functions resolves to: journey, posthog, mixpanel, amplitude, ga4, adobe, clickhouse. Example: SELECT * FROM funnel_policy(''mixpanel'')';
