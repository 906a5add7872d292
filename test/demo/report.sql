-- The report: the same for the simulated shop and for a file. It expects the
-- table events and the variables steps (an array's text), within (empty, or
-- ", 'interval'"), window (the interval alone) and gap. Each query is shown (\p) and then run as shown.
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

-- What the rest of the report asks about: the steps as parts of a pattern, the
-- names of the last one, and moments and lengths of time that suit the data.
WITH names AS (
  SELECT step_no, name_no, regexp_replace(name, '\\(.)', '\1', 'g') AS name
  FROM unnest(:'steps'::text[]) WITH ORDINALITY AS s(step, step_no),
       regexp_split_to_table(step, '(?<!\\)[|]') WITH ORDINALITY AS n(name, name_no)
), parts AS (
  SELECT step_no, CASE WHEN count(*) = 1 THEN min(part) ELSE '[' || string_agg(part, '|' ORDER BY name_no) || ']' END AS part
  FROM (SELECT *, CASE WHEN name COLLATE "C" ~ '^[A-Za-z][A-Za-z0-9_]*$' AND lower(name) NOT IN ('within', 'after', 'where', 'and', 'as')
                       THEN name ELSE '"' || replace(name, '"', '""') || '"' END AS part FROM names) AS written
  GROUP BY step_no
)
SELECT (SELECT part FROM parts WHERE step_no = 1) AS first_part, (SELECT coalesce(min(part), '') FROM parts WHERE step_no = 2) AS second_part,
       (SELECT part FROM parts WHERE step_no = :last_step) AS last_part,
       (SELECT array_agg(DISTINCT name) FROM names) AS step_names,
       (SELECT array_agg(name ORDER BY name_no) FROM names WHERE step_no = :last_step) AS last_names,
       (SELECT string_agg(name, ' or ' ORDER BY name_no) FROM names WHERE step_no = :last_step) AS last_shown \gset

-- Without a window, the limit of the patterns is the shortest of the usual ones
-- in which half of those who converted did so. A month is 30 days.
SELECT regexp_replace(CASE WHEN seconds % 86400 = 0 THEN trim_scale(seconds / 86400) || ' days' WHEN seconds % 3600 = 0 THEN trim_scale(seconds / 3600) || ' hours'
                           WHEN seconds % 60 = 0 THEN trim_scale(seconds / 60) || ' minutes' ELSE seconds || ' seconds' END, '^1 (.*)s$', '1 \1') AS pattern_limit
FROM (SELECT trim_scale(least(2592000 * months + extract(epoch FROM length - make_interval(months => months)), 36000000000)) AS seconds
      FROM (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY times[:last_step] - times[1]) AS half
            FROM journeys, funnel_times(journey, :'steps') AS times WHERE times[:last_step] IS NOT NULL) AS converted,
           LATERAL (SELECT coalesce(nullif(:'window', '')::interval, min(l), '3650 days') AS length
                    FROM unnest('{1 hour,1 day,7 days,30 days,90 days,365 days}'::interval[]) AS l WHERE l >= half) AS chosen,
           LATERAL (SELECT (12 * extract(year FROM length) + extract(month FROM length))::int AS months) AS m) AS s \gset

-- By how long most of the data is: the periods of cohorts, and when to look how
-- many have come so far. The end of the data is "now".
SELECT max_ts AS data_end, max_ts + interval '1 microsecond' AS as_of, period, '1 ' || unit AS unit, h[1] AS h1, h[2] AS h2, h[3] AS h3,
       period || '_1' AS period_1, period || '_2' AS period_2, period || '_3' AS period_3, period || '_4' AS period_4,
       format('in_%s_%s', h[1], unit || CASE WHEN h[1] > 1 THEN 's' ELSE '' END) AS by_1, format('in_%s_%ss', h[2], unit) AS by_2, format('in_%s_%ss', h[3], unit) AS by_3,
       'median_' || unit || 's' AS median, format('%s %ss', 2 * h[2], unit) AS horizon
FROM (SELECT max(ts) AS max_ts, max(ts) - percentile_disc(0.01) WITHIN GROUP (ORDER BY ts) AS length FROM events) AS range
JOIN (VALUES (1, interval '12 hours', 'hour', 'hour', '{1,3,8}'::int[]), (2, '3 days', 'day', 'hour', '{1,8,24}'), (3, '14 days', 'day', 'day', '{1,3,7}'),
             (4, '90 days', 'week', 'day', '{1,7,21}'), (5, '1 year', 'month', 'day', '{7,30,90}'), (6, '3 years', 'quarter', 'day', '{30,90,365}'),
             (7, NULL, 'year', 'day', '{30,180,720}')) AS scale(scale_no, up_to, period, unit, h) ON up_to IS NULL OR length <= up_to
ORDER BY scale_no LIMIT 1 \gset

-- The report's names for the start, the end and the remainder, unless events or channels are called so.
SELECT CASE WHEN EXISTS (SELECT FROM events WHERE channel = '(unattributed)') THEN '(nothing before)' ELSE '(unattributed)' END AS nobody \gset
SELECT CASE WHEN EXISTS (SELECT FROM events WHERE event IN ('(start)', '(end)'))
            THEN ', NULL, NULL, NULL, ''(the start)'', ''(the end)''' ELSE '' END AS node_names \gset

\echo '7  What customers do next'
\echo
SELECT from_event, to_event, count, customers, to_char(100 * share_out, '990.0"%"') AS share, date_trunc('second', median_took) AS median_took
FROM unnest((SELECT transition_report(journey, :'gap', 'first':node_names) FROM journeys))
ORDER BY count DESC, from_event, to_event LIMIT 8
\p\g
\echo '   the ways through the steps of the funnel, the most frequent first'
\echo
SELECT path, customers, to_char(100 * share, '990.0"%"') AS share
FROM unnest((SELECT path_report(journey_path(journey, keep => :'step_names', collapse => 'first', max_length => 8), 5)
             FROM journeys)) WHERE path <> '' ORDER BY path_no
\p\g

\echo '8  A pattern: who looked again and again, and who went back'
\echo
SELECT :last_step > 1 AS several_steps, format('%s ... %s within %s', :'first_part', :'last_part', :'pattern_limit') AS pattern_once,
       format('%s (... %1$s){2} ... %s within %s', :'first_part', :'last_part', :'pattern_limit') AS pattern_thrice,
       format('%s ... %s ... %s within %s', :'second_part', :'first_part', :'last_part', :'pattern_limit') AS pattern_back \gset
\if :several_steps
\echo '   Customers who came to' :last_part 'within' :pattern_limit '...'
\echo '   once_or_more: after' :first_part
\echo '   three_times_or_more: after three times' :first_part
\echo '   went_back: after going back from' :second_part 'to' :first_part
\echo
SELECT count(*) FILTER (WHERE journey ~ :'pattern_once') AS once_or_more,
       count(*) FILTER (WHERE journey ~ :'pattern_thrice') AS three_times_or_more,
       count(*) FILTER (WHERE journey ~ :'pattern_back') AS went_back
FROM journeys
\p\g
\else
\echo '   Left out: the funnel has one step only.'
\echo
\endif

\echo '9  Who comes back, by the' :period 'of the first event (-: not over yet; complete: how many are over)'
\echo
SELECT cohort, cohort_size,
       to_char(100 * max(rate) FILTER (WHERE period_no = 1 AND complete), '990.0"%"') AS :"period_1",
       to_char(100 * max(rate) FILTER (WHERE period_no = 2 AND complete), '990.0"%"') AS :"period_2",
       to_char(100 * max(rate) FILTER (WHERE period_no = 3 AND complete), '990.0"%"') AS :"period_3",
       to_char(100 * max(rate) FILTER (WHERE period_no = 4 AND complete), '990.0"%"') AS :"period_4",
       count(*) FILTER (WHERE complete) AS complete
FROM unnest((SELECT retention_report(journey, retention_options(:'period', :'as_of', first_period => 1, last_period => 4))
             FROM journeys))
WHERE cohort_size > 0 GROUP BY cohort, cohort_size ORDER BY cohort LIMIT 15
\p\g

\echo '10  How long it takes until' :last_shown 'and until the next one'
\echo '   Who is still waiting when the data end counts as long as he was seen (Kaplan-Meier).'
\echo
CREATE TABLE waits AS
SELECT customer, first.channel, first.ts AS first_at, started_at(kept) AS reached_at,
       started_at(since(kept, started_at(kept) + interval :'gap' + interval '1 microsecond')) AS again_at
FROM journeys, keep(journey, :'last_names') AS kept, event_at(journey, 1) AS first
\p\g
\echo
SELECT question, c.customers, c.events AS happened, c.censored AS still_waiting,
       to_char(100 * (1 - survival_at(t, :h1)), '990.0"%"') AS :"by_1", to_char(100 * (1 - survival_at(t, :h2)), '990.0"%"') AS :"by_2",
       to_char(100 * (1 - survival_at(t, :h3)), '990.0"%"') AS :"by_3", round(median_survival(t)::numeric, 1) AS :"median"
FROM (SELECT 'until the first' AS question, survival_table(survival_time(coalesce(reached_at, :'data_end') - first_at, :'unit'), reached_at IS NOT NULL) AS t FROM waits
      UNION ALL
      SELECT 'until the next', survival_table(survival_time(coalesce(again_at, :'data_end') - reached_at, :'unit'), again_at IS NOT NULL) FROM waits WHERE reached_at IS NOT NULL) AS tables,
     survival_counts(t) AS c
\p\g
\if :has_channel
\echo '   until the next one, by the channel of the first event'
\echo
SELECT channel, c.customers, c.events AS happened, c.censored AS still_waiting,
       to_char(100 * (1 - survival_at(t, :h3)), '990.0"%"') AS :"by_3", round(median_survival(t)::numeric, 1) AS :"median"
FROM (SELECT channel, survival_table(survival_time(coalesce(again_at, :'data_end') - reached_at, :'unit'), again_at IS NOT NULL) AS t
      FROM waits WHERE reached_at IS NOT NULL GROUP BY channel) AS tables,
     survival_counts(t) AS c
ORDER BY c.customers DESC, channel LIMIT 6
\p\g
\endif

\echo '11  Segments by recency, frequency and value of' :last_shown
\echo
SELECT count(value) > 0 AND coalesce(max(abs(value)), 0) < 1e290 AS has_value FROM events WHERE event = ANY (:'last_names') \gset
\if :has_value
SELECT segment, customers, to_char(100 * share, '990.0"%"') AS share, round(revenue::numeric, 2) AS revenue, to_char(100 * revenue_share, '990.0"%"') AS revenue_share,
       date_trunc('hour', avg_recency) AS avg_recency, round(avg_frequency::numeric, 2) AS avg_frequency, round(avg_monetary::numeric, 2) AS avg_value
FROM unnest((SELECT rfm_report(rfm(journey, :'last_names', :'data_end')) FROM journeys)) WHERE customers > 0
\p\g
\else
\echo '   Left out: no event called' :last_shown 'has a value.'
\echo
\endif

CREATE TEMP TABLE names AS
  SELECT step_no, name_no, regexp_replace(name, '\\(.)', '\1', 'g') AS name
  FROM unnest(:'steps'::text[]) WITH ORDINALITY AS s(step, step_no),
       regexp_split_to_table(step, '(?<!\\)[|]') WITH ORDINALITY AS n(name, name_no);
-- Each step of the funnel is a stage; what is called an error is a problem at the
-- step before the last.
SELECT count(DISTINCT name) = count(*) AND count(DISTINCT step_no) BETWEEN 2 AND 60 AND bool_and(name NOT IN ('', '(start)', '(end)', '(not on the map)', '(no event yet)')) AS has_map FROM names \gset
\if :has_map
\echo '12  The map: the steps as stages, its pain points, and who is in which stage'
\echo
INSERT INTO journey_stage (map, position, stage)
SELECT 'demo', step_no, step_no || ' ' || string_agg(name, ' or ' ORDER BY name_no) FROM names GROUP BY step_no
\p\g
INSERT INTO journey_touchpoint (map, touchpoint, stage, owner)
SELECT 'demo', name, stage, 'owner of ' || stage FROM names JOIN journey_stage ON position = step_no
\p\g
INSERT INTO journey_rule (map, event, touchpoint) SELECT 'demo', name, name FROM names
\p\g
INSERT INTO journey_rule (map, event, touchpoint, role)
SELECT DISTINCT 'demo', event, (SELECT name FROM names WHERE step_no = :last_step - 1 ORDER BY name_no LIMIT 1), 'problem'
FROM events WHERE event ~ 'error' AND event <> ALL (SELECT name FROM names)
\p\g
\echo
SELECT stage, touchpoint, channel, customers, problem_customers AS trouble, to_char(100 * conversion, '990.0"%"') AS move_on,
       date_trunc('second', median_to_next) AS median_to_next, to_char(100 * exit_rate, '990.0"%"') AS end_here
FROM unnest((SELECT journey_map(journey, (SELECT stage_map('demo'))) FROM journeys)) ORDER BY stage_no, customers DESC, channel LIMIT 20
\p\g
SELECT rank, kind, touchpoint, channel, owner, customers, to_char(100 * drop_off, '990.0"%"') AS lost, to_char(100 * expected_drop_off, '990.0"%"') AS expected, compared_with,
       round(lost_customers::numeric, 1) AS too_many, round(z::numeric, 1) AS z
FROM pain_points((SELECT journey_map(journey, (SELECT stage_map('demo'))) FROM journeys)) LIMIT 8
\p\g
SELECT stage, customers, to_char(100 * share, '990.0"%"') AS share, deepest, ever, date_trunc('hour', median_time) AS median_time_there
FROM unnest((SELECT stage_stock(journey, (SELECT stage_map('demo')), :'data_end') FROM journeys))
\p\g
\if :{?svg_file}
\pset format unaligned
\pset tuples_only on
\o :svg_file
SELECT svg_journey_map(journey_map(journey, (SELECT stage_map('demo'))), 'Customer journey') FROM journeys;
\o
\pset format aligned
\pset tuples_only off
\echo '   The map as a picture:' :svg_file
\echo
\endif
\endif
\echo '13  Which channels bring' :last_shown '- three models side by side'
\echo '   first: the channel that came first; last: the one before it; linear: all on the way alike.'
\echo
\if :has_channel
SELECT channel, round(max(conversions) FILTER (WHERE model = 'first'), 1) AS first, round(max(conversions) FILTER (WHERE model = 'last'), 1) AS last,
       round(max(conversions) FILTER (WHERE model = 'linear'), 1) AS linear, round(max(value) FILTER (WHERE model = 'linear'), 2) AS linear_value
FROM unnest((SELECT attribution_report(journey, attribution_options(:'last_names', '{first,last,linear}', unattributed => :'nobody')) FROM journeys))
GROUP BY channel ORDER BY max(conversions) FILTER (WHERE model = 'linear') DESC, channel LIMIT 15
\p\g
\else
\echo '   Left out: the events have no channel.'
\echo
\endif

\echo '14  Who does nothing more within' :horizon '- three methods, checked against what customers did then'
\echo '   Each learns from what was known' :horizon 'before the end; of those who had come by then, this was predicted and happened.'
\echo
SELECT rung, method, customers, inactive, to_char(100 * predicted, '990.0"%"') AS predicted, to_char(100 * observed, '990.0"%"') AS observed,
       round(skill::numeric, 3) AS skill, round(concordance::numeric, 3) AS concordance, note
FROM unnest((SELECT churn_backtest(journey, NULL, timestamptz :'data_end' - interval :'horizon', :'horizon') FROM journeys))
\p\g
