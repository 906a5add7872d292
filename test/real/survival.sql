-- Survival curves, tests between groups and scores on the public data of Rossi and the
-- lung cancer study: every figure of R 4.2.2 with survival 3.5-3 (Debian 12), computed with control eps = 1e-14, to
-- eight digits; and the published Brier scores.
\ir ../oracle/survival_data.sql

-- Curves by sex, with all types of limits.
CREATE TABLE curves AS SELECT sex, t, type, format('lung km %s %s', sex, type) AS what
    FROM (SELECT sex, survival_table(time, died) AS t FROM patients GROUP BY sex) s, unnest('{log,log-log,plain,logit}'::text[]) type;
INSERT INTO found
    SELECT what, f.item, f.figure FROM curves,
        LATERAL (SELECT sum(survival) AS survival, sum(std_error) AS std_error, sum(lower) AS lower, sum(upper) AS upper FROM kaplan_meier(t, 0.95, type)) k,
        LATERAL (VALUES ('sum survival', k.survival), ('sum std_error', k.std_error), ('sum lower', k.lower), ('sum upper', k.upper)) f (item, figure) UNION ALL
    SELECT what, f.item || ' ' || p, f.figure FROM curves, unnest('{0.25,0.5,0.75}'::float8[]) p, survival_quantile(t, p, 0.95, type) q,
        LATERAL (VALUES ('quantile', q."time"), ('lower', q.lower), ('upper', q.upper)) f (item, figure) UNION ALL
    SELECT what, f.item, f.figure FROM curves, restricted_mean(t, 500) m, LATERAL (VALUES ('rmean', m.mean), ('rmean se', m.std_error)) f (item, figure);
INSERT INTO found
    SELECT 'lung km entry', f.item, f.figure FROM (
        SELECT sum(survival) AS survival, sum(std_error) AS std_error, sum(at_risk) AS at_risk
        FROM unnest((SELECT kaplan_meier(time, died, entry) FROM patients WHERE ph_ecog IS NOT NULL))) k,
        LATERAL (VALUES ('sum survival', k.survival), ('sum std_error', k.std_error), ('sum at_risk', k.at_risk)) f (item, figure) UNION ALL
    SELECT 'lung hazard', f.item, f.figure FROM (SELECT survival_table(month, died) AS t FROM patients WHERE ph_ecog IS NOT NULL) s,
        LATERAL (SELECT sum(cumulative_hazard) AS hazard, sum(std_error) AS error FROM nelson_aalen(t)) a,
        LATERAL (SELECT sum(cumulative_hazard) AS hazard, sum(std_error) AS error FROM nelson_aalen(t, method => 'fleming-harrington')) b,
        LATERAL (VALUES ('sum nelson-aalen', a.hazard), ('sum std_error', a.error), ('sum fleming-harrington', b.hazard), ('sum fleming-harrington std_error', b.error)) f (item, figure);
-- Rows that stand for several patients.
INSERT INTO found
    SELECT 'lung km weights', f.item, f.figure
    FROM (SELECT sum(survival) AS survival, sum(std_error) AS std_error FROM unnest((SELECT kaplan_meier(time, died, NULL, 1 + floor(age)::bigint % 3) FROM patients WHERE ph_ecog IS NOT NULL))) k,
        LATERAL (VALUES ('sum survival', k.survival), ('sum std_error', k.std_error)) f (item, figure);
-- Tests between groups; concordance.
INSERT INTO found
    SELECT 'lung logrank', 'ecog rho ' || rho, (logrank(time, died, ph_ecog::text, 'fleming_harrington', NULL, rho, 0)).statistic
    FROM patients, unnest('{0,0.5,1}'::float8[]) rho GROUP BY rho UNION ALL
    SELECT 'lung logrank', 'ecog by sex rho ' || rho, (logrank(time, died, ph_ecog::text, 'fleming_harrington', sex::text, rho, 0)).statistic
    FROM patients, unnest('{0,0.5,1}'::float8[]) rho GROUP BY rho UNION ALL
    SELECT 'lung concordance', 'age', concordance(time, died, age) FROM patients;

INSERT INTO figures VALUES
('lung km weights', 'sum survival', 99.6467607127),
('lung km weights', 'sum std_error', 3.87198719054),
('lung km 1 log', 'sum survival', 60.8024838216),
('lung km 1 log', 'sum std_error', 4.40078480563),
('lung km 1 log', 'sum lower', 53.049690819),
('lung km 1 log', 'sum upper', 70.5623778957),
('lung km 1 log', 'quantile 0.25', 144),
('lung km 1 log', 'lower 0.25', 107),
('lung km 1 log', 'upper 0.25', 177),
('lung km 1 log', 'quantile 0.5', 270),
('lung km 1 log', 'lower 0.5', 212),
('lung km 1 log', 'upper 0.5', 310),
('lung km 1 log', 'quantile 0.75', 457),
('lung km 1 log', 'lower 0.75', 387),
('lung km 1 log', 'upper 0.75', 574),
('lung km 1 log', 'rmean', 278.76323153),
('lung km 1 log', 'rmean se', 14.3545585667),
('lung km 1 log-log', 'sum survival', 60.8024838216),
('lung km 1 log-log', 'sum std_error', 4.40078480563),
('lung km 1 log-log', 'sum lower', 51.8839663876),
('lung km 1 log-log', 'sum upper', 69.143469916),
('lung km 1 log-log', 'quantile 0.25', 144),
('lung km 1 log-log', 'lower 0.25', 105),
('lung km 1 log-log', 'upper 0.25', 176),
('lung km 1 log-log', 'quantile 0.5', 270),
('lung km 1 log-log', 'lower 0.5', 210),
('lung km 1 log-log', 'upper 0.5', 306),
('lung km 1 log-log', 'quantile 0.75', 457),
('lung km 1 log-log', 'lower 0.75', 371),
('lung km 1 log-log', 'upper 0.75', 567),
('lung km 1 plain', 'sum survival', 60.8024838216),
('lung km 1 plain', 'sum std_error', 4.40078480563),
('lung km 1 plain', 'sum lower', 52.1969550212),
('lung km 1 plain', 'sum upper', 69.425271842),
('lung km 1 plain', 'quantile 0.25', 144),
('lung km 1 plain', 'lower 0.25', 107),
('lung km 1 plain', 'upper 0.25', 177),
('lung km 1 plain', 'quantile 0.5', 270),
('lung km 1 plain', 'lower 0.5', 212),
('lung km 1 plain', 'upper 0.5', 306),
('lung km 1 plain', 'quantile 0.75', 457),
('lung km 1 plain', 'lower 0.75', 371),
('lung km 1 plain', 'upper 0.75', 567),
('lung km 1 logit', 'sum survival', 60.8024838216),
('lung km 1 logit', 'sum std_error', 4.40078480563),
('lung km 1 logit', 'sum lower', 52.2410445841),
('lung km 1 logit', 'sum upper', 69.5656731803),
('lung km 1 logit', 'quantile 0.25', 144),
('lung km 1 logit', 'lower 0.25', 105),
('lung km 1 logit', 'upper 0.25', 176),
('lung km 1 logit', 'quantile 0.5', 270),
('lung km 1 logit', 'lower 0.5', 210),
('lung km 1 logit', 'upper 0.5', 310),
('lung km 1 logit', 'quantile 0.75', 457),
('lung km 1 logit', 'lower 0.75', 371),
('lung km 1 logit', 'upper 0.75', 574),
('lung km 2 log', 'sum survival', 53.5403468831),
('lung km 2 log', 'sum std_error', 4.29821067805),
('lung km 2 log', 'sum lower', 46.0925582732),
('lung km 2 log', 'sum upper', 63.2986126217),
('lung km 2 log', 'quantile 0.25', 226),
('lung km 2 log', 'lower 0.25', 186),
('lung km 2 log', 'upper 0.25', 340),
('lung km 2 log', 'quantile 0.5', 426),
('lung km 2 log', 'lower 0.5', 348),
('lung km 2 log', 'upper 0.5', 550),
('lung km 2 log', 'quantile 0.75', 687),
('lung km 2 log', 'lower 0.75', 550),
('lung km 2 log', 'rmean', 360.910954195),
('lung km 2 log', 'rmean se', 16.8010181687),
('lung km 2 log-log', 'sum survival', 53.5403468831),
('lung km 2 log-log', 'sum std_error', 4.29821067805),
('lung km 2 log-log', 'sum lower', 44.4274822117),
('lung km 2 log-log', 'sum upper', 61.3205037413),
('lung km 2 log-log', 'quantile 0.25', 226),
('lung km 2 log-log', 'lower 0.25', 167),
('lung km 2 log-log', 'upper 0.25', 310),
('lung km 2 log-log', 'quantile 0.5', 426),
('lung km 2 log-log', 'lower 0.5', 345),
('lung km 2 log-log', 'upper 0.5', 524),
('lung km 2 log-log', 'quantile 0.75', 687),
('lung km 2 log-log', 'lower 0.75', 524),
('lung km 2 log-log', 'upper 0.75', 765),
('lung km 2 plain', 'sum survival', 53.5403468831),
('lung km 2 plain', 'sum std_error', 4.29821067805),
('lung km 2 plain', 'sum lower', 45.1598971255),
('lung km 2 plain', 'sum upper', 61.942156343),
('lung km 2 plain', 'quantile 0.25', 226),
('lung km 2 plain', 'lower 0.25', 186),
('lung km 2 plain', 'upper 0.25', 310),
('lung km 2 plain', 'quantile 0.5', 426),
('lung km 2 plain', 'lower 0.5', 345),
('lung km 2 plain', 'upper 0.5', 524),
('lung km 2 plain', 'quantile 0.75', 687),
('lung km 2 plain', 'lower 0.75', 524),
('lung km 2 plain', 'upper 0.75', 735),
('lung km 2 logit', 'sum survival', 53.5403468831),
('lung km 2 logit', 'sum std_error', 4.29821067805),
('lung km 2 logit', 'sum lower', 44.8723249029),
('lung km 2 logit', 'sum upper', 61.7937968659),
('lung km 2 logit', 'quantile 0.25', 226),
('lung km 2 logit', 'lower 0.25', 182),
('lung km 2 logit', 'upper 0.25', 310),
('lung km 2 logit', 'quantile 0.5', 426),
('lung km 2 logit', 'lower 0.5', 345),
('lung km 2 logit', 'upper 0.5', 524),
('lung km 2 logit', 'quantile 0.75', 687),
('lung km 2 logit', 'lower 0.75', 550),
('lung km 2 logit', 'upper 0.75', 765),
('lung km entry', 'sum survival', 18.5809031816),
('lung km entry', 'sum std_error', 9.19963463273),
('lung km entry', 'sum at_risk', 14035),
('lung hazard', 'sum nelson-aalen', 39.7729426474),
('lung hazard', 'sum std_error', 4.82961003607),
('lung hazard', 'sum fleming-harrington', 41.2815091054),
('lung hazard', 'sum fleming-harrington std_error', 4.99288884386),
('lung logrank', 'ecog rho 0', 21.9621316825),
('lung logrank', 'ecog by sex rho 0', 21.5962383705),
('lung logrank', 'ecog rho 0.5', 23.3228968022),
('lung logrank', 'ecog by sex rho 0.5', 24.0056916195),
('lung logrank', 'ecog rho 1', 23.3952933703),
('lung logrank', 'ecog by sex rho 1', 24.5561453463),
('lung concordance', 'age', 0.550239832118);
TABLE agreement;

CREATE TABLE models AS
    SELECT 'rossi efron' AS what, cox_fit(week, arrest = 1, ARRAY[fin, age, race, wexp, mar, paro, prio], '{fin,age,race,wexp,mar,paro,prio}') AS model FROM rossi;
-- Published: IPCW Brier scores of the Rossi model at 12, 26, 39 and 51 weeks, and of Kaplan-Meier.
SELECT same('Brier scores',
    $$SELECT h, round(brier_score(week, arrest = 1, survival_probability(model, ARRAY[fin, age, race, wexp, mar, paro, prio], h), h)::numeric, 10),
             round(brier_score(week, arrest = 1, s, h)::numeric, 7)
      FROM rossi, models, (SELECT h, survival_at(t, h) AS s FROM (SELECT survival_table(week, arrest = 1) AS t FROM rossi) k, unnest('{12,26,39,51}'::float8[]) h) n
      WHERE what = 'rossi efron' GROUP BY h$$,
    $$VALUES (12::float8, 0.0410089592, 0.0420471), (26, 0.1044884178, 0.1093750), (39, 0.1426291893, 0.1523438), (51, 0.1756232872, 0.1897934)$$);
SELECT same('concordance of the Rossi model', $$SELECT round(concordance(week, arrest = 1, linear_predictor(model, ARRAY[fin, age, race, wexp, mar, paro, prio]))::numeric, 6) FROM rossi, models WHERE what = 'rossi efron'$$, $$SELECT 0.640329$$);
-- Kaplan-Meier in plain SQL.
SELECT same('Kaplan-Meier',
    $$SELECT sex, "time", at_risk, events, censored, round(survival::numeric, 10) FROM curves, kaplan_meier(t) WHERE type = 'log'$$,
    $$SELECT sex, time, at_risk, events, censored, round(exp(sum(ln(1.0 - events::numeric / at_risk)) OVER (PARTITION BY sex ORDER BY time)), 10)
      FROM (SELECT sex, time, count(*) FILTER (WHERE died) AS events, count(*) FILTER (WHERE NOT died) AS censored,
                   (SELECT count(*) FROM patients o WHERE o.sex = p.sex AND o.time >= p.time) AS at_risk FROM patients p GROUP BY sex, time) c
      WHERE events < at_risk UNION ALL
      SELECT sex, max(time), 1, 1, 0, 0 FROM patients p GROUP BY sex HAVING (array_agg(died ORDER BY time DESC))[1] AND count(*) FILTER (WHERE time = (SELECT max(time) FROM patients o WHERE o.sex = p.sex)) = 1$$);
SELECT same('concordance in plain SQL',
    $$SELECT (c).concordant, (c).discordant, (c).tied_risk, (c).tied_time FROM (SELECT concordance_pairs(time, died, age) AS c FROM patients) s$$,
    $$SELECT count(*) FILTER (WHERE later AND a.age > b.age), count(*) FILTER (WHERE later AND a.age < b.age), count(*) FILTER (WHERE later AND a.age = b.age),
             count(*) FILTER (WHERE NOT later) / 2
      FROM (SELECT *, row_number() OVER () AS n FROM patients) a, (SELECT *, row_number() OVER () AS n FROM patients) b,
           LATERAL (SELECT b.time > a.time OR (b.time = a.time AND NOT b.died) AS later) l
      WHERE a.n <> b.n AND a.died AND (later OR (b.died AND b.time = a.time))$$);
