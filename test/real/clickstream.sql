-- A web shop's click log: 24,344 events of 1,240 visitors.
\ir ../oracle/events.sql
\ir ../oracle/funnel.sql
\ir ../oracle/session.sql
CREATE TABLE file (visitor_id text, ts timestamptz, click_order bigint, page text, line bigserial);
\copy file (visitor_id, ts, click_order, page) FROM 'clickstream_shop_1240.csv' (FORMAT csv, HEADER)
-- The longest stay so far on a page makes a value with fractions.
INSERT INTO events SELECT visitor_id, ts, page, CASE WHEN click_order % 7 > 0 THEN left(page, 1) END,
    click_order / 4.0, click_order FROM file;
CALL prepare_events();
ANALYZE;

CREATE FUNCTION steps() RETURNS text[] LANGUAGE sql IMMUTABLE AS
    $$ SELECT '{product,addcart,cart,pay_req,pay_res}'::text[] $$;
CREATE FUNCTION three() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$ SELECT '{product,addcart|cart,pay_req}'::text[] $$;
CREATE FUNCTION repeated() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$ SELECT '{product,product,cart}'::text[] $$;
CREATE FUNCTION other() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'login'::text $$;
CREATE FUNCTION openers() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$ SELECT '{login,home}'::text[] $$;
CREATE FUNCTION some_events() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$ SELECT '{addcart,product,logpost,nowhere}'::text[] $$;

-- What is known about the file, counted by others.
CREATE TABLE known (step int, visitors bigint);
INSERT INTO known VALUES (1, 1101), (2, 604), (3, 246), (4, 193), (5, 154);
SELECT same('plain SQL reaches the known figures',
    $$SELECT n::int, count(*) FROM oracle_funnel(steps(), '100000 years') JOIN generate_series(1, 5) n ON n <= cardinality(times) GROUP BY n$$,
    'TABLE known');
SELECT same('window_funnel reaches the known figures',
    $$SELECT n::int, count(*) FROM (SELECT window_funnel('100000 years', ts, event, steps()) AS level FROM events GROUP BY unit) l
      JOIN generate_series(1, 5) n ON n <= level GROUP BY n$$,
    'TABLE known');
SELECT same('funnel_report reaches the known figures',
    'SELECT step_no, customers FROM unnest((SELECT funnel_report(j, steps(), ''100000 years'') FROM journeys))',
    'TABLE known');
SELECT same('funnel_level in click order reaches the known figures',
    $$SELECT n::int, count(*) FROM (SELECT funnel_level(j, steps(), ties => 'in_order') AS level FROM journeys) l
      JOIN generate_series(1, 5) n ON n <= level GROUP BY n$$,
    'TABLE known');

\ir ../oracle/funnel_checks.sql
\ir ../oracle/option_checks.sql
\ir ../oracle/session_checks.sql
\ir ../oracle/journey_checks.sql
