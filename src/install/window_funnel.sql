
-- ---------------------------------------------------------- window_funnel
CREATE FUNCTION window_funnel_add(internal, interval, timestamptz, VARIADIC "any") RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_window_funnel_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION window_funnel_add_mode(internal, interval, text, timestamptz, VARIADIC "any") RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_window_funnel_add_mode' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION window_funnel_add_names(internal, interval, timestamptz, text, text[]) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_window_funnel_add_names' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION window_funnel_add_names_mode(internal, interval, text, timestamptz, text, text[]) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_window_funnel_add_names_mode' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION window_funnel_combine(internal, internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_window_funnel_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
CREATE FUNCTION window_funnel_serialise(internal) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_window_funnel_serialise' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION window_funnel_deserialise(bytea, internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_window_funnel_deserialise' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION window_funnel_finish(internal) RETURNS int
    AS 'MODULE_PATHNAME', 'journey_window_funnel_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
CREATE FUNCTION window_funnel_events_finish(internal) RETURNS timestamptz[]
    AS 'MODULE_PATHNAME', 'journey_window_funnel_events_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;

CREATE AGGREGATE window_funnel(within interval, ts timestamptz, VARIADIC steps "any") (
    SFUNC = window_funnel_add, STYPE = internal, SSPACE = 256, FINALFUNC = window_funnel_finish,
    COMBINEFUNC = window_funnel_combine, SERIALFUNC = window_funnel_serialise,
    DESERIALFUNC = window_funnel_deserialise, PARALLEL = SAFE);
CREATE AGGREGATE window_funnel(within interval, mode text, ts timestamptz, VARIADIC steps "any") (
    SFUNC = window_funnel_add_mode, STYPE = internal, SSPACE = 256, FINALFUNC = window_funnel_finish,
    COMBINEFUNC = window_funnel_combine, SERIALFUNC = window_funnel_serialise,
    DESERIALFUNC = window_funnel_deserialise, PARALLEL = SAFE);
CREATE AGGREGATE window_funnel(within interval, ts timestamptz, event text, steps text[]) (
    SFUNC = window_funnel_add_names, STYPE = internal, SSPACE = 256, FINALFUNC = window_funnel_finish,
    COMBINEFUNC = window_funnel_combine, SERIALFUNC = window_funnel_serialise,
    DESERIALFUNC = window_funnel_deserialise, PARALLEL = SAFE);
CREATE AGGREGATE window_funnel(within interval, mode text, ts timestamptz, event text, steps text[]) (
    SFUNC = window_funnel_add_names_mode, STYPE = internal, SSPACE = 256, FINALFUNC = window_funnel_finish,
    COMBINEFUNC = window_funnel_combine, SERIALFUNC = window_funnel_serialise,
    DESERIALFUNC = window_funnel_deserialise, PARALLEL = SAFE);
CREATE AGGREGATE window_funnel_events(within interval, ts timestamptz, VARIADIC steps "any") (
    SFUNC = window_funnel_add, STYPE = internal, SSPACE = 256, FINALFUNC = window_funnel_events_finish,
    COMBINEFUNC = window_funnel_combine, SERIALFUNC = window_funnel_serialise,
    DESERIALFUNC = window_funnel_deserialise, PARALLEL = SAFE);
CREATE AGGREGATE window_funnel_events(within interval, mode text, ts timestamptz, VARIADIC steps "any") (
    SFUNC = window_funnel_add_mode, STYPE = internal, SSPACE = 256, FINALFUNC = window_funnel_events_finish,
    COMBINEFUNC = window_funnel_combine, SERIALFUNC = window_funnel_serialise,
    DESERIALFUNC = window_funnel_deserialise, PARALLEL = SAFE);
CREATE AGGREGATE window_funnel_events(within interval, ts timestamptz, event text, steps text[]) (
    SFUNC = window_funnel_add_names, STYPE = internal, SSPACE = 256, FINALFUNC = window_funnel_events_finish,
    COMBINEFUNC = window_funnel_combine, SERIALFUNC = window_funnel_serialise,
    DESERIALFUNC = window_funnel_deserialise, PARALLEL = SAFE);
CREATE AGGREGATE window_funnel_events(within interval, mode text, ts timestamptz, event text, steps text[]) (
    SFUNC = window_funnel_add_names_mode, STYPE = internal, SSPACE = 256, FINALFUNC = window_funnel_events_finish,
    COMBINEFUNC = window_funnel_combine, SERIALFUNC = window_funnel_serialise,
    DESERIALFUNC = window_funnel_deserialise, PARALLEL = SAFE);

COMMENT ON FUNCTION window_funnel_add(internal, interval, timestamptz, VARIADIC "any") IS 'Transition of window_funnel. Example: SELECT window_funnel(''1 hour'', ts, event = ''view'', event = ''cart'', event = ''buy'') FROM events';
COMMENT ON FUNCTION window_funnel_add_mode(internal, interval, text, timestamptz, VARIADIC "any") IS 'Transition of window_funnel. Example: SELECT window_funnel(''1 hour'', ''strict_increase'', ts, event = ''view'', event = ''buy'') FROM events';
COMMENT ON FUNCTION window_funnel_add_names(internal, interval, timestamptz, text, text[]) IS 'Transition of window_funnel. Example: SELECT window_funnel(''1 hour'', ts, event, ARRAY[''view'', ''cart'', ''buy'']) FROM events';
COMMENT ON FUNCTION window_funnel_add_names_mode(internal, interval, text, timestamptz, text, text[]) IS 'Transition of window_funnel. Example: SELECT window_funnel(''1 hour'', ''strict_order'', ts, event, ARRAY[''view'', ''buy'']) FROM events';
COMMENT ON FUNCTION window_funnel_combine(internal, internal) IS 'Combine function of window_funnel. Example: SELECT window_funnel(''1 hour'', ts, event, ARRAY[''view'', ''buy'']) FROM events';
COMMENT ON FUNCTION window_funnel_serialise(internal) IS 'Serialisation of window_funnel. Example: SELECT window_funnel(''1 hour'', ts, event, ARRAY[''view'', ''buy'']) FROM events';
COMMENT ON FUNCTION window_funnel_deserialise(bytea, internal) IS 'Deserialisation of window_funnel. Example: SELECT window_funnel(''1 hour'', ts, event, ARRAY[''view'', ''buy'']) FROM events';
COMMENT ON FUNCTION window_funnel_finish(internal) IS 'Final function of window_funnel. Example: SELECT window_funnel(''1 hour'', ts, event, ARRAY[''view'', ''buy'']) FROM events';
COMMENT ON FUNCTION window_funnel_events_finish(internal) IS 'Final function of window_funnel_events. Example: SELECT window_funnel_events(''1 hour'', ts, event, ARRAY[''view'', ''buy'']) FROM events';
COMMENT ON AGGREGATE window_funnel(interval, timestamptz, VARIADIC "any") IS
'The furthest step a group reaches within a window from step 1: the true maximum over all chains of different rows; steps are conditions. Example: SELECT customer, window_funnel(''1 hour'', ts, event = ''view'', event = ''cart'', event = ''buy'') FROM events GROUP BY customer';
COMMENT ON AGGREGATE window_funnel(interval, text, timestamptz, VARIADIC "any") IS
'The furthest step a group reaches within a window from step 1: the true maximum over all chains of different rows; steps are conditions. Modes: strict_order, strict_deduplication, strict_increase, strict_once, allow_reentry; or dialect=clickhouse, duckdb, doris or pinot with that engine''s own. Example: SELECT customer, window_funnel(''1 hour'', ''strict_increase'', ts, event = ''view'', event = ''buy'') FROM events GROUP BY customer';
COMMENT ON AGGREGATE window_funnel(interval, timestamptz, text, text[]) IS
'The furthest step a group reaches within a window from step 1: the true maximum over all chains of different rows; steps are event names. Example: SELECT customer, window_funnel(''1 hour'', ts, event, ARRAY[''view'', ''cart'', ''buy'']) FROM events GROUP BY customer';
COMMENT ON AGGREGATE window_funnel(interval, text, timestamptz, text, text[]) IS
'The furthest step a group reaches within a window from step 1: the true maximum over all chains of different rows; steps are event names. Modes: strict_order, strict_deduplication, strict_increase, strict_once, allow_reentry; or dialect=clickhouse, duckdb, doris or pinot with that engine''s own. Example: SELECT customer, window_funnel(''1 hour'', ''strict_order'', ts, event, ARRAY[''view'', ''buy'']) FROM events GROUP BY customer';
COMMENT ON AGGREGATE window_funnel_events(interval, timestamptz, VARIADIC "any") IS
'The time of each step the winning chain of window_funnel reaches: the furthest, then the latest to start, then the earliest to end; steps are conditions. Example: SELECT customer, window_funnel_events(''1 hour'', ts, event = ''view'', event = ''cart'', event = ''buy'') FROM events GROUP BY customer';
COMMENT ON AGGREGATE window_funnel_events(interval, text, timestamptz, VARIADIC "any") IS
'The time of each step the winning chain of window_funnel reaches: the furthest, then the latest to start, then the earliest to end; steps are conditions. Modes: strict_order, strict_deduplication, strict_increase, strict_once, allow_reentry; or dialect=clickhouse, duckdb, doris or pinot with that engine''s own. Example: SELECT customer, window_funnel_events(''1 hour'', ''strict_increase'', ts, event = ''view'', event = ''buy'') FROM events GROUP BY customer';
COMMENT ON AGGREGATE window_funnel_events(interval, timestamptz, text, text[]) IS
'The time of each step the winning chain of window_funnel reaches: the furthest, then the latest to start, then the earliest to end; steps are event names. Example: SELECT customer, window_funnel_events(''1 hour'', ts, event, ARRAY[''view'', ''cart'', ''buy'']) FROM events GROUP BY customer';
COMMENT ON AGGREGATE window_funnel_events(interval, text, timestamptz, text, text[]) IS
'The time of each step the winning chain of window_funnel reaches: the furthest, then the latest to start, then the earliest to end; steps are event names. Modes: strict_order, strict_deduplication, strict_increase, strict_once, allow_reentry; or dialect=clickhouse, duckdb, doris or pinot with that engine''s own. Example: SELECT customer, window_funnel_events(''1 hour'', ''strict_order'', ts, event, ARRAY[''view'', ''buy'']) FROM events GROUP BY customer';
