-- Paths: what came after what, for one customer and over all.
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
\pset null '-'

CREATE TABLE clicks (customer text, ts timestamptz, event text);
INSERT INTO clicks VALUES
    ('ann', '2024-05-06 09:00', 'view'), ('ann', '2024-05-06 09:01', 'view'), ('ann', '2024-05-06 09:04', 'cart'), ('ann', '2024-05-06 09:12', 'buy'),
    ('bob', '2024-05-06 10:00', 'view'), ('bob', '2024-05-06 10:03', 'cart'), ('bob', '2024-05-07 18:00', 'view'), ('bob', '2024-05-07 18:05', 'buy'),
    ('cem', '2024-05-07 12:00', 'view');
CREATE TABLE journeys AS SELECT customer, journey_agg(ts, event) AS j FROM clicks GROUP BY customer;
INSERT INTO journeys VALUES ('dia', NULL), ('eva', '[]');

-- From each event to the next; the start and the end are rows of their own. No rows for a NULL or an empty journey.
SELECT customer, t.* FROM journeys, transitions(j) t ORDER BY customer, transition_no;
-- A pause of more than the gap ends the path; of a run the last event counts, for the time too.
SELECT customer, t.* FROM journeys, transitions(j, gap => '1 hour', collapse => 'last') t ORDER BY customer, transition_no;
SELECT from_event, to_event, at, took FROM journeys, transitions(j, collapse => 'first') WHERE customer = 'ann' ORDER BY transition_no;
-- Only some events, or without some; sessions that begin with an event; other names of the ends, or none.
SELECT customer, from_event, to_event, took FROM journeys, transitions(j, keep => '{view,buy}') WHERE customer = 'ann' ORDER BY transition_no;
SELECT customer, from_event, to_event, took FROM journeys, transitions(j, drop => '{view}', end_name => 'exit', start_name => NULL) ORDER BY customer, transition_no;
SELECT session_no, from_event, to_event FROM journeys, transitions(j, starts => '{view}') WHERE customer = 'bob' ORDER BY transition_no;
SELECT count(*) FROM journeys, transitions(j, keep => '{}');
-- Raw rows in the same statement.
SELECT customer, t.from_event, t.to_event FROM (SELECT customer, journey_agg(ts, event) AS j FROM clicks GROUP BY customer) b, transitions(j) t WHERE customer = 'cem' ORDER BY transition_no;

-- What came right after a look, and right before a purchase.
SELECT customer, n.* FROM journeys, next_events(j, 'view') n ORDER BY customer, occurrence;
SELECT customer, p.* FROM journeys, previous_events(j, 'buy') p ORDER BY customer, occurrence;
SELECT customer, n.next_event FROM journeys, next_events(j, 'view', gap => '1 hour', end_name => NULL) n ORDER BY customer, occurrence;
SELECT count(*) FROM journeys, next_events(j, 'nowhere');

-- The path as names: whole, from an event, to an event, between two. NULL where an event asked for is not there.
SELECT customer, journey_path(j) AS whole, journey_path(j, 'cart') AS "from", journey_path(j, to_event => 'cart') AS "to", journey_path(j, 'view', 'buy') AS both,
       journey_path(j, 'view', 'buy', from_which => 'last') AS last FROM journeys ORDER BY customer;
-- Loops collapsed; too long: cut at the open end, or marked between two bounds.
SELECT customer, journey_path(j, collapse => 'first') AS collapsed, journey_path(j, max_length => 2) AS begins, journey_path(j, to_event => 'buy', max_length => 2) AS ends,
       journey_path(j, 'view', 'buy', max_length => 3) AS both FROM journeys ORDER BY customer;
-- One session: the first with the events asked for, by number, or counted from the last.
SELECT customer, journey_path(j, gap => '1 hour') AS first, journey_path(j, 'buy', gap => '1 hour') AS with_buy, journey_path(j, gap => '1 hour', session_no => 2) AS second,
       journey_path(j, gap => '1 hour', session_no => -1) AS last, journey_path(j, gap => '1 hour', session_no => -2) AS last_but_one FROM journeys ORDER BY customer;
SELECT customer, p.* FROM journeys, journey_paths(j, gap => '1 hour') p ORDER BY customer, session_no;
-- Renamed first.
SELECT journey_path(relabel(j, '{view,cart}', '{shop,shop}'), collapse => 'first') FROM journeys WHERE customer = 'ann';

-- Between two steps of a funnel, for those who converted and those who did not (until the window is over).
SELECT customer, p.* FROM journeys, funnel_paths(j, '{view,buy}', '1 day') p ORDER BY customer;
SELECT customer, p.* FROM journeys, funnel_paths(j, '{view,cart,buy}', '1 day', from_step => 2) p ORDER BY customer;
SELECT customer, p.attempt, p.converted, p.path FROM journeys, funnel_paths(j, '{view,buy}', '1 hour', counting => 'every', max_length => 3, drop => '{cart}') p ORDER BY customer, attempt;

-- Over all customers: counts, shares of what leaves and what comes, exact lengths of time.
SELECT * FROM unnest((SELECT transition_report(j) FROM journeys));
SELECT from_event, to_event, count, customers FROM unnest((SELECT transition_report(j, '1 hour') FROM journeys));
SELECT from_event, to_event, count, customers, median_took FROM unnest((SELECT transition_report(j, '1 hour', 'first') FROM journeys));
SELECT from_event, to_event, count, share_out FROM unnest((SELECT transition_report(j, NULL, 'none', NULL, '{cart}', NULL, NULL, '(end)') FROM journeys));
-- The next step after an event, as figures.
SELECT to_event, count, customers, share_out FROM unnest((SELECT transition_report(j) FROM journeys)) WHERE from_event = 'cart';
-- Nobody.
SELECT transition_report(j) FROM journeys WHERE false;
SELECT transition_report(j), sankey(j), path_report(journey_path(j, 'buy')) FROM journeys WHERE customer IN ('dia', 'eva');

-- Sankey rows: nodes with their step, without cycles.
SELECT * FROM unnest((SELECT sankey(j) FROM journeys));
SELECT * FROM unnest((SELECT sankey(j, 3) FROM journeys));
-- The largest node of each step, the rest in one; a customer with two sessions is one customer.
SELECT * FROM unnest((SELECT sankey(j, 3, 1, '1 hour') FROM journeys));
SELECT * FROM unnest((SELECT sankey(j, 3, NULL, '1 hour', 'first') FROM journeys));
SELECT * FROM unnest((SELECT sankey(j, 3, NULL, NULL, 'none', NULL, '{cart}', '{view}') FROM journeys));
-- What led to the purchase, counted from it.
SELECT * FROM unnest((SELECT sankey(journey_path(j, to_event => 'buy'), 3, NULL, 'backward') FROM journeys));
SELECT * FROM unnest((SELECT sankey(journey_path(j, 'cart'), 3, NULL) FROM journeys));

-- The most frequent paths and everybody else.
SELECT * FROM unnest((SELECT path_report(journey_path(j, collapse => 'first')) FROM journeys));
SELECT path, customers, share FROM unnest((SELECT path_report(journey_path(j, 'view', max_length => 1), 5) FROM journeys));
SELECT path_no, path, events, customers FROM unnest((SELECT path_report(journey_path(j), 2) FROM journeys));

-- Parallel plans are chosen, and no plan and no order of rows changes an answer.
SELECT setseed(0.42);
CREATE TABLE visits AS
    SELECT (500 * random() ^ 2)::int AS customer, timestamptz '2024-01-01' + (random() * 3000)::int * interval '10 minutes' AS ts,
           'event ' || (random() * 6)::int AS event FROM generate_series(1, 20000);
CREATE TABLE many AS SELECT customer, customer % 5 AS segment, journey_agg(ts, event) AS j FROM visits GROUP BY customer;
ANALYZE many;
CREATE TABLE questions (no int, query text);
INSERT INTO questions VALUES
(1, 'SELECT segment, transition_report(j) FROM %s GROUP BY 1'),
(2, 'SELECT transition_report(j, ''5 hours'', ''last'') FROM %s'),
(3, 'SELECT segment, sankey(j, 4, 3, ''5 hours'') FROM %s GROUP BY 1'),
(4, 'SELECT sankey(journey_path(j, to_event => ''event 3''), 5, 2, ''backward'') FROM %s'),
(5, 'SELECT segment, path_report(journey_path(j, max_length => 2), 7) FROM %s GROUP BY 1');
CREATE FUNCTION plan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text;
    lines text = '';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP lines := lines || line || E'\n'; END LOOP;
    RETURN lines;
END $$;
CREATE FUNCTION answer(query text, hash boolean, workers int, memory text DEFAULT '64MB') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    PERFORM set_config('enable_hashagg', hash::text, true), set_config('enable_sort', (NOT hash)::text, true),
        set_config('max_parallel_workers_per_gather', workers::text, true), set_config('work_mem', memory, true);
    IF (plan(query) LIKE '%Finalize%Partial%') <> (workers > 0) THEN RAISE EXCEPTION 'unexpected plan for %: %', query, plan(query); END IF;
    EXECUTE format('SELECT md5(string_agg(q::text, E''\n'' ORDER BY q::text)) FROM (%s) q', query) INTO answer;
    RETURN answer;
END $$;
SET min_parallel_table_scan_size = 0;
SET parallel_tuple_cost = 0;
SET parallel_setup_cost = 0;
SELECT no, count(DISTINCT answer) AS answers, count(*) AS plans FROM (
    SELECT no, answer(replace(query, '%s', rows), hash, workers, memory) AS answer
    FROM questions,
         (VALUES ('many', true, 0, '64MB'), ('many', false, 0, '64MB'), ('many', true, 2, '64MB'), ('many', false, 2, '64MB'), ('many', true, 0, '64kB'), ('many', false, 2, '64kB'),
                 ('(SELECT * FROM many ORDER BY customer DESC OFFSET 0) m', true, 0, '64MB'),
                 ('(SELECT * FROM many ORDER BY hashint4(customer) OFFSET 0) m', true, 0, '64MB')) v (rows, hash, workers, memory)) a
GROUP BY no ORDER BY no;
DROP TABLE clicks, journeys, visits, many, questions;
DROP FUNCTION plan, answer;
