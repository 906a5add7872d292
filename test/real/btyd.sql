-- CDNOW (2,357 customers) and donations (11,104 donors): published parameters,
-- log-likelihoods and holdout figures; summaries against plain SQL.
CREATE TABLE file (master_id int, customer int, day date, cds int, amount float8);
\copy file FROM 'cdnow_sample.csv' (FORMAT csv, HEADER)
CREATE TABLE rounded (customer int, x bigint, t_x float8, age float8);
\copy rounded FROM 'cdnow_summary.csv' (FORMAT csv, HEADER)
CREATE TABLE donors (x bigint, t_x float8, n float8, customers bigint);
\copy donors FROM 'donations_bgbb.csv' (FORMAT csv, HEADER)
CREATE TABLE customers AS SELECT customer, (btyd_summary(day::timestamptz, amount, 'week', '1997-09-30', '1998-06-30')).* FROM file GROUP BY customer;
CREATE TABLE journeys AS SELECT customer, journey_agg(day::timestamptz, 'buy', NULL, amount, cds) AS j FROM file GROUP BY customer;
ANALYZE;

SELECT same('btyd_summary is what plain SQL counts',
    $$SELECT customer, frequency, recency, age, round(monetary::numeric, 6), holdout_frequency, round(holdout_amount::numeric, 6), holdout_length FROM customers$$,
    $$SELECT customer, count(*) FILTER (WHERE day <= '1997-09-30') - 1, (max(day) FILTER (WHERE day <= '1997-09-30') - min(day)) / 7.0::float8, ('1997-09-30' - min(day)) / 7.0::float8,
        round(avg(amount) FILTER (WHERE day <= '1997-09-30' AND day > first)::numeric, 6), count(*) FILTER (WHERE day > '1997-09-30'), round(coalesce(sum(amount) FILTER (WHERE day > '1997-09-30'), 0)::numeric, 6), 39::float8
      FROM (SELECT customer, day, sum(amount) AS amount, min(min(day)) OVER (PARTITION BY customer) AS first FROM file WHERE day <= '1998-06-30' GROUP BY customer, day) d GROUP BY customer$$);
SELECT same('btyd_summary of journeys is that of rows',
    $$SELECT customer, (btyd_summary(j, '{buy}', 'week', '1997-09-30', '1998-06-30')).* FROM journeys$$, 'TABLE customers');
SELECT same('published counts', $$SELECT count(*), sum(frequency), count(*) FILTER (WHERE frequency = 0), sum(holdout_frequency) FROM customers$$,
    $$VALUES (2357::bigint, 2457::numeric, 1411::bigint, 1882::numeric)$$);

CREATE TABLE fits AS SELECT bgnbd_fit(frequency, recency, age, 'week') AS bgnbd, mbgnbd_fit(frequency, recency, age, 'week') AS mbgnbd, pareto_nbd_fit(frequency, recency, age, 'week') AS pareto_nbd,
    nbd_fit(frequency, age, 'week') AS nbd, gamma_gamma_fit(frequency, monetary) AS gamma_gamma FROM customers;
CREATE TABLE donor_fits AS SELECT bgbb_fit(x, t_x, n, 'year', customers) AS bgbb FROM donors;
CREATE FUNCTION figures(model btyd_model) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', (SELECT string_agg(round(estimate::numeric, 4)::text, ' ') FROM btyd_parameters(model)), round(log_likelihood::numeric, 4), converged) FROM btyd_fit_report(model) $$;
SELECT same('BG/NBD', 'SELECT figures(bgnbd) FROM fits', $$VALUES ('0.2426 4.4136 0.7929 2.4259 -9582.4292 t')$$);
SELECT same('MBG/NBD', 'SELECT figures(mbgnbd) FROM fits', $$VALUES ('0.5248 6.1831 0.8914 1.6140 -9582.1357 t')$$);
SELECT same('Pareto/NBD', 'SELECT figures(pareto_nbd) FROM fits', $$VALUES ('0.5533 10.5777 0.6062 11.6687 -9594.9762 t')$$);
SELECT same('NBD', 'SELECT figures(nbd) FROM fits', $$VALUES ('0.3848 12.0720 -9763.6576 t')$$);
SELECT same('Gamma-Gamma', 'SELECT figures(gamma_gamma) FROM fits', $$VALUES ('6.2496 3.7442 15.4435 -4055.9177 t')$$);
SELECT same('BG/BB', 'SELECT figures(bgbb) FROM donor_fits', $$VALUES ('1.2035 0.7497 0.6567 2.7834 -33225.5813 t')$$);
SELECT same('BG/NBD of the rounded file', $$SELECT figures(bgnbd_fit(x, t_x, age, 'week')) FROM rounded$$, $$VALUES ('0.2426 4.4135 0.7929 2.4258 -9582.4256 t')$$);
SELECT same('BG/NBD standard errors', $$SELECT parameter, round(standard_error::numeric, 3) FROM fits, btyd_parameters(bgnbd)$$, $$VALUES ('r', 0.013), ('alpha', 0.378), ('a', 0.186), ('b', 0.705)$$);
SELECT same('holdout of BG/NBD by frequency', $$SELECT frequency, round(actual::numeric, 4), round(expected::numeric, 4) FROM unnest((SELECT btyd_calibration(bgnbd, frequency, recency, age, holdout_frequency, 39) FROM customers, fits)) WHERE frequency <> 'all'$$,
    $$VALUES ('0', .2367, .2251), ('1', .6970, .5231), ('2', 1.3925, 1.0441), ('3', 1.5600, 1.5203), ('4', 2.5323, 2.1639), ('5', 2.9474, 2.6538), ('6', 3.8621, 3.5040), ('7+', 6.3594, 6.1572)$$);
SELECT same('holdout of Pareto/NBD by frequency', $$SELECT frequency, round(expected::numeric, 4) FROM unnest((SELECT btyd_calibration(pareto_nbd, frequency, recency, age, holdout_frequency, 39) FROM customers, fits)) WHERE frequency <> 'all'$$,
    $$VALUES ('0', .1384), ('1', .5995), ('2', 1.1958), ('3', 1.7138), ('4', 2.3983), ('5', 2.9072), ('6', 3.8186), ('7+', 6.4031)$$);
SELECT same('all of the holdout', $$SELECT round(sum(btyd_purchases(bgnbd, frequency, recency, age, 39))::numeric, 2), round(sum(btyd_purchases(mbgnbd, frequency, recency, age, 39))::numeric, 2), round(sum(btyd_purchases(pareto_nbd, frequency, recency, age, 39))::numeric, 2), round(sum(btyd_purchases(nbd, frequency, recency, age, 39))::numeric, 2), round(avg(btyd_alive(bgnbd, frequency, recency, age))::numeric, 4) FROM customers, fits$$,
    $$VALUES (1653.41, 1576.73, 1665.51, 2929.82, .8134)$$);
SELECT same('donations of the next five years', $$SELECT round(sum(customers * btyd_purchases(bgbb, x, t_x, n, 5))::numeric, 2) FROM donors, donor_fits$$, 'VALUES (12884.16)');
SELECT same('value of customer 1', $$SELECT round(btyd_value(bgnbd, gamma_gamma, frequency, recency, age, monetary, 360 / 7.0, 0.01, 30 / 7.0)::numeric, 2) FROM customers, fits WHERE customer = 1$$, 'VALUES (35.87)');
