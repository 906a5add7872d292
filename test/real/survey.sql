-- Surveys on the test data of R's package NPS: its figures, and plain SQL.
CREATE TABLE answers (rec int, taste int, smile int, chirp int, bubble int, bu text, product text, day date, account text, region text);
\copy answers FROM 'nps_testdata.csv' (FORMAT csv, HEADER)
SELECT same('figures of R''s NPS', $$SELECT score, promoters, passives, detractors, round(std_error::numeric, 6), round(ci_low::numeric, 2), round(ci_high::numeric, 2) FROM (SELECT (nps_report(rec)).* FROM answers) AS r$$,
    'VALUES (10::float8, 462::bigint, 176::bigint, 362::bigint, 2.853069, 4.41, 15.59)');
SELECT same('NPS by region and product', 'SELECT region, product, round(nps(rec)::numeric, 9) FROM answers GROUP BY region, product',
    'SELECT region, product, round((100.0 * (count(*) FILTER (WHERE rec >= 9) - count(*) FILTER (WHERE rec <= 6)) / count(*))::numeric, 9) FROM answers GROUP BY region, product');
SELECT same('standard error is that of the mean of 100, 0 and -100', 'SELECT region, round((r).std_error::numeric, 9) FROM (SELECT region, nps_report(rec) AS r FROM answers GROUP BY region) AS x',
    'SELECT region, round((stddev_pop(CASE WHEN rec >= 9 THEN 100 WHEN rec <= 6 THEN -100 ELSE 0 END) / sqrt(count(*)))::numeric, 9) FROM answers GROUP BY region');
SELECT same('CSAT over its own scale', 'SELECT bu, csat(taste), ((r).mean)::numeric, (r).out_of_scale FROM (SELECT bu, taste, csat_report(taste) OVER (PARTITION BY bu) AS r FROM answers) AS x GROUP BY bu, r',
    'SELECT bu, (count(*) FILTER (WHERE taste IN (4, 5)))::float8 / count(*) FILTER (WHERE taste BETWEEN 1 AND 5), (avg(taste) FILTER (WHERE taste BETWEEN 1 AND 5))::float8::numeric, count(*) FILTER (WHERE NOT taste BETWEEN 1 AND 5) FROM answers GROUP BY bu');
SELECT same('difference of two groups', $$SELECT round(difference::numeric, 9), round(std_error::numeric, 9), n_in, n_out FROM (SELECT (nps_compare(rec, region = 'EMEA')).* FROM answers) AS c$$,
    $$SELECT round((100 * (a - b))::numeric, 9), round((100 * sqrt(va + vb))::numeric, 9), na, nb FROM (SELECT avg(s) FILTER (WHERE g) AS a, avg(s) FILTER (WHERE NOT g) AS b,
        var_pop(s) FILTER (WHERE g) / count(*) FILTER (WHERE g) AS va, var_pop(s) FILTER (WHERE NOT g) / count(*) FILTER (WHERE NOT g) AS vb, count(*) FILTER (WHERE g) AS na, count(*) FILTER (WHERE NOT g) AS nb
        FROM (SELECT CASE WHEN rec >= 9 THEN 1 WHEN rec <= 6 THEN -1 ELSE 0 END AS s, region = 'EMEA' AS g FROM answers) AS s) AS t$$);
