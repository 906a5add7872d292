-- lifecycle, growth and stickiness: who is active in which period; and the periods themselves.
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
\pset null '-'

CREATE TABLE visits (customer text, ts timestamptz, event text);
INSERT INTO visits VALUES
    ('ann', '2024-01-01 09:00', 'visit'), ('ann', '2024-01-02 09:00', 'visit'), ('ann', '2024-01-03 09:00', 'buy'), ('ann', '2024-01-05 09:00', 'visit'),
    ('bob', '2024-01-01 10:00', 'visit'), ('bob', '2024-01-05 10:00', 'visit'),
    ('cat', '2024-01-02 11:00', 'visit'), ('cat', '2024-01-02 12:00', 'buy'), ('cat', '2024-01-03 11:00', 'visit'),
    ('dan', '2023-12-20 09:00', 'visit'), ('dan', '2024-01-03 09:00', 'visit');
CREATE TABLE journeys AS SELECT customer, journey_agg(ts, event) AS j FROM visits GROUP BY customer;
INSERT INTO journeys VALUES ('eve', NULL), ('fay', '[]');

-- One customer and day, one state; in a day that is not over nobody is dormant yet.
SELECT customer, l.* FROM journeys, lifecycle(j, activity_options('day', '2024-01-05 12:00', from_ts => '2024-01-01')) l ORDER BY customer, period_start;
-- All customers: history before the range makes dan resurrecting, not new.
SELECT period_start::date, state, customers, complete FROM unnest((SELECT lifecycle_report(j, activity_options('day', '2024-01-05 12:00', from_ts => '2024-01-01')) FROM journeys));
SELECT * FROM unnest((SELECT growth_report(j, activity_options('day', '2024-01-05 12:00', from_ts => '2024-01-01')) FROM journeys));
SELECT * FROM unnest((SELECT stickiness_report(j, activity_options('day', '2024-01-05 12:00', from_ts => '2024-01-01')) FROM journeys));
-- Without from_ts the report begins with the first active period of anybody.
SELECT min(period_start), max(period_start), count(*) FROM unnest((SELECT growth_report(j, activity_options('day', '2024-01-05')) FROM journeys));
-- Only some events, at least so many of them.
SELECT period_start::date, active, new, churned FROM unnest((SELECT growth_report(j, activity_options('day', '2024-01-06', from_ts => '2024-01-01', events => '{buy}')) FROM journeys));
SELECT period_start::date, active, new, churned FROM unnest((SELECT growth_report(j, activity_options('day', '2024-01-04', from_ts => '2024-01-01', min_events => 2)) FROM journeys));
SELECT customer, active_periods(j, activity_options('day', '2024-01-05', from_ts => '2024-01-01')) AS days, active_periods(j, activity_options('week', '2024-01-08', from_ts => '2024-01-01')) AS weeks FROM journeys ORDER BY customer;
-- As of an earlier moment nothing later is seen.
SELECT (SELECT growth_report(j, o) FROM journeys) = (SELECT growth_report(before(j, '2024-01-03 12:00'), o) FROM journeys) AS same
FROM (SELECT activity_options('day', '2024-01-03 12:00') AS o) x;
-- Nobody.
SELECT lifecycle_report(j, o), growth_report(j, o), stickiness_report(j, o) FROM journeys, (SELECT activity_options('day', '2024-01-05') AS o) x WHERE false;
SELECT lifecycle_report(j, o), growth_report(j, o), stickiness_report(j, o) FROM journeys, (SELECT activity_options('day', '2024-01-05') AS o) x WHERE customer IN ('eve', 'fay');
SELECT * FROM unnest((SELECT growth_report(j, activity_options('day', '2024-01-03', from_ts => '2024-01-01')) FROM journeys WHERE customer = 'fay'));
SELECT * FROM unnest((SELECT stickiness_report(j, activity_options('day', '2024-01-03', from_ts => '2024-01-01')) FROM journeys WHERE customer = 'fay'));

-- Days of 23 and 25 hours.
SELECT zone, period_start AT TIME ZONE zone AS day, length FROM (
    SELECT zone, period_start, lead(period_start) OVER (PARTITION BY zone ORDER BY period_start) - period_start AS length
    FROM unnest('{Europe/Berlin,America/Sao_Paulo,Asia/Kolkata,Australia/Lord_Howe,Pacific/Apia}'::text[]) zone,
         lifecycle((SELECT journey_agg(timestamptz '2011-01-01', 'e')), activity_options('day', '2019-01-01', time_zone => zone, from_ts => '2011-01-01'))) p
WHERE length <> '1 day' AND (period_start >= '2018-01-01' OR zone = 'Pacific/Apia') ORDER BY zone, day;
-- Weeks across New Year, by the day a week starts with.
SELECT week_start, array_agg(period_start::date ORDER BY period_start) FROM generate_series(1, 7) week_start,
    lifecycle((SELECT journey_agg(timestamptz '2024-12-26', 'e')), activity_options('week', '2025-01-09', week_start => week_start)) GROUP BY week_start ORDER BY week_start;

-- The periods are those of date_trunc(unit, ts, zone), whatever the zone: 3,000 moments of 30 years in each.
CREATE TABLE moments AS SELECT timestamptz '1995-01-01' + (('x' || substr(md5(n::text), 1, 8))::bit(32)::int::bigint + 2147483648) / 4294967296.0 * interval '30 years' AS ts FROM generate_series(1, 3000) n;
-- Among them every half hour around changes of clocks.
INSERT INTO moments SELECT t FROM unnest('{2024-03-31,2024-10-27,2018-11-04,2018-02-18,2024-03-10,2024-11-03,2024-04-07,2024-10-06}'::timestamptz[]) d, generate_series(d - interval '1 day', d + interval '2 days', '30 minutes') t;
CREATE TABLE one AS SELECT journey_agg(ts, 'e') AS j FROM moments;
SELECT unit, count(*) AS periods, count(*) FILTER (WHERE ours IS DISTINCT FROM theirs) AS differ
FROM (SELECT unit, zone, period_start AS ours, theirs
      FROM unnest('{day,week,month,quarter,year}'::text[]) unit, unnest('{UTC,Europe/Berlin,America/New_York,America/Sao_Paulo,Asia/Kolkata,Asia/Kathmandu,Australia/Lord_Howe,Pacific/Apia,Africa/Casablanca}'::text[]) zone,
           LATERAL (SELECT * FROM (SELECT period_start FROM one, lifecycle(j, activity_options(unit, '2026-01-01', time_zone => zone)) WHERE events > 0) o
                    FULL JOIN (SELECT DISTINCT date_trunc(unit, ts, zone) AS theirs FROM moments) t ON theirs = period_start) c) d
GROUP BY unit ORDER BY unit;
-- Hours too, and where the offset is not a whole hour (Lord Howe moves its clock by half an hour: there an hour is cut).
SELECT zone, count(*) AS hours, count(*) FILTER (WHERE ours IS DISTINCT FROM theirs) AS differ
FROM (SELECT zone, period_start AS ours, theirs
      FROM unnest('{UTC,Europe/Berlin,America/Sao_Paulo,Asia/Kolkata,Asia/Kathmandu}'::text[]) zone,
           LATERAL (SELECT * FROM (SELECT period_start FROM one, lifecycle(j, activity_options('hour', '2026-01-01', time_zone => zone)) WHERE events > 0) o
                    FULL JOIN (SELECT DISTINCT date_trunc('hour', ts, zone) AS theirs FROM moments) t ON theirs = period_start) c) d
GROUP BY zone ORDER BY zone;
-- Every day of the spine, not only those with events.
SELECT zone, count(*) AS days, count(*) FILTER (WHERE period_start IS DISTINCT FROM day) AS differ
FROM unnest('{Europe/Berlin,America/Sao_Paulo,Pacific/Apia,Africa/Casablanca}'::text[]) zone,
     LATERAL (SELECT * FROM (SELECT period_start FROM one, lifecycle(j, activity_options('day', '2024-12-31', time_zone => zone, from_ts => '1996-01-01'))) o
              FULL JOIN (SELECT DISTINCT date_trunc('day', h, zone) AS day FROM generate_series(timestamptz '1996-01-01', '2024-12-30 23:00', '1 hour') h) s ON day = period_start) c
GROUP BY zone ORDER BY zone;
-- Weeks that start on any day.
SELECT week_start, count(*) FILTER (WHERE ours IS DISTINCT FROM theirs) AS differ
FROM (SELECT week_start, period_start AS ours, theirs FROM generate_series(1, 7) week_start,
          LATERAL (SELECT * FROM (SELECT period_start FROM one, lifecycle(j, activity_options('week', '2026-01-01', time_zone => 'Europe/Berlin', week_start => week_start)) WHERE events > 0) o
                   FULL JOIN (SELECT DISTINCT (date_trunc('week', (ts AT TIME ZONE 'Europe/Berlin') - (week_start - 1) * interval '1 day') + (week_start - 1) * interval '1 day') AT TIME ZONE 'Europe/Berlin' AS theirs FROM moments) t ON theirs = period_start) c) d
GROUP BY week_start ORDER BY week_start;
-- Without a zone it is the session's.
SET timezone = 'America/New_York';
SELECT period_start FROM lifecycle((SELECT journey_agg(timestamptz '2024-01-01 03:00+00', 'e')), activity_options('month', '2024-01-01 12:00+00'));
SET timezone = 'UTC';
-- The ends of time.
SELECT count(*), min(period_start), max(period_start) FROM lifecycle((SELECT journey_agg(timestamptz '4714-11-24 00:00:00+00 BC', 'e')), activity_options('year', '294276-12-31 23:59:59'));

-- Bad options.
CREATE FUNCTION attempt(statement text, OUT state text, OUT message text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    state := 'none';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
END $$;
\pset format unaligned
\pset tuples_only on
SELECT call || E'\n   ' || state || ' ' || message || E'\n   ' || hint
FROM unnest(ARRAY[$$'fortnight', now()$$, $$NULL, now()$$, $$'day', NULL$$, $$'day', '-infinity'$$, $$'day', now(), 'infinity'$$, $$'day', '2024-01-01', '2024-01-02'$$,
    $$'day', now(), time_zone => 'Mars/Phobos'$$, $$'day', now(), week_start => 9$$, $$'day', now(), min_events => 0$$, $$'day', now(), events => '{}'$$, $$'day', now(), events => '{NULL}'$$,
    $$'hour', '2024-01-01', from_ts => '0001-01-01'$$]) call,
    attempt(format('SELECT growth_report(j, activity_options(%s)) FROM journeys', call));
SELECT f, state, message FROM unnest('{lifecycle,active_periods,lifecycle_report,growth_report,stickiness_report}'::text[]) f, attempt(format('SELECT %s(j, NULL) FROM journeys', f));
SELECT state, message, hint FROM attempt($$SELECT growth_report(j, activity_options('day', '2024-01-05', from_ts => timestamptz '2024-01-01' + interval '1 day' * ascii(customer))) FROM journeys$$);
SELECT state, message, hint FROM attempt($$SELECT growth_report(j, activity_options('day', '2025-01-05', from_ts => timestamptz '2024-01-01' + interval '1 day' * ascii(customer))) FROM journeys$$);
SELECT state, message, hint FROM attempt($$SELECT '\x00'::activity_summary$$);
-- A state as text and in binary, as it moves between nodes; cut off anywhere it is refused.
SELECT s::text = h, activity_summary_send(s) = h::bytea FROM (SELECT '\x0100010100000000000000800000000000000000000000000000000000000000' AS h) x, LATERAL (SELECT h::activity_summary AS s) y;
SELECT DISTINCT state FROM generate_series(1, 32 - 1) n, attempt(format('SELECT %L::activity_summary', '\x' || left('0100010100000000000000800000000000000000000000000000000000000000', 2 * n)));
\pset format aligned
\pset tuples_only off
DROP TABLE visits, journeys, moments, one;
DROP FUNCTION attempt;
