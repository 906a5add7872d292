-- funnel_report: all customers' funnels as one row a step.
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
\pset null '-'

CREATE TABLE visits (customer text, channel text, ts timestamptz, event text);
INSERT INTO visits VALUES
    ('ann', 'web', '2024-01-01 10:00', 'view'), ('ann', 'web', '2024-01-01 10:10', 'cart'), ('ann', 'web', '2024-01-01 10:30', 'buy'),
    ('bob', 'web', '2024-01-01 10:00', 'view'), ('bob', 'web', '2024-01-01 10:20', 'cart'),
    ('cat', 'app', '2024-01-01 10:00', 'view'),
    ('dan', 'app', '2024-01-02 09:00', 'view'), ('dan', 'app', '2024-01-02 09:30', 'cart'), ('dan', 'app', '2024-01-02 10:30', 'buy'),
    ('eve', 'app', '2024-01-02 10:00', 'search');
CREATE TABLE journeys AS SELECT customer, channel, journey_agg(ts, event) AS j FROM visits GROUP BY customer, channel;
INSERT INTO journeys VALUES ('fay', 'app', NULL), ('gus', 'app', '[]');
CREATE TABLE funnels AS SELECT customer, channel, funnel_times(j, ARRAY['view', 'cart', 'buy'], '1 day') AS times FROM journeys;

-- From each customer's times: who reached each step, the rates, and who went no further than the step before.
SELECT step_no, step, customers, from_start, from_previous, dropped FROM unnest((SELECT funnel_report(times) FROM funnels)) ORDER BY step_no;
-- The steps' names, if they are given.
SELECT step_no, step, customers FROM unnest((SELECT funnel_report(times, ARRAY['view', 'cart', 'buy']) FROM funnels)) ORDER BY step_no;
-- How long each step took, from the one before: median, 90th percentile, average.
SELECT step_no, median_from_previous, p90_from_previous, avg_from_previous FROM unnest((SELECT funnel_report(times) FROM funnels)) ORDER BY step_no;
-- And from the first step.
SELECT step_no, median_from_start, p90_from_start, avg_from_start FROM unnest((SELECT funnel_report(times) FROM funnels)) ORDER BY step_no;
-- Straight from journeys: all columns.
SELECT * FROM unnest((SELECT funnel_report(j, ARRAY['view', 'cart', 'buy'], '1 day') FROM journeys)) ORDER BY step_no;
-- Within a shorter window fewer get through; exactly the window is inside.
SELECT step_no, customers, dropped FROM unnest((SELECT funnel_report(j, ARRAY['view', 'cart', 'buy'], '30 minutes') FROM journeys)) ORDER BY step_no;
-- Without a window there is no limit.
SELECT step_no, customers FROM unnest((SELECT funnel_report(j, ARRAY['view', 'cart', 'buy']) FROM journeys)) ORDER BY step_no;
-- As a policy counts: amplitude's window is a day; an explicit window wins over it; in ClickHouse's way one event may be several steps.
SELECT no, step_no, customers FROM (SELECT 1 AS no, funnel_report(j, ARRAY['view', 'buy'], '100000 years', 'amplitude') AS report FROM (TABLE journeys UNION ALL VALUES ('hal', 'app', '[{"ts":"2024-01-01","event":"view"},{"ts":"2024-01-02 00:00:01","event":"buy"}]'::journey)) j
    UNION ALL SELECT 2, funnel_report(j, ARRAY['view', 'buy'], '1 hour', 'posthog') FROM journeys UNION ALL SELECT 3, funnel_report(j, ARRAY['view', 'view|search'], '1 hour', 'clickhouse') FROM journeys) r, unnest(report) ORDER BY no, step_no;
-- Straight from rows, by window_funnel_events: the times of the steps that were reached are enough.
SELECT step_no, customers, dropped, median_from_start FROM unnest((SELECT funnel_report(times) FROM (SELECT window_funnel_events('1 day', ts, event, ARRAY['view', 'cart', 'buy']) AS times FROM visits GROUP BY customer) f)) ORDER BY step_no;
-- A breakdown: one funnel for each channel, by GROUP BY.
SELECT channel, step_no, step, customers, from_start, dropped, median_from_start FROM (SELECT channel, funnel_report(times, ARRAY['view', 'cart', 'buy']) AS report FROM funnels GROUP BY channel) f, unnest(report) ORDER BY channel, step_no;
-- A trend: one funnel for each day of entry.
SELECT day, step_no, customers, from_previous FROM (SELECT date_trunc('day', times[1])::date AS day, funnel_report(times) AS report FROM funnels WHERE times[1] IS NOT NULL GROUP BY 1) f, unnest(report) ORDER BY day, step_no;
-- One figure of it as a scalar.
SELECT channel, (funnel_report(times))[3].from_start AS conversion, (funnel_report(times))[2].customers AS carts FROM funnels GROUP BY channel ORDER BY channel;
-- Each channel, and all, by grouping sets.
SELECT channel, (funnel_report(times))[1].customers AS entered, (funnel_report(times))[3].customers AS bought FROM funnels GROUP BY ROLLUP (channel) ORDER BY channel NULLS LAST;
-- With FILTER.
SELECT (funnel_report(times) FILTER (WHERE channel = 'web'))[2].customers AS web, (funnel_report(times) FILTER (WHERE channel = 'post'))[2].customers AS post FROM funnels;
-- As a growing window: the report so far, from customer to customer.
SELECT customer, (funnel_report(times) OVER w)[1].customers AS entered, (funnel_report(times) OVER w)[2].customers AS carts, (funnel_report(times) OVER w)[2].median_from_start AS median FROM funnels WINDOW w AS (ORDER BY customer) ORDER BY customer;
-- As a moving window: this customer and the one before.
SELECT customer, (funnel_report(times) OVER w)[1].customers AS entered, (funnel_report(times) OVER w)[2].avg_from_start AS average FROM funnels WINDOW w AS (ORDER BY customer ROWS 1 PRECEDING) ORDER BY customer;
-- Of nobody there is no report; of customers who reached nothing the counts are 0 and the rates unknown.
SELECT funnel_report(times) IS NULL AS none FROM funnels WHERE false;
SELECT step_no, step, customers, from_start, from_previous, dropped, median_from_previous FROM unnest((SELECT funnel_report(times, ARRAY['view', 'cart', 'buy']) FROM funnels WHERE customer IN ('eve', 'fay', 'gus'))) ORDER BY step_no;
-- A step that was skipped: nobody reached it, so of those no share went on; the time is since the step before it.
SELECT step_no, customers, from_start, from_previous, dropped, median_from_previous FROM unnest((SELECT funnel_report(funnel_times('[{"ts":"2024-01-01 10:00","event":"view"},{"ts":"2024-01-01 10:30","event":"buy"}]', ARRAY['view', 'cart', 'buy'], optional => '{2}')))) ORDER BY step_no;
-- Times of zero length are times; a median of an even number lies between the two in the middle.
SELECT step_no, median_from_previous, p90_from_previous, avg_from_previous FROM unnest((SELECT funnel_report(ARRAY['2024-01-01', '2024-01-01'::timestamptz + n * interval '1 second']) FROM unnest(ARRAY[0, 0, 1, 10]) n)) ORDER BY step_no;
-- A day and more reads as an interval does.
SELECT median_from_start, p90_from_start FROM unnest((SELECT funnel_report(ARRAY['2024-01-01', '2024-01-01'::timestamptz + n * interval '36 hours']) FROM generate_series(1, 3) n)) WHERE step_no = 2;

-- A step that occurs nowhere is worth a warning with the nearest name.
SELECT step_no, step, customers FROM unnest((SELECT funnel_report(j, ARRAY['view', 'Cart', 'by'], '1 day') FROM journeys)) ORDER BY step_no;
-- One of several events is enough to know a step.
SELECT step_no, step, customers FROM unnest((SELECT funnel_report(j, ARRAY['view|fly', 'search|float'], '1 day') FROM journeys)) ORDER BY step_no;
-- Steps and window may be parameters of a prepared statement.
SET plan_cache_mode = force_generic_plan;
PREPARE report (text[], interval) AS SELECT step_no, step, customers FROM unnest((SELECT funnel_report(j, $1, $2) FROM journeys)) ORDER BY step_no;
EXECUTE report (ARRAY['view', 'buy'], '30 minutes');
EXECUTE report (ARRAY['view', 'cart', 'buy'], '90 minutes');
DEALLOCATE report;
RESET plan_cache_mode;
-- They may come from a table, one funnel for each name.
SELECT name, step_no, step, customers FROM (SELECT name, funnel_report(j, steps, within) AS report FROM journeys, (VALUES ('purchase', ARRAY['view', 'buy'], interval '1 hour'), ('quick', ARRAY['view', 'cart'], '10 minutes'), ('lost', ARRAY['search'], '1 day')) f (name, steps, within) GROUP BY name) r, unnest(report) ORDER BY name, step_no;
-- On 300 random journeys: by times, by journeys and by plain SQL the same report.
CREATE TABLE many AS
    SELECT n % 300 AS customer, journey_agg(timestamptz '2024-01-01' + (('x' || substr(md5('t' || n), 1, 7))::bit(28)::int % 4321) * interval '1 second', (ARRAY['view', 'cart', 'buy', 'chat'])[1 + ('x' || substr(md5('e' || n), 1, 7))::bit(28)::int % 4]) AS j
    FROM generate_series(1, 1800) n GROUP BY 1;
WITH steps AS (SELECT ARRAY['view', 'cart', 'buy'] AS s), times AS (SELECT funnel_times(j, s, '30 minutes') AS t FROM many, steps),
    by_times AS (SELECT * FROM unnest((SELECT funnel_report(t, s) FROM times, steps))),
    by_journeys AS (SELECT * FROM unnest((SELECT funnel_report(j, s, '30 minutes') FROM many, steps))),
    plain AS (SELECT k AS step_no, s[k] AS step, count(t[k]) AS customers, count(t[k])::float8 / (SELECT count(t[1]) FROM times) AS from_start, count(t[k])::float8 / nullif(count(t[k - 1]), 0) AS from_previous,
                  greatest(count(t[k - 1]) - count(t[k]), 0) AS dropped, percentile_cont(0.5) WITHIN GROUP (ORDER BY t[k] - t[k - 1]) AS median_from_previous, percentile_cont(0.9) WITHIN GROUP (ORDER BY t[k] - t[k - 1]) AS p90_from_previous, avg(t[k] - t[k - 1]) AS avg_from_previous,
                  percentile_cont(0.5) WITHIN GROUP (ORDER BY CASE WHEN k > 1 THEN t[k] - t[1] END) AS median_from_start, percentile_cont(0.9) WITHIN GROUP (ORDER BY CASE WHEN k > 1 THEN t[k] - t[1] END) AS p90_from_start, avg(CASE WHEN k > 1 THEN t[k] - t[1] END) AS avg_from_start
              FROM times, steps, generate_series(1, 3) k GROUP BY k, s)
SELECT count(*) AS rows, count(*) FILTER (WHERE by_times.* IS DISTINCT FROM by_journeys.*) AS journeys_differ,
       count(*) FILTER (WHERE (by_times.customers, by_times.from_start, by_times.from_previous, by_times.dropped) IS DISTINCT FROM (plain.customers, plain.from_start, plain.from_previous, plain.dropped)) AS counts_differ,
       count(*) FILTER (WHERE abs(extract(epoch FROM by_times.median_from_previous - plain.median_from_previous)) > 0.000001 OR abs(extract(epoch FROM by_times.p90_from_previous - plain.p90_from_previous)) > 0.000001 OR abs(extract(epoch FROM by_times.avg_from_previous - plain.avg_from_previous)) > 0.000001
            OR abs(extract(epoch FROM by_times.median_from_start - plain.median_from_start)) > 0.000001 OR abs(extract(epoch FROM by_times.p90_from_start - plain.p90_from_start)) > 0.000001 OR abs(extract(epoch FROM by_times.avg_from_start - plain.avg_from_start)) > 0.000001) AS lengths_differ
FROM by_times JOIN by_journeys USING (step_no) JOIN plain USING (step_no);
DROP TABLE visits, journeys, funnels, many;
