-- NPS, CSAT, CES: a user's questions, edges, bad input, plans.
SET extra_float_digits = 0;
CREATE TABLE answers (region text, answer int, satisfied int, effort int);
INSERT INTO answers VALUES ('north', 10, 5, 7), ('north', 9, 4, 6), ('north', 9, 5, 2), ('north', 7, 3, 5), ('north', 3, 2, 1), ('north', NULL, NULL, NULL),
    ('south', 10, 4, 7), ('south', 6, 1, 3), ('south', 0, 1, 4), ('south', 8, 5, 5), ('south', 11, 6, 8), ('south', -1, 0, 0);
SELECT region, nps(answer), csat(satisfied), ces(effort) FROM answers GROUP BY region ORDER BY region;
SELECT region, (r).* FROM (SELECT region, nps_report(answer) AS r FROM answers GROUP BY region) AS x ORDER BY region;
SELECT region, (r).* FROM (SELECT region, csat_report(satisfied) AS r FROM answers GROUP BY region) AS x ORDER BY region;
SELECT region, (r).* FROM (SELECT region, ces_report(effort, 1, 7, 6, 0.9) AS r FROM answers GROUP BY region) AS x ORDER BY region;
SELECT (nps_compare(answer, region = 'north')).* FROM answers;
SELECT (csat_compare(satisfied, region = 'north', 1, 5, 5)).* FROM answers;
SELECT (ces_compare(effort, region = 'north')).* FROM answers;
-- A wider level, a wider interval.
SELECT (nps_report(answer, 0.99)).ci_low < (nps_report(answer)).ci_low AS lower FROM answers;
-- Fractions, NaN and what is off the scale are counted, never scored.
SELECT (nps_report(x)).* FROM unnest('{9,9.5,NaN,Infinity,11,NULL}'::float8[]) AS x;
-- Nobody; one answer; all alike.
SELECT nps(answer), (nps_report(answer)).* FROM answers WHERE false;
SELECT csat(satisfied), (csat_report(satisfied)).* FROM answers WHERE false;
SELECT (nps_compare(answer, true)).* FROM answers;
SELECT (nps_report(10)).*;
SELECT (csat_report(5)).ci_low, (csat_report(5)).ci_high, (csat_compare(5, i > 2)).z, (csat_compare(5, i > 2)).difference FROM generate_series(1, 4) AS i;

CREATE FUNCTION attempt(statement text, OUT state text, OUT message text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    state := 'none'; message := 'no error'; hint := '';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
END $$;
SELECT a.* FROM unnest(ARRAY[
$$SELECT nps_report(answer, 1) FROM answers$$, $$SELECT nps_report(answer, 'NaN') FROM answers$$, $$SELECT nps_report(answer, NULL) FROM answers$$,
$$SELECT nps_report(answer, answer / 100.0) FROM answers WHERE answer > 0$$, $$SELECT csat(satisfied, 5, 1, 3) FROM answers$$,
$$SELECT csat(satisfied, 1, 5, 1) FROM answers$$, $$SELECT ces_report(effort, 1, 7, 8) FROM answers$$, $$SELECT ces(effort, 1, NULL, 5) FROM answers$$,
$$SELECT csat_compare(satisfied, true, 1, 5, 4, 2) FROM answers$$, $$SELECT survey_combine('{1,2}', '{1,2}')$$, $$SELECT survey_score_finish('{1,2,3}')$$,
$$SELECT nps_report_finish('{1,0,10,9,6,0.95,1,1,NULL,0,0,0,9}')$$, $$SELECT nps_report_finish('{2,0,10,9,6,0.95,1,1,1,0,0,0,9}')$$,
$$SELECT nps_report_finish('{1,0,10,9,6,0.95,1,1,-1,0,0,0,9}')$$]) WITH ORDINALITY AS s (statement, no), attempt(statement) AS a ORDER BY no;

-- In parallel and in any order.
CREATE TABLE many AS SELECT i % 4 AS part, (i * 7919 % 13) - 1 AS answer FROM generate_series(1, 20000) AS i;
ANALYZE many;
SET min_parallel_table_scan_size = 0;
SET parallel_tuple_cost = 0;
SET parallel_setup_cost = 0;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS off) SELECT nps_report(answer), nps_compare(answer, part = 1) FROM many;
CREATE TABLE parallel_answer AS SELECT part, nps(answer) AS nps, nps_report(answer) AS r, csat_compare(answer, answer % 2 = 0) AS c FROM many GROUP BY part;
SET max_parallel_workers_per_gather = 0;
SELECT count(*) AS differing FROM parallel_answer p FULL JOIN (SELECT part, nps(answer) AS nps, nps_report(answer) AS r, csat_compare(answer, answer % 2 = 0) AS c
    FROM (SELECT * FROM many ORDER BY hashint4(answer), part OFFSET 0) AS s GROUP BY part) s USING (part) WHERE (p.nps, p.r, p.c) IS DISTINCT FROM (s.nps, s.r, s.c);
DROP TABLE answers, many, parallel_answer;
DROP FUNCTION attempt;
