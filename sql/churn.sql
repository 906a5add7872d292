-- The churn ladder: who will have no activity within a horizon, by scores, by a
-- customers-alive model and by survival.
SET timezone = 'UTC';
SET datestyle = 'ISO';

-- A shop of 600 customers: each buys at a pace of his own until he leaves.
CREATE FUNCTION draw(customer int, n int) RETURNS float8 IMMUTABLE LANGUAGE sql
AS 'SELECT (1 + (hashint8extended(customer, n) & 1073741823)) / 1073741825.0::float8';
CREATE TABLE visits AS
SELECT customer, ts, CASE WHEN draw(customer, 9000 + n) < 0.7 THEN 'buy' ELSE 'view' END AS event,
       CASE WHEN draw(customer, 9000 + n) < 0.7 THEN round((5 + 40 * draw(customer, 7000 + n))::numeric, 2)::float8 END AS value
FROM generate_series(1, 600) customer,
     LATERAL (SELECT n, timestamptz '2023-01-01' + interval '1 day' * (200 * draw(customer, 1) + sum(-ln(draw(customer, 100 + n)) * (6 + 60 * draw(customer, 2) ^ 3)) OVER (ORDER BY n)) AS ts
              FROM generate_series(1, 150) n) walk
WHERE ts < timestamptz '2023-01-01' + interval '1 day' * (200 * draw(customer, 1) - (60 + 1200 * draw(customer, 4) ^ 3) * ln(draw(customer, 3)))
  AND ts < timestamptz '2024-07-01';
CREATE TABLE journeys AS SELECT customer, journey_agg(ts, event, NULL, value) AS journey FROM visits GROUP BY customer;

-- One query to fit, one to score; the method is one word.
CREATE TABLE churn AS
SELECT method, churn_fit(journey, '{buy}', '2024-03-31', '60 days', method) AS model
FROM journeys, unnest('{rfm,btyd,survival}'::text[]) AS method GROUP BY method;
SELECT method, (model).method AS fitted, (model).events, (model).as_of, (model).horizon, (model).customers, (model).inactive FROM churn ORDER BY 1;
SELECT customer, round(max(p) FILTER (WHERE method = 'rfm')::numeric, 4) AS rfm, round(max(p) FILTER (WHERE method = 'btyd')::numeric, 4) AS btyd,
       round(max(p) FILTER (WHERE method = 'survival')::numeric, 4) AS survival
FROM (SELECT customer, method, churn_probability(model, journey, '2024-03-31') AS p FROM journeys, churn WHERE customer BETWEEN 1 AND 8) s GROUP BY customer ORDER BY customer;

-- The models inside are those of their families, and can be asked by them.
SELECT parameter, round(estimate::numeric, 3) AS estimate FROM churn, btyd_parameters((model).btyd) WHERE method = 'btyd';
SELECT covariate, round(coefficient::numeric, 3) AS coefficient, note FROM churn, cox_coefficients((model).survival) WHERE method = 'survival';
SELECT measure, score, round(threshold::numeric, 2) AS threshold FROM churn, rfm_thresholds((model).rfm) WHERE method = 'rfm' AND measure = 'recency';

-- Reasons sum to the probability.
SELECT method, reason, round(value::numeric, 2) AS value, round(typical::numeric, 2) AS typical, round(effect::numeric, 4) AS effect
FROM churn, journeys, churn_reasons(model, journey, '2024-03-31') WHERE customer = 5 ORDER BY method, reason;
SELECT method, count(*) AS customers, max(abs(sum - p)) < 1e-12 AS sums
FROM (SELECT method, customer, churn_probability(model, journey, '2024-03-31') AS p, (SELECT sum(effect) FROM churn_reasons(model, journey, '2024-03-31')) AS sum FROM churn, journeys) s
WHERE p IS NOT NULL GROUP BY method ORDER BY method;

-- Fit before a moment, compare after it.
CREATE TABLE backtest AS SELECT t.* FROM unnest((SELECT churn_backtest(journey, '{buy}', '2024-03-31', '60 days') FROM journeys)) t;
SELECT rung, method, learned_from, customers, inactive, round(predicted::numeric, 4) AS predicted, round(observed::numeric, 4) AS observed, round(bias::numeric, 4) AS bias,
       round(mean_absolute_error::numeric, 4) AS mae, round(brier::numeric, 4) AS brier, round(skill::numeric, 3) AS skill, round(log_loss::numeric, 4) AS log_loss, round(concordance::numeric, 4) AS concordance, note FROM backtest;
SELECT rung, decile, customers, inactive, round(predicted::numeric, 3) AS predicted, round(observed::numeric, 3) AS observed
FROM unnest((SELECT churn_backtest_deciles(journey, '{buy}', '2024-03-31', '60 days', '{survival}') FROM journeys));
-- What came after the moment changes no prediction, only the outcome.
SELECT b.rung, b.predicted = other.predicted AS same_predictions, b.observed = other.observed AS same_outcome, other.observed AS then
FROM backtest b JOIN unnest((SELECT churn_backtest(before(journey, '2024-03-31 00:00:00.000001'), '{buy}', '2024-03-31', '60 days') FROM journeys)) other USING (method) ORDER BY 1;
SELECT bool_and(churn_probability(model, journey, '2024-03-31') IS NOT DISTINCT FROM
                churn_probability(model, journey || (SELECT journey_agg(timestamptz '2024-04-01' + n * interval '1 hour', 'buy', NULL, 5) FROM generate_series(1, 50) n), '2024-03-31')) AS later_events_change_nothing
FROM churn, journeys;

-- Other horizons, every event as activity, customers who are not there yet.
SELECT method, round(churn_probability(model, journey, '2024-03-31', '30 days')::numeric, 4) AS within_30_days, round(churn_probability(model, journey, '2024-03-31')::numeric, 4) AS within_60_days
FROM churn, journeys WHERE customer = 2 AND method <> 'rfm' ORDER BY 1;
SELECT round(churn_probability(model, journey, '2024-03-31', '1 year')::numeric, 4) AS within_a_year
FROM (SELECT churn_fit(journey, NULL, '2024-03-31', '60 days', 'weibull') AS model FROM journeys) m, journeys WHERE customer = 4;
SELECT method, churn_probability(model, journey, '2022-12-31') FROM churn, journeys WHERE customer = 1 ORDER BY 1;
SELECT churn_probability(NULL, journey, '2024-03-31'), churn_probability(model, NULL, '2024-03-31') FROM churn, journeys WHERE customer = 1 AND method = 'btyd';
SELECT count(*) FROM churn, churn_reasons(model, NULL, '2024-03-31');
SELECT churn_fit(journey, '{buy}', '2022-12-31', '60 days', 'btyd') IS NULL AS nobody_yet FROM journeys;
-- One method that has nothing to learn from leaves the others their rows.
SELECT rung, learned_from, customers, round(predicted::numeric, 4) AS predicted, note
FROM unnest((SELECT churn_backtest(journey, '{buy}', '2023-01-20', '60 days') FROM journeys));

-- A model is a value: stored, written out, read again.
SELECT method, model::text::churn_model::text = model::text AS reads_as_written,
       churn_probability(model::text::churn_model, journey, '2024-03-31') = churn_probability(model, journey, '2024-03-31') AS scores_as_before
FROM churn, journeys WHERE customer = 2 ORDER BY method;
-- Neither the order of rows nor workers change a model.
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
ALTER TABLE journeys SET (parallel_workers = 2);
EXPLAIN (COSTS off) SELECT churn_fit(journey, '{buy}', '2024-03-31', '60 days', 'survival') FROM journeys;
SELECT method, churn_fit(journey, '{buy}', '2024-03-31', '60 days', method)::text = model::text AS in_parallel FROM journeys, churn GROUP BY method, model::text ORDER BY 1;
SELECT (SELECT churn_fit(journey, '{buy}', '2024-03-31', '60 days', 'survival') FROM journeys)::text = model::text AS by_workers,
       (SELECT churn_fit(journey, '{buy}', '2024-03-31', '60 days', 'survival' ORDER BY customer DESC) FROM journeys)::text = model::text AS in_another_order
FROM churn WHERE method = 'survival';
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;

-- Bad input.
\set VERBOSITY default
SELECT churn_fit(journey, '{buy}', '2024-03-31', '60 days', 'magic') FROM journeys;
SELECT churn_fit(journey, '{buy}', '2024-03-31', '60 days', NULL) FROM journeys;
SELECT churn_fit(journey, '{}', '2024-03-31', '60 days', 'rfm') FROM journeys;
SELECT churn_fit(journey, ARRAY['buy', NULL], '2024-03-31', '60 days', 'rfm') FROM journeys;
SELECT churn_fit(journey, '{buy}', NULL, '60 days', 'rfm') FROM journeys;
SELECT churn_fit(journey, '{buy}', 'infinity', '60 days', 'rfm') FROM journeys;
SELECT churn_fit(journey, '{buy}', '2024-03-31', NULL, 'rfm') FROM journeys;
SELECT churn_fit(journey, '{buy}', '2024-03-31', '0', 'rfm') FROM journeys;
SELECT churn_fit(journey, '{buy}', '2024-03-31', '-1 day', 'rfm') FROM journeys;
SELECT churn_fit(journey, '{buy}', '2024-03-31', '200000 years', 'rfm') FROM journeys;
SELECT churn_fit(journey, '{buy}', '2024-03-31', '60 days', CASE WHEN customer < 9 THEN 'rfm' ELSE 'btyd' END) FROM journeys;
SELECT churn_fit(journey, '{buy}', timestamptz '2024-03-31' + customer * interval '1 day', '60 days', 'rfm') FROM journeys;
SELECT churn_fit(journey, '{buy}', '2023-01-20', '60 days', 'rfm') FROM journeys;
SELECT churn_fit(journey, '{buy}', '2026-01-20', '60 days', 'survival') FROM journeys;
SELECT churn_backtest(journey, '{buy}', '2024-03-31', '60 days', '{}') FROM journeys;
SELECT churn_backtest(journey, '{buy}', '2024-03-31', '60 days', NULL) FROM journeys;
SELECT churn_probability(model, journey, NULL) FROM churn, journeys;
SELECT churn_probability(model, journey, 'infinity') FROM churn, journeys;
SELECT churn_probability(model, journey, '2024-03-31', '-1 day') FROM churn, journeys;
SELECT churn_probability(model, journey, '2024-03-31', '30 days') FROM churn, journeys WHERE method = 'rfm';
SELECT churn_probability(model, journey, '2024-03-31', '61 days') FROM churn, journeys WHERE method = 'survival';
SELECT churn_reasons(model, journey, '2024-03-31', '61 days') FROM churn, journeys WHERE method = 'survival';
SELECT churn_probability(ROW('rfm', '{buy}', '2024-03-31', '60 days', 10, 5, NULL, NULL, NULL, NULL, NULL, NULL)::churn_model, journey, '2024-03-31') FROM journeys;
SELECT churn_probability(ROW('btyd', '{buy}', '2024-03-31', '60 days', 10, NULL, NULL, NULL, NULL, NULL, '{"model": "sbg", "unit": "day", "parameters": {"alpha": 1, "beta": 2}}', NULL)::churn_model, journey, '2024-03-31') FROM journeys;
SELECT churn_probability(ROW('rfm', '{buy}', '2024-03-31', '60 days', 10, 5, NULL, (model).rfm, '{1,2}', '{0,1}', NULL, NULL)::churn_model, journey, '2024-03-31') FROM churn, journeys WHERE method = 'rfm';
SELECT churn_probability(ROW('cox', '{buy}', '2024-03-31', '60 days', 10, 5, NULL, NULL, NULL, NULL, NULL, (SELECT cox_fit(customer, true, ARRAY[customer % 7]) FROM journeys))::churn_model, journey, '2024-03-31') FROM journeys;
SELECT churn_sample_in('\x01');
DROP TABLE visits, journeys, churn, backtest;
DROP FUNCTION draw;
