
-- ---------------------------------------------------------------- journey
CREATE TYPE journey;

CREATE FUNCTION journey_in(cstring) RETURNS journey
    AS 'MODULE_PATHNAME', 'journey_in' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
CREATE FUNCTION journey_out(journey) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
CREATE FUNCTION journey_recv(internal) RETURNS journey
    AS 'MODULE_PATHNAME', 'journey_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
CREATE FUNCTION journey_send(journey) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION journey_analyze(internal) RETURNS boolean
    AS 'MODULE_PATHNAME', 'journey_analyze' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;

CREATE TYPE journey (
    INPUT = journey_in,
    OUTPUT = journey_out,
    RECEIVE = journey_recv,
    SEND = journey_send,
    ANALYZE = journey_analyze,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);

COMMENT ON TYPE journey IS
'One customer''s ordered events (time, name, channel, value) as one compact value. Example: SELECT customer, journey_agg(ts, event) FROM events GROUP BY customer';
COMMENT ON FUNCTION journey_in(cstring) IS
'Reads a journey from a JSON array of events. Example: SELECT ''[{"ts":"2024-01-01T10:00:00Z","event":"view"}]''::journey';
COMMENT ON FUNCTION journey_out(journey) IS
'Writes a journey as a JSON array of events, times in UTC. Example: SELECT j::text FROM journeys';
COMMENT ON FUNCTION journey_recv(internal) IS
'Reads the binary form of a journey and checks all of it. Example: COPY journeys FROM STDIN (FORMAT binary)';
COMMENT ON FUNCTION journey_send(journey) IS
'Writes the binary form of a journey. Example: COPY journeys TO STDOUT (FORMAT binary)';

COMMENT ON FUNCTION journey_analyze(internal) IS
'What ANALYZE keeps of journeys: the usual, but not how many differ, which would mislead plans of GROUP BY funnel_level(...). Example: ANALYZE journeys';

-- Comparing and hashing: by start, then number of events, then content.
CREATE FUNCTION journey_eq(journey, journey) RETURNS boolean
    AS 'MODULE_PATHNAME', 'journey_eq' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 5;
CREATE FUNCTION journey_ne(journey, journey) RETURNS boolean
    AS 'MODULE_PATHNAME', 'journey_ne' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 5;
CREATE FUNCTION journey_lt(journey, journey) RETURNS boolean
    AS 'MODULE_PATHNAME', 'journey_lt' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 5;
CREATE FUNCTION journey_le(journey, journey) RETURNS boolean
    AS 'MODULE_PATHNAME', 'journey_le' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 5;
CREATE FUNCTION journey_gt(journey, journey) RETURNS boolean
    AS 'MODULE_PATHNAME', 'journey_gt' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 5;
CREATE FUNCTION journey_ge(journey, journey) RETURNS boolean
    AS 'MODULE_PATHNAME', 'journey_ge' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 5;
CREATE FUNCTION journey_cmp(journey, journey) RETURNS int
    AS 'MODULE_PATHNAME', 'journey_cmp' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 5;
CREATE FUNCTION journey_hash(journey) RETURNS int
    AS 'MODULE_PATHNAME', 'journey_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION journey_hash_extended(journey, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'journey_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;

COMMENT ON FUNCTION journey_eq(journey, journey) IS 'Do both have the same events? Example: SELECT a = b';
COMMENT ON FUNCTION journey_ne(journey, journey) IS 'Do they differ in an event? Example: SELECT a <> b';
COMMENT ON FUNCTION journey_lt(journey, journey) IS 'Does a start earlier (or have fewer events)? Example: SELECT a < b';
COMMENT ON FUNCTION journey_le(journey, journey) IS 'Is a before b in the order of journeys, or equal? Example: SELECT a <= b';
COMMENT ON FUNCTION journey_gt(journey, journey) IS 'Is a after b in the order of journeys? Example: SELECT a > b';
COMMENT ON FUNCTION journey_ge(journey, journey) IS 'Is a after b in the order of journeys, or equal? Example: SELECT a >= b';
COMMENT ON FUNCTION journey_cmp(journey, journey) IS 'Order of two journeys: by start, number of events, content. Example: SELECT journey_cmp(a, b)';
COMMENT ON FUNCTION journey_hash(journey) IS 'Hash of a journey. Example: SELECT DISTINCT j FROM journeys';
COMMENT ON FUNCTION journey_hash_extended(journey, bigint) IS 'Seeded hash of a journey, for hash partitions. Example: PARTITION BY HASH (j)';

CREATE OPERATOR = (LEFTARG = journey, RIGHTARG = journey, FUNCTION = journey_eq, COMMUTATOR = =, NEGATOR = <>,
    RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR <> (LEFTARG = journey, RIGHTARG = journey, FUNCTION = journey_ne, COMMUTATOR = <>, NEGATOR = =,
    RESTRICT = neqsel, JOIN = neqjoinsel);
CREATE OPERATOR < (LEFTARG = journey, RIGHTARG = journey, FUNCTION = journey_lt, COMMUTATOR = >, NEGATOR = >=,
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR <= (LEFTARG = journey, RIGHTARG = journey, FUNCTION = journey_le, COMMUTATOR = >=, NEGATOR = >,
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel);
CREATE OPERATOR > (LEFTARG = journey, RIGHTARG = journey, FUNCTION = journey_gt, COMMUTATOR = <, NEGATOR = <=,
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel);
CREATE OPERATOR >= (LEFTARG = journey, RIGHTARG = journey, FUNCTION = journey_ge, COMMUTATOR = <=, NEGATOR = <,
    RESTRICT = scalargesel, JOIN = scalargejoinsel);
COMMENT ON OPERATOR = (journey, journey) IS 'The same events. Example: SELECT a = b';
COMMENT ON OPERATOR <> (journey, journey) IS 'Not the same events. Example: SELECT a <> b';
COMMENT ON OPERATOR < (journey, journey) IS 'Earlier in the order of journeys: by start, number of events, content. Example: ORDER BY j';
COMMENT ON OPERATOR <= (journey, journey) IS 'Earlier in the order of journeys, or equal. Example: SELECT a <= b';
COMMENT ON OPERATOR > (journey, journey) IS 'Later in the order of journeys. Example: ORDER BY j DESC';
COMMENT ON OPERATOR >= (journey, journey) IS 'Later in the order of journeys, or equal. Example: SELECT a >= b';

CREATE OPERATOR CLASS journey_ops DEFAULT FOR TYPE journey USING btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
    FUNCTION 1 journey_cmp(journey, journey);
CREATE OPERATOR CLASS journey_ops DEFAULT FOR TYPE journey USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 journey_hash(journey),
    FUNCTION 2 journey_hash_extended(journey, bigint);
COMMENT ON OPERATOR FAMILY journey_ops USING btree IS 'Ordering of journeys. Example: CREATE INDEX ON journeys (j)';
COMMENT ON OPERATOR FAMILY journey_ops USING hash IS 'Hashing of journeys. Example: SELECT j, count(*) FROM journeys GROUP BY j';
COMMENT ON OPERATOR CLASS journey_ops USING btree IS 'Ordering of journeys. Example: CREATE INDEX ON journeys (j)';
COMMENT ON OPERATOR CLASS journey_ops USING hash IS 'Hashing of journeys. Example: SELECT j, count(*) FROM journeys GROUP BY j';

-- Looking.
CREATE FUNCTION events(j journey,
        OUT event_no bigint, OUT ts timestamptz, OUT event text, OUT channel text, OUT value float8, OUT tiebreak bigint)
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_events' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20 ROWS 50;
COMMENT ON FUNCTION events(journey) IS
'The events of a journey as rows, in order, numbered from 1. Example: SELECT e.* FROM journeys, events(j) e';

CREATE FUNCTION event_at(j journey, n bigint,
        OUT event_no bigint, OUT ts timestamptz, OUT event text, OUT channel text, OUT value float8, OUT tiebreak bigint)
    RETURNS record
    AS 'MODULE_PATHNAME', 'journey_event_at' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

CREATE FUNCTION event_count(j journey) RETURNS bigint
    AS 'MODULE_PATHNAME', 'journey_event_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION event_count(j journey, event text) RETURNS bigint
    AS 'MODULE_PATHNAME', 'journey_event_count_of' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION first_event(j journey) RETURNS text
    AS 'MODULE_PATHNAME', 'journey_first_event' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION last_event(j journey) RETURNS text
    AS 'MODULE_PATHNAME', 'journey_last_event' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION started_at(j journey) RETURNS timestamptz
    AS 'MODULE_PATHNAME', 'journey_started_at' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION ended_at(j journey) RETURNS timestamptz
    AS 'MODULE_PATHNAME', 'journey_ended_at' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION duration(j journey) RETURNS interval
    AS 'MODULE_PATHNAME', 'journey_duration' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION channels(j journey) RETURNS text[]
    AS 'MODULE_PATHNAME', 'journey_channels' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
CREATE FUNCTION event_names(j journey) RETURNS text[]
    AS 'MODULE_PATHNAME', 'journey_event_names' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;

COMMENT ON FUNCTION event_at(journey, bigint) IS
'One event of a journey by its number, from 1; negative numbers count from the end; nulls if there is none. Example: SELECT (event_at(j, -1)).event FROM journeys';
COMMENT ON FUNCTION event_count(journey) IS 'Number of events. Example: SELECT sum(event_count(j)) FROM journeys';
COMMENT ON FUNCTION event_count(journey, text) IS 'Number of events of this name. Example: SELECT event_count(j, ''purchase'') FROM journeys';
COMMENT ON FUNCTION first_event(journey) IS 'Name of the first event. Example: SELECT first_event(j), count(*) FROM journeys GROUP BY 1';
COMMENT ON FUNCTION last_event(journey) IS 'Name of the last event. Example: SELECT last_event(j), count(*) FROM journeys GROUP BY 1';
COMMENT ON FUNCTION started_at(journey) IS 'Time of the first event; NULL if there is none. Example: SELECT started_at(j)::date, count(*) FROM journeys GROUP BY 1';
COMMENT ON FUNCTION ended_at(journey) IS 'Time of the last event; NULL if there is none. Example: SELECT * FROM journeys WHERE ended_at(j) < now() - interval ''90 days''';
COMMENT ON FUNCTION duration(journey) IS 'Time from the first to the last event. Example: SELECT avg(duration(j)) FROM journeys';
COMMENT ON FUNCTION channels(journey) IS 'The distinct channels, in byte order. Example: SELECT * FROM journeys WHERE ''shop'' = ANY (channels(j))';
COMMENT ON FUNCTION event_names(journey) IS 'The distinct event names, in byte order. Example: SELECT event_names(j) FROM journeys';
