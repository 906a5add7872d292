-- dialect=… of sequence_match, sequence_count and sequence_match_events.
SET timezone = 'UTC';
SET datestyle = 'ISO';

-- The examples of ClickHouse's reference test: twelve seconds, and in each a number.
CREATE TABLE seconds (at int, data int);
INSERT INTO seconds VALUES (0,0),(1,0),(2,0),(3,0),(4,1),(5,2),(6,0),(7,0),(8,0),(9,0),(10,1),(11,1);
CREATE FUNCTION asked(pattern text, mode text, OUT matches boolean, OUT count bigint, OUT events int[]) LANGUAGE sql AS $$
    SELECT sequence_match(pattern, mode, to_timestamp(at), data = 0, data = 1, data = 2, data = 3),
           sequence_count(pattern, mode, to_timestamp(at), data = 0, data = 1, data = 2, data = 3),
           ARRAY(SELECT extract(epoch FROM u)::int FROM unnest(sequence_match_events(pattern, mode, to_timestamp(at), data = 0, data = 1, data = 2, data = 3)) u)
    FROM seconds $$;
CREATE TABLE examples (n serial, pattern text, matches boolean, count bigint, events int[]);
INSERT INTO examples (pattern, matches, count, events) VALUES
    ('', true, 12, '{}'), ('.', true, 12, '{}'), ('.*', true, 12, '{}'), ('(?1)', true, 8, '{0}'), ('(?2)', true, 3, '{4}'), ('(?3)', true, 1, '{5}'),
    ('(?4)', false, 0, '{}'), ('(?1)(?1)', true, 4, '{0,1}'), ('(?1)(?1)(?1)', true, 2, '{0,1,2}'), ('(?1)(?1)(?1)(?1)', true, 2, '{0,1,2,3}'),
    ('(?1)(?1)(?1)(?1)(?1)', false, 0, '{0,1,2,3}'), ('(?1)(?1)(?1)(?1)(?2)', true, 2, '{0,1,2,3,4}'), ('(?1)(?t>10)(?2)', true, 1, '{0,11}'),
    ('(?1)(?t>11)(?2)', false, 0, '{0}'), ('(?1)(?t<11)(?2)', true, 2, '{0,4}'), ('(?1)(?t<3)(?3)', true, 1, '{3,5}'), ('(?1)(?t<=2)(?3)', true, 1, '{3,5}'),
    ('(?1)(?t<2)(?3)', false, 0, '{0}'), ('(?2)(?t>=7)(?2)', true, 1, '{4,11}'), ('(?2)(?t>7)(?2)', false, 0, '{4}'), ('(?2)(?3)(?1)', true, 1, '{4,5,6}');
SELECT n, pattern, a.* FROM examples e, asked(pattern, 'dialect=clickhouse') a WHERE (a.matches, a.count, a.events) IS DISTINCT FROM (e.matches, e.count, e.events);
-- DuckDB takes the same examples over, but an empty pattern.
SELECT n, pattern, a.* FROM examples e, asked(pattern, 'dialect=duckdb') a WHERE pattern <> '' AND (a.matches, a.count, a.events) IS DISTINCT FROM (e.matches, e.count, e.events);
SELECT m AS mode, sequence_match_events('(?1)(?t==2)(?2)', m, to_timestamp(at), data = 1, data = 2) AS two, sequence_match_events('(?1)(?t==1)(?2)', m, to_timestamp(at), data = 1, data = 2) AS one
FROM seconds, unnest(ARRAY['', 'dialect=clickhouse', 'dialect=duckdb']) m GROUP BY m ORDER BY m;
-- Of ClickHouse's correction of sequenceMatchEvents (#118120).
SELECT sequence_match('(?1)(?t<=10)(?2)(?3)', 'dialect=clickhouse', to_timestamp(t), e = 'A', e = 'B', e = 'C') AS match,
       sequence_match_events('(?1)(?t<=10)(?2)(?3)', 'dialect=clickhouse', to_timestamp(t), e = 'A', e = 'B', e = 'C') AS events
FROM (VALUES (0, 'A'), (5, 'B'), (100, 'B'), (101, 'C')) v (t, e);

-- An empty mode is our own way, a null is an error; a row with a null condition; no rows; rows that satisfy nothing.
SELECT sequence_count('((?1)|(?2))+', '', to_timestamp(at), data = 0, data = 1) FROM seconds;
SELECT m AS mode, sequence_count('(?1)', m, to_timestamp(at), data < 1, nullif(data = 0, at = 3)) AS null_condition, sequence_count('(?1)', m, to_timestamp(at), VARIADIC ARRAY[data < 1, nullif(data = 0, at = 3)]) AS in_array,
       sequence_match('.*', m, to_timestamp(at), data = 9) AS satisfying_nothing, sequence_match('.*', m, to_timestamp(at), data = 0) FILTER (WHERE false) AS no_rows
FROM seconds, unnest(ARRAY['', 'dialect=clickhouse', 'dialect=duckdb']) m GROUP BY m ORDER BY m;

-- Conditions beyond one word.
SELECT m AS mode, sequence_match_events('(?3)(?t<=200)(?130)', m, to_timestamp(n), VARIADIC ARRAY(SELECT n = i FROM generate_series(1, 130) i ORDER BY i)) FROM generate_series(1, 200) n, unnest(ARRAY['dialect=clickhouse', 'dialect=duckdb']) m GROUP BY m ORDER BY m;
-- A mode from a column and from a parameter.
SET plan_cache_mode = force_generic_plan;
PREPARE counted (text) AS SELECT sequence_count('(?1)(?t>=1)(?2)', $1, to_timestamp(at), data = 0, data = 1) FROM seconds;
EXECUTE counted ('dialect=duckdb');
EXECUTE counted ('');
DEALLOCATE counted;
RESET plan_cache_mode;

-- The dialect travels with the state: no plan and no order of rows changes an answer.
CREATE TABLE random_visits AS
    SELECT n % 7 AS segment, timestamptz '2024-01-01' + ('x' || substr(md5(n::text), 1, 6))::bit(24)::int % 4000 * interval '250 milliseconds' AS ts, ('x' || substr(md5(n::text), 7, 2))::bit(8)::int % 16 AS bits
    FROM generate_series(1, 3000) n;
ANALYZE random_visits;
CREATE VIEW answers AS SELECT segment, m, sequence_match('(?1)(?t<=2)(?2)(?3)', 'dialect=' || m, ts, bits & 1 > 0, bits & 2 > 0, bits & 4 > 0) AS match, sequence_count('(?1).*(?t>3)(?2)', 'dialect=' || m, ts, bits & 1 > 0, bits & 2 > 0) AS count,
    sequence_count('(?1).*(?t>3)(?2)', 'dialect=clickhouse', ts, bits & 1 > 0, bits & 2 > 0) AS clickhouse, sequence_match_events('(?3)(?t==1)(?1)', 'dialect=duckdb', ts, bits & 1 > 0, bits & 2 > 0, bits & 4 > 0) AS duckdb
    FROM random_visits, unnest(ARRAY['clickhouse', 'duckdb']) m GROUP BY segment, m;
CREATE VIEW plain_answers AS SELECT segment, sequence_count('(?1).*(?t>3)(?2)', 'dialect=clickhouse', ts, bits & 1 > 0, bits & 2 > 0) AS clickhouse,
    sequence_match_events('(?3)(?t==1)(?1)', 'dialect=duckdb', ts, bits & 1 > 0, bits & 2 > 0, bits & 4 > 0) AS duckdb FROM random_visits GROUP BY segment;
CREATE FUNCTION answer(hash text, sort text, workers text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('enable_hashagg', hash, true), set_config('enable_sort', sort, true), set_config('max_parallel_workers_per_gather', workers, true);
    RETURN (SELECT md5(string_agg(a::text, '|' ORDER BY segment, m)) FROM answers a) || (SELECT md5(string_agg(a::text, '|' ORDER BY segment)) FROM plain_answers a);
END $$;
SET min_parallel_table_scan_size = 0;
SET parallel_tuple_cost = 0;
SET parallel_setup_cost = 0;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS off) SELECT * FROM plain_answers;
SELECT answer('on', 'off', '0') = answer('off', 'on', '0') AS sorted, answer('on', 'off', '0') = answer('on', 'off', '2') AS parallel_hash, answer('on', 'off', '0') = answer('off', 'on', '2') AS parallel_sort;
UPDATE random_visits SET bits = bits;  -- the rows change places
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
    dialect text;
    said text;
    hint text;
BEGIN
    FOREACH dialect IN ARRAY ARRAY['dialect=clickhouse', 'dialect=duckdb'] LOOP
        FOREACH given IN ARRAY ARRAY['', '((?1))', '(?1)+', '(?1)|(?2)', '(?within<=5)(?1)', '(?1) (?2)', '(?1)(?t!=5)(?2)', '(?1)(?t<=0.5)(?2)', '(?1)(?t<=+5)(?2)', '(?1)(?t<5)(?t>1)(?2)', '(?t<5)(?1)', '(?1)(?t<-1)(?2)', '(?0)', '(?3)', '(?1', '(?t5)', '(?x)', '(?1)(?t<=9999999999)(?2)'] LOOP
            BEGIN
                PERFORM sequence_match(given, dialect, to_timestamp(at), data = 0, data = 1) FROM seconds;
                RAISE NOTICE '%  % is taken', dialect, given;
            EXCEPTION WHEN OTHERS THEN
                GET STACKED DIAGNOSTICS said = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
                RAISE NOTICE USING MESSAGE = format('%s  %s  %s %s  HINT: %s', dialect, given, SQLSTATE, said, hint);
            END;
        END LOOP;
    END LOOP;
END $$;
SELECT sequence_match('(?1)', NULL, now(), true);
SELECT sequence_match(NULL, 'dialect=duckdb', now(), true);
SELECT sequence_match('(?1)', 'dialect=doris', now(), true);
SELECT sequence_match('(?1)', 'strict_order', now(), true);
SELECT sequence_match('(?1)', 'dialect=duckdb', 'infinity'::timestamptz, true);
SELECT sequence_match('(?1)', CASE WHEN at > 3 THEN 'dialect=duckdb' ELSE '' END, to_timestamp(at), true) FROM seconds;
DROP TABLE seconds, examples, random_visits CASCADE;
DROP FUNCTION asked, answer;
