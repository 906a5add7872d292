
-- -------------------------------------------------------------- next_step
CREATE TYPE next_step_model;
CREATE FUNCTION next_step_model_in(cstring) RETURNS next_step_model
    AS 'MODULE_PATHNAME', 'journey_next_step_model_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION next_step_model_out(next_step_model) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_next_step_model_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION next_step_model_recv(internal) RETURNS next_step_model
    AS 'MODULE_PATHNAME', 'journey_next_step_model_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION next_step_model_send(next_step_model) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_next_step_model_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE TYPE next_step_model (
    INPUT = next_step_model_in, OUTPUT = next_step_model_out, RECEIVE = next_step_model_recv, SEND = next_step_model_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);

CREATE FUNCTION next_step_add(next_step_model, journey) RETURNS next_step_model
    AS 'MODULE_PATHNAME', 'journey_next_step_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION next_step_add(next_step_model, journey, int) RETURNS next_step_model
    AS 'MODULE_PATHNAME', 'journey_next_step_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION next_step_add(next_step_model, journey, int, int) RETURNS next_step_model
    AS 'MODULE_PATHNAME', 'journey_next_step_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION next_step_add(next_step_model, journey, int, int, interval, text, text[], text[], text[]) RETURNS next_step_model
    AS 'MODULE_PATHNAME', 'journey_next_step_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION next_step_add_model(next_step_model, next_step_model) RETURNS next_step_model
    AS 'MODULE_PATHNAME', 'journey_next_step_add_model' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE FUNCTION next_step_combine(next_step_model, next_step_model) RETURNS next_step_model
    AS 'MODULE_PATHNAME', 'journey_next_step_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE FUNCTION next_step_finish(next_step_model) RETURNS next_step_model
    AS 'MODULE_PATHNAME', 'journey_next_step_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;

CREATE AGGREGATE next_step_fit(j journey) (
    SFUNC = next_step_add, STYPE = next_step_model, SSPACE = 8192, FINALFUNC = next_step_finish, COMBINEFUNC = next_step_combine, PARALLEL = SAFE);
CREATE AGGREGATE next_step_fit(j journey, max_order int) (
    SFUNC = next_step_add, STYPE = next_step_model, SSPACE = 8192, FINALFUNC = next_step_finish, COMBINEFUNC = next_step_combine, PARALLEL = SAFE);
CREATE AGGREGATE next_step_fit(j journey, max_order int, min_count int) (
    SFUNC = next_step_add, STYPE = next_step_model, SSPACE = 8192, FINALFUNC = next_step_finish, COMBINEFUNC = next_step_combine, PARALLEL = SAFE);
CREATE AGGREGATE next_step_fit(j journey, max_order int, min_count int, gap interval, collapse text, keep text[], drop text[], starts text[]) (
    SFUNC = next_step_add, STYPE = next_step_model, SSPACE = 8192, FINALFUNC = next_step_finish, COMBINEFUNC = next_step_combine, PARALLEL = SAFE);
CREATE AGGREGATE next_step_fit(model next_step_model) (
    SFUNC = next_step_add_model, STYPE = next_step_model, SSPACE = 8192, FINALFUNC = next_step_finish, COMBINEFUNC = next_step_combine, PARALLEL = SAFE);

-- (Not strict: NULL is the empty model.)
CREATE FUNCTION next_step_union(a next_step_model, b next_step_model) RETURNS next_step_model
    AS 'MODULE_PATHNAME', 'journey_next_step_union' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE OPERATOR || (LEFTARG = next_step_model, RIGHTARG = next_step_model, FUNCTION = next_step_union);

CREATE FUNCTION next_steps(model next_step_model, j journey, top int DEFAULT NULL,
        OUT rank int, OUT event text, OUT probability float8, OUT count bigint, OUT visits bigint, OUT context text[]) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_next_steps' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 5;
CREATE FUNCTION next_step(model next_step_model, j journey) RETURNS text
    AS 'MODULE_PATHNAME', 'journey_next_step' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION next_step_probability(model next_step_model, j journey, event text) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_next_step_probability' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION conversion_probability(model next_step_model, j journey, goal text) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_conversion_probability' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION next_best_steps(model next_step_model, j journey, goal text, top int DEFAULT NULL,
        OUT rank int, OUT event text, OUT conversion float8, OUT lift float8, OUT probability float8, OUT visits bigint) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_next_best_steps' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 5;
CREATE FUNCTION next_best_step(model next_step_model, j journey, goal text) RETURNS text
    AS 'MODULE_PATHNAME', 'journey_next_best_step' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 25;
CREATE FUNCTION next_step_counts(model next_step_model,
        OUT context text[], OUT event text, OUT count bigint, OUT visits bigint, OUT probability float8, OUT used boolean) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_next_step_counts' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 500;
CREATE FUNCTION next_step_summary(model next_step_model,
        OUT journeys bigint, OUT sessions bigint, OUT steps bigint, OUT events bigint, OUT contexts bigint, OUT used_contexts bigint,
        OUT max_order int, OUT min_count int) RETURNS record
    AS 'MODULE_PATHNAME', 'journey_next_step_summary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

COMMENT ON TYPE next_step_model IS 'Counts of what followed the last events of sessions. Example: CREATE TABLE models AS SELECT next_step_fit(j) AS model FROM journeys';
COMMENT ON FUNCTION next_step_model_in(cstring) IS 'Reads a next_step_model. Example: it is used by COPY and pg_dump';
COMMENT ON FUNCTION next_step_model_out(next_step_model) IS 'Writes a next_step_model as hexadecimal digits. Example: it is used by COPY and pg_dump';
COMMENT ON FUNCTION next_step_model_recv(internal) IS 'Reads the binary form of a next_step_model. Example: it is used by COPY and pg_dump';
COMMENT ON FUNCTION next_step_model_send(next_step_model) IS 'Writes the binary form of a next_step_model. Example: it is used by COPY and pg_dump';
COMMENT ON FUNCTION next_step_add(next_step_model, journey) IS 'Transition of next_step_fit. Example: SELECT next_step_fit(j) FROM journeys';
COMMENT ON FUNCTION next_step_add(next_step_model, journey, int) IS 'Transition of next_step_fit. Example: SELECT next_step_fit(j, 3) FROM journeys';
COMMENT ON FUNCTION next_step_add(next_step_model, journey, int, int) IS 'Transition of next_step_fit. Example: SELECT next_step_fit(j, 3, 20) FROM journeys';
COMMENT ON FUNCTION next_step_add(next_step_model, journey, int, int, interval, text, text[], text[], text[]) IS 'Transition of next_step_fit. Example: SELECT next_step_fit(j, 3, 20, ''30 minutes'', ''first'', NULL, ''{heartbeat}'', NULL) FROM journeys';
COMMENT ON FUNCTION next_step_add_model(next_step_model, next_step_model) IS 'Transition of next_step_fit over models. Example: SELECT next_step_fit(model) FROM models_by_day';
COMMENT ON FUNCTION next_step_combine(next_step_model, next_step_model) IS 'Combine function of next_step_fit. Example: SELECT next_step_fit(j) FROM journeys';
COMMENT ON FUNCTION next_step_finish(next_step_model) IS 'Final function of next_step_fit. Example: SELECT next_step_fit(j) FROM journeys';
COMMENT ON AGGREGATE next_step_fit(journey) IS 'Counts what came next after the last two events of a session, its start and its end included. Example: SELECT next_step_fit(j) FROM journeys';
COMMENT ON AGGREGATE next_step_fit(journey, int) IS 'The same with contexts of up to max_order events, 0 to 8 (default 2). Example: SELECT next_step_fit(j, 3) FROM journeys';
COMMENT ON AGGREGATE next_step_fit(journey, int, int) IS 'The same with the visits from which on a context is used (default 5); with fewer the model backs off to a shorter one. Example: SELECT next_step_fit(j, 3, 20) FROM journeys';
COMMENT ON AGGREGATE next_step_fit(journey, int, int, interval, text, text[], text[], text[]) IS 'The same with the options of transitions(): sessions cut by gap and starts, runs collapsed, events kept or dropped. Scoring reads journeys in the same way. Example: SELECT next_step_fit(j, 3, 20, ''30 minutes'', ''first'', NULL, ''{heartbeat}'', NULL) FROM journeys';
COMMENT ON AGGREGATE next_step_fit(next_step_model) IS 'Models put together as if fitted to all their journeys. Example: SELECT next_step_fit(model) FROM models_by_day';
COMMENT ON FUNCTION next_step_union(next_step_model, next_step_model) IS 'Both models as one, their counts added up; NULL is the empty model. Example: UPDATE models SET model = next_step_union(model, (SELECT next_step_fit(j) FROM new_journeys))';
COMMENT ON OPERATOR || (next_step_model, next_step_model) IS 'Both models as one. Example: UPDATE models SET model = model || (SELECT next_step_fit(j) FROM new_journeys)';
COMMENT ON FUNCTION next_steps(next_step_model, journey, int) IS 'What comes next, the most probable first, (end) among it, with the counts and the context that tell. Example: SELECT customer, n.* FROM models, journeys, next_steps(model, j, 3) AS n';
COMMENT ON FUNCTION next_step(next_step_model, journey) IS 'The most probable next event, or (end). Example: SELECT customer, next_step(model, j) FROM models, journeys';
COMMENT ON FUNCTION next_step_probability(next_step_model, journey, text) IS 'The probability that the next event is this one, or (end). Example: SELECT customer, next_step_probability(model, j, (end)) FROM models, journeys';
COMMENT ON FUNCTION conversion_probability(next_step_model, journey, text) IS 'The probability to reach an event, or one of several, before the session ends. Example: SELECT customer, conversion_probability(model, j, buy|subscribe) FROM models, journeys';
COMMENT ON FUNCTION next_best_steps(next_step_model, journey, text, int) IS 'What the customer can do next, by the probability to reach the goal after it. Example: SELECT customer, b.* FROM models, journeys, next_best_steps(model, j, buy, 3) AS b';
COMMENT ON FUNCTION next_best_step(next_step_model, journey, text) IS 'The step that raises the probability to reach the goal most; NULL if none does. Example: SELECT customer, next_best_step(model, j, buy) FROM models, journeys';
COMMENT ON FUNCTION next_step_counts(next_step_model) IS 'One row for each context and what followed it. Example: SELECT c.* FROM models, next_step_counts(model) AS c WHERE cardinality(context) = 1';
COMMENT ON FUNCTION next_step_summary(next_step_model) IS 'Figures of a model. Example: SELECT s.* FROM models, next_step_summary(model) AS s';
