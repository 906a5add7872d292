-- RFM on public orders: the figures of R's package rfm, and plain SQL.
CREATE TABLE orders (customer int, ts date, amount float8);
\copy orders FROM 'rfm_orders.csv' (FORMAT csv, HEADER)
CREATE TABLE customers AS SELECT customer, rfm(ts::timestamptz, amount, '2006-12-31') AS v FROM orders GROUP BY customer;
ANALYZE;
SELECT same('rfm_orders: values', 'SELECT customer, (v).* FROM customers',
    $$SELECT customer, timestamptz '2006-12-31' - max(ts)::timestamptz, count(*), sum(amount) FROM orders GROUP BY customer$$);

-- R's cuts are its quantiles plus 1 and bins [low, high): rfm_fixed takes exactly these.
CREATE TABLE cuts AS SELECT rfm_fixed(r, f, m) AS model FROM (
    SELECT (SELECT array_agg((q + 1) * interval '1 day') FROM unnest(percentile_cont(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY extract(day FROM (v).recency))) AS q) AS r,
        (SELECT array_agg((q + 1)::bigint) FROM unnest(percentile_cont(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY (v).frequency)) AS q) AS f,
        (SELECT array_agg(q + 1) FROM unnest(percentile_cont(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY (v).monetary)) AS q) AS m FROM customers) AS c;
SELECT same('rfm_orders: thresholds printed by R''s rfm', 'SELECT measure, array_agg(round(threshold)::int ORDER BY threshold) FROM cuts, rfm_thresholds(model) GROUP BY measure',
    $$VALUES ('recency', '{115,181,297,482}'::int[]), ('frequency', '{4,5,6,8}'), ('monetary', '{256,382,506,666}')$$);
SELECT same('rfm_orders: frequency scores of R''s rfm', 'SELECT f, count(*) FROM cuts, customers, rfm_score(model, v) GROUP BY f',
    'VALUES (1, 268::bigint), (2, 187), (3, 176), (4, 244), (5, 120)');
SELECT same('rfm_orders: Champions of R''s rfm', $$SELECT segment, customers, round(customers * avg_frequency), revenue FROM unnest((SELECT rfm_report(v, model,
    ARRAY['Champions: 4-5 4-5 4-5', 'Loyal: 2-5 3-5 3-5', 'Potential Loyalist: 3-5 1-3 1-3']) FROM customers, cuts)) WHERE segment = 'Champions'$$,
    $$VALUES ('Champions', 158::bigint, 1234::float8, 120178::float8)$$);
SELECT same('rfm_orders: nested cells hold 7 or 8', $$SELECT count(*), min(n), max(n) FROM (SELECT count(*) AS n FROM customers, rfm_score((SELECT rfm_fit(v, 'nested', 5) FROM customers), v) GROUP BY score) AS c$$,
    'VALUES (125::bigint, 7::bigint, 8::bigint)');

-- Every method against plain SQL: on these customers and on 2,377 households' baskets.
CREATE TABLE baskets (customer int, basket text, ts timestamptz, amount float8, items int, lines int);
\copy baskets FROM 'completejourney_baskets.csv' (FORMAT csv, HEADER)
CREATE TABLE households AS SELECT customer, rfm(ts, amount, '2017-10-01') AS v FROM baskets GROUP BY customer HAVING rfm(ts, amount, '2017-10-01') IS NOT NULL;
SELECT same('baskets: values as of a moment in their midst', 'SELECT customer, extract(epoch FROM (v).recency), (v).frequency, round((v).monetary::numeric, 6) FROM households',
    $$SELECT customer, extract(epoch FROM timestamptz '2017-10-01' - max(ts)), count(*), round(sum(amount)::numeric, 6) FROM baskets WHERE ts <= '2017-10-01' GROUP BY customer$$);
SELECT same('baskets: from journeys', $$SELECT customer, rfm(j, '{basket}', '2017-10-01') FROM (SELECT customer, journey_agg(ts, 'basket', NULL, amount) AS j FROM baskets GROUP BY customer) AS b
    WHERE rfm(j, '{basket}', '2017-10-01') IS NOT NULL$$, 'TABLE households');

CREATE VIEW orders_of AS SELECT 'orders' AS source, customer, extract(epoch FROM (v).recency) AS r, (v).frequency AS f, (v).monetary AS m, v FROM customers
    UNION ALL SELECT 'baskets', customer, extract(epoch FROM (v).recency), (v).frequency, (v).monetary, v FROM households;
CREATE FUNCTION scores(method text, bins int) RETURNS TABLE (source text, customer int, r int, f int, m int) LANGUAGE sql AS $$
    SELECT o.source, o.customer, s.r, s.f, s.m FROM (SELECT source, rfm_fit(v, method, bins) AS model FROM orders_of GROUP BY source) AS models
    JOIN orders_of AS o USING (source), rfm_score(model, v) AS s $$;
SELECT same('ntile', 'SELECT * FROM scores(''ntile'', 5)',
    $$SELECT source, customer, min(nr) OVER (PARTITION BY source, r, f, m), min(nf) OVER (PARTITION BY source, r, f, m), min(nm) OVER (PARTITION BY source, r, f, m) FROM
        (SELECT *, ntile(5) OVER (PARTITION BY source ORDER BY r DESC, f, m) AS nr, ntile(5) OVER (PARTITION BY source ORDER BY f, r DESC, m) AS nf,
            ntile(5) OVER (PARTITION BY source ORDER BY m, r DESC, f) AS nm FROM orders_of) AS n$$);
SELECT same('cume_dist', 'SELECT * FROM scores(''cume_dist'', 5)',
    $$SELECT source, customer, ceil(round((5 * cume_dist() OVER (PARTITION BY source ORDER BY r DESC))::numeric, 9))::int, ceil(round((5 * cume_dist() OVER (PARTITION BY source ORDER BY f))::numeric, 9))::int,
        ceil(round((5 * cume_dist() OVER (PARTITION BY source ORDER BY m))::numeric, 9))::int FROM orders_of$$);
SELECT same('ties_share', 'SELECT * FROM scores(''ties_share'', 4)',
    $$SELECT source, customer, (4 * (2 * (rank() OVER (PARTITION BY source ORDER BY r DESC) - 1) + count(*) OVER (PARTITION BY source, r)) / (2 * count(*) OVER (PARTITION BY source)))::int + 1,
        (4 * (2 * (rank() OVER (PARTITION BY source ORDER BY f) - 1) + count(*) OVER (PARTITION BY source, f)) / (2 * count(*) OVER (PARTITION BY source)))::int + 1,
        (4 * (2 * (rank() OVER (PARTITION BY source ORDER BY m) - 1) + count(*) OVER (PARTITION BY source, m)) / (2 * count(*) OVER (PARTITION BY source)))::int + 1 FROM orders_of$$);
SELECT same('fixed', $$SELECT o.source, o.customer, s.f, s.m FROM orders_of AS o, rfm_score(rfm_fixed('{30 days,60 days,120 days}', '{2,5,9}', '{50,100,400}'), v) AS s$$,
    $$SELECT source, customer, 1 + width_bucket(f, ARRAY[2, 5, 9]::bigint[]), 1 + width_bucket(m, ARRAY[50, 100, 400]::float8[]) FROM orders_of$$);
SELECT same('quantile', 'SELECT source, measure, score, round(threshold::numeric, 6) FROM (SELECT source, rfm_fit(v, ''quantile'', 5) AS model FROM orders_of GROUP BY source) AS q, rfm_thresholds(model)',
    $$SELECT source, measure, score, round(q::numeric, 6) FROM (SELECT source, percentile_cont(ARRAY[0.8, 0.6, 0.4, 0.2]) WITHIN GROUP (ORDER BY r / 86400) AS recency,
            percentile_cont(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY f) AS frequency, percentile_cont(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY m) AS monetary FROM orders_of GROUP BY source) AS q,
        LATERAL (VALUES ('recency', recency), ('frequency', frequency), ('monetary', monetary)) AS c (measure, cuts), unnest(cuts) WITH ORDINALITY AS u (q, at), LATERAL (SELECT at::int + 1) AS s (score)$$);
SELECT same('report', 'SELECT segment, customers, round(revenue::numeric, 6), round(avg_monetary::numeric, 6), round(avg_frequency::numeric, 9) FROM unnest((SELECT rfm_report(v, ''ntile'', 5) FROM households)) WHERE customers > 0',
    $$SELECT rfm_segment(s.r, s.f, s.m), count(*), round(sum((v).monetary)::numeric, 6), round(avg((v).monetary)::numeric, 6), round(avg((v).frequency), 9)
      FROM scores('ntile', 5) AS s JOIN households USING (customer) WHERE source = 'baskets' GROUP BY 1$$);
SELECT same('movement', $$SELECT from_segment, to_segment, customers, round(value::numeric, 6) FROM unnest((SELECT rfm_movement(before, after) FROM
        (SELECT rfm(ts, amount, '2017-05-01') AS before, rfm(ts, amount, '2017-10-01') AS after FROM baskets GROUP BY customer) AS c))$$,
    $$WITH c AS MATERIALIZED (SELECT customer, rfm(ts, amount, '2017-05-01') AS before, rfm(ts, amount, '2017-10-01') AS after FROM baskets GROUP BY customer)
      SELECT rfm_segment((SELECT rfm_fit(before) FROM c), before), rfm_segment((SELECT rfm_fit(after) FROM c), after), count(*), round(sum((after).monetary)::numeric, 6) FROM c WHERE after IS NOT NULL GROUP BY 1, 2$$);
