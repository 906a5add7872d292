-- The events of 10,000 traffic fines, by day: long windows, amounts, ties.
\ir ../oracle/events.sql
\ir ../oracle/funnel.sql
\ir ../oracle/session.sql
CREATE TABLE file (case_id text, activity text, at timestamptz, amount float8, expense float8, paymentamount float8,
    totalpaymentamount float8, points float8, article text, vehicleclass text, line bigserial);
\copy file (case_id, activity, at, amount, expense, paymentamount, totalpaymentamount, points, article, vehicleclass) FROM 'traffic_fines_eventlog.csv' (FORMAT csv, HEADER)
INSERT INTO events SELECT case_id, at, activity, coalesce(vehicleclass, max(vehicleclass) OVER (PARTITION BY case_id)),
    coalesce(amount, expense, paymentamount), line FROM file;
CALL prepare_events();
ANALYZE;
-- Nothing comes soon after a fine.
TRUNCATE windows;
INSERT INTO windows VALUES ('1 month'), ('100 days'), ('7 months'), ('2 years'), ('100000 years');

CREATE FUNCTION steps() RETURNS text[] LANGUAGE sql IMMUTABLE AS
    $$ SELECT '{Create Fine,Send Fine,Insert Fine Notification,Add penalty,Send for Credit Collection}'::text[] $$;
CREATE FUNCTION openers() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$ SELECT '{Send Fine,Payment}'::text[] $$;
CREATE FUNCTION some_events() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$ SELECT '{Payment,Add penalty}'::text[] $$;

\ir ../oracle/funnel_checks.sql
\ir ../oracle/session_checks.sql
\ir ../oracle/journey_checks.sql
