
-- --------------------------------------------------------------- sequence
CREATE FUNCTION sequence_add(internal, text, timestamptz, VARIADIC "any") RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_sequence_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION sequence_add_mode(internal, text, text, timestamptz, VARIADIC "any") RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_sequence_add_mode' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION sequence_combine(internal, internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_sequence_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
CREATE FUNCTION sequence_serialise(internal) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_sequence_serialise' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION sequence_deserialise(bytea, internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_sequence_deserialise' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION sequence_match_finish(internal) RETURNS boolean
    AS 'MODULE_PATHNAME', 'journey_sequence_match_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
CREATE FUNCTION sequence_count_finish(internal) RETURNS bigint
    AS 'MODULE_PATHNAME', 'journey_sequence_count_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION sequence_match_events_finish(internal) RETURNS timestamptz[]
    AS 'MODULE_PATHNAME', 'journey_sequence_match_events_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;

CREATE AGGREGATE sequence_match(pattern text, ts timestamptz, VARIADIC conditions "any") (
    SFUNC = sequence_add, STYPE = internal, SSPACE = 256, FINALFUNC = sequence_match_finish,
    COMBINEFUNC = sequence_combine, SERIALFUNC = sequence_serialise,
    DESERIALFUNC = sequence_deserialise, PARALLEL = SAFE);
CREATE AGGREGATE sequence_match(pattern text, mode text, ts timestamptz, VARIADIC conditions "any") (
    SFUNC = sequence_add_mode, STYPE = internal, SSPACE = 256, FINALFUNC = sequence_match_finish,
    COMBINEFUNC = sequence_combine, SERIALFUNC = sequence_serialise,
    DESERIALFUNC = sequence_deserialise, PARALLEL = SAFE);
CREATE AGGREGATE sequence_count(pattern text, ts timestamptz, VARIADIC conditions "any") (
    SFUNC = sequence_add, STYPE = internal, SSPACE = 256, FINALFUNC = sequence_count_finish,
    COMBINEFUNC = sequence_combine, SERIALFUNC = sequence_serialise,
    DESERIALFUNC = sequence_deserialise, PARALLEL = SAFE);
CREATE AGGREGATE sequence_count(pattern text, mode text, ts timestamptz, VARIADIC conditions "any") (
    SFUNC = sequence_add_mode, STYPE = internal, SSPACE = 256, FINALFUNC = sequence_count_finish,
    COMBINEFUNC = sequence_combine, SERIALFUNC = sequence_serialise,
    DESERIALFUNC = sequence_deserialise, PARALLEL = SAFE);
CREATE AGGREGATE sequence_match_events(pattern text, ts timestamptz, VARIADIC conditions "any") (
    SFUNC = sequence_add, STYPE = internal, SSPACE = 256, FINALFUNC = sequence_match_events_finish,
    COMBINEFUNC = sequence_combine, SERIALFUNC = sequence_serialise,
    DESERIALFUNC = sequence_deserialise, PARALLEL = SAFE);
CREATE AGGREGATE sequence_match_events(pattern text, mode text, ts timestamptz, VARIADIC conditions "any") (
    SFUNC = sequence_add_mode, STYPE = internal, SSPACE = 256, FINALFUNC = sequence_match_events_finish,
    COMBINEFUNC = sequence_combine, SERIALFUNC = sequence_serialise,
    DESERIALFUNC = sequence_deserialise, PARALLEL = SAFE);

COMMENT ON FUNCTION sequence_add(internal, text, timestamptz, VARIADIC "any") IS 'Transition of sequence_match, sequence_count and sequence_match_events. Example: SELECT customer, sequence_match(''(?1)(?t<=3600)(?2)'', ts, event = ''cart'', event = ''buy'') FROM events GROUP BY customer';
COMMENT ON FUNCTION sequence_add_mode(internal, text, text, timestamptz, VARIADIC "any") IS 'Transition of sequence_match, sequence_count and sequence_match_events with a mode. Example: SELECT customer, sequence_match(''(?1)(?t<=3600)(?2)'', ''dialect=clickhouse'', ts, event = ''cart'', event = ''buy'') FROM events GROUP BY customer';
COMMENT ON FUNCTION sequence_combine(internal, internal) IS 'Combine function of sequence_match, sequence_count and sequence_match_events. Example: SELECT customer, sequence_match(''(?1)(?t<=3600)(?2)'', ts, event = ''cart'', event = ''buy'') FROM events GROUP BY customer';
COMMENT ON FUNCTION sequence_serialise(internal) IS 'Serialisation of sequence_match, sequence_count and sequence_match_events. Example: SELECT customer, sequence_match(''(?1)(?t<=3600)(?2)'', ts, event = ''cart'', event = ''buy'') FROM events GROUP BY customer';
COMMENT ON FUNCTION sequence_deserialise(bytea, internal) IS 'Deserialisation of sequence_match, sequence_count and sequence_match_events. Example: SELECT customer, sequence_match(''(?1)(?t<=3600)(?2)'', ts, event = ''cart'', event = ''buy'') FROM events GROUP BY customer';
COMMENT ON FUNCTION sequence_match_finish(internal) IS 'Final function of sequence_match. Example: SELECT customer, sequence_match(''(?1)(?t<=3600)(?2)'', ts, event = ''cart'', event = ''buy'') FROM events GROUP BY customer';
COMMENT ON FUNCTION sequence_count_finish(internal) IS 'Final function of sequence_count. Example: SELECT customer, sequence_count(''(?1)(?t<=3600)(?2)'', ts, event = ''cart'', event = ''buy'') FROM events GROUP BY customer';
COMMENT ON FUNCTION sequence_match_events_finish(internal) IS 'Final function of sequence_match_events. Example: SELECT customer, sequence_match_events(''(?1)(?t<=3600)(?2)'', ts, event = ''cart'', event = ''buy'') FROM events GROUP BY customer';
COMMENT ON AGGREGATE sequence_match(text, timestamptz, VARIADIC "any") IS
'Do the rows of a group contain this sequence of conditions? (?N) is a row of condition N, . any row, .* any number, (?t<=n) a limit in seconds with any rows between; groups, | and quantifiers; see docs/sequence.md. Example: SELECT customer, sequence_match(''(?1)(?t<=3600)(?2)'', ts, event = ''cart'', event = ''buy'') FROM events GROUP BY customer';
COMMENT ON AGGREGATE sequence_count(text, timestamptz, VARIADIC "any") IS
'How many times the rows of a group contain this sequence of conditions, one match after the other; the pattern is that of sequence_match. Example: SELECT customer, sequence_count(''(?1)(?t<=3600)(?2)'', ts, event = ''cart'', event = ''buy'') FROM events GROUP BY customer';
COMMENT ON AGGREGATE sequence_match_events(text, timestamptz, VARIADIC "any") IS
'The times of the rows that the first match of the pattern takes by (?N), empty if there is none; the pattern is that of sequence_match. Example: SELECT customer, sequence_match_events(''(?1)(?t<=3600)(?2)'', ts, event = ''cart'', event = ''buy'') FROM events GROUP BY customer';
COMMENT ON AGGREGATE sequence_match(text, text, timestamptz, VARIADIC "any") IS
'Do the rows of a group contain this sequence of conditions, as another engine answers: mode is dialect=clickhouse or dialect=duckdb, or empty; see docs/dialects.md. Example: SELECT customer, sequence_match(''(?1)(?t<=3600)(?2)'', ''dialect=clickhouse'', ts, event = ''cart'', event = ''buy'') FROM events GROUP BY customer';
COMMENT ON AGGREGATE sequence_count(text, text, timestamptz, VARIADIC "any") IS
'How many times the rows of a group contain this sequence of conditions, as another engine answers: mode is dialect=clickhouse or dialect=duckdb, or empty; see docs/dialects.md. Example: SELECT customer, sequence_count(''(?1)(?t<=3600)(?2)'', ''dialect=clickhouse'', ts, event = ''cart'', event = ''buy'') FROM events GROUP BY customer';
COMMENT ON AGGREGATE sequence_match_events(text, text, timestamptz, VARIADIC "any") IS
'The times of the rows that the first match of this sequence of conditions takes by (?N), as another engine answers: mode is dialect=clickhouse or dialect=duckdb, or empty; see docs/dialects.md. Example: SELECT customer, sequence_match_events(''(?1)(?t<=3600)(?2)'', ''dialect=clickhouse'', ts, event = ''cart'', event = ''buy'') FROM events GROUP BY customer';
