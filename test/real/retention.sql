-- Retention, lifecycle, growth and stickiness on four event logs, cell by cell.
-- Hundreds of queries, none worth compiling.
SET jit = off;
SET enable_nestloop = off;
\ir ../oracle/events.sql
\ir ../oracle/retention.sql
CREATE TABLE settings (grain text, as_of timestamptz, from_ts timestamptz, zone text, week_start int, own interval);
CREATE FUNCTION started() RETURNS text[] LANGUAGE sql IMMUTABLE AS 'SELECT NULL::text[]';
CREATE FUNCTION came_back() RETURNS text[] LANGUAGE sql IMMUTABLE AS 'SELECT NULL::text[]';

\echo # a web shop
CREATE TABLE file (visitor_id text, ts timestamptz, click_order bigint, page text);
\copy file FROM 'clickstream_shop_1240.csv' (FORMAT csv, HEADER)
INSERT INTO events SELECT visitor_id, ts, page, NULL, NULL, click_order FROM file;
CALL prepare_events();
ANALYZE;
INSERT INTO settings SELECT 'week', max(ts) - interval '3 days', NULL, 'Europe/Rome', 7, '36 hours' FROM events;
INSERT INTO settings SELECT 'month', max(ts), max(ts) - interval '100 days', 'America/New_York', 1, '7 days' FROM events;
CREATE OR REPLACE FUNCTION started() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$SELECT '{home,login}'::text[]$$;
CREATE OR REPLACE FUNCTION came_back() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$SELECT '{product,addcart}'::text[]$$;
\ir ../oracle/retention_checks.sql

\echo # Taobao
TRUNCATE events, placed, journeys, settings;
DROP TABLE file, cases CASCADE;
CREATE TABLE file (user_id text, item_id float8, category_id text, behavior text, unix_ts bigint, ts_utc timestamptz, line bigserial);
\copy file (user_id, item_id, category_id, behavior, unix_ts, ts_utc) FROM 'taobao_userbehavior_43.csv' (FORMAT csv, HEADER)
INSERT INTO events SELECT user_id, ts_utc, behavior, category_id, item_id, line FROM file;
CALL prepare_events();
ANALYZE;
INSERT INTO settings SELECT 'day', max(ts), NULL, 'Asia/Shanghai', 1, '24 hours' FROM events;
INSERT INTO settings SELECT 'hour', max(ts) - interval '1 hour', max(ts) - interval '40 hours', 'Asia/Kolkata', 1, '90 minutes' FROM events;
CREATE OR REPLACE FUNCTION started() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$SELECT '{cart,fav}'::text[]$$;
CREATE OR REPLACE FUNCTION came_back() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$SELECT '{pv,buy}'::text[]$$;
\ir ../oracle/retention_checks.sql

\echo # traffic fines
TRUNCATE events, placed, journeys, settings;
DROP TABLE file, cases CASCADE;
CREATE TABLE file (case_id text, activity text, at timestamptz, amount float8, expense float8, paymentamount float8,
    totalpaymentamount float8, points float8, article text, vehicleclass text, line bigserial);
\copy file (case_id, activity, at, amount, expense, paymentamount, totalpaymentamount, points, article, vehicleclass) FROM 'traffic_fines_eventlog.csv' (FORMAT csv, HEADER)
INSERT INTO events SELECT case_id, at, activity, vehicleclass, coalesce(amount, expense, paymentamount), line FROM file;
CALL prepare_events();
ANALYZE;
INSERT INTO settings SELECT 'quarter', max(ts) - interval '100 days', NULL, 'Europe/Rome', 1, '90 days' FROM events;
INSERT INTO settings SELECT 'year', '2010-01-01', '2002-05-01', 'UTC', 1, '1 month' FROM events LIMIT 1;
CREATE OR REPLACE FUNCTION started() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$SELECT '{Create Fine,Send Fine}'::text[]$$;
CREATE OR REPLACE FUNCTION came_back() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$SELECT '{Payment}'::text[]$$;
\ir ../oracle/retention_checks.sql

\echo # a synthetic shop
TRUNCATE events, placed, journeys, settings;
DROP TABLE file, cases CASCADE;
CREATE TABLE file (user_id text, session_id text, event text, at timestamptz, platform text, acquisition_channel text,
    user_cohort text, user_lifecycle text, line bigserial);
\copy file (user_id, session_id, event, at, platform, acquisition_channel, user_cohort, user_lifecycle) FROM PROGRAM 'gzip -dc retentioneering_ecom_synthetic.csv.gz' (FORMAT csv, HEADER)
INSERT INTO events SELECT user_id, at, event, platform, NULL, line FROM file;
CALL prepare_events();
ANALYZE;
INSERT INTO settings SELECT 'week', max(ts) - interval '3 days', NULL, 'Europe/Berlin', 1, '7 days' FROM events;
INSERT INTO settings SELECT 'day', min(ts) + interval '50 days', min(ts) + interval '20 days', 'America/Sao_Paulo', 1, '24 hours' FROM events;
CREATE OR REPLACE FUNCTION started() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$SELECT '{add_to_cart,purchase}'::text[]$$;
CREATE OR REPLACE FUNCTION came_back() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$SELECT '{catalog,home}'::text[]$$;
\ir ../oracle/retention_checks.sql
