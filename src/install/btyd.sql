
-- ------------------------------------------------------------------- btyd
-- Customers-alive ("buy till you die") models: what a customer is, fits, scores.
CREATE TYPE btyd_model;
CREATE FUNCTION btyd_model_in(cstring) RETURNS btyd_model
    AS 'MODULE_PATHNAME', 'journey_btyd_model_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION btyd_model_out(btyd_model) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_btyd_model_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION btyd_model_recv(internal) RETURNS btyd_model
    AS 'MODULE_PATHNAME', 'journey_btyd_model_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION btyd_model_send(btyd_model) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_btyd_model_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE TYPE btyd_model (
    INPUT = btyd_model_in, OUTPUT = btyd_model_out, RECEIVE = btyd_model_recv, SEND = btyd_model_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);

CREATE TYPE btyd_sample;
CREATE FUNCTION btyd_sample_in(cstring) RETURNS btyd_sample
    AS 'MODULE_PATHNAME', 'journey_btyd_sample_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION btyd_sample_out(btyd_sample) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_btyd_sample_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION btyd_sample_recv(internal) RETURNS btyd_sample
    AS 'MODULE_PATHNAME', 'journey_btyd_sample_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION btyd_sample_send(btyd_sample) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_btyd_sample_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE TYPE btyd_sample (
    INPUT = btyd_sample_in, OUTPUT = btyd_sample_out, RECEIVE = btyd_sample_recv, SEND = btyd_sample_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);

CREATE TYPE btyd_calibration_state;
CREATE FUNCTION btyd_calibration_state_in(cstring) RETURNS btyd_calibration_state
    AS 'MODULE_PATHNAME', 'journey_btyd_calibration_state_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION btyd_calibration_state_out(btyd_calibration_state) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_btyd_calibration_state_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION btyd_calibration_state_recv(internal) RETURNS btyd_calibration_state
    AS 'MODULE_PATHNAME', 'journey_btyd_calibration_state_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION btyd_calibration_state_send(btyd_calibration_state) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_btyd_calibration_state_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE TYPE btyd_calibration_state (
    INPUT = btyd_calibration_state_in, OUTPUT = btyd_calibration_state_out, RECEIVE = btyd_calibration_state_recv, SEND = btyd_calibration_state_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);

CREATE TYPE btyd_customer AS (
    frequency bigint, recency float8, age float8, monetary float8,
    holdout_frequency bigint, holdout_amount float8, holdout_length float8);
CREATE TYPE btyd_calibration_row AS (
    frequency text, customers bigint, actual float8, expected float8, mean_absolute_error float8);

-- From purchases to frequency, recency, age, monetary.
CREATE FUNCTION btyd_summary_add(internal, timestamptz, float8, text, timestamptz) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_btyd_summary_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION btyd_summary_add(internal, timestamptz, float8, text, timestamptz, timestamptz) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_btyd_summary_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION btyd_summary_add(internal, timestamptz, float8, text, timestamptz, timestamptz, text, text) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_btyd_summary_add' LANGUAGE C STABLE PARALLEL SAFE COST 2;
CREATE FUNCTION btyd_summary_combine(internal, internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_btyd_summary_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION btyd_summary_serialise(internal) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_btyd_summary_serialise' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION btyd_summary_deserialise(bytea, internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_btyd_summary_deserialise' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION btyd_summary_finish(internal) RETURNS btyd_customer
    AS 'MODULE_PATHNAME', 'journey_btyd_summary_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
CREATE AGGREGATE btyd_summary(ts timestamptz, amount float8, unit text, as_of timestamptz) (
    SFUNC = btyd_summary_add, STYPE = internal, SSPACE = 256, FINALFUNC = btyd_summary_finish,
    COMBINEFUNC = btyd_summary_combine, SERIALFUNC = btyd_summary_serialise,
    DESERIALFUNC = btyd_summary_deserialise, PARALLEL = SAFE);
CREATE AGGREGATE btyd_summary(ts timestamptz, amount float8, unit text, as_of timestamptz, holdout_until timestamptz) (
    SFUNC = btyd_summary_add, STYPE = internal, SSPACE = 256, FINALFUNC = btyd_summary_finish,
    COMBINEFUNC = btyd_summary_combine, SERIALFUNC = btyd_summary_serialise,
    DESERIALFUNC = btyd_summary_deserialise, PARALLEL = SAFE);
CREATE AGGREGATE btyd_summary(ts timestamptz, amount float8, unit text, as_of timestamptz, holdout_until timestamptz, merge text, time_zone text) (
    SFUNC = btyd_summary_add, STYPE = internal, SSPACE = 256, FINALFUNC = btyd_summary_finish,
    COMBINEFUNC = btyd_summary_combine, SERIALFUNC = btyd_summary_serialise,
    DESERIALFUNC = btyd_summary_deserialise, PARALLEL = SAFE);
CREATE FUNCTION btyd_summary(j journey, purchases text[], unit text, as_of timestamptz,
        holdout_until timestamptz DEFAULT NULL, merge text DEFAULT 'day', time_zone text DEFAULT 'UTC') RETURNS btyd_customer
    AS 'MODULE_PATHNAME', 'journey_btyd_summary_journey' LANGUAGE C STABLE PARALLEL SAFE COST 50;

-- Fits.
CREATE FUNCTION bgnbd_add(btyd_sample, bigint, float8, float8, text) RETURNS btyd_sample
    AS 'MODULE_PATHNAME', 'journey_bgnbd_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION bgnbd_add(btyd_sample, bigint, float8, float8, text, bigint) RETURNS btyd_sample
    AS 'MODULE_PATHNAME', 'journey_bgnbd_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION mbgnbd_add(btyd_sample, bigint, float8, float8, text) RETURNS btyd_sample
    AS 'MODULE_PATHNAME', 'journey_mbgnbd_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION mbgnbd_add(btyd_sample, bigint, float8, float8, text, bigint) RETURNS btyd_sample
    AS 'MODULE_PATHNAME', 'journey_mbgnbd_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION pareto_nbd_add(btyd_sample, bigint, float8, float8, text) RETURNS btyd_sample
    AS 'MODULE_PATHNAME', 'journey_pareto_nbd_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION pareto_nbd_add(btyd_sample, bigint, float8, float8, text, bigint) RETURNS btyd_sample
    AS 'MODULE_PATHNAME', 'journey_pareto_nbd_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION bgbb_add(btyd_sample, bigint, float8, float8, text) RETURNS btyd_sample
    AS 'MODULE_PATHNAME', 'journey_bgbb_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION bgbb_add(btyd_sample, bigint, float8, float8, text, bigint) RETURNS btyd_sample
    AS 'MODULE_PATHNAME', 'journey_bgbb_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION nbd_add(btyd_sample, bigint, float8, text) RETURNS btyd_sample
    AS 'MODULE_PATHNAME', 'journey_nbd_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION nbd_add(btyd_sample, bigint, float8, text, bigint) RETURNS btyd_sample
    AS 'MODULE_PATHNAME', 'journey_nbd_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION gamma_gamma_add(btyd_sample, bigint, float8) RETURNS btyd_sample
    AS 'MODULE_PATHNAME', 'journey_gamma_gamma_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION sbg_add(btyd_sample, bigint, boolean, text) RETURNS btyd_sample
    AS 'MODULE_PATHNAME', 'journey_sbg_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION sbg_add(btyd_sample, bigint, boolean, text, bigint) RETURNS btyd_sample
    AS 'MODULE_PATHNAME', 'journey_sbg_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION btyd_combine(btyd_sample, btyd_sample) RETURNS btyd_sample
    AS 'MODULE_PATHNAME', 'journey_btyd_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION btyd_finish(btyd_sample) RETURNS btyd_model
    AS 'MODULE_PATHNAME', 'journey_btyd_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000;
CREATE AGGREGATE bgnbd_fit(frequency bigint, recency float8, age float8, unit text) (
    SFUNC = bgnbd_add, STYPE = btyd_sample, SSPACE = 262144, FINALFUNC = btyd_finish,
    COMBINEFUNC = btyd_combine, PARALLEL = SAFE);
CREATE AGGREGATE bgnbd_fit(frequency bigint, recency float8, age float8, unit text, customers bigint) (
    SFUNC = bgnbd_add, STYPE = btyd_sample, SSPACE = 262144, FINALFUNC = btyd_finish,
    COMBINEFUNC = btyd_combine, PARALLEL = SAFE);
CREATE AGGREGATE mbgnbd_fit(frequency bigint, recency float8, age float8, unit text) (
    SFUNC = mbgnbd_add, STYPE = btyd_sample, SSPACE = 262144, FINALFUNC = btyd_finish,
    COMBINEFUNC = btyd_combine, PARALLEL = SAFE);
CREATE AGGREGATE mbgnbd_fit(frequency bigint, recency float8, age float8, unit text, customers bigint) (
    SFUNC = mbgnbd_add, STYPE = btyd_sample, SSPACE = 262144, FINALFUNC = btyd_finish,
    COMBINEFUNC = btyd_combine, PARALLEL = SAFE);
CREATE AGGREGATE pareto_nbd_fit(frequency bigint, recency float8, age float8, unit text) (
    SFUNC = pareto_nbd_add, STYPE = btyd_sample, SSPACE = 262144, FINALFUNC = btyd_finish,
    COMBINEFUNC = btyd_combine, PARALLEL = SAFE);
CREATE AGGREGATE pareto_nbd_fit(frequency bigint, recency float8, age float8, unit text, customers bigint) (
    SFUNC = pareto_nbd_add, STYPE = btyd_sample, SSPACE = 262144, FINALFUNC = btyd_finish,
    COMBINEFUNC = btyd_combine, PARALLEL = SAFE);
CREATE AGGREGATE bgbb_fit(frequency bigint, recency float8, age float8, unit text) (
    SFUNC = bgbb_add, STYPE = btyd_sample, SSPACE = 262144, FINALFUNC = btyd_finish,
    COMBINEFUNC = btyd_combine, PARALLEL = SAFE);
CREATE AGGREGATE bgbb_fit(frequency bigint, recency float8, age float8, unit text, customers bigint) (
    SFUNC = bgbb_add, STYPE = btyd_sample, SSPACE = 262144, FINALFUNC = btyd_finish,
    COMBINEFUNC = btyd_combine, PARALLEL = SAFE);
CREATE AGGREGATE nbd_fit(frequency bigint, age float8, unit text) (
    SFUNC = nbd_add, STYPE = btyd_sample, SSPACE = 262144, FINALFUNC = btyd_finish,
    COMBINEFUNC = btyd_combine, PARALLEL = SAFE);
CREATE AGGREGATE nbd_fit(frequency bigint, age float8, unit text, customers bigint) (
    SFUNC = nbd_add, STYPE = btyd_sample, SSPACE = 262144, FINALFUNC = btyd_finish,
    COMBINEFUNC = btyd_combine, PARALLEL = SAFE);
CREATE AGGREGATE gamma_gamma_fit(frequency bigint, monetary float8) (
    SFUNC = gamma_gamma_add, STYPE = btyd_sample, SSPACE = 262144, FINALFUNC = btyd_finish,
    COMBINEFUNC = btyd_combine, PARALLEL = SAFE);
CREATE AGGREGATE sbg_fit(periods bigint, ended boolean, unit text) (
    SFUNC = sbg_add, STYPE = btyd_sample, SSPACE = 262144, FINALFUNC = btyd_finish,
    COMBINEFUNC = btyd_combine, PARALLEL = SAFE);
CREATE AGGREGATE sbg_fit(periods bigint, ended boolean, unit text, customers bigint) (
    SFUNC = sbg_add, STYPE = btyd_sample, SSPACE = 262144, FINALFUNC = btyd_finish,
    COMBINEFUNC = btyd_combine, PARALLEL = SAFE);

-- What is in a model.
CREATE FUNCTION btyd_parameters(model btyd_model, OUT parameter text, OUT estimate float8, OUT standard_error float8)
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_btyd_parameters' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 4;
CREATE FUNCTION btyd_parameter(model btyd_model, name text) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_btyd_parameter' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION btyd_fit_report(model btyd_model, OUT model_name text, OUT unit text, OUT log_likelihood float8, OUT customers bigint,
        OUT excluded bigint, OUT converged boolean, OUT reason text, OUT iterations int, OUT gradient float8)
    RETURNS record
    AS 'MODULE_PATHNAME', 'journey_btyd_fit_report' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
CREATE FUNCTION btyd_units(model btyd_model, length interval) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_btyd_units' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;

-- Scores.
CREATE FUNCTION btyd_purchases(model btyd_model, horizon float8) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_btyd_purchases' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION btyd_purchases(model btyd_model, frequency bigint, recency float8, age float8, horizon float8) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_btyd_purchases' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION btyd_alive(model btyd_model, frequency bigint, recency float8, age float8) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_btyd_alive' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION btyd_probability(model btyd_model, purchases bigint, horizon float8) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_btyd_probability' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION btyd_probability(model btyd_model, purchases bigint, frequency bigint, recency float8, age float8, horizon float8) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_btyd_probability' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION btyd_residual(model btyd_model, frequency bigint, recency float8, age float8, discount float8) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_btyd_residual' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
CREATE FUNCTION btyd_spend(model btyd_model, frequency bigint, monetary float8) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_btyd_spend' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
CREATE FUNCTION btyd_value(model btyd_model, spend btyd_model, frequency bigint, recency float8, age float8, monetary float8, horizon float8, discount float8 DEFAULT 0, period float8 DEFAULT 1) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_btyd_value' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 200;
CREATE FUNCTION btyd_retention(model btyd_model, period bigint) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_btyd_retention' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION btyd_survival(model btyd_model, periods bigint) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_btyd_survival' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION btyd_lifetime(model btyd_model, survived bigint DEFAULT 0, horizon bigint DEFAULT NULL, discount float8 DEFAULT 0) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_btyd_lifetime' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;

-- Is a model right?
CREATE FUNCTION btyd_calibration_add(btyd_calibration_state, btyd_model, bigint, float8, float8, bigint, float8) RETURNS btyd_calibration_state
    AS 'MODULE_PATHNAME', 'journey_btyd_calibration_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
CREATE FUNCTION btyd_calibration_combine(btyd_calibration_state, btyd_calibration_state) RETURNS btyd_calibration_state
    AS 'MODULE_PATHNAME', 'journey_btyd_calibration_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
CREATE FUNCTION btyd_calibration_finish(btyd_calibration_state) RETURNS btyd_calibration_row[]
    AS 'MODULE_PATHNAME', 'journey_btyd_calibration_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE AGGREGATE btyd_calibration(model btyd_model, frequency bigint, recency float8, age float8, actual bigint, horizon float8) (
    SFUNC = btyd_calibration_add, STYPE = btyd_calibration_state, SSPACE = 2048, FINALFUNC = btyd_calibration_finish,
    COMBINEFUNC = btyd_calibration_combine, PARALLEL = SAFE);

COMMENT ON TYPE btyd_model IS 'A fitted or given customers-alive model, printed as JSON. Example: SELECT ''{"model": "bgnbd", "unit": "week", "parameters": {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}}''::btyd_model';
COMMENT ON TYPE btyd_sample IS 'State of the fits: how many customers have each history. Example: it is made and read by SELECT bgnbd_fit(frequency, recency, age, ''week'') FROM customers';
COMMENT ON TYPE btyd_calibration_state IS 'State of btyd_calibration. Example: it is made and read by SELECT btyd_calibration(model, frequency, recency, age, holdout_frequency, 39) FROM customers, models';
COMMENT ON TYPE btyd_customer IS 'What the models ask of a customer. Example: SELECT customer, (btyd_summary(ts, amount, ''week'', ''1997-09-30'')).* FROM purchases GROUP BY customer';
COMMENT ON TYPE btyd_calibration_row IS 'Actual and expected purchases of the customers of one frequency. Example: SELECT * FROM unnest((SELECT btyd_calibration(model, frequency, recency, age, holdout_frequency, 39) FROM customers, models))';
COMMENT ON FUNCTION btyd_model_in(cstring) IS 'Reads a btyd_model. Example: it is used where models are stored and sent';
COMMENT ON FUNCTION btyd_model_out(btyd_model) IS 'Writes a btyd_model. Example: it is used where models are stored and sent';
COMMENT ON FUNCTION btyd_model_recv(internal) IS 'Reads the binary form of a btyd_model. Example: it is used where models are stored and sent';
COMMENT ON FUNCTION btyd_model_send(btyd_model) IS 'Writes the binary form of a btyd_model. Example: it is used where models are stored and sent';
COMMENT ON FUNCTION btyd_sample_in(cstring) IS 'Reads a btyd_sample. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION btyd_sample_out(btyd_sample) IS 'Writes a btyd_sample. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION btyd_sample_recv(internal) IS 'Reads the binary form of a btyd_sample. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION btyd_sample_send(btyd_sample) IS 'Writes the binary form of a btyd_sample. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION btyd_calibration_state_in(cstring) IS 'Reads a btyd_calibration_state. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION btyd_calibration_state_out(btyd_calibration_state) IS 'Writes a btyd_calibration_state. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION btyd_calibration_state_recv(internal) IS 'Reads the binary form of a btyd_calibration_state. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION btyd_calibration_state_send(btyd_calibration_state) IS 'Writes the binary form of a btyd_calibration_state. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION btyd_summary_add(internal, timestamptz, float8, text, timestamptz) IS 'Transition of btyd_summary. Example: SELECT btyd_summary(ts, amount, ''week'', ''1997-09-30'') FROM purchases GROUP BY customer';
COMMENT ON AGGREGATE btyd_summary(timestamptz, float8, text, timestamptz) IS 'Frequency, recency, age and mean repeat spend of a customer as of a moment; purchases of one day (UTC) are one. Example: SELECT customer, (btyd_summary(ts, amount, ''week'', ''1997-09-30'')).* FROM purchases GROUP BY customer';
COMMENT ON FUNCTION btyd_summary_add(internal, timestamptz, float8, text, timestamptz, timestamptz) IS 'Transition of btyd_summary. Example: SELECT btyd_summary(ts, amount, ''week'', ''1997-09-30'', ''1998-06-30'') FROM purchases GROUP BY customer';
COMMENT ON AGGREGATE btyd_summary(timestamptz, float8, text, timestamptz, timestamptz) IS 'The same with a holdout time after as_of, to check a model against. Example: SELECT customer, (btyd_summary(ts, amount, ''week'', ''1997-09-30'', ''1998-06-30'')).* FROM purchases GROUP BY customer';
COMMENT ON FUNCTION btyd_summary_add(internal, timestamptz, float8, text, timestamptz, timestamptz, text, text) IS 'Transition of btyd_summary. Example: SELECT btyd_summary(ts, amount, ''month'', ''1997-09-30'', NULL, ''month'', ''Europe/Berlin'') FROM purchases GROUP BY customer';
COMMENT ON AGGREGATE btyd_summary(timestamptz, float8, text, timestamptz, timestamptz, text, text) IS 'The same with the period in which purchases are one, and the time zone of its clock. Example: SELECT customer, (btyd_summary(ts, amount, ''month'', ''1997-09-30'', NULL, ''month'', ''Europe/Berlin'')).* FROM purchases GROUP BY customer';
COMMENT ON FUNCTION btyd_summary_combine(internal, internal) IS 'Combine function of btyd_summary. Example: SELECT btyd_summary(ts, amount, ''week'', ''1997-09-30'') FROM purchases GROUP BY customer';
COMMENT ON FUNCTION btyd_summary_serialise(internal) IS 'Serialisation of btyd_summary. Example: SELECT btyd_summary(ts, amount, ''week'', ''1997-09-30'') FROM purchases GROUP BY customer';
COMMENT ON FUNCTION btyd_summary_deserialise(bytea, internal) IS 'Deserialisation of btyd_summary. Example: SELECT btyd_summary(ts, amount, ''week'', ''1997-09-30'') FROM purchases GROUP BY customer';
COMMENT ON FUNCTION btyd_summary_finish(internal) IS 'Final function of btyd_summary. Example: SELECT btyd_summary(ts, amount, ''week'', ''1997-09-30'') FROM purchases GROUP BY customer';
COMMENT ON FUNCTION btyd_summary(journey, text[], text, timestamptz, timestamptz, text, text) IS 'The same of a journey; purchases names its events, their values are the amounts. Example: SELECT customer, s.* FROM journeys, btyd_summary(j, ''{buy}'', ''week'', ''2024-06-30'') s';
COMMENT ON FUNCTION bgnbd_add(btyd_sample, bigint, float8, float8, text) IS 'Transition of bgnbd_fit. Example: SELECT bgnbd_fit(frequency, recency, age, ''week'') FROM customers';
COMMENT ON AGGREGATE bgnbd_fit(bigint, float8, float8, text) IS 'Fits BG/NBD over all customers by maximum likelihood. Example: SELECT bgnbd_fit(frequency, recency, age, ''week'') FROM customers';
COMMENT ON FUNCTION bgnbd_add(btyd_sample, bigint, float8, float8, text, bigint) IS 'Transition of bgnbd_fit. Example: SELECT bgnbd_fit(frequency, recency, age, ''week'', customers) FROM customers';
COMMENT ON AGGREGATE bgnbd_fit(bigint, float8, float8, text, bigint) IS 'Fits BG/NBD over all customers by maximum likelihood; each row stands for several customers. Example: SELECT bgnbd_fit(frequency, recency, age, ''week'', customers) FROM customers';
COMMENT ON FUNCTION mbgnbd_add(btyd_sample, bigint, float8, float8, text) IS 'Transition of mbgnbd_fit. Example: SELECT mbgnbd_fit(frequency, recency, age, ''week'') FROM customers';
COMMENT ON AGGREGATE mbgnbd_fit(bigint, float8, float8, text) IS 'Fits MBG/NBD over all customers by maximum likelihood. Example: SELECT mbgnbd_fit(frequency, recency, age, ''week'') FROM customers';
COMMENT ON FUNCTION mbgnbd_add(btyd_sample, bigint, float8, float8, text, bigint) IS 'Transition of mbgnbd_fit. Example: SELECT mbgnbd_fit(frequency, recency, age, ''week'', customers) FROM customers';
COMMENT ON AGGREGATE mbgnbd_fit(bigint, float8, float8, text, bigint) IS 'Fits MBG/NBD over all customers by maximum likelihood; each row stands for several customers. Example: SELECT mbgnbd_fit(frequency, recency, age, ''week'', customers) FROM customers';
COMMENT ON FUNCTION pareto_nbd_add(btyd_sample, bigint, float8, float8, text) IS 'Transition of pareto_nbd_fit. Example: SELECT pareto_nbd_fit(frequency, recency, age, ''week'') FROM customers';
COMMENT ON AGGREGATE pareto_nbd_fit(bigint, float8, float8, text) IS 'Fits Pareto/NBD over all customers by maximum likelihood. Example: SELECT pareto_nbd_fit(frequency, recency, age, ''week'') FROM customers';
COMMENT ON FUNCTION pareto_nbd_add(btyd_sample, bigint, float8, float8, text, bigint) IS 'Transition of pareto_nbd_fit. Example: SELECT pareto_nbd_fit(frequency, recency, age, ''week'', customers) FROM customers';
COMMENT ON AGGREGATE pareto_nbd_fit(bigint, float8, float8, text, bigint) IS 'Fits Pareto/NBD over all customers by maximum likelihood; each row stands for several customers. Example: SELECT pareto_nbd_fit(frequency, recency, age, ''week'', customers) FROM customers';
COMMENT ON FUNCTION bgbb_add(btyd_sample, bigint, float8, float8, text) IS 'Transition of bgbb_fit. Example: SELECT bgbb_fit(frequency, recency, age, ''month'') FROM customers';
COMMENT ON AGGREGATE bgbb_fit(bigint, float8, float8, text) IS 'Fits BG/BB (discrete periods) over all customers by maximum likelihood. Example: SELECT bgbb_fit(frequency, recency, age, ''month'') FROM customers';
COMMENT ON FUNCTION bgbb_add(btyd_sample, bigint, float8, float8, text, bigint) IS 'Transition of bgbb_fit. Example: SELECT bgbb_fit(frequency, recency, age, ''month'', customers) FROM customers';
COMMENT ON AGGREGATE bgbb_fit(bigint, float8, float8, text, bigint) IS 'Fits BG/BB (discrete periods) over all customers by maximum likelihood; each row stands for several customers. Example: SELECT bgbb_fit(frequency, recency, age, ''month'', customers) FROM customers';
COMMENT ON FUNCTION nbd_add(btyd_sample, bigint, float8, text) IS 'Transition of nbd_fit. Example: SELECT nbd_fit(frequency, age, ''week'') FROM customers';
COMMENT ON AGGREGATE nbd_fit(bigint, float8, text) IS 'Fits NBD (nobody leaves) over all customers by maximum likelihood. Example: SELECT nbd_fit(frequency, age, ''week'') FROM customers';
COMMENT ON FUNCTION nbd_add(btyd_sample, bigint, float8, text, bigint) IS 'Transition of nbd_fit. Example: SELECT nbd_fit(frequency, age, ''week'', customers) FROM customers';
COMMENT ON AGGREGATE nbd_fit(bigint, float8, text, bigint) IS 'Fits NBD (nobody leaves) over all customers by maximum likelihood; each row stands for several customers. Example: SELECT nbd_fit(frequency, age, ''week'', customers) FROM customers';
COMMENT ON FUNCTION gamma_gamma_add(btyd_sample, bigint, float8) IS 'Transition of gamma_gamma_fit. Example: SELECT gamma_gamma_fit(frequency, monetary) FROM customers';
COMMENT ON AGGREGATE gamma_gamma_fit(bigint, float8) IS 'Fits Gamma-Gamma (spend) over all customers by maximum likelihood. Example: SELECT gamma_gamma_fit(frequency, monetary) FROM customers';
COMMENT ON FUNCTION sbg_add(btyd_sample, bigint, boolean, text) IS 'Transition of sbg_fit. Example: SELECT sbg_fit(periods, ended, ''month'') FROM customers';
COMMENT ON AGGREGATE sbg_fit(bigint, boolean, text) IS 'Fits sBG (contractual) over all customers by maximum likelihood. Example: SELECT sbg_fit(periods, ended, ''month'') FROM customers';
COMMENT ON FUNCTION sbg_add(btyd_sample, bigint, boolean, text, bigint) IS 'Transition of sbg_fit. Example: SELECT sbg_fit(periods, ended, ''month'', customers) FROM customers';
COMMENT ON AGGREGATE sbg_fit(bigint, boolean, text, bigint) IS 'Fits sBG (contractual) over all customers by maximum likelihood; each row stands for several customers. Example: SELECT sbg_fit(periods, ended, ''month'', customers) FROM customers';
COMMENT ON FUNCTION btyd_combine(btyd_sample, btyd_sample) IS 'Combine function of the fits. Example: SELECT bgnbd_fit(frequency, recency, age, ''week'') FROM customers';
COMMENT ON FUNCTION btyd_finish(btyd_sample) IS 'Final function of the fits. Example: SELECT bgnbd_fit(frequency, recency, age, ''week'') FROM customers';
COMMENT ON FUNCTION btyd_calibration_add(btyd_calibration_state, btyd_model, bigint, float8, float8, bigint, float8) IS 'Transition of btyd_calibration. Example: SELECT * FROM unnest((SELECT btyd_calibration(model, frequency, recency, age, holdout_frequency, 39) FROM customers, models))';
COMMENT ON FUNCTION btyd_calibration_combine(btyd_calibration_state, btyd_calibration_state) IS 'Combine function of btyd_calibration. Example: SELECT * FROM unnest((SELECT btyd_calibration(model, frequency, recency, age, holdout_frequency, 39) FROM customers, models))';
COMMENT ON FUNCTION btyd_calibration_finish(btyd_calibration_state) IS 'Final function of btyd_calibration. Example: SELECT * FROM unnest((SELECT btyd_calibration(model, frequency, recency, age, holdout_frequency, 39) FROM customers, models))';
COMMENT ON AGGREGATE btyd_calibration(btyd_model, bigint, float8, float8, bigint, float8) IS 'Actual against expected purchases in a holdout, by the purchases before it, and over all. Example: SELECT * FROM unnest((SELECT btyd_calibration(model, frequency, recency, age, holdout_frequency, 39) FROM customers, models))';
COMMENT ON FUNCTION btyd_parameters(btyd_model) IS 'Parameters with their standard errors, one row each. Example: SELECT p.* FROM models, btyd_parameters(model) p';
COMMENT ON FUNCTION btyd_parameter(btyd_model, text) IS 'One parameter of a model. Example: SELECT btyd_parameter(model, ''alpha'') FROM models';
COMMENT ON FUNCTION btyd_fit_report(btyd_model) IS 'How a fit went: converged, else the reason why not. Example: SELECT r.* FROM models, btyd_fit_report(model) r';
COMMENT ON FUNCTION btyd_units(btyd_model, interval) IS 'A length of time in the unit of a model; a month is 30 days. Example: SELECT btyd_purchases(model, btyd_units(model, ''90 days'')) FROM models';
COMMENT ON FUNCTION btyd_purchases(btyd_model, float8) IS 'Expected purchases of a new customer within a horizon, beyond the first. Example: SELECT btyd_purchases(model, 52) FROM models';
COMMENT ON FUNCTION btyd_purchases(btyd_model, bigint, float8, float8, float8) IS 'Expected purchases of a customer in the next time, in the model''s unit. Example: SELECT customer, btyd_purchases(model, frequency, recency, age, 39) FROM customers, models';
COMMENT ON FUNCTION btyd_alive(btyd_model, bigint, float8, float8) IS 'The chance that a customer has not left. Example: SELECT customer, btyd_alive(model, frequency, recency, age) FROM customers, models';
COMMENT ON FUNCTION btyd_probability(btyd_model, bigint, float8) IS 'The chance of exactly so many purchases of a new customer. Example: SELECT n, btyd_probability(model, n, 39) FROM models, generate_series(0, 10) n';
COMMENT ON FUNCTION btyd_probability(btyd_model, bigint, bigint, float8, float8, float8) IS 'The chance of exactly so many purchases in the next time; 0: of none. Example: SELECT customer, btyd_probability(model, 0, frequency, recency, age, 12) AS inactive FROM customers, models';
COMMENT ON FUNCTION btyd_residual(btyd_model, bigint, float8, float8, float8) IS 'All purchases to come, discounted (DERT): pareto_nbd by a continuous rate, bgbb by the period. Example: SELECT customer, btyd_residual(model, frequency, recency, age, 0.0027) FROM customers, models';
COMMENT ON FUNCTION btyd_spend(btyd_model, bigint, float8) IS 'Expected mean spend of a customer''s purchase by a gamma_gamma model. Example: SELECT customer, btyd_spend(model, frequency, monetary) FROM customers, spend_models';
COMMENT ON FUNCTION btyd_value(btyd_model, btyd_model, bigint, float8, float8, float8, float8, float8, float8) IS 'Discounted value of a customer''s purchases in the next time; the discount is per period. Example: SELECT customer, btyd_value(model, spend, frequency, recency, age, monetary, 52, 0.001) FROM customers, models';
COMMENT ON FUNCTION btyd_retention(btyd_model, bigint) IS 'sbg: the chance to stay through a period if one stayed before it. Example: SELECT n, btyd_retention(model, n) FROM models, generate_series(1, 12) n';
COMMENT ON FUNCTION btyd_survival(btyd_model, bigint) IS 'sbg: the chance that a new customer stays through so many periods. Example: SELECT n, btyd_survival(model, n) FROM models, generate_series(0, 12) n';
COMMENT ON FUNCTION btyd_lifetime(btyd_model, bigint, bigint, float8) IS 'sbg: expected further periods of a customer who stayed so many, within a horizon or for ever. Example: SELECT btyd_lifetime(model, 3, 24) FROM models';
