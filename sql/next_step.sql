-- What comes next, learnt from all journeys and told of one.
CREATE SCHEMA next_step_test;
SET search_path = next_step_test, public;
SET timezone = 'UTC';
SET datestyle = 'ISO';
CREATE FUNCTION walk(customer text, names text, start timestamptz DEFAULT '2024-05-01') RETURNS journey LANGUAGE sql AS
    $$ SELECT journey_agg(start + n * interval '1 minute', event) FROM unnest(string_to_array(names, ' ')) WITH ORDINALITY AS e (event, n) $$;
CREATE TABLE journeys AS
    SELECT customer, walk(customer, names) AS j FROM (VALUES
        ('ann', 'view cart buy'), ('bob', 'view view cart'), ('cem', 'view help view cart buy'), ('dia', 'search view'),
        ('eva', 'search view help'), ('fay', 'view cart help buy'), ('gus', 'search search'), ('hal', 'view')) AS v (customer, names);
CREATE TABLE models AS SELECT next_step_fit(j, 2, 2) AS model FROM journeys;
SELECT s.* FROM models, next_step_summary(model) AS s;
SELECT c.* FROM models, next_step_counts(model) AS c WHERE cardinality(context) <= 1 OR NOT used;

-- The rows are the plain counts of what followed.
SELECT count(*) AS differ FROM (
    SELECT context[1] AS before, event, count FROM models, next_step_counts(model) WHERE cardinality(context) = 1
    EXCEPT SELECT from_event, to_event, count FROM unnest((SELECT transition_report(j) FROM journeys))) AS d;

SELECT customer, n.rank, n.event, round(n.probability::numeric, 4) AS probability, n.count, n.visits, n.context
FROM models, journeys, next_steps(model, j) AS n WHERE customer IN ('bob', 'fay', 'gus') ORDER BY customer, rank;
SELECT customer, next_step(model, j), round(next_step_probability(model, j, '(end)')::numeric, 4) AS ends,
       round(conversion_probability(model, j, 'buy')::numeric, 4) AS buys, next_best_step(model, j, 'buy') AS advice
FROM models, journeys ORDER BY customer;
SELECT b.rank, b.event, round(b.conversion::numeric, 4) AS conversion, round(b.lift::numeric, 4) AS lift, round(b.probability::numeric, 4) AS probability, b.visits
FROM models, journeys, next_best_steps(model, j, 'buy') AS b WHERE customer = 'hal';
SELECT customer, b.event FROM models, journeys, next_best_steps(model, j, 'buy', 1) AS b ORDER BY customer;
-- An empty journey is at the start; what the model has never seen tells nothing.
SELECT name, next_step(model, j), round(conversion_probability(model, j, 'buy')::numeric, 4) AS buys, n.context
FROM models, (VALUES ('empty', '[]'::journey), ('other', walk('x', 'view other')), ('other view', walk('x', 'other view'))) AS v (name, j),
     LATERAL next_steps(model, j, 1) AS n;
SELECT round(conversion_probability(model, j, 'buy|help')::numeric, 4) AS one_of_two FROM models, journeys WHERE customer = 'hal';
-- Each probability is 1 in all.
SELECT customer, round(sum(probability)::numeric, 12) AS total FROM models, journeys, next_steps(model, j) GROUP BY customer HAVING round(sum(probability)::numeric, 12) <> 1;

-- More evidence wanted: shorter contexts. Less memory: order 0.
SELECT n.context, n.event, n.count, n.visits FROM journeys, (SELECT next_step_fit(j, 2, 100) AS model FROM journeys) m, next_steps(model, j, 2) AS n WHERE customer = 'ann';
SELECT n.context, n.event, n.count, n.visits FROM journeys, (SELECT next_step_fit(j, 0) AS model FROM journeys) m, next_steps(model, j, 2) AS n WHERE customer = 'ann';

-- Sessions, runs and hidden events are read as they were for the fit.
CREATE TABLE long AS SELECT walk('x', 'view view ping cart') || walk('x', 'ping view', '2024-05-03') AS j;
SELECT s.sessions, s.steps, s.events FROM (SELECT next_step_fit(j, 1, 1, '1 hour', 'first', NULL, '{ping}', NULL) AS model FROM long) m, next_step_summary(model) AS s;
SELECT n.* FROM (SELECT next_step_fit(j, 1, 1, '1 hour', 'first', NULL, '{ping}', NULL) AS model FROM long) m, long, next_steps(model, j) AS n;
SELECT s.sessions, s.steps, s.events FROM (SELECT next_step_fit(j, 1, 1, NULL, NULL, '{view}', NULL, '{ping}') AS model FROM long) m, next_step_summary(model) AS s;

-- Put together: from parts, twice, as text.
CREATE TABLE parts AS SELECT customer < 'd' AS part, next_step_fit(j, 2, 2) AS model FROM journeys GROUP BY 1;
SELECT (SELECT next_step_fit(model)::text FROM parts) = model::text AS rolled_up, (SELECT a.model || b.model FROM parts a, parts b WHERE a.part AND NOT b.part)::text = model::text AS united,
       model::text::next_step_model::text = model::text AS read_again, (NULL::next_step_model || model)::text = model::text AS first FROM models;
SELECT s.journeys, s.steps FROM models, next_step_union(model, model) AS m, next_step_summary(m) AS s;
COPY models TO '/dev/null' (FORMAT binary);

-- NULL and nothing.
SELECT next_step_fit(j) IS NULL AS of_nothing FROM journeys WHERE false;
SELECT s.journeys, s.steps, next_step(model, '[]') AS next, next_step_probability(model, '[]', '(end)') AS ends FROM (SELECT next_step_fit(NULL::journey) AS model) m, next_step_summary(model) AS s;
SELECT next_step(model, NULL) IS NULL AS of_null, (SELECT count(*) FROM next_steps(model, NULL)) AS rows, (SELECT count(*) FROM next_steps(NULL, '[]')) AS rows, (SELECT count(*) FROM next_best_steps(NULL, '[]', 'buy')) AS rows FROM models;

-- What is not taken.
SELECT next_step_fit(j, 9) FROM journeys;
SELECT next_step_fit(j, -1) FROM journeys;
SELECT next_step_fit(j, 2, 0) FROM journeys;
SELECT next_step_fit(j, 2, 2, '-1 hour', NULL, NULL, NULL, NULL) FROM journeys;
SELECT next_step_fit(j, 2, 2, NULL, 'some', NULL, NULL, NULL) FROM journeys;
SELECT next_step_fit(j, 2, 2, NULL, NULL, '{NULL}', NULL, NULL) FROM journeys;
SELECT next_step_fit(j, length(customer), 2) FROM (SELECT customer, j FROM journeys UNION ALL SELECT 'zoe ', j FROM journeys) x;
SELECT next_step_fit(walk('x', 'view (end)'));
SELECT next_step_fit(walk('x', '(start) view'));
SELECT next_step_union(model, (SELECT next_step_fit(j, 1) FROM journeys)) FROM models;
SELECT next_step_probability(model, j, 'nothing') FROM models, journeys;
SELECT conversion_probability(model, j, 'nothing') FROM models, journeys;
SELECT conversion_probability(model, j, '(end)') FROM models, journeys;
SELECT conversion_probability(model, j, 'buy|') FROM models, journeys;
SELECT next_best_step(model, j, 'nothing') FROM models, journeys;
SELECT count(*) FROM models, journeys, next_best_steps(model, j, NULL);
SELECT count(*) FROM models, journeys, next_best_steps(model, j, 'buy', 0);
SELECT count(*) FROM models, journeys, next_steps(model, j, 0);
SELECT ''::next_step_model;
SELECT '\x09'::next_step_model;
SELECT (left(model::text, -2))::next_step_model FROM models;
SELECT (model::text || '00')::next_step_model FROM models;
SELECT next_step_add(NULL, '[]'::journey);

-- Parallel plans, and no order of rows, change a byte.
CREATE TABLE many AS
    SELECT c AS customer, journey_agg(timestamptz '2024-01-01' + n * interval '7 minutes', (ARRAY['view', 'cart', 'buy', 'search', 'help'])[1 + (c * n * 7919 % 104729) % 5]) AS j
    FROM generate_series(1, 500) AS c, generate_series(1, 40) AS n GROUP BY c;
ANALYZE many;
SET min_parallel_table_scan_size = 0;
SET parallel_tuple_cost = 0;
SET parallel_setup_cost = 0;
EXPLAIN (COSTS off) SELECT next_step_fit(j, 3, 10) FROM many;
EXPLAIN (COSTS off) SELECT sum(conversion_probability((SELECT model FROM models), j, 'buy')) FROM many;
CREATE TABLE answers AS SELECT 'parallel' AS plan, next_step_fit(j, 3, 10)::text AS model FROM many;
SET max_parallel_workers_per_gather = 0;
INSERT INTO answers SELECT 'serial', next_step_fit(j, 3, 10)::text FROM many;
INSERT INTO answers SELECT 'backwards', next_step_fit(j, 3, 10)::text FROM (SELECT * FROM many ORDER BY customer DESC) AS m;
SELECT count(DISTINCT model) AS models, count(*) AS plans FROM answers;
