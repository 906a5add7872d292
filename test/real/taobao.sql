-- 4,321 actions of 43 Taobao customers; many happen in the same second.
\ir ../oracle/events.sql
\ir ../oracle/funnel.sql
\ir ../oracle/session.sql
CREATE TABLE file (user_id text, item_id float8, category_id text, behavior text, unix_ts bigint, ts_utc timestamptz, line bigserial);
\copy file (user_id, item_id, category_id, behavior, unix_ts, ts_utc) FROM 'taobao_userbehavior_43.csv' (FORMAT csv, HEADER)
INSERT INTO events SELECT user_id, ts_utc, behavior, category_id, item_id, line FROM file;
CALL prepare_events();
ANALYZE;

CREATE FUNCTION steps() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$ SELECT '{pv,cart,buy}'::text[] $$;
CREATE FUNCTION three() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$ SELECT '{pv,cart,buy}'::text[] $$;
CREATE FUNCTION repeated() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$ SELECT '{pv,cart,pv}'::text[] $$;
CREATE FUNCTION other() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'fav'::text $$;
CREATE FUNCTION openers() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$ SELECT '{buy}'::text[] $$;
CREATE FUNCTION some_events() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$ SELECT '{cart,fav}'::text[] $$;

CREATE TABLE known (step int, visitors bigint);
INSERT INTO known VALUES (1, 43), (2, 29), (3, 15);
SELECT same('plain SQL reaches the known figures',
    $$SELECT n::int, count(*) FROM oracle_funnel(steps(), '100000 years') JOIN generate_series(1, 3) n ON n <= cardinality(times) GROUP BY n$$,
    'TABLE known');
SELECT same('window_funnel reaches the known figures',
    $$SELECT n::int, count(*) FROM (SELECT window_funnel('100000 years', ts, event, steps()) AS level FROM events GROUP BY unit) l
      JOIN generate_series(1, 3) n ON n <= level GROUP BY n$$,
    'TABLE known');

\ir ../oracle/funnel_checks.sql
\ir ../oracle/option_checks.sql
\ir ../oracle/session_checks.sql
\ir ../oracle/journey_checks.sql
