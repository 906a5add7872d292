-- window_funnel in another engine's words: dialect=clickhouse, duckdb, doris, pinot.
SET timezone = 'UTC';
SET datestyle = 'ISO';

-- One customer's day as people write it down: '0 a, 1 b c, 2 -' is a row of step a at
-- minute 0, one of steps b and c at 1, one of no step at 2.
CREATE TABLE walks (no int PRIMARY KEY, walk text, says text);
INSERT INTO walks VALUES
    (1, '0 a b c', 'one row satisfies all steps'),
    (2, '0 a, 10 b', 'exactly at the end of the window'),
    (3, '0 b, 0 a', 'two rows of one time'),
    (4, '0 a, 1 b, 2 c, 3 b, 4 d', 'b repeats'),
    (5, '0 a, 1 -, 2 b, 3 c', 'a row of no step between'),
    (6, '0 a, 1 a, 1 b', 'a second entry at the time of the next step'),
    (7, '0 a, 1 a, 2 b, 3 c', 'a second entry before the next step'),
    (8, '0 a, 1 c, 2 b, 3 d', 'a later step too early'),
    (9, '0 a, 1 b c, 2 d', 'one row satisfies two steps');
CREATE TABLE visits AS
    SELECT no, timestamptz '2024-01-01 10:00' + part[1]::int * interval '1 minute' AS ts, part[2] AS steps
    FROM walks, regexp_matches(walk, '(\d+) ([a-d -]+)', 'g') AS part;

CREATE FUNCTION level_by_conditions(number int, mode text) RETURNS int STABLE LANGUAGE sql AS $$
    SELECT window_funnel('10 minutes', mode, ts, steps ~ 'a', steps ~ 'b', steps ~ 'c', steps ~ 'd') FROM visits WHERE no = number $$;
CREATE FUNCTION clock(times timestamptz[]) RETURNS text STABLE LANGUAGE sql AS $$
    SELECT coalesce(string_agg(to_char(t, 'FMMI'), ' ' ORDER BY n), '') FROM unnest(times) WITH ORDINALITY u (t, n) $$;

-- The same rows as each engine counts them, and as we do.
SELECT no, walk, level_by_conditions(no, '') AS journey, level_by_conditions(no, 'dialect=clickhouse') AS clickhouse,
       level_by_conditions(no, 'dialect=duckdb') AS duckdb, level_by_conditions(no, 'dialect=doris') AS doris, level_by_conditions(no, 'dialect=pinot') AS pinot
FROM walks ORDER BY no;

-- Every mode of every dialect.
SELECT mode, array_agg(level_by_conditions(no, mode) ORDER BY no) AS levels
FROM walks, unnest(ARRAY[
    'dialect=clickhouse', 'dialect=clickhouse,strict_deduplication', 'dialect=clickhouse,strict_order', 'dialect=clickhouse,strict_order,allow_reentry',
    'dialect=clickhouse,strict_increase', 'dialect=clickhouse,strict_once', 'strict_once, dialect=clickhouse, strict_increase',
    'dialect=duckdb', 'dialect=duckdb,strict', 'dialect=duckdb,strict_deduplication', 'dialect=duckdb,strict_order', 'dialect=duckdb,strict_order,allow_reentry',
    'dialect=duckdb,strict_increase', 'dialect=duckdb,timestamp_dedup', 'dialect=duckdb,strict_once',
    'dialect=doris', 'dialect=doris,default', 'dialect=doris,deduplication', 'dialect=doris,fixed', 'dialect=doris,increase',
    'dialect=pinot', 'dialect=pinot,strict_deduplication', 'dialect=pinot,strict_order', 'dialect=pinot,strict_order,keep_all', 'dialect=pinot,strict_increase']) WITH ORDINALITY m (mode, n)
GROUP BY mode, n ORDER BY n;

-- By event name it is the same, where each row is one event.
SELECT d AS dialect, array_agg(window_funnel ORDER BY no) AS levels
FROM unnest(ARRAY['clickhouse', 'duckdb', 'doris', 'pinot']) d,
     LATERAL (SELECT no, window_funnel('10 minutes', 'dialect=' || d, ts, steps, ARRAY['a', 'b', 'c', 'd']) FROM visits WHERE no NOT IN (1, 9) GROUP BY no) f
GROUP BY d ORDER BY d;

-- The times of the chain that the dialect follows: as many as the level says.
SELECT walk, clock(window_funnel_events('10 minutes', 'dialect=clickhouse', ts, steps ~ 'a', steps ~ 'b', steps ~ 'c', steps ~ 'd')) AS clickhouse,
       clock(window_funnel_events('10 minutes', 'dialect=duckdb', ts, steps ~ 'a', steps ~ 'b', steps ~ 'c', steps ~ 'd')) AS duckdb,
       clock(window_funnel_events('10 minutes', 'dialect=doris', ts, steps ~ 'a', steps ~ 'b', steps ~ 'c', steps ~ 'd')) AS doris,
       clock(window_funnel_events('10 minutes', 'dialect=pinot', ts, steps ~ 'a', steps ~ 'b', steps ~ 'c', steps ~ 'd')) AS pinot
FROM walks JOIN visits USING (no) GROUP BY no, walk ORDER BY no;

-- A row with a NULL condition: not there at all (clickhouse, doris), or the condition is not satisfied (duckdb, pinot, ours).
SELECT m AS mode, window_funnel('1 hour', m, ts, a, b, c), window_funnel('1 hour', m, ts, VARIADIC ARRAY[a, b, c]) AS as_array
FROM (VALUES (timestamptz '2024-01-01 10:00', true, false, false), ('2024-01-01 10:01', false, true, NULL), ('2024-01-01 10:02', false, false, true)) v (ts, a, b, c),
     unnest(ARRAY['', 'dialect=clickhouse', 'dialect=duckdb', 'dialect=doris', 'dialect=pinot']) WITH ORDINALITY u (m, n)
GROUP BY m, n ORDER BY n;
-- Nobody came nowhere.
SELECT window_funnel('1 hour', 'dialect=doris', ts, steps, ARRAY['a']), window_funnel_events('1 hour', 'dialect=clickhouse', ts, steps, ARRAY['a']) FROM visits WHERE false;

-- What each engine refuses.
\set VERBOSITY terse
SELECT window_funnel('1 hour', 'dialect=mysql', ts, steps, ARRAY['a']) FROM visits;
\set VERBOSITY default
SELECT window_funnel('1 hour', 'dialect=clickhouse,strict', ts, steps, ARRAY['a']) FROM visits;
SELECT window_funnel('1 hour', 'dialect=duckdb,deduplication', ts, steps, ARRAY['a']) FROM visits;
SELECT window_funnel('1 hour', 'dialect=doris,strict_order', ts, steps, ARRAY['a']) FROM visits;
SELECT window_funnel('1 hour', 'dialect=doris,fixed,increase', ts, steps, ARRAY['a']) FROM visits;
SELECT window_funnel('1 hour', 'dialect=pinot,strict_once', ts, steps, ARRAY['a']) FROM visits;
SELECT window_funnel('1 hour', 'dialect=clickhouse,allow_reentry', ts, steps, ARRAY['a']) FROM visits;
SELECT window_funnel('1 hour', 'dialect=clickhouse,dialect=doris', ts, steps, ARRAY['a']) FROM visits;
SELECT window_funnel('0', 'dialect=pinot', ts, steps, ARRAY['a']) FROM visits;
SELECT window_funnel('-1 second', 'dialect=doris', ts, steps, ARRAY['a']) FROM visits;
SELECT window_funnel(CASE no WHEN 1 THEN interval '1 hour' ELSE '2 hours' END, 'dialect=duckdb', ts, steps, ARRAY['a']) FROM visits;
SELECT window_funnel('1 hour', CASE no WHEN 1 THEN 'dialect=duckdb' ELSE 'dialect=doris' END, ts, steps, ARRAY['a']) FROM visits;

-- No plan and no order of rows changes an answer.
SELECT setseed(0.7);
CREATE TABLE many AS
    SELECT (random() * 500)::int AS customer, timestamptz '2024-01-01' + (random() * 60)::int * interval '1 minute' AS ts,
           (random() * 31)::int AS steps, random() AS shuffle
    FROM generate_series(1, 30000);
ANALYZE many;
CREATE VIEW answers AS
    SELECT customer, mode, window_funnel_events('20 minutes', mode, ts, steps & 1 > 0, steps & 6 = 6, steps & 4 > 0, steps & 24 = 8) AS times
    FROM many, unnest(ARRAY['dialect=clickhouse', 'dialect=clickhouse,strict_once,strict_deduplication', 'dialect=duckdb,strict_once', 'dialect=duckdb,strict_increase',
                            'dialect=doris', 'dialect=doris,deduplication', 'dialect=doris,fixed', 'dialect=doris,increase', 'dialect=pinot', 'dialect=pinot,strict_order,keep_all']) mode
    GROUP BY customer, mode;
SET max_parallel_workers_per_gather = 0;
CREATE TABLE serial AS SELECT * FROM answers;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SET enable_hashagg = off;
EXPLAIN (COSTS off) SELECT customer, window_funnel('20 minutes', 'dialect=doris,fixed', ts, steps & 1 > 0, steps & 2 > 0) FROM many GROUP BY customer;
CREATE TABLE parallel AS SELECT * FROM answers;
RESET enable_hashagg;
CREATE TABLE shuffled AS SELECT customer, mode, window_funnel_events('20 minutes', mode, ts, steps & 1 > 0, steps & 6 = 6, steps & 4 > 0, steps & 24 = 8 ORDER BY shuffle) AS times
    FROM many, (SELECT DISTINCT mode FROM serial) m GROUP BY customer, mode;
SELECT count(*), count(*) FILTER (WHERE cardinality(times) = 4) AS complete FROM serial;
SELECT (SELECT count(*) FROM (SELECT * FROM serial EXCEPT SELECT * FROM parallel) x) AS parallel_differs,
       (SELECT count(*) FROM (SELECT * FROM serial EXCEPT SELECT * FROM shuffled) x) AS order_differs;

DROP VIEW answers;
DROP TABLE walks, visits, many, serial, parallel, shuffled;
DROP FUNCTION level_by_conditions, clock;
