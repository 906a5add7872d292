-- sequence_match, sequence_count, sequence_match_events: patterns of conditions over rows.
SET timezone = 'UTC';
SET datestyle = 'ISO';
\pset null '-'

-- The examples of the reference test of ClickHouse: twelve seconds, and in each a number.
CREATE TABLE seconds (at int, data int);
INSERT INTO seconds VALUES (0,0),(1,0),(2,0),(3,0),(4,1),(5,2),(6,0),(7,0),(8,0),(9,0),(10,1),(11,1);
CREATE FUNCTION asked(pattern text, OUT matches boolean, OUT count bigint, OUT events int[]) LANGUAGE sql AS $$
    SELECT sequence_match(pattern, to_timestamp(at), data = 0, data = 1, data = 2, data = 3),
           sequence_count(pattern, to_timestamp(at), data = 0, data = 1, data = 2, data = 3),
           ARRAY(SELECT extract(epoch FROM u)::int FROM unnest(sequence_match_events(pattern, to_timestamp(at), data = 0, data = 1, data = 2, data = 3)) u)
    FROM seconds $$;
SELECT pattern, (asked(pattern)).* FROM unnest(ARRAY['', '.', '.*', '(?1)', '(?2)', '(?3)', '(?4)', '(?1)(?1)', '(?1)(?1)(?1)',
    '(?1)(?1)(?1)(?1)', '(?1)(?1)(?1)(?1)(?1)', '(?1)(?1)(?1)(?1)(?2)', '(?1)(?t>10)(?2)', '(?1)(?t>11)(?2)', '(?1)(?t<11)(?2)',
    '(?1)(?t<3)(?3)', '(?1)(?t<=2)(?3)', '(?1)(?t<2)(?3)', '(?2)(?t>=7)(?2)', '(?2)(?t>7)(?2)', '(?2)(?3)(?1)']) WITH ORDINALITY p (pattern, n) ORDER BY n;
-- Rows that satisfy no condition do not exist: here only the ones and twos are left.
SELECT sequence_match('(?1)(?t==2)(?2)', to_timestamp(at), data = 1, data = 2) AS two, sequence_match('(?1)(?t==1)(?2)', to_timestamp(at), data = 1, data = 2) AS one,
       sequence_match('(?2)(?1)', to_timestamp(at), data = 1, data = 2) AS next, sequence_match('(?2)(?1)', to_timestamp(at), data = 1, data = 2, data = 0) AS next_of_all FROM seconds;
-- Ours: groups, choices, quantifiers, "different from", and a limit on the whole match.
SELECT pattern, (asked(pattern)).* FROM unnest(ARRAY['((?2)|(?3))+(?1)', '(?1)+(?2)', '(?1)+?(?2)', '(?1){2}', '(?1){2,}', '(?1){2,3}?', '(?1)((?2)(?3))?(?1)', '(?3).{2,}(?2)',
    '(?2)(?t!=6)(?2)', '(?within<=2)(?1).*(?3)', '(?within<2)(?1).*(?3)', '(?1)(?t<=0.5)(?1)', '(?1) (?t >= 1) (?1)']) WITH ORDINALITY p (pattern, n) ORDER BY n;

-- As it is used: who bought within an hour of the cart, and when.
CREATE TABLE visits (customer text, ts timestamptz, event text);
INSERT INTO visits VALUES
    ('ann', '2024-01-01 10:00', 'cart'), ('ann', '2024-01-01 10:30', 'view'), ('ann', '2024-01-01 11:00', 'buy'),
    ('bob', '2024-01-01 10:00', 'cart'), ('bob', '2024-01-01 11:00:00.000001', 'buy'),
    ('cem', '2024-01-01 10:00', 'buy'), ('cem', '2024-01-01 10:00', 'cart'),
    ('dan', NULL, 'cart'), ('dan', '2024-01-01 10:00', 'view');
SELECT customer, sequence_match('(?1)(?t<=3600)(?2)', ts, event = 'cart', event = 'buy') AS match, sequence_count('(?1)(?t<=3600)(?2)', ts, event = 'cart', event = 'buy') AS count,
       sequence_match_events('(?1)(?t<=3600)(?2)', ts, event = 'cart', event = 'buy') AS events
FROM visits GROUP BY customer ORDER BY customer;
-- Simultaneous rows stand as the pattern names them, whatever order they come in.
SELECT sequence_match('(?1)(?2)', ts, event = 'cart', event = 'buy') AS cart_buy, sequence_match('(?2)(?1)', ts, event = 'cart', event = 'buy') AS buy_cart FROM visits WHERE customer = 'cem';
SELECT sequence_match('(?1)(?2)', ts, event = 'cart', event = 'buy') AS cart_buy, sequence_match('(?2)(?1)', ts, event = 'cart', event = 'buy') AS buy_cart FROM (SELECT * FROM visits WHERE customer = 'cem' ORDER BY event) v;
-- Of no rows nothing matches; a null condition is not satisfied; FILTER; a window.
SELECT sequence_match('', ts, true) AS match, sequence_count('', ts, true) AS count, sequence_match_events('(?1)', ts, true) AS events FROM visits WHERE false;
SELECT sequence_count('(?1)', ts, NULL::boolean, true) AS null_condition, sequence_count('(?2)', ts, NULL::boolean, true) AS other FROM visits;
SELECT customer, sequence_match('(?1)(?2)', ts, event = 'cart', event = 'buy') FILTER (WHERE event <> 'view') FROM visits GROUP BY ROLLUP (customer) ORDER BY customer NULLS LAST;
SELECT ts, sequence_count('(?1)|(?2)', ts, event = 'cart', event = 'buy') OVER (ORDER BY ts) FROM visits WHERE customer = 'ann' ORDER BY ts;
-- Conditions as an array, and more of them than a word has bits.
SELECT customer, sequence_match('(?1).*(?2)', ts, VARIADIC ARRAY[event = 'cart', event = 'buy']) FROM visits GROUP BY customer ORDER BY customer;
SELECT sequence_match_events('(?3)(?t<=10)(?130)', to_timestamp(n), VARIADIC ARRAY(SELECT n = i FROM generate_series(1, 130) i ORDER BY i)) AS far,
       sequence_match('(?3)(?t<=200)(?130)', to_timestamp(n), VARIADIC ARRAY(SELECT n = i FROM generate_series(1, 130) i ORDER BY i)) AS found FROM generate_series(1, 200) n;
-- Patterns from a prepared statement and from a column.
SET plan_cache_mode = force_generic_plan;
PREPARE matched (text) AS SELECT customer FROM visits GROUP BY customer HAVING sequence_match($1, ts, event = 'cart', event = 'buy') ORDER BY customer;
EXECUTE matched ('(?1).*(?2)');
EXECUTE matched ('(?2)');
DEALLOCATE matched;
RESET plan_cache_mode;
SELECT pattern, sequence_count(pattern, ts, event = 'cart', event = 'buy') FROM visits, (VALUES ('(?1)'), ('(?2)'), ('(?1)(?2)')) p (pattern) GROUP BY pattern ORDER BY pattern;

-- Rows and journeys give the same answer.
CREATE TABLE random_visits AS
    SELECT n % 300 AS customer, n % 4 AS segment, timestamptz '2024-01-01' + ('x' || substr(md5(n::text), 1, 6))::bit(24)::int % 40 * interval '1 second' AS ts,
           (ARRAY['view', 'cart', 'buy', 'help'])[1 + ('x' || substr(md5(n::text), 7, 6))::bit(24)::int % 4] AS event
    FROM generate_series(1, 4000) n;
CREATE TABLE random_journeys AS SELECT customer, journey_agg(ts, event) AS j FROM random_visits GROUP BY customer;
CREATE TABLE pairs (sequence text, pattern text);
INSERT INTO pairs VALUES ('(?1)(?2)', 'view cart'), ('(?1)(?t<=5)(?2)(?t<=9)(?3)', 'view ... within 5 seconds cart ... within 9 seconds buy'), ('(?1)(?t>=7)(?3)', 'view ... after 7 seconds buy'),
    ('((?1)|(?2))+(?3)', '(view|cart)+ buy'), ('(?within<=4)(?1).*(?2).*(?3)', 'view ... cart ... buy within 4 seconds'), ('(?1).(?3)', 'view . buy'), ('(?4){2}', 'help{2}'), ('(?3)(?t==3)(?3)', 'buy ... after 3 seconds within 3 seconds buy');
SELECT sequence, count(*) AS customers, count(*) FILTER (WHERE m) AS matching, sum(c) AS matches, bool_and(m = journey_match(j, pattern) AND c = journey_match_count(j, pattern)) AS same
FROM (SELECT customer, sequence, pattern, sequence_match(sequence, ts, event = 'view', event = 'cart', event = 'buy', event = 'help') AS m,
             sequence_count(sequence, ts, event = 'view', event = 'cart', event = 'buy', event = 'help') AS c FROM random_visits, pairs GROUP BY 1, 2, 3) s
JOIN random_journeys USING (customer) GROUP BY sequence ORDER BY sequence COLLATE "C";

-- No plan and no order of rows changes an answer, and parallel plans are chosen.
SET min_parallel_table_scan_size = 0;
SET parallel_tuple_cost = 0;
SET parallel_setup_cost = 0;
ANALYZE random_visits;
CREATE VIEW answers AS SELECT segment, sequence_match('(?1)(?t<=9)(?2)+(?3)', ts, event = 'view', event <> 'view', event = 'buy') AS m, sequence_count('(?2).*(?1)', ts, event = 'view', event = 'cart') AS c,
    sequence_match_events('(?3).(?1)', ts, event = 'view', event = 'cart', event = 'buy') AS e FROM random_visits GROUP BY segment;
CREATE FUNCTION answer(hash text, sort text, workers text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('enable_hashagg', hash, true), set_config('enable_sort', sort, true), set_config('max_parallel_workers_per_gather', workers, true);
    RETURN (SELECT md5(string_agg(a::text, '|' ORDER BY segment)) FROM answers a);
END $$;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS off) SELECT * FROM answers;
SELECT answer('on', 'off', '0') = answer('off', 'on', '0') AS sorted, answer('on', 'off', '0') = answer('on', 'off', '2') AS parallel_hash, answer('on', 'off', '0') = answer('off', 'on', '2') AS parallel_sort;
UPDATE random_visits SET event = event;  -- the rows change places
SELECT answer('on', 'off', '0') = answer('off', 'on', '2') AS moved;
RESET min_parallel_table_scan_size;
RESET parallel_tuple_cost;
RESET parallel_setup_cost;
RESET max_parallel_workers_per_gather;

-- What is refused.

\set SHOW_CONTEXT never
DO $$
DECLARE
    given text;
    said text;
    hint text;
BEGIN
    FOREACH given IN ARRAY ARRAY['(?3)', '(?0)', '(?1)(?t<=-1)(?2)', '(?1)(?t5)(?2)', '(?1)(?t<=)(?2)', '(?t<=5)(?1)', '(?1)(?t>5)', '(?1)|', '()', '(?1', '(?1)(', '(?1))', '(?1){2,1}', '(?1){5000}', '((?1){100}){100}',
        '(?1)x', '*', '(?within<=5', '(?1)(?within<=5)', '(?within<0)(?1)', '(?1)(?t<=99999999999999999999)(?2)', repeat('(', 101) || '(?1)' || repeat(')', 101)] LOOP
        BEGIN
            PERFORM sequence_match(given, ts, event = 'cart', event = 'buy') FROM visits;
            RAISE NOTICE '% is taken', given;
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS said = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
            RAISE NOTICE USING MESSAGE = format('%s  %s %s  HINT: %s', left(given, 30), SQLSTATE, said, hint);
        END;
    END LOOP;
END $$;

SELECT sequence_match(NULL, ts, event = 'cart') FROM visits;
SELECT sequence_match('(?1)', ts, event) FROM visits;
SELECT sequence_match('(?1)', ts, VARIADIC NULL::boolean[]) FROM visits;
SELECT sequence_match('(?1)', ts, VARIADIC '{}'::boolean[]) FROM visits;
SELECT sequence_match('(?1)', 'infinity'::timestamptz, true);
SELECT sequence_match(event, ts, true) FROM visits;
SELECT sequence_match(CASE customer WHEN 'ann' THEN '(?1)' ELSE '.' END, ts, true) FROM visits;
DROP TABLE seconds, visits, random_visits, random_journeys, pairs CASCADE;
DROP FUNCTION asked, answer;
