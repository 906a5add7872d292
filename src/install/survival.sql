
-- --------------------------------------------------------------- survival
CREATE TYPE survival_table;
CREATE TYPE survival_rows;
CREATE TYPE survival_model;
CREATE FUNCTION survival_table_in(cstring) RETURNS survival_table
    AS 'MODULE_PATHNAME', 'journey_survival_table_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION survival_table_out(survival_table) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_survival_table_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION survival_table_recv(internal) RETURNS survival_table
    AS 'MODULE_PATHNAME', 'journey_survival_table_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION survival_table_send(survival_table) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_survival_table_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE TYPE survival_table (
    INPUT = survival_table_in, OUTPUT = survival_table_out, RECEIVE = survival_table_recv, SEND = survival_table_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);

CREATE FUNCTION survival_rows_in(cstring) RETURNS survival_rows
    AS 'MODULE_PATHNAME', 'journey_survival_rows_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION survival_rows_out(survival_rows) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_survival_rows_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION survival_rows_recv(internal) RETURNS survival_rows
    AS 'MODULE_PATHNAME', 'journey_survival_rows_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION survival_rows_send(survival_rows) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_survival_rows_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE TYPE survival_rows (
    INPUT = survival_rows_in, OUTPUT = survival_rows_out, RECEIVE = survival_rows_recv, SEND = survival_rows_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);

CREATE FUNCTION survival_model_in(cstring) RETURNS survival_model
    AS 'MODULE_PATHNAME', 'journey_survival_model_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION survival_model_out(survival_model) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_survival_model_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION survival_model_recv(internal) RETURNS survival_model
    AS 'MODULE_PATHNAME', 'journey_survival_model_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION survival_model_send(survival_model) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_survival_model_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE TYPE survival_model (
    INPUT = survival_model_in, OUTPUT = survival_model_out, RECEIVE = survival_model_recv, SEND = survival_model_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);

CREATE TYPE kaplan_meier_row AS (
    "time" float8, at_risk bigint, events bigint, censored bigint, survival float8,
    std_error float8, lower float8, upper float8);
CREATE TYPE nelson_aalen_row AS (
    "time" float8, at_risk bigint, events bigint, censored bigint, cumulative_hazard float8,
    std_error float8, lower float8, upper float8);
CREATE TYPE logrank_result AS (
    statistic float8, df int, p_value float8, groups bigint, customers bigint, events bigint, excluded bigint);
CREATE TYPE logrank_group_row AS (
    "group" text, customers bigint, events bigint, expected float8, weighted_events float8,
    weighted_expected float8, variance float8);
CREATE TYPE concordance_result AS (
    concordance float8, concordant bigint, discordant bigint, tied_risk bigint, tied_time bigint);
CREATE TYPE survival_calibration_row AS (
    bin bigint, customers bigint, predicted float8, observed float8, lower float8, upper float8);

CREATE FUNCTION survival_table_combine(survival_table, survival_table) RETURNS survival_table
    AS 'MODULE_PATHNAME', 'journey_survival_table_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION survival_table_add(survival_table, float8, boolean) RETURNS survival_table
    AS 'MODULE_PATHNAME', 'journey_survival_table_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION survival_table_add(survival_table, float8, boolean, float8) RETURNS survival_table
    AS 'MODULE_PATHNAME', 'journey_survival_table_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION survival_table_add(survival_table, float8, boolean, float8, bigint) RETURNS survival_table
    AS 'MODULE_PATHNAME', 'journey_survival_table_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION kaplan_meier_finish(survival_table) RETURNS kaplan_meier_row[]
    AS 'MODULE_PATHNAME', 'journey_kaplan_meier_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE FUNCTION nelson_aalen_finish(survival_table) RETURNS nelson_aalen_row[]
    AS 'MODULE_PATHNAME', 'journey_nelson_aalen_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE FUNCTION median_survival(t survival_table) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_median_survival' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE AGGREGATE survival_table(duration float8, event boolean) (
    SFUNC = survival_table_add, STYPE = survival_table, SSPACE = 4096,
    COMBINEFUNC = survival_table_combine, PARALLEL = SAFE);
CREATE AGGREGATE survival_table(duration float8, event boolean, entry float8) (
    SFUNC = survival_table_add, STYPE = survival_table, SSPACE = 4096,
    COMBINEFUNC = survival_table_combine, PARALLEL = SAFE);
CREATE AGGREGATE survival_table(duration float8, event boolean, entry float8, customers bigint) (
    SFUNC = survival_table_add, STYPE = survival_table, SSPACE = 4096,
    COMBINEFUNC = survival_table_combine, PARALLEL = SAFE);
CREATE AGGREGATE survival_table(t survival_table) (
    SFUNC = survival_table_combine, STYPE = survival_table, SSPACE = 4096,
    COMBINEFUNC = survival_table_combine, PARALLEL = SAFE);
CREATE AGGREGATE kaplan_meier(duration float8, event boolean) (
    SFUNC = survival_table_add, STYPE = survival_table, SSPACE = 4096, FINALFUNC = kaplan_meier_finish,
    COMBINEFUNC = survival_table_combine, PARALLEL = SAFE);
CREATE AGGREGATE kaplan_meier(duration float8, event boolean, entry float8) (
    SFUNC = survival_table_add, STYPE = survival_table, SSPACE = 4096, FINALFUNC = kaplan_meier_finish,
    COMBINEFUNC = survival_table_combine, PARALLEL = SAFE);
CREATE AGGREGATE kaplan_meier(duration float8, event boolean, entry float8, customers bigint) (
    SFUNC = survival_table_add, STYPE = survival_table, SSPACE = 4096, FINALFUNC = kaplan_meier_finish,
    COMBINEFUNC = survival_table_combine, PARALLEL = SAFE);
CREATE AGGREGATE nelson_aalen(duration float8, event boolean) (
    SFUNC = survival_table_add, STYPE = survival_table, SSPACE = 4096, FINALFUNC = nelson_aalen_finish,
    COMBINEFUNC = survival_table_combine, PARALLEL = SAFE);
CREATE AGGREGATE nelson_aalen(duration float8, event boolean, entry float8) (
    SFUNC = survival_table_add, STYPE = survival_table, SSPACE = 4096, FINALFUNC = nelson_aalen_finish,
    COMBINEFUNC = survival_table_combine, PARALLEL = SAFE);
CREATE AGGREGATE nelson_aalen(duration float8, event boolean, entry float8, customers bigint) (
    SFUNC = survival_table_add, STYPE = survival_table, SSPACE = 4096, FINALFUNC = nelson_aalen_finish,
    COMBINEFUNC = survival_table_combine, PARALLEL = SAFE);
CREATE AGGREGATE median_survival(duration float8, event boolean) (
    SFUNC = survival_table_add, STYPE = survival_table, SSPACE = 4096, FINALFUNC = median_survival,
    COMBINEFUNC = survival_table_combine, PARALLEL = SAFE);
CREATE AGGREGATE median_survival(duration float8, event boolean, entry float8) (
    SFUNC = survival_table_add, STYPE = survival_table, SSPACE = 4096, FINALFUNC = median_survival,
    COMBINEFUNC = survival_table_combine, PARALLEL = SAFE);
CREATE AGGREGATE median_survival(duration float8, event boolean, entry float8, customers bigint) (
    SFUNC = survival_table_add, STYPE = survival_table, SSPACE = 4096, FINALFUNC = median_survival,
    COMBINEFUNC = survival_table_combine, PARALLEL = SAFE);

CREATE FUNCTION kaplan_meier(t survival_table, confidence float8 DEFAULT 0.95, interval_type text DEFAULT 'log')
    RETURNS SETOF kaplan_meier_row
    AS 'MODULE_PATHNAME', 'journey_kaplan_meier' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100;
CREATE FUNCTION nelson_aalen(t survival_table, confidence float8 DEFAULT 0.95, interval_type text DEFAULT 'log', method text DEFAULT 'nelson-aalen')
    RETURNS SETOF nelson_aalen_row
    AS 'MODULE_PATHNAME', 'journey_nelson_aalen' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100;
CREATE FUNCTION survival_at(t survival_table, "time" float8)
    RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_survival_at' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
CREATE FUNCTION survival_quantile(t survival_table, p float8, confidence float8 DEFAULT 0.95, interval_type text DEFAULT 'log', OUT "time" float8, OUT lower float8, OUT upper float8)
    RETURNS record
    AS 'MODULE_PATHNAME', 'journey_survival_quantile' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
CREATE FUNCTION restricted_mean(t survival_table, horizon float8, confidence float8 DEFAULT 0.95, OUT mean float8, OUT std_error float8, OUT lower float8, OUT upper float8)
    RETURNS record
    AS 'MODULE_PATHNAME', 'journey_restricted_mean' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
CREATE FUNCTION survival_counts(t survival_table, OUT customers bigint, OUT events bigint, OUT censored bigint, OUT excluded bigint, OUT last_time float8)
    RETURNS record
    AS 'MODULE_PATHNAME', 'journey_survival_counts' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION survival_time(length interval, unit interval)
    RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_survival_time' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE FUNCTION survival_rows_combine(survival_rows, survival_rows) RETURNS survival_rows
    AS 'MODULE_PATHNAME', 'journey_survival_rows_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION cox_fit_add(survival_rows, float8, boolean, float8[]) RETURNS survival_rows
    AS 'MODULE_PATHNAME', 'journey_cox_fit_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION cox_fit_add(survival_rows, float8, boolean, float8[], text[]) RETURNS survival_rows
    AS 'MODULE_PATHNAME', 'journey_cox_fit_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION cox_fit_add(survival_rows, float8, boolean, float8[], text[], text) RETURNS survival_rows
    AS 'MODULE_PATHNAME', 'journey_cox_fit_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION cox_fit_add(survival_rows, float8, boolean, float8[], text[], text, float8) RETURNS survival_rows
    AS 'MODULE_PATHNAME', 'journey_cox_fit_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION cox_fit_add(survival_rows, float8, boolean, float8[], text[], text, float8, text) RETURNS survival_rows
    AS 'MODULE_PATHNAME', 'journey_cox_fit_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION cox_fit_add(survival_rows, float8, boolean, float8[], text[], text, float8, text, float8) RETURNS survival_rows
    AS 'MODULE_PATHNAME', 'journey_cox_fit_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION cox_fit_add(survival_rows, float8, boolean, float8[], text[], text, float8, text, float8, text) RETURNS survival_rows
    AS 'MODULE_PATHNAME', 'journey_cox_fit_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION cox_fit_finish(survival_rows) RETURNS survival_model
    AS 'MODULE_PATHNAME', 'journey_cox_fit_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000;
CREATE AGGREGATE cox_fit(duration float8, event boolean, covariates float8[]) (
    SFUNC = cox_fit_add, STYPE = survival_rows, SSPACE = 8192, FINALFUNC = cox_fit_finish,
    COMBINEFUNC = survival_rows_combine, PARALLEL = SAFE);
CREATE AGGREGATE cox_fit(duration float8, event boolean, covariates float8[], names text[]) (
    SFUNC = cox_fit_add, STYPE = survival_rows, SSPACE = 8192, FINALFUNC = cox_fit_finish,
    COMBINEFUNC = survival_rows_combine, PARALLEL = SAFE);
CREATE AGGREGATE cox_fit(duration float8, event boolean, covariates float8[], names text[], stratum text) (
    SFUNC = cox_fit_add, STYPE = survival_rows, SSPACE = 8192, FINALFUNC = cox_fit_finish,
    COMBINEFUNC = survival_rows_combine, PARALLEL = SAFE);
CREATE AGGREGATE cox_fit(duration float8, event boolean, covariates float8[], names text[], stratum text, entry float8) (
    SFUNC = cox_fit_add, STYPE = survival_rows, SSPACE = 8192, FINALFUNC = cox_fit_finish,
    COMBINEFUNC = survival_rows_combine, PARALLEL = SAFE);
CREATE AGGREGATE cox_fit(duration float8, event boolean, covariates float8[], names text[], stratum text, entry float8, ties text) (
    SFUNC = cox_fit_add, STYPE = survival_rows, SSPACE = 8192, FINALFUNC = cox_fit_finish,
    COMBINEFUNC = survival_rows_combine, PARALLEL = SAFE);
CREATE AGGREGATE cox_fit(duration float8, event boolean, covariates float8[], names text[], stratum text, entry float8, ties text, weights float8) (
    SFUNC = cox_fit_add, STYPE = survival_rows, SSPACE = 8192, FINALFUNC = cox_fit_finish,
    COMBINEFUNC = survival_rows_combine, PARALLEL = SAFE);
CREATE AGGREGATE cox_fit(duration float8, event boolean, covariates float8[], names text[], stratum text, entry float8, ties text, weights float8, cluster text) (
    SFUNC = cox_fit_add, STYPE = survival_rows, SSPACE = 8192, FINALFUNC = cox_fit_finish,
    COMBINEFUNC = survival_rows_combine, PARALLEL = SAFE);
CREATE FUNCTION aft_fit_add(survival_rows, float8, boolean, float8[]) RETURNS survival_rows
    AS 'MODULE_PATHNAME', 'journey_aft_fit_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION aft_fit_add(survival_rows, float8, boolean, float8[], text[]) RETURNS survival_rows
    AS 'MODULE_PATHNAME', 'journey_aft_fit_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION aft_fit_add(survival_rows, float8, boolean, float8[], text[], text) RETURNS survival_rows
    AS 'MODULE_PATHNAME', 'journey_aft_fit_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION aft_fit_finish(survival_rows) RETURNS survival_model
    AS 'MODULE_PATHNAME', 'journey_aft_fit_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000;
CREATE AGGREGATE aft_fit(duration float8, event boolean, covariates float8[]) (
    SFUNC = aft_fit_add, STYPE = survival_rows, SSPACE = 8192, FINALFUNC = aft_fit_finish,
    COMBINEFUNC = survival_rows_combine, PARALLEL = SAFE);
CREATE AGGREGATE aft_fit(duration float8, event boolean, covariates float8[], names text[]) (
    SFUNC = aft_fit_add, STYPE = survival_rows, SSPACE = 8192, FINALFUNC = aft_fit_finish,
    COMBINEFUNC = survival_rows_combine, PARALLEL = SAFE);
CREATE AGGREGATE aft_fit(duration float8, event boolean, covariates float8[], names text[], distribution text) (
    SFUNC = aft_fit_add, STYPE = survival_rows, SSPACE = 8192, FINALFUNC = aft_fit_finish,
    COMBINEFUNC = survival_rows_combine, PARALLEL = SAFE);
CREATE FUNCTION logrank_add(survival_rows, float8, boolean, text) RETURNS survival_rows
    AS 'MODULE_PATHNAME', 'journey_logrank_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION logrank_add(survival_rows, float8, boolean, text, text) RETURNS survival_rows
    AS 'MODULE_PATHNAME', 'journey_logrank_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION logrank_add(survival_rows, float8, boolean, text, text, text) RETURNS survival_rows
    AS 'MODULE_PATHNAME', 'journey_logrank_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION logrank_add(survival_rows, float8, boolean, text, text, text, float8, float8) RETURNS survival_rows
    AS 'MODULE_PATHNAME', 'journey_logrank_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION logrank_finish(survival_rows) RETURNS logrank_result
    AS 'MODULE_PATHNAME', 'journey_logrank_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000;
CREATE AGGREGATE logrank(duration float8, event boolean, "group" text) (
    SFUNC = logrank_add, STYPE = survival_rows, SSPACE = 8192, FINALFUNC = logrank_finish,
    COMBINEFUNC = survival_rows_combine, PARALLEL = SAFE);
CREATE AGGREGATE logrank(duration float8, event boolean, "group" text, weighting text) (
    SFUNC = logrank_add, STYPE = survival_rows, SSPACE = 8192, FINALFUNC = logrank_finish,
    COMBINEFUNC = survival_rows_combine, PARALLEL = SAFE);
CREATE AGGREGATE logrank(duration float8, event boolean, "group" text, weighting text, stratum text) (
    SFUNC = logrank_add, STYPE = survival_rows, SSPACE = 8192, FINALFUNC = logrank_finish,
    COMBINEFUNC = survival_rows_combine, PARALLEL = SAFE);
CREATE AGGREGATE logrank(duration float8, event boolean, "group" text, weighting text, stratum text, rho float8, gamma float8) (
    SFUNC = logrank_add, STYPE = survival_rows, SSPACE = 8192, FINALFUNC = logrank_finish,
    COMBINEFUNC = survival_rows_combine, PARALLEL = SAFE);
CREATE FUNCTION logrank_groups_finish(survival_rows) RETURNS logrank_group_row[]
    AS 'MODULE_PATHNAME', 'journey_logrank_groups_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000;
CREATE AGGREGATE logrank_groups(duration float8, event boolean, "group" text) (
    SFUNC = logrank_add, STYPE = survival_rows, SSPACE = 8192, FINALFUNC = logrank_groups_finish,
    COMBINEFUNC = survival_rows_combine, PARALLEL = SAFE);
CREATE AGGREGATE logrank_groups(duration float8, event boolean, "group" text, weighting text) (
    SFUNC = logrank_add, STYPE = survival_rows, SSPACE = 8192, FINALFUNC = logrank_groups_finish,
    COMBINEFUNC = survival_rows_combine, PARALLEL = SAFE);
CREATE AGGREGATE logrank_groups(duration float8, event boolean, "group" text, weighting text, stratum text) (
    SFUNC = logrank_add, STYPE = survival_rows, SSPACE = 8192, FINALFUNC = logrank_groups_finish,
    COMBINEFUNC = survival_rows_combine, PARALLEL = SAFE);
CREATE AGGREGATE logrank_groups(duration float8, event boolean, "group" text, weighting text, stratum text, rho float8, gamma float8) (
    SFUNC = logrank_add, STYPE = survival_rows, SSPACE = 8192, FINALFUNC = logrank_groups_finish,
    COMBINEFUNC = survival_rows_combine, PARALLEL = SAFE);
CREATE FUNCTION concordance_add(survival_rows, float8, boolean, float8) RETURNS survival_rows
    AS 'MODULE_PATHNAME', 'journey_concordance_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION concordance_finish(survival_rows) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_concordance_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000;
CREATE AGGREGATE concordance(duration float8, event boolean, risk float8) (
    SFUNC = concordance_add, STYPE = survival_rows, SSPACE = 8192, FINALFUNC = concordance_finish,
    COMBINEFUNC = survival_rows_combine, PARALLEL = SAFE);
CREATE FUNCTION concordance_pairs_finish(survival_rows) RETURNS concordance_result
    AS 'MODULE_PATHNAME', 'journey_concordance_pairs_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000;
CREATE AGGREGATE concordance_pairs(duration float8, event boolean, risk float8) (
    SFUNC = concordance_add, STYPE = survival_rows, SSPACE = 8192, FINALFUNC = concordance_pairs_finish,
    COMBINEFUNC = survival_rows_combine, PARALLEL = SAFE);
CREATE FUNCTION brier_score_add(survival_rows, float8, boolean, float8, float8) RETURNS survival_rows
    AS 'MODULE_PATHNAME', 'journey_brier_score_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION brier_score_finish(survival_rows) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_brier_score_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000;
CREATE AGGREGATE brier_score(duration float8, event boolean, survival float8, horizon float8) (
    SFUNC = brier_score_add, STYPE = survival_rows, SSPACE = 8192, FINALFUNC = brier_score_finish,
    COMBINEFUNC = survival_rows_combine, PARALLEL = SAFE);
CREATE FUNCTION survival_calibration_add(survival_rows, float8, boolean, float8, float8, int) RETURNS survival_rows
    AS 'MODULE_PATHNAME', 'journey_survival_calibration_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION survival_calibration_finish(survival_rows) RETURNS survival_calibration_row[]
    AS 'MODULE_PATHNAME', 'journey_survival_calibration_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000;
CREATE AGGREGATE survival_calibration(duration float8, event boolean, predicted float8, horizon float8, bins int) (
    SFUNC = survival_calibration_add, STYPE = survival_rows, SSPACE = 8192, FINALFUNC = survival_calibration_finish,
    COMBINEFUNC = survival_rows_combine, PARALLEL = SAFE);

CREATE FUNCTION survival_summary(model survival_model, OUT kind text, OUT method text, OUT customers bigint, OUT events bigint, OUT excluded bigint,
    OUT iterations int, OUT converged boolean, OUT warning text, OUT loglik_null float8, OUT loglik float8, OUT aic float8, OUT df int,
    OUT likelihood_ratio float8, OUT likelihood_ratio_p float8, OUT wald float8, OUT wald_p float8, OUT score float8, OUT score_p float8, OUT robust boolean)
    RETURNS record
    AS 'MODULE_PATHNAME', 'journey_survival_summary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
CREATE FUNCTION cox_coefficients(model survival_model, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (covariate text, coefficient float8, std_error float8, z float8, p_value float8,
    hazard_ratio float8, lower float8, upper float8, note text)
    AS 'MODULE_PATHNAME', 'journey_cox_coefficients' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10;
CREATE FUNCTION aft_coefficients(model survival_model, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (covariate text, coefficient float8, std_error float8, z float8, p_value float8,
    time_ratio float8, lower float8, upper float8, note text)
    AS 'MODULE_PATHNAME', 'journey_aft_coefficients' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10;
CREATE FUNCTION cox_zph(model survival_model)
    RETURNS TABLE (covariate text, statistic float8, df int, p_value float8)
    AS 'MODULE_PATHNAME', 'journey_cox_zph' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10;
CREATE FUNCTION cox_baseline(model survival_model)
    RETURNS TABLE (stratum text, "time" float8, cumulative_hazard float8, survival float8)
    AS 'MODULE_PATHNAME', 'journey_cox_baseline' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 100;
CREATE FUNCTION linear_predictor(model survival_model, covariates float8[])
    RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_linear_predictor' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION survival_probability(model survival_model, covariates float8[], "time" float8, stratum text DEFAULT '')
    RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_survival_probability' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION event_probability(model survival_model, covariates float8[], survived float8, horizon float8, stratum text DEFAULT '')
    RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_event_probability' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION median_survival(model survival_model, covariates float8[], stratum text DEFAULT '')
    RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_model_median' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION survival_quantile(model survival_model, covariates float8[], p float8, stratum text DEFAULT '')
    RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_model_quantile' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION survival_curve(model survival_model, covariates float8[], times float8[] DEFAULT NULL, stratum text DEFAULT '')
    RETURNS TABLE ("time" float8, survival float8, cumulative_hazard float8)
    AS 'MODULE_PATHNAME', 'journey_survival_curve' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100;

COMMENT ON FUNCTION survival_table_in(cstring) IS 'Reads a survival_table. Example: it is used where a table moves or is stored';
COMMENT ON FUNCTION survival_table_out(survival_table) IS 'Writes a survival_table. Example: it is used where a table moves or is stored';
COMMENT ON FUNCTION survival_table_recv(internal) IS 'Reads the binary form of a survival_table. Example: it is used where a table moves or is stored';
COMMENT ON FUNCTION survival_table_send(survival_table) IS 'Writes the binary form of a survival_table. Example: it is used where a table moves or is stored';
COMMENT ON FUNCTION survival_rows_in(cstring) IS 'Reads a survival_rows. Example: it is used where a state moves or is stored';
COMMENT ON FUNCTION survival_rows_out(survival_rows) IS 'Writes a survival_rows. Example: it is used where a state moves or is stored';
COMMENT ON FUNCTION survival_rows_recv(internal) IS 'Reads the binary form of a survival_rows. Example: it is used where a state moves or is stored';
COMMENT ON FUNCTION survival_rows_send(survival_rows) IS 'Writes the binary form of a survival_rows. Example: it is used where a state moves or is stored';
COMMENT ON FUNCTION survival_model_in(cstring) IS 'Reads a survival_model. Example: it is used where a model moves or is stored';
COMMENT ON FUNCTION survival_model_out(survival_model) IS 'Writes a survival_model. Example: it is used where a model moves or is stored';
COMMENT ON FUNCTION survival_model_recv(internal) IS 'Reads the binary form of a survival_model. Example: it is used where a model moves or is stored';
COMMENT ON FUNCTION survival_model_send(survival_model) IS 'Writes the binary form of a survival_model. Example: it is used where a model moves or is stored';
COMMENT ON TYPE survival_table IS 'Who left at which time, by distinct times: what Kaplan-Meier and Nelson-Aalen curves are read from. Mergeable. Example: SELECT k.* FROM (SELECT survival_table(months, churned) AS t FROM customers) s, kaplan_meier(t) k';
COMMENT ON TYPE survival_rows IS 'State of the survival aggregates that need every row. Example: it is made and read by SELECT cox_fit(months, churned, ARRAY[age, price]) FROM customers';
COMMENT ON TYPE survival_model IS 'A fitted Cox or AFT model; its text is JSON. Example: CREATE TABLE models AS SELECT cox_fit(months, churned, ARRAY[age, price]) AS model FROM customers';
COMMENT ON TYPE kaplan_meier_row IS 'One time of a Kaplan-Meier curve. Example: SELECT * FROM unnest((SELECT kaplan_meier(months, churned) FROM customers))';
COMMENT ON TYPE nelson_aalen_row IS 'One time of a Nelson-Aalen curve. Example: SELECT * FROM unnest((SELECT nelson_aalen(months, churned) FROM customers))';
COMMENT ON TYPE logrank_result IS 'A log-rank test. Example: SELECT (t).* FROM (SELECT logrank(months, churned, plan) AS t FROM customers) s';
COMMENT ON TYPE logrank_group_row IS 'One group of a log-rank test. Example: SELECT * FROM unnest((SELECT logrank_groups(months, churned, plan) FROM customers))';
COMMENT ON TYPE concordance_result IS 'Pairs of customers and whether their risks had the right order. Example: SELECT (c).* FROM (SELECT concordance_pairs(months, churned, risk) AS c FROM scored) s';
COMMENT ON TYPE survival_calibration_row IS 'Predicted and observed probability of one bin of customers. Example: SELECT * FROM unnest((SELECT survival_calibration(months, churned, p, 12, 10) FROM scored))';
COMMENT ON FUNCTION survival_table_combine(survival_table, survival_table) IS 'Joins two states. Example: it is called in parallel plans';
COMMENT ON FUNCTION survival_table_add(survival_table, float8, boolean) IS 'Transition of survival_table. Example: SELECT survival_table(months, churned) FROM customers';
COMMENT ON FUNCTION survival_table_add(survival_table, float8, boolean, float8) IS 'Transition of survival_table. Example: SELECT survival_table(months, churned) FROM customers';
COMMENT ON FUNCTION survival_table_add(survival_table, float8, boolean, float8, bigint) IS 'Transition of survival_table. Example: SELECT survival_table(months, churned, NULL, customers) FROM counted';
COMMENT ON FUNCTION kaplan_meier_finish(survival_table) IS 'Final function of the aggregate. Example: it is called where the rows end';
COMMENT ON FUNCTION nelson_aalen_finish(survival_table) IS 'Final function of the aggregate. Example: it is called where the rows end';
COMMENT ON FUNCTION median_survival(survival_table) IS 'The time by which half of the customers had the event; NULL if the curve does not come so low. Example: SELECT plan, median_survival(survival_table(months, churned)) FROM customers GROUP BY plan';
COMMENT ON AGGREGATE survival_table(float8, boolean) IS 'Counts who left at which time. Example: SELECT k.* FROM (SELECT survival_table(months, churned) AS t FROM customers) s, kaplan_meier(t) k';
COMMENT ON AGGREGATE survival_table(float8, boolean, float8) IS 'The same for customers who came under observation late, after entry. Example: SELECT survival_table(age_now, churned, age_at_start) FROM customers';
COMMENT ON AGGREGATE survival_table(float8, boolean, float8, bigint) IS 'The same where a row stands for so many customers. Example: SELECT survival_table(months, churned, NULL, customers) FROM counted';
COMMENT ON AGGREGATE survival_table(survival_table) IS 'Puts tables together. Example: SELECT survival_table(t) FROM daily_tables';
COMMENT ON AGGREGATE kaplan_meier(float8, boolean) IS 'Kaplan-Meier curve with 95 percent limits on the log scale, one row a time. Example: SELECT * FROM unnest((SELECT kaplan_meier(months, churned) FROM customers))';
COMMENT ON AGGREGATE kaplan_meier(float8, boolean, float8) IS 'The same with late entry. Example: SELECT * FROM unnest((SELECT kaplan_meier(age_now, churned, age_at_start) FROM customers))';
COMMENT ON AGGREGATE kaplan_meier(float8, boolean, float8, bigint) IS 'The same where a row stands for so many customers. Example: SELECT * FROM unnest((SELECT kaplan_meier(months, churned, NULL, customers) FROM counted))';
COMMENT ON AGGREGATE nelson_aalen(float8, boolean) IS 'Nelson-Aalen cumulative hazard with 95 percent limits, one row a time. Example: SELECT * FROM unnest((SELECT nelson_aalen(months, churned) FROM customers))';
COMMENT ON AGGREGATE nelson_aalen(float8, boolean, float8) IS 'The same with late entry. Example: SELECT * FROM unnest((SELECT nelson_aalen(age_now, churned, age_at_start) FROM customers))';
COMMENT ON AGGREGATE nelson_aalen(float8, boolean, float8, bigint) IS 'The same where a row stands for so many customers. Example: SELECT * FROM unnest((SELECT nelson_aalen(months, churned, NULL, customers) FROM counted))';
COMMENT ON AGGREGATE median_survival(float8, boolean) IS 'The time by which half of the customers had the event; NULL if the curve does not come so low. Example: SELECT plan, median_survival(months, churned) FROM customers GROUP BY plan';
COMMENT ON AGGREGATE median_survival(float8, boolean, float8) IS 'The same with late entry. Example: SELECT median_survival(age_now, churned, age_at_start) FROM customers';
COMMENT ON AGGREGATE median_survival(float8, boolean, float8, bigint) IS 'The same where a row stands for so many customers. Example: SELECT median_survival(months, churned, NULL, customers) FROM counted';
COMMENT ON FUNCTION kaplan_meier(survival_table, float8, text) IS 'Kaplan-Meier curve with limits of type log, log-log, plain or logit, one row a time. Example: SELECT k.* FROM (SELECT survival_table(months, churned) AS t FROM customers) s, kaplan_meier(t, 0.95, ''log-log'') k';
COMMENT ON FUNCTION nelson_aalen(survival_table, float8, text, text) IS 'Cumulative hazard, one row a time; method fleming-harrington takes tied events one by one. Example: SELECT n.* FROM (SELECT survival_table(months, churned) AS t FROM customers) s, nelson_aalen(t) n';
COMMENT ON FUNCTION survival_at(survival_table, float8) IS 'Share of customers still without the event at a time; NULL beyond the last time seen. Example: SELECT survival_at(survival_table(months, churned), 12) FROM customers';
COMMENT ON FUNCTION survival_quantile(survival_table, float8, float8, text) IS 'The time by which a share p had the event, with limits. Example: SELECT q.* FROM (SELECT survival_table(months, churned) AS t FROM customers) s, survival_quantile(t, 0.5) q';
COMMENT ON FUNCTION restricted_mean(survival_table, float8, float8) IS 'Mean time without the event up to a horizon, with standard error and limits; NULL beyond the last time seen. Example: SELECT m.* FROM (SELECT survival_table(months, churned) AS t FROM customers) s, restricted_mean(t, 12) m';
COMMENT ON FUNCTION survival_counts(survival_table) IS 'How many customers a table is made of, and how many rows had a NULL. Example: SELECT c.* FROM (SELECT survival_table(months, churned) AS t FROM customers) s, survival_counts(t) c';
COMMENT ON FUNCTION survival_time(interval, interval) IS 'A length of time as a number of units; a month is 30 days, a day 24 hours. Example: SELECT survival_time(ended_at - started_at, ''1 day'') FROM subscriptions';
COMMENT ON FUNCTION survival_rows_combine(survival_rows, survival_rows) IS 'Joins two states. Example: it is called in parallel plans';
COMMENT ON FUNCTION cox_fit_add(survival_rows, float8, boolean, float8[]) IS 'Transition of cox_fit. Example: it is called for each row';
COMMENT ON FUNCTION cox_fit_add(survival_rows, float8, boolean, float8[], text[]) IS 'Transition of cox_fit. Example: it is called for each row';
COMMENT ON FUNCTION cox_fit_add(survival_rows, float8, boolean, float8[], text[], text) IS 'Transition of cox_fit. Example: it is called for each row';
COMMENT ON FUNCTION cox_fit_add(survival_rows, float8, boolean, float8[], text[], text, float8) IS 'Transition of cox_fit. Example: it is called for each row';
COMMENT ON FUNCTION cox_fit_add(survival_rows, float8, boolean, float8[], text[], text, float8, text) IS 'Transition of cox_fit. Example: it is called for each row';
COMMENT ON FUNCTION cox_fit_add(survival_rows, float8, boolean, float8[], text[], text, float8, text, float8) IS 'Transition of cox_fit. Example: it is called for each row';
COMMENT ON FUNCTION cox_fit_add(survival_rows, float8, boolean, float8[], text[], text, float8, text, float8, text) IS 'Transition of cox_fit. Example: it is called for each row';
COMMENT ON FUNCTION cox_fit_finish(survival_rows) IS 'Final function of the aggregate. Example: it is called where the rows end';
COMMENT ON AGGREGATE cox_fit(float8, boolean, float8[]) IS 'Cox proportional hazards with Efron''s ties. Example: SELECT c.* FROM (SELECT cox_fit(months, churned, ARRAY[age, price]) AS m FROM customers) s, cox_coefficients(m) c';
COMMENT ON AGGREGATE cox_fit(float8, boolean, float8[], text[]) IS 'The same with names for the covariates. Example: SELECT cox_fit(months, churned, ARRAY[age, price], ''{age,price}'') FROM customers';
COMMENT ON AGGREGATE cox_fit(float8, boolean, float8[], text[], text) IS 'The same with a baseline for each stratum. Example: SELECT cox_fit(months, churned, ARRAY[age], ''{age}'', country) FROM customers';
COMMENT ON AGGREGATE cox_fit(float8, boolean, float8[], text[], text, float8) IS 'The same for intervals: at risk after entry, up to duration. Example: SELECT cox_fit(until, churned, ARRAY[price], ''{price}'', NULL, since) FROM customer_periods';
COMMENT ON AGGREGATE cox_fit(float8, boolean, float8[], text[], text, float8, text) IS 'The same with ties efron or breslow. Example: SELECT cox_fit(months, churned, ARRAY[age], ''{age}'', NULL, NULL, ''breslow'') FROM customers';
COMMENT ON AGGREGATE cox_fit(float8, boolean, float8[], text[], text, float8, text, float8) IS 'The same with a weight for each row. Example: SELECT cox_fit(months, churned, ARRAY[age], ''{age}'', NULL, NULL, ''efron'', weight) FROM customers';
COMMENT ON AGGREGATE cox_fit(float8, boolean, float8[], text[], text, float8, text, float8, text) IS 'The same with standard errors that allow for rows of one cluster, and for a wrong model; NULL is a row on its own. Example: SELECT cox_fit(until, churned, ARRAY[price], ''{price}'', NULL, since, ''efron'', 1, customer) FROM stretches';
COMMENT ON FUNCTION aft_fit_add(survival_rows, float8, boolean, float8[]) IS 'Transition of aft_fit. Example: it is called for each row';
COMMENT ON FUNCTION aft_fit_add(survival_rows, float8, boolean, float8[], text[]) IS 'Transition of aft_fit. Example: it is called for each row';
COMMENT ON FUNCTION aft_fit_add(survival_rows, float8, boolean, float8[], text[], text) IS 'Transition of aft_fit. Example: it is called for each row';
COMMENT ON FUNCTION aft_fit_finish(survival_rows) IS 'Final function of the aggregate. Example: it is called where the rows end';
COMMENT ON AGGREGATE aft_fit(float8, boolean, float8[]) IS 'Accelerated failure times, Weibull. Example: SELECT c.* FROM (SELECT aft_fit(months, churned, ARRAY[age, price]) AS m FROM customers) s, aft_coefficients(m) c';
COMMENT ON AGGREGATE aft_fit(float8, boolean, float8[], text[]) IS 'The same with names for the covariates. Example: SELECT aft_fit(months, churned, ARRAY[age, price], ''{age,price}'') FROM customers';
COMMENT ON AGGREGATE aft_fit(float8, boolean, float8[], text[], text) IS 'The same with distribution exponential, weibull, lognormal or loglogistic. Example: SELECT aft_fit(months, churned, ARRAY[age], ''{age}'', ''lognormal'') FROM customers';
COMMENT ON FUNCTION logrank_add(survival_rows, float8, boolean, text) IS 'Transition of logrank. Example: it is called for each row';
COMMENT ON FUNCTION logrank_add(survival_rows, float8, boolean, text, text) IS 'Transition of logrank. Example: it is called for each row';
COMMENT ON FUNCTION logrank_add(survival_rows, float8, boolean, text, text, text) IS 'Transition of logrank. Example: it is called for each row';
COMMENT ON FUNCTION logrank_add(survival_rows, float8, boolean, text, text, text, float8, float8) IS 'Transition of logrank. Example: it is called for each row';
COMMENT ON FUNCTION logrank_finish(survival_rows) IS 'Final function of the aggregate. Example: it is called where the rows end';
COMMENT ON AGGREGATE logrank(float8, boolean, text) IS 'Do groups differ in survival? The log-rank test. Example: SELECT (t).* FROM (SELECT logrank(months, churned, plan) AS t FROM customers) s';
COMMENT ON AGGREGATE logrank(float8, boolean, text, text) IS 'The same weighted: logrank, gehan, tarone_ware, peto, fleming_harrington. Example: SELECT (t).* FROM (SELECT logrank(months, churned, plan, ''peto'') AS t FROM customers) s';
COMMENT ON AGGREGATE logrank(float8, boolean, text, text, text) IS 'The same within strata. Example: SELECT (t).* FROM (SELECT logrank(months, churned, plan, ''logrank'', country) AS t FROM customers) s';
COMMENT ON AGGREGATE logrank(float8, boolean, text, text, text, float8, float8) IS 'The same with rho and gamma of fleming_harrington. Example: SELECT (t).* FROM (SELECT logrank(months, churned, plan, ''fleming_harrington'', NULL, 1, 0) AS t FROM customers) s';
COMMENT ON FUNCTION logrank_groups_finish(survival_rows) IS 'Final function of the aggregate. Example: it is called where the rows end';
COMMENT ON AGGREGATE logrank_groups(float8, boolean, text) IS 'Observed and expected events of each group of a log-rank test. Example: SELECT * FROM unnest((SELECT logrank_groups(months, churned, plan) FROM customers))';
COMMENT ON AGGREGATE logrank_groups(float8, boolean, text, text) IS 'Observed and expected events of each group of a log-rank test. Example: SELECT * FROM unnest((SELECT logrank_groups(months, churned, plan) FROM customers))';
COMMENT ON AGGREGATE logrank_groups(float8, boolean, text, text, text) IS 'Observed and expected events of each group of a log-rank test. Example: SELECT * FROM unnest((SELECT logrank_groups(months, churned, plan) FROM customers))';
COMMENT ON AGGREGATE logrank_groups(float8, boolean, text, text, text, float8, float8) IS 'Observed and expected events of each group of a log-rank test. Example: SELECT * FROM unnest((SELECT logrank_groups(months, churned, plan) FROM customers))';
COMMENT ON FUNCTION concordance_add(survival_rows, float8, boolean, float8) IS 'Transition of concordance. Example: it is called for each row';
COMMENT ON FUNCTION concordance_finish(survival_rows) IS 'Final function of the aggregate. Example: it is called where the rows end';
COMMENT ON AGGREGATE concordance(float8, boolean, float8) IS 'Harrell''s C: how often the customer with the higher risk had the event first. Example: SELECT concordance(months, churned, risk) FROM scored';
COMMENT ON FUNCTION concordance_pairs_finish(survival_rows) IS 'Final function of the aggregate. Example: it is called where the rows end';
COMMENT ON AGGREGATE concordance_pairs(float8, boolean, float8) IS 'Harrell''s C with the pairs it is made of. Example: SELECT (c).* FROM (SELECT concordance_pairs(months, churned, risk) AS c FROM scored) s';
COMMENT ON FUNCTION brier_score_add(survival_rows, float8, boolean, float8, float8) IS 'Transition of brier_score. Example: it is called for each row';
COMMENT ON FUNCTION brier_score_finish(survival_rows) IS 'Final function of the aggregate. Example: it is called where the rows end';
COMMENT ON AGGREGATE brier_score(float8, boolean, float8, float8) IS 'Mean squared error of predicted survival at a horizon, weighted for censoring. Example: SELECT brier_score(months, churned, survival_at_12, 12) FROM scored';
COMMENT ON FUNCTION survival_calibration_add(survival_rows, float8, boolean, float8, float8, int) IS 'Transition of survival_calibration. Example: it is called for each row';
COMMENT ON FUNCTION survival_calibration_finish(survival_rows) IS 'Final function of the aggregate. Example: it is called where the rows end';
COMMENT ON AGGREGATE survival_calibration(float8, boolean, float8, float8, int) IS 'Predicted beside observed probability of the event by a horizon, in bins of the prediction. Example: SELECT * FROM unnest((SELECT survival_calibration(months, churned, p, 12, 10) FROM scored))';
COMMENT ON FUNCTION survival_summary(survival_model) IS 'How a fit went: counts, likelihoods, tests, and a warning if there is something to know. Example: SELECT s.* FROM models, survival_summary(model) s';
COMMENT ON FUNCTION cox_coefficients(survival_model, float8) IS 'Coefficients of a Cox model with hazard ratios and their limits. Example: SELECT c.* FROM models, cox_coefficients(model) c';
COMMENT ON FUNCTION aft_coefficients(survival_model, float8) IS 'Coefficients of an AFT model with time ratios and their limits. Example: SELECT c.* FROM models, aft_coefficients(model) c';
COMMENT ON FUNCTION cox_zph(survival_model) IS 'Are hazards proportional? A small p_value says no. Example: SELECT z.* FROM models, cox_zph(model) z';
COMMENT ON FUNCTION cox_baseline(survival_model) IS 'Baseline of a Cox model: a customer at the means of the covariates. Example: SELECT b.* FROM models, cox_baseline(model) b';
COMMENT ON FUNCTION linear_predictor(survival_model, float8[]) IS 'Cox: log hazard relative to a customer at the means. AFT: location of log time. Example: SELECT linear_predictor(model, ARRAY[age, price]) FROM customers, models';
COMMENT ON FUNCTION survival_probability(survival_model, float8[], float8, text) IS 'Probability that a customer is still without the event at a time; NULL beyond the last time seen. Example: SELECT survival_probability(model, ARRAY[age, price], 12) FROM customers, models';
COMMENT ON FUNCTION event_probability(survival_model, float8[], float8, float8, text) IS 'Probability of the event within a horizon, for a customer who has come so far without it. Example: SELECT event_probability(model, ARRAY[age, price], months_so_far, 3) FROM customers, models';
COMMENT ON FUNCTION median_survival(survival_model, float8[], text) IS 'The time by which a customer has the event with probability one half. Example: SELECT median_survival(model, ARRAY[age, price]) FROM customers, models';
COMMENT ON FUNCTION survival_quantile(survival_model, float8[], float8, text) IS 'The time by which a customer has the event with probability p. Example: SELECT survival_quantile(model, ARRAY[age, price], 0.9) FROM customers, models';
COMMENT ON FUNCTION survival_curve(survival_model, float8[], float8[], text) IS 'A customer''s survival over time. Example: SELECT c.* FROM models, survival_curve(model, ARRAY[30, 9.99], ''{3,6,12}'') c';
