
-- -------------------------------------------------------------- retention
CREATE FUNCTION retention_add(internal, VARIADIC "any") RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_retention_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION retention_combine(internal, internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_retention_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION retention_serialise(internal) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_retention_serialise' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION retention_deserialise(bytea, internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_retention_deserialise' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION retention_finish(internal, VARIADIC "any") RETURNS boolean[]
    AS 'MODULE_PATHNAME', 'journey_retention_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE AGGREGATE retention(VARIADIC conditions "any") (
    SFUNC = retention_add, STYPE = internal, SSPACE = 64, FINALFUNC = retention_finish, FINALFUNC_EXTRA,
    COMBINEFUNC = retention_combine, SERIALFUNC = retention_serialise, DESERIALFUNC = retention_deserialise,
    PARALLEL = SAFE);

COMMENT ON FUNCTION retention_add(internal, VARIADIC "any") IS 'Transition of retention. Example: SELECT retention(a, b) FROM t';
COMMENT ON FUNCTION retention_combine(internal, internal) IS 'Combine function of retention. Example: SELECT retention(a, b) FROM t';
COMMENT ON FUNCTION retention_serialise(internal) IS 'Serialisation of retention. Example: SELECT retention(a, b) FROM t';
COMMENT ON FUNCTION retention_deserialise(bytea, internal) IS 'Deserialisation of retention. Example: SELECT retention(a, b) FROM t';
COMMENT ON FUNCTION retention_finish(internal, VARIADIC "any") IS 'Final function of retention. Example: SELECT retention(a, b) FROM t';
COMMENT ON AGGREGATE retention(VARIADIC "any") IS
'boolean[]: element 1: was the first condition ever true; element i: were the first and the i-th both. Example: SELECT customer, retention(ts::date = ''2024-01-01'', ts::date = ''2024-01-02'') FROM events GROUP BY customer';
