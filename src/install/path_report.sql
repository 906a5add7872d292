
-- ------------------------------------------------------------ path_report
CREATE TYPE path_summary;
CREATE FUNCTION path_summary_in(cstring) RETURNS path_summary
    AS 'MODULE_PATHNAME', 'journey_path_summary_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION path_summary_out(path_summary) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_path_summary_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION path_summary_recv(internal) RETURNS path_summary
    AS 'MODULE_PATHNAME', 'journey_path_summary_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION path_summary_send(path_summary) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_path_summary_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE TYPE path_summary (
    INPUT = path_summary_in, OUTPUT = path_summary_out, RECEIVE = path_summary_recv, SEND = path_summary_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);

CREATE TYPE path_report_row AS (path_no bigint, path text, events text[], customers bigint, share float8);

CREATE FUNCTION path_report_add(path_summary, text[]) RETURNS path_summary
    AS 'MODULE_PATHNAME', 'journey_path_report_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION path_report_add(path_summary, text[], int) RETURNS path_summary
    AS 'MODULE_PATHNAME', 'journey_path_report_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION path_report_combine(path_summary, path_summary) RETURNS path_summary
    AS 'MODULE_PATHNAME', 'journey_path_report_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION path_report_finish(path_summary) RETURNS path_report_row[]
    AS 'MODULE_PATHNAME', 'journey_path_report_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;

CREATE AGGREGATE path_report(path text[]) (
    SFUNC = path_report_add, STYPE = path_summary, SSPACE = 8192, FINALFUNC = path_report_finish,
    COMBINEFUNC = path_report_combine, PARALLEL = SAFE);
CREATE AGGREGATE path_report(path text[], top int) (
    SFUNC = path_report_add, STYPE = path_summary, SSPACE = 8192, FINALFUNC = path_report_finish,
    COMBINEFUNC = path_report_combine, PARALLEL = SAFE);

COMMENT ON TYPE path_summary IS 'State of path_report: distinct paths and their customers. Example: it is made and read by SELECT path_report(journey_path(j)) FROM journeys';
COMMENT ON FUNCTION path_summary_in(cstring) IS 'Reads a path_summary. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION path_summary_out(path_summary) IS 'Writes a path_summary as hexadecimal digits. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION path_summary_recv(internal) IS 'Reads the binary form of a path_summary. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION path_summary_send(path_summary) IS 'Writes the binary form of a path_summary. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION path_report_add(path_summary, text[]) IS 'Transition of path_report. Example: SELECT path_report(journey_path(j, max_length => 5)) FROM journeys';
COMMENT ON FUNCTION path_report_add(path_summary, text[], int) IS 'Transition of path_report. Example: SELECT path_report(journey_path(j, max_length => 5), 10) FROM journeys';
COMMENT ON FUNCTION path_report_combine(path_summary, path_summary) IS 'Combine function of path_report. Example: SELECT path_report(journey_path(j)) FROM journeys';
COMMENT ON FUNCTION path_report_finish(path_summary) IS 'Final function of path_report. Example: SELECT path_report(journey_path(j)) FROM journeys';
COMMENT ON AGGREGATE path_report(text[]) IS
'All paths and how many customers took each; customers whose path is NULL are not counted. Example: SELECT * FROM unnest((SELECT path_report(journey_path(j, max_length => 5)) FROM journeys))';
COMMENT ON AGGREGATE path_report(text[], int) IS
'The most frequent paths, and everybody else in one row. Example: SELECT * FROM unnest((SELECT path_report(journey_path(j, max_length => 5), 10) FROM journeys))';
COMMENT ON TYPE path_report_row IS 'A path and its customers; events is NULL in the row of all others. Example: SELECT path, customers, share FROM unnest((SELECT path_report(journey_path(j, max_length => 5), 10) FROM journeys))';
