
-- ----------------------------------------------------- sequence_next_node
CREATE FUNCTION sequence_next_node_add(internal, text, text, timestamptz, text, boolean, VARIADIC "any") RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_sequence_next_node_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 4;
CREATE FUNCTION sequence_next_node_add(internal, text, text, timestamptz, text, boolean) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_sequence_next_node_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 4;
CREATE FUNCTION sequence_next_node_combine(internal, internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_sequence_next_node_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION sequence_next_node_serialise(internal) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_sequence_next_node_serialise' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
CREATE FUNCTION sequence_next_node_deserialise(bytea, internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_sequence_next_node_deserialise' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION sequence_next_node_finish(internal) RETURNS text
    AS 'MODULE_PATHNAME', 'journey_sequence_next_node_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE AGGREGATE sequence_next_node(direction text, base text, ts timestamptz, value text, base_condition boolean, VARIADIC steps "any") (
    SFUNC = sequence_next_node_add, STYPE = internal, SSPACE = 256, FINALFUNC = sequence_next_node_finish,
    COMBINEFUNC = sequence_next_node_combine, SERIALFUNC = sequence_next_node_serialise,
    DESERIALFUNC = sequence_next_node_deserialise, PARALLEL = SAFE);
CREATE AGGREGATE sequence_next_node(direction text, base text, ts timestamptz, value text, base_condition boolean) (
    SFUNC = sequence_next_node_add, STYPE = internal, SSPACE = 256, FINALFUNC = sequence_next_node_finish,
    COMBINEFUNC = sequence_next_node_combine, SERIALFUNC = sequence_next_node_serialise,
    DESERIALFUNC = sequence_next_node_deserialise, PARALLEL = SAFE);

COMMENT ON FUNCTION sequence_next_node_add(internal, text, text, timestamptz, text, boolean, VARIADIC "any") IS 'Transition of sequence_next_node. Example: SELECT customer, sequence_next_node(''forward'', ''first_match'', ts, page, true, page = ''/'', page = ''/basket'') FROM visits GROUP BY customer';
COMMENT ON FUNCTION sequence_next_node_add(internal, text, text, timestamptz, text, boolean) IS 'Transition of sequence_next_node. Example: SELECT customer, sequence_next_node(''forward'', ''head'', ts, page, referrer = ''ad'') FROM visits GROUP BY customer';
COMMENT ON FUNCTION sequence_next_node_combine(internal, internal) IS 'Combine function of sequence_next_node. Example: SELECT customer, sequence_next_node(''forward'', ''first_match'', ts, page, true, page = ''/'', page = ''/basket'') FROM visits GROUP BY customer';
COMMENT ON FUNCTION sequence_next_node_serialise(internal) IS 'Serialisation of sequence_next_node. Example: SELECT customer, sequence_next_node(''forward'', ''first_match'', ts, page, true, page = ''/'', page = ''/basket'') FROM visits GROUP BY customer';
COMMENT ON FUNCTION sequence_next_node_deserialise(bytea, internal) IS 'Deserialisation of sequence_next_node. Example: SELECT customer, sequence_next_node(''forward'', ''first_match'', ts, page, true, page = ''/'', page = ''/basket'') FROM visits GROUP BY customer';
COMMENT ON FUNCTION sequence_next_node_finish(internal) IS 'Final function of sequence_next_node. Example: SELECT customer, sequence_next_node(''forward'', ''first_match'', ts, page, true, page = ''/'', page = ''/basket'') FROM visits GROUP BY customer';
COMMENT ON AGGREGATE sequence_next_node(text, text, timestamptz, text, boolean, VARIADIC "any") IS
'The value of the row that follows (forward) or precedes (backward) a chain of consecutive rows, each satisfying the next step; NULL if there is none. The chain begins at base: head, tail, first_match or last_match. Example: SELECT customer, sequence_next_node(''forward'', ''first_match'', ts, page, true, page = ''/'', page = ''/basket'') FROM visits GROUP BY customer';
COMMENT ON AGGREGATE sequence_next_node(text, text, timestamptz, text, boolean) IS
'The value of the first row (forward, head) or the last (backward, tail) if it satisfies the base condition, else NULL. Example: SELECT customer, sequence_next_node(''forward'', ''head'', ts, page, referrer = ''ad'') FROM visits GROUP BY customer';
