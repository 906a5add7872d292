
-- --------------------------------------------------------------- identity
CREATE TYPE identity_graph;
CREATE FUNCTION identity_graph_in(cstring) RETURNS identity_graph
    AS 'MODULE_PATHNAME', 'journey_identity_graph_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION identity_graph_out(identity_graph) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_identity_graph_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION identity_graph_recv(internal) RETURNS identity_graph
    AS 'MODULE_PATHNAME', 'journey_identity_graph_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION identity_graph_send(identity_graph) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_identity_graph_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE TYPE identity_graph (
    INPUT = identity_graph_in, OUTPUT = identity_graph_out, RECEIVE = identity_graph_recv, SEND = identity_graph_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = external);

CREATE FUNCTION identity_add(identity_graph, text, text) RETURNS identity_graph
    AS 'MODULE_PATHNAME', 'journey_identity_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION identity_add(identity_graph, text, text, timestamptz) RETURNS identity_graph
    AS 'MODULE_PATHNAME', 'journey_identity_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION identity_add(identity_graph, text, text, timestamptz, text) RETURNS identity_graph
    AS 'MODULE_PATHNAME', 'journey_identity_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION identity_add(identity_graph, text, text, timestamptz, text, int, text[]) RETURNS identity_graph
    AS 'MODULE_PATHNAME', 'journey_identity_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION identity_add(identity_graph, text, text, timestamptz, text, int, text[], text[]) RETURNS identity_graph
    AS 'MODULE_PATHNAME', 'journey_identity_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION identity_add_graph(identity_graph, identity_graph) RETURNS identity_graph
    AS 'MODULE_PATHNAME', 'journey_identity_add_graph' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
CREATE FUNCTION identity_combine(identity_graph, identity_graph) RETURNS identity_graph
    AS 'MODULE_PATHNAME', 'journey_identity_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
CREATE FUNCTION identity_finish(identity_graph) RETURNS identity_graph
    AS 'MODULE_PATHNAME', 'journey_identity_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;

CREATE AGGREGATE identity_agg(a text, b text) (
    SFUNC = identity_add, STYPE = identity_graph, SSPACE = 8192, FINALFUNC = identity_finish, COMBINEFUNC = identity_combine, PARALLEL = SAFE);
CREATE AGGREGATE identity_agg(a text, b text, seen_at timestamptz) (
    SFUNC = identity_add, STYPE = identity_graph, SSPACE = 8192, FINALFUNC = identity_finish, COMBINEFUNC = identity_combine, PARALLEL = SAFE);
CREATE AGGREGATE identity_agg(a text, b text, seen_at timestamptz, source text) (
    SFUNC = identity_add, STYPE = identity_graph, SSPACE = 8192, FINALFUNC = identity_finish, COMBINEFUNC = identity_combine, PARALLEL = SAFE);
CREATE AGGREGATE identity_agg(a text, b text, seen_at timestamptz, source text, max_identifiers int, ignore text[]) (
    SFUNC = identity_add, STYPE = identity_graph, SSPACE = 8192, FINALFUNC = identity_finish, COMBINEFUNC = identity_combine, PARALLEL = SAFE);
CREATE AGGREGATE identity_agg(a text, b text, seen_at timestamptz, source text, max_identifiers int, ignore text[], max_of_kind text[]) (
    SFUNC = identity_add, STYPE = identity_graph, SSPACE = 8192, FINALFUNC = identity_finish, COMBINEFUNC = identity_combine, PARALLEL = SAFE);
CREATE AGGREGATE identity_agg(graph identity_graph) (
    SFUNC = identity_add_graph, STYPE = identity_graph, SSPACE = 8192, FINALFUNC = identity_finish, COMBINEFUNC = identity_combine, PARALLEL = SAFE);

-- (Not strict: NULL is the empty graph, so the first load is no special case.)
CREATE FUNCTION identity_union(a identity_graph, b identity_graph) RETURNS identity_graph
    AS 'MODULE_PATHNAME', 'journey_identity_union' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
CREATE OPERATOR || (LEFTARG = identity_graph, RIGHTARG = identity_graph, FUNCTION = identity_union);

CREATE FUNCTION identity_of(graph identity_graph, identifier text) RETURNS text
    AS 'MODULE_PATHNAME', 'journey_identity_of' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION identities(graph identity_graph,
        OUT identifier text, OUT kind text, OUT customer text, OUT first_seen timestamptz) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_identities' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10000;
CREATE FUNCTION identity_pairs(graph identity_graph,
        OUT a text, OUT b text, OUT seen_at timestamptz, OUT source text, OUT status text, OUT customer_a text, OUT customer_b text) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_identity_pairs' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10000;
CREATE FUNCTION identity_merges(graph identity_graph,
        OUT merge_no bigint, OUT merged_at timestamptz, OUT a text, OUT b text, OUT source text, OUT customer text, OUT absorbed text, OUT identifiers bigint) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_identity_merges' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10000;
CREATE FUNCTION identity_path(graph identity_graph, from_identifier text, to_identifier text,
        OUT step_no int, OUT a text, OUT b text, OUT seen_at timestamptz, OUT source text) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_identity_path' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 5;
CREATE FUNCTION identity_summary(graph identity_graph,
        OUT identifiers bigint, OUT customers bigint, OUT largest bigint, OUT pairs bigint, OUT joined bigint, OUT refused bigint,
        OUT rows bigint, OUT left_out bigint, OUT ignored bigint, OUT trimmed bigint, OUT max_identifiers int, OUT max_of_kind text[],
        OUT first_seen timestamptz, OUT last_seen timestamptz) RETURNS record
    AS 'MODULE_PATHNAME', 'journey_identity_summary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;

CREATE FUNCTION identity_forget(graph identity_graph, identifiers text[]) RETURNS identity_graph
    AS 'MODULE_PATHNAME', 'journey_identity_forget' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION identity_split(graph identity_graph, a text, b text) RETURNS identity_graph
    AS 'MODULE_PATHNAME', 'journey_identity_split' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION identity_limit(graph identity_graph, max_identifiers int, max_of_kind text[] DEFAULT NULL) RETURNS identity_graph
    AS 'MODULE_PATHNAME', 'journey_identity_limit' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;

CREATE FUNCTION identity_placeholders() RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
    RETURN '{"null","NULL","Null",none,None,nil,undefined,unknown,Unknown,UNKNOWN,anonymous,guest,n/a,N/A,na,NA,-,0,-1,false,(not set),00000000-0000-0000-0000-000000000000,d41d8cd98f00b204e9800998ecf8427e,noreply@example.com,test@test.com}'::text[];

-- What is known of a customer at a moment, in one row, from the journey of all his identifiers.
CREATE FUNCTION customer_360(j journey, as_of timestamptz, purchases text[] DEFAULT NULL, gap interval DEFAULT '30 minutes',
        OUT first_seen timestamptz, OUT last_seen timestamptz, OUT idle interval, OUT events bigint, OUT sessions bigint,
        OUT channels text[], OUT first_channel text, OUT last_channel text, OUT last_event text, OUT event_counts jsonb,
        OUT orders bigint, OUT revenue float8, OUT last_order timestamptz) RETURNS record
    LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000
BEGIN ATOMIC
    SELECT min(e.ts), max(e.ts), as_of - max(e.ts), count(*),
           (SELECT count(*) FROM sessions(j, gap) AS s WHERE s.started_at <= as_of),
           array_agg(DISTINCT e.channel) FILTER (WHERE e.channel IS NOT NULL),
           (array_agg(e.channel ORDER BY e.event_no) FILTER (WHERE e.channel IS NOT NULL))[1],
           (array_agg(e.channel ORDER BY e.event_no DESC) FILTER (WHERE e.channel IS NOT NULL))[1],
           (array_agg(e.event ORDER BY e.event_no DESC))[1],
           (SELECT jsonb_object_agg(n.event, n.times) FROM (SELECT c.event, count(*) AS times FROM events(j) AS c WHERE c.ts <= as_of GROUP BY c.event) AS n),
           count(*) FILTER (WHERE e.event = ANY (purchases)),
           sum(e.value ORDER BY e.event_no) FILTER (WHERE e.event = ANY (purchases)),
           max(e.ts) FILTER (WHERE e.event = ANY (purchases))
    FROM events(j) AS e WHERE e.ts <= as_of;
END;

COMMENT ON TYPE identity_graph IS 'Pairs of identifiers and the customers they join. Example: CREATE TABLE identity AS SELECT identity_agg(cookie, email, ts) AS graph FROM logins';
COMMENT ON FUNCTION identity_graph_in(cstring) IS 'Reads an identity_graph. Example: it is used by COPY and pg_dump';
COMMENT ON FUNCTION identity_graph_out(identity_graph) IS 'Writes an identity_graph as hexadecimal digits. Example: it is used by COPY and pg_dump';
COMMENT ON FUNCTION identity_graph_recv(internal) IS 'Reads the binary form of an identity_graph. Example: it is used by COPY and pg_dump';
COMMENT ON FUNCTION identity_graph_send(identity_graph) IS 'Writes the binary form of an identity_graph. Example: it is used by COPY and pg_dump';
COMMENT ON FUNCTION identity_add(identity_graph, text, text) IS 'Transition of identity_agg. Example: SELECT identity_agg(cookie, email) FROM logins';
COMMENT ON FUNCTION identity_add(identity_graph, text, text, timestamptz) IS 'Transition of identity_agg. Example: SELECT identity_agg(cookie, email, ts) FROM logins';
COMMENT ON FUNCTION identity_add(identity_graph, text, text, timestamptz, text) IS 'Transition of identity_agg. Example: SELECT identity_agg(cookie, email, ts, ''login form'') FROM logins';
COMMENT ON FUNCTION identity_add(identity_graph, text, text, timestamptz, text, int, text[]) IS 'Transition of identity_agg. Example: SELECT identity_agg(cookie, email, ts, ''login form'', 50, identity_placeholders()) FROM logins';
COMMENT ON FUNCTION identity_add(identity_graph, text, text, timestamptz, text, int, text[], text[]) IS 'Transition of identity_agg. Example: SELECT identity_agg(cookie, email, ts, ''login form'', 50, identity_placeholders(), ''{email:5,login:1}'') FROM logins';
COMMENT ON FUNCTION identity_add_graph(identity_graph, identity_graph) IS 'Transition of identity_agg over graphs. Example: SELECT identity_agg(graph) FROM identity_by_day';
COMMENT ON FUNCTION identity_combine(identity_graph, identity_graph) IS 'Combine function of identity_agg. Example: SELECT identity_agg(cookie, email) FROM logins';
COMMENT ON FUNCTION identity_finish(identity_graph) IS 'Final function of identity_agg. Example: SELECT identity_agg(cookie, email) FROM logins';
COMMENT ON AGGREGATE identity_agg(text, text) IS 'Joins pairs of identifiers into customers; NULL and empty identifiers are counted and left out. Example: SELECT identity_agg(cookie, email) FROM logins';
COMMENT ON AGGREGATE identity_agg(text, text, timestamptz) IS 'The same with the moment at which a pair was seen: a customer is called by his first identifier. Example: SELECT identity_agg(cookie, email, ts) FROM logins';
COMMENT ON AGGREGATE identity_agg(text, text, timestamptz, text) IS 'The same with where a pair comes from, for the audit of merges. Example: SELECT identity_agg(cookie, email, ts, ''login form'') FROM logins';
COMMENT ON AGGREGATE identity_agg(text, text, timestamptz, text, int, text[]) IS 'The same with the most identifiers a customer may have (NULL: no limit; pairs beyond are refused and reported) and identifiers or values that join nobody. Example: SELECT identity_agg(cookie, email, ts, ''login form'', 50, identity_placeholders()) FROM logins';
COMMENT ON AGGREGATE identity_agg(text, text, timestamptz, text, int, text[], text[]) IS 'The same with the most identifiers of a kind that a customer may have, such as one login and five addresses. Example: SELECT identity_agg(cookie, email, ts, ''login form'', 50, identity_placeholders(), ''{email:5,login:1}'') FROM logins';
COMMENT ON AGGREGATE identity_agg(identity_graph) IS 'Graphs put together as if made from all their pairs. Example: SELECT identity_agg(graph) FROM identity_by_day';
COMMENT ON FUNCTION identity_union(identity_graph, identity_graph) IS 'Both graphs as one; NULL is the empty graph, and what is loaded twice joins once. Example: UPDATE identity SET graph = identity_union(graph, (SELECT identity_agg(cookie, email, ts) FROM new_logins))';
COMMENT ON OPERATOR || (identity_graph, identity_graph) IS 'Both graphs as one. Example: UPDATE identity SET graph = graph || (SELECT identity_agg(cookie, email, ts) FROM new_logins)';
COMMENT ON FUNCTION identity_of(identity_graph, text) IS 'The customer of an identifier, NULL if it is not known. Example: SELECT identity_of(graph, email:ann@example.org) FROM identity';
COMMENT ON FUNCTION identities(identity_graph) IS 'One row an identifier, in the order of bytes, with its customer. Example: CREATE TABLE identity_map AS SELECT i.* FROM identity, identities(graph) AS i';
COMMENT ON FUNCTION identity_pairs(identity_graph) IS 'One row a pair, in the order of time: joined, known (it said nothing new) or refused by the limit. Example: SELECT p.* FROM identity, identity_pairs(graph) AS p WHERE status = refused';
COMMENT ON FUNCTION identity_merges(identity_graph) IS 'The audit: which pair made one customer of two, when and from what source. Example: SELECT m.* FROM identity, identity_merges(graph) AS m WHERE customer = cookie:c1';
COMMENT ON FUNCTION identity_path(identity_graph, text, text) IS 'Why two identifiers are one customer: the pairs that lead from one to the other; no row if they are not. Example: SELECT p.* FROM identity, identity_path(graph, cookie:c1, phone:555) AS p';
COMMENT ON FUNCTION identity_summary(identity_graph) IS 'Figures of a graph. Example: SELECT s.* FROM identity, identity_summary(graph) AS s';
COMMENT ON FUNCTION identity_forget(identity_graph, text[]) IS 'The graph without these identifiers; those they held together fall apart unless other pairs join them. Example: UPDATE identity SET graph = identity_forget(graph, {cookie:lobby})';
COMMENT ON FUNCTION identity_split(identity_graph, text, text) IS 'The graph without the pair of two identifiers. Example: UPDATE identity SET graph = identity_split(graph, cookie:c1, email:bob@example.org)';
COMMENT ON FUNCTION identity_limit(identity_graph, int, text[]) IS 'The same pairs with other limits of identifiers a customer, in all and by kind; NULL: no limit. Example: SELECT s.customers FROM identity, identity_summary(identity_limit(graph, 20)) AS s';
COMMENT ON FUNCTION identity_placeholders() IS 'What systems write where they know no identifier, for the argument ignore. Example: SELECT identity_agg(cookie, email, ts, NULL, NULL, identity_placeholders() || {cookie:lobby}) FROM logins';
COMMENT ON FUNCTION customer_360(journey, timestamptz, text[], interval) IS 'What is known of a customer at a moment, in one row; purchases are the names of events that are orders. Example: SELECT customer, p.* FROM journeys, customer_360(j, 2024-07-01, {buy}) AS p';
