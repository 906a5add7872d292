-- retention_report and retention_periods: who began when, and who came back when.
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
\pset null '-'

CREATE TABLE visits (customer text, ts timestamptz, event text, value float8);
INSERT INTO visits VALUES
    ('ann', '2024-01-01 09:00', 'signup', NULL), ('ann', '2024-01-01 09:05', 'buy', 10), ('ann', '2024-01-02 10:00', 'visit', NULL),
    ('ann', '2024-01-02 11:00', 'buy', 20), ('ann', '2024-01-04 08:00', 'buy', 5),
    ('bob', '2024-01-01 23:00', 'signup', NULL), ('bob', '2024-01-02 00:30', 'visit', NULL), ('bob', '2024-01-05 09:00', 'buy', 7),
    ('cat', '2024-01-02 12:00', 'signup', NULL), ('cat', '2024-01-03 12:00', 'visit', NULL), ('cat', '2024-01-04 12:00', 'visit', NULL),
    ('dan', '2024-01-04 15:00', 'visit', NULL), ('dan', '2024-01-04 16:00', 'signup', NULL), ('dan', '2024-01-05 16:00', 'visit', NULL);
CREATE TABLE journeys AS SELECT customer, journey_agg(ts, event, NULL, value) AS j FROM visits GROUP BY customer;
INSERT INTO journeys VALUES ('eve', NULL), ('fay', '[]');

-- Every cohort and every period: what is empty is a row with 0, what is not over has no number.
SELECT * FROM unnest((SELECT retention_report(j, retention_options('day', '2024-01-05 12:00', start_events => '{signup}')) FROM journeys));
-- Each definition, over the periods 1 to 3.
SELECT definition, cohort::date, cohort_size, period_no, retained
FROM (SELECT d AS definition, retention_report(j, retention_options('day', '2024-01-05', definition => d, start_events => '{signup}', first_period => 1, last_period => 3)) AS report
      FROM journeys, unnest('{exact,on_or_after,on_or_before,streak}'::text[]) d GROUP BY d) r, unnest(report)
WHERE cohort < '2024-01-03' ORDER BY definition, cohort, period_no;
-- Brackets: periods 1-2 and 3-4; period_no is the first of them.
SELECT * FROM unnest((SELECT retention_report(j, retention_options('day', '2024-01-07', range.from_ts, definition => 'bracket', brackets => '{1,3,5}', start_events => '{signup}'))
                      FROM journeys, (VALUES (timestamptz '2024-01-01')) range (from_ts))) WHERE cohort < '2024-01-03';
-- Windows of 24 hours from each customer's own start: complete when they are over for the last of the cohort.
SELECT * FROM unnest((SELECT retention_report(j, retention_options('day', '2024-01-04 23:00', start_events => '{signup}', window_length => '24 hours')) FROM journeys));
-- Buyers among the returns, at least so many events, without the start event itself.
SELECT cohort::date, cohort_size, period_no, retained FROM unnest((SELECT retention_report(j, retention_options('week', '2024-01-15', start_events => '{signup}', return_events => '{buy}', min_events => 2)) FROM journeys));
SELECT cohort::date, cohort_size, period_no, retained FROM unnest((SELECT retention_report(j, retention_options('day', '2024-01-03', start_counts => false)) FROM journeys)) WHERE period_no = 0;
-- Who joins: once by the first event, by the first in the range, or in every period with one.
SELECT cohorts, cohort::date, cohort_size, period_no, retained
FROM (SELECT c AS cohorts, retention_report(j, retention_options('day', '2024-01-05', from_ts => '2024-01-02 18:00', cohorts => c, last_period => 1)) AS report
      FROM journeys, unnest('{first,first_in_range,recurring}'::text[]) c GROUP BY c) r, unnest(report) ORDER BY cohorts, cohort, period_no;
-- As of an earlier moment nothing later is seen.
SELECT (SELECT retention_report(j, o) FROM journeys) = (SELECT retention_report(before(j, '2024-01-03 12:00'), o) FROM journeys) AS same
FROM (SELECT retention_options('day', '2024-01-03 12:00', definition => 'on_or_after') AS o) x;
-- One customer, with events and their value.
SELECT customer, p.* FROM journeys, retention_periods(j, retention_options('day', '2024-01-05', start_events => '{signup}')) p WHERE customer IN ('ann', 'dan', 'eve', 'fay');
SELECT customer, p.* FROM journeys, retention_periods(j, retention_options('day', '2024-01-08', cohorts => 'recurring', definition => 'bracket', brackets => '{0,1,3}', window_length => '12 hours')) p WHERE customer = 'ann';
-- The rows of the customers add up to the report.
SELECT count(*) AS cells, count(*) FILTER (WHERE r.retained <> p.retained OR r.cohort_size <> p.customers) AS differ
FROM unnest((SELECT retention_report(j, retention_options('day', '2024-01-05', definition => 'streak', cohorts => 'recurring')) FROM journeys)) r
JOIN (SELECT cohort, period_no, count(*) AS customers, count(*) FILTER (WHERE retained) AS retained
      FROM journeys, retention_periods(j, retention_options('day', '2024-01-05', definition => 'streak', cohorts => 'recurring')) GROUP BY 1, 2) p USING (cohort, period_no)
WHERE r.complete;
-- Value retention in plain SQL over the customers' rows.
SELECT cohort::date, period_no, count(*) AS cohort_size, sum(value) AS value
FROM journeys, retention_periods(j, retention_options('day', '2024-01-06', start_events => '{signup}', return_events => '{buy}', last_period => 3)) WHERE complete
GROUP BY cohort, period_no HAVING sum(value) > 0 ORDER BY cohort, period_no;
-- Nobody: without rows there is no report, without customers an empty one or empty cohorts.
SELECT retention_report(j, retention_options('day', '2024-01-05')) FROM journeys WHERE false;
SELECT retention_report(j, retention_options('day', '2024-01-05')) FROM journeys WHERE customer = 'fay';
SELECT * FROM unnest((SELECT retention_report(j, retention_options('day', '2024-01-03', from_ts => '2024-01-01')) FROM journeys WHERE customer = 'eve'));
-- Options can stand in a table, and the planner makes a constant of constant ones.
CREATE TABLE definitions AS SELECT 'weekly buyers' AS name, retention_options('week', '2024-01-22', return_events => '{buy}', definition => 'on_or_after', first_period => 0) AS options;
SELECT cohort::date, cohort_size, period_no, retained FROM unnest((SELECT retention_report(j, options) FROM journeys, definitions));
EXPLAIN (VERBOSE, COSTS off) SELECT retention_report(j, retention_options('week', '2024-01-22', time_zone => 'Europe/Berlin')) FROM journeys;

-- Bad options.
CREATE TABLE bad (no serial, call text);
INSERT INTO bad (call) VALUES
($$'fortnight', now()$$), ($$NULL, now()$$), ($$'day', NULL$$), ($$'day', 'infinity'$$), ($$'day', now(), '-infinity'$$), ($$'day', '2024-01-01', '2024-01-01'$$),
($$'day', now(), time_zone => 'Mars/Phobos'$$), ($$'day', now(), week_start => 0$$), ($$'day', now(), week_start => 8$$), ($$'day', now(), definition => 'rolling'$$),
($$'day', now(), cohorts => 'all'$$), ($$'day', now(), min_events => 0$$), ($$'day', now(), first_period => -1$$), ($$'day', now(), first_period => 3, last_period => 2$$),
($$'day', now(), last_period => 5000000$$), ($$'day', now(), definition => 'bracket'$$), ($$'day', now(), brackets => '{1,3}'$$),
($$'day', now(), definition => 'bracket', brackets => '{1}'$$), ($$'day', now(), definition => 'bracket', brackets => '{3,1}'$$), ($$'day', now(), definition => 'bracket', brackets => '{1,NULL}'$$),
($$'day', now(), definition => 'bracket', brackets => '{{1,2},{3,4}}'$$), ($$'day', now(), definition => 'bracket', brackets => '{-1,2}'$$),
($$'day', now(), definition => 'bracket', brackets => '{1,2}', last_period => 3$$), ($$'day', now(), window_length => '0'$$), ($$'day', now(), window_length => '-1 day'$$),
($$'day', now(), start_events => '{}'$$), ($$'day', now(), return_events => '{a,NULL}'$$), ($$'day', now(), start_events => '{{a},{b}}'$$),
($$'hour', '2024-01-05', from_ts => '0001-01-01'$$), ($$'day', '2024-01-05', last_period => 3999999$$), ($$'day', '2024-01-05', window_length => '1 millisecond'$$);
CREATE FUNCTION attempt(statement text, OUT state text, OUT message text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    state := 'none';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
END $$;
\pset format unaligned
\pset tuples_only on
SELECT call || E'\n   ' || state || ' ' || message || E'\n   ' || hint
FROM bad, attempt(format('SELECT retention_report(j, retention_options(%s)) FROM journeys', call)) ORDER BY no;
SELECT state, message, hint FROM attempt('SELECT retention_report(j, NULL) FROM journeys');
SELECT state, message, hint FROM attempt('SELECT retention_periods(j, NULL) FROM journeys');
SELECT state, message, hint FROM attempt($$SELECT retention_report(j, retention_options('day', '2024-01-05', min_events => length(customer), first_period => ascii(customer) % 2)) FROM journeys$$);
SELECT state, message, hint FROM attempt($$SELECT '\x00'::retention_summary$$);
-- A state as text and in binary, as it moves between nodes; cut off anywhere it is refused.
SELECT s::text = h, retention_summary_send(s) = h::bytea FROM (SELECT '\x0100010100000000000000800000000000000000000000000000000000ffffffff00000000000000000000000000000000' AS h) x, LATERAL (SELECT h::retention_summary AS s) y;
SELECT DISTINCT state FROM generate_series(1, 49 - 1) n, attempt(format('SELECT %L::retention_summary', '\x' || left('0100010100000000000000800000000000000000000000000000000000ffffffff00000000000000000000000000000000', 2 * n)));
SELECT state, message, hint FROM attempt($$SELECT 'nonsense'::retention_summary$$);
\pset format aligned
\pset tuples_only off

-- No plan and no order of rows changes an answer: 180,000 events of 3,000 customers.
SELECT setseed(0.7);
CREATE TABLE many AS
    SELECT customer, customer % 3 AS segment, journey_agg(timestamptz '2024-01-01' + (customer % 40 + 60 * random() ^ 3) * interval '1 day', 'e' || (random() * 3)::int) AS j
    FROM generate_series(1, 3000) customer, generate_series(1, 60) GROUP BY customer;
ANALYZE many;
CREATE TABLE questions (name text, query text);
INSERT INTO questions SELECT 'of everybody, ' || d || CASE WHEN w THEN ', windows' ELSE '' END, format(
    $$SELECT retention_report(j, retention_options('week', '2024-03-15', time_zone => 'America/New_York', definition => %L, start_events => '{e1,e2}', brackets => %L, window_length => %L)) FROM %%s many$$,
    d, CASE WHEN d = 'bracket' THEN '{1,2,5}' END, CASE WHEN w THEN '50 hours' END)
FROM unnest('{exact,on_or_after,on_or_before,bracket,streak}'::text[]) d, unnest('{f,t}'::boolean[]) w;
INSERT INTO questions VALUES
('by segment', $$SELECT segment, retention_report(j, retention_options('day', '2024-03-15', cohorts => 'recurring', last_period => 20)) FROM %s many GROUP BY segment$$),
('lifecycle', $$SELECT segment, lifecycle_report(j, activity_options('day', '2024-03-15')) FROM %s many GROUP BY segment$$),
('growth and stickiness', $$SELECT growth_report(j, activity_options('week', '2024-03-15', min_events => 2)), stickiness_report(j, activity_options('week', '2024-03-15', min_events => 2)) FROM %s many$$);
SET min_parallel_table_scan_size = 0;
SET parallel_tuple_cost = 0;
SET parallel_setup_cost = 0;
CREATE FUNCTION plan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text;
    lines text = '';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP lines := lines || line || E'\n'; END LOOP;
    RETURN lines;
END $$;
SELECT name, plan LIKE '%Gather%' AS gather, plan LIKE '%Partial%Aggregate%' AS "partial", plan LIKE '%Finalize%Aggregate%' AS finalize
FROM (SELECT name, plan(format(query, '')) FROM questions) p ORDER BY name;
CREATE FUNCTION answer(query text, hash boolean, workers int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    PERFORM set_config('enable_hashagg', hash::text, true), set_config('enable_sort', (NOT hash)::text, true),
        set_config('max_parallel_workers_per_gather', workers::text, true);
    IF (plan(query) LIKE '%Gather%') <> (workers > 0) THEN RAISE EXCEPTION 'unexpected plan for %', query; END IF;
    EXECUTE format('SELECT md5(string_agg(q::text, E''\n'' ORDER BY q::text)) FROM (%s) q', query) INTO answer;
    RETURN answer;
END $$;
SELECT name, a.s IS NOT NULL AS answers, answer(format(query, ''), false, 0) = a.s AS serial_sort, answer(format(query, ''), true, 2) = a.s AS parallel_hash,
    answer(format(query, ''), false, 2) = a.s AS parallel_sort, answer(format(query, '(SELECT * FROM many ORDER BY hashint4(customer) OFFSET 0)'), true, 0) = a.s AS shuffled
FROM questions, LATERAL (SELECT answer(format(query, ''), true, 0)) a (s) ORDER BY name;
DROP TABLE visits, journeys, definitions, bad, many, questions;
DROP FUNCTION attempt, plan, answer;
