-- Logistic regression on recidivism (Rossi et al.), as computed by R 4.2.2:
--   glm(arrest ~ fin + age + race + wexp + mar + paro + prio, binomial, surv_rossi, epsilon = 1e-14)
-- and, with a ridge of 10, by Newton's method in R on features standardised with n.
CREATE TABLE rossi (week int, arrest int, fin int, age int, race int, wexp int, mar int, paro int, prio int);
CREATE TABLE lines (line text);
\copy lines FROM 'surv_rossi.csv'
INSERT INTO rossi SELECT f[1]::int, f[2]::int, f[3]::int, f[4]::int, f[5]::int, f[6]::int, f[7]::int, f[8]::int, f[9]::int
FROM (SELECT string_to_array(line, ',') AS f FROM lines) AS l WHERE f[1] <> 'week';
CREATE TABLE leads AS SELECT arrest = 1 AS converted, ARRAY[fin, age, race, wexp, mar, paro, prio]::float8[] AS features FROM rossi;
CREATE TABLE models AS SELECT logistic_fit(converted, features) AS plain, logistic_fit(converted, features, 10) AS ridge, logistic_fit(converted, features, 10, false) AS raw_ridge FROM leads;
SELECT same('coefficients and standard errors of R''s glm', 'SELECT feature_no, round(coefficient::numeric, 9), round(std_error::numeric, 8) FROM models, logistic_coefficients(plain)',
    'VALUES (0, 0.342888779, 0.68024731), (1, -0.437282826, 0.22853362), (2, -0.067421631, 0.02437614), (3, 0.353856101, 0.36427825), (4, -0.152364129, 0.25077775),
        (5, -0.490152136, 0.42256916), (6, -0.088145968, 0.23619735), (7, 0.101362560, 0.03814357)');
SELECT same('likelihood and deviance of R''s glm', 'SELECT status, round(log_likelihood::numeric, 9), round(deviance::numeric, 9), round(-2 * null_log_likelihood::numeric, 9) FROM models, logistic_summary(plain)',
    $$VALUES ('converged', -233.684517460, 467.369034920, 498.601782561)$$);
SELECT same('ridge on standardised features', 'SELECT feature_no, round(coefficient::numeric, 9), round(std_error::numeric, 9) FROM models, logistic_coefficients(ridge)',
    'VALUES (0, 0.161501580, 0.615439009), (1, -0.385638422, 0.213372500), (2, -0.056601440, 0.021231474), (3, 0.293519656, 0.336094932), (4, -0.187706233, 0.229928997),
        (5, -0.435200264, 0.378284288), (6, -0.075787442, 0.220251983), (7, 0.090685224, 0.035586563)');
SELECT same('ridge on features as they are', 'SELECT feature_no, round(coefficient::numeric, 9), round(std_error::numeric, 9) FROM models, logistic_coefficients(raw_ridge)',
    'VALUES (0, 0.473976625, 0.624255442), (1, -0.277760362, 0.183962524), (2, -0.070888447, 0.023779221), (3, 0.156906290, 0.234536524), (4, -0.122912694, 0.194838964),
        (5, -0.196980810, 0.245710330), (6, -0.062786745, 0.188441462), (7, 0.099299608, 0.036892818)');
CREATE TABLE scored AS SELECT logistic_probability(plain, features) AS p, converted AS y, features FROM leads, models;
SELECT same('AUC and log loss of R', 'SELECT round(roc_auc(p, y)::numeric, 12), round(log_loss(p, y)::numeric, 12) FROM scored', 'VALUES (0.661135937328, 0.540936383010)');
SELECT same('AUC in plain SQL', 'SELECT roc_auc(p, y) FROM scored',
    'SELECT (sum(CASE WHEN a.p > b.p THEN 1 WHEN a.p = b.p THEN 0.5 ELSE 0 END) / count(*))::float8 FROM scored a, scored b WHERE a.y AND NOT b.y');
SELECT same('deciles in plain SQL', 'SELECT bin, customers, conversions, round(predicted::numeric, 9) FROM unnest((SELECT calibration_report(p, y) FROM scored))',
    $$SELECT bin, count(*), count(*) FILTER (WHERE y), round(avg(p)::numeric, 9) FROM (SELECT p, y,
        (10 * (2 * (rank() OVER (ORDER BY p) - 1) + count(*) OVER (PARTITION BY p)) / (2 * count(*) OVER ()))::int + 1 AS bin FROM scored) AS s GROUP BY bin$$);
CREATE TABLE file (customer text, item text, category text, event text, unix_ts bigint, ts timestamptz);
\copy file FROM 'taobao_userbehavior_43.csv' (FORMAT csv, HEADER)
CREATE TABLE clicks AS SELECT customer, ts, event FROM file;
SELECT same('points with a half-life in plain SQL', $$SELECT customer, round(lead_points(ts, event, '{pv,cart,buy}', '{1,5,-3}', '2017-12-02', '36 hours')::numeric, 9) FROM clicks GROUP BY customer$$,
    $$SELECT customer, round(coalesce(sum(points * 2 ^ (-extract(epoch FROM timestamptz '2017-12-02' - ts) / (36 * 3600))) FILTER (WHERE ts <= '2017-12-02'), 0)::numeric, 9)
      FROM clicks LEFT JOIN (VALUES ('pv', 1), ('cart', 5), ('buy', -3)) AS p (event, points) USING (event) GROUP BY customer$$);
