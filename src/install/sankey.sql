
-- ----------------------------------------------------------------- sankey
CREATE TYPE sankey_summary;
CREATE FUNCTION sankey_summary_in(cstring) RETURNS sankey_summary
    AS 'MODULE_PATHNAME', 'journey_sankey_summary_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION sankey_summary_out(sankey_summary) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_sankey_summary_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION sankey_summary_recv(internal) RETURNS sankey_summary
    AS 'MODULE_PATHNAME', 'journey_sankey_summary_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION sankey_summary_send(sankey_summary) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_sankey_summary_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE TYPE sankey_summary (
    INPUT = sankey_summary_in, OUTPUT = sankey_summary_out, RECEIVE = sankey_summary_recv, SEND = sankey_summary_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);

CREATE TYPE sankey_row AS (step_no int, source text, target text, value bigint, customers bigint);

CREATE FUNCTION sankey_add(sankey_summary, journey) RETURNS sankey_summary
    AS 'MODULE_PATHNAME', 'journey_sankey_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION sankey_add(sankey_summary, journey, int) RETURNS sankey_summary
    AS 'MODULE_PATHNAME', 'journey_sankey_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION sankey_add(sankey_summary, journey, int, int) RETURNS sankey_summary
    AS 'MODULE_PATHNAME', 'journey_sankey_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION sankey_add(sankey_summary, journey, int, int, interval) RETURNS sankey_summary
    AS 'MODULE_PATHNAME', 'journey_sankey_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION sankey_add(sankey_summary, journey, int, int, interval, text) RETURNS sankey_summary
    AS 'MODULE_PATHNAME', 'journey_sankey_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION sankey_add(sankey_summary, journey, int, int, interval, text, text[], text[], text[]) RETURNS sankey_summary
    AS 'MODULE_PATHNAME', 'journey_sankey_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION sankey_add(sankey_summary, text[], int, int) RETURNS sankey_summary
    AS 'MODULE_PATHNAME', 'journey_sankey_add_path' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION sankey_add(sankey_summary, text[], int, int, text) RETURNS sankey_summary
    AS 'MODULE_PATHNAME', 'journey_sankey_add_path' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION sankey_combine(sankey_summary, sankey_summary) RETURNS sankey_summary
    AS 'MODULE_PATHNAME', 'journey_sankey_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION sankey_finish(sankey_summary) RETURNS sankey_row[]
    AS 'MODULE_PATHNAME', 'journey_sankey_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;

CREATE AGGREGATE sankey(j journey) (
    SFUNC = sankey_add, STYPE = sankey_summary, SSPACE = 8192, FINALFUNC = sankey_finish,
    COMBINEFUNC = sankey_combine, PARALLEL = SAFE);
CREATE AGGREGATE sankey(j journey, max_steps int) (
    SFUNC = sankey_add, STYPE = sankey_summary, SSPACE = 8192, FINALFUNC = sankey_finish,
    COMBINEFUNC = sankey_combine, PARALLEL = SAFE);
CREATE AGGREGATE sankey(j journey, max_steps int, top int) (
    SFUNC = sankey_add, STYPE = sankey_summary, SSPACE = 8192, FINALFUNC = sankey_finish,
    COMBINEFUNC = sankey_combine, PARALLEL = SAFE);
CREATE AGGREGATE sankey(j journey, max_steps int, top int, gap interval) (
    SFUNC = sankey_add, STYPE = sankey_summary, SSPACE = 8192, FINALFUNC = sankey_finish,
    COMBINEFUNC = sankey_combine, PARALLEL = SAFE);
CREATE AGGREGATE sankey(j journey, max_steps int, top int, gap interval, collapse text) (
    SFUNC = sankey_add, STYPE = sankey_summary, SSPACE = 8192, FINALFUNC = sankey_finish,
    COMBINEFUNC = sankey_combine, PARALLEL = SAFE);
CREATE AGGREGATE sankey(j journey, max_steps int, top int, gap interval, collapse text, keep text[], drop text[], starts text[]) (
    SFUNC = sankey_add, STYPE = sankey_summary, SSPACE = 8192, FINALFUNC = sankey_finish,
    COMBINEFUNC = sankey_combine, PARALLEL = SAFE);
CREATE AGGREGATE sankey(path text[], max_steps int, top int) (
    SFUNC = sankey_add, STYPE = sankey_summary, SSPACE = 8192, FINALFUNC = sankey_finish,
    COMBINEFUNC = sankey_combine, PARALLEL = SAFE);
CREATE AGGREGATE sankey(path text[], max_steps int, top int, direction text) (
    SFUNC = sankey_add, STYPE = sankey_summary, SSPACE = 8192, FINALFUNC = sankey_finish,
    COMBINEFUNC = sankey_combine, PARALLEL = SAFE);

COMMENT ON TYPE sankey_summary IS 'State of sankey: links between nodes of one step and the next. Example: it is made and read by SELECT sankey(j) FROM journeys';
COMMENT ON FUNCTION sankey_summary_in(cstring) IS 'Reads a sankey_summary. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION sankey_summary_out(sankey_summary) IS 'Writes a sankey_summary as hexadecimal digits. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION sankey_summary_recv(internal) IS 'Reads the binary form of a sankey_summary. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION sankey_summary_send(sankey_summary) IS 'Writes the binary form of a sankey_summary. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION sankey_add(sankey_summary, journey) IS 'Transition of sankey. Example: SELECT sankey(j) FROM journeys';
COMMENT ON FUNCTION sankey_add(sankey_summary, journey, int) IS 'Transition of sankey. Example: SELECT sankey(j, 4) FROM journeys';
COMMENT ON FUNCTION sankey_add(sankey_summary, journey, int, int) IS 'Transition of sankey. Example: SELECT sankey(j, 4, 10) FROM journeys';
COMMENT ON FUNCTION sankey_add(sankey_summary, journey, int, int, interval) IS 'Transition of sankey. Example: SELECT sankey(j, 4, 10, ''30 minutes'') FROM journeys';
COMMENT ON FUNCTION sankey_add(sankey_summary, journey, int, int, interval, text) IS 'Transition of sankey. Example: SELECT sankey(j, 4, 10, ''30 minutes'', ''first'') FROM journeys';
COMMENT ON FUNCTION sankey_add(sankey_summary, journey, int, int, interval, text, text[], text[], text[]) IS 'Transition of sankey. Example: SELECT sankey(j, 4, 10, ''30 minutes'', ''first'', NULL, ARRAY[''heartbeat''], NULL) FROM journeys';
COMMENT ON FUNCTION sankey_add(sankey_summary, text[], int, int) IS 'Transition of sankey. Example: SELECT sankey(journey_path(j, ''cart''), 4, 10) FROM journeys';
COMMENT ON FUNCTION sankey_add(sankey_summary, text[], int, int, text) IS 'Transition of sankey. Example: SELECT sankey(journey_path(j, to_event => ''buy''), 4, 10, ''backward'') FROM journeys';
COMMENT ON FUNCTION sankey_combine(sankey_summary, sankey_summary) IS 'Combine function of sankey. Example: SELECT sankey(j) FROM journeys';
COMMENT ON FUNCTION sankey_finish(sankey_summary) IS 'Final function of sankey. Example: SELECT sankey(j) FROM journeys';
COMMENT ON AGGREGATE sankey(journey) IS
'What flows from step to step on the first five steps of all journeys, without cycles. Example: SELECT * FROM unnest((SELECT sankey(j) FROM journeys))';
COMMENT ON AGGREGATE sankey(journey, int) IS
'The same for so many steps. Example: SELECT * FROM unnest((SELECT sankey(j, 4) FROM journeys))';
COMMENT ON AGGREGATE sankey(journey, int, int) IS
'The same with the largest nodes of each step, the rest in one. Example: SELECT * FROM unnest((SELECT sankey(j, 4, 10) FROM journeys))';
COMMENT ON AGGREGATE sankey(journey, int, int, interval) IS
'The same with a path for each session; sessions are cut by longer pauses. Example: SELECT * FROM unnest((SELECT sankey(j, 4, 10, ''30 minutes'') FROM journeys))';
COMMENT ON AGGREGATE sankey(journey, int, int, interval, text) IS
'The same with runs of one event made one: none, first or last of the run. Example: SELECT * FROM unnest((SELECT sankey(j, 4, 10, ''30 minutes'', ''first'') FROM journeys))';
COMMENT ON AGGREGATE sankey(journey, int, int, interval, text, text[], text[], text[]) IS
'The same with events chosen and sessions begun by events. Example: SELECT * FROM unnest((SELECT sankey(j, 4, 10, ''30 minutes'', ''first'', NULL, ARRAY[''heartbeat''], NULL) FROM journeys))';
COMMENT ON AGGREGATE sankey(text[], int, int) IS
'What flows from step to step on paths, one for each customer. Example: SELECT * FROM unnest((SELECT sankey(journey_path(j, ''cart''), 4, 10) FROM journeys))';
COMMENT ON AGGREGATE sankey(text[], int, int, text) IS
'The same, forward from the first or backward from the last event. Example: SELECT * FROM unnest((SELECT sankey(journey_path(j, to_event => ''buy''), 4, 10, ''backward'') FROM journeys))';
COMMENT ON TYPE sankey_row IS 'A link of a Sankey diagram: nodes are events with their step. Example: SELECT source, target, value FROM unnest((SELECT sankey(j) FROM journeys))';
