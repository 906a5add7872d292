-- Sessions: numbers and identities for rows, and the sessions of a journey.
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
\pset null '-'

CREATE TABLE visits (customer text, ts timestamptz, event text, amount float8);
INSERT INTO visits VALUES
    ('ann', '2024-01-01 10:00', 'home', NULL), ('ann', '2024-01-01 10:30', 'view', NULL), ('ann', '2024-01-01 11:00:00.000001', 'home', 5), ('ann', '2024-01-01 11:10', 'buy', 2.5),
    ('bob', '2024-01-01 09:00', 'view', NULL), ('bob', '2024-01-01 09:00', 'view', NULL), (NULL, '2024-01-01 08:00', 'view', 1), ('bob', NULL, 'buy', 9);

-- A pause of exactly the gap stays in the session; a microsecond more begins the next.
SELECT customer, ts, sessionize(ts, '30 minutes') OVER (PARTITION BY customer ORDER BY ts) AS session_no, session_start(ts, '30 minutes') OVER (PARTITION BY customer ORDER BY ts)
FROM visits ORDER BY customer, ts;
-- Rows without a time have no session and disturb none, wherever they stand.
SELECT customer, ts, sessionize(ts, '30 minutes') OVER (PARTITION BY customer ORDER BY ts NULLS FIRST) AS session_no FROM visits WHERE customer = 'bob' ORDER BY ts NULLS FIRST;
-- A gap of zero keeps only events of one moment together.
SELECT m, sessionize('2024-01-01'::timestamptz + m * interval '1 minute', '0') OVER (ORDER BY m) FROM unnest(ARRAY[0, 0, 1, 1, 2]) m ORDER BY m;
-- A month is 30 days here as in every comparison of intervals.
SELECT d, sessionize('2024-01-01'::timestamptz + d * interval '1 day', '1 month') OVER (ORDER BY d) FROM unnest(ARRAY[0, 30, 61]) d ORDER BY d;
-- No session lasts longer than max_duration; one of exactly that length may.
SELECT m, sessionize(ts, '10 minutes', '20 minutes') OVER w AS session_no, to_char(session_start(ts, '10 minutes', max_duration => '20 minutes') OVER w, 'HH24:MI') AS started
FROM (SELECT m, '2024-01-01'::timestamptz + m * interval '1 minute' AS ts FROM unnest(ARRAY[0, 10, 20, 21, 31, 41, 42]) m) v WINDOW w AS (ORDER BY ts) ORDER BY m;
-- A row may open a session of its own, such as a login; null does not.
SELECT m, event, sessionize(ts, '1 hour', starts => event = 'login') OVER (ORDER BY ts, event) AS session_no
FROM (SELECT m, event, '2024-01-01'::timestamptz + m * interval '1 minute' AS ts FROM (VALUES (0, 'login'), (1, 'view'), (2, NULL), (3, 'login'), (4, 'login'), (5, 'view')) v (m, event)) v ORDER BY m;
-- Midnight in a time zone ends a session, in winter and in summer time; an event at midnight belongs to the new day.
SELECT ts, sessionize(ts, '1 hour', midnight_in => 'Europe/Berlin') OVER w AS berlin, sessionize(ts, '1 hour', midnight_in => 'UTC') OVER w AS utc, sessionize(ts, '1 hour') OVER w AS none
FROM unnest(ARRAY['2024-01-01 22:50', '2024-01-01 22:59:59.999999', '2024-01-01 23:00', '2024-01-01 23:40', '2024-01-02 00:10', '2024-07-01 21:30', '2024-07-01 22:10', '2024-07-01 23:00']::timestamptz[]) ts
WINDOW w AS (ORDER BY ts) ORDER BY ts;
-- With a long gap every day is a session.
SELECT h, sessionize('2024-01-01'::timestamptz + h * interval '1 hour', '7 days', midnight_in => 'UTC') OVER (ORDER BY h) FROM unnest(ARRAY[1, 23, 24, 72, 95, 96]) h ORDER BY h;
-- Rules together: whichever comes first ends the session.
SELECT m, event, sessionize(ts, '30 minutes', '45 minutes', event = 'login', 'UTC') OVER (ORDER BY ts) AS session_no
FROM (SELECT m, event, '2024-01-01 22:00'::timestamptz + m * interval '1 minute' AS ts
      FROM (VALUES (0, 'view'), (30, 'view'), (46, 'view'), (50, 'login'), (81, 'view'), (105, 'view'), (120, 'view'), (150, 'view')) v (m, event)) v ORDER BY m;
-- The gap may come from a table, one for each customer.
SELECT customer, m, sessionize('2024-01-01'::timestamptz + m * interval '1 minute', gap) OVER (PARTITION BY customer ORDER BY m)
FROM (VALUES ('ann', interval '5 minutes'), ('bob', '10 minutes')) v (customer, gap), unnest(ARRAY[0, 8, 12]) m ORDER BY customer, m;
-- The identity of a session stays when a late event turns up in an earlier one; its number does not.
WITH known (ts) AS (VALUES ('2024-01-01 10:00'::timestamptz), ('2024-01-01 12:00')), later AS (TABLE known UNION ALL VALUES ('2024-01-01 11:00'::timestamptz))
SELECT what, ts, sessionize(ts, '30 minutes') OVER w AS session_no, session_start(ts, '30 minutes') OVER w
FROM (SELECT 1 AS no, 'at first' AS what, ts FROM known UNION ALL SELECT 2, 'later', ts FROM later) v WINDOW w AS (PARTITION BY no, what ORDER BY ts) ORDER BY no, ts;
-- Sessions counted and measured from rows: the plain SQL around it is short.
SELECT customer, session_no, count(*) AS events, max(ts) - min(ts) AS duration
FROM (SELECT *, sessionize(ts, '30 minutes') OVER (PARTITION BY customer ORDER BY ts) AS session_no FROM visits WHERE customer = 'ann') s GROUP BY customer, session_no ORDER BY customer, session_no;

-- The sessions of a journey: when, how long, how many events, in and out, bounce, value.
CREATE TABLE journeys AS SELECT customer, journey_agg(ts, event, NULL, amount) AS j FROM visits WHERE customer IS NOT NULL GROUP BY customer;
INSERT INTO journeys VALUES ('cat', '[]'), ('dan', NULL), ('eve', '[{"ts":"2024-01-02 09:00","event":"home","value":1},{"ts":"2024-01-02 10:00","event":"home","value":-1}]');
SELECT customer, s.* FROM journeys, sessions(j, '30 minutes') s ORDER BY customer, session_no;
-- Just their number: an empty journey has none.
SELECT customer, session_count(j, '30 minutes'), session_count(j, '1 hour') AS of_an_hour FROM journeys ORDER BY customer;
-- With a maximal duration, sessions that certain events open, and midnight.
SELECT session_count(j, '1 hour') AS gap, session_count(j, '1 hour', '30 minutes') AS duration, session_count(j, '1 hour', starts => ARRAY['home', 'buy', 'fly']) AS starts,
       session_count(j, '1 hour', midnight_in => 'Asia/Tokyo') AS tokyo, session_count(j, '1 hour', midnight_in => 'Asia/Kolkata') AS kolkata, session_count(j, '1 hour', starts => '{}') AS no_starts
FROM (VALUES ('[{"ts":"2024-01-01 14:45","event":"home"},{"ts":"2024-01-01 15:00","event":"view"},{"ts":"2024-01-01 15:15","event":"view"},{"ts":"2024-01-01 15:16","event":"home"},{"ts":"2024-01-01 15:20","event":"buy"}]'::journey)) v (j);
-- All rules by name, as rows.
SELECT s.session_no, s.started_at, s.events, s.entry_event, s.exit_event
FROM journeys, sessions(j, gap => '1 hour', max_duration => '45 minutes', starts => ARRAY['buy'], midnight_in => 'UTC') s WHERE customer = 'ann' ORDER BY session_no;

-- On 300 customers' rows: sessionize and sessions(j) cut alike, and like lag and a running sum in plain SQL.
CREATE TABLE many AS
    SELECT r % 300 AS customer, timestamptz '2024-01-01' + (('x' || substr(md5('t' || r), 1, 7))::bit(28)::int % 4000) * interval '1 minute' AS ts,
           (ARRAY['home', 'view', 'buy'])[1 + ('x' || substr(md5('e' || r), 1, 7))::bit(28)::int % 3] AS event
    FROM generate_series(1, 6000) r;
SELECT count(*) > 1000 AS sessions, count(*) FILTER (WHERE by_rows.* IS DISTINCT FROM by_journey.*) AS differ
FROM (SELECT customer, session_no, min(ts) AS started, max(ts), count(*) FROM (SELECT customer, ts, sessionize(ts, '2 hours', '3 hours', midnight_in => 'Europe/Berlin') OVER (PARTITION BY customer ORDER BY ts) AS session_no FROM many) r GROUP BY 1, 2) by_rows
FULL JOIN (SELECT customer, s.session_no, s.started_at AS started, s.ended_at, s.events FROM (SELECT customer, journey_agg(ts, event) AS j FROM many GROUP BY 1) j, sessions(j, '2 hours', '3 hours', midnight_in => 'Europe/Berlin') s) by_journey
    USING (customer, session_no);
-- With starting events too; the session's start is its identity.
SELECT count(*) > 2000 AS sessions, count(*) FILTER (WHERE by_rows.* IS DISTINCT FROM by_journey.*) AS differ
FROM (SELECT customer, session_no, min(start), max(start) FROM (SELECT customer, sessionize(ts, '2 hours', starts => event = 'home') OVER w AS session_no, session_start(ts, '2 hours', starts => event = 'home') OVER w AS start FROM many WINDOW w AS (PARTITION BY customer ORDER BY ts, event)) r GROUP BY 1, 2) by_rows
FULL JOIN (SELECT customer, s.session_no, s.started_at, s.started_at FROM (SELECT customer, journey_agg(ts, event) AS j FROM many GROUP BY 1) j, sessions(j, '2 hours', starts => ARRAY['home']) s) by_journey
    USING (customer, session_no);
-- The plain-SQL way.
SELECT count(*), count(*) FILTER (WHERE session_no <> plain) AS differ
FROM (SELECT sessionize(ts, '2 hours') OVER w AS session_no, sum(CASE WHEN pause <= '2 hours' THEN 0 ELSE 1 END) OVER w AS plain
      FROM (SELECT *, ts - lag(ts) OVER (PARTITION BY customer ORDER BY ts) AS pause FROM many) m WINDOW w AS (PARTITION BY customer ORDER BY ts)) s;
DROP TABLE visits, journeys, many;
