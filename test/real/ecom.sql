-- A synthetic shop with planted stories: 31,105 events of 600 users.
\ir ../oracle/events.sql
\ir ../oracle/funnel.sql
\ir ../oracle/session.sql
CREATE TABLE file (user_id text, session_id text, event text, at timestamptz, platform text, acquisition_channel text,
    user_cohort text, user_lifecycle text, line bigserial);
\copy file (user_id, session_id, event, at, platform, acquisition_channel, user_cohort, user_lifecycle) FROM PROGRAM 'gzip -dc retentioneering_ecom_synthetic.csv.gz' (FORMAT csv, HEADER)
INSERT INTO events SELECT user_id, at, event, CASE WHEN event <> 'search' THEN platform END, NULL, line FROM file;
CALL prepare_events();
ANALYZE;

CREATE FUNCTION steps() RETURNS text[] LANGUAGE sql IMMUTABLE AS
    $$ SELECT '{product_view,add_to_cart,cart,shipping_details,payment_details,purchase}'::text[] $$;
CREATE FUNCTION three() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$ SELECT '{add_to_cart,shipping_details,payment_details|payment_error}'::text[] $$;
CREATE FUNCTION repeated() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$ SELECT '{product_view,catalog,product_view}'::text[] $$;
CREATE FUNCTION other() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'cart'::text $$;
CREATE FUNCTION openers() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$ SELECT '{home,promo_page}'::text[] $$;
CREATE FUNCTION some_events() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$ SELECT '{add_to_cart,cart}'::text[] $$;

\ir ../oracle/funnel_checks.sql
\ir ../oracle/option_checks.sql
\ir ../oracle/session_checks.sql
\ir ../oracle/journey_checks.sql

-- The file brings its own session numbers: a session of ours never mixes two of
-- them when the pause is shorter than any between them.
SELECT same('sessions of the file',
    $$SELECT unit, count(*) FROM journeys, sessions(j, '30 minutes') GROUP BY unit$$,
    $$SELECT user_id, count(*) FROM (SELECT user_id, at - lag(at) OVER (PARTITION BY user_id ORDER BY at, line) AS pause FROM file) p
      WHERE pause IS NULL OR pause > interval '30 minutes' GROUP BY user_id$$);
