-- Stages of a case: road traffic fines, from the fine to the collection of the debt.
\ir ../oracle/events.sql
CREATE TABLE file (case_id text, activity text, at timestamptz, amount float8, expense float8, paymentamount float8,
    totalpaymentamount float8, points float8, article text, vehicleclass text, line bigserial);
\copy file (case_id, activity, at, amount, expense, paymentamount, totalpaymentamount, points, article, vehicleclass) FROM 'traffic_fines_eventlog.csv' (FORMAT csv, HEADER)
INSERT INTO events SELECT case_id, at, activity, coalesce(vehicleclass, max(vehicleclass) OVER (PARTITION BY case_id)), coalesce(amount, expense, paymentamount), line FROM file;
CALL prepare_events();
ANALYZE;
INSERT INTO journey_stage (map, position, stage) VALUES ('m', 1, 'fined'), ('m', 2, 'notified'), ('m', 3, 'appealed'), ('m', 4, 'settled');
INSERT INTO journey_touchpoint (map, touchpoint, stage) VALUES ('m', 'fine', 'fined'), ('m', 'letter', 'notified'), ('m', 'penalty', 'notified'), ('m', 'appeal', 'appealed'), ('m', 'payment', 'settled'), ('m', 'collection', 'settled');
INSERT INTO journey_rule (map, event, touchpoint, role) VALUES ('m', 'Create Fine', 'fine', 'visit'), ('m', 'Send Fine', 'letter', 'visit'), ('m', 'Insert Fine Notification', 'letter', 'visit'),
  ('m', 'Add penalty', 'penalty', 'problem'), ('m', 'Appeal to Judge', 'appeal', 'visit'), ('m', 'Send Appeal to Prefecture', 'appeal', 'visit'), ('m', 'Payment', 'payment', 'visit'), ('m', 'Send for Credit Collection', 'collection', 'visit');
CREATE FUNCTION moments() RETURNS timestamptz[] LANGUAGE sql IMMUTABLE AS $$ SELECT '{2006-03-01,2008-01-01}'::timestamptz[] $$;
\ir ../oracle/journey_map_checks.sql
INSERT INTO journey_level (map, position, level, events, at_least, within) VALUES ('m', 1, 'paid', '{Payment}', 1, NULL), ('m', 2, 'paid again', '{Payment}', 2, '1 year');
SELECT same('levels', $$SELECT unit, customer_level(j, (SELECT stage_map('m')), '2007-01-01') FROM journeys$$,
    $$SELECT j.unit, CASE WHEN count(*) FILTER (WHERE p.event = 'Payment' AND p.ts <= '2007-01-01' AND p.ts >= timestamptz '2007-01-01' - interval '360 days') >= 2 THEN 'paid again' WHEN count(*) FILTER (WHERE p.event = 'Payment' AND p.ts <= '2007-01-01') > 0 THEN 'paid' END
      FROM journeys j LEFT JOIN placed p USING (unit) GROUP BY 1$$);
SELECT same('stalled cases', $$SELECT unit, s.stage, s.since, s.stalled_for FROM journeys, stalled(j, (SELECT stage_map('m')), '2008-01-01', '365 days') AS s$$,
    $$SELECT unit, stage, ts, timestamptz '2008-01-01' - ts FROM (SELECT DISTINCT ON (unit) * FROM visits WHERE ts <= '2008-01-01' ORDER BY unit, place DESC) v WHERE timestamptz '2008-01-01' - ts >= '365 days' AND stage <> 'settled'$$);
