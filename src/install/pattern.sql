
-- ---------------------------------------------------------------- pattern
CREATE FUNCTION journey_match(j journey, pattern text) RETURNS boolean
    AS 'MODULE_PATHNAME', 'journey_match' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
CREATE FUNCTION journey_match(j journey, pattern text, within interval) RETURNS boolean
    AS 'MODULE_PATHNAME', 'journey_match' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION journey_no_match(j journey, pattern text) RETURNS boolean
    AS 'MODULE_PATHNAME', 'journey_no_match' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
CREATE FUNCTION journey_match_count(j journey, pattern text, within interval DEFAULT NULL,
        after_match text DEFAULT 'skip past last row') RETURNS bigint
    AS 'MODULE_PATHNAME', 'journey_match_count' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE FUNCTION journey_matches(j journey, pattern text, within interval DEFAULT NULL,
        matches text DEFAULT 'all', after_match text DEFAULT 'skip past last row',
        OUT match_no bigint, OUT started_at timestamptz, OUT ended_at timestamptz,
        OUT start_event_no bigint, OUT end_event_no bigint, OUT events bigint, OUT duration interval)
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_matches' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 200 ROWS 3;
CREATE FUNCTION journey_match_parts(j journey, pattern text, within interval DEFAULT NULL,
        matches text DEFAULT 'all', after_match text DEFAULT 'skip past last row',
        OUT match_no bigint, OUT part text, OUT started_at timestamptz, OUT ended_at timestamptz,
        OUT start_event_no bigint, OUT end_event_no bigint, OUT events bigint)
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_match_parts' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 200 ROWS 6;

CREATE FUNCTION journey_match_selectivity(internal, oid, internal, int) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_match_selectivity' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
CREATE FUNCTION journey_no_match_selectivity(internal, oid, internal, int) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_no_match_selectivity' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
CREATE FUNCTION journey_match_join_selectivity(internal, oid, internal, smallint, internal) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_match_join_selectivity' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
CREATE FUNCTION journey_no_match_join_selectivity(internal, oid, internal, smallint, internal) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_no_match_join_selectivity' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

CREATE OPERATOR ~ (LEFTARG = journey, RIGHTARG = text, FUNCTION = journey_match, NEGATOR = !~,
    RESTRICT = journey_match_selectivity, JOIN = journey_match_join_selectivity);
CREATE OPERATOR !~ (LEFTARG = journey, RIGHTARG = text, FUNCTION = journey_no_match, NEGATOR = ~,
    RESTRICT = journey_no_match_selectivity, JOIN = journey_no_match_join_selectivity);

COMMENT ON FUNCTION journey_match(journey, text) IS
'Does the journey contain this pattern of events? Parts that follow each other are events that follow each other, ... lets any events between; see docs/pattern.md. Example: SELECT count(*) FROM journeys WHERE journey_match(j, ''view ... within 30 minutes cart'')';
COMMENT ON FUNCTION journey_match(journey, text, interval) IS
'Does the journey contain this pattern of events within a time from its first to its last event? Example: SELECT count(*) FROM journeys WHERE journey_match(j, ''view ... cart ... buy'', ''2 hours'')';
COMMENT ON FUNCTION journey_no_match(journey, text) IS
'Does the journey not contain this pattern of events? Example: SELECT count(*) FROM journeys WHERE journey_no_match(j, ''cart ... buy'')';
COMMENT ON FUNCTION journey_match_count(journey, text, interval, text) IS
'How often the journey contains this pattern. after_match: skip past last row, skip to next row, skip to first PART, skip to last PART. Example: SELECT sum(journey_match_count(j, ''view cart'')) FROM journeys';
COMMENT ON FUNCTION journey_matches(journey, text, interval, text, text) IS
'The matches of a pattern as rows. matches: all, first, last; after_match: where the search goes on. Example: SELECT customer, m.* FROM journeys, journey_matches(j, ''view ... within 30 minutes cart'') m';
COMMENT ON FUNCTION journey_match_parts(journey, text, interval, text, text) IS
'The named parts of the matches of a pattern as rows, one for each part that took an event. Example: SELECT customer, p.* FROM journeys, journey_match_parts(j, ''view+ as looking ... buy as buying'') p';
COMMENT ON FUNCTION journey_match_selectivity(internal, oid, internal, int) IS 'What share of journeys the planner expects to match: tried on the statistics where they hold journeys. Example: EXPLAIN SELECT * FROM journeys WHERE j ~ ''cart ... buy''';
COMMENT ON FUNCTION journey_no_match_selectivity(internal, oid, internal, int) IS 'What share of journeys the planner expects not to match. Example: EXPLAIN SELECT * FROM journeys WHERE j !~ ''cart ... buy''';
COMMENT ON FUNCTION journey_match_join_selectivity(internal, oid, internal, smallint, internal) IS 'The same where the pattern comes from another table. Example: EXPLAIN SELECT * FROM journeys JOIN patterns ON j ~ pattern';
COMMENT ON FUNCTION journey_no_match_join_selectivity(internal, oid, internal, smallint, internal) IS 'The same where the pattern comes from another table. Example: EXPLAIN SELECT * FROM journeys JOIN patterns ON j !~ pattern';
COMMENT ON OPERATOR ~ (journey, text) IS 'Does the journey contain this pattern? Example: SELECT * FROM journeys WHERE j ~ ''view ... within 30 minutes cart''';
COMMENT ON OPERATOR !~ (journey, text) IS 'Does the journey not contain this pattern? Example: SELECT * FROM journeys WHERE j !~ ''cart ... buy''';
