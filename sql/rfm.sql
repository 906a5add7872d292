-- RFM: a user's questions, edges, bad input, plans.
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET extra_float_digits = 0;
CREATE TABLE orders (customer text, ts timestamptz, amount float8);
INSERT INTO orders VALUES
('ann', '2024-01-05', 20), ('ann', '2024-03-01', 35.5), ('ann', '2024-06-20', 80), ('ann', '2024-08-01', 1000),
('bob', '2024-02-10', 15), ('bob', '2024-02-20', -15), ('cem', '2024-06-30', 12), ('dia', '2023-11-11', 200),
('dia', '2024-06-01', NULL), ('eva', '2024-07-15', 50), ('fay', '2024-05-05', -9), ('gil', NULL, 7);

-- One customer. What is after as_of is not looked at; as_of itself counts; a return is no order.
SELECT customer, (rfm(ts, amount, '2024-06-30')).* FROM orders GROUP BY customer ORDER BY customer;
SELECT returns, customer, (v).* FROM (VALUES ('subtract'), ('count'), ('ignore')) AS r (returns),
    LATERAL (SELECT customer, rfm(ts, amount, '2024-06-30', returns) AS v FROM orders GROUP BY customer) AS c
WHERE customer IN ('bob', 'fay') ORDER BY returns, customer;
SELECT rfm(ts, amount, '2024-06-30') IS NULL AS nobody FROM orders WHERE false;
-- The same from journeys.
CREATE TABLE journeys AS SELECT customer, journey_agg(ts, 'order', NULL, amount) || journey_agg(ts, 'visit') AS j FROM orders GROUP BY customer;
SELECT count(*) FROM journeys JOIN (SELECT customer, rfm(ts, amount, '2024-06-30') AS v FROM orders GROUP BY customer) o USING (customer)
WHERE rfm(j, '{order}', '2024-06-30') IS DISTINCT FROM v;
SELECT rfm(j, '{order}', '2024-06-30', 'count') AS counted, rfm(j, '{nothing}', '2024-06-30') AS none, rfm(NULL::journey, '{order}', '2024-06-30') AS no_journey
FROM journeys WHERE customer = 'bob';

-- All customers: fifteen with some equal figures.
CREATE TABLE customers AS
SELECT i AS customer, ROW((i * 7 % 15) * interval '1 day', CASE WHEN i < 8 THEN 1 ELSE i % 5 + 1 END, round(1000 / i))::rfm_value AS v FROM generate_series(1, 15) AS i;
SELECT rfm_fit(v) FROM customers;
SELECT t.* FROM (SELECT rfm_fit(v) AS model FROM customers) AS m, rfm_thresholds(model) AS t;
SELECT method, string_agg(f::text, ' ' ORDER BY customer) AS f, string_agg(r::text, ' ' ORDER BY customer) AS r
FROM unnest('{ties_share,cume_dist,quantile,ntile,nested}'::text[]) AS method,
    LATERAL (SELECT rfm_fit(v, method, 5) AS model FROM customers) AS m, customers, rfm_score(model, v)
GROUP BY method ORDER BY method;
SELECT customer, (v).frequency, s.* FROM customers, rfm_score((SELECT rfm_fit(v) FROM customers), v) AS s ORDER BY customer LIMIT 3;
SELECT * FROM unnest((SELECT rfm_report(v) FROM customers)) ORDER BY segment COLLATE "C";
SELECT segment, customers, share FROM unnest((SELECT rfm_report(v, 'ntile', 3, ARRAY['Best: 3 3 2-3', 'Rest of 3: 1-3 3']) FROM customers));
-- A model is a value: printed, read, stored.
SELECT bool_and(model::text::rfm_model::text = model::text) AS text_same
FROM unnest('{ties_share,cume_dist,quantile,ntile,nested}'::text[]) AS method, LATERAL (SELECT rfm_fit(v, method, 4) AS model FROM customers) AS m;
SELECT rfm_fixed('{30 days,90 days}', '{2,5}', '{100,500}');
SELECT s.* FROM (VALUES (interval '29 days', 5, 500), ('30 days', 4, 499.9), ('90 days', 1, 0)) AS x (r, f, m),
    rfm_score(rfm_fixed('{30 days,90 days}', '{2,5}', '{100,500}'), ROW(r, f, m)::rfm_value) AS s;
-- A stored model scores as it did; the report by it is the report by its method.
SELECT rfm_report(v, (SELECT rfm_fit(v, 'ntile', 5) FROM customers)) = rfm_report(v, 'ntile', 5) AS same FROM customers;
-- Everybody alike is average; one customer too.
SELECT s.* FROM rfm_score((SELECT rfm_fit(ROW('1 day', 1, 5)::rfm_value) FROM generate_series(1, 9)), ROW('1 day', 1, 5)::rfm_value) AS s;
-- NULL: no customer, no score.
SELECT s.* FROM rfm_score((SELECT rfm_fit(v) FROM customers), NULL) AS s;
SELECT rfm_fit(v) AS fit, rfm_report(v) AS report, rfm_movement(v, v) AS movement FROM customers WHERE false;
SELECT rfm_fit(NULL::rfm_value) AS fit, cardinality(rfm_report(NULL::rfm_value)) AS segments;

-- Segments.
SELECT rfm_segment(5, 5, 1), rfm_segment(3, 3, 3, bins => 3), rfm_segment(1, 5, 5, ARRAY['Best: 4-5 4-5 4-5', 'Big: 1-5 1-5 5']);
CREATE TABLE my_segments (priority int, segment text, r_from int, r_to int, f_from int, f_to int, m_from int, m_to int);
INSERT INTO my_segments VALUES (1, 'Best', 4, 5, 4, 5, 4, 5), (2, 'New: fresh', 5, 5, 1, 1, NULL, NULL), (3, 'Hidden', 5, 5, 5, 5, 5, 5);
SELECT array_agg(rfm_rule(segment, r_from, r_to, f_from, f_to, m_from, m_to) ORDER BY priority) FROM my_segments;
SELECT c.* FROM (SELECT array_agg(rfm_rule(segment, r_from, r_to, f_from, f_to, m_from, m_to) ORDER BY priority) AS rules FROM my_segments) AS s,
    rfm_rules_check(rules) AS c ORDER BY 1;
SELECT * FROM rfm_rules_check() ORDER BY 1;

-- Movement.
SELECT * FROM unnest((SELECT rfm_movement(before, after, rfm_fixed('{60 days}', '{2}', '{50}'), ARRAY['Good: 2 2', 'Fading: 1 1-2', 'Fresh: 2 1'])
    FROM (SELECT rfm(ts, amount, '2024-02-15') AS before, rfm(ts, amount, '2024-06-30') AS after FROM orders GROUP BY customer) AS c));

-- Bad input.
CREATE FUNCTION attempt(statement text, OUT state text, OUT message text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    state := 'none'; message := 'no error'; hint := '';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
END $$;
SELECT a.* FROM unnest(ARRAY[
$$SELECT rfm(ts, amount, NULL) FROM orders$$,
$$SELECT rfm(ts, amount, 'infinity') FROM orders$$,
$$SELECT rfm(ts, amount, ts) FROM orders WHERE ts IS NOT NULL$$,
$$SELECT rfm('-infinity', amount, '2024-01-01') FROM orders$$,
$$SELECT rfm(ts, 'NaN', '2025-01-01') FROM orders$$,
$$SELECT rfm(ts, '-Infinity', '2025-01-01') FROM orders$$,
$$SELECT rfm(ts, 1e300, '2025-01-01') FROM orders$$,
$$SELECT rfm(ts, amount, '2025-01-01', 'refund') FROM orders$$,
$$SELECT rfm(ts, amount, '2025-01-01', 'error') FROM orders$$,
$$SELECT rfm(ts, amount, '2025-01-01', NULL) FROM orders$$,
$$SELECT rfm(j, NULL, '2025-01-01') FROM journeys$$,
$$SELECT rfm(j, ARRAY['order', NULL], '2025-01-01') FROM journeys$$,
$$SELECT rfm_fit(v, 'quintile', 5) FROM customers$$,
$$SELECT rfm_fit(v, 'fixed', 5) FROM customers$$,
$$SELECT rfm_fit(v, 'ntile', 1) FROM customers$$,
$$SELECT rfm_fit(v, 'ntile', 10) FROM customers$$,
$$SELECT rfm_fit(v, NULL, 5) FROM customers$$,
$$SELECT rfm_fit(v, 'ntile', NULL) FROM customers$$,
$$SELECT rfm_fit(v, 'ntile', 2 + customer % 2) FROM customers$$,
$$SELECT rfm_fit(ROW('-1 day', 1, 1)::rfm_value)$$,
$$SELECT rfm_fit(ROW('1 day', -1, 1)::rfm_value)$$,
$$SELECT rfm_fit(ROW('1 day', 1, 'NaN')::rfm_value)$$,
$$SELECT rfm_fit(ROW('1 day', NULL, 1)::rfm_value)$$,
$$SELECT rfm_report(v, NULL::rfm_model) FROM customers$$,
$$SELECT rfm_report(v, 'ntile', 5, '{}') FROM customers$$,
$$SELECT rfm_report(v, 'ntile', 5, ARRAY['Best']) FROM customers$$,
$$SELECT rfm_report(v, 'ntile', 5, ARRAY['Best: 5']) FROM customers$$,
$$SELECT rfm_report(v, 'ntile', 5, ARRAY[': 5 5']) FROM customers$$,
$$SELECT rfm_report(v, 'ntile', 5, ARRAY['Best: 5 5 5 5']) FROM customers$$,
$$SELECT rfm_report(v, 'ntile', 5, ARRAY['Best: 5-4 5']) FROM customers$$,
$$SELECT rfm_report(v, 'ntile', 3, ARRAY['Best: 4 4']) FROM customers$$,
$$SELECT rfm_report(v, 'ntile', 3, ARRAY['Best: 3 3', NULL]) FROM customers$$,
$$SELECT rfm_fixed('{30 days}', '{1,2}', '{3}')$$,
$$SELECT rfm_fixed('{}', '{}', '{}')$$,
$$SELECT rfm_fixed('{30 days,20 days}', '{1,2}', '{3,4}')$$,
$$SELECT rfm_fixed('{30 days,40 days}', '{1,2}', '{3,NaN}')$$,
$$SELECT rfm_fixed('{30 days,40 days}', '{1,NULL}', '{3,4}')$$,
$$SELECT rfm_segment(6, 1, 1)$$,
$$SELECT rfm_segment(1, 0, 1)$$,
$$SELECT rfm_segment(1, 1, 1, bins => 20)$$,
$$SELECT rfm_segment(1, 1, 1, ARRAY[ARRAY['Best: 5 5']])$$,
$$SELECT '{"version": 2, "method": "ntile"}'::rfm_model$$,
$$SELECT '{"version": 1, "method": "best", "bins": 5}'::rfm_model$$,
$$SELECT '{"version": 1, "method": "ntile", "bins": 5, "customers": 3, "thresholds": [1]}'::rfm_model$$,
$$SELECT '{"version": 1, "method": "ntile", "bins": 99}'::rfm_model$$,
$$SELECT 'hello'::rfm_model$$,
$$SELECT '{"version": 1} x'::rfm_model$$,
$$SELECT '\x00'::rfm_summary$$,
$$SELECT '\x0101'::rfm_summary$$,
$$SELECT 'zz'::rfm_summary$$]) WITH ORDINALITY AS s (statement, no), attempt(statement) AS a ORDER BY no;

-- No plan and no order of rows changes an answer.
SELECT setseed(0.7);
CREATE TABLE many AS SELECT (3000 * random() ^ 2)::int AS customer, timestamptz '2024-01-01' + (random() * 400)::int * interval '1 day' AS ts,
    (random() * 1e6)::int / 1000.0::float8 - 50 AS amount, random() AS shuffle FROM generate_series(1, 100000);
CREATE TABLE valued AS SELECT customer, customer % 3 AS part, rfm(ts, amount, '2024-06-01') AS before, rfm(ts, amount, '2024-12-01') AS v FROM many GROUP BY customer;
ANALYZE many, valued;
SET min_parallel_table_scan_size = 0;
SET parallel_tuple_cost = 0;
SET parallel_setup_cost = 0;
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
SET extra_float_digits = 1;
WITH questions (query) AS (VALUES
    ($$SELECT customer, rfm(ts, amount, '2024-12-01') FROM %s GROUP BY customer$$),
    ($$SELECT part, rfm_fit(v) FROM %s GROUP BY part$$), ($$SELECT rfm_fit(v, 'nested', 5) FROM %s$$), ($$SELECT rfm_fit(v, 'quantile', 4) FROM %s$$),
    ($$SELECT part, rfm_report(v, 'ntile', 5) FROM %s GROUP BY part$$), ($$SELECT rfm_movement(before, v) FROM %s$$)),
tables AS (SELECT query, CASE WHEN query LIKE '%amount%' THEN 'many' ELSE 'valued' END AS tab, CASE WHEN query LIKE '%amount%' THEN 'shuffle' ELSE 'hashint4(customer)' END AS by FROM questions)
SELECT query, answer(format(query, tab), true, 2) = serial AS parallel_hash, answer(format(query, tab), false, 2) = serial AS parallel_sort,
    answer(format(query, tab), false, 0) = serial AS serial_sort,
    answer(format(query, format('(SELECT * FROM %s ORDER BY %s OFFSET 0) s', tab, by)), true, 0) = serial AS shuffled,
    answer(format(query, format('(SELECT * FROM %s ORDER BY %s DESC OFFSET 0) s', tab, by)), true, 0) = serial AS backwards
FROM (SELECT *, answer(format(query, tab), true, 0) AS serial FROM tables) AS s ORDER BY query COLLATE "C";
DROP TABLE orders, journeys, customers, my_segments, many, valued;
DROP FUNCTION attempt, answer;
