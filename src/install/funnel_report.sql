
-- ---------------------------------------------------------- funnel_report
CREATE TYPE funnel_summary;
CREATE FUNCTION funnel_summary_in(cstring) RETURNS funnel_summary
    AS 'MODULE_PATHNAME', 'journey_funnel_summary_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION funnel_summary_out(funnel_summary) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_funnel_summary_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION funnel_summary_recv(internal) RETURNS funnel_summary
    AS 'MODULE_PATHNAME', 'journey_funnel_summary_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION funnel_summary_send(funnel_summary) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_funnel_summary_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE TYPE funnel_summary (
    INPUT = funnel_summary_in, OUTPUT = funnel_summary_out, RECEIVE = funnel_summary_recv, SEND = funnel_summary_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);

CREATE TYPE funnel_report_row AS (
    step_no int, step text, customers bigint, from_start float8, from_previous float8, dropped bigint,
    median_from_previous interval, p90_from_previous interval, avg_from_previous interval,
    median_from_start interval, p90_from_start interval, avg_from_start interval);

CREATE FUNCTION funnel_report_add(funnel_summary, timestamptz[]) RETURNS funnel_summary
    AS 'MODULE_PATHNAME', 'journey_funnel_report_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION funnel_report_add(funnel_summary, timestamptz[], text[]) RETURNS funnel_summary
    AS 'MODULE_PATHNAME', 'journey_funnel_report_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION funnel_report_add(funnel_summary, journey, text[]) RETURNS funnel_summary
    AS 'MODULE_PATHNAME', 'journey_funnel_report_add_journey' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION funnel_report_add(funnel_summary, journey, text[], interval) RETURNS funnel_summary
    AS 'MODULE_PATHNAME', 'journey_funnel_report_add_journey' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION funnel_report_add(funnel_summary, journey, text[], interval, text) RETURNS funnel_summary
    AS 'MODULE_PATHNAME', 'journey_funnel_report_add_journey' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION funnel_report_combine(funnel_summary, funnel_summary) RETURNS funnel_summary
    AS 'MODULE_PATHNAME', 'journey_funnel_report_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION funnel_report_finish(funnel_summary) RETURNS funnel_report_row[]
    AS 'MODULE_PATHNAME', 'journey_funnel_report_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;

CREATE AGGREGATE funnel_report(times timestamptz[]) (
    SFUNC = funnel_report_add, STYPE = funnel_summary, SSPACE = 4096, FINALFUNC = funnel_report_finish,
    COMBINEFUNC = funnel_report_combine, PARALLEL = SAFE);
CREATE AGGREGATE funnel_report(times timestamptz[], steps text[]) (
    SFUNC = funnel_report_add, STYPE = funnel_summary, SSPACE = 4096, FINALFUNC = funnel_report_finish,
    COMBINEFUNC = funnel_report_combine, PARALLEL = SAFE);
CREATE AGGREGATE funnel_report(j journey, steps text[]) (
    SFUNC = funnel_report_add, STYPE = funnel_summary, SSPACE = 4096, FINALFUNC = funnel_report_finish,
    COMBINEFUNC = funnel_report_combine, PARALLEL = SAFE);
CREATE AGGREGATE funnel_report(j journey, steps text[], within interval) (
    SFUNC = funnel_report_add, STYPE = funnel_summary, SSPACE = 4096, FINALFUNC = funnel_report_finish,
    COMBINEFUNC = funnel_report_combine, PARALLEL = SAFE);
CREATE AGGREGATE funnel_report(j journey, steps text[], within interval, policy text) (
    SFUNC = funnel_report_add, STYPE = funnel_summary, SSPACE = 4096, FINALFUNC = funnel_report_finish,
    COMBINEFUNC = funnel_report_combine, PARALLEL = SAFE);

COMMENT ON TYPE funnel_summary IS 'State of funnel_report: counts and lengths of time of each step. Example: it is made and read by SELECT funnel_report(times) FROM funnels';
COMMENT ON TYPE funnel_report_row IS 'One step of a funnel over all customers: counts, rates 0..1, lengths of time. Example: SELECT * FROM unnest((SELECT funnel_report(times) FROM funnels))';
COMMENT ON FUNCTION funnel_summary_in(cstring) IS 'Reads a funnel_summary. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION funnel_summary_out(funnel_summary) IS 'Writes a funnel_summary as hexadecimal digits. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION funnel_summary_recv(internal) IS 'Reads the binary form of a funnel_summary. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION funnel_summary_send(funnel_summary) IS 'Writes the binary form of a funnel_summary. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION funnel_report_add(funnel_summary, timestamptz[]) IS 'Transition of funnel_report. Example: SELECT funnel_report(times) FROM funnels';
COMMENT ON FUNCTION funnel_report_add(funnel_summary, timestamptz[], text[]) IS 'Transition of funnel_report. Example: SELECT funnel_report(times, ARRAY[''view'', ''buy'']) FROM funnels';
COMMENT ON FUNCTION funnel_report_add(funnel_summary, journey, text[]) IS 'Transition of funnel_report. Example: SELECT funnel_report(j, ARRAY[''view'', ''buy'']) FROM journeys';
COMMENT ON FUNCTION funnel_report_add(funnel_summary, journey, text[], interval) IS 'Transition of funnel_report. Example: SELECT funnel_report(j, ARRAY[''view'', ''buy''], ''7 days'') FROM journeys';
COMMENT ON FUNCTION funnel_report_add(funnel_summary, journey, text[], interval, text) IS 'Transition of funnel_report. Example: SELECT funnel_report(j, ARRAY[''view'', ''buy''], ''7 days'', ''mixpanel'') FROM journeys';
COMMENT ON FUNCTION funnel_report_combine(funnel_summary, funnel_summary) IS 'Combine function of funnel_report. Example: SELECT funnel_report(times) FROM funnels';
COMMENT ON FUNCTION funnel_report_finish(funnel_summary) IS 'Final function of funnel_report. Example: SELECT funnel_report(times) FROM funnels';
COMMENT ON AGGREGATE funnel_report(timestamptz[]) IS
'A funnel over all customers, from each customer''s step times: one row a step. Example: SELECT * FROM unnest((SELECT funnel_report(funnel_times(j, ARRAY[''view'', ''buy''], ''7 days'')) FROM journeys))';
COMMENT ON AGGREGATE funnel_report(timestamptz[], text[]) IS
'The same, with the steps'' names in the rows. Example: SELECT * FROM unnest((SELECT funnel_report(times, ARRAY[''view'', ''buy'']) FROM funnels))';
COMMENT ON AGGREGATE funnel_report(journey, text[]) IS
'A funnel over all journeys in one call, without a time limit; warns of a step that occurs nowhere. Example: SELECT * FROM unnest((SELECT funnel_report(j, ARRAY[''view'', ''buy'']) FROM journeys))';
COMMENT ON AGGREGATE funnel_report(journey, text[], interval) IS
'A funnel over all journeys in one call; warns of a step that occurs nowhere. Example: SELECT * FROM unnest((SELECT funnel_report(j, ARRAY[''view'', ''buy''], ''7 days'') FROM journeys))';
COMMENT ON AGGREGATE funnel_report(journey, text[], interval, text) IS
'The same, counted as a policy counts. Example: SELECT * FROM unnest((SELECT funnel_report(j, ARRAY[''view'', ''buy''], ''7 days'', ''posthog'') FROM journeys))';
