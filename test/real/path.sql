-- Paths, transitions and Sankey rows on four event logs, against window functions
-- in plain SQL.
\ir ../oracle/events.sql
\ir ../oracle/path.sql
CREATE TABLE path_rules (rule text, gap interval, collapse text, keep text[], hide text[], starts text[]);
CREATE VIEW s AS SELECT * FROM unnest((SELECT sankey(j, 6, 3, '1 day') FROM journeys));

CREATE TABLE shop (visitor_id text, ts timestamptz, click_order bigint, page text);
\copy shop FROM 'clickstream_shop_1240.csv' (FORMAT csv, HEADER)
INSERT INTO events SELECT visitor_id, ts, page, NULL, NULL, row_number() OVER (ORDER BY click_order, ts, page) FROM shop;
CALL prepare_events();
ANALYZE;
\set log shop
\set a product
\set b addcart
\set hidden program
\set opener login
\set gap '30 minutes'
\ir ../oracle/path_checks.sql
TRUNCATE events, placed, journeys;

CREATE TABLE taobao (user_id text, item_id float8, category_id text, behavior text, unix_ts bigint, ts_utc timestamptz, line bigserial);
\copy taobao (user_id, item_id, category_id, behavior, unix_ts, ts_utc) FROM 'taobao_userbehavior_43.csv' (FORMAT csv, HEADER)
INSERT INTO events SELECT user_id, ts_utc, behavior, NULL, NULL, line FROM taobao;
CALL prepare_events();
ANALYZE;
\set log taobao
\set a pv
\set b buy
\set hidden fav
\set opener cart
\set gap '1 hour'
\ir ../oracle/path_checks.sql
TRUNCATE events, placed, journeys;

CREATE TABLE fines (case_id text, activity text, at timestamptz, amount float8, expense float8, paymentamount float8,
    totalpaymentamount float8, points float8, article text, vehicleclass text, line bigserial);
\copy fines (case_id, activity, at, amount, expense, paymentamount, totalpaymentamount, points, article, vehicleclass) FROM 'traffic_fines_eventlog.csv' (FORMAT csv, HEADER)
INSERT INTO events SELECT case_id, at, activity, NULL, NULL, line FROM fines;
CALL prepare_events();
ANALYZE;
\set log fines
\set a 'Send Fine'
\set b Payment
\set hidden 'Insert Fine Notification'
\set opener 'Add penalty'
\set gap '100 days'
\ir ../oracle/path_checks.sql
TRUNCATE events, placed, journeys;

CREATE TABLE ecom (user_id text, session_id text, event text, at timestamptz, platform text, acquisition_channel text,
    user_cohort text, user_lifecycle text, line bigserial);
\copy ecom (user_id, session_id, event, at, platform, acquisition_channel, user_cohort, user_lifecycle) FROM PROGRAM 'gzip -dc retentioneering_ecom_synthetic.csv.gz' (FORMAT csv, HEADER)
INSERT INTO events SELECT user_id, at, event, NULL, NULL, line FROM ecom;
CALL prepare_events();
ANALYZE;
\set log ecom
\set a product_view
\set b purchase
\set hidden search
\set opener home
\set gap '30 minutes'
\ir ../oracle/path_checks.sql
