-- Patterns and sequences on the Taobao customers beside PostgreSQL's own regular
-- expressions over one letter an event, and joins for limits of time.
\ir ../oracle/events.sql
CREATE TABLE file (user_id text, item_id float8, category_id text, behavior text, unix_ts bigint, ts_utc timestamptz, line bigserial);
\copy file (user_id, item_id, category_id, behavior, unix_ts, ts_utc) FROM 'taobao_userbehavior_43.csv' (FORMAT csv, HEADER)
INSERT INTO events SELECT user_id, ts_utc, behavior, category_id, item_id, line FROM file;
CALL prepare_events();
ANALYZE;

CREATE TABLE letters AS
SELECT unit, string_agg(CASE event WHEN 'pv' THEN 'p' WHEN 'cart' THEN 'c' WHEN 'fav' THEN 'f' ELSE 'b' END, '' ORDER BY ts, "row") AS events
FROM events GROUP BY unit;
CREATE TABLE pairs (pattern text, expression text);
INSERT INTO pairs VALUES ('pv', 'p'), ('pv cart', 'pc'), ('pv+ cart', 'p+c'), ('cart ... buy', 'c.*?b'), ('[cart|fav]{2}', '[cf]{2}'), ('[^pv]+', '[^p]+'), ('(cart|fav) pv{3,5}? buy', '(c|f)p{3,5}?b'),
    ('^ pv', '^p'), ('buy $', 'b$'), ('^ [^buy]* $', '^[^b]+$'), ('(pv+ cart)+? pv', '(p+c)+?p'), ('cart . . cart', 'c..c'), ('fav (... fav){2}', 'f.*?f.*?f'), ('(pv pv? (cart|buy)){2}', '(pp?(c|b)){2}');
-- Only "is there one" and the count where greedy and reluctant do not mix in one expression: PostgreSQL
-- takes all of an expression as its first quantifier is.
SELECT same('matches are those of regular expressions: ' || pattern,
    format($$SELECT unit, j ~ %L FROM journeys$$, pattern), format($$SELECT unit, events ~ %L FROM letters$$, expression)) FROM pairs;
SELECT same('so are their numbers: ' || pattern,
    format($$SELECT unit, journey_match_count(j, %L) FROM journeys$$, pattern), format($$SELECT unit, regexp_count(events, %L)::bigint FROM letters$$, expression))
FROM pairs WHERE expression !~ '\?';
SELECT same('a limit of time is a join',
    $$SELECT unit, j ~ 'cart ... within 1 hour buy' FROM journeys$$,
    $$SELECT unit, EXISTS (SELECT FROM events a JOIN events b USING (unit) WHERE a.unit = l.unit AND a.event = 'cart' AND b.event = 'buy'
        AND (b.ts, b."row") > (a.ts, a."row") AND b.ts <= a.ts + interval '1 hour') FROM letters l$$);
SELECT same('two limits and a whole are two joins',
    $$SELECT unit, j ~ 'fav ... after 1 minute cart ... within 1 day buy within 3 days' FROM journeys$$,
    $$SELECT unit, EXISTS (SELECT FROM events a JOIN events b USING (unit) JOIN events c USING (unit) WHERE a.unit = l.unit AND a.event = 'fav' AND b.event = 'cart' AND c.event = 'buy'
        AND b.ts >= a.ts + interval '1 minute' AND (c.ts, c."row") > (b.ts, b."row") AND c.ts <= b.ts + interval '1 day' AND c.ts <= a.ts + interval '3 days') FROM letters l$$);
SELECT same('sequence_match over rows: rows of one time may stand as the pattern names them',
    $$SELECT unit, sequence_match('(?1)(?t<=3600)(?2)', ts, event = 'cart', event = 'buy') FROM events GROUP BY unit$$,
    $$SELECT unit, EXISTS (SELECT FROM events a JOIN events b USING (unit) WHERE a.unit = l.unit AND a.event = 'cart' AND b.event = 'buy'
        AND b.ts BETWEEN a.ts AND a.ts + interval '1 hour') FROM letters l$$);
SELECT same('rows and journeys without a tie-breaker agree: ' || pattern,
    format($$SELECT unit, sequence_match(%L, ts, event = 'pv', event = 'cart', event = 'buy', event = 'fav'), sequence_count(%1$L, ts, event = 'pv', event = 'cart', event = 'buy', event = 'fav') FROM events GROUP BY unit$$, sequence),
    format($$SELECT unit, journey_match(journey_agg(ts, event), %L), journey_match_count(journey_agg(ts, event), %1$L) FROM events GROUP BY unit$$, pattern))
FROM (VALUES ('(?1)+(?2)', 'pv+ cart'), ('(?2)(?t<=600)(?3)', 'cart ... within 10 minutes buy'), ('(?within<=86400)(?4).*(?2).*(?3)', 'fav ... cart ... buy within 1 day'), ('((?1)(?2)|(?4).(?3))', '(pv cart | fav . buy)')) v (sequence, pattern);
