-- Patterns over journeys: journey_match, its operators, counts and rows.
SET timezone = 'UTC';
SET datestyle = 'ISO';
\pset null '-'

CREATE TABLE visits (customer text, ts timestamptz, event text, channel text, value float8);
INSERT INTO visits VALUES
    ('ann', '2024-01-01 10:00', 'view', 'ads', NULL), ('ann', '2024-01-01 10:05', 'view', 'web', NULL), ('ann', '2024-01-01 10:10', 'cart', 'web', NULL), ('ann', '2024-01-01 10:20', 'buy', 'web', 40),
    ('ann', '2024-01-02 09:00', 'view', 'app', NULL), ('ann', '2024-01-02 09:01', 'cart', 'app', NULL), ('ann', '2024-01-02 12:00', 'buy', 'app', 120),
    ('bob', '2024-01-01 10:00', 'view', 'web', NULL), ('bob', '2024-01-01 10:01', 'help', 'web', NULL), ('bob', '2024-01-01 10:02', 'cart', 'web', NULL),
    ('cem', '2024-01-01 10:00', 'cart', NULL, NULL), ('cem', '2024-01-01 10:00', 'view', NULL, NULL), ('cem', '2024-01-01 10:00', 'buy', NULL, 5),
    ('dan', '2024-01-01 10:00', 'view', 'web', NULL);
CREATE TABLE journeys AS SELECT customer, journey_agg(ts, event, channel, value) AS j FROM visits GROUP BY customer;
INSERT INTO journeys VALUES ('nobody', '[]'), ('unknown', NULL);
ANALYZE journeys;

-- Who went from a view to the cart: at once, or with anything between.
SELECT customer, j ~ 'view cart' AS at_once, j ~ 'view ... cart' AS eventually, j !~ 'view ... cart' AS never, journey_match_count(j, 'view ... cart') AS times FROM journeys ORDER BY customer;
-- The language, on ann: each pattern with its matches as first and last event.
SELECT pattern, string_agg(start_event_no || '-' || end_event_no, ' ' ORDER BY match_no) AS matches
FROM journeys, unnest(ARRAY['view', 'view cart', 'view+ cart', 'view (... view)+', '(view ...)+ buy', 'view+? cart', '[view|cart]+', '[^buy]+', '. cart', 'view{2}', 'view{1,2} cart', '(view|cart) buy', '^ view', 'buy $', '^ [^help]* $',
    'cart ... within 10 minutes buy', 'cart ... after 11 minutes buy', 'view ... buy within 20 minutes', 'cart within 10 min buy', 'buy where value > 100', 'view where channel = [ads|app] ... cart where channel != web', '"view" "cart"']) WITH ORDINALITY p (pattern, n)
    LEFT JOIN LATERAL (SELECT * FROM journeys, journey_matches(j, pattern) WHERE customer = 'ann') m ON true
WHERE journeys.customer = 'ann' GROUP BY pattern, n ORDER BY n;
-- Rows of matches, and of their named parts.
SELECT customer, m.* FROM journeys, journey_matches(j, 'view+ as looking ... cart ... buy as buying') m ORDER BY customer, match_no;
SELECT customer, p.* FROM journeys, journey_match_parts(j, 'view+ as looking ... cart ... buy as buying') p ORDER BY customer, match_no, start_event_no;
-- First and last match; where the search goes on.
SELECT matches, m.match_no, m.start_event_no, m.end_event_no FROM journeys, unnest(ARRAY['all', 'first', 'last']) matches, journey_matches(j, 'view ... buy', matches => matches) m WHERE customer = 'ann' ORDER BY matches, match_no;
SELECT after, journey_match_count(j, 'view as start ... cart as middle ... buy as finish', after_match => after) AS count, array_agg(m.start_event_no || '-' || m.end_event_no ORDER BY match_no) AS matches
FROM journeys, unnest(ARRAY['skip past last row', 'skip to next row', 'skip to first middle', 'SKIP TO LAST finish', 'skip to first start']) after, journey_matches(j, 'view as start ... cart as middle ... buy as finish', after_match => after) m
WHERE customer = 'ann' GROUP BY after, j ORDER BY after;
-- A limit as an argument: the narrower of the two holds.
SELECT journey_match(j, 'view ... buy', '14 minutes') AS short, journey_match(j, 'view ... buy', '15 minutes') AS exact, journey_match(j, 'view ... buy within 14 minutes', '1 day') AS both, journey_match(j, 'view ... buy', NULL) AS none,
       journey_match_count(j, 'view ... buy', '20 minutes') FROM journeys WHERE customer = 'ann';
-- Simultaneous events stand as the pattern names them.
SELECT j ~ '^ view cart buy $' AS view_first, j ~ '^ buy cart view $' AS buy_first, (SELECT (start_event_no, end_event_no, events) FROM journey_matches(j, 'view cart buy')) AS rows FROM journeys WHERE customer = 'cem';
-- NULL and empty journeys.
SELECT customer, j ~ '.' AS any, j !~ '.' AS none, journey_match_count(j, '.') AS count, (SELECT count(*) FROM journey_matches(j, '.')) AS rows FROM journeys WHERE customer IN ('nobody', 'unknown') ORDER BY customer;
SELECT j ~ NULL AS null_pattern FROM journeys WHERE customer = 'ann';

-- It runs in parallel, the planner asks its estimate, and the operators negate each other.
CREATE TABLE many AS SELECT n, journey_agg(timestamptz '2024-01-01' + i * interval '1 minute', CASE WHEN i = 5 AND n % 4 = 0 THEN 'buy' ELSE (ARRAY['view', 'cart'])[1 + (n + i) % 2] END) AS j
    FROM generate_series(1, 2000) n, generate_series(1, 6) i GROUP BY n;
ANALYZE many;
CREATE FUNCTION estimated(condition text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) SELECT * FROM many WHERE ' || condition INTO plan;
    RETURN plan -> 0 -> 'Plan' ->> 'Plan Rows';
END $$;
SELECT condition, estimated(condition) BETWEEN low AND high AS near, (SELECT count(*) FROM many WHERE CASE WHEN condition LIKE '%!~%' THEN j !~ 'cart ... buy' ELSE j ~ 'cart ... buy' END) AS rows
FROM (VALUES ($$j ~ 'cart ... buy'$$, 300, 700), ($$j !~ 'cart ... buy'$$, 1300, 1700)) c (condition, low, high);
EXPLAIN (COSTS off) SELECT * FROM many WHERE NOT j ~ 'cart ... buy';
SET min_parallel_table_scan_size = 0;
SET parallel_tuple_cost = 0;
SET parallel_setup_cost = 0;
EXPLAIN (COSTS off) SELECT count(*) FROM many WHERE j ~ 'cart ... buy';
SELECT count(*) FROM many WHERE j ~ 'cart ... buy';
RESET min_parallel_table_scan_size;
RESET parallel_tuple_cost;
RESET parallel_setup_cost;
-- A pattern from a column is read again where it changes.
SELECT pattern, count(*) FROM many, (VALUES ('buy $'), ('buy cart'), ('view cart{3}'), ('^ cart')) p (pattern) WHERE j ~ pattern GROUP BY pattern ORDER BY pattern;
-- Time does not explode: nested quantifiers on events that almost match.
SET statement_timeout = '20s';
SELECT journey_match(j, '(((a+)+)+ b)+ c') AS nested, journey_match(j, '(a?){100} a{100} b c') AS optional, journey_match(j, '(a ... a ...)+ a ... c') AS gaps FROM (SELECT journey_agg(timestamptz '2024-01-01' + i * interval '1 second', CASE WHEN i % 1000 = 0 THEN 'b' ELSE 'a' END) AS j FROM generate_series(1, 3000) i) l;
RESET statement_timeout;

-- What is refused.
DO $$
DECLARE
    given text;
    said text;
    hint text;
BEGIN
    FOREACH given IN ARRAY ARRAY['', 'view ...', '... view', 'view | ', '()', '(view', 'view)', '[view', '[]', 'view{2,1}', 'view{0}', 'view{5000}', '(view{100}){100}', 'view within cart', 'view within 5 cart', 'view within -5 minutes cart',
        'view within 5 parsecs cart', 'view within 1 day within 2 days cart', 'view ... after 2 days within 1 day cart', '(view within 1 hour)', '(view ... within 1 day cart)? within 1 hour buy', 'view where colour = red', 'view where channel < web', 'view where value = web',
        '(view cart) where value > 1', 'view as', 'view as within', '"view', '""', 'view % cart', '^*', '^ ... view', 'view (...) cart', '(view ... within 1 day)', 'view within 99999999999999999 years cart', repeat('(', 101) || 'a' || repeat(')', 101)] LOOP
        BEGIN
            PERFORM journey_match(j, given) FROM journeys WHERE customer = 'ann';
            RAISE NOTICE '% is taken', given;
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS said = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
            RAISE NOTICE USING MESSAGE = format('%s  %s %s  HINT: %s', left(given, 30), SQLSTATE, said, hint);
        END;
    END LOOP;
END $$;
SELECT journey_match(j, 'view', '-1 minute') FROM journeys WHERE customer = 'ann';
SELECT m.* FROM journeys, journey_matches(j, 'view', matches => 'some') m;
SELECT m.* FROM journeys, journey_matches(j, 'view', after_match => 'skip') m;
SELECT m.* FROM journeys, journey_matches(j, 'view as look cart as pack', after_match => 'skip to first buy') m;
SELECT m.* FROM journeys, journey_matches(j, 'view', after_match => 'skip to last buy') m;
SELECT m.* FROM journeys, journey_matches(j, NULL) m;
SELECT m.* FROM journeys, journey_matches(j, 'view', matches => NULL) m;
SELECT journey_match_count(j, 'view', after_match => NULL) FROM journeys;
DROP TABLE visits, journeys, many;
DROP FUNCTION estimated;
