-- ------------------------------------------------------------- lead_score
CREATE TYPE logistic_model;
CREATE FUNCTION logistic_model_in(cstring) RETURNS logistic_model
    AS 'MODULE_PATHNAME', 'journey_logistic_model_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION logistic_model_out(logistic_model) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_logistic_model_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION logistic_model_recv(internal) RETURNS logistic_model
    AS 'MODULE_PATHNAME', 'journey_logistic_model_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION logistic_model_send(logistic_model) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_logistic_model_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE TYPE logistic_model (
    INPUT = logistic_model_in, OUTPUT = logistic_model_out, RECEIVE = logistic_model_recv, SEND = logistic_model_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);

CREATE TYPE logistic_rows;
CREATE FUNCTION logistic_rows_in(cstring) RETURNS logistic_rows
    AS 'MODULE_PATHNAME', 'journey_logistic_rows_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION logistic_rows_out(logistic_rows) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_logistic_rows_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION logistic_rows_recv(internal) RETURNS logistic_rows
    AS 'MODULE_PATHNAME', 'journey_logistic_rows_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION logistic_rows_send(logistic_rows) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_logistic_rows_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE TYPE logistic_rows (
    INPUT = logistic_rows_in, OUTPUT = logistic_rows_out, RECEIVE = logistic_rows_recv, SEND = logistic_rows_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);

CREATE TYPE scored_outcomes;
CREATE FUNCTION scored_outcomes_in(cstring) RETURNS scored_outcomes
    AS 'MODULE_PATHNAME', 'journey_scored_outcomes_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION scored_outcomes_out(scored_outcomes) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_scored_outcomes_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION scored_outcomes_recv(internal) RETURNS scored_outcomes
    AS 'MODULE_PATHNAME', 'journey_scored_outcomes_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION scored_outcomes_send(scored_outcomes) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_scored_outcomes_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE TYPE scored_outcomes (
    INPUT = scored_outcomes_in, OUTPUT = scored_outcomes_out, RECEIVE = scored_outcomes_recv, SEND = scored_outcomes_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);

CREATE TYPE calibration_row AS (
    bin int, customers bigint, lowest float8, highest float8, predicted float8, observed float8, conversions bigint);
CREATE TYPE lead_reason_row AS (event text, times bigint, last_at timestamptz, score float8);

CREATE FUNCTION logistic_add(logistic_rows, boolean, float8[]) RETURNS logistic_rows
    AS 'MODULE_PATHNAME', 'journey_logistic_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
CREATE FUNCTION logistic_add(logistic_rows, boolean, float8[], float8) RETURNS logistic_rows
    AS 'MODULE_PATHNAME', 'journey_logistic_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
CREATE FUNCTION logistic_add(logistic_rows, boolean, float8[], float8, boolean) RETURNS logistic_rows
    AS 'MODULE_PATHNAME', 'journey_logistic_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
CREATE FUNCTION logistic_combine(logistic_rows, logistic_rows) RETURNS logistic_rows
    AS 'MODULE_PATHNAME', 'journey_logistic_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION logistic_finish(logistic_rows) RETURNS logistic_model
    AS 'MODULE_PATHNAME', 'journey_logistic_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000;
CREATE AGGREGATE logistic_fit(converted boolean, features float8[]) (
    SFUNC = logistic_add, STYPE = logistic_rows, SSPACE = 8192, FINALFUNC = logistic_finish, COMBINEFUNC = logistic_combine, PARALLEL = SAFE);
CREATE AGGREGATE logistic_fit(converted boolean, features float8[], penalty float8) (
    SFUNC = logistic_add, STYPE = logistic_rows, SSPACE = 8192, FINALFUNC = logistic_finish, COMBINEFUNC = logistic_combine, PARALLEL = SAFE);
CREATE AGGREGATE logistic_fit(converted boolean, features float8[], penalty float8, standardise boolean) (
    SFUNC = logistic_add, STYPE = logistic_rows, SSPACE = 8192, FINALFUNC = logistic_finish, COMBINEFUNC = logistic_combine, PARALLEL = SAFE);

CREATE FUNCTION logistic_probability(model logistic_model, features float8[]) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_logistic_probability' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION logistic_reasons(model logistic_model, features float8[], names text[] DEFAULT NULL,
        OUT feature_no int, OUT feature text, OUT value float8, OUT coefficient float8, OUT contribution float8) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_logistic_reasons' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20 ROWS 10;
CREATE FUNCTION logistic_coefficients(model logistic_model, names text[] DEFAULT NULL,
        OUT feature_no int, OUT feature text, OUT coefficient float8, OUT std_error float8, OUT z float8, OUT p_value float8, OUT odds_ratio float8) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_logistic_coefficients' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20 ROWS 10;
CREATE FUNCTION logistic_summary(model logistic_model,
        OUT status text, OUT converged boolean, OUT n bigint, OUT conversions bigint, OUT dropped bigint, OUT iterations bigint,
        OUT log_likelihood float8, OUT null_log_likelihood float8, OUT deviance float8, OUT penalty float8, OUT standardise boolean) RETURNS record
    AS 'MODULE_PATHNAME', 'journey_logistic_summary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

CREATE FUNCTION scored_outcomes_add(scored_outcomes, float8, boolean) RETURNS scored_outcomes
    AS 'MODULE_PATHNAME', 'journey_scored_outcomes_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
CREATE FUNCTION scored_outcomes_add(scored_outcomes, float8, boolean, int) RETURNS scored_outcomes
    AS 'MODULE_PATHNAME', 'journey_scored_outcomes_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
CREATE FUNCTION scored_outcomes_combine(scored_outcomes, scored_outcomes) RETURNS scored_outcomes
    AS 'MODULE_PATHNAME', 'journey_scored_outcomes_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION roc_auc_finish(scored_outcomes) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_roc_auc_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
CREATE FUNCTION log_loss_finish(scored_outcomes) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_log_loss_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
CREATE FUNCTION calibration_finish(scored_outcomes) RETURNS calibration_row[]
    AS 'MODULE_PATHNAME', 'journey_calibration_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
CREATE AGGREGATE roc_auc(probability float8, converted boolean) (
    SFUNC = scored_outcomes_add, STYPE = scored_outcomes, SSPACE = 8192, FINALFUNC = roc_auc_finish, COMBINEFUNC = scored_outcomes_combine, PARALLEL = SAFE);
CREATE AGGREGATE log_loss(probability float8, converted boolean) (
    SFUNC = scored_outcomes_add, STYPE = scored_outcomes, SSPACE = 8192, FINALFUNC = log_loss_finish, COMBINEFUNC = scored_outcomes_combine, PARALLEL = SAFE);
CREATE AGGREGATE calibration_report(probability float8, converted boolean) (
    SFUNC = scored_outcomes_add, STYPE = scored_outcomes, SSPACE = 8192, FINALFUNC = calibration_finish, COMBINEFUNC = scored_outcomes_combine, PARALLEL = SAFE);
CREATE AGGREGATE calibration_report(probability float8, converted boolean, bins int) (
    SFUNC = scored_outcomes_add, STYPE = scored_outcomes, SSPACE = 8192, FINALFUNC = calibration_finish, COMBINEFUNC = scored_outcomes_combine, PARALLEL = SAFE);

CREATE FUNCTION lead_points_add(internal, timestamptz, text, text[], float8[], timestamptz) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_lead_points_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION lead_points_add(internal, timestamptz, text, text[], float8[], timestamptz, interval) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_lead_points_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION lead_points_add(internal, timestamptz, text, text[], float8[], timestamptz, interval, float8) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_lead_points_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION lead_points_add(internal, timestamptz, text, text[], float8[], timestamptz, interval, float8, text) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_lead_points_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION lead_points_combine(internal, internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_lead_points_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
CREATE FUNCTION lead_points_serialise(internal) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_lead_points_serialise' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION lead_points_deserialise(bytea, internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_lead_points_deserialise' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION lead_points_finish(internal) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_lead_points_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
CREATE FUNCTION lead_points_reasons_finish(internal) RETURNS lead_reason_row[]
    AS 'MODULE_PATHNAME', 'journey_lead_points_reasons_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
CREATE AGGREGATE lead_points(ts timestamptz, event text, events text[], points float8[], as_of timestamptz) (
    SFUNC = lead_points_add, STYPE = internal, SSPACE = 256, FINALFUNC = lead_points_finish, COMBINEFUNC = lead_points_combine,
    SERIALFUNC = lead_points_serialise, DESERIALFUNC = lead_points_deserialise, PARALLEL = SAFE);
CREATE AGGREGATE lead_points_reasons(ts timestamptz, event text, events text[], points float8[], as_of timestamptz) (
    SFUNC = lead_points_add, STYPE = internal, SSPACE = 256, FINALFUNC = lead_points_reasons_finish, COMBINEFUNC = lead_points_combine,
    SERIALFUNC = lead_points_serialise, DESERIALFUNC = lead_points_deserialise, PARALLEL = SAFE);
CREATE AGGREGATE lead_points(ts timestamptz, event text, events text[], points float8[], as_of timestamptz, half_life interval) (
    SFUNC = lead_points_add, STYPE = internal, SSPACE = 256, FINALFUNC = lead_points_finish, COMBINEFUNC = lead_points_combine,
    SERIALFUNC = lead_points_serialise, DESERIALFUNC = lead_points_deserialise, PARALLEL = SAFE);
CREATE AGGREGATE lead_points_reasons(ts timestamptz, event text, events text[], points float8[], as_of timestamptz, half_life interval) (
    SFUNC = lead_points_add, STYPE = internal, SSPACE = 256, FINALFUNC = lead_points_reasons_finish, COMBINEFUNC = lead_points_combine,
    SERIALFUNC = lead_points_serialise, DESERIALFUNC = lead_points_deserialise, PARALLEL = SAFE);
CREATE AGGREGATE lead_points(ts timestamptz, event text, events text[], points float8[], as_of timestamptz, half_life interval, cap float8) (
    SFUNC = lead_points_add, STYPE = internal, SSPACE = 256, FINALFUNC = lead_points_finish, COMBINEFUNC = lead_points_combine,
    SERIALFUNC = lead_points_serialise, DESERIALFUNC = lead_points_deserialise, PARALLEL = SAFE);
CREATE AGGREGATE lead_points(ts timestamptz, event text, events text[], points float8[], as_of timestamptz, half_life interval, cap float8, if_none text) (
    SFUNC = lead_points_add, STYPE = internal, SSPACE = 256, FINALFUNC = lead_points_finish, COMBINEFUNC = lead_points_combine,
    SERIALFUNC = lead_points_serialise, DESERIALFUNC = lead_points_deserialise, PARALLEL = SAFE);
CREATE FUNCTION lead_points(j journey, events text[], points float8[], as_of timestamptz, half_life interval DEFAULT NULL,
        cap float8 DEFAULT NULL, if_none text DEFAULT 'zero') RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_lead_points' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
CREATE FUNCTION lead_points_reasons(j journey, events text[], points float8[], as_of timestamptz, half_life interval DEFAULT NULL,
        OUT event text, OUT times bigint, OUT last_at timestamptz, OUT score float8) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_lead_points_reasons' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20 ROWS 5;
CREATE FUNCTION weighted_score(figures float8[], weights float8[], nulls text DEFAULT 'reweight') RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_weighted_score' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;

COMMENT ON FUNCTION logistic_model_in(cstring) IS 'Reads a logistic_model. Example: SELECT logistic_fit(converted, ARRAY[visits, days]) FROM leads';
COMMENT ON FUNCTION logistic_model_out(logistic_model) IS 'Writes a logistic_model. Example: SELECT logistic_fit(converted, ARRAY[visits, days]) FROM leads';
COMMENT ON FUNCTION logistic_model_recv(internal) IS 'Reads the binary form of a logistic_model. Example: SELECT logistic_fit(converted, ARRAY[visits, days]) FROM leads';
COMMENT ON FUNCTION logistic_model_send(logistic_model) IS 'Writes the binary form of a logistic_model. Example: SELECT logistic_fit(converted, ARRAY[visits, days]) FROM leads';
COMMENT ON TYPE logistic_model IS 'A logistic regression, printed as JSON, fit to be stored. Example: SELECT logistic_fit(converted, ARRAY[visits, days]) FROM leads';
COMMENT ON FUNCTION logistic_rows_in(cstring) IS 'Reads a logistic_rows. Example: SELECT logistic_fit(converted, ARRAY[visits, days]) FROM leads';
COMMENT ON FUNCTION logistic_rows_out(logistic_rows) IS 'Writes a logistic_rows. Example: SELECT logistic_fit(converted, ARRAY[visits, days]) FROM leads';
COMMENT ON FUNCTION logistic_rows_recv(internal) IS 'Reads the binary form of a logistic_rows. Example: SELECT logistic_fit(converted, ARRAY[visits, days]) FROM leads';
COMMENT ON FUNCTION logistic_rows_send(logistic_rows) IS 'Writes the binary form of a logistic_rows. Example: SELECT logistic_fit(converted, ARRAY[visits, days]) FROM leads';
COMMENT ON TYPE logistic_rows IS 'State of logistic_fit: all rows. Example: SELECT logistic_fit(converted, ARRAY[visits, days]) FROM leads';
COMMENT ON FUNCTION scored_outcomes_in(cstring) IS 'Reads a scored_outcomes. Example: SELECT roc_auc(probability, converted) FROM scored';
COMMENT ON FUNCTION scored_outcomes_out(scored_outcomes) IS 'Writes a scored_outcomes. Example: SELECT roc_auc(probability, converted) FROM scored';
COMMENT ON FUNCTION scored_outcomes_recv(internal) IS 'Reads the binary form of a scored_outcomes. Example: SELECT roc_auc(probability, converted) FROM scored';
COMMENT ON FUNCTION scored_outcomes_send(scored_outcomes) IS 'Writes the binary form of a scored_outcomes. Example: SELECT roc_auc(probability, converted) FROM scored';
COMMENT ON TYPE scored_outcomes IS 'State of roc_auc, log_loss and calibration_report: all scores. Example: SELECT roc_auc(probability, converted) FROM scored';
COMMENT ON TYPE calibration_row IS 'One bin of calibration_report: predicted and observed rate. Example: SELECT * FROM unnest((SELECT calibration_report(probability, converted) FROM scored))';
COMMENT ON TYPE lead_reason_row IS 'What one event name gives to a score by points. Example: SELECT customer, r.* FROM (SELECT customer, lead_points_reasons(ts, event, ''{visit,demo}'', ''{1,20}'', ''2024-07-01'', ''14 days'') AS reasons FROM events GROUP BY customer) x, unnest(reasons) r';
COMMENT ON FUNCTION logistic_add(logistic_rows, boolean, float8[]) IS 'Transition of logistic_fit. Example: SELECT logistic_fit(converted, ARRAY[visits, days]) FROM leads';
COMMENT ON FUNCTION logistic_add(logistic_rows, boolean, float8[], float8) IS 'Transition of logistic_fit. Example: SELECT logistic_fit(converted, ARRAY[visits, days]) FROM leads';
COMMENT ON FUNCTION logistic_add(logistic_rows, boolean, float8[], float8, boolean) IS 'Transition of logistic_fit. Example: SELECT logistic_fit(converted, ARRAY[visits, days]) FROM leads';
COMMENT ON FUNCTION logistic_combine(logistic_rows, logistic_rows) IS 'Combine function of logistic_fit. Example: SELECT logistic_fit(converted, ARRAY[visits, days]) FROM leads';
COMMENT ON FUNCTION logistic_finish(logistic_rows) IS 'Final function of logistic_fit. Example: SELECT logistic_fit(converted, ARRAY[visits, days]) FROM leads';
COMMENT ON AGGREGATE logistic_fit(boolean, float8[]) IS 'Logistic regression of a conversion on features; says in its status whether it converged; rows with a NULL are dropped and counted. Example: SELECT logistic_fit(converted, ARRAY[visits, days]) FROM leads';
COMMENT ON AGGREGATE logistic_fit(boolean, float8[], float8) IS 'Logistic regression of a conversion on features; with a ridge penalty on standardised features; says in its status whether it converged; rows with a NULL are dropped and counted. Example: SELECT logistic_fit(converted, ARRAY[visits, days], 1) FROM leads';
COMMENT ON AGGREGATE logistic_fit(boolean, float8[], float8, boolean) IS 'Logistic regression of a conversion on features; with a ridge penalty, on standardised features or on features as they are; says in its status whether it converged; rows with a NULL are dropped and counted. Example: SELECT logistic_fit(converted, ARRAY[visits, days], 1, false) FROM leads';
COMMENT ON FUNCTION logistic_probability(logistic_model, float8[]) IS 'Chance of a conversion, 0 to 1; NULL if a feature is. Example: SELECT lead, logistic_probability((SELECT model FROM models), ARRAY[visits, days]) FROM leads';
COMMENT ON FUNCTION logistic_reasons(logistic_model, float8[], text[]) IS 'What each feature adds to the log-odds over its mean, largest first. Example: SELECT lead, r.* FROM leads, logistic_reasons((SELECT model FROM models), ARRAY[visits, days], ''{visits,days}'') r';
COMMENT ON FUNCTION logistic_coefficients(logistic_model, text[]) IS 'Coefficients of a model as rows, intercept first. Example: SELECT * FROM logistic_coefficients((SELECT model FROM models), ''{visits,days}'')';
COMMENT ON FUNCTION logistic_summary(logistic_model) IS 'How a fit went, as one row; status is converged, separation, collinear, one_class or not_converged. Example: SELECT s.* FROM models, logistic_summary(model) s';
COMMENT ON FUNCTION scored_outcomes_add(scored_outcomes, float8, boolean) IS 'Transition of roc_auc, log_loss and calibration_report. Example: SELECT roc_auc(probability, converted) FROM scored';
COMMENT ON FUNCTION scored_outcomes_add(scored_outcomes, float8, boolean, int) IS 'Transition of roc_auc, log_loss and calibration_report. Example: SELECT roc_auc(probability, converted) FROM scored';
COMMENT ON FUNCTION scored_outcomes_combine(scored_outcomes, scored_outcomes) IS 'Combine function of roc_auc, log_loss and calibration_report. Example: SELECT roc_auc(probability, converted) FROM scored';
COMMENT ON FUNCTION roc_auc_finish(scored_outcomes) IS 'Final function of roc_auc. Example: SELECT roc_auc(probability, converted) FROM scored';
COMMENT ON FUNCTION log_loss_finish(scored_outcomes) IS 'Final function of log_loss. Example: SELECT roc_auc(probability, converted) FROM scored';
COMMENT ON FUNCTION calibration_finish(scored_outcomes) IS 'Final function of calibration. Example: SELECT roc_auc(probability, converted) FROM scored';
COMMENT ON AGGREGATE roc_auc(float8, boolean) IS 'Area under the ROC curve: the chance that one who converted has the higher score. Example: SELECT roc_auc(probability, converted) FROM scored';
COMMENT ON AGGREGATE log_loss(float8, boolean) IS 'Mean of -log of the probability given to what happened. Example: SELECT log_loss(probability, converted) FROM scored';
COMMENT ON AGGREGATE calibration_report(float8, boolean) IS 'Predicted and observed rate by decile of the score. Example: SELECT * FROM unnest((SELECT calibration_report(probability, converted) FROM scored))';
COMMENT ON AGGREGATE calibration_report(float8, boolean, int) IS 'Predicted and observed rate by bins of the score. Example: SELECT * FROM unnest((SELECT calibration_report(probability, converted, 5) FROM scored))';
COMMENT ON FUNCTION lead_points_add(internal, timestamptz, text, text[], float8[], timestamptz) IS 'Transition of lead_points. Example: SELECT customer, lead_points(ts, event, ''{visit,demo}'', ''{1,20}'', ''2024-07-01'', ''14 days'') FROM events GROUP BY customer';
COMMENT ON FUNCTION lead_points_add(internal, timestamptz, text, text[], float8[], timestamptz, interval) IS 'Transition of lead_points. Example: SELECT customer, lead_points(ts, event, ''{visit,demo}'', ''{1,20}'', ''2024-07-01'', ''14 days'') FROM events GROUP BY customer';
COMMENT ON FUNCTION lead_points_add(internal, timestamptz, text, text[], float8[], timestamptz, interval, float8) IS 'Transition of lead_points. Example: SELECT customer, lead_points(ts, event, ''{visit,demo}'', ''{1,20}'', ''2024-07-01'', ''14 days'') FROM events GROUP BY customer';
COMMENT ON FUNCTION lead_points_add(internal, timestamptz, text, text[], float8[], timestamptz, interval, float8, text) IS 'Transition of lead_points. Example: SELECT customer, lead_points(ts, event, ''{visit,demo}'', ''{1,20}'', ''2024-07-01'', ''14 days'') FROM events GROUP BY customer';
COMMENT ON FUNCTION lead_points_combine(internal, internal) IS 'Combine function of lead_points. Example: SELECT customer, lead_points(ts, event, ''{visit,demo}'', ''{1,20}'', ''2024-07-01'', ''14 days'') FROM events GROUP BY customer';
COMMENT ON FUNCTION lead_points_serialise(internal) IS 'Serialisation of lead_points. Example: SELECT customer, lead_points(ts, event, ''{visit,demo}'', ''{1,20}'', ''2024-07-01'', ''14 days'') FROM events GROUP BY customer';
COMMENT ON FUNCTION lead_points_deserialise(bytea, internal) IS 'Deserialisation of lead_points. Example: SELECT customer, lead_points(ts, event, ''{visit,demo}'', ''{1,20}'', ''2024-07-01'', ''14 days'') FROM events GROUP BY customer';
COMMENT ON FUNCTION lead_points_finish(internal) IS 'Final function of lead_points. Example: SELECT customer, lead_points(ts, event, ''{visit,demo}'', ''{1,20}'', ''2024-07-01'', ''14 days'') FROM events GROUP BY customer';
COMMENT ON FUNCTION lead_points_reasons_finish(internal) IS 'Final function of lead_points_reasons. Example: SELECT customer, lead_points(ts, event, ''{visit,demo}'', ''{1,20}'', ''2024-07-01'', ''14 days'') FROM events GROUP BY customer';
COMMENT ON AGGREGATE lead_points(timestamptz, text, text[], float8[], timestamptz) IS 'Score of a customer by the points of his events as of a moment; points keep their worth. Example: SELECT customer, lead_points(ts, event, ''{visit,demo}'', ''{1,20}'', ''2024-07-01'') FROM events GROUP BY customer';
COMMENT ON AGGREGATE lead_points_reasons(timestamptz, text, text[], float8[], timestamptz) IS 'The same score by event name, most points first; points keep their worth. Example: SELECT customer, r.* FROM (SELECT customer, lead_points_reasons(ts, event, ''{visit,demo}'', ''{1,20}'', ''2024-07-01'') AS reasons FROM events GROUP BY customer) x, unnest(reasons) r';
COMMENT ON AGGREGATE lead_points(timestamptz, text, text[], float8[], timestamptz, interval) IS 'Score of a customer by the points of his events as of a moment; points halve with every half-life. Example: SELECT customer, lead_points(ts, event, ''{visit,demo}'', ''{1,20}'', ''2024-07-01'', ''14 days'') FROM events GROUP BY customer';
COMMENT ON AGGREGATE lead_points_reasons(timestamptz, text, text[], float8[], timestamptz, interval) IS 'The same score by event name, most points first; points halve with every half-life. Example: SELECT customer, r.* FROM (SELECT customer, lead_points_reasons(ts, event, ''{visit,demo}'', ''{1,20}'', ''2024-07-01'', ''14 days'') AS reasons FROM events GROUP BY customer) x, unnest(reasons) r';
COMMENT ON AGGREGATE lead_points(timestamptz, text, text[], float8[], timestamptz, interval, float8) IS 'Score of a customer by the points of his events as of a moment; the score is at most cap. Example: SELECT customer, lead_points(ts, event, ''{visit,demo}'', ''{1,20}'', ''2024-07-01'', ''14 days'', 100) FROM events GROUP BY customer';
COMMENT ON AGGREGATE lead_points(timestamptz, text, text[], float8[], timestamptz, interval, float8, text) IS 'Score of a customer by the points of his events as of a moment; if_none says what stands for a customer without a counted event: zero or null. Example: SELECT customer, lead_points(ts, event, ''{visit,demo}'', ''{1,20}'', ''2024-07-01'', ''14 days'', 100, ''null'') FROM events GROUP BY customer';
COMMENT ON FUNCTION lead_points(journey, text[], float8[], timestamptz, interval, float8, text) IS 'Score of a journey by the points of its events as of a moment. Example: SELECT customer, lead_points(j, ''{visit,demo}'', ''{1,20}'', ''2024-07-01'', half_life => ''14 days'') FROM journeys';
COMMENT ON FUNCTION lead_points_reasons(journey, text[], float8[], timestamptz, interval) IS 'The same score by event name, most points first. Example: SELECT customer, r.* FROM journeys, lead_points_reasons(j, ''{visit,demo}'', ''{1,20}'', ''2024-07-01'', ''14 days'') r';
COMMENT ON FUNCTION weighted_score(float8[], float8[], text) IS 'Weighted mean of figures; nulls says what a NULL does: reweight the rest, count as zero, make the score null. Example: SELECT weighted_score(ARRAY[usage, nps, NULL], ARRAY[0.5, 0.3, 0.2])';
