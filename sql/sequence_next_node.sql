-- sequence_next_node: the page after, or before, a chain of pages.
SET timezone = 'UTC';
SET datestyle = 'ISO';
\pset null '-'

-- A customer's walk as people write it, one page a minute.
CREATE TABLE walks (customer text, walk text);
INSERT INTO walks VALUES ('ann', '/ /shoes /basket /pay'), ('bob', '/ /shoes /basket /shoes /basket /help'), ('cem', '/shoes /basket'),
    ('dia', '/ /help /shoes /ad /basket'), ('eva', '/ad /shoes /basket /'), ('fay', '/');
CREATE TABLE visits AS
    SELECT customer, timestamptz '2024-05-01 10:00' + n * interval '1 minute' AS ts, page
    FROM walks, unnest(string_to_array(walk, ' ')) WITH ORDINALITY AS p (page, n);

-- After the first time that shoes led straight to the basket, the last time, and before it.
SELECT customer, sequence_next_node('forward', 'first_match', ts, page, true, page = '/shoes', page = '/basket') AS after_first,
       sequence_next_node('forward', 'last_match', ts, page, true, page = '/shoes', page = '/basket') AS after_last,
       sequence_next_node('backward', 'first_match', ts, page, true, page = '/basket', page = '/shoes') AS before_first,
       sequence_next_node('backward', 'last_match', ts, page, true, page = '/basket', page = '/shoes') AS before_last
FROM visits GROUP BY customer ORDER BY customer;
-- From the first row of all, or the last, if it satisfies the base condition.
SELECT customer, sequence_next_node('forward', 'head', ts, page, page = '/', page = '/') AS after_home,
       sequence_next_node('backward', 'tail', ts, page, true, page = '/basket') AS before_last_basket,
       sequence_next_node('forward', 'head', ts, page, page <> '/ad') AS entry, sequence_next_node('backward', 'tail', ts, page, true) AS exit
FROM visits GROUP BY customer ORDER BY customer;
-- Steps as an array; rows without a value or a time are not there; a NULL condition is not satisfied.
SELECT sequence_next_node('forward', 'first_match', ts, page, base, VARIADIC ARRAY[page = 'a', page = 'b']),
       sequence_next_node('forward', 'first_match', ts, page, base, page = 'a'), sequence_next_node('forward', 'head', ts, page, base)
FROM (VALUES ('2024-01-01'::timestamptz, 'a', NULL::boolean), ('2024-01-02', 'a', true), ('2024-01-03', NULL, true), (NULL, 'x', true), ('2024-01-04', 'b', NULL), ('2024-01-05', 'c', NULL)) v (ts, page, base);
-- Rows of one time stand in the order of their values' bytes.
SELECT sequence_next_node('forward', 'head', ts, page, true, true), sequence_next_node('backward', 'tail', ts, page, true, true)
FROM (VALUES ('2024-01-01'::timestamptz, 'b'), ('2024-01-01', 'a'), ('2024-01-01', 'Z'), ('2024-01-01', 'ä')) v (ts, page);
-- Of nobody nothing.
SELECT sequence_next_node('forward', 'head', ts, page, true, true) IS NULL AS is_null FROM visits WHERE false;

-- What it refuses.
SELECT sequence_next_node('up', 'head', ts, page, true, true) FROM visits;
SELECT sequence_next_node('forward', 'middle', ts, page, true, true) FROM visits;
SELECT sequence_next_node('forward', 'tail', ts, page, true, true) FROM visits;
SELECT sequence_next_node('backward', 'head', ts, page, true, true) FROM visits;
SELECT sequence_next_node('forward', 'first_match', ts, page, true) FROM visits;
SELECT sequence_next_node('forward', 'head', ts, page, true, page) FROM visits;
SELECT sequence_next_node(NULL, 'head', ts, page, true, true) FROM visits;
SELECT sequence_next_node('forward', NULL, ts, page, true, true) FROM visits;
SELECT sequence_next_node('forward', 'head', ts, page, true, VARIADIC NULL::boolean[]) FROM visits;
SELECT sequence_next_node('forward', 'head', ts, page, true, VARIADIC array_fill(true, ARRAY[129])) FROM visits;
SELECT sequence_next_node('forward', 'head', ts, page, true, VARIADIC array_fill(true, ARRAY[CASE customer WHEN 'ann' THEN 1 ELSE 2 END])) FROM visits;
SELECT sequence_next_node('forward', CASE customer WHEN 'ann' THEN 'head' ELSE 'last_match' END, ts, page, true, true) FROM visits;
SELECT sequence_next_node('forward', 'head', 'infinity', page, true, true) FROM visits;
SELECT sequence_next_node('forward', 'head', ts, repeat('x', 8192), true, true) FROM visits;

-- Plain SQL says the same, in every plan and order.
SELECT setseed(0.3);
CREATE TABLE many AS
    SELECT (random() * 800)::int AS customer, timestamptz '2024-01-01' + (random() * 40)::int * interval '1 minute' AS ts,
           (ARRAY['a', 'b', 'c', NULL])[1 + (random() * 3)::int] AS page, random() AS shuffle
    FROM generate_series(1, 20000);
ANALYZE many;
-- NULL conditions do not occur: rows without a page are not there.
CREATE FUNCTION by_hand(direction text, base text, from_customer int) RETURNS text STABLE LANGUAGE sql AS $$
    WITH numbered AS (SELECT page, row_number() OVER (ORDER BY ts, page COLLATE "C") AS n, count(*) OVER () AS last FROM many WHERE customer = from_customer AND page IS NOT NULL),
         start AS (SELECT CASE base WHEN 'head' THEN min(n) FILTER (WHERE n = 1) WHEN 'tail' THEN min(n) FILTER (WHERE n = last)
                                    WHEN 'first_match' THEN min(n) FILTER (WHERE page = 'a') ELSE max(n) FILTER (WHERE page = 'a') END AS at FROM numbered),
         way AS (SELECT at, CASE direction WHEN 'forward' THEN 1 ELSE -1 END AS step FROM start)
    SELECT answer.page FROM way JOIN numbered one ON one.n = at AND one.page = 'a' JOIN numbered two ON two.n = at + step AND two.page = 'b' JOIN numbered answer ON answer.n = at + 2 * step $$;
CREATE TABLE ways (direction text, base text);
INSERT INTO ways VALUES ('forward', 'head'), ('backward', 'tail'), ('forward', 'first_match'), ('forward', 'last_match'), ('backward', 'first_match'), ('backward', 'last_match');
CREATE VIEW answers AS SELECT customer, direction, base, sequence_next_node(direction, base, ts, page, true, page = 'a', page = 'b') AS page FROM many, ways GROUP BY customer, direction, base;
SET max_parallel_workers_per_gather = 0;
CREATE TABLE serial AS SELECT * FROM answers;
SELECT direction, base, count(page) AS found, count(*) FILTER (WHERE page IS DISTINCT FROM by_hand(direction, base, customer)) AS not_as_by_hand FROM serial GROUP BY direction, base ORDER BY direction, base;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SET enable_hashagg = off;
EXPLAIN (COSTS off) SELECT customer, sequence_next_node('forward', 'last_match', ts, page, true, page = 'a') FROM many GROUP BY customer;
CREATE TABLE parallel AS SELECT customer, 'forward' AS direction, 'head' AS base, sequence_next_node('forward', 'head', ts, page, true, page = 'a', page = 'b') AS page FROM many GROUP BY customer
    UNION ALL SELECT customer, 'backward', 'last_match', sequence_next_node('backward', 'last_match', ts, page, true, page = 'a', page = 'b') FROM many GROUP BY customer;
RESET enable_hashagg;
CREATE TABLE shuffled AS SELECT customer, direction, base, sequence_next_node(direction, base, ts, page, true, page = 'a', page = 'b' ORDER BY shuffle) AS page FROM many, ways GROUP BY customer, direction, base;
SELECT (SELECT count(*) FROM (SELECT * FROM parallel EXCEPT SELECT * FROM serial) x) AS parallel_differs, (SELECT count(*) FROM (SELECT * FROM shuffled EXCEPT SELECT * FROM serial) x) AS order_differs;

DROP VIEW answers;
DROP TABLE walks, visits, many, ways, serial, parallel, shuffled;
DROP FUNCTION by_hand;
