-- window_funnel and window_funnel_events: how far a group of rows came, and when.
SET timezone = 'UTC';
SET datestyle = 'ISO';
\pset null '-'

CREATE TABLE visits (customer text, ts timestamptz, event text, amount float8);
INSERT INTO visits VALUES
    ('ann', '2024-01-01 10:30', 'buy', 20), ('ann', '2024-01-01 10:00', 'view', NULL), ('ann', '2024-01-01 10:10', 'cart', NULL),
    ('bob', '2024-01-01 10:00', 'view', NULL), ('bob', '2024-01-01 10:10', 'cart', NULL), ('bob', '2024-01-01 11:00', 'buy', 30),
    ('cat', '2024-01-01 10:00', 'view', NULL), ('cat', '2024-01-01 10:10', 'cart', NULL), ('cat', '2024-01-01 11:00:00.000001', 'buy', 40),
    ('dan', '2024-01-01 10:00', 'cart', NULL), ('dan', '2024-01-01 10:05', 'buy', 50),
    ('eve', '2024-01-01 10:00', 'buy', 60), ('eve', '2024-01-01 10:10', 'view', NULL),
    ('fay', NULL, 'view', NULL), ('fay', '2024-01-01 10:00', NULL, NULL);

-- The furthest step within an hour: exactly an hour counts, a microsecond more does not.
SELECT customer, window_funnel('1 hour', ts, event, ARRAY['view', 'cart', 'buy']) FROM visits GROUP BY customer ORDER BY customer;
-- The same by conditions.
SELECT customer, window_funnel('1 hour', ts, event = 'view', event = 'cart', event = 'buy') FROM visits GROUP BY customer ORDER BY customer;
-- The time of each step that was reached; none for level 0.
SELECT customer, window_funnel_events('1 hour', ts, event, ARRAY['view', 'cart', 'buy']) FROM visits WHERE customer IN ('ann', 'eve', 'fay') GROUP BY customer ORDER BY customer;
-- The same by conditions; any condition on the row will do.
SELECT customer, window_funnel_events('1 hour', ts, event = 'view', amount >= 20) FROM visits WHERE customer < 'c' GROUP BY customer ORDER BY customer;
-- Of nobody the level is 0 and the times are empty.
SELECT window_funnel('1 hour', ts, event, ARRAY['view']), window_funnel('1 hour', ts, event = 'view'), window_funnel_events('1 hour', ts, event, ARRAY['view']),
       window_funnel_events('1 hour', 'strict_increase', ts, event = 'view'), window_funnel('1 hour', 'strict_order', ts, event, ARRAY['view']) FROM visits WHERE false;

-- From here on: one customer's day as people write it down, '10:00 view, 10:05 cart', as rows; and times of day.
CREATE FUNCTION day(walk text) RETURNS TABLE (ts timestamptz, event text) LANGUAGE sql IMMUTABLE AS $$
    SELECT ('2024-01-01 ' || part[1] || '+00')::timestamptz, nullif(part[2], 'NULL') FROM regexp_matches(walk, '(\d\d:\d\d) ([^,]+)', 'g') part $$;
CREATE FUNCTION clock(times timestamptz[]) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT '[' || coalesce(string_agg(coalesce(to_char(t, 'HH24:MI'), '-'), ' ' ORDER BY n), '') || ']' FROM unnest(times) WITH ORDINALITY u (t, n) $$;

-- A later entry does not overwrite a chain that is under way.
SELECT window_funnel('1 hour', ts, event, ARRAY['view', 'cart', 'buy']), clock(window_funnel_events('1 hour', ts, event, ARRAY['view', 'cart', 'buy'])) FROM day('10:00 view, 10:10 cart, 10:55 view, 11:00 buy');
-- Of the furthest chains the one that starts latest, then ends earliest, then takes each step as early as possible.
SELECT clock(window_funnel_events('1 hour', ts, event, ARRAY['view', 'cart', 'buy'])) FROM day('10:00 view, 10:20 view, 10:30 cart, 10:40 cart, 10:50 buy, 10:55 buy, 10:58 view');
-- A step that stands twice needs two rows.
SELECT walk, window_funnel('1 hour', ts, event, ARRAY['view', 'view', 'buy']) FROM (VALUES (1, '10:00 view, 10:30 buy'), (2, '10:00 view, 10:10 view, 10:30 buy'), (3, '10:00 view, 10:00 view, 10:00 buy')) v (no, walk), day(walk) GROUP BY no, walk ORDER BY no;
-- A row that satisfies several conditions serves one step.
SELECT window_funnel('1 hour', ts, true, true, true, true) FROM day('10:00 a, 10:10 b, 10:20 c');
-- Which of them it serves is chosen in the funnel's favour: at 10:00 the row that is only a first step must be that.
SELECT clock(window_funnel_events('1 hour', ts, event IN ('a', 'b'), event = 'b', event = 'c')) FROM day('10:00 a, 10:00 b, 10:00 c');
-- Rows of one time may be taken in any order; a window of zero holds them.
SELECT window_funnel('0', ts, event, ARRAY['view', 'cart', 'buy']) FROM day('10:00 buy, 10:00 cart, 10:00 view, 10:01 buy');
-- A month is 30 days.
SELECT d, window_funnel('1 month', ts, event, ARRAY['view', 'buy']) FROM unnest(ARRAY[30, 31]) d, LATERAL (VALUES ('2024-01-01'::timestamptz, 'view'), ('2024-01-01'::timestamptz + d * interval '1 day', 'buy')) v (ts, event) GROUP BY d ORDER BY d;
-- A step may be one of several events.
SELECT clock(window_funnel_events('1 hour', ts, event, ARRAY['view|search', 'cart', 'buy|call|visit'])) FROM day('10:00 search, 10:10 cart, 10:20 call');
-- A bar or a backslash in a name is written with a backslash before it.
SELECT window_funnel('1 hour', ts, event, ARRAY['a\|b', 'c\\d', 'e']) AS escaped, window_funnel('1 hour', ts, event, ARRAY['a|b']) AS as_alternatives FROM day('10:00 a|b, 10:10 c\d, 10:20 e');
-- Rows without time or event name are ignored; a condition that is null is not satisfied.
SELECT window_funnel('1 hour', 'strict_order', ts, event, ARRAY['view', 'cart']) AS by_name, window_funnel('1 hour', 'strict_order', ts, event = 'view', event = 'cart') AS by_condition
FROM (SELECT * FROM day('10:00 view, 10:05 NULL, 10:10 cart') UNION ALL VALUES (NULL::timestamptz, 'noise')) v;

-- strict_increase: each step later than the one before.
SELECT window_funnel('1 hour', ts, event, ARRAY['view', 'cart']) AS usual, window_funnel('1 hour', 'strict_increase', ts, event, ARRAY['view', 'cart']) AS strict FROM day('10:00 view, 10:00 cart');
SELECT clock(window_funnel_events('1 hour', 'strict_increase', ts, event, ARRAY['view', 'cart', 'buy'])) FROM day('10:00 view, 10:10 cart, 10:10 buy, 10:20 view, 10:20 cart, 10:30 buy');
-- strict_order: each step is the very next row, whatever the rows between are.
SELECT walk, clock(window_funnel_events('1 hour', 'strict_order', ts, event, ARRAY['view', 'cart', 'buy'])) AS strict, clock(window_funnel_events('1 hour', 'strict_order,allow_reentry', ts, event, ARRAY['view', 'cart', 'buy'])) AS reentry
FROM (VALUES (1, '10:00 view, 10:10 cart, 10:20 buy'), (2, '10:00 view, 10:10 search, 10:20 cart'), (3, '10:00 view, 10:10 view, 10:20 cart'), (4, '10:00 view, 10:10 cart, 10:20 view, 10:30 buy'),
             (5, '10:00 view, 10:10 search, 10:10 cart'), (6, '10:00 view, 10:10 cart, 10:10 search, 10:20 buy'), (7, '10:00 view, 10:10 buy, 10:20 cart')) v (no, walk), day(walk) GROUP BY no, walk ORDER BY no;
-- Of two views and a purchase at 10:10 the second view must be the second step, or it would stand in the way.
SELECT window_funnel('1 hour', 'strict_order', ts, event, ARRAY['view|cart', 'view', 'buy|cart', 'search']), clock(window_funnel_events('1 hour', 'strict_order', ts, event, ARRAY['view|cart', 'view', 'buy|cart', 'search'])) FROM day('10:00 view, 10:00 view, 10:10 buy, 10:10 view, 10:20 search');
-- strict_deduplication: a step that comes again ends the run; the first step may come again.
SELECT walk, clock(window_funnel_events('1 hour', 'strict_deduplication', ts, event, ARRAY['view', 'cart', 'buy']))
FROM (VALUES (1, '10:00 view, 10:10 cart, 10:20 buy'), (2, '10:00 view, 10:10 cart, 10:15 cart, 10:20 buy'), (3, '10:00 view, 10:05 view, 10:10 cart, 10:15 view, 10:20 buy'),
             (4, '10:00 view, 10:10 cart, 10:15 cart, 10:20 view, 10:25 cart, 10:30 buy'), (5, '10:00 view, 10:10 search, 10:15 cart')) v (no, walk), day(walk) GROUP BY no, walk ORDER BY no;
-- strict_once is how every funnel counts: a row is used once.
SELECT window_funnel('1 hour', 'strict_once', ts, event IN ('a', 'b'), event IN ('a', 'b')) FROM day('10:00 a');
-- Modes may be combined: here a view at the same time as the cart is no longer before it.
SELECT window_funnel('1 hour', 'strict_order', ts, event, ARRAY['view', 'cart']) AS one, window_funnel('1 hour', 'strict_order, strict_increase', ts, event, ARRAY['view', 'cart']) AS both FROM day('10:00 view, 10:00 cart');
-- A mode with conditions.
SELECT window_funnel('1 hour', 'strict_increase', ts, event = 'view', event = 'cart'), clock(window_funnel_events('1 hour', 'strict_order', ts, event = 'view', event = 'cart')) FROM day('10:00 view, 10:00 cart, 10:10 search');

-- Two aggregates over the same arguments share their work and do not disturb each other.
SELECT customer, window_funnel('1 hour', ts, event, ARRAY['view', 'cart', 'buy']) AS level, clock(window_funnel_events('1 hour', ts, event, ARRAY['view', 'cart', 'buy'])) AS times,
       cardinality(window_funnel_events('1 hour', ts, event, ARRAY['view', 'cart', 'buy'])) = window_funnel('1 hour', ts, event, ARRAY['view', 'cart', 'buy']) AS agree
FROM visits GROUP BY customer ORDER BY customer;
-- Two different funnels in one query stay apart.
SELECT customer, window_funnel('1 hour', ts, event, ARRAY['view', 'buy']) AS a, window_funnel('1 hour', ts, event, ARRAY['cart', 'buy']) AS b, window_funnel('2 hours', ts, event, ARRAY['view', 'buy']) AS c FROM visits GROUP BY customer ORDER BY customer;
-- With FILTER.
SELECT customer, window_funnel('1 hour', ts, event, ARRAY['view', 'cart', 'buy']) FILTER (WHERE amount IS NULL OR amount >= 25) AS big FROM visits GROUP BY customer ORDER BY customer;
-- As a growing window: how far the customer had come by then.
SELECT to_char(ts, 'HH24:MI') AS at, event, window_funnel('1 hour', ts, event, ARRAY['view', 'cart', 'buy']) OVER w AS level, clock(window_funnel_events('1 hour', ts, event, ARRAY['view', 'cart', 'buy']) OVER w) AS times
FROM day('10:00 view, 10:10 cart, 10:20 view, 10:30 cart, 10:40 buy') WINDOW w AS (ORDER BY ts) ORDER BY ts;
-- As a moving window: over the last three rows.
SELECT to_char(ts, 'HH24:MI') AS at, event, window_funnel('1 hour', ts, event = 'view', event = 'cart', event = 'buy') OVER (ORDER BY ts ROWS 2 PRECEDING) AS level
FROM day('10:00 view, 10:10 cart, 10:20 search, 10:30 buy, 10:40 view, 10:50 buy') ORDER BY ts;
-- In grouping sets: each customer, and all as if they were one.
SELECT customer, window_funnel('1 hour', ts, event, ARRAY['buy', 'view', 'cart', 'buy']) FROM visits GROUP BY GROUPING SETS ((customer), ()) ORDER BY customer NULLS LAST;
-- In a common table expression: how many came how far.
WITH levels AS (SELECT customer, window_funnel('1 hour', ts, event, ARRAY['view', 'cart', 'buy']) AS level FROM visits GROUP BY customer)
SELECT step, count(*) FILTER (WHERE level >= step) AS customers FROM levels, generate_series(1, 3) step GROUP BY step ORDER BY step;
-- Window and steps may be parameters of a prepared statement.
SET plan_cache_mode = force_generic_plan;
PREPARE funnel (interval, text[], text) AS SELECT customer, window_funnel($1, $3, ts, event, $2) FROM visits WHERE customer < 'd' GROUP BY customer ORDER BY customer;
EXECUTE funnel ('1 hour', ARRAY['view', 'cart', 'buy'], 'strict_order');
EXECUTE funnel ('20 minutes', ARRAY['cart', 'buy'], 'strict_increase');
DEALLOCATE funnel;
RESET plan_cache_mode;
-- They may be variables of a PL/pgSQL function.
CREATE FUNCTION level_of(who text, within interval, steps text[]) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    level int;
BEGIN
    SELECT window_funnel(within, ts, event, steps) INTO level FROM visits WHERE customer = who;
    RETURN level;
END $$;
SELECT who, level_of(who, '1 hour', ARRAY['view', 'cart', 'buy']), level_of(who, '15 minutes', ARRAY['view', 'cart', 'buy']), level_of(who, '1 day', ARRAY['buy', 'view']) FROM unnest(ARRAY['ann', 'cat', 'eve', 'zoe']) who ORDER BY who;
-- They may come from a table of funnels.
CREATE TABLE funnels (name text, within interval, steps text[]);
INSERT INTO funnels VALUES ('purchase', '1 hour', ARRAY['view', 'cart', 'buy']), ('quick', '10 minutes', ARRAY['view', 'cart']), ('return', '1 hour', ARRAY['buy', 'view']);
SELECT name, customer, window_funnel(within, ts, event, steps) FROM visits, funnels WHERE customer IN ('ann', 'cat', 'eve') GROUP BY name, customer ORDER BY name, customer;
-- They may come from the query around it.
SELECT name, (SELECT window_funnel(within, ts, event, steps) FROM visits WHERE customer = 'ann') AS ann, (SELECT clock(window_funnel_events(within, ts, event, steps)) FROM visits WHERE customer = 'eve') AS eve FROM funnels ORDER BY name;
-- Conditions may come as an array.
SELECT window_funnel('1 hour', ts, VARIADIC ARRAY[event = 'view', event = 'cart', event = 'buy']) FROM visits WHERE customer = 'ann';
-- Groups may have different numbers of them.
SELECT n, window_funnel('1 hour', ts, VARIADIC (ARRAY[event = 'view', event = 'cart', event = 'buy'])[1:n]) FROM visits, generate_series(1, 3) n WHERE customer = 'ann' GROUP BY n ORDER BY n;
-- There may be more of them than a word has bits.
SELECT window_funnel('1 day', ts, VARIADIC ARRAY(SELECT event = 's' || s FROM generate_series(1, 100) s ORDER BY s)) AS by_condition, window_funnel('1 day', ts, event, ARRAY(SELECT 's' || s FROM generate_series(1, 100) s ORDER BY s)) AS by_name
FROM (SELECT '2024-01-01'::timestamptz + n * interval '1 minute' AS ts, 's' || n AS event FROM generate_series(1, 77) n) v;

-- On 400 customers' rows, many at the same time: the aggregate and the journey agree, in every mode they share.
CREATE TABLE many AS
    SELECT n % 400 AS customer, timestamptz '2024-01-01' + (('x' || substr(md5('t' || n), 1, 7))::bit(28)::int % 12) * interval '10 minutes' AS ts,
           (ARRAY['view', 'cart', 'buy', 'search'])[1 + ('x' || substr(md5('e' || n), 1, 7))::bit(28)::int % 4] AS event
    FROM generate_series(1, 3600) n;
SELECT mode, count(*), count(DISTINCT level) AS levels, count(*) FILTER (WHERE level <> funnel_level(j, steps, '1 hour', order_, ties => ties)) AS levels_differ,
       count(*) FILTER (WHERE times IS DISTINCT FROM array_remove(funnel_times(j, steps, '1 hour', order_, ties => ties), NULL)) AS times_differ
FROM (SELECT mode, order_, ties, steps, customer, window_funnel('1 hour', mode, ts, event, steps) AS level, window_funnel_events('1 hour', mode, ts, event, steps) AS times, journey_agg(ts, event) AS j
      FROM many, (VALUES ('strict_once', 'any gap', 'favourable'), ('strict_increase', 'any gap', 'strict'), ('strict_order', 'next event', 'favourable')) m (mode, order_, ties),
           (VALUES (ARRAY['view', 'cart', 'buy']), (ARRAY['view|cart', 'view', 'buy|cart', 'search'])) s (steps) GROUP BY 1, 2, 3, 4, 5) s GROUP BY mode ORDER BY mode;
-- It also agrees with plain SQL that tries every chain.
SELECT count(*), count(*) FILTER (WHERE level <> coalesce(plain, 0)) AS differ
FROM (SELECT customer, window_funnel('1 hour', ts, event, ARRAY['view', 'cart', 'buy']) AS level FROM many GROUP BY customer) a LEFT JOIN
     (SELECT v.customer, max(CASE WHEN b.ts IS NOT NULL THEN 3 WHEN c.ts IS NOT NULL THEN 2 ELSE 1 END) AS plain
      FROM many v LEFT JOIN many c ON c.customer = v.customer AND c.event = 'cart' AND c.ts BETWEEN v.ts AND v.ts + interval '1 hour'
                  LEFT JOIN many b ON b.customer = v.customer AND b.event = 'buy' AND b.ts BETWEEN c.ts AND v.ts + interval '1 hour'
      WHERE v.event = 'view' GROUP BY v.customer) b USING (customer);
-- Conditions and names give the same answer on all of them.
SELECT count(*), count(*) FILTER (WHERE window_funnel <> by_condition OR events <> events_by_condition) AS differ
FROM (SELECT window_funnel('40 minutes', ts, event, steps), window_funnel('40 minutes', ts, event = 'buy', event IN ('view', 'cart'), event = 'view') AS by_condition,
             window_funnel_events('40 minutes', ts, event, steps) AS events, window_funnel_events('40 minutes', ts, event = 'buy', event IN ('view', 'cart'), event = 'view') AS events_by_condition
      FROM many, (VALUES (ARRAY['buy', 'view|cart', 'view'])) s (steps) GROUP BY customer) s;
DROP TABLE visits, funnels, many;
DROP FUNCTION day, clock, level_of;
