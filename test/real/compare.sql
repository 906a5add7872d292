-- Differences between groups of real customers, against plain SQL: rates, z, Welch's t
-- with var_samp, Mann and Whitney's U with rank().
CREATE TABLE shop (visitor_id text, ts timestamptz, click_order bigint, page text);
\copy shop FROM 'clickstream_shop_1240.csv' (FORMAT csv, HEADER)
CREATE TABLE journeys AS SELECT visitor_id, min(ts) < '1999-03-01' AS early, journey_agg(ts, page, NULL, NULL, click_order) AS j FROM shop GROUP BY 1;
CREATE TABLE baskets (household_id bigint, basket_id float8, ts timestamptz, sales_value float8, items int, lines int);
\copy baskets FROM 'completejourney_baskets.csv' (FORMAT csv, HEADER)
CREATE TABLE campaigns (campaign_id int, household_id bigint);
\copy campaigns FROM 'completejourney_campaigns.csv' (FORMAT csv, HEADER)
CREATE TABLE spent AS SELECT sales_value, items, household_id IN (SELECT household_id FROM campaigns WHERE campaign_id <= 5) AS reached FROM baskets;
ANALYZE;

CREATE TABLE reports AS SELECT early, funnel_report(j, '{product,addcart,cart,pay_req}') AS report FROM journeys GROUP BY early;
SELECT same('a funnel compared from its start', $$SELECT step_no, step, customers_a, customers_b, rate_a, rate_b, difference, lift
    FROM funnel_compare((SELECT report FROM reports WHERE early), (SELECT report FROM reports WHERE NOT early))$$,
    $$SELECT a.step_no, a.step, a.customers, b.customers, a.from_start, b.from_start, b.from_start - a.from_start, (b.from_start - a.from_start) / a.from_start
      FROM (SELECT r.* FROM reports, unnest(report) r WHERE early) a JOIN (SELECT r.* FROM reports, unnest(report) r WHERE NOT early) b USING (step_no)$$);
SELECT same('a funnel compared from the step before', $$SELECT step_no, rate_a, rate_b
    FROM funnel_compare((SELECT report FROM reports WHERE early), (SELECT report FROM reports WHERE NOT early), 'previous') WHERE step_no > 1$$,
    $$SELECT a.step_no, a.from_previous, b.from_previous FROM (SELECT r.* FROM reports, unnest(report) r WHERE early) a
      JOIN (SELECT r.* FROM reports, unnest(report) r WHERE NOT early) b USING (step_no) WHERE a.step_no > 1$$);
CREATE TABLE pages AS SELECT page, count(*) FILTER (WHERE early)::float8 AS xa, (SELECT count(*) FROM journeys WHERE early)::float8 AS na,
    count(*) FILTER (WHERE NOT early)::float8 AS xb, (SELECT count(*) FROM journeys WHERE NOT early)::float8 AS nb
    FROM journeys, unnest(event_names(j)) AS page GROUP BY page;
CREATE FUNCTION wilson(x float8, n float8, side int) RETURNS float8 IMMUTABLE LANGUAGE sql AS
    $$ SELECT (x / n + z ^ 2 / (2 * n) + side * z * sqrt(x / n * (1 - x / n) / n + z ^ 2 / (4 * n ^ 2))) / (1 + z ^ 2 / n) FROM (SELECT 1.959963984540054::float8 AS z) q $$;
SELECT same('z of each page', $$SELECT page, round(z::numeric, 9), round(ci_low::numeric, 9), round(ci_high::numeric, 9) FROM pages, proportion_test(xa, na, xb, nb, method => 'z')$$,
    $$SELECT page, round(((xb / nb - xa / na) / nullif(sqrt((xa + xb) / (na + nb) * (1 - (xa + xb) / (na + nb)) * (1 / na + 1 / nb)), 0))::numeric, 9),
      round(((xb / nb - xa / na) - sqrt((xb / nb - wilson(xb, nb, -1)) ^ 2 + (wilson(xa, na, 1) - xa / na) ^ 2))::numeric, 9),
      round(((xb / nb - xa / na) + sqrt((wilson(xb, nb, 1) - xb / nb) ^ 2 + (xa / na - wilson(xa, na, -1)) ^ 2))::numeric, 9) FROM pages$$);

SELECT same('shares of pages', $$SELECT name, share_a, share_b, round(p_value::numeric, 9) FROM share_compare((SELECT array_agg(page ORDER BY page) FROM pages), (SELECT array_agg(xa ORDER BY page) FROM pages), (SELECT array_agg(xb ORDER BY page) FROM pages))$$,
    $$SELECT page, xa / sum(xa) OVER (), xb / sum(xb) OVER (), round((proportion_test(xa, sum(xa) OVER (), xb, sum(xb) OVER ())).p_value::numeric, 9) FROM pages$$);
SELECT same('the chi-squared of all pages', $$SELECT round(statistic::numeric, 8), df FROM chi2_test((SELECT array_agg(xa ORDER BY page) FROM pages), (SELECT array_agg(xb ORDER BY page) FROM pages))$$,
    $$SELECT round(sum((x - e) ^ 2 / e)::numeric, 8), count(DISTINCT page) - 1 FROM (SELECT page, x, (xa + xb) * sum(x) OVER (PARTITION BY side) / sum(x) OVER () AS e
      FROM (SELECT page, xa, xb, 'a' AS side, xa AS x FROM pages UNION ALL SELECT page, xa, xb, 'b', xb FROM pages) u) c$$);

-- Holm and Benjamini-Hochberg by their definitions.
CREATE TABLE p AS SELECT page, (proportion_test(xa, na, xb, nb)).p_value FROM pages;
SELECT same('adjusted p-values', $$SELECT page, round((p_adjust(array_agg(p_value) OVER w, 'holm'))[n]::numeric, 12), round((p_adjust(array_agg(p_value) OVER w, 'bh'))[n]::numeric, 12)
    FROM (SELECT *, row_number() OVER (ORDER BY page) AS n FROM p) q WINDOW w AS (ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)$$,
    $$SELECT page, round(least(1, max((m - i + 1) * p_value) OVER (ORDER BY i))::numeric, 12), round(least(1, min(m * p_value / i) OVER (ORDER BY i DESC))::numeric, 12)
      FROM (SELECT page, p_value, row_number() OVER (ORDER BY p_value, page) AS i, count(*) OVER () AS m FROM p) r$$);

SELECT same('means and Welch of baskets', $$SELECT (c).n_a, (c).n_b, round((c).mean_a::numeric, 9), round((c).mean_b::numeric, 9), round((c).t::numeric, 8), round((c).df::numeric, 5) FROM (SELECT value_compare(sales_value, reached) AS c FROM spent) x$$,
    $$SELECT na, nb, round(ma::numeric, 9), round(mb::numeric, 9), round(((mb - ma) / sqrt(va / na + vb / nb))::numeric, 8), round(((va / na + vb / nb) ^ 2 / ((va / na) ^ 2 / (na - 1) + (vb / nb) ^ 2 / (nb - 1)))::numeric, 5)
      FROM (SELECT count(*) FILTER (WHERE NOT reached) AS na, count(*) FILTER (WHERE reached) AS nb, avg(sales_value) FILTER (WHERE NOT reached) AS ma, avg(sales_value) FILTER (WHERE reached) AS mb,
            var_samp(sales_value) FILTER (WHERE NOT reached) AS va, var_samp(sales_value) FILTER (WHERE reached) AS vb FROM spent) m$$);
SELECT same('medians and ranks of items, with ties', $$SELECT (c).median_a, (c).median_b, (c).u, (c).superiority, (c).mann_whitney_exact FROM (SELECT value_compare(items, reached) AS c FROM spent) x$$,
    $$SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY items) FILTER (WHERE NOT reached), percentile_cont(0.5) WITHIN GROUP (ORDER BY items) FILTER (WHERE reached), max(u), max(u) / (count(*) FILTER (WHERE reached) * count(*) FILTER (WHERE NOT reached)), false
      FROM spent, (SELECT sum(r) FILTER (WHERE reached) - count(*) FILTER (WHERE reached) * (count(*) FILTER (WHERE reached) + 1) / 2.0::float8 AS u
                   FROM (SELECT reached, rank() OVER (ORDER BY items) + (count(*) OVER (PARTITION BY items) - 1) / 2.0::float8 AS r FROM spent) ranked) ranks$$);
