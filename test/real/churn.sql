-- The churn ladder on real purchases (CDNOW, 23,570 customers; completejourney, 801
-- households) and on a shop's clicks: each rung against plain SQL and against the
-- functions of its own family, the back-test against SQL aggregates.
CREATE TABLE cdnow (customer int, day date, cds int, amount float8);
\copy cdnow FROM 'cdnow_master.csv' (FORMAT csv, HEADER)
CREATE TABLE baskets (household int, basket float8, ts timestamp, amount float8, items int, lines int);
\copy baskets FROM 'completejourney_baskets.csv' (FORMAT csv, HEADER)
CREATE TABLE clicks (user_id text, session_id text, event text, at timestamptz, platform text, acquisition_channel text, user_cohort text, user_lifecycle text);
\copy clicks FROM PROGRAM 'gzip -dc retentioneering_ecom_synthetic.csv.gz' (FORMAT csv, HEADER)

-- One list of events, one list of questions.
CREATE TABLE events AS
    SELECT 'cdnow' AS shop, customer::text, day::timestamptz AS ts, 'buy' AS event, amount, cds::bigint AS tiebreak FROM cdnow UNION ALL
    SELECT 'baskets', household::text, ts, CASE WHEN lines > 3 THEN 'large' ELSE 'small' END, amount, (basket / 1000)::bigint FROM baskets UNION ALL
    SELECT 'clicks', user_id, at, event, NULL, row_number() OVER () FROM clicks;
CREATE INDEX ON events (shop, customer, ts);
CREATE TABLE questions (shop text, events text[], as_of timestamptz, horizon interval);
INSERT INTO questions VALUES ('cdnow', '{buy}', '1997-12-31', '180 days'), ('baskets', '{large,small}', '2017-11-01 12:34:56', '14 days'), ('baskets', NULL, '2017-10-01', '7 days');
INSERT INTO questions SELECT 'clicks', '{purchase,add_to_cart}', min(at) + (max(at) - min(at)) * 0.6, '5 days' FROM clicks;
CREATE TABLE journeys AS SELECT shop, customer, journey_agg(ts, event, NULL, amount, tiebreak) AS j FROM events GROUP BY shop, customer;
ANALYZE;

CREATE TABLE models AS
    SELECT q.*, method, churn_fit(j, events, as_of, horizon, method) AS model
    FROM questions q JOIN journeys USING (shop), unnest('{rfm,btyd,survival,bgnbd,weibull}'::text[]) method GROUP BY q.shop, events, as_of, horizon, method;
CREATE TABLE scores AS
    SELECT m.shop, m.events, as_of, horizon, method, customer, churn_probability(model, j, as_of) AS p FROM models m JOIN journeys USING (shop);

-- What plain SQL knows of a customer at a moment, and what he did next.
CREATE TABLE known AS
    SELECT q.*, moment, customer, count(*) FILTER (WHERE active) AS frequency, max(ts) FILTER (WHERE active) AS last, min(ts) FILTER (WHERE active) AS first,
        (rfm(ts, amount, moment, 'count') FILTER (WHERE active)).monetary AS monetary, count(*) FILTER (WHERE active AND ts > moment - horizon) AS lately,
        count(*) FILTER (WHERE active AND ts > moment - 2 * horizon AND ts <= moment - horizon) AS earlier, count(DISTINCT event) AS names,
        count(DISTINCT ts::date) FILTER (WHERE active) AS active_days
    FROM questions q JOIN events e USING (shop), LATERAL (VALUES (as_of), (as_of - horizon)) m (moment), LATERAL (VALUES (q.events IS NULL OR event = ANY (q.events))) a (active)
    WHERE ts <= moment GROUP BY shop, q.events, as_of, horizon, moment, customer HAVING count(*) FILTER (WHERE active) > 0;
CREATE TABLE facts AS
    SELECT k.*, (SELECT min(ts) - moment FROM events e WHERE e.shop = k.shop AND e.customer = k.customer AND ts > moment AND ts <= moment + horizon AND (k.events IS NULL OR event = ANY (k.events))) AS wait,
        ARRAY[ln(1 + extract(epoch FROM moment - last)::float8 / 86400), ln(frequency::float8), sign(coalesce(monetary, 0)) * ln(1 + abs(coalesce(monetary, 0))),
              ln(1 + extract(epoch FROM moment - first)::float8 / 86400), CASE WHEN moment = first THEN 1 ELSE least(20, (extract(epoch FROM moment - last) / extract(epoch FROM moment - first))::float8 * frequency) END, ln((1 + lately) / (1 + earlier)::float8), ln(names::float8)] AS x
    FROM known k;
CREATE INDEX ON facts (shop, as_of, horizon, moment);

-- Rung 1: the smoothed share of a cell, in plain SQL.
CREATE TABLE cells AS
    SELECT f.shop, f.as_of, f.horizon, moment, customer, wait, (rfm_score(m, (moment - last, frequency, coalesce(monetary, 0))::rfm_value)).*
    FROM facts f JOIN (SELECT shop, as_of, horizon, rfm_fit((moment - last, frequency, coalesce(monetary, 0))::rfm_value) AS m FROM facts WHERE moment < as_of GROUP BY 1, 2, 3) fit USING (shop, as_of, horizon);
CREATE TABLE shares AS
    SELECT shop, as_of, horizon, r, f, m, count(*) AS n, count(*) FILTER (WHERE wait IS NULL) AS gone FROM cells WHERE moment < as_of
    GROUP BY GROUPING SETS ((shop, as_of, horizon), (shop, as_of, horizon, r), (shop, as_of, horizon, r, f), (shop, as_of, horizon, r, f, m));
SELECT same('RFM rung, ' || shop || ' of ' || horizon, format($$SELECT customer, round(p::numeric, 12) FROM scores WHERE shop = %L AND horizon = %L AND method = 'rfm' AND p IS NOT NULL$$, shop, horizon),
    format($$SELECT customer, round(((coalesce(s3.gone, 0) + 10 * ((coalesce(s2.gone, 0) + 10 * ((coalesce(s1.gone, 0) + 10 * ((s0.gone + 0.5) / (s0.n + 1))) / (coalesce(s1.n, 0) + 10))) / (coalesce(s2.n, 0) + 10))) / (coalesce(s3.n, 0) + 10))::numeric, 12)
        FROM cells c JOIN shares s0 ON (s0.shop, s0.as_of, s0.horizon) = (c.shop, c.as_of, c.horizon) AND s0.r IS NULL
            LEFT JOIN shares s1 ON (s1.shop, s1.as_of, s1.horizon) = (c.shop, c.as_of, c.horizon) AND s1.r = c.r AND s1.f IS NULL
            LEFT JOIN shares s2 ON (s2.shop, s2.as_of, s2.horizon) = (c.shop, c.as_of, c.horizon) AND (s2.r, s2.f) = (c.r, c.f) AND s2.m IS NULL
            LEFT JOIN shares s3 ON (s3.shop, s3.as_of, s3.horizon) = (c.shop, c.as_of, c.horizon) AND (s3.r, s3.f, s3.m) = (c.r, c.f, c.m)
        WHERE c.shop = %L AND c.horizon = %L AND moment = c.as_of$$, shop, horizon)) FROM questions;

-- Rung 2: btyd_probability of the family's own fit; frequency, recency and age counted by the day.
SELECT same(method || ' rung, ' || shop || ' of ' || horizon, format($$SELECT customer, p FROM scores WHERE shop = %L AND horizon = %L AND method = %L AND p IS NOT NULL$$, shop, horizon, method),
    format($$WITH c AS (SELECT customer, active_days - 1 AS frequency, (last::date - first::date)::float8 AS recency, (moment::date - first::date)::float8 AS age FROM facts WHERE shop = %1$L AND horizon = %2$L AND moment = as_of),
        fit AS MATERIALIZED (SELECT %3$s(frequency, recency, age, 'day') AS model FROM c)
        SELECT customer, least(1, btyd_probability(model, 0, frequency, recency, age, extract(epoch FROM %2$L::interval)::float8 / 86400)) FROM c, fit$$, shop, horizon, fit))
FROM questions, (VALUES ('btyd', 'mbgnbd_fit'), ('bgnbd', 'bgnbd_fit')) v (method, fit);

-- Rung 3: Cox and Weibull on covariates made by plain SQL; times in 360ths of the horizon, rounded up.
SELECT same(method || ' rung, ' || shop || ' of ' || horizon, format($$SELECT customer, round(p::numeric, 8) FROM scores WHERE shop = %L AND horizon = %L AND method = %L AND p IS NOT NULL$$, shop, horizon, method),
    format($$WITH f AS (SELECT *, extract(epoch FROM horizon)::float8 / 86400 AS days FROM facts WHERE shop = %1$L AND horizon = %2$L),
        fit AS MATERIALIZED (SELECT %3$s AS m FROM (SELECT *, coalesce(ceil(extract(epoch FROM wait) * 360 / extract(epoch FROM horizon))::float8, 360) * (days / 360) AS t FROM f WHERE moment < as_of) w)
        SELECT customer, round(survival_probability(m, x, days)::numeric, 8) FROM f, fit WHERE moment = as_of$$, shop, horizon, fit))
FROM questions, (VALUES ('survival', 'cox_fit(t, wait IS NOT NULL, x)'), ('weibull', $$aft_fit(t, wait IS NOT NULL, x, NULL, 'weibull')$$)) v (method, fit);

-- The back-test: fits, comparisons and tenths by SQL over the scores above.
CREATE TABLE outcomes AS SELECT s.*, wait IS NULL AS gone FROM scores s JOIN facts f ON (f.shop, f.as_of, f.horizon, f.customer, f.moment) = (s.shop, s.as_of, s.horizon, s.customer, s.as_of);
SELECT same('back-test, ' || shop || ' of ' || horizon,
    format($$SELECT method, customers, inactive, round(predicted::numeric, 10), round(observed::numeric, 10), round(bias::numeric, 10), round(mean_absolute_error::numeric, 10), round(brier::numeric, 10), round(skill::numeric, 10), round(log_loss::numeric, 10), round(concordance::numeric, 12)
        FROM unnest((SELECT churn_backtest(j, %L::text[], %L, %L, '{rfm,btyd,survival,bgnbd,weibull}') FROM journeys WHERE shop = %L))$$, events, as_of, horizon, shop),
    format($$SELECT CASE method WHEN 'btyd' THEN 'mbgnbd' WHEN 'survival' THEN 'cox' ELSE method END, count(*), count(*) FILTER (WHERE gone), round(avg(p)::numeric, 10), round(avg(gone::int), 10), round((avg(p) - avg(gone::int))::numeric, 10),
            round(avg(abs(p - gone::int))::numeric, 10), round(avg((p - gone::int) ^ 2)::numeric, 10), round((1 - avg((p - gone::int) ^ 2) / (avg(gone::int) * (1 - avg(gone::int))))::numeric, 10), round(log_loss(p, gone)::numeric, 10), round(roc_auc(p, gone)::numeric, 12)
        FROM outcomes WHERE shop = %L AND horizon = %L GROUP BY method$$, shop, horizon)) FROM questions;
SELECT same('back-test by tenths, ' || shop || ' of ' || horizon,
    format($$SELECT rung, decile, customers, inactive, predicted, observed, bias FROM unnest((SELECT churn_backtest_deciles(j, %L::text[], %L, %L) FROM journeys WHERE shop = %L))$$, events, as_of, horizon, shop),
    format($$SELECT method, bin, customers, conversions, predicted, observed, predicted - observed FROM (SELECT method, calibration_report(p, gone) AS bins FROM outcomes WHERE shop = %L AND horizon = %L AND method IN ('rfm', 'btyd', 'survival') GROUP BY method) r, unnest(bins)$$, shop, horizon)) FROM questions;

-- Nothing later is looked at: without it all models and probabilities are the same.
SELECT same('no look-ahead, ' || shop || ' of ' || horizon,
    format($$SELECT method, model::text FROM models WHERE shop = %L AND horizon = %L$$, shop, horizon),
    format($$SELECT method, churn_fit(before(j, %L::timestamptz + interval '1 microsecond'), %L::text[], %L, %L, method)::text FROM journeys, unnest('{rfm,btyd,survival,bgnbd,weibull}'::text[]) method WHERE shop = %L GROUP BY method$$, as_of, events, as_of, horizon, shop)) FROM questions;
SELECT same('no look-ahead of probabilities, ' || shop || ' of ' || horizon,
    format($$SELECT method, customer, p FROM scores WHERE shop = %L AND horizon = %L$$, shop, horizon),
    format($$SELECT method, customer, churn_probability(model, journey_union(before(j, as_of + interval '1 microsecond'), (SELECT journey_agg(as_of + n * interval '1 hour', 'buy', NULL, 1000) FROM generate_series(1, 9) n)), as_of) FROM models JOIN journeys USING (shop) WHERE shop = %L AND horizon = %L$$, shop, horizon)) FROM questions;
-- Reasons sum to the probability.
SELECT same('reasons, ' || shop || ' of ' || horizon,
    format($$SELECT method, customer, round(p::numeric, 10) FROM scores WHERE shop = %L AND horizon = %L AND p IS NOT NULL$$, shop, horizon),
    format($$SELECT method, customer, round(sum(effect)::numeric, 10) FROM models JOIN journeys USING (shop), churn_reasons(model, j, as_of) WHERE shop = %L AND horizon = %L GROUP BY method, customer$$, shop, horizon)) FROM questions;
