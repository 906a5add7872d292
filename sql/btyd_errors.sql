-- What the customers-alive models refuse, and how they say it.
SET timezone = 'UTC';
\set VERBOSITY default
\set m '''{"model": "bgnbd", "unit": "week", "parameters": {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}}'''
\set bgbb '''{"model": "bgbb", "unit": "year", "parameters": {"alpha": 1, "beta": 1, "gamma": 1, "delta": 3}}'''
\set gg '''{"model": "gamma_gamma", "parameters": {"p": 6.25, "q": 3.74, "gamma": 15.44}}'''
\set sbg '''{"model": "sbg", "unit": "year", "parameters": {"alpha": 0.668, "beta": 3.806}}'''

-- Fits: rows that cannot be.
SELECT bgnbd_fit(-1, 0, 5, 'week');
SELECT bgnbd_fit(1, -1, 5, 'week');
SELECT mbgnbd_fit(2, 0, 5, 'week');
SELECT mbgnbd_fit(0, 1, 5, 'week');
SELECT pareto_nbd_fit(2, 6, 5, 'week');
SELECT pareto_nbd_fit(2, 'NaN', 5, 'week');
SELECT pareto_nbd_fit(2, 1, 'Infinity', 'week');
SELECT nbd_fit(2, 0, 'week');
SELECT bgbb_fit(2, 2.5, 5, 'year');
SELECT bgbb_fit(3, 2, 5, 'year');
SELECT bgbb_fit(1, 1, 200000, 'year');
SELECT gamma_gamma_fit(2, 'NaN');
SELECT sbg_fit(0, true, 'month');
SELECT sbg_fit(5, true, 'month', -1);
-- Units.
SELECT bgnbd_fit(2, 1, 5, 'fortnight');
SELECT bgnbd_fit(2, 1, 5, NULL);
SELECT bgnbd_fit(2, 1, 5, unit) FROM unnest('{week,day}'::text[]) unit;
-- Summaries.
SELECT btyd_summary('2024-01-01', 5, 'week', NULL);
SELECT btyd_summary('2024-01-01', 5, 'week', 'infinity');
SELECT btyd_summary('-infinity', 5, 'week', '2024-01-01');
SELECT btyd_summary('2024-01-01', 'NaN'::float8, 'week', '2024-01-01');
SELECT btyd_summary('2024-01-01', 5, 'week', '2024-02-01', '2024-01-01');
SELECT btyd_summary('2024-01-01', 5, 'year', '2024-02-01');
SELECT btyd_summary('2024-01-01', 5, 'week', '2024-02-01', NULL, 'month', 'UTC');
SELECT btyd_summary('2024-01-01', 5, 'week', '2024-02-01', NULL, '2 days', 'UTC');
SELECT btyd_summary('2024-01-01', 5, 'week', '2024-02-01', NULL, 'day', 'Europe/Nowhere');
SELECT btyd_summary('2024-01-01', 5, 'week', as_of) FROM unnest('{2024-02-01,2024-02-02}'::timestamptz[]) as_of;
SELECT btyd_summary('[]'::journey, NULL, 'week', '2024-02-01');
-- Models.
SELECT 'bgnbd'::btyd_model;
SELECT '[]'::btyd_model;
SELECT '{"model": "bg"}'::btyd_model;
SELECT '{"model": "bgnbd", "parameters": {"r": 1, "alpha": 1, "a": 1, "b": 1}}'::btyd_model;
SELECT '{"model": "bgnbd", "unit": "week"}'::btyd_model;
SELECT '{"model": "bgnbd", "unit": "week", "parameters": {"r": 1, "alpha": 1, "a": 1}}'::btyd_model;
SELECT '{"model": "bgnbd", "unit": "week", "parameters": {"r": 1, "alpha": 1, "a": 1, "b": 1, "c": 1}}'::btyd_model;
SELECT '{"model": "bgnbd", "unit": "week", "parameters": {"r": 0, "alpha": 1, "a": 1, "b": 1}}'::btyd_model;
SELECT '{"model": "bgnbd", "unit": "week", "parameters": {"r": "1", "alpha": 1, "a": 1, "b": 1}}'::btyd_model;
SELECT '{"model": "nbd", "unit": "week", "parameters": {"r": 1, "alpha": 1}, "converged": false, "reason": "bad luck"}'::btyd_model;
SELECT '\x00'::btyd_sample;
SELECT '\x0100000000000000'::btyd_calibration_state;
-- Scores.
SELECT btyd_alive(:gg, 2, 1, 5);
SELECT btyd_alive(:m, 2, 6, 5);
SELECT btyd_purchases(:m, -1);
SELECT btyd_purchases(:m, 'NaN');
SELECT btyd_purchases(:bgbb, 1.5);
SELECT btyd_probability(:m, -1, 5);
SELECT btyd_residual(:m, 2, 1, 5, 0.01);
SELECT btyd_residual(:bgbb, 2, 2, 5, 0);
SELECT btyd_spend(:m, 2, 10);
SELECT btyd_value(:m, :m, 2, 1, 5, 10, 52);
SELECT btyd_value(:m, :gg, 2, 1, 5, 10, 52, -0.1);
SELECT btyd_value(:m, :gg, 2, 1, 5, 10, 52, 0, 0);
SELECT btyd_retention(:m, 1);
SELECT btyd_retention(:sbg, 0);
SELECT btyd_survival(:sbg, -1);
SELECT btyd_lifetime(:sbg, 0, -1);
SELECT btyd_lifetime(:sbg, discount => 0.0000001);
SELECT btyd_units(:gg, '1 day');
SELECT btyd_parameter(:m, 'beta');
SELECT btyd_calibration(:m, 2, 1, 5, -1, 10);
SELECT bgnbd_add(NULL, 2, 1, 5, 'week');
