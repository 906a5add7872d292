-- Is the difference real? Shares, values, funnels, retention and credits of two groups.
CREATE SCHEMA compare_test;
SET search_path = compare_test, public;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET extra_float_digits = 0;
SELECT * FROM proportion_test(120, 1000, 150, 1000);
SELECT test, round(p_value::numeric, 10) AS p_value FROM proportion_test(3, 10, 9, 12);
SELECT test, round(p_value::numeric, 10) AS p_value FROM proportion_test(3, 10, 9, 12, method => 'z');
SELECT test, round(p_value::numeric, 10) AS p_value FROM proportion_test(3, 10, 9, 12, method => 'fisher');
SELECT round(ci_low::numeric, 4) AS low, round(ci_high::numeric, 4) AS high FROM proportion_test(48, 80, 56, 70, 0.99);
SELECT * FROM proportion_test(0, 0, 3, 10);
SELECT * FROM proportion_test(0, 10, 0, 12);
SELECT p_adjust('{0.01,0.02,0.03,0.04,0.005,0.2,NULL,0.9}') AS holm, p_adjust('{0.01,0.02,0.03,0.04,0.005,0.2,NULL,0.9}', 'bh') AS bh;
SELECT p_adjust('{}') AS empty, p_adjust('{NULL}') AS unknown, p_adjust(NULL) AS of_null, p_adjust('{0.5}', 'none') AS alone;
SELECT statistic, df, p_value, cramers_v FROM chi2_test('{10,20,30,0,5}', '{15,25,35,0,5}');
SELECT * FROM chi2_test('{3}', '{4}');

-- Values: the depths of Hollander and Wolfe (1973), as in R.
CREATE TABLE depths AS SELECT 'a' AS grp, unnest('{0.80,0.83,1.89,1.04,1.45,1.38,1.91,1.64,0.73,1.46}'::float8[]) AS depth
    UNION ALL SELECT 'b', unnest('{1.15,0.88,0.90,0.74,1.21}'::float8[]) UNION ALL SELECT 'b', NULL;
SELECT (c).n_a, (c).n_b, (c).dropped, (c).mean_a, (c).mean_b, (c).difference, (c).ci_low, (c).ci_high, (c).t, (c).df, (c).welch_p FROM (SELECT value_compare(depth, grp = 'b') AS c FROM depths) x;
SELECT (c).median_a, (c).median_b, (c).superiority, (c).u, (c).mann_whitney_exact, (c).mann_whitney_p FROM (SELECT value_compare(depth, grp = 'b') AS c FROM depths) x;
SELECT (value_compare(depth, false)).* FROM depths;
SELECT value_compare(depth, false) IS NULL AS of_nothing FROM depths WHERE false;

-- Two funnels.
CREATE TABLE journeys AS
SELECT CASE WHEN c <= 600 THEN 'old' ELSE 'new' END AS page, journey_agg(timestamptz '2024-05-01' + n * interval '1 hour', event) AS j
FROM generate_series(1, 1000) AS c, LATERAL (VALUES (1, 'view'), (2, CASE WHEN c % 2 = 0 OR c > 950 THEN 'cart' END), (3, CASE WHEN c % 2 = 0 AND c % 3 <= CASE WHEN c > 600 THEN 1 ELSE 0 END THEN 'buy' END)) AS e (n, event)
WHERE event IS NOT NULL GROUP BY c;
CREATE TABLE reports AS SELECT page, funnel_report(j, '{view,cart,buy}') AS report FROM journeys GROUP BY page;
SELECT step_no, step, customers_a, customers_b, rate_a, round(rate_b::numeric, 4) AS rate_b, round(difference::numeric, 4) AS difference, round(ci_low::numeric, 4) AS ci_low, round(ci_high::numeric, 4) AS ci_high, test, round(p_value::numeric, 8) AS p_value, round(p_adjusted::numeric, 8) AS p_adjusted
FROM funnel_compare((SELECT report FROM reports WHERE page = 'old'), (SELECT report FROM reports WHERE page = 'new'));
SELECT step_no, customers_a, customers_b, round(rate_a::numeric, 4) AS rate_a, round(rate_b::numeric, 4) AS rate_b, round(p_value::numeric, 8) AS p_value, round(p_adjusted::numeric, 8) AS p_adjusted
FROM funnel_compare((SELECT report FROM reports WHERE page = 'old'), (SELECT report FROM reports WHERE page = 'new'), base => 'previous', adjust => 'none');
-- The same from plain counts.
SELECT bool_and(c.p_value IS NOT DISTINCT FROM t.p_value) AS same, count(*) FROM funnel_compare((SELECT report FROM reports WHERE page = 'old'), (SELECT report FROM reports WHERE page = 'new')) AS c,
    LATERAL proportion_test(c.customers_a, 600, c.customers_b, 400) AS t WHERE step_no > 1;
-- A group of nobody.
SELECT step_no, customers_a, customers_b, rate_a, rate_b, p_value FROM funnel_compare((SELECT report FROM reports WHERE page = 'old'), (SELECT report FROM reports WHERE page = 'none'));
SELECT count(*) AS of_nobody FROM funnel_compare(NULL, NULL);

-- Retention, complete cohorts only.
CREATE TABLE visits AS SELECT c <= 60 AS early, journey_agg(timestamptz '2024-01-01' + d * interval '1 day', 'visit') AS j
FROM generate_series(1, 100) AS c, generate_series(0, 20) AS d WHERE d = 0 OR (c * d) % CASE WHEN c <= 60 THEN 5 ELSE 3 END = 1 GROUP BY c;
SELECT period_no, retained_a, customers_a, retained_b, customers_b, round(difference::numeric, 4) AS difference, test, round(p_value::numeric, 6) AS p_value, round(p_adjusted::numeric, 6) AS p_adjusted
FROM retention_compare((SELECT retention_report(j, retention_options('week', '2024-01-20')) FROM visits WHERE early), (SELECT retention_report(j, retention_options('week', '2024-01-20')) FROM visits WHERE NOT early), adjust => 'bh');

-- Shares, whole and in parts.
SELECT name, count_a, count_b, round(share_a::numeric, 4) AS share_a, round(share_b::numeric, 4) AS share_b, test, round(p_value::numeric, 6) AS p_value, round(p_adjusted::numeric, 6) AS p_adjusted
FROM share_compare('{email,search,direct,app}', '{120,80,3,0}', '{90,110,9.5,2.25}', adjust => 'bh');
SELECT count(*) FROM share_compare('{}', '{}', '{}');

-- Credits under several models: shares and tests are those of the plain counts, channels of
-- one side alone are there, and each model is a family of its own.
CREATE TABLE bought AS SELECT CASE WHEN c % 5 < 3 THEN 'early' ELSE 'late' END AS half,
    journey_agg(ts, event, channel, value) AS j
FROM generate_series(1, 400) AS c, LATERAL (VALUES
    (timestamptz '2024-05-01', 'see', CASE WHEN c % 7 = 0 THEN NULL WHEN c % 5 < 3 AND c % 11 < 3 THEN 'print' WHEN c % 3 = 0 THEN 'email' ELSE 'search' END, NULL::float8),
    ('2024-05-02', 'see', CASE WHEN c % 7 = 0 THEN NULL WHEN c % 5 >= 3 AND c % 2 = 0 THEN 'app' ELSE 'search' END, NULL),
    ('2024-05-03', 'buy', NULL, c)) AS e (ts, event, channel, value) GROUP BY c;
CREATE TABLE credits AS SELECT half, attribution_report(j, attribution_options('{buy}', '{first,linear}')) AS report FROM bought GROUP BY half;
SELECT model, channel, conversions_a, conversions_b, value_a, value_b, round(share_a::numeric, 4) AS share_a, round(share_b::numeric, 4) AS share_b, test, round(p_value::numeric, 6) AS p_value, round(p_adjusted::numeric, 6) AS p_adjusted
FROM attribution_compare((SELECT report FROM credits WHERE half = 'early'), (SELECT report FROM credits WHERE half = 'late'));
WITH compared AS (
    SELECT * FROM attribution_compare((SELECT report FROM credits WHERE half = 'early'), (SELECT report FROM credits WHERE half = 'late'), 0.9, 'bh')),
counted AS (
    SELECT model, s.* FROM (
        SELECT model, array_agg(channel ORDER BY conversions_a + conversions_b DESC, channel) AS names, array_agg(conversions_a::float8 ORDER BY conversions_a + conversions_b DESC, channel) AS a,
               array_agg(conversions_b::float8 ORDER BY conversions_a + conversions_b DESC, channel) AS b
        FROM (SELECT model, channel, sum(CASE WHEN half = 'early' THEN credit ELSE 0 END) AS conversions_a, sum(CASE WHEN half = 'late' THEN credit ELSE 0 END) AS conversions_b
              FROM (SELECT half, a.model, coalesce(a.channel, '(unattributed)') AS channel, a.credit FROM bought, attribute(j, '{buy}', '{first,linear}') AS a) AS rows GROUP BY model, channel) AS sums GROUP BY model) AS lists,
        LATERAL share_compare(names, a, b, 0.9, 'bh') AS s)
SELECT count(*) AS rows, count(*) FILTER (WHERE t.name IS NULL AND c.conversions_a + c.conversions_b = 0 AND c.p_adjusted IS NULL) AS without_credit,
       bool_and((c.conversions_a::float8, c.conversions_b::float8, c.share_a, c.share_b, c.ci_low, c.ci_high, c.p_value, c.p_adjusted) IS NOT DISTINCT FROM
                                  (t.count_a, t.count_b, t.share_a, t.share_b, t.ci_low, t.ci_high, t.p_value, t.p_adjusted)) FILTER (WHERE t.name IS NOT NULL) AS same
FROM compared AS c FULL JOIN counted AS t ON c.model = t.model AND c.channel = t.name;
SELECT model, channel, conversions_a, conversions_b, share_b, p_value FROM attribution_compare((SELECT report FROM credits WHERE half = 'early'), NULL) WHERE model = 'first';
SELECT count(*) AS of_nobody FROM attribution_compare(NULL, NULL);
SELECT count(*) FROM attribution_compare((SELECT report FROM credits WHERE half = 'early'), (SELECT report FROM credits WHERE half = 'late'), 2);
SELECT count(*) FROM attribution_compare((SELECT report FROM credits WHERE half = 'early'), (SELECT report FROM credits WHERE half = 'late'), adjust => 'odd');

-- Each of many against all others, adjusted over all.
SELECT page, p_adjust(array_agg(p_value) OVER (), 'holm') IS NOT NULL AS adjusted FROM reports, LATERAL (SELECT p_value FROM proportion_test(1, 2, 3, 4)) AS t ORDER BY page;

-- What is not taken.
SELECT proportion_test(11, 10, 1, 2);
SELECT proportion_test(1, 10, 3, 2);
SELECT proportion_test(-1, 10, 1, 2);
SELECT proportion_test(1, -10, 1, 2);
SELECT proportion_test(1, 'Infinity', 1, 2);
SELECT proportion_test(1, 10, 'NaN', 2);
SELECT proportion_test(1, 10, 1, 2, 0);
SELECT proportion_test(1, 10, 1, 2, 1.5);
SELECT proportion_test(1, 10, 1, 2, method => 'chi2');
SELECT proportion_test(1.5, 10, 1, 2, method => 'fisher');
SELECT p_adjust('{0.5,1.5}');
SELECT p_adjust('{0.5,-0.1}');
SELECT p_adjust('{0.5}', 'fdr');
SELECT chi2_test('{1,2}', '{1}');
SELECT chi2_test('{1,-2}', '{1,2}');
SELECT chi2_test('{1,NULL}', '{1,2}');
SELECT value_compare('NaN', true);
SELECT value_compare(1e200, true);
SELECT funnel_compare((SELECT report FROM reports WHERE page = 'old'), (SELECT funnel_report(j, '{view,buy}') FROM journeys));
SELECT funnel_compare((SELECT report FROM reports WHERE page = 'old'), (SELECT report FROM reports WHERE page = 'new'), base => 'first');
SELECT funnel_compare((SELECT report FROM reports WHERE page = 'old'), (SELECT report FROM reports WHERE page = 'new'), level => 2);
SELECT funnel_compare((SELECT report FROM reports WHERE page = 'old'), (SELECT report FROM reports WHERE page = 'new'), adjust => 'all');
SELECT share_compare('{a,b}', '{1,2}', '{1}');
SELECT share_compare('{a,b}', '{1}', '{1,2}');
SELECT share_compare('{a,NULL}', '{1,2}', '{1,2}');
SELECT share_compare('{a,b}', '{1,-2}', '{1,2}');
SELECT ''::value_groups;
SELECT '\x01000000000000000001000000000000000000000000000000000000'::value_groups;
SELECT value_compare_add(NULL, 1, true);

-- Parallel plans, and no order of rows, change a digit.
CREATE TABLE many AS SELECT (n * 7919 % 1000) / 7.0::float8 AS value, n % 3 = 0 AS in_b FROM generate_series(1, 20000) AS n;
ANALYZE many;
SET min_parallel_table_scan_size = 0;
SET parallel_tuple_cost = 0;
SET parallel_setup_cost = 0;
EXPLAIN (COSTS off) SELECT value_compare(value, in_b) FROM many;
CREATE TABLE answers AS SELECT 'parallel' AS plan, value_compare(value, in_b)::text AS row FROM many;
SET max_parallel_workers_per_gather = 0;
INSERT INTO answers SELECT 'serial', value_compare(value, in_b)::text FROM many;
INSERT INTO answers SELECT 'backwards', value_compare(value, in_b)::text FROM (SELECT * FROM many ORDER BY value DESC) AS m;
SELECT count(DISTINCT row) AS rows, count(*) AS plans FROM answers;
