-- Customers-alive models: summaries of purchases, fits, scores.
SET timezone = 'UTC';
SET datestyle = 'ISO';
\pset null '-'

CREATE TABLE purchases (customer text, ts timestamptz, amount float8);
INSERT INTO purchases VALUES
    ('ann', '2024-01-01 09:00', 30), ('ann', '2024-01-01 18:00', 10), ('ann', '2024-01-15 10:00', 20), ('ann', '2024-01-15 23:59', 5), ('ann', '2024-02-19 08:00', 35), ('ann', '2024-03-11 08:00', 50),
    ('bob', '2024-01-08 12:00', 15), ('bob', '2024-03-05 12:00', 12), ('bob', '2024-03-05 13:00', NULL),
    ('cem', '2024-02-05 10:00', 99),
    ('dia', '2024-03-08 10:00', 7),
    ('eva', '2024-01-22 10:00', NULL), ('eva', '2024-01-23 10:00', NULL),
    ('fay', NULL, 5);

-- As of a moment, in weeks: purchases of one day are one, the first is no repeat, later ones are not looked at.
SELECT customer, (btyd_summary(ts, amount, 'week', '2024-03-01')).* FROM purchases GROUP BY customer ORDER BY customer;
-- With a holdout after it.
SELECT customer, (btyd_summary(ts, amount, 'week', '2024-03-01', '2024-03-29')).* FROM purchases GROUP BY customer ORDER BY customer;
-- In another unit; days and "7 days" are units too.
SELECT customer, (btyd_summary(ts, amount, 'day', '2024-03-01')).recency AS days, (btyd_summary(ts, amount, '7 days', '2024-03-01')).recency AS weeks, (btyd_summary(ts, amount, 'month', '2024-03-01')).recency AS months FROM purchases WHERE customer = 'ann' GROUP BY customer;
-- Whole months of the calendar, as BG/BB counts them.
SELECT customer, (btyd_summary(ts, amount, 'month', '2024-03-31', NULL, 'month', 'UTC')).* FROM purchases GROUP BY customer ORDER BY customer;
-- A day is a day of a time zone: 23:59 UTC is the next day in Berlin.
SELECT zone, (btyd_summary(ts, amount, 'day', '2024-03-01', NULL, 'day', zone)).frequency FROM purchases, unnest(ARRAY['UTC', 'Europe/Berlin']) zone WHERE customer = 'ann' GROUP BY zone ORDER BY zone DESC;
-- The same of journeys: the events that are purchases, and their values.
CREATE TABLE journeys AS SELECT customer, journey_agg(ts, CASE WHEN amount = 7 THEN 'look' ELSE 'buy' END, NULL, amount) AS j FROM purchases GROUP BY customer;
SELECT customer, s.* FROM journeys, btyd_summary(j, '{buy,rebuy}', 'week', '2024-03-01') s ORDER BY customer;
SELECT count(*) FROM (
    SELECT customer, (btyd_summary(ts, amount, 'day', '2024-02-10', '2024-03-29', 'day', 'Asia/Tokyo')).* FROM purchases GROUP BY customer
    EXCEPT SELECT customer, s.* FROM journeys, btyd_summary(j, '{buy,look}', 'day', '2024-02-10', '2024-03-29', 'day', 'Asia/Tokyo') s) x;

-- A model: given by hand, or fitted. It prints as JSON and reads back the same.
CREATE TABLE models (name text, model btyd_model);
INSERT INTO models VALUES
    ('bgnbd', '{"model": "bgnbd", "unit": "week", "parameters": {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}}'),
    ('mbgnbd', '{"model": "mbgnbd", "unit": "week", "parameters": {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}}'),
    ('pareto_nbd', '{"model": "pareto_nbd", "unit": "week", "parameters": {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}}'),
    ('nbd', '{"model": "nbd", "unit": "week", "parameters": {"r": 0.385, "alpha": 12.072}}'),
    ('bgbb', '{"model": "bgbb", "unit": "year", "parameters": {"alpha": 1.2035, "beta": 0.7497, "gamma": 0.6567, "delta": 2.7834}}'),
    ('gamma_gamma', '{"model": "gamma_gamma", "parameters": {"p": 6.25, "q": 3.74, "gamma": 15.44}}'),
    ('sbg', '{"model": "sbg", "unit": "year", "parameters": {"alpha": 0.668, "beta": 3.806}}');
SELECT model FROM models ORDER BY name;
SELECT bool_and(model::text::btyd_model::text = model::text) AS read_back FROM models;

-- Scores, checked against figures that were printed elsewhere.
SELECT name, round(btyd_purchases(model, 1)::numeric, 10) AS new_in_1, round(btyd_purchases(model, 2, 30.43, 38.86, 39)::numeric, 10) AS in_39, round(btyd_alive(model, 2, 30.43, 38.86)::numeric, 10) AS alive, round(btyd_alive(model, 0, 0, 38.86)::numeric, 10) AS alive_once FROM models WHERE name IN ('bgnbd', 'mbgnbd', 'pareto_nbd', 'nbd') ORDER BY name;
SELECT round(btyd_purchases(model, 10)::numeric, 3) AS new_in_10, round(btyd_purchases(model, 4, 5, 6, 10)::numeric, 2) AS in_10, round(btyd_alive(model, 0, 0, 6)::numeric, 2) AS a, round(btyd_alive(model, 2, 4, 6)::numeric, 2) AS b, round(btyd_alive(model, 6, 6, 6)::numeric, 2) AS c FROM models WHERE name = 'bgbb';
SELECT name, n, round(btyd_probability(model, n, 39)::numeric, 8) AS chance, round(btyd_probability(model, n, 2, 30.43, 38.86, 39)::numeric, 8) AS chance_of_known FROM models, generate_series(0, 2) n WHERE name IN ('bgnbd', 'pareto_nbd') ORDER BY name, n;
SELECT round(btyd_residual(model, 26, 30.86, 31, 0.0027)::numeric, 8) AS busy, round(btyd_residual(model, 0, 0, 38.86, 0.0027)::numeric, 8) AS once FROM models WHERE name = 'pareto_nbd';
SELECT round(btyd_spend(model, 2, 22.35)::numeric, 8) AS twice, round(btyd_spend(model, 0, NULL)::numeric, 8) AS once, btyd_spend(model, 2, NULL) AS unknown FROM models WHERE name = 'gamma_gamma';
-- Without a finite expectation: NULL.
SELECT btyd_spend('{"model": "gamma_gamma", "parameters": {"p": 6, "q": 0.9, "gamma": 15}}', 0, NULL) AS infinite;
-- Value in a year of 12 months of 30 days at 1 per cent a month.
SELECT round(btyd_value(p.model, s.model, 2, 30.43, 38.86, 22.35, 12 * 30 / 7.0, 0.01, 30 / 7.0)::numeric, 6) AS value, round(btyd_value(p.model, s.model, 0, 0, 38.86, NULL, 52)::numeric, 6) AS once FROM models p, models s WHERE p.name = 'bgnbd' AND s.name = 'gamma_gamma';
SELECT n, round(btyd_retention(model, n)::numeric, 8) AS retention, round(btyd_survival(model, n)::numeric, 8) AS survival, round(btyd_lifetime(model, n, 10)::numeric, 8) AS further_in_10 FROM models, generate_series(1, 3) n WHERE name = 'sbg' ORDER BY n;
SELECT btyd_lifetime(model) AS for_ever, btyd_lifetime(model, discount => 0.1) < 10 AS discounted, btyd_lifetime('{"model": "sbg", "unit": "year", "parameters": {"alpha": 2, "beta": 3}}', 1) AS finite FROM models WHERE name = 'sbg';
SELECT btyd_units(model, '90 days') AS weeks, btyd_purchases(model, btyd_units(model, '7 days')) = btyd_purchases(model, 1) AS same FROM models WHERE name = 'bgnbd';
SELECT btyd_units(model, '2 years') AS years FROM models WHERE name = 'bgbb';
-- Thousands of purchases do not overflow.
SELECT name, btyd_alive(model, 5000, 99, 100) BETWEEN 0 AND 1 AS alive, btyd_purchases(model, 5000, 99, 100, 52) BETWEEN 0 AND 3000 AS purchases FROM models WHERE name IN ('bgnbd', 'mbgnbd', 'pareto_nbd') ORDER BY name;
-- NULL gives NULL.
SELECT btyd_alive(model, NULL, 1, 2), btyd_purchases(NULL, 1), btyd_value(model, model, NULL, 1, 2, 3, 4) FROM models WHERE name = 'bgnbd';

-- Fits. The published example of a contract: customers who stayed through 1, 2 … 7 years.
CREATE TABLE contracts (year bigint, lost bigint);
INSERT INTO contracts VALUES (1, 131), (2, 126), (3, 90), (4, 60), (5, 42), (6, 34), (7, 26);
CREATE TABLE fitted AS SELECT sbg_fit(year, ended, 'year', customers) AS model FROM (SELECT year, true, lost FROM contracts UNION ALL VALUES (7, false, 491)) c (year, ended, customers);
SELECT parameter, round(estimate::numeric, 5) AS estimate, round(standard_error::numeric, 4) AS standard_error FROM fitted, btyd_parameters(model);
SELECT model_name, unit, round(log_likelihood::numeric, 4) AS log_likelihood, customers, excluded, converged, reason FROM fitted, btyd_fit_report(model);
SELECT round(btyd_parameter(model, 'alpha')::numeric, 4) AS alpha FROM fitted;
-- Rows that stand for many give what many rows give.
SELECT (SELECT sbg_fit(year, true, 'year', lost)::text FROM contracts) = (SELECT sbg_fit(year, true, 'year')::text FROM contracts, generate_series(1, lost)) AS same;

-- Simulated customers: each buys at a rate of his own, and leaves after a purchase with a chance of his own.
SELECT setseed(0.42);
CREATE TABLE people AS SELECT n AS customer, -ln(1 - random()) / 6 AS rate, 0.02 + 0.5 * random() ^ 2 AS leaves, (20 + random() * 19)::int AS age, 8 / (-ln(1 - random()) - ln(1 - random()) - ln(1 - random())) AS worth FROM generate_series(1, 800) n;
CREATE TABLE bought AS
    SELECT customer, age, at, money FROM (
        SELECT customer, age, money, sum(gap) OVER w AS at, coalesce(bool_or(goes) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), false) AS gone
        FROM (SELECT customer, age, k, -ln(1 - random()) / rate AS gap, random() < leaves AS goes, worth * (0.5 + random()) AS money FROM people, generate_series(1, 60) k) steps
        WINDOW w AS (PARTITION BY customer ORDER BY k)) steps
    WHERE NOT gone AND at <= age;
CREATE TABLE customers AS
    SELECT customer, customer % 4 AS segment, count(at) AS frequency, coalesce(max(at), 0)::float8 AS recency, p.age::float8, count(DISTINCT ceil(at)) AS periods, coalesce(max(ceil(at)), 0)::float8 AS last_period, avg(money) AS monetary
    FROM people p LEFT JOIN bought USING (customer) GROUP BY customer, p.age;
CREATE TABLE fits AS SELECT bgnbd_fit(frequency, recency, age, 'week') AS bgnbd, mbgnbd_fit(frequency, recency, age, 'week') AS mbgnbd, pareto_nbd_fit(frequency, recency, age, 'week') AS pareto_nbd,
    nbd_fit(frequency, age, 'week') AS nbd, bgbb_fit(periods, last_period, age, 'week') AS bgbb, gamma_gamma_fit(frequency, monetary) AS spend FROM customers;
SELECT f.model_name, round(f.log_likelihood::numeric, 2) AS log_likelihood, f.customers, f.excluded, f.converged, f.reason
FROM fits, unnest(ARRAY[bgnbd, mbgnbd, pareto_nbd, nbd, bgbb, spend]) model, btyd_fit_report(model) f ORDER BY 1;
-- One fit a segment.
SELECT segment, (btyd_fit_report(bgnbd_fit(frequency, recency, age, 'week'))).customers FROM customers GROUP BY segment ORDER BY segment;
-- NULLs are counted as excluded; of nobody there is no model.
SELECT (btyd_fit_report(bgnbd_fit(nullif(frequency, 5), recency, age, 'week'))).excluded = count(*) FILTER (WHERE frequency = 5) AS counted FROM customers;
SELECT bgnbd_fit(frequency, recency, age, 'week') IS NULL AS nobody FROM customers WHERE false;
SELECT gamma_gamma_fit(0, age) IS NULL AS no_repeaters FROM customers;
-- Where the data do not say it, the fit says so.
SELECT converged, reason FROM (SELECT nbd_fit(5, 10, 'week') AS model FROM generate_series(1, 100)) f, btyd_fit_report(model);
SELECT (nbd_fit(5, 10, 'week')::text::btyd_model::text) = nbd_fit(5, 10, 'week')::text AS read_back FROM generate_series(1, 100);
-- States and models are values: stored, sent, and used in a moving window.
SELECT count(*), bool_and(m IS NOT NULL) FROM (SELECT nbd_fit(frequency, age, 'week') OVER (ORDER BY customer) AS m FROM customers WHERE customer <= 20) w;
SELECT octet_length(btyd_model_send(bgnbd)) AS bytes FROM fits;

-- Is a model right: purchases that came after against those expected.
SELECT frequency, customers, round(actual::numeric, 4) AS actual, expected BETWEEN 0 AND 5 AS expected, mean_absolute_error > 0 AS error
FROM unnest((SELECT btyd_calibration(m.model, frequency, recency, age, frequency % 2, 10) FROM customers, models m WHERE m.name = 'bgnbd'));
SELECT btyd_calibration(bgnbd, 1, 2, 3, NULL, 10) IS NULL AS nothing_known FROM fits;

-- Nothing depends on the order of rows, on workers, or on the plan.
ANALYZE customers;
CREATE FUNCTION answer(workers int, by text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text;
    plan text = '';
    answer text;
    query text = format('SELECT concat_ws(e''\n'', bgnbd_fit(frequency, recency, age, ''week''), mbgnbd_fit(frequency, recency, age, ''week''), pareto_nbd_fit(frequency, recency, age, ''week''),
        nbd_fit(frequency, age, ''week''), gamma_gamma_fit(frequency, monetary), bgbb_fit(periods, last_period, age, ''week''), sbg_fit(frequency + 1, segment > 1, ''week''),
        btyd_calibration(''{"model": "bgnbd", "unit": "week", "parameters": {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}}'', frequency, recency, age, 1, 20)) FROM %s', by);
BEGIN
    PERFORM set_config('max_parallel_workers_per_gather', workers::text, true), set_config('min_parallel_table_scan_size', '0', true),
        set_config('parallel_setup_cost', '0', true), set_config('parallel_tuple_cost', '0', true);
    FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP plan := plan || line; END LOOP;
    IF (plan LIKE '%Partial Aggregate%') <> (workers > 0) THEN RAISE EXCEPTION 'unexpected plan: %', plan; END IF;
    EXECUTE query INTO answer;
    RETURN md5(answer);
END $$;
SELECT count(DISTINCT a) AS answers, count(a) AS asked FROM (VALUES
    (answer(0, 'customers')), (answer(3, 'customers')),
    (answer(0, '(SELECT * FROM customers ORDER BY md5(customer::text) OFFSET 0) c'))) a (a);
CREATE FUNCTION summaries(workers int, hash boolean, by text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text;
    plan text = '';
    answer text;
    query text = format('SELECT customer %% 50 AS customer, btyd_summary(timestamptz ''2024-01-01'' + customer * interval ''7 hours'', age / 3, ''week'', ''2025-01-01'', ''2025-06-01'') AS s FROM %s GROUP BY 1', by);
BEGIN
    PERFORM set_config('max_parallel_workers_per_gather', workers::text, true), set_config('min_parallel_table_scan_size', '0', true),
        set_config('parallel_setup_cost', '0', true), set_config('parallel_tuple_cost', '0', true), set_config('enable_hashagg', hash::text, true), set_config('enable_sort', (NOT hash)::text, true);
    FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP plan := plan || line; END LOOP;
    IF (plan LIKE '%Gather%') <> (workers > 0) OR (plan LIKE '%HashAggregate%') <> hash THEN RAISE EXCEPTION 'unexpected plan: %', plan; END IF;
    EXECUTE 'SELECT string_agg(q::text, e''\n'' ORDER BY customer) FROM (' || query || ') q' INTO answer;
    RETURN md5(answer);
END $$;
SELECT count(DISTINCT a) AS answers, count(a) AS asked FROM (VALUES
    (summaries(0, true, 'customers')), (summaries(0, false, 'customers')), (summaries(2, true, 'customers')), (summaries(2, false, 'customers')),
    (summaries(0, true, '(SELECT * FROM customers ORDER BY customer DESC OFFSET 0) c')), (summaries(0, true, '(SELECT * FROM customers ORDER BY md5(customer::text) OFFSET 0) c'))) a (a);
DROP TABLE people, bought, purchases, journeys, models, contracts, fitted, customers, fits;
DROP FUNCTION answer, summaries;
