-- The report: the same for the simulated shop and for a file. It expects the
-- table events and the variables steps (an array's text), within (empty, or
-- ", 'interval'") and gap. Each query is shown (\p) and then run as shown.
\pset footer off
\pset null '-'
SELECT array_to_string(:'steps'::text[], ' > ') AS steps_shown, cardinality(:'steps'::text[]) AS last_step,
       CASE WHEN :'within' = '' THEN 'in any time' ELSE 'within' || translate(:'within', ' ,''', ' ') END AS window_shown,
       EXISTS (SELECT FROM events WHERE channel IS NOT NULL) AS has_channel \gset

\echo
\echo '1  What happened: the events'
\echo
SELECT event, count(*) AS events, count(DISTINCT customer) AS customers, round(sum(value)::numeric, 2) AS value
FROM events GROUP BY event ORDER BY events DESC, event LIMIT 20
\p\g
SELECT count(DISTINCT event) - 20 AS more, count(DISTINCT event) > 20 AS any_more FROM events \gset
\if :any_more
\echo '   and' :more 'other events'
\echo
\endif

\echo '2  One value for each customer: the journey'
\echo
CREATE TABLE journeys AS
SELECT customer, journey_agg(ts, event, channel, value, tiebreak) AS journey FROM events GROUP BY customer
\p\g
\echo
SELECT count(*) AS journeys, sum(event_count(journey)) AS events,
       pg_size_pretty(sum(pg_column_size(journey))) AS size,
       min(started_at(journey)) AS first_event, max(ended_at(journey)) AS last_event
FROM journeys
\p\g

\echo '3  Sessions: a pause of more than' :gap 'ends one'
\echo
SELECT count(*) AS sessions, round(count(*)::numeric / count(DISTINCT customer), 2) AS per_customer,
       to_char(100 * avg(bounce::int), '990.0"%"') AS bounces, round(avg(s.events), 1) AS events_in_one,
       date_trunc('second', percentile_cont(0.5) WITHIN GROUP (ORDER BY s.duration)) AS median_duration
FROM journeys, sessions(journey, :'gap') AS s
\p\g
SELECT least(session_count(journey, :'gap'), 10) AS sessions_up_to_10, count(*) AS customers
FROM journeys GROUP BY 1 ORDER BY 1
\p\g

\echo '4  The funnel' :steps_shown :window_shown
\echo
SELECT step_no, step, customers, to_char(100 * from_start, '990.0"%"') AS from_start,
       to_char(100 * from_previous, '990.0"%"') AS from_previous, dropped,
       date_trunc('second', median_from_previous) AS median_time,
       date_trunc('second', p90_from_previous) AS p90_time
FROM unnest((SELECT funnel_report(funnel_times(journey, :'steps':within), :'steps')
             FROM journeys))
\p\g

\if :has_channel
\echo '   by the channel of the first event'
\echo
SELECT channel, count(*) AS customers, count(*) FILTER (WHERE level >= 1) AS entered,
       count(*) FILTER (WHERE level = :last_step) AS converted,
       to_char(100 * avg((level = :last_step)::int) FILTER (WHERE level >= 1), '990.0"%"') AS conversion
FROM (SELECT first.channel, funnel_level(journey, :'steps':within) AS level
      FROM journeys, event_at(journey, 1) AS first) AS levels
GROUP BY channel ORDER BY conversion DESC NULLS LAST, channel LIMIT 15
\p\g
\endif

-- One who got furthest, with a journey that fits on a page.
SELECT customer AS traveller, event_count(journey) > 25 AS is_long
FROM journeys ORDER BY funnel_level(journey, :'steps':within) DESC, abs(event_count(journey) - 12), customer LIMIT 1 \gset

\echo '5  The journey of one customer:' :traveller
\echo
SELECT event_no, ts, ts - lag(ts) OVER (ORDER BY event_no) AS since_previous, event, channel, value
FROM journeys, events(journey) WHERE customer = :'traveller' ORDER BY event_no LIMIT 25
\p\g
\if :is_long
\echo '   (its first 25 events)'
\echo
\endif
SELECT attempt, step_no, step, at, since_previous, since_start
FROM journeys, funnel_trace(journey, :'steps':within) WHERE customer = :'traveller'
\p\g

-- One who did not convert, and best one of whom more is to be said than that
-- the next step never happened.
CREATE TEMP TABLE stopped AS
SELECT customer, why.*, event_count(journey) AS events
FROM journeys, funnel_why(journey, :'steps':within) AS why WHERE why.reason <> 'completed';
SELECT count(*) > 0 AS any_stopped FROM stopped \gset
\if :any_stopped
SELECT customer AS stopped_one FROM stopped
ORDER BY reason = 'never_happened', level = 0, level DESC, abs(events - 10), customer LIMIT 1 \gset

\echo '6  Who did not convert, and why'
\echo
\echo '   one of them:' :stopped_one
\echo
SELECT why.level, why.step AS stopped_before, why.reason, why.at, why.event, why.late_by, why.message
FROM journeys, funnel_why(journey, :'steps':within) AS why WHERE customer = :'stopped_one'
\x on
\p\g
\x off
\echo '   all of them'
\echo
SELECT why.step_no, why.step AS stopped_before, why.reason, count(*) AS customers
FROM journeys, funnel_why(journey, :'steps':within) AS why
WHERE why.reason <> 'completed' GROUP BY 1, 2, 3 ORDER BY 1, 4 DESC, 3
\p\g
\else
\echo '6  Everybody converted: nobody was stopped by a rule.'
\echo
\endif
