
-- ------------------------------------------------------------ journey_agg
CREATE FUNCTION journey_agg_add(internal, timestamptz, text) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_agg_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION journey_agg_add(internal, timestamptz, text, text) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_agg_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION journey_agg_add(internal, timestamptz, text, text, float8) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_agg_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION journey_agg_add(internal, timestamptz, text, text, float8, bigint) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_agg_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION journey_agg_add(internal, journey) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_agg_add_journey' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION journey_agg_combine(internal, internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_agg_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION journey_agg_serialise(internal) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_agg_serialise' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
CREATE FUNCTION journey_agg_deserialise(bytea, internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_agg_deserialise' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION journey_agg_finish(internal) RETURNS journey
    AS 'MODULE_PATHNAME', 'journey_agg_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;

COMMENT ON FUNCTION journey_agg_add(internal, timestamptz, text) IS 'Transition of journey_agg. Example: SELECT journey_agg(ts, event) FROM events';
COMMENT ON FUNCTION journey_agg_add(internal, timestamptz, text, text) IS 'Transition of journey_agg. Example: SELECT journey_agg(ts, event, channel) FROM events';
COMMENT ON FUNCTION journey_agg_add(internal, timestamptz, text, text, float8) IS 'Transition of journey_agg. Example: SELECT journey_agg(ts, event, channel, value) FROM events';
COMMENT ON FUNCTION journey_agg_add(internal, timestamptz, text, text, float8, bigint) IS 'Transition of journey_agg. Example: SELECT journey_agg(ts, event, channel, value, event_id) FROM events';
COMMENT ON FUNCTION journey_agg_add(internal, journey) IS 'Transition of journey_agg. Example: SELECT journey_agg(j) FROM journeys';
COMMENT ON FUNCTION journey_agg_combine(internal, internal) IS 'Combine function of journey_agg. Example: SELECT journey_agg(ts, event) FROM events';
COMMENT ON FUNCTION journey_agg_serialise(internal) IS 'Serialisation of journey_agg. Example: SELECT journey_agg(ts, event) FROM events';
COMMENT ON FUNCTION journey_agg_deserialise(bytea, internal) IS 'Deserialisation of journey_agg. Example: SELECT journey_agg(ts, event) FROM events';
COMMENT ON FUNCTION journey_agg_finish(internal) IS 'Final function of journey_agg. Example: SELECT journey_agg(ts, event) FROM events';

CREATE AGGREGATE journey_agg(ts timestamptz, event text) (
    SFUNC = journey_agg_add, STYPE = internal, SSPACE = 512, FINALFUNC = journey_agg_finish,
    COMBINEFUNC = journey_agg_combine, SERIALFUNC = journey_agg_serialise, DESERIALFUNC = journey_agg_deserialise,
    PARALLEL = SAFE);
CREATE AGGREGATE journey_agg(ts timestamptz, event text, channel text) (
    SFUNC = journey_agg_add, STYPE = internal, SSPACE = 512, FINALFUNC = journey_agg_finish,
    COMBINEFUNC = journey_agg_combine, SERIALFUNC = journey_agg_serialise, DESERIALFUNC = journey_agg_deserialise,
    PARALLEL = SAFE);
CREATE AGGREGATE journey_agg(ts timestamptz, event text, channel text, value float8) (
    SFUNC = journey_agg_add, STYPE = internal, SSPACE = 1024, FINALFUNC = journey_agg_finish,
    COMBINEFUNC = journey_agg_combine, SERIALFUNC = journey_agg_serialise, DESERIALFUNC = journey_agg_deserialise,
    PARALLEL = SAFE);
CREATE AGGREGATE journey_agg(ts timestamptz, event text, channel text, value float8, tiebreak bigint) (
    SFUNC = journey_agg_add, STYPE = internal, SSPACE = 1024, FINALFUNC = journey_agg_finish,
    COMBINEFUNC = journey_agg_combine, SERIALFUNC = journey_agg_serialise, DESERIALFUNC = journey_agg_deserialise,
    PARALLEL = SAFE);
CREATE AGGREGATE journey_agg(j journey) (
    SFUNC = journey_agg_add, STYPE = internal, SSPACE = 1024, FINALFUNC = journey_agg_finish,
    COMBINEFUNC = journey_agg_combine, SERIALFUNC = journey_agg_serialise, DESERIALFUNC = journey_agg_deserialise,
    PARALLEL = SAFE);

COMMENT ON AGGREGATE journey_agg(timestamptz, text) IS
'All events of a group as one journey; rows in any order; rows without time or event are left out. Example: SELECT customer, journey_agg(ts, event) FROM events GROUP BY customer';
COMMENT ON AGGREGATE journey_agg(timestamptz, text, text) IS
'All events of a group, with their channels, as one journey. Example: SELECT customer, journey_agg(ts, event, channel) FROM events GROUP BY customer';
COMMENT ON AGGREGATE journey_agg(timestamptz, text, text, float8) IS
'All events of a group, with channels and values, as one journey. Example: SELECT customer, journey_agg(ts, event, channel, amount) FROM events GROUP BY customer';
COMMENT ON AGGREGATE journey_agg(timestamptz, text, text, float8, bigint) IS
'All events of a group as one journey; tiebreak orders events of the same time. Example: SELECT customer, journey_agg(ts, event, channel, amount, event_id) FROM events GROUP BY customer';
COMMENT ON AGGREGATE journey_agg(journey) IS
'All events of many journeys as one (roll-up); keeps duplicates. Example: SELECT account, journey_agg(j) FROM journeys GROUP BY account';
