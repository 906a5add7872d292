-- What the survival functions refuse, and their words.
\set VERBOSITY default
\set SHOW_CONTEXT never
CREATE TABLE customers (months float8, churned boolean, plan text, age float8);
INSERT INTO customers VALUES (1, true, 'a', 30), (2, false, 'b', 40), (3, true, 'a', 50), (4, true, 'b', 20);
CREATE TABLE models AS SELECT cox_fit(months, churned, ARRAY[age], '{age}', plan) AS cox, aft_fit(months, churned, ARRAY[age]) AS aft FROM customers;
CREATE TABLE tables AS SELECT survival_table(months, churned) AS t FROM customers;

-- Durations and entries.
SELECT kaplan_meier(-1, true);
SELECT kaplan_meier('infinity', true);
SELECT survival_table('NaN', true);
SELECT survival_table(3, true, 3);
SELECT survival_table(3, true, -1);
SELECT cox_fit(-months, churned, ARRAY[age]) FROM customers;
SELECT cox_fit(months, churned, ARRAY[age], NULL, NULL, months) FROM customers;
SELECT aft_fit(months - 1, churned, ARRAY[age]) FROM customers;
SELECT survival_time('1 day', '0');
SELECT survival_time('-1 day', '1 day');
-- Options.
SELECT * FROM tables, kaplan_meier(t, 95);
SELECT * FROM tables, kaplan_meier(t, NULL);
SELECT * FROM tables, kaplan_meier(t, 0.95, 'wald');
SELECT * FROM tables, nelson_aalen(t, 0.95, 'logit');
SELECT * FROM tables, nelson_aalen(t, method => 'breslow');
SELECT survival_quantile(t, 50) FROM tables;
SELECT restricted_mean(t, 0) FROM tables;
SELECT cox_fit(months, churned, ARRAY[age], NULL, NULL, NULL, 'exact') FROM customers;
SELECT cox_fit(months, churned, ARRAY[age], NULL, NULL, NULL, NULL) FROM customers;
SELECT cox_fit(months, churned, ARRAY[age], NULL, NULL, NULL, 'efron', 0) FROM customers;
SELECT cox_fit(months, churned, ARRAY[age], NULL, NULL, NULL, 'efron', 'NaN', NULL) FROM customers;
SELECT kaplan_meier(months, churned, NULL, -1) FROM customers;
SELECT aft_fit(months, churned, ARRAY[age], NULL, 'gamma') FROM customers;
SELECT logrank(months, churned, plan, 'wilcoxon') FROM customers;
SELECT logrank(months, churned, plan, 'logrank', NULL, 1, 0) FROM customers;
SELECT logrank(months, churned, plan, 'fleming_harrington', NULL, -1, 0) FROM customers;
SELECT logrank(months, churned, plan, plan) FROM customers;
-- Covariates and names.
SELECT cox_fit(months, churned, ARRAY[]::float8[]) FROM customers;
SELECT cox_fit(months, churned, ARRAY[[age]]) FROM customers;
SELECT cox_fit(months, churned, CASE WHEN months < 3 THEN ARRAY[age] ELSE ARRAY[age, 1] END) FROM customers;
SELECT cox_fit(months, churned, ARRAY['infinity'::float8]) FROM customers;
SELECT cox_fit(months, churned, ARRAY[age], '{age,price}') FROM customers;
SELECT cox_fit(months, churned, ARRAY[age], ARRAY[plan]) FROM customers;
SELECT cox_fit(months, churned, ARRAY[age], '{NULL}') FROM customers;
SELECT cox_fit(months, churned, ARRAY[age], '{""}') FROM customers;
SELECT cox_fit(months, churned, array_fill(age, ARRAY[501])) FROM customers;
-- Nothing to fit.
SELECT cox_fit(months, false, ARRAY[age]) FROM customers;
SELECT aft_fit(months, false, ARRAY[age]) FROM customers;
-- Scores.
SELECT brier_score(months, churned, 2, 3) FROM customers;
SELECT brier_score(months, churned, 0.5, NULL) FROM customers;
SELECT brier_score(months, churned, 0.5, months) FROM customers;
SELECT survival_calibration(months, churned, -0.1, 3, 10) FROM customers;
SELECT survival_calibration(months, churned, 0.5, 3, 0) FROM customers;
SELECT concordance(months, churned, 'NaN') FROM customers;
-- Models.
SELECT survival_probability(cox, '{1,2}', 3, 'a') FROM models;
SELECT survival_probability(cox, '{NaN}', 3, 'a') FROM models;
SELECT survival_probability(cox, '{1}', -3, 'a') FROM models;
SELECT survival_probability(cox, '{1}', 3) FROM models;
SELECT survival_probability(aft, '{1}', 3, 'a') FROM models;
SELECT event_probability(aft, '{1}', 3, -1) FROM models;
SELECT survival_quantile(aft, '{1}', 1) FROM models;
SELECT * FROM models, survival_curve(aft, '{1}');
SELECT * FROM models, survival_curve(aft, '{1}', '{1,NULL}');
SELECT * FROM models, cox_coefficients(aft);
SELECT * FROM models, aft_coefficients(cox);
SELECT * FROM models, cox_zph(aft);
SELECT 'model'::survival_model;
SELECT '[]'::survival_model;
SELECT '{"version":1}'::survival_model;
SELECT replace(aft::text, '"version":1', '"version":9')::survival_model FROM models;
SELECT replace(aft::text, '"means":[', '"means":[1,')::survival_model FROM models;
SELECT replace(aft::text, 'weibull', 'gamma')::survival_model FROM models;
SELECT replace(cox::text, '"last_time":3', '"last_time":2')::survival_model FROM models;
-- States.
SELECT 'x'::survival_table;
SELECT '\x01'::survival_table;
SELECT '\x02000000'::survival_rows;
SELECT survival_table_combine(NULL, NULL);
DROP TABLE customers, models, tables;
