-- -------------------------------------------------------------- lifecycle
CREATE TYPE activity_summary;
CREATE FUNCTION activity_summary_in(cstring) RETURNS activity_summary
    AS 'MODULE_PATHNAME', 'journey_activity_summary_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION activity_summary_out(activity_summary) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_activity_summary_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION activity_summary_recv(internal) RETURNS activity_summary
    AS 'MODULE_PATHNAME', 'journey_activity_summary_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION activity_summary_send(activity_summary) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_activity_summary_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE TYPE activity_summary (
    INPUT = activity_summary_in, OUTPUT = activity_summary_out, RECEIVE = activity_summary_recv, SEND = activity_summary_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);

CREATE TYPE activity_options AS (
    period text, as_of timestamptz, from_ts timestamptz, time_zone text, week_start int, events text[], min_events int);
CREATE TYPE lifecycle_report_row AS (period_start timestamptz, state text, customers bigint, complete boolean);
CREATE TYPE growth_report_row AS (
    period_start timestamptz, active bigint, new bigint, retained bigint, resurrected bigint, churned bigint,
    net bigint, quick_ratio float8, complete boolean);
CREATE TYPE stickiness_report_row AS (
    periods int, customers bigint, at_least bigint, share float8, share_at_least float8);

-- In SQL, so that the planner makes one constant of it.
CREATE FUNCTION activity_options(period text, as_of timestamptz, from_ts timestamptz DEFAULT NULL,
        time_zone text DEFAULT NULL, week_start int DEFAULT 1, events text[] DEFAULT NULL, min_events int DEFAULT 1)
    RETURNS activity_options LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
    RETURN ROW(period, as_of, from_ts, time_zone, week_start, events, min_events)::activity_options;
CREATE FUNCTION lifecycle(j journey, options activity_options,
        OUT period_start timestamptz, OUT state text, OUT events bigint, OUT complete boolean) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_lifecycle' LANGUAGE C STABLE PARALLEL SAFE COST 50 ROWS 20;
CREATE FUNCTION active_periods(j journey, options activity_options) RETURNS bigint
    AS 'MODULE_PATHNAME', 'journey_active_periods' LANGUAGE C STABLE PARALLEL SAFE COST 20;

CREATE FUNCTION activity_add(activity_summary, journey, activity_options) RETURNS activity_summary
    AS 'MODULE_PATHNAME', 'journey_activity_add' LANGUAGE C STABLE PARALLEL SAFE COST 20;
CREATE FUNCTION activity_combine(activity_summary, activity_summary) RETURNS activity_summary
    AS 'MODULE_PATHNAME', 'journey_activity_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE FUNCTION lifecycle_report_finish(activity_summary) RETURNS lifecycle_report_row[]
    AS 'MODULE_PATHNAME', 'journey_lifecycle_report_finish' LANGUAGE C STABLE PARALLEL SAFE COST 100;
CREATE FUNCTION growth_report_finish(activity_summary) RETURNS growth_report_row[]
    AS 'MODULE_PATHNAME', 'journey_growth_report_finish' LANGUAGE C STABLE PARALLEL SAFE COST 100;
CREATE FUNCTION stickiness_report_finish(activity_summary) RETURNS stickiness_report_row[]
    AS 'MODULE_PATHNAME', 'journey_stickiness_report_finish' LANGUAGE C STABLE PARALLEL SAFE COST 100;
CREATE AGGREGATE lifecycle_report(j journey, options activity_options) (
    SFUNC = activity_add, STYPE = activity_summary, SSPACE = 4096, FINALFUNC = lifecycle_report_finish,
    COMBINEFUNC = activity_combine, PARALLEL = SAFE);
CREATE AGGREGATE growth_report(j journey, options activity_options) (
    SFUNC = activity_add, STYPE = activity_summary, SSPACE = 4096, FINALFUNC = growth_report_finish,
    COMBINEFUNC = activity_combine, PARALLEL = SAFE);
CREATE AGGREGATE stickiness_report(j journey, options activity_options) (
    SFUNC = activity_add, STYPE = activity_summary, SSPACE = 4096, FINALFUNC = stickiness_report_finish,
    COMBINEFUNC = activity_combine, PARALLEL = SAFE);

COMMENT ON TYPE activity_summary IS 'State of lifecycle_report, growth_report and stickiness_report. Example: it is made and read by SELECT growth_report(j, activity_options(''week'', now())) FROM journeys';
COMMENT ON FUNCTION activity_summary_in(cstring) IS 'Reads a activity_summary. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION activity_summary_out(activity_summary) IS 'Writes a activity_summary as hexadecimal digits. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION activity_summary_recv(internal) IS 'Reads the binary form of a activity_summary. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION activity_summary_send(activity_summary) IS 'Writes the binary form of a activity_summary. Example: it is used where a state moves between nodes';
COMMENT ON TYPE activity_options IS 'What lifecycle, active_periods and the reports over them count. Example: SELECT activity_options(''week'', now(), events => ''{buy}'')';
COMMENT ON TYPE lifecycle_report_row IS 'Customers in one state in one period; NULL while not complete. Example: SELECT * FROM unnest((SELECT lifecycle_report(j, activity_options(''week'', now())) FROM journeys))';
COMMENT ON TYPE growth_report_row IS 'Growth accounting of one period; NULL while not complete. Example: SELECT * FROM unnest((SELECT growth_report(j, activity_options(''week'', now())) FROM journeys))';
COMMENT ON TYPE stickiness_report_row IS 'Customers active in so many periods. Example: SELECT * FROM unnest((SELECT stickiness_report(j, activity_options(''day'', now())) FROM journeys))';
COMMENT ON FUNCTION activity_options(text, timestamptz, timestamptz, text, int, text[], int) IS
'Options of lifecycle, active_periods, lifecycle_report, growth_report and stickiness_report, by name. Example: SELECT activity_options(''week'', now(), from_ts => ''2024-01-01'', events => ''{buy}'')';
COMMENT ON FUNCTION lifecycle(journey, activity_options) IS
'The state of one customer in each period since he was first active: new, returning, resurrecting, dormant, inactive. Example: SELECT customer, l.* FROM journeys, lifecycle(j, activity_options(''day'', now())) l';
COMMENT ON FUNCTION active_periods(journey, activity_options) IS
'In how many finished periods of the range a customer was active. Example: SELECT avg(active_periods(j, activity_options(''day'', now(), from_ts => ''2024-01-01''))) FROM journeys';
COMMENT ON FUNCTION activity_add(activity_summary, journey, activity_options) IS 'Transition of lifecycle_report, growth_report and stickiness_report. Example: SELECT growth_report(j, activity_options(''week'', now())) FROM journeys';
COMMENT ON FUNCTION activity_combine(activity_summary, activity_summary) IS 'Combine function of lifecycle_report, growth_report and stickiness_report. Example: SELECT growth_report(j, activity_options(''week'', now())) FROM journeys';
COMMENT ON FUNCTION lifecycle_report_finish(activity_summary) IS 'Final function of lifecycle_report. Example: SELECT lifecycle_report(j, activity_options(''week'', now())) FROM journeys';
COMMENT ON AGGREGATE lifecycle_report(journey, activity_options) IS
'Customers by period and state (new, returning, resurrecting, dormant): four rows a period. Example: SELECT * FROM unnest((SELECT lifecycle_report(j, activity_options(''week'', now(), from_ts => ''2024-01-01'')) FROM journeys))';
COMMENT ON FUNCTION growth_report_finish(activity_summary) IS 'Final function of growth_report. Example: SELECT growth_report(j, activity_options(''week'', now())) FROM journeys';
COMMENT ON AGGREGATE growth_report(journey, activity_options) IS
'Growth accounting: new, retained, resurrected, churned, net and quick ratio of each period. Example: SELECT * FROM unnest((SELECT growth_report(j, activity_options(''week'', now(), from_ts => ''2024-01-01'')) FROM journeys))';
COMMENT ON FUNCTION stickiness_report_finish(activity_summary) IS 'Final function of stickiness_report. Example: SELECT stickiness_report(j, activity_options(''week'', now())) FROM journeys';
COMMENT ON AGGREGATE stickiness_report(journey, activity_options) IS
'How many customers were active in exactly, and in at least, 1, 2, … periods of the range. Example: SELECT * FROM unnest((SELECT stickiness_report(j, activity_options(''week'', now(), from_ts => ''2024-01-01'')) FROM journeys))';
