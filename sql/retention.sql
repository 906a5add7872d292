-- retention: which conditions a customer met, given the first.
SET timezone = 'UTC';
SET datestyle = 'ISO';
\pset null '-'

CREATE TABLE visits (customer text, day date, event text);
INSERT INTO visits VALUES
    ('ann', '2024-01-01', 'visit'), ('ann', '2024-01-02', 'visit'), ('ann', '2024-01-04', 'buy'),
    ('bob', '2024-01-02', 'visit'), ('bob', '2024-01-04', 'visit'),
    ('cat', '2024-01-04', 'visit'), ('cat', '2024-01-01', 'visit'), ('cat', '2024-01-01', 'visit'),
    ('dan', NULL, 'visit');

-- The first element: did the customer come on the first day; the others: on the first day and on that day.
SELECT customer, retention(day = '2024-01-01', day = '2024-01-02', day = '2024-01-04') FROM visits GROUP BY customer ORDER BY customer;
-- One condition alone: was it ever true.
SELECT customer, retention(event = 'buy') FROM visits GROUP BY customer ORDER BY customer;
-- A condition may stand twice, and one row may meet several.
SELECT retention(event = 'visit', event = 'visit', day = '2024-01-01') FROM visits WHERE customer = 'ann';
-- The order of rows and of days does not matter: whoever met the first condition at any time counts.
SELECT customer, retention(day = '2024-01-04', day = '2024-01-01') FROM visits GROUP BY customer ORDER BY customer;
-- A condition that is null is not met.
SELECT retention(NULL::boolean, true) AS first_null, retention(true, NULL::boolean) AS second_null;
-- Of nobody every element is false.
SELECT retention(day = '2024-01-01', day = '2024-01-02', true) FROM visits WHERE false;
-- A cohort: how many came on the first day, and how many of them again.
SELECT count(*) AS customers, count(*) FILTER (WHERE r[1]) AS first_day, count(*) FILTER (WHERE r[2]) AS next_day, count(*) FILTER (WHERE r[3]) AS third_day_after
FROM (SELECT customer, retention(day = '2024-01-01', day = '2024-01-02', day = '2024-01-04') AS r FROM visits GROUP BY customer) c;
-- With FILTER: rows left out do not count, and if all are left out nothing was met.
SELECT customer, retention(day = '2024-01-01', day = '2024-01-04') FILTER (WHERE event = 'visit') AS visits, retention(true, day = '2024-01-04') FILTER (WHERE event = 'buy') AS purchases FROM visits GROUP BY customer ORDER BY customer;
-- As a growing window: what was met so far.
SELECT day, retention(event = 'visit', event = 'buy', day >= '2024-01-02') OVER (ORDER BY day) FROM visits WHERE customer = 'ann' ORDER BY day;
-- As a moving window: this row and the one before.
SELECT day, retention(day >= '2024-01-02', event = 'buy', event = 'visit') OVER (ORDER BY day ROWS 1 PRECEDING) FROM visits WHERE customer = 'ann' ORDER BY day;
-- In grouping sets: each customer, and all together.
SELECT customer, retention(day = '2024-01-02', event = 'buy') FROM visits GROUP BY ROLLUP (customer) ORDER BY customer NULLS LAST;
-- Conditions may come as an array.
SELECT customer, retention(VARIADIC ARRAY[day = '2024-01-01', day = '2024-01-04', NULL]) FROM visits GROUP BY customer ORDER BY customer;
-- Groups may have different numbers of them.
SELECT n, retention(VARIADIC (ARRAY[event = 'visit', event = 'buy', event = 'call'])[1:n]) FROM visits, generate_series(1, 3) n WHERE customer = 'ann' GROUP BY n ORDER BY n;
-- There may be more of them than a word has bits.
SELECT array_positions(r, true), cardinality(r)
FROM (SELECT retention(VARIADIC ARRAY(SELECT i = 1 OR i = 60 + n FROM generate_series(1, 130) i ORDER BY i)) AS r FROM generate_series(1, 70, 23) n) s;
-- The days may be parameters of a prepared statement.
SET plan_cache_mode = force_generic_plan;
PREPARE came (date, date) AS SELECT customer, retention(day = $1, day = $2) FROM visits GROUP BY customer ORDER BY customer LIMIT 2;
EXECUTE came ('2024-01-01', '2024-01-02');
EXECUTE came ('2024-01-02', '2024-01-04');
DEALLOCATE came;
RESET plan_cache_mode;
-- On 200 customers' rows it agrees with plain SQL.
SELECT count(*), count(*) FILTER (WHERE r <> ARRAY[a, a AND b, a AND c]) AS differ
FROM (SELECT customer, retention(e = 0, e = 1, e = 2) AS r, bool_or(e = 0) AS a, bool_or(e = 1) AS b, bool_or(e = 2) AS c
      FROM (SELECT n % 200 AS customer, ('x' || substr(md5(n::text), 1, 7))::bit(28)::int % 5 AS e FROM generate_series(1, 800) n) v GROUP BY customer) s;
DROP TABLE visits;
