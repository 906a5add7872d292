-- Survival: how long customers stay, which groups differ, and who leaves when.
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET extra_float_digits = 0;
\pset null '-'

-- Months until a customer left, or until today for who is still there.
CREATE TABLE customers (customer int, months float8, churned boolean, plan text, country text, age float8, price float8);
INSERT INTO customers
SELECT n, 1 + (n * 7919) % 24, (n * 104729) % 10 < 6, (ARRAY['basic', 'plus'])[1 + n % 2], (ARRAY['de', 'fr', 'it'])[1 + n % 3],
       20 + (n * 31) % 50, 5 + (n * 17) % 11
FROM generate_series(1, 60) n;

-- The curve: one row a time, with limits.
SELECT "time", at_risk, events, censored, round(survival::numeric, 6) AS survival, round(std_error::numeric, 6) AS std_error, round(lower::numeric, 6) AS lower, round(upper::numeric, 6) AS upper
FROM unnest((SELECT kaplan_meier(months, churned) FROM customers)) WHERE "time" <= 6;
-- From a table of counts the same, and more can be asked.
CREATE TABLE tables AS SELECT plan, survival_table(months, churned) AS t FROM customers GROUP BY plan;
SELECT plan, c.* FROM tables, survival_counts(t) c ORDER BY plan;
SELECT plan, k."time", round(k.survival::numeric, 4) AS survival, round(k.lower::numeric, 4) AS lower, round(k.upper::numeric, 4) AS upper
FROM tables, kaplan_meier(t, 0.9, 'log-log') k WHERE k."time" IN (1, 12) ORDER BY plan, k."time";
SELECT plan, round(survival_at(t, 12)::numeric, 4) AS at_12, survival_at(t, 0) AS at_0, survival_at(t, 1e6) AS beyond, median_survival(t) FROM tables ORDER BY plan;
SELECT plan, q.*, round(m.mean::numeric, 4) AS mean, round(m.std_error::numeric, 4) AS std_error FROM tables, survival_quantile(t, 0.25) q, restricted_mean(t, 12) m ORDER BY plan;
SELECT plan, n."time", round(n.cumulative_hazard::numeric, 6) AS hazard, round(f.cumulative_hazard::numeric, 6) AS one_by_one
FROM tables, nelson_aalen(t) n, nelson_aalen(t, method => 'fleming-harrington') f WHERE n."time" = f."time" AND n."time" IN (1, 12) ORDER BY plan, n."time";
SELECT plan, median_survival(months, churned) FROM customers GROUP BY plan ORDER BY plan;
-- Tables of parts are put together.
SELECT survival_table(t)::text = (SELECT survival_table(months, churned)::text FROM customers) AS same FROM tables;
SELECT t::text::survival_table::text = t::text AS reads_back FROM tables;
-- Who came late is at risk from then on.
SELECT "time", at_risk, events, round(survival::numeric, 6) AS survival FROM unnest((SELECT kaplan_meier(t, e, s) FROM (VALUES (3, true, 0), (4, true, 2), (5, false, 4), (6, true, NULL)) v (t, e, s)));
-- A length of time as a number, in a unit that is said.
SELECT survival_time('1 month 12 hours', '1 day') AS days, survival_time('45 days', '1 month') AS months;

-- Rows with a NULL are counted, not used; of nobody there is no answer.
SELECT c.* FROM (SELECT survival_table(m, e) AS t FROM (VALUES (1, true), (NULL, true), (2, NULL)) v (m, e)) s, survival_counts(t) c;
SELECT kaplan_meier(months, churned), median_survival(months, churned), survival_table(months, churned) FROM customers WHERE false;
SELECT cox_fit(months, churned, ARRAY[age]), aft_fit(months, churned, ARRAY[age]), logrank(months, churned, plan), concordance(months, churned, age), brier_score(months, churned, 0.5, 3) FROM customers WHERE false;
SELECT cox_fit(NULL, churned, ARRAY[age]), aft_fit(months, churned, NULL), cox_fit(months, churned, ARRAY[age, NULL]) FROM customers;
SELECT count(*) FROM kaplan_meier(NULL);

-- Do plans differ?
SELECT w AS weighting, round((t).statistic::numeric, 6) AS statistic, (t).df, round((t).p_value::numeric, 6) AS p_value, (t).groups, (t).customers, (t).events
FROM (SELECT w, logrank(months, churned, country, w) AS t FROM customers, unnest('{logrank,gehan,tarone_ware,peto,fleming_harrington}'::text[]) w GROUP BY w) s ORDER BY w COLLATE "C";
SELECT "group", customers, events, round(expected::numeric, 4) AS expected, round(variance::numeric, 4) AS variance FROM unnest((SELECT logrank_groups(months, churned, country) FROM customers));
SELECT round((logrank(months, churned, plan, 'logrank', country)).statistic::numeric, 6) AS stratified, round((logrank(months, churned, plan, 'fleming_harrington', NULL, 0.5, 0.5)).statistic::numeric, 6) AS late FROM customers;
-- One group alone cannot differ.
SELECT (logrank(months, churned, 'all')).* FROM customers;

-- Cox: what makes customers leave sooner.
CREATE TABLE models AS
SELECT cox_fit(months, churned, ARRAY[age, price], '{age,price}') AS cox,
       cox_fit(months, churned, ARRAY[age, price], '{age,price}', country) AS stratified,
       aft_fit(months, churned, ARRAY[age, price], '{age,price}', 'weibull') AS weibull,
       aft_fit(months, churned, ARRAY[age, price], '{age,price}', 'exponential') AS exponential,
       aft_fit(months, churned, ARRAY[age, price], '{age,price}', 'lognormal') AS lognormal
FROM customers;
SELECT covariate, round(coefficient::numeric, 6) AS coefficient, round(std_error::numeric, 6) AS std_error, round(z::numeric, 4) AS z, round(p_value::numeric, 4) AS p_value, round(hazard_ratio::numeric, 4) AS hazard_ratio, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper, note
FROM models, cox_coefficients(cox);
SELECT kind, method, customers, events, excluded, converged, warning, round(loglik_null::numeric, 6) AS loglik_null, round(loglik::numeric, 6) AS loglik, df, round(likelihood_ratio::numeric, 4) AS lr, round(wald::numeric, 4) AS wald, round(score::numeric, 4) AS score
FROM models, LATERAL (SELECT * FROM survival_summary(cox) UNION ALL SELECT * FROM survival_summary(stratified) UNION ALL SELECT * FROM survival_summary(weibull) UNION ALL SELECT * FROM survival_summary(exponential)) s;
SELECT covariate, round(statistic::numeric, 4) AS statistic, df, round(p_value::numeric, 4) AS p_value FROM models, cox_zph(cox);
SELECT stratum, count(*), max("time"), round(max(cumulative_hazard)::numeric, 4) AS last FROM models, cox_baseline(stratified) GROUP BY stratum ORDER BY stratum;
SELECT covariate, round(coefficient::numeric, 5) AS coefficient, round(time_ratio::numeric, 4) AS time_ratio, note FROM models, aft_coefficients(weibull);
-- Reading and writing a model changes nothing.
SELECT cox::text::survival_model::text = cox::text AS cox, stratified::text::survival_model::text = stratified::text AS stratified, weibull::text::survival_model::text = weibull::text AS weibull, exponential::text::survival_model::text = exponential::text AS exponential FROM models;
SELECT left(exponential::text, 120) FROM models;
-- One customer.
SELECT round(survival_probability(cox, '{30,9}', 12)::numeric, 6) AS cox, survival_probability(cox, '{30,9}', 100) AS beyond, round(survival_probability(stratified, '{30,9}', 12, 'fr')::numeric, 6) AS in_france,
       round(survival_probability(weibull, '{30,9}', 12)::numeric, 6) AS weibull, round(survival_probability(lognormal, '{30,9}', 100)::numeric, 6) AS lognormal, survival_probability(cox, '{30,NULL}', 12) AS unknown FROM models;
SELECT round(event_probability(cox, '{30,9}', 6, 6)::numeric, 6) AS cox, round((1 - survival_probability(cox, '{30,9}', 12) / survival_probability(cox, '{30,9}', 6))::numeric, 6) AS by_hand,
       round(event_probability(exponential, '{30,9}', 0, 3)::numeric, 6) AS new, round(event_probability(exponential, '{30,9}', 50, 3)::numeric, 6) AS old_exponential FROM models;
SELECT median_survival(cox, '{30,9}'), round(median_survival(weibull, '{30,9}')::numeric, 4) AS weibull, round(survival_quantile(lognormal, '{30,9}', 0.9)::numeric, 4) AS lognormal FROM models;
SELECT c."time", round(c.survival::numeric, 6) AS survival, round(c.cumulative_hazard::numeric, 6) AS cumulative_hazard FROM models, survival_curve(weibull, '{30,9}', '{0,3,12}') c;
SELECT count(*) AS times FROM models, survival_curve(cox, '{30,9}');
-- Another model in every row.
SELECT m.name, round(avg(survival_probability(m.model, ARRAY[c.age, c.price], 6))::numeric, 6) AS mean
FROM customers c, LATERAL (SELECT 'cox' AS name, cox AS model FROM models UNION ALL SELECT 'weibull', weibull FROM models UNION ALL SELECT 'lognormal', lognormal FROM models) m GROUP BY m.name ORDER BY m.name;

-- What cannot be estimated is said.
SELECT c.covariate, c.coefficient IS NULL AS left_out, c.note, s.converged, s.warning
FROM (SELECT cox_fit(t, t <= 4, ARRAY[(t <= 4)::int, 1, 2 * (t <= 4)::int], '{separates,constant,twice}') AS m FROM generate_series(1, 8) t) f, cox_coefficients(m) c, survival_summary(m) s;
SELECT c.covariate, round(c.coefficient::numeric, 4) AS coefficient, c.note, s.converged, s.warning
FROM (SELECT aft_fit(months, churned, ARRAY[age, age * 2], '{age,twice}') AS m FROM customers) f, aft_coefficients(m) c, survival_summary(m) s;

-- A row that stands for several customers is as good as several rows; a weight as well,
-- but that standard errors do not know what it means. With clusters they do.
CREATE TABLE counted AS SELECT months, churned, age, price, country, 1 + age::bigint % 3 AS n FROM customers;
CREATE TABLE one_by_one AS SELECT counted.*, row_number() OVER () AS id FROM counted, generate_series(1, n);
SELECT (SELECT survival_table(months, churned, NULL, n) FROM counted)::text = (SELECT survival_table(months, churned) FROM one_by_one)::text AS same_table,
       (SELECT kaplan_meier(months, churned, NULL, n) FROM counted) = (SELECT kaplan_meier(months, churned) FROM one_by_one) AS same_curve,
       (SELECT nelson_aalen(months, churned, NULL, n) FROM counted) = (SELECT nelson_aalen(months, churned) FROM one_by_one) AS same_hazard,
       (SELECT median_survival(months, churned, NULL, n) FROM counted) = (SELECT median_survival(months, churned) FROM one_by_one) AS same_median;
CREATE TABLE fits AS SELECT * FROM
    (SELECT cox_fit(months, churned, ARRAY[age, price], '{age,price}', country, NULL, 'breslow', n) AS weighted FROM counted) a,
    (SELECT cox_fit(months, churned, ARRAY[age, price], '{age,price}', country, NULL, 'breslow') AS repeated FROM one_by_one) b,
    (SELECT cox_fit(months, churned, ARRAY[age, price], '{age,price}', country, NULL, 'breslow', n, NULL) AS robust FROM counted) c,
    (SELECT cox_fit(months, churned, ARRAY[age, price], '{age,price}', country, NULL, 'breslow', 1, concat(months, churned, age, price)) AS clustered FROM one_by_one) d;
SELECT fit, covariate, round(coefficient::numeric, 6) AS coefficient, round(std_error::numeric, 6) AS std_error, s.robust
FROM fits, LATERAL (VALUES (1, 'weighted', weighted), (2, 'repeated', repeated), (3, 'robust', robust), (4, 'clustered', clustered)) f (n, fit, model), cox_coefficients(model), survival_summary(model) s ORDER BY n, covariate;
SELECT robust::text::survival_model::text = robust::text AS reads_as_written FROM fits;
DROP TABLE counted, one_by_one, fits;

-- How good are predictions?
CREATE TABLE scored AS SELECT months, churned, linear_predictor(cox, ARRAY[age, price]) AS risk, survival_probability(cox, ARRAY[age, price], 6) AS s FROM customers, models;
SELECT round(concordance(months, churned, risk)::numeric, 6) AS concordance, round(brier_score(months, churned, s, 6)::numeric, 6) AS brier FROM scored;
SELECT (c).concordant, (c).discordant, (c).tied_risk, (c).tied_time FROM (SELECT concordance_pairs(months, churned, risk) AS c FROM scored) q;
SELECT bin, customers, round(predicted::numeric, 4) AS predicted, round(observed::numeric, 4) AS observed, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper
FROM unnest((SELECT survival_calibration(months, churned, 1 - s, 6, 4) FROM scored));

-- Parallel plans are chosen; no plan and no order of rows changes a bit.
SELECT setseed(0.42);
CREATE TABLE many AS
    SELECT customer, customer % 3 AS part, (random() * 300)::int::float8 AS months, random() < 0.6 AS churned, random() * 10 AS x, random() AS y, 'g' || (random() * 3)::int AS g, random() AS shuffle
    FROM generate_series(1, 20000) customer;
ALTER TABLE many ADD entry float8;
UPDATE many SET entry = floor(months / 4) WHERE customer % 5 = 0 AND months > 0;
VACUUM ANALYZE many;
CREATE TABLE questions (name text, query text);
INSERT INTO questions VALUES
('survival_table', $$SELECT part, survival_table(months, churned, entry) FROM %s many GROUP BY part$$),
('kaplan_meier', $$SELECT kaplan_meier(months, churned) FROM %s many$$),
('cox_fit', $$SELECT cox_fit(months, churned, ARRAY[x, y], '{x,y}') FROM %s many$$),
('cox_fit of groups', $$SELECT part, cox_fit(months, churned, ARRAY[x, y], '{x,y}', g, entry, 'efron') FROM %s many GROUP BY part$$),
('cox_fit of clusters', $$SELECT cox_fit(months, churned, ARRAY[x, y], '{x,y}', g, entry, 'efron', 1 + x, mod(customer, 100)::text) FROM %s many$$),
('kaplan_meier of rows that stand for several', $$SELECT kaplan_meier(months, churned, NULL, mod(customer, 4)) FROM %s many$$),
('aft_fit', $$SELECT part, aft_fit(months + 1, churned, ARRAY[x, y], '{x,y}', 'loglogistic') FROM %s many GROUP BY part$$),
('logrank', $$SELECT logrank(months, churned, g), logrank_groups(months, churned, g) FROM %s many$$),
('concordance', $$SELECT concordance_pairs(months, churned, x) FROM %s many$$),
('brier_score', $$SELECT brier_score(months, churned, y, 100) FROM %s many$$),
('survival_calibration', $$SELECT survival_calibration(months, churned, y, 100, 10) FROM %s many$$);
SET min_parallel_table_scan_size = 0;
SET parallel_tuple_cost = 0;
SET parallel_setup_cost = 0;
CREATE FUNCTION answer(query text, workers int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
    kind text = '';
    line text;
BEGIN
    PERFORM set_config('max_parallel_workers_per_gather', workers::text, true);
    FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP kind := kind || line; END LOOP;
    IF (kind LIKE '%Gather%') <> (workers > 0) OR (kind LIKE '%Partial%Aggregate%') <> (workers > 0) THEN RAISE EXCEPTION 'unexpected plan for %: %', query, kind; END IF;
    EXECUTE format('SELECT md5(string_agg(q::text, E''\n'' ORDER BY q::text)) FROM (%s) q', query) INTO answer;
    RETURN answer;
END $$;
CREATE TABLE answers AS
    SELECT name, answer(format(query, ''), 0) AS serial, answer(format(query, ''), 2) AS parallel,
        answer(format(query, '(SELECT * FROM many ORDER BY shuffle OFFSET 0)'), 0) AS shuffled,
        answer(format(query, '(SELECT * FROM many ORDER BY months DESC, shuffle OFFSET 0)'), 0) AS backwards
    FROM questions;
SELECT name, serial IS NOT NULL AS answered, parallel = serial AS parallel, shuffled = serial AS shuffled, backwards = serial AS backwards FROM answers ORDER BY name COLLATE "C";
DROP TABLE customers, tables, models, scored, many, questions, answers;
DROP FUNCTION answer;
