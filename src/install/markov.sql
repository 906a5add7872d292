-- ---------------------------------------------------------------- markov
CREATE TYPE markov_summary;
CREATE FUNCTION markov_summary_in(cstring) RETURNS markov_summary
    AS 'MODULE_PATHNAME', 'journey_markov_summary_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION markov_summary_out(markov_summary) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_markov_summary_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION markov_summary_recv(internal) RETURNS markov_summary
    AS 'MODULE_PATHNAME', 'journey_markov_summary_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION markov_summary_send(markov_summary) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_markov_summary_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE TYPE markov_summary (
    INPUT = markov_summary_in, OUTPUT = markov_summary_out, RECEIVE = markov_summary_recv, SEND = markov_summary_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);

CREATE TYPE markov_report_row AS (channel text, removal_effect float8, conversions numeric, value numeric, share float8);
CREATE TYPE markov_transition_row AS (from_channels text, to_channel text, count bigint, probability float8);

CREATE FUNCTION markov_report_add(markov_summary, journey, attribution_options) RETURNS markov_summary
    AS 'MODULE_PATHNAME', 'journey_markov_report_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION markov_report_add(markov_summary, journey, attribution_options, int) RETURNS markov_summary
    AS 'MODULE_PATHNAME', 'journey_markov_report_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION markov_report_add(markov_summary, text[], bigint, float8, bigint) RETURNS markov_summary
    AS 'MODULE_PATHNAME', 'journey_markov_report_add_path' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION markov_report_add(markov_summary, text[], bigint, float8, bigint, int) RETURNS markov_summary
    AS 'MODULE_PATHNAME', 'journey_markov_report_add_path' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION markov_report_combine(markov_summary, markov_summary) RETURNS markov_summary
    AS 'MODULE_PATHNAME', 'journey_markov_report_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE FUNCTION markov_report_finish(markov_summary) RETURNS markov_report_row[]
    AS 'MODULE_PATHNAME', 'journey_markov_report_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000;
CREATE FUNCTION markov_transitions_finish(markov_summary) RETURNS markov_transition_row[]
    AS 'MODULE_PATHNAME', 'journey_markov_transitions_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;

CREATE AGGREGATE markov_report(j journey, options attribution_options) (
    SFUNC = markov_report_add, STYPE = markov_summary, SSPACE = 16384, FINALFUNC = markov_report_finish,
    COMBINEFUNC = markov_report_combine, PARALLEL = SAFE);
CREATE AGGREGATE markov_report(j journey, options attribution_options, markov_order int) (
    SFUNC = markov_report_add, STYPE = markov_summary, SSPACE = 16384, FINALFUNC = markov_report_finish,
    COMBINEFUNC = markov_report_combine, PARALLEL = SAFE);
CREATE AGGREGATE markov_report(path text[], conversions bigint, value float8, nulls bigint) (
    SFUNC = markov_report_add, STYPE = markov_summary, SSPACE = 16384, FINALFUNC = markov_report_finish,
    COMBINEFUNC = markov_report_combine, PARALLEL = SAFE);
CREATE AGGREGATE markov_report(path text[], conversions bigint, value float8, nulls bigint, markov_order int) (
    SFUNC = markov_report_add, STYPE = markov_summary, SSPACE = 16384, FINALFUNC = markov_report_finish,
    COMBINEFUNC = markov_report_combine, PARALLEL = SAFE);
CREATE AGGREGATE markov_transitions(j journey, options attribution_options) (
    SFUNC = markov_report_add, STYPE = markov_summary, SSPACE = 16384, FINALFUNC = markov_transitions_finish,
    COMBINEFUNC = markov_report_combine, PARALLEL = SAFE);
CREATE AGGREGATE markov_transitions(j journey, options attribution_options, markov_order int) (
    SFUNC = markov_report_add, STYPE = markov_summary, SSPACE = 16384, FINALFUNC = markov_transitions_finish,
    COMBINEFUNC = markov_report_combine, PARALLEL = SAFE);
CREATE AGGREGATE markov_transitions(path text[], conversions bigint, value float8, nulls bigint) (
    SFUNC = markov_report_add, STYPE = markov_summary, SSPACE = 16384, FINALFUNC = markov_transitions_finish,
    COMBINEFUNC = markov_report_combine, PARALLEL = SAFE);
CREATE AGGREGATE markov_transitions(path text[], conversions bigint, value float8, nulls bigint, markov_order int) (
    SFUNC = markov_report_add, STYPE = markov_summary, SSPACE = 16384, FINALFUNC = markov_transitions_finish,
    COMBINEFUNC = markov_report_combine, PARALLEL = SAFE);

COMMENT ON TYPE markov_summary IS 'State of markov_report and markov_transitions: how often one channel came after others. Example: it is made and read by SELECT markov_report(j, attribution_options(''{buy}'')) FROM journeys';
COMMENT ON FUNCTION markov_summary_in(cstring) IS 'Reads a markov_summary. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION markov_summary_out(markov_summary) IS 'Writes a markov_summary as hexadecimal digits. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION markov_summary_recv(internal) IS 'Reads the binary form of a markov_summary. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION markov_summary_send(markov_summary) IS 'Writes the binary form of a markov_summary. Example: it is used where a state moves between nodes';
COMMENT ON TYPE markov_report_row IS 'One channel: which share of the conversions is lost without it, and what it is credited with. Example: SELECT * FROM unnest((SELECT markov_report(j, attribution_options(''{buy}'')) FROM journeys))';
COMMENT ON TYPE markov_transition_row IS 'One step of the chain: from the last channels, the start among them, to a channel, a conversion or null. Example: SELECT * FROM unnest((SELECT markov_transitions(j, attribution_options(''{buy}'')) FROM journeys))';
COMMENT ON FUNCTION markov_report_add(markov_summary, journey, attribution_options) IS 'Transition of markov_report. Example: SELECT * FROM unnest((SELECT markov_report(j, attribution_options(''{buy}'')) FROM journeys))';
COMMENT ON FUNCTION markov_report_add(markov_summary, journey, attribution_options, int) IS 'Transition of markov_report. Example: SELECT * FROM unnest((SELECT markov_report(j, attribution_options(''{buy}''), 2) FROM journeys))';
COMMENT ON FUNCTION markov_report_add(markov_summary, text[], bigint, float8, bigint) IS 'Transition of markov_report. Example: SELECT * FROM unnest((SELECT markov_report(string_to_array(path, '' > ''), conversions, value, nulls) FROM paths))';
COMMENT ON FUNCTION markov_report_add(markov_summary, text[], bigint, float8, bigint, int) IS 'Transition of markov_report. Example: SELECT * FROM unnest((SELECT markov_report(string_to_array(path, '' > ''), conversions, value, nulls, 2) FROM paths))';
COMMENT ON FUNCTION markov_report_combine(markov_summary, markov_summary) IS 'Combine function of markov_report. Example: SELECT * FROM unnest((SELECT markov_report(j, attribution_options(''{buy}'')) FROM journeys))';
COMMENT ON FUNCTION markov_report_finish(markov_summary) IS 'Final function of markov_report. Example: SELECT * FROM unnest((SELECT markov_report(j, attribution_options(''{buy}'')) FROM journeys))';
COMMENT ON FUNCTION markov_transitions_finish(markov_summary) IS 'Final function of markov_transitions. Example: SELECT * FROM unnest((SELECT markov_transitions(j, attribution_options(''{buy}'')) FROM journeys))';
COMMENT ON AGGREGATE markov_report(journey, attribution_options) IS
'Removal effects of all channels, solved exactly, and the conversions and value they stand for; journeys that did not convert count. Example: SELECT * FROM unnest((SELECT markov_report(j, attribution_options(''{buy}'')) FROM journeys))';
COMMENT ON AGGREGATE markov_report(journey, attribution_options, int) IS
'The same of a chain that remembers the last markov_order channels, 1 to 8. Example: SELECT * FROM unnest((SELECT markov_report(j, attribution_options(''{buy}''), 2) FROM journeys))';
COMMENT ON AGGREGATE markov_report(text[], bigint, float8, bigint) IS
'The same from paths that are counted already: the channels in order, how many conversions, their value together, how often no conversion. Example: SELECT * FROM unnest((SELECT markov_report(string_to_array(path, '' > ''), conversions, value, nulls) FROM paths))';
COMMENT ON AGGREGATE markov_report(text[], bigint, float8, bigint, int) IS
'The same of a chain that remembers the last markov_order channels, 1 to 8. Example: SELECT * FROM unnest((SELECT markov_report(string_to_array(path, '' > ''), conversions, value, nulls, 2) FROM paths))';
COMMENT ON AGGREGATE markov_transitions(journey, attribution_options) IS
'The chain behind markov_report: how often one channel came after another, how often a conversion or nothing. Example: SELECT * FROM unnest((SELECT markov_transitions(j, attribution_options(''{buy}'')) FROM journeys))';
COMMENT ON AGGREGATE markov_transitions(journey, attribution_options, int) IS
'The same of a chain that remembers the last markov_order channels. Example: SELECT * FROM unnest((SELECT markov_transitions(j, attribution_options(''{buy}''), 2) FROM journeys))';
COMMENT ON AGGREGATE markov_transitions(text[], bigint, float8, bigint) IS
'The same from paths that are counted already. Example: SELECT * FROM unnest((SELECT markov_transitions(string_to_array(path, '' > ''), conversions, value, nulls) FROM paths))';
COMMENT ON AGGREGATE markov_transitions(text[], bigint, float8, bigint, int) IS
'The same from paths and of a chain that remembers the last markov_order channels. Example: SELECT * FROM unnest((SELECT markov_transitions(string_to_array(path, '' > ''), conversions, value, nulls, 2) FROM paths))';
