-- journey ~ pattern by the index on event names: as reading every journey answers.
SET timezone = 'UTC';
\pset null '-'

-- 20 usual names, 200 seldom ones, some of them long, in journeys of a dozen events.
SELECT setseed(0.7);
CREATE TABLE many AS
    SELECT customer, journey_agg(timestamptz '2024-01-01' + n * interval '1 hour', event, CASE WHEN n % 2 = 0 THEN 'web' END, n) AS j
    FROM (SELECT customer, n, CASE WHEN random() < 0.97 THEN 'usual' || (20 * random() ^ 2)::int ELSE 'seldom' || repeat(chr(960), (random() * 3)::int * 250) || (random() * 200)::int END AS event
          FROM generate_series(1, 4000) customer, generate_series(1, 12) n) e
    GROUP BY customer;
INSERT INTO many VALUES (0, '[]'), (-1, NULL);
CREATE INDEX many_events ON many USING gin (j);
ANALYZE many;
SELECT amvalidate(oid) AS valid FROM pg_opclass WHERE opcname = 'journey_gin_ops';
-- What a pattern needs is looked up; a pattern that needs no name is not asked of the index.
EXPLAIN (COSTS off) SELECT customer FROM many WHERE j ~ 'usual1 ... seldom7';
EXPLAIN (COSTS off) SELECT customer FROM many WHERE j ~ '[seldom7|seldom8] ... within 3 hours .';
EXPLAIN (COSTS off) SELECT customer FROM many WHERE j ~ '[^seldom7] [^usual0|seldom8]';
EXPLAIN (COSTS off) SELECT customer FROM many WHERE j ~ 'seldom7?';
EXPLAIN (COSTS off) SELECT customer FROM many WHERE j ~ '. where value > 100';
EXPLAIN (COSTS off) SELECT customer FROM many WHERE j !~ 'seldom7';

-- Random patterns of seldom, usual, long and unknown names in all the forms there are.
CREATE FUNCTION some_name() RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT CASE WHEN random() < 0.55 THEN 'usual' || (20 * random() ^ 2)::int WHEN random() < 0.05 THEN 'nothing'
                WHEN random() < 0.6 THEN 'seldom' || (random() * 200)::int ELSE '"seldom' || repeat(chr(960), (1 + random() * 2)::int * 250) || (random() * 200)::int || '"' END $$;
CREATE FUNCTION some_part(form int) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT CASE form WHEN 0 THEN some_name() WHEN 1 THEN some_name() || '?' WHEN 2 THEN '[' || some_name() || '|' || some_name() || ']' WHEN 3 THEN '[^' || some_name() || ']'
        WHEN 4 THEN '(' || some_name() || ' | ' || some_name() || ' ... ' || some_name() || ')' WHEN 5 THEN some_name() || ' as part' WHEN 6 THEN some_name() || '+' WHEN 7 THEN '.'
        WHEN 8 THEN some_name() || ' where value > 5' WHEN 9 THEN some_name() || ' where channel = web' WHEN 10 THEN '(' || some_name() || ' ... ' || some_name() || ')?' WHEN 11 THEN some_name() || '{1,2}' ELSE some_name() || '*' END $$;
CREATE TABLE patterns AS
    SELECT no, CASE WHEN random() < 0.1 THEN '^ ' ELSE '' END || some_part(a) || CASE WHEN random() < 0.6 THEN ' ... ' WHEN NOT ARRAY[a, b] && '{1,10,12}' AND random() < 0.5 THEN ' ... within 4 hours ' ELSE ' ' END
        || some_part(b) || CASE WHEN random() < 0.1 THEN ' $' ELSE '' END AS pattern
    FROM (SELECT no, (random() * 12)::int AS a, CASE WHEN random() < 0.5 THEN 0 ELSE (random() * 12)::int END AS b FROM generate_series(1, 300) no) f;
INSERT INTO patterns VALUES (-1, '^ $'), (-2, '.'), (-3, 'nothing'), (-4, 'usual1 where value > 3 ... usual1'), (-5, format('"seldom%s7"', repeat(chr(960), 749))), (-6, format('"seldom%s7"', repeat(chr(960), 750))), (-7, NULL),
    (-8, (SELECT string_agg('usual' || n % 20, ' | ') FROM generate_series(1, 200) n)), (-9, '(usual1 | usual2) ... (seldom1 | usual3 | usual4)');
CREATE FUNCTION found(pattern text, by_index boolean) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    customers bigint[];
BEGIN
    PERFORM set_config('enable_seqscan', CASE WHEN by_index THEN 'off' ELSE 'on' END, true), set_config('enable_bitmapscan', CASE WHEN by_index THEN 'on' ELSE 'off' END, true);
    EXECUTE format('SELECT array_agg(customer ORDER BY customer) FROM many WHERE j ~ %L', pattern) INTO customers;
    RETURN coalesce(customers, '{}');
END $$;
CREATE FUNCTION differing() RETURNS TABLE (patterns bigint, differ bigint, found_some boolean, found_many boolean) LANGUAGE sql AS $$
    SELECT count(*), count(*) FILTER (WHERE i IS DISTINCT FROM s), count(*) FILTER (WHERE s <> '{}') > 150, sum(cardinality(s)) > 50000 FROM patterns, found(pattern, true) i, found(pattern, false) s $$;
SELECT * FROM differing();
-- With entries that wait in the pending list.
UPDATE many SET j = (SELECT journey_agg(ts, 'usual' || (customer % 20)) FROM events(j)) WHERE customer % 7 = 1;
DELETE FROM many WHERE customer % 11 = 2;
INSERT INTO many SELECT -customer - 2, j FROM many WHERE customer % 5 = 0;
SELECT * FROM differing();
VACUUM many;
SELECT * FROM differing();

SET enable_seqscan = off;
-- A pattern from another table, a parameter, and with the other operators of the class.
EXPLAIN (COSTS off) SELECT count(*) FROM patterns CROSS JOIN LATERAL (SELECT FROM many WHERE j ~ pattern OFFSET 0) m WHERE no BETWEEN 1 AND 20;
SELECT (SELECT count(*) FROM patterns CROSS JOIN LATERAL (SELECT FROM many WHERE j ~ pattern OFFSET 0) m WHERE no BETWEEN -9 AND 20)
     = (SELECT sum(cardinality(found(pattern, false))) FROM patterns WHERE no BETWEEN -9 AND 20) AS same;
PREPARE asked (text) AS SELECT count(*) > 0 AS found FROM many WHERE j ~ $1;
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS off) EXECUTE asked ('seldom7');
EXECUTE asked ('seldom7');
EXECUTE asked ('nothing');
EXECUTE asked (NULL);
EXECUTE asked ('seldom7 |');
RESET plan_cache_mode;
EXPLAIN (COSTS off) SELECT count(*) FROM many WHERE j ~ 'usual1 ... usual2' AND j @> '{seldom7}' AND j && '{usual3,usual4}';
SELECT count(*) = (SELECT count(*) FROM (SELECT j FROM many OFFSET 0) m WHERE journey_match(j, 'usual1 ... usual2') AND has_all_events(j, '{seldom7}') AND has_any_event(j, '{usual3,usual4}')) AS same
FROM many WHERE j ~ 'usual1 ... usual2' AND j @> '{seldom7}' AND j && '{usual3,usual4}';
-- Errors are those of the operator; NULL finds nothing.
SELECT count(*) FROM many WHERE j ~ 'seldom7 ... within 5 parsecs usual1';
SELECT journey '[]' ~ 'seldom7 ... within 5 parsecs usual1';
SELECT count(*) FROM many WHERE j ~ NULL;
RESET enable_seqscan;

DROP TABLE many, patterns;
DROP FUNCTION some_name, some_part, found, differing;
