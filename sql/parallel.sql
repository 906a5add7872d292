-- Parallel plans are chosen, and no plan and no order of rows changes an answer.
SET timezone = 'UTC';
SET datestyle = 'ISO';

-- 200,000 rows of 2,000 customers with many ties, in no order.
SELECT setseed(0.42);
CREATE TABLE visits AS
    SELECT (2000 * random() ^ 2)::int AS customer,
           timestamptz '2024-01-01' + (random() * 3000)::int * interval '10 minutes' AS ts,
           (ARRAY['view', 'cart', 'buy', 'search'])[1 + (random() * 3)::int] AS event,
           CASE WHEN random() < 0.8 THEN 'channel ' || (random() * 3)::int END AS channel,
           CASE WHEN random() < 0.3 THEN (random() * 100)::int / 4.0::float8 END AS value,
           (random() * 5)::bigint AS tiebreak,
           random() AS shuffle
    FROM generate_series(1, 200000);
CREATE TABLE journeys AS
    SELECT customer, customer % 5 AS segment, journey_agg(ts, event, channel, value, tiebreak) AS j FROM visits GROUP BY customer;
ANALYZE visits, journeys;

-- Every aggregate, with the rows it is asked of as %s.
CREATE TABLE questions (name text, query text);
INSERT INTO questions VALUES
('window_funnel', $$SELECT customer, window_funnel('3 hours', ts, event, ARRAY['view', 'cart', 'buy']) FROM %s visits GROUP BY customer$$),
('window_funnel of booleans', $$SELECT customer, window_funnel('3 hours', ts, event = 'view', event = 'cart', channel = 'channel 1') FROM %s visits GROUP BY customer$$),
('window_funnel, strict_order', $$SELECT customer, window_funnel('1 day', 'strict_order', ts, event, ARRAY['view', 'cart', 'buy']) FROM %s visits GROUP BY customer$$),
('window_funnel, strict_order, allow_reentry', $$SELECT customer, window_funnel('1 day', 'strict_order,allow_reentry', ts, event, ARRAY['view', 'cart', 'buy']) FROM %s visits GROUP BY customer$$),
('window_funnel, strict_deduplication', $$SELECT customer, window_funnel('1 day', 'strict_deduplication', ts, event, ARRAY['view', 'cart', 'buy']) FROM %s visits GROUP BY customer$$),
('window_funnel_events', $$SELECT customer, window_funnel_events('3 hours', ts, event, ARRAY['view', 'cart|search', 'buy']) FROM %s visits GROUP BY customer$$),
('window_funnel_events, strict_increase', $$SELECT customer, window_funnel_events('3 hours', 'strict_increase', ts, event, ARRAY['view', 'view', 'buy']) FROM %s visits GROUP BY customer$$),
('window_funnel_events of booleans', $$SELECT customer, window_funnel_events('3 hours', ts, event <> 'buy', event <> 'view') FROM %s visits GROUP BY customer$$),
('window_funnel of nobody', $$SELECT window_funnel('3 hours', ts, event, ARRAY['view']) FROM %s visits WHERE customer < 0$$),
('window_funnel of everybody', $$SELECT window_funnel('3 hours', ts, event, ARRAY['view', 'cart', 'buy', 'view', 'nothing']) FROM %s visits$$),
('retention', $$SELECT customer, retention(event = 'view', channel = 'channel 2', value > 24) FROM %s visits GROUP BY customer$$),
('journey_agg', $$SELECT customer, journey_agg(ts, event, channel, value, tiebreak) FROM %s visits GROUP BY customer$$),
('journey_agg of names', $$SELECT customer, journey_agg(ts, event) FROM %s visits GROUP BY customer$$),
('journey_agg and others at once', $$SELECT customer, journey_agg(ts, event, channel), window_funnel('1 hour', ts, event, ARRAY['view', 'buy']), window_funnel_events('1 hour', ts, event, ARRAY['view', 'buy']), retention(event = 'buy', true) FROM %s visits GROUP BY customer$$),
('journey_agg of everybody', $$SELECT journey_agg(ts, event, channel, value) FROM %s visits$$);

INSERT INTO questions VALUES
('journey_agg of journeys', $$SELECT segment, journey_agg(j) FROM %s journeys GROUP BY segment$$),
('funnel_report of times', $$SELECT segment, funnel_report(funnel_times(j, ARRAY['view', 'cart', 'buy'], '3 hours')) FROM %s journeys GROUP BY segment$$),
('funnel_report of named times', $$SELECT funnel_report(funnel_times(j, ARRAY['view', 'cart', 'buy'], '3 hours'), ARRAY['view', 'cart', 'buy']) FROM %s journeys$$),
('funnel_report of journeys', $$SELECT segment, funnel_report(j, ARRAY['view', 'cart', 'buy'], '3 hours') FROM %s journeys GROUP BY segment$$),
('funnel_report of journeys by policy', $$SELECT funnel_report(j, ARRAY['view', 'cart', 'buy'], '3 hours', 'amplitude') FROM %s journeys$$);

-- A table this small would be read by one process.
SET min_parallel_table_scan_size = 0;
SET parallel_tuple_cost = 0;
SET parallel_setup_cost = 0;
SET max_parallel_workers_per_gather = 2;

CREATE FUNCTION plan(query text, options text DEFAULT 'COSTS off') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text;
    lines text = '';
BEGIN
    FOR line IN EXECUTE format('EXPLAIN (%s) ', options) || query LOOP
        lines := lines || line || E'\n';
    END LOOP;
    RETURN lines;
END $$;

-- The planner's free choice.
SELECT name, plan LIKE '%Gather%' AS gather, plan LIKE '%Partial%Aggregate%' AS "partial", plan LIKE '%Finalize%Aggregate%' AS finalize
FROM (SELECT name, plan(format(query, '')) FROM questions) p ORDER BY name;

-- One number for an answer.
CREATE FUNCTION answer(query text, hash boolean, workers int, memory text DEFAULT '64MB') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
    kind text;
BEGIN
    PERFORM set_config('enable_hashagg', hash::text, true), set_config('enable_sort', (NOT hash)::text, true),
        set_config('max_parallel_workers_per_gather', workers::text, true), set_config('work_mem', memory, true);
    -- The plan is the one meant, or the comparison would mean nothing.
    kind := plan(query);
    IF (kind LIKE '%Gather%') <> (workers > 0) OR (query LIKE '%GROUP BY%' AND (kind LIKE '%HashAggregate%') <> hash) THEN
        RAISE EXCEPTION 'unexpected plan for %: %', query, kind;
    END IF;
    EXECUTE format('SELECT md5(string_agg(q::text, E''\n'' ORDER BY q::text)) FROM (%s) q', query) INTO answer;
    RETURN answer;
END $$;

-- "(SELECT ... OFFSET 0)" hands the rows over in an order of our choice.
CREATE FUNCTION reordered(query text, by text) RETURNS text LANGUAGE sql AS $$
    SELECT format(query, format('(SELECT * FROM %s ORDER BY %s OFFSET 0)',
        CASE WHEN query LIKE '%journeys%' THEN 'journeys' ELSE 'visits' END, by)) $$;

CREATE TABLE answers AS
    SELECT name,
        answer(format(query, ''), true, 0) AS serial_hash,
        answer(format(query, ''), false, 0) AS serial_sort,
        answer(format(query, ''), true, 2) AS parallel_hash,
        answer(format(query, ''), false, 2) AS parallel_sort,
        answer(format(query, ''), true, 0, '64kB') AS spilled_hash,
        answer(format(query, ''), false, 2, '64kB') AS spilled_sort,
        answer(reordered(query, CASE WHEN query LIKE '%journeys%' THEN 'hashint4(customer)' ELSE 'shuffle' END), true, 0) AS shuffled,
        answer(reordered(query, CASE WHEN query LIKE '%journeys%' THEN 'customer DESC' ELSE 'ts DESC' END), true, 0) AS backwards,
        answer(reordered(query, CASE WHEN query LIKE '%journeys%' THEN 'customer' ELSE 'ts' END), true, 0) AS forwards
    FROM questions;
SELECT name FROM answers WHERE serial_hash IS NULL;
SELECT name, serial_sort = serial_hash AS serial_sort, parallel_hash = serial_hash AS parallel_hash, parallel_sort = serial_hash AS parallel_sort,
    spilled_hash = serial_hash AS spilled_hash, spilled_sort = serial_hash AS spilled_sort,
    shuffled = serial_hash AS shuffled, backwards = serial_hash AS backwards, forwards = serial_hash AS forwards
FROM answers ORDER BY name;

-- Workers really took part: what one process would not have to combine.
SET max_parallel_workers_per_gather = 2;
CREATE FUNCTION workers(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off) ' || query LOOP
        IF line ~ 'Workers Launched: [1-9]' THEN RETURN true; END IF;
    END LOOP;
    RETURN false;
END $$;
SELECT bool_and(workers(format(query, ''))) AS all_with_workers FROM questions WHERE name <> 'window_funnel of nobody';

-- What is said of journeys is not expected to differ as much as they do.
SELECT n_distinct, null_frac, avg_width > 0 AS wide, histogram_bounds IS NOT NULL AS histogram
FROM pg_stats WHERE tablename = 'journeys' AND attname = 'j';
SELECT said, substring(plan(format('SELECT %s, count(*) FROM journeys GROUP BY 1', said), 'COSTS on') FROM 'rows=(\d+)') AS expected
FROM (VALUES ($$funnel_level(j, ARRAY['view', 'cart'], '3 hours')$$), ('first_event(j)')) AS q (said);
-- So customers are counted by what is said of them where they are read.
SET parallel_tuple_cost = DEFAULT;
SELECT plan($$SELECT funnel_level(j, ARRAY['view', 'cart'], '3 hours'), count(*) FROM journeys GROUP BY 1$$) LIKE '%Gather%Partial HashAggregate%' AS shared;
SET parallel_tuple_cost = 0;
CREATE TABLE nobody (j journey);
INSERT INTO nobody VALUES (NULL), (NULL);
ANALYZE nobody;
SELECT n_distinct, null_frac, avg_width FROM pg_stats WHERE tablename = 'nobody';
DROP TABLE nobody;

-- Window functions see one partition at a time; the input may come from workers.
SELECT count(*) FROM (
    SELECT customer, ts, sessionize(ts, '1 hour') OVER (PARTITION BY customer ORDER BY ts) FROM visits
    EXCEPT
    SELECT customer, ts, sessionize(ts, '1 hour') OVER (PARTITION BY customer ORDER BY ts, shuffle) FROM visits) x;
DROP TABLE visits, journeys, questions, answers;
DROP FUNCTION plan, answer, reordered, workers;
