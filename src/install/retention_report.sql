-- ------------------------------------------------------- retention_report
CREATE TYPE retention_summary;
CREATE FUNCTION retention_summary_in(cstring) RETURNS retention_summary
    AS 'MODULE_PATHNAME', 'journey_retention_summary_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION retention_summary_out(retention_summary) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_retention_summary_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION retention_summary_recv(internal) RETURNS retention_summary
    AS 'MODULE_PATHNAME', 'journey_retention_summary_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION retention_summary_send(retention_summary) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_retention_summary_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE TYPE retention_summary (
    INPUT = retention_summary_in, OUTPUT = retention_summary_out, RECEIVE = retention_summary_recv, SEND = retention_summary_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);

CREATE TYPE retention_options AS (
    period text, as_of timestamptz, from_ts timestamptz, time_zone text, week_start int,
    definition text, start_events text[], return_events text[], cohorts text, min_events int,
    first_period int, last_period int, brackets int[], window_length interval, start_counts boolean);
CREATE TYPE retention_report_row AS (
    cohort timestamptz, cohort_size bigint, period_no int, retained bigint, rate float8, complete boolean);

-- In SQL, so that the planner makes one constant of it.
CREATE FUNCTION retention_options(period text, as_of timestamptz, from_ts timestamptz DEFAULT NULL,
        time_zone text DEFAULT NULL, week_start int DEFAULT 1, definition text DEFAULT 'exact',
        start_events text[] DEFAULT NULL, return_events text[] DEFAULT NULL, cohorts text DEFAULT 'first',
        min_events int DEFAULT 1, first_period int DEFAULT 0, last_period int DEFAULT NULL,
        brackets int[] DEFAULT NULL, window_length interval DEFAULT NULL, start_counts boolean DEFAULT true)
    RETURNS retention_options LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
    RETURN ROW(period, as_of, from_ts, time_zone, week_start, definition, start_events, return_events, cohorts,
        min_events, first_period, last_period, brackets, window_length, start_counts)::retention_options;
CREATE FUNCTION retention_periods(j journey, options retention_options,
        OUT cohort timestamptz, OUT started_at timestamptz, OUT period_no int, OUT retained boolean,
        OUT events bigint, OUT value float8, OUT complete boolean)
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_retention_periods' LANGUAGE C STABLE PARALLEL SAFE COST 50 ROWS 20;

CREATE FUNCTION retention_report_add(retention_summary, journey, retention_options) RETURNS retention_summary
    AS 'MODULE_PATHNAME', 'journey_retention_report_add' LANGUAGE C STABLE PARALLEL SAFE COST 20;
CREATE FUNCTION retention_report_combine(retention_summary, retention_summary) RETURNS retention_summary
    AS 'MODULE_PATHNAME', 'journey_retention_report_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE FUNCTION retention_report_finish(retention_summary) RETURNS retention_report_row[]
    AS 'MODULE_PATHNAME', 'journey_retention_report_finish' LANGUAGE C STABLE PARALLEL SAFE COST 1000;
CREATE AGGREGATE retention_report(j journey, options retention_options) (
    SFUNC = retention_report_add, STYPE = retention_summary, SSPACE = 16384, FINALFUNC = retention_report_finish,
    COMBINEFUNC = retention_report_combine, PARALLEL = SAFE);

COMMENT ON TYPE retention_summary IS 'State of retention_report: customers of each cohort and period. Example: it is made and read by SELECT retention_report(j, retention_options(''week'', now())) FROM journeys';
COMMENT ON FUNCTION retention_summary_in(cstring) IS 'Reads a retention_summary. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION retention_summary_out(retention_summary) IS 'Writes a retention_summary as hexadecimal digits. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION retention_summary_recv(internal) IS 'Reads the binary form of a retention_summary. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION retention_summary_send(retention_summary) IS 'Writes the binary form of a retention_summary. Example: it is used where a state moves between nodes';
COMMENT ON TYPE retention_options IS 'What retention_report and retention_periods count. Example: SELECT retention_options(''week'', now(), definition => ''on_or_after'')';
COMMENT ON TYPE retention_report_row IS 'One period of one cohort: customers who came back, rate 0..1; NULL while not complete. Example: SELECT * FROM unnest((SELECT retention_report(j, retention_options(''week'', now())) FROM journeys))';
COMMENT ON FUNCTION retention_options(text, timestamptz, timestamptz, text, int, text, text[], text[], text, int, int, int, int[], interval, boolean) IS
'Options of retention_report and retention_periods, by name. definition: exact, on_or_after, on_or_before, bracket, streak; cohorts: first, first_in_range, recurring. Example: SELECT retention_options(''week'', now(), from_ts => ''2024-01-01'', start_events => ''{signup}'', return_events => ''{buy}'')';
COMMENT ON FUNCTION retention_periods(journey, retention_options) IS
'The cohorts of one customer, and in which periods he came back; NULL while a period is not complete. Example: SELECT customer, p.* FROM journeys, retention_periods(j, retention_options(''week'', now())) p';
COMMENT ON FUNCTION retention_report_add(retention_summary, journey, retention_options) IS 'Transition of retention_report. Example: SELECT retention_report(j, retention_options(''week'', now())) FROM journeys';
COMMENT ON FUNCTION retention_report_combine(retention_summary, retention_summary) IS 'Combine function of retention_report. Example: SELECT retention_report(j, retention_options(''week'', now())) FROM journeys';
COMMENT ON FUNCTION retention_report_finish(retention_summary) IS 'Final function of retention_report. Example: SELECT retention_report(j, retention_options(''week'', now())) FROM journeys';
COMMENT ON AGGREGATE retention_report(journey, retention_options) IS
'Retention of all customers: one row for each cohort and period. Example: SELECT * FROM unnest((SELECT retention_report(j, retention_options(''week'', now(), from_ts => ''2024-01-01'')) FROM journeys))';
