-- journey @> names, journey && names, and the index that answers them.
SET timezone = 'UTC';
SET datestyle = 'ISO';
\pset null '-'

CREATE TABLE journeys (customer text PRIMARY KEY, j journey);
INSERT INTO journeys
SELECT customer, journey_agg(timestamptz '2024-05-01' + n * interval '1 minute', event)
FROM (VALUES ('ann', 'view cart buy'), ('bob', 'view view help'), ('cem', 'buy'), ('dia', 'view refund')) w (customer, walk),
     unnest(string_to_array(walk, ' ')) WITH ORDINALITY e (event, n)
GROUP BY customer;
INSERT INTO journeys VALUES ('nobody', '[]'), ('unknown', NULL);

-- All of these events, any of these events; NULL and empty arrays as in PostgreSQL's arrays.
SELECT asked, array_agg(customer ORDER BY customer) FILTER (WHERE j @> asked::text[]) AS has_all, array_agg(customer ORDER BY customer) FILTER (WHERE j && asked::text[]) AS has_any
FROM journeys, (VALUES (1, '{view}'), (2, '{view,buy}'), (3, '{buy,buy}'), (4, '{nothing}'), (5, '{view,nothing}'), (6, '{}'), (7, '{NULL}'), (8, '{view,NULL}'), (9, NULL), (10, '{{view},{buy}}'), (11, '{VIEW,""}')) q (no, asked)
GROUP BY no, asked ORDER BY no;
SELECT asked, ARRAY['view', 'cart', 'buy'] @> asked::text[] AS array_has_all, ARRAY['view', 'cart', 'buy'] && asked::text[] AS array_has_any
FROM (VALUES (1, '{view,buy}'), (6, '{}'), (7, '{NULL}'), (8, '{view,NULL}'), (9, NULL)) q (no, asked) ORDER BY no;
-- A literal needs no cast, and arrays of one's own are left alone.
SELECT customer FROM journeys WHERE j @> '{view,refund}';
SELECT tags && '{a,b}' AS any, tags <@ '{a,b}' AS within, tags @> '{a,b}' AS has FROM (VALUES (ARRAY['a'])) v (tags);

-- An index over many journeys: 20 usual names, 200 seldom ones, some of them long.
SELECT setseed(0.9);
CREATE TABLE many AS
    SELECT customer, journey_agg(timestamptz '2024-01-01' + n * interval '1 hour', event) AS j
    FROM (SELECT customer, n, CASE WHEN random() < 0.97 THEN 'usual ' || (20 * random() ^ 2)::int ELSE 'seldom ' || repeat(chr(960), (random() * 3)::int * 250) || (random() * 200)::int END AS event
          FROM generate_series(1, 8000) customer, generate_series(1, 12) n) e
    GROUP BY customer;
INSERT INTO many VALUES (0, '[]'), (-1, NULL);
CREATE INDEX many_events ON many USING gin (j);
ANALYZE many;
EXPLAIN (COSTS off) SELECT customer FROM many WHERE j @> '{seldom 7}';
EXPLAIN (COSTS off) SELECT customer FROM many WHERE j && '{seldom 7,seldom 8}';
EXPLAIN (COSTS off) SELECT customer FROM many WHERE j @> '{usual 0}';

-- The index answers as reading every journey does, whatever is asked and however it was filled.
CREATE TABLE questions AS
    SELECT no, array_agg(CASE WHEN random() < 0.03 THEN NULL WHEN random() < 0.6 THEN 'usual ' || (20 * random() ^ 2)::int WHEN random() < 0.02 THEN 'nothing'
                              ELSE 'seldom ' || repeat(chr(960), (random() * 3)::int * 250) || (random() * 200)::int END) AS asked
    FROM generate_series(1, 300) no, generate_series(1, 3) n WHERE random() < 0.6 GROUP BY no;
INSERT INTO questions VALUES (0, '{}');
CREATE FUNCTION asked_of_many(asked text[], by_index boolean) RETURNS TABLE (has_all bigint[], has_any bigint[]) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('enable_seqscan', CASE WHEN by_index THEN 'off' ELSE 'on' END, true), set_config('enable_bitmapscan', CASE WHEN by_index THEN 'on' ELSE 'off' END, true);
    EXECUTE 'SELECT array_agg(customer ORDER BY customer) FROM many WHERE j @> $1' USING asked INTO has_all;
    EXECUTE 'SELECT array_agg(customer ORDER BY customer) FROM many WHERE j && $1' USING asked INTO has_any;
    RETURN NEXT;
END $$;
CREATE FUNCTION differing() RETURNS TABLE (questions bigint, differ bigint, found bigint) LANGUAGE sql AS $$
    SELECT count(*), count(*) FILTER (WHERE i IS DISTINCT FROM s), sum(coalesce(cardinality(s.has_all), 0) + coalesce(cardinality(s.has_any), 0))::bigint FROM questions, asked_of_many(asked, true) i, asked_of_many(asked, false) s $$;
SELECT questions, differ, found > 100000 AS found_many FROM differing();
-- After updates and deletes that wait in the pending list, and when they are cleaned.
UPDATE many SET j = (SELECT journey_agg(ts, 'usual ' || (customer % 20)) FROM events(j)) WHERE customer % 7 = 1;
DELETE FROM many WHERE customer % 11 = 2;
INSERT INTO many SELECT -customer - 2, j FROM many WHERE customer % 5 = 0;
SELECT questions, differ, found > 100000 AS found_many FROM differing();
VACUUM many;
SELECT questions, differ, found > 100000 AS found_many FROM differing();
CREATE INDEX many_events_at_once ON many USING gin (j journey_gin_ops) WITH (fastupdate = off);
DROP INDEX many_events;
SELECT questions, differ, found > 100000 AS found_many FROM differing();
-- A long name is checked against the journey.
SET enable_seqscan = off;
SELECT count(*) > 0 AS found FROM many WHERE j @> ARRAY['seldom ' || repeat(chr(960), 750) || '7'];
SELECT count(*) FROM many WHERE j @> ARRAY['seldom ' || repeat(chr(960), 749) || '7'];
RESET enable_seqscan;
-- Joined, parallel, and with the array from another table.
SELECT count(*) > 0 AS found FROM questions, many WHERE no < 20 AND j @> asked;
-- Estimates come from the journeys that ANALYZE has seen.
CREATE FUNCTION estimated(condition text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) SELECT FROM many WHERE ' || condition INTO plan;
    RETURN (plan->0->'Plan'->>'Plan Rows')::numeric;
END $$;
ANALYZE many;
SELECT estimated($$j @> '{usual 0}'$$) > 2000 AS many_rows, estimated($$j @> '{seldom 7}'$$) < 500 AS few_rows;

DROP TABLE journeys, many, questions;
DROP FUNCTION asked_of_many, differing, estimated;
