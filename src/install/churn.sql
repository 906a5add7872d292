-- ------------------------------------------------------------------ churn
CREATE TYPE churn_model AS (
    method text, events text[], as_of timestamptz, horizon interval, customers bigint, inactive bigint, typical float8[],
    rfm rfm_model, cell_customers bigint[], cell_inactive bigint[], btyd btyd_model, survival survival_model);
CREATE TYPE churn_backtest_row AS (
    rung text, method text, learned_from bigint, customers bigint, inactive bigint, predicted float8, observed float8, bias float8,
    mean_absolute_error float8, brier float8, skill float8, log_loss float8, concordance float8, note text);
CREATE TYPE churn_decile_row AS (
    rung text, method text, decile int, customers bigint, inactive bigint, predicted float8, observed float8, bias float8);

CREATE TYPE churn_sample;
CREATE FUNCTION churn_sample_in(cstring) RETURNS churn_sample
    AS 'MODULE_PATHNAME', 'journey_churn_sample_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION churn_sample_out(churn_sample) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_churn_sample_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION churn_sample_recv(internal) RETURNS churn_sample
    AS 'MODULE_PATHNAME', 'journey_churn_sample_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION churn_sample_send(churn_sample) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_churn_sample_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE TYPE churn_sample (
    INPUT = churn_sample_in, OUTPUT = churn_sample_out, RECEIVE = churn_sample_recv, SEND = churn_sample_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);

CREATE FUNCTION churn_fit_add(churn_sample, journey, text[], timestamptz, interval, text) RETURNS churn_sample
    AS 'MODULE_PATHNAME', 'journey_churn_fit_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION churn_backtest_add(churn_sample, journey, text[], timestamptz, interval) RETURNS churn_sample
    AS 'MODULE_PATHNAME', 'journey_churn_backtest_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION churn_backtest_add(churn_sample, journey, text[], timestamptz, interval, text[]) RETURNS churn_sample
    AS 'MODULE_PATHNAME', 'journey_churn_backtest_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION churn_combine(churn_sample, churn_sample) RETURNS churn_sample
    AS 'MODULE_PATHNAME', 'journey_churn_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION churn_fit_finish(churn_sample) RETURNS churn_model
    AS 'MODULE_PATHNAME', 'journey_churn_fit_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000;
CREATE FUNCTION churn_backtest_finish(churn_sample) RETURNS churn_backtest_row[]
    AS 'MODULE_PATHNAME', 'journey_churn_backtest_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000;
CREATE FUNCTION churn_backtest_deciles_finish(churn_sample) RETURNS churn_decile_row[]
    AS 'MODULE_PATHNAME', 'journey_churn_backtest_deciles_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000;

CREATE AGGREGATE churn_fit(j journey, events text[], as_of timestamptz, horizon interval, method text) (
    SFUNC = churn_fit_add, STYPE = churn_sample, SSPACE = 8192, FINALFUNC = churn_fit_finish,
    COMBINEFUNC = churn_combine, PARALLEL = SAFE);
CREATE AGGREGATE churn_backtest(j journey, events text[], as_of timestamptz, horizon interval) (
    SFUNC = churn_backtest_add, STYPE = churn_sample, SSPACE = 8192, FINALFUNC = churn_backtest_finish,
    COMBINEFUNC = churn_combine, PARALLEL = SAFE);
CREATE AGGREGATE churn_backtest(j journey, events text[], as_of timestamptz, horizon interval, methods text[]) (
    SFUNC = churn_backtest_add, STYPE = churn_sample, SSPACE = 8192, FINALFUNC = churn_backtest_finish,
    COMBINEFUNC = churn_combine, PARALLEL = SAFE);
CREATE AGGREGATE churn_backtest_deciles(j journey, events text[], as_of timestamptz, horizon interval) (
    SFUNC = churn_backtest_add, STYPE = churn_sample, SSPACE = 8192, FINALFUNC = churn_backtest_deciles_finish,
    COMBINEFUNC = churn_combine, PARALLEL = SAFE);
CREATE AGGREGATE churn_backtest_deciles(j journey, events text[], as_of timestamptz, horizon interval, methods text[]) (
    SFUNC = churn_backtest_add, STYPE = churn_sample, SSPACE = 8192, FINALFUNC = churn_backtest_deciles_finish,
    COMBINEFUNC = churn_combine, PARALLEL = SAFE);

CREATE FUNCTION churn_probability(model churn_model, j journey, as_of timestamptz, horizon interval DEFAULT NULL) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_churn_probability' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
CREATE FUNCTION churn_reasons(model churn_model, j journey, as_of timestamptz, horizon interval DEFAULT NULL,
        OUT reason text, OUT value float8, OUT typical float8, OUT effect float8) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_churn_reasons' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50 ROWS 5;

COMMENT ON TYPE churn_model IS 'What churn_fit() learned: the method, its activity and horizon, and the model inside. Example: SELECT c.* FROM churn, cox_coefficients((model).survival) c';
COMMENT ON TYPE churn_backtest_row IS 'One method against what came after the moment. Example: SELECT t.* FROM unnest((SELECT churn_backtest(journey, ''{buy}'', ''2024-06-30'', ''90 days'') FROM journeys)) t';
COMMENT ON TYPE churn_decile_row IS 'Customers by predicted probability, in tenths. Example: SELECT d.* FROM unnest((SELECT churn_backtest_deciles(journey, ''{buy}'', ''2024-06-30'', ''90 days'') FROM journeys)) d';
COMMENT ON TYPE churn_sample IS 'State of churn_fit and churn_backtest. Example: SELECT churn_fit(journey, ''{buy}'', ''2024-06-30'', ''90 days'', ''btyd'') FROM journeys';
COMMENT ON FUNCTION churn_sample_in(cstring) IS 'Reads a churn_sample. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION churn_sample_out(churn_sample) IS 'Writes a churn_sample. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION churn_sample_recv(internal) IS 'Reads the binary form of a churn_sample. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION churn_sample_send(churn_sample) IS 'Writes the binary form of a churn_sample. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION churn_fit_add(churn_sample, journey, text[], timestamptz, interval, text) IS 'Transition of churn_fit. Example: SELECT churn_fit(journey, ''{buy}'', ''2024-06-30'', ''90 days'', ''btyd'') FROM journeys';
COMMENT ON FUNCTION churn_backtest_add(churn_sample, journey, text[], timestamptz, interval) IS 'Transition of churn_backtest. Example: SELECT t.* FROM unnest((SELECT churn_backtest(journey, ''{buy}'', ''2024-06-30'', ''90 days'') FROM journeys)) t';
COMMENT ON FUNCTION churn_backtest_add(churn_sample, journey, text[], timestamptz, interval, text[]) IS 'Transition of churn_backtest. Example: SELECT t.* FROM unnest((SELECT churn_backtest(journey, ''{buy}'', ''2024-06-30'', ''90 days'') FROM journeys)) t';
COMMENT ON FUNCTION churn_combine(churn_sample, churn_sample) IS 'Combine function of churn_fit and churn_backtest. Example: SELECT churn_fit(journey, ''{buy}'', ''2024-06-30'', ''90 days'', ''btyd'') FROM journeys';
COMMENT ON FUNCTION churn_fit_finish(churn_sample) IS 'Final function of churn_fit. Example: SELECT churn_fit(journey, ''{buy}'', ''2024-06-30'', ''90 days'', ''btyd'') FROM journeys';
COMMENT ON FUNCTION churn_backtest_finish(churn_sample) IS 'Final function of churn_backtest. Example: SELECT t.* FROM unnest((SELECT churn_backtest(journey, ''{buy}'', ''2024-06-30'', ''90 days'') FROM journeys)) t';
COMMENT ON FUNCTION churn_backtest_deciles_finish(churn_sample) IS 'Final function of churn_backtest_deciles. Example: SELECT d.* FROM unnest((SELECT churn_backtest_deciles(journey, ''{buy}'', ''2024-06-30'', ''90 days'') FROM journeys)) d';
COMMENT ON AGGREGATE churn_fit(journey, text[], timestamptz, interval, text) IS 'Learns, from what was known at as_of, how likely no activity within the horizon is; method is rfm, btyd or survival. Example: SELECT churn_fit(journey, ''{buy}'', ''2024-06-30'', ''90 days'', ''btyd'') FROM journeys';
COMMENT ON AGGREGATE churn_backtest(journey, text[], timestamptz, interval) IS 'Fits each rung before as_of and compares it with what came in the horizon after it. Example: SELECT t.* FROM unnest((SELECT churn_backtest(journey, ''{buy}'', ''2024-06-30'', ''90 days'') FROM journeys)) t';
COMMENT ON AGGREGATE churn_backtest(journey, text[], timestamptz, interval, text[]) IS 'The same with methods of one''s own choice. Example: SELECT t.* FROM unnest((SELECT churn_backtest(journey, ''{buy}'', ''2024-06-30'', ''90 days'', ''{btyd,bgnbd,weibull}'') FROM journeys)) t';
COMMENT ON AGGREGATE churn_backtest_deciles(journey, text[], timestamptz, interval) IS 'Predicted beside observed, by tenths of the customers, for each rung. Example: SELECT d.* FROM unnest((SELECT churn_backtest_deciles(journey, ''{buy}'', ''2024-06-30'', ''90 days'') FROM journeys)) d';
COMMENT ON AGGREGATE churn_backtest_deciles(journey, text[], timestamptz, interval, text[]) IS 'The same with methods of one''s own choice. Example: SELECT d.* FROM unnest((SELECT churn_backtest_deciles(journey, ''{buy}'', ''2024-06-30'', ''90 days'', ''{mbgnbd}'') FROM journeys)) d';
COMMENT ON FUNCTION churn_probability(churn_model, journey, timestamptz, interval) IS 'The probability that a customer has no activity within the horizon after as_of; later events are not looked at. Example: SELECT customer, churn_probability(model, journey, ''2024-06-30'') FROM churn, journeys';
COMMENT ON FUNCTION churn_reasons(churn_model, journey, timestamptz, interval) IS 'What moved a customer''s probability and by how much; the effects sum to it. Example: SELECT customer, r.* FROM churn, journeys, churn_reasons(model, journey, ''2024-06-30'') r';
