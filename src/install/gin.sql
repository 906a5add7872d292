
-- -------------------------------------------------------------------- gin
-- There is no commutator: an operator with text[] on its left would take
-- `tags && '{a,b}'` and `tags <@ '{a,b}'` away from PostgreSQL's own arrays.
CREATE FUNCTION has_all_events(j journey, names text[]) RETURNS boolean
    AS 'MODULE_PATHNAME', 'journey_has_all_events' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION has_any_event(j journey, names text[]) RETURNS boolean
    AS 'MODULE_PATHNAME', 'journey_has_any_event' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE OPERATOR @> (LEFTARG = journey, RIGHTARG = text[], FUNCTION = has_all_events,
    RESTRICT = matchingsel, JOIN = matchingjoinsel);
CREATE OPERATOR && (LEFTARG = journey, RIGHTARG = text[], FUNCTION = has_any_event,
    RESTRICT = matchingsel, JOIN = matchingjoinsel);

CREATE FUNCTION journey_gin_extract_value(journey, internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_gin_extract_value' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION journey_gin_extract_query(journey, internal, int2, internal, internal, internal, internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_gin_extract_query' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION journey_gin_consistent(internal, int2, journey, int4, internal, internal, internal, internal) RETURNS boolean
    AS 'MODULE_PATHNAME', 'journey_gin_consistent' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE FUNCTION journey_gin_triconsistent(internal, int2, journey, int4, internal, internal, internal) RETURNS "char"
    AS 'MODULE_PATHNAME', 'journey_gin_triconsistent' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

-- (The support functions name the indexed type where they take the query, text[] or text: so GIN's validator wants it.)
-- The keys are event names, compared by bytes, so that no collation's change can break an index.
CREATE OPERATOR CLASS journey_gin_ops DEFAULT FOR TYPE journey USING gin AS
    OPERATOR 1 && (journey, text[]),
    OPERATOR 2 @> (journey, text[]),
    OPERATOR 3 ~ (journey, text),
    FUNCTION 1 bttext_pattern_cmp(text, text),
    FUNCTION 2 journey_gin_extract_value(journey, internal),
    FUNCTION 3 journey_gin_extract_query(journey, internal, int2, internal, internal, internal, internal),
    FUNCTION 4 journey_gin_consistent(internal, int2, journey, int4, internal, internal, internal, internal),
    FUNCTION 6 journey_gin_triconsistent(internal, int2, journey, int4, internal, internal, internal),
    STORAGE text;

COMMENT ON FUNCTION has_all_events(journey, text[]) IS
'Does the journey have an event of each of these names? Example: SELECT customer FROM journeys WHERE j @> ''{view,buy}''';
COMMENT ON FUNCTION has_any_event(journey, text[]) IS
'Does the journey have an event of one of these names? Example: SELECT customer FROM journeys WHERE j && ''{refund,complaint}''';
COMMENT ON OPERATOR @> (journey, text[]) IS
'Does the journey have an event of each of these names? An index answers it. Example: SELECT customer FROM journeys WHERE j @> ''{view,buy}''';
COMMENT ON OPERATOR && (journey, text[]) IS
'Does the journey have an event of one of these names? An index answers it. Example: SELECT customer FROM journeys WHERE j && ''{refund,complaint}''';
COMMENT ON FUNCTION journey_gin_extract_value(journey, internal) IS 'GIN support: the names of a journey. Example: CREATE INDEX ON journeys USING gin (j)';
COMMENT ON FUNCTION journey_gin_extract_query(journey, internal, int2, internal, internal, internal, internal) IS 'GIN support: the names asked for, or that a pattern needs. Example: CREATE INDEX ON journeys USING gin (j)';
COMMENT ON FUNCTION journey_gin_consistent(internal, int2, journey, int4, internal, internal, internal, internal) IS 'GIN support: does a journey with these names match? Example: CREATE INDEX ON journeys USING gin (j)';
COMMENT ON FUNCTION journey_gin_triconsistent(internal, int2, journey, int4, internal, internal, internal) IS 'GIN support: may a journey with these names match? Example: CREATE INDEX ON journeys USING gin (j)';
COMMENT ON OPERATOR FAMILY journey_gin_ops USING gin IS 'Event names of journeys. Example: CREATE INDEX ON journeys USING gin (j)';
COMMENT ON OPERATOR CLASS journey_gin_ops USING gin IS 'Event names of journeys, for @>, && and ~. Example: CREATE INDEX ON journeys USING gin (j)';
