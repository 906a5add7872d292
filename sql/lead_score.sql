-- Lead scores: logistic regression, quality of scores, points. Figures of models are
-- rounded: the last digits are the C library's.
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET extra_float_digits = 0;
CREATE TABLE leads AS SELECT i AS lead, i % 5 + i % 3 AS visits, i % 7 AS days, (i % 5 + i % 3) * 2 + i % 11 > 9 AS converted FROM generate_series(1, 200) AS i;
CREATE TABLE models AS SELECT logistic_fit(converted, ARRAY[visits, days]) AS model FROM leads;
SELECT status, converged, n, conversions, dropped, round(log_likelihood::numeric, 8) AS ll, round(null_log_likelihood::numeric, 8) AS null_ll, penalty, standardise
FROM models, logistic_summary(model);
SELECT feature_no, feature, round(coefficient::numeric, 8) AS coefficient, round(std_error::numeric, 8) AS std_error, round(p_value::numeric, 8) AS p_value
FROM models, logistic_coefficients(model, '{visits,days}');
SELECT lead, round(logistic_probability(model, ARRAY[visits, days])::numeric, 8) AS probability FROM leads, models ORDER BY lead LIMIT 3;
SELECT lead, feature, value, round(contribution::numeric, 8) AS contribution FROM leads, models, logistic_reasons(model, ARRAY[visits, days], '{visits,days}')
WHERE lead < 3 ORDER BY lead, feature_no;
-- Contributions and the score of the mean make the score.
SELECT bool_and(abs(ln(p / (1 - p)) - (ln(m / (1 - m)) + c)) < 1e-9) AS adds_up
FROM (SELECT logistic_probability(model, ARRAY[visits, days]) AS p, (SELECT sum(contribution) FROM logistic_reasons(model, ARRAY[visits, days])) AS c,
        (SELECT logistic_probability(model, ARRAY[avg(visits), avg(days)]::float8[]) FROM leads) AS m FROM leads, models) AS x;
-- A model is a value: printed, read, stored.
SELECT model::text::logistic_model::text = model::text AS text_same FROM models;
SELECT logistic_probability('{"version": 1, "status": "converged", "n": 9, "conversions": 4, "coefficients": [0, 1], "std_errors": [1, null], "means": [2]}', '{0}');
-- What does not fit is said, never called converged.
SELECT what, status, converged, n, conversions, dropped FROM (
    SELECT 'apart' AS what, logistic_fit(i > 5, ARRAY[i]) AS model FROM generate_series(1, 10) AS i
    UNION ALL SELECT 'apart but for one value', logistic_fit(i > 5 OR i = 5 AND j = 1, ARRAY[i]) FROM generate_series(1, 10) AS i, generate_series(1, 2) AS j
    UNION ALL SELECT 'apart, with a ridge', logistic_fit(i > 5, ARRAY[i], 0.5) FROM generate_series(1, 10) AS i
    UNION ALL SELECT 'apart by two features', logistic_fit(i % 4 + i % 3 > 2, ARRAY[i % 4, i % 3]) FROM generate_series(1, 24) AS i
    UNION ALL SELECT 'one feature twice', logistic_fit(i % 3 = 0, ARRAY[i, 2 * i + 1]) FROM generate_series(1, 10) AS i
    UNION ALL SELECT 'one feature twice, with a ridge', logistic_fit(i % 3 = 0, ARRAY[i, 2 * i + 1], 1) FROM generate_series(1, 10) AS i
    UNION ALL SELECT 'a constant', logistic_fit(i % 3 = 0, ARRAY[i, 0.1]::float8[]) FROM generate_series(1, 10) AS i
    UNION ALL SELECT 'nobody converted', logistic_fit(false, ARRAY[i]) FROM generate_series(1, 10) AS i
    UNION ALL SELECT 'everybody converted', logistic_fit(true, ARRAY[i]) FROM generate_series(1, 10) AS i
    UNION ALL SELECT 'NULLs only', logistic_fit(i > 2, ARRAY[NULL, i]::float8[]) FROM generate_series(1, 3) AS i
    UNION ALL SELECT 'some NULLs', logistic_fit(CASE WHEN i <> 4 THEN i % 3 = 0 END, CASE WHEN i <> 9 THEN ARRAY[i] END) FROM generate_series(1, 20) AS i) AS x,
    logistic_summary(model);
SELECT logistic_fit(true, ARRAY[1]) IS NULL AS no_rows FROM leads WHERE false;
SELECT feature_no, round(coefficient::numeric, 6) AS coefficient, std_error IS NULL AS no_error FROM logistic_coefficients((SELECT logistic_fit(i % 3 = 0, ARRAY[i, 2 * i + 1]) FROM generate_series(1, 10) AS i));
SELECT logistic_probability((SELECT logistic_fit(true, ARRAY[i]) FROM generate_series(1, 10) AS i), '{3}') AS one_class, logistic_probability(model, '{1,NULL}') AS a_null,
    (SELECT count(*) FROM logistic_reasons(model, '{1,NULL}')) AS reasons FROM models;

-- Quality.
CREATE TABLE scored AS SELECT * FROM (VALUES (0.1, false), (0.1, true), (0.4, false), (0.35, true), (0.8, true), (0.9, true), (NULL, true), (0.5, NULL)) AS x (p, y);
SELECT roc_auc(p, y), log_loss(p, y) FROM scored;
SELECT * FROM unnest((SELECT calibration_report(p, y, 3) FROM scored));
SELECT roc_auc(p, true) AS one_class, log_loss(p, p > 0.6) AS fine FROM scored;
SELECT log_loss(0, true) AS impossible, log_loss(1, true) AS certain, roc_auc(-3, true) AS no_probability;
SELECT roc_auc(p, y), log_loss(p, y), calibration_report(p, y) FROM scored WHERE false;

-- Points.
CREATE TABLE events (customer text, ts timestamptz, event text);
INSERT INTO events VALUES ('ann', '2024-06-17', 'demo'), ('ann', '2024-06-03', 'visit'), ('ann', '2024-06-30', 'visit'), ('ann', '2024-07-02', 'demo'),
    ('bob', '2024-07-01', 'unsubscribe'), ('bob', '2024-06-24', 'visit'), ('cem', '2024-06-24', 'chat'), ('dia', NULL, 'demo'), ('dia', '2024-06-01', NULL);
SELECT customer, lead_points(ts, event, '{visit,demo,unsubscribe}', '{1,20,-5}', '2024-07-01') AS plain,
    lead_points(ts, event, '{visit,demo,unsubscribe}', '{1,20,-5}', '2024-07-01', '14 days') AS fading,
    lead_points(ts, event, '{visit,demo,unsubscribe}', '{1,20,-5}', '2024-07-01', NULL, 10) AS capped,
    lead_points(ts, event, '{visit,demo,unsubscribe}', '{1,20,-5}', '2024-07-01', '14 days', NULL, 'null') AS or_null
FROM events GROUP BY customer ORDER BY customer;
SELECT customer, r.* FROM (SELECT customer, lead_points_reasons(ts, event, '{visit,demo,unsubscribe}', '{1,20,-5}', '2024-07-01', '14 days') AS reasons FROM events GROUP BY customer) AS x,
    unnest(reasons) AS r ORDER BY customer, abs(score) DESC;
-- From a table of points.
CREATE TABLE points (event text, points float8);
INSERT INTO points VALUES ('visit', 1), ('demo', 20), ('unsubscribe', -5);
SELECT customer, lead_points(ts, e.event, p.events, p.points, '2024-07-01', '14 days')
FROM events AS e, (SELECT array_agg(event) AS events, array_agg(points) AS points FROM points) AS p GROUP BY customer ORDER BY customer;
-- The same of journeys.
CREATE TABLE journeys AS SELECT customer, journey_agg(ts, event) AS j FROM events GROUP BY customer;
SELECT count(*) AS differing FROM (
    SELECT customer, lead_points(ts, event, '{visit,demo,unsubscribe}', '{1,20,-5}', '2024-07-01', '9 days', 12, 'null') AS score,
        lead_points_reasons(ts, event, '{visit,demo,unsubscribe}', '{1,20,-5}', '2024-07-01', '9 days') AS reasons FROM events GROUP BY customer) AS e
JOIN journeys USING (customer)
WHERE score IS DISTINCT FROM lead_points(j, '{visit,demo,unsubscribe}', '{1,20,-5}', '2024-07-01', '9 days', 12, 'null')
   OR reasons IS DISTINCT FROM (SELECT coalesce(array_agg(r::lead_reason_row ORDER BY no), '{}') FROM
        (SELECT ROW(event, times, last_at, score)::lead_reason_row AS r, row_number() OVER () AS no FROM lead_points_reasons(j, '{visit,demo,unsubscribe}', '{1,20,-5}', '2024-07-01', '9 days')) AS q);
SELECT lead_points(NULL, '{visit}', '{1}', '2024-07-01') AS no_journey, lead_points(ts, event, '{}', '{}', '2024-07-01') AS no_rules FROM events;
SELECT nulls, weighted_score(ARRAY[80, NULL, 40], ARRAY[0.5, 0.3, 0.2], nulls) FROM unnest(ARRAY['reweight', 'zero', 'null']) AS nulls;
SELECT weighted_score(ARRAY[NULL, NULL]::float8[], ARRAY[1, 1]) AS nothing_known, weighted_score('{1}', '{0}') AS no_weight, weighted_score(NULL, '{1}') AS no_values;

CREATE FUNCTION attempt(statement text, OUT state text, OUT message text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    state := 'none'; message := 'no error'; hint := '';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
END $$;
SELECT a.* FROM unnest(ARRAY[
$$SELECT logistic_fit(converted, '{}') FROM leads$$,
$$SELECT logistic_fit(converted, CASE WHEN lead > 9 THEN '{1}' ELSE '{1,2}' END::float8[]) FROM leads$$,
$$SELECT logistic_fit(converted, ARRAY[ARRAY[visits]]) FROM leads$$,
$$SELECT logistic_fit(converted, '{Infinity}') FROM leads$$,
$$SELECT logistic_fit(converted, '{NaN}') FROM leads$$,
$$SELECT logistic_fit(converted, '{1e200}') FROM leads$$,
$$SELECT logistic_fit(converted, array_fill(1.5::float8, '{1001}')) FROM leads$$,
$$SELECT logistic_fit(converted, '{1}', -1) FROM leads$$,
$$SELECT logistic_fit(converted, '{1}', 'Infinity') FROM leads$$,
$$SELECT logistic_fit(converted, '{1}', NULL) FROM leads$$,
$$SELECT logistic_fit(converted, '{1}', lead) FROM leads$$,
$$SELECT logistic_fit(converted, '{1}', 1, NULL) FROM leads$$,
$$SELECT logistic_probability(model, '{1}') FROM models$$,
$$SELECT logistic_probability(model, '{1,NaN}') FROM models$$,
$$SELECT logistic_reasons(model, '{1,2}', '{a}') FROM models$$,
$$SELECT logistic_coefficients(model, '{a,b,c}') FROM models$$,
$$SELECT '{"version": 1}'::logistic_model$$,
$$SELECT '{"version": 1, "status": "fine"}'::logistic_model$$,
$$SELECT '{"version": 1, "status": "converged", "coefficients": [1, 2], "std_errors": [1, 2], "means": []}'::logistic_model$$,
$$SELECT '{"version": 1, "status": "converged", "coefficients": [null], "std_errors": [1], "means": []}'::logistic_model$$,
$$SELECT '{"version": 1, "colour": "red"}'::logistic_model$$,
$$SELECT '\x01'::logistic_rows$$,
$$SELECT '\x0100000000000000'::scored_outcomes$$,
$$SELECT roc_auc('NaN', true)$$,
$$SELECT log_loss(1.5, true)$$,
$$SELECT calibration_report(-0.5, true)$$,
$$SELECT calibration_report(p, y, 0) FROM scored$$,
$$SELECT calibration_report(p, y, NULL) FROM scored$$,
$$SELECT lead_points(ts, event, '{visit}', '{1,2}', '2024-07-01') FROM events$$,
$$SELECT lead_points(ts, event, '{visit,visit}', '{1,2}', '2024-07-01') FROM events$$,
$$SELECT lead_points(ts, event, '{visit,NULL}', '{1,2}', '2024-07-01') FROM events$$,
$$SELECT lead_points(ts, event, '{visit}', '{NULL}', '2024-07-01') FROM events$$,
$$SELECT lead_points(ts, event, '{visit}', '{NaN}', '2024-07-01') FROM events$$,
$$SELECT lead_points(ts, event, NULL, '{1}', '2024-07-01') FROM events$$,
$$SELECT lead_points(ts, event, '{visit}', NULL, '2024-07-01') FROM events$$,
$$SELECT lead_points(ts, event, '{visit}', '{1}', NULL) FROM events$$,
$$SELECT lead_points(ts, event, '{visit}', '{1}', 'infinity') FROM events$$,
$$SELECT lead_points(ts, event, '{visit}', '{1}', ts) FROM events WHERE ts IS NOT NULL$$,
$$SELECT lead_points('infinity', event, '{visit}', '{1}', '2024-07-01') FROM events$$,
$$SELECT lead_points(ts, event, '{visit}', '{1}', '2024-07-01', '0 days') FROM events$$,
$$SELECT lead_points(ts, event, '{visit}', '{1}', '2024-07-01', '-1 day') FROM events$$,
$$SELECT lead_points(ts, event, '{visit}', '{1}', '2024-07-01', '1 day', 'NaN') FROM events$$,
$$SELECT lead_points(ts, event, '{visit}', '{1}', '2024-07-01', '1 day', 5, 'nothing') FROM events$$,
$$SELECT lead_points(ts, event, ARRAY[event], '{1}', '2024-07-01') FROM events WHERE event IS NOT NULL$$,
$$SELECT lead_points(j, '{visit}', '{1}', '2024-07-01', '0 days') FROM journeys$$,
$$SELECT weighted_score('{1}', '{1,2}')$$, $$SELECT weighted_score('{1}', '{-1}')$$, $$SELECT weighted_score('{1}', '{NaN}')$$, $$SELECT weighted_score('{Infinity}', '{1}')$$,
$$SELECT weighted_score('{1}', '{1}', 'skip')$$, $$SELECT weighted_score('{1}', '{NULL}')$$]) WITH ORDINALITY AS s (statement, no), attempt(statement) AS a ORDER BY no;

-- No plan and no order of rows changes an answer, to the last bit.
SELECT setseed(0.3);
CREATE TABLE many AS SELECT i AS id, i % 3 AS part, i % 500 AS customer, random() AS p, random() * 10 AS x, random() < 0.3 AS y,
    timestamptz '2024-01-01' + random() * 180 * interval '1 day' AS ts, (ARRAY['visit', 'demo', 'chat'])[1 + i % 3] AS event FROM generate_series(1, 20000) AS i;
ANALYZE many;
SET min_parallel_table_scan_size = 0;
SET parallel_tuple_cost = 0;
SET parallel_setup_cost = 0;
SET extra_float_digits = 1;
CREATE FUNCTION answer(query text, hash boolean, workers int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
    lines text = '';
    line text;
BEGIN
    PERFORM set_config('enable_hashagg', hash::text, true), set_config('enable_sort', (NOT hash)::text, true),
        set_config('max_parallel_workers_per_gather', workers::text, true);
    FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP lines := lines || line; END LOOP;
    IF (lines LIKE '%Gather%Partial%') <> (workers > 0) THEN RAISE EXCEPTION 'unexpected plan for %: %', query, lines; END IF;
    EXECUTE format('SELECT md5(string_agg(q::text, E''\n'' ORDER BY q::text)) FROM (%s) q', query) INTO answer;
    RETURN answer;
END $$;
WITH questions (query) AS (VALUES
    ($$SELECT logistic_fit(y, ARRAY[p, x, p * x]) FROM %s$$), ($$SELECT part, logistic_fit(y, ARRAY[p, x], 2) FROM %s GROUP BY part$$),
    ($$SELECT part, roc_auc(p, y), log_loss(p, y), calibration_report(p, y) FROM %s GROUP BY part$$),
    ($$SELECT customer, lead_points(ts, event, '{visit,demo}', '{0.1,0.7}', '2024-05-01', '9 days', 5), lead_points_reasons(ts, event, '{visit,demo}', '{0.1,0.7}', '2024-05-01', '9 days') FROM %s GROUP BY customer$$))
SELECT query, answer(format(query, 'many'), true, 2) = serial AS parallel_hash, answer(format(query, 'many'), false, 2) = serial AS parallel_sort,
    answer(format(query, 'many'), false, 0) = serial AS serial_sort,
    answer(format(query, '(SELECT * FROM many ORDER BY p OFFSET 0) s'), true, 0) = serial AS shuffled,
    answer(format(query, '(SELECT * FROM many ORDER BY id DESC OFFSET 0) s'), true, 0) = serial AS backwards
FROM (SELECT *, answer(format(query, 'many'), true, 0) AS serial FROM questions) AS s ORDER BY query COLLATE "C";
DROP TABLE leads, models, scored, events, points, journeys, many;
DROP FUNCTION attempt, answer;
