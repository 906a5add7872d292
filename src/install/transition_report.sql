
-- ------------------------------------------------------ transition_report
CREATE TYPE transition_summary;
CREATE FUNCTION transition_summary_in(cstring) RETURNS transition_summary
    AS 'MODULE_PATHNAME', 'journey_transition_summary_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION transition_summary_out(transition_summary) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_transition_summary_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION transition_summary_recv(internal) RETURNS transition_summary
    AS 'MODULE_PATHNAME', 'journey_transition_summary_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION transition_summary_send(transition_summary) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_transition_summary_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE TYPE transition_summary (
    INPUT = transition_summary_in, OUTPUT = transition_summary_out, RECEIVE = transition_summary_recv, SEND = transition_summary_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);

CREATE TYPE transition_report_row AS (
    from_event text, to_event text, count bigint, customers bigint, share_out float8, share_in float8,
    median_took interval, p95_took interval);

CREATE FUNCTION transition_report_add(transition_summary, journey) RETURNS transition_summary
    AS 'MODULE_PATHNAME', 'journey_transition_report_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION transition_report_add(transition_summary, journey, interval) RETURNS transition_summary
    AS 'MODULE_PATHNAME', 'journey_transition_report_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION transition_report_add(transition_summary, journey, interval, text) RETURNS transition_summary
    AS 'MODULE_PATHNAME', 'journey_transition_report_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION transition_report_add(transition_summary, journey, interval, text, text[], text[], text[], text, text) RETURNS transition_summary
    AS 'MODULE_PATHNAME', 'journey_transition_report_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION transition_report_combine(transition_summary, transition_summary) RETURNS transition_summary
    AS 'MODULE_PATHNAME', 'journey_transition_report_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION transition_report_finish(transition_summary) RETURNS transition_report_row[]
    AS 'MODULE_PATHNAME', 'journey_transition_report_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;

CREATE AGGREGATE transition_report(j journey) (
    SFUNC = transition_report_add, STYPE = transition_summary, SSPACE = 8192, FINALFUNC = transition_report_finish,
    COMBINEFUNC = transition_report_combine, PARALLEL = SAFE);
CREATE AGGREGATE transition_report(j journey, gap interval) (
    SFUNC = transition_report_add, STYPE = transition_summary, SSPACE = 8192, FINALFUNC = transition_report_finish,
    COMBINEFUNC = transition_report_combine, PARALLEL = SAFE);
CREATE AGGREGATE transition_report(j journey, gap interval, collapse text) (
    SFUNC = transition_report_add, STYPE = transition_summary, SSPACE = 8192, FINALFUNC = transition_report_finish,
    COMBINEFUNC = transition_report_combine, PARALLEL = SAFE);
CREATE AGGREGATE transition_report(j journey, gap interval, collapse text, keep text[], drop text[], starts text[], start_name text, end_name text) (
    SFUNC = transition_report_add, STYPE = transition_summary, SSPACE = 8192, FINALFUNC = transition_report_finish,
    COMBINEFUNC = transition_report_combine, PARALLEL = SAFE);

COMMENT ON TYPE transition_summary IS 'State of transition_report: counts and lengths of time of each pair of events. Example: it is made and read by SELECT transition_report(j) FROM journeys';
COMMENT ON FUNCTION transition_summary_in(cstring) IS 'Reads a transition_summary. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION transition_summary_out(transition_summary) IS 'Writes a transition_summary as hexadecimal digits. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION transition_summary_recv(internal) IS 'Reads the binary form of a transition_summary. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION transition_summary_send(transition_summary) IS 'Writes the binary form of a transition_summary. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION transition_report_add(transition_summary, journey) IS 'Transition of transition_report. Example: SELECT transition_report(j) FROM journeys';
COMMENT ON FUNCTION transition_report_add(transition_summary, journey, interval) IS 'Transition of transition_report. Example: SELECT transition_report(j, ''30 minutes'') FROM journeys';
COMMENT ON FUNCTION transition_report_add(transition_summary, journey, interval, text) IS 'Transition of transition_report. Example: SELECT transition_report(j, ''30 minutes'', ''first'') FROM journeys';
COMMENT ON FUNCTION transition_report_add(transition_summary, journey, interval, text, text[], text[], text[], text, text) IS 'Transition of transition_report. Example: SELECT transition_report(j, NULL, ''none'', NULL, ARRAY[''heartbeat''], NULL, ''(start)'', ''(end)'') FROM journeys';
COMMENT ON FUNCTION transition_report_combine(transition_summary, transition_summary) IS 'Combine function of transition_report. Example: SELECT transition_report(j) FROM journeys';
COMMENT ON FUNCTION transition_report_finish(transition_summary) IS 'Final function of transition_report. Example: SELECT transition_report(j) FROM journeys';
COMMENT ON AGGREGATE transition_report(journey) IS
'Transitions over all journeys: one row for each pair of events, the start and the end among them. Example: SELECT * FROM unnest((SELECT transition_report(j) FROM journeys))';
COMMENT ON AGGREGATE transition_report(journey, interval) IS
'The same with sessions cut by longer pauses. Example: SELECT * FROM unnest((SELECT transition_report(j, ''30 minutes'') FROM journeys))';
COMMENT ON AGGREGATE transition_report(journey, interval, text) IS
'The same with runs of one event made one: none, first or last of the run. Example: SELECT * FROM unnest((SELECT transition_report(j, ''30 minutes'', ''first'') FROM journeys))';
COMMENT ON AGGREGATE transition_report(journey, interval, text, text[], text[], text[], text, text) IS
'The same with all options of transitions(); a NULL name leaves the start or the end out. Example: SELECT * FROM unnest((SELECT transition_report(j, NULL, ''none'', NULL, ARRAY[''heartbeat''], NULL, ''(start)'', ''(end)'') FROM journeys))';
COMMENT ON TYPE transition_report_row IS 'One pair of events over all customers: counts, shares 0..1, lengths of time. Example: SELECT * FROM unnest((SELECT transition_report(j) FROM journeys))';
