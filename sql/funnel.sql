-- Funnels over journeys: every option, alone and together.
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
\pset null '-'

-- A journey as people write it down, '10:00 view, 10:05:30 cart@web, 2 09:00 buy' (the 2nd of January); and times of day.
CREATE FUNCTION day(walk text) RETURNS journey LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(journey_agg(('2024-01-' || coalesce(part[1], '1') || ' ' || part[2] || '+00')::timestamptz, part[3], part[4]), '[]')
    FROM regexp_matches(walk, '(?:(\d+) )?(\d\d:\d\d(?::\d\d)?) ([^,@]+)(?:@(\w+))?', 'g') part $$;
CREATE FUNCTION clock(times timestamptz[]) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT string_agg(coalesce(to_char(t, 'HH24:MI'), '-'), ' ' ORDER BY n) FROM unnest(times) WITH ORDINALITY u (t, n) $$;

CREATE TABLE journeys (customer text, j journey);
INSERT INTO journeys VALUES ('ann', day('10:00 view, 10:10 cart, 10:30 buy')), ('bob', day('10:00 view, 10:20 view, 10:30 cart')), ('cat', day('10:00 search')), ('dan', '[]'), ('eve', NULL);
-- How far each customer came, and when: one time for each step, null where it was not reached.
SELECT customer, funnel_level(j, ARRAY['view', 'cart', 'buy'], '1 hour'), clock(funnel_times(j, ARRAY['view', 'cart', 'buy'], '1 hour')) FROM journeys ORDER BY customer;
-- The times are an array for other functions to use.
SELECT funnel_times(j, ARRAY['view', 'cart', 'buy'], '1 hour') FROM journeys WHERE customer = 'bob';
-- The window is inclusive; without one there is no limit; a month is 30 days.
SELECT funnel_level(j, s, '23 hours 59 minutes 59 seconds') AS less, funnel_level(j, s, '24 hours') AS hours, funnel_level(j, s, '1 day') AS day, funnel_level(j, s) AS any,
       funnel_level('[{"ts":"1000-01-01","event":"view"},{"ts":"2024-01-01","event":"cart"}]', s) AS ages, funnel_level(day('1 10:00 view, 31 10:00 cart'), s, '1 month') AS month
FROM day('1 10:00 view, 2 10:00 cart') j, (VALUES (ARRAY['view', 'cart'])) v (s);
-- A later entry does not overwrite a chain that is under way: the level is the true maximum.
SELECT clock(funnel_times(day('10:00 view, 10:10 cart, 10:55 view, 11:00 buy'), ARRAY['view', 'cart', 'buy'], '1 hour'));
-- Of the furthest chains the one that starts latest, then ends earliest, then takes each step as early as possible.
SELECT clock(funnel_times(day('10:00 view, 10:20 view, 10:30 cart, 10:40 cart, 10:50 buy, 10:55 buy, 10:58 view'), ARRAY['view', 'cart', 'buy'], '1 hour'));
-- A step may be one of several events; a bar or backslash in a name is written with a backslash before it.
SELECT clock(funnel_times(day('10:00 search, 10:10 call'), ARRAY['view|search', 'buy|call'])) AS sets, funnel_level(day('10:00 a|b, 10:10 c\d'), ARRAY['a\|b', 'c\\d']) AS escaped, funnel_level(day('10:00 a|b'), ARRAY['a|b']) AS not_escaped;
-- A step that stands twice needs two events, which may be at one time.
SELECT clock(funnel_times(day('10:00 view, 10:10 view'), ARRAY['view', 'view', 'view'])), clock(funnel_times(day('10:00 view, 10:00 view'), ARRAY['view', 'view']));

-- ties: events of one time in any order (favourable), in the journey's order (in_order), or never one after the other (strict).
SELECT walk, funnel_level(day(walk), s), funnel_level(day(walk), s, ties => 'favourable') AS favourable, funnel_level(day(walk), s, ties => 'in_order') AS in_order, funnel_level(day(walk), s, ties => 'strict') AS strict
FROM (VALUES (1, '10:00 view, 10:10 cart, 10:10 buy'), (2, '10:00 view, 10:00 view, 10:10 cart'), (3, '10:00 view, 10:10 cart, 10:20 buy')) v (no, walk), (VALUES (ARRAY['view', 'cart', 'buy'])) f (s) ORDER BY no;
-- A tiebreak makes the order known: cart, then buy.
SELECT funnel_level('[{"ts":"2024-01-01","event":"cart","tiebreak":1},{"ts":"2024-01-01","event":"buy","tiebreak":2}]', ARRAY['cart', 'buy'], ties => 'in_order');
-- grace: events within it of the first of a run count as simultaneous, at the limit too; the run does not stretch with each of them.
SELECT grace, funnel_level(day('10:00:00 cart, 10:00:02 view'), ARRAY['view', 'cart'], grace => grace) AS pair, funnel_level(day('10:00:00 buy, 10:00:02 cart, 10:00:04 view'), ARRAY['view', 'cart', 'buy'], grace => grace) AS three
FROM unnest(ARRAY['0', '1 second', '2 seconds', '3 seconds', '4 seconds']::interval[]) grace ORDER BY grace;
-- step_order 'next event': each step is the very next event of the journey.
SELECT walk, clock(funnel_times(day(walk), ARRAY['view', 'cart', 'buy'], step_order => 'next event')) AS next_event, clock(funnel_times(day(walk), ARRAY['view', 'cart', 'buy'], step_order => 'any gap')) AS any_gap
FROM (VALUES (1, '10:00 view, 10:10 search, 10:20 cart'), (2, '10:00 view, 10:10 view, 10:20 cart'), (3, '10:00 view, 10:10 search, 10:10 cart'), (4, '10:00 view, 10:10 cart, 10:10 search, 10:20 buy')) v (no, walk) ORDER BY no;
-- step_order 'unordered': how many of the steps happened within one window.
SELECT clock(funnel_times(j, s, step_order => 'unordered')) AS any, clock(funnel_times(j, s, '20 minutes', 'unordered')) AS "20", clock(funnel_times(j, s, '19 minutes', 'unordered')) AS "19",
       funnel_level(j, s, '19 minutes', 'unordered') AS level, clock(funnel_times(j, s, '19 minutes', 'unordered', entry => 'first')) AS first, clock(funnel_times(j, s, '19 minutes', 'unordered', entry => 'earliest')) AS earliest
FROM day('10:00 buy, 10:10 view, 10:20 cart') j, (VALUES (ARRAY['view', 'cart', 'buy'])) v (s);
-- Unordered, a step that stands twice needs two events.
SELECT funnel_level(day('10:00 view, 10:10 buy'), ARRAY['view', 'view', 'buy'], step_order => 'unordered') AS one, funnel_level(day('10:00 view, 10:10 buy, 10:20 view'), ARRAY['view', 'view', 'buy'], step_order => 'unordered') AS two;

-- step_within: one limit for every step, or one for each; null is no limit; limits are inclusive.
SELECT clock(funnel_times(j, s, step_within => '{10 minutes}')) AS each, clock(funnel_times(j, s, step_within => '{10 minutes, 11 minutes}')) AS each_its_own, clock(funnel_times(j, s, step_within => '{NULL, 11 minutes}')) AS second,
       clock(funnel_times(j, s, '20 minutes', step_within => '{10 minutes, 11 minutes}')) AS and_window
FROM day('10:00 view, 10:10 cart, 10:21 buy') j, (VALUES (ARRAY['view', 'cart', 'buy'])) v (s);
-- The chain takes the cart that lets it go on.
SELECT clock(funnel_times(day('10:00 view, 10:05 cart, 10:20 cart, 10:22 cart, 10:25 buy'), ARRAY['view', 'cart', 'buy'], step_within => '{NULL, 5 minutes}'));
-- window_from 'previous': the window begins anew with each step.
SELECT clock(funnel_times(j, s, '10 minutes')) AS usual, clock(funnel_times(j, s, '10 minutes', window_from => 'start')) AS start, clock(funnel_times(j, s, '10 minutes', window_from => 'previous')) AS previous
FROM day('10:00 view, 10:10 cart, 10:20 buy') j, (VALUES (ARRAY['view', 'cart', 'buy'])) v (s);
-- exclude: no such event between the first step and the last; before and after it may be.
SELECT walk, clock(funnel_times(day(walk), ARRAY['view', 'cart', 'buy'], exclude => ARRAY['chat', 'call']))
FROM (VALUES (1, '10:00 view, 10:05 chat, 10:10 cart, 10:20 buy'), (2, '10:00 view, 10:10 cart, 10:15 call, 10:20 buy'), (3, '09:00 chat, 10:00 view, 10:10 cart, 10:20 buy, 10:30 call'),
             (4, '10:00 view, 10:05 chat, 10:06 view, 10:10 cart, 10:20 buy')) v (no, walk) ORDER BY no;
-- Between two steps only: each excluded event has its own bounds.
SELECT walk, funnel_level(day(walk), s, exclude => '{chat}', exclude_from => '{1}', exclude_to => '{2}') AS first_gap, funnel_level(day(walk), s, exclude => '{chat}', exclude_from => '{2}') AS second_gap,
       funnel_level(day(walk), s, exclude => '{chat}', exclude_to => '{2}') AS to_second, funnel_level(day(walk), s, exclude => '{chat,call}', exclude_from => '{1,2}', exclude_to => '{2,3}') AS both
FROM (VALUES (1, '10:00 view, 10:05 chat, 10:10 cart, 10:20 buy'), (2, '10:00 view, 10:10 cart, 10:15 chat, 10:20 buy'), (3, '10:00 view, 10:05 call, 10:10 cart, 10:15 call, 10:20 buy')) v (no, walk), (VALUES (ARRAY['view', 'cart', 'buy'])) f (s) ORDER BY no;
-- An excluded event at the time of a step does no harm if the steps may stand on one side of it.
SELECT ties, funnel_level(day('10:00 view, 10:10 app, 10:10 cart'), ARRAY['view', 'cart'], exclude => '{app}', ties => ties) FROM unnest(ARRAY['favourable', 'in_order']) ties ORDER BY ties;
-- An event of the chain itself is not between its steps; another of its name is.
SELECT clock(funnel_times(day('10:00 view, 10:10 cart, 10:20 buy'), ARRAY['view', 'cart', 'buy'], exclude => '{cart}')) AS itself, clock(funnel_times(day('10:00 view, 10:10 cart, 10:15 cart, 10:20 buy'), ARRAY['view', 'cart', 'buy'], exclude => '{cart}')) AS another;
-- on_exclusion 'discard': who would have completed but for it does not count at all; who would not, counts as far as they came.
SELECT walk, rule, clock(funnel_times(day(walk), ARRAY['view', 'cart', 'buy'], exclude => '{chat}', on_exclusion => rule))
FROM (VALUES (1, '10:00 view, 10:10 cart, 10:15 chat, 10:20 buy'), (2, '10:00 view, 10:05 chat, 10:10 cart'), (3, '10:00 view, 10:10 cart, 10:15 chat, 10:20 buy, 11:00 view, 11:10 cart, 11:20 buy')) v (no, walk), unnest(ARRAY['stop', 'discard']) rule ORDER BY no, rule;
-- Unordered, an excluded event parts the steps before it from those after it.
SELECT clock(funnel_times(day('10:00 cart, 10:05 chat, 10:10 view, 10:20 buy'), ARRAY['view', 'cart', 'buy'], step_order => 'unordered', exclude => '{chat}'));
-- optional: these steps may be skipped; they are taken where that is possible.
SELECT walk, funnel_level(day(walk), s, optional => '{2,3}') AS level, clock(funnel_times(day(walk), s, optional => '{2,3}'))
FROM (VALUES (1, '10:00 view, 10:30 buy'), (2, '10:00 view, 10:10 cart, 10:30 buy'), (3, '10:00 view, 10:20 pay, 10:30 buy'), (4, '10:00 view, 10:10 cart, 10:20 pay, 10:30 buy'),
             (5, '10:00 view, 10:30 buy, 10:40 cart'), (6, '10:00 view, 10:20 pay'), (7, '10:00 cart, 10:30 buy'), (8, '10:00 view, 10:10 pay, 10:20 cart, 10:30 buy')) v (no, walk), (VALUES (ARRAY['view', 'cart', 'pay', 'buy'])) f (s) ORDER BY no;
-- An exclusion from a step is in force once that step was taken, not where it was skipped.
SELECT funnel_level(day('10:00 view, 10:05 chat, 10:10 buy'), ARRAY['view', 'cart', 'buy'], optional => '{2}', exclude => '{chat}', exclude_from => '{2}', exclude_to => '{3}');
-- hold_channel: all steps on one channel; events without a channel take no part.
SELECT walk, clock(funnel_times(day(walk), ARRAY['view', 'cart'])) AS free, clock(funnel_times(day(walk), ARRAY['view', 'cart'], hold_channel => true)) AS held, clock(funnel_times(day(walk), ARRAY['view', 'cart'], step_order => 'next event', hold_channel => true)) AS next_event
FROM (VALUES (1, '10:00 view@web, 10:10 cart@app, 10:20 cart@web'), (2, '10:00 view, 10:10 cart'), (3, '10:00 view@web, 10:05 view@app, 10:06 home@app, 10:10 cart@web, 10:20 cart@app'), (4, '10:00 view@web, 10:05 view, 10:10 cart@app')) v (no, walk) ORDER BY no;
-- entry: the latest of the furthest chains, the earliest of them, or only what began with the first entry of all.
SELECT walk, clock(funnel_times(day(walk), s, '1 hour')) AS usual, clock(funnel_times(day(walk), s, '1 hour', entry => 'latest')) AS latest, clock(funnel_times(day(walk), s, '1 hour', entry => 'earliest')) AS earliest, clock(funnel_times(day(walk), s, '1 hour', entry => 'first')) AS first
FROM (VALUES (1, '10:00 view, 10:05 cart, 10:20 view, 10:25 cart'), (2, '10:00 view, 11:30 view, 11:40 view, 11:50 cart'), (3, '10:00 view, 10:05 view, 10:10 cart, 10:15 cart')) v (no, walk), (VALUES (ARRAY['view', 'cart'])) f (s) ORDER BY no;
-- reuse_event: one event may serve several steps.
SELECT clock(funnel_times(j, s)) AS usual, clock(funnel_times(j, s, reuse_event => false)) AS "not", clock(funnel_times(j, s, reuse_event => true)) AS reuse FROM day('10:00 view, 10:10 buy') j, (VALUES (ARRAY['view', 'view|cart', 'buy'])) f (s);
-- Options together: within, step by step, on one channel, without a chat between cart and buy, the chat step optional.
SELECT clock(funnel_times(day('10:00 view@web, 10:03 view@app, 10:05 cart@web, 10:08 call@web, 10:10 cart@web, 10:12 call@app, 10:19 buy@web, 10:20 buy@app'), ARRAY['view', 'chat', 'cart', 'buy'], '20 minutes',
    step_within => '{NULL,NULL,10 minutes}', exclude => '{call}', exclude_from => '{3}', exclude_to => '{4}', optional => '{2}', hold_channel => true, entry => 'earliest', ties => 'strict'));
-- An option that is null is as the policy says; the default policy is journey.
SELECT clock(funnel_times(j, ARRAY['view', 'cart', 'buy'], '1 hour', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)) FROM journeys WHERE customer = 'bob';

-- What the policies stand for: all settings of one,
SELECT * FROM funnel_policy('journey') ORDER BY option;
-- and in what the others differ.
SELECT name, p.* FROM unnest(ARRAY['posthog', 'mixpanel', 'amplitude', 'ga4', 'adobe', 'clickhouse']) name, funnel_policy(name) p
WHERE (option, setting) NOT IN (SELECT * FROM funnel_policy('journey')) ORDER BY name, option;
-- How each counts the same journeys.
SELECT policy, funnel_level(day('1 10:00 view, 8 10:00 cart'), s, policy => policy) AS a_week, clock(funnel_times(day('10:00 view, 10:05 cart, 10:20 view, 10:25 cart'), s, policy => policy)) AS entry,
       funnel_level(day('10:00 view, 10:00 cart'), s, policy => policy) AS tie, funnel_level(day('10:00:00 cart, 10:00:02 view'), s, policy => policy) AS grace,
       funnel_level(day('10:00 view, 10:05 chat, 10:10 cart'), s, exclude => '{chat}', policy => policy) AS excluded, funnel_level(day('10:00 view'), ARRAY['view', 'view'], policy => policy) AS reuse,
       funnel_level(day('10:00 view, 10:10 cart, 10:20 buy'), s || '{buy}', '10 minutes', policy => policy) AS from_previous
FROM unnest(ARRAY['journey', 'posthog', 'mixpanel', 'amplitude', 'ga4', 'adobe', 'clickhouse']) WITH ORDINALITY p (policy, no), (VALUES (ARRAY['view', 'cart'])) f (s) ORDER BY no;
-- An option beside a policy wins over it.
SELECT funnel_level(day('1 10:00 view, 1 12:00 cart'), s, '1 hour', policy => 'posthog') AS within, clock(funnel_times(day('10:00 view, 10:20 view, 10:25 cart'), s, entry => 'latest', policy => 'mixpanel')) AS entry, funnel_level(day('10:00 view, 10:00 cart'), s, ties => 'favourable', policy => 'adobe') AS ties FROM (VALUES (ARRAY['view', 'cart'])) f (s);
-- What is given also wins where the policy's own setting could not go with it.
SELECT policy, funnel_level(day('10:00 buy, 10:10 view'), s, step_order => 'unordered', policy => policy) AS unordered, funnel_level(day('10:00 view, 10:10 buy'), s, step_order => 'next event', policy => policy) AS next_event, funnel_level(day('10:00:00 view, 10:00:01 buy'), s, ties => 'strict', policy => policy) AS strict
FROM unnest(ARRAY['journey', 'posthog', 'mixpanel', 'amplitude', 'ga4', 'adobe', 'clickhouse']) WITH ORDINALITY p (policy, no), (VALUES (ARRAY['view', 'buy'])) f (s) ORDER BY no;
-- There may be many steps.
SELECT funnel_level(j, s) AS level, funnel_level(j, s, ties => 'strict') AS strict, funnel_level(j, s, step_order => 'next event') AS next_event, funnel_level(j, s, step_order => 'unordered') AS unordered, cardinality(funnel_times(j, s)) AS times
FROM (SELECT journey_agg('2024-01-01'::timestamptz + n * interval '1 minute', 's' || n) AS j FROM generate_series(1, 77) n) j, (SELECT array_agg('s' || n ORDER BY n) AS s FROM generate_series(1, 100) n) f;

-- funnel_trace: the winning chain, one row a step that was reached.
SELECT * FROM funnel_trace(day('10:00 view, 10:05 search, 10:10 cart, 10:30 buy'), ARRAY['view', 'cart|wish', 'buy'], '1 hour') ORDER BY step_no;
-- A skipped step has no row; the time since the previous one is since the last step taken.
SELECT step_no, step, event_no, since_previous, since_start FROM funnel_trace(day('10:00 view, 10:10 buy, 2 10:10 pay'), ARRAY['view', 'cart', 'buy', 'pay'], optional => '{2}', counting => 'once') ORDER BY step_no;
-- Unordered, the steps come as they were taken; and so do those that count as simultaneous.
SELECT step_no, to_char(at, 'HH24:MI:SS') AS at, event_no, since_previous, since_start FROM funnel_trace(day('10:00 buy, 10:10 view, 10:20 cart'), ARRAY['view', 'cart', 'buy'], step_order => 'unordered') ORDER BY at;
SELECT step_no, to_char(at, 'HH24:MI:SS') AS at, event_no, since_previous, since_start FROM funnel_trace(day('10:00:00 cart, 10:00:02 view'), ARRAY['view', 'cart'], grace => '2 seconds') ORDER BY at;
-- Whoever reached no step, or has no journey, has no rows.
SELECT customer, count(t.step_no) FROM journeys LEFT JOIN LATERAL funnel_trace(j, ARRAY['view', 'cart', 'buy'], '1 hour') t ON true GROUP BY customer ORDER BY customer;
-- counting 'every': each attempt, one after the other.
SELECT attempt, step_no, to_char(at, 'HH24:MI') AS at, event_no, since_previous, since_start FROM funnel_trace(day('10:00 view, 10:10 cart, 11:00 view, 13:00 view, 13:05 cart'), ARRAY['view', 'cart'], '1 hour', counting => 'every') ORDER BY attempt, step_no;
-- funnel_attempts: one row for each attempt, with its level and times; counted once, it is the winning chain.
SELECT counting, attempt, level, clock(times) FROM unnest(ARRAY['once', 'every', NULL]) counting, funnel_attempts(day('10:00 view, 10:10 cart, 11:00 view, 13:00 view, 13:05 cart'), ARRAY['view', 'cart'], '1 hour', counting => counting) ORDER BY counting, attempt;
-- Entries while an attempt is open belong to it: the latest that comes as far takes its place, or the earliest stays.
SELECT walk, entry, attempt, level, clock(times) FROM (VALUES (1, '10:00 view, 10:20 view, 10:30 cart, 10:40 cart'), (2, '10:00 view, 10:20 view')) v (no, walk), unnest(ARRAY['latest', 'earliest']) entry, funnel_attempts(day(walk), ARRAY['view', 'cart'], '1 hour', entry => entry, counting => 'every') ORDER BY no, entry, attempt;
-- An exclusion ends an attempt; with a held channel each channel has its own.
SELECT attempt, level, clock(times) FROM funnel_attempts(day('10:00 view, 10:05 chat, 10:10 view, 10:15 cart'), ARRAY['view', 'cart'], exclude => '{chat}', counting => 'every') ORDER BY attempt;
SELECT attempt, level, clock(times) FROM funnel_attempts(day('10:00 view@web, 10:05 view@app, 10:10 cart@app, 10:15 cart@web'), ARRAY['view', 'cart'], hold_channel => true, counting => 'every') ORDER BY attempt;
-- No attempt: no row.
SELECT count(*) FROM journeys, funnel_attempts(j, ARRAY['buy', 'view'], counting => 'every') WHERE customer <> 'ann';

-- funnel_why names the rule that stopped a customer: every reason.
SELECT no, w.* FROM (VALUES (1, '10:00 view, 10:10 cart, 10:30 buy'), (2, '10:00 view'), (3, '10:00 search'), (4, '10:00 view, 11:03:30 cart'), (5, '09:00 cart, 10:00 view')) v (no, walk), funnel_why(day(walk), ARRAY['view', 'cart', 'buy'], '1 hour') w ORDER BY no;
-- Too late by the limit of a step, by days.
SELECT w.step_no, w.reason, w.late_by, w.message FROM funnel_why(day('1 10:00 view, 1 11:00 cart, 9 12:30 buy'), ARRAY['view', 'cart', 'buy'], '30 days', step_within => '{1 hour, 1 day 1 hour 30 minutes}') w;
-- Excluded: by what, and when.
SELECT w.* FROM funnel_why(day('10:00 view, 10:05 chat, 10:10 cart'), ARRAY['view', 'cart', 'buy'], exclude => '{chat}') w;
-- Discarded: level 0, for the exclusion.
SELECT w.* FROM funnel_why(day('10:00 view, 10:10 cart, 10:15 chat, 10:20 buy'), ARRAY['view', 'cart', 'buy'], exclude => '{chat}', on_exclusion => 'discard') w;
-- Order broken: what stood where the step had to be.
SELECT w.* FROM funnel_why(day('10:00 view, 10:05 search, 10:10 cart'), ARRAY['view', 'cart', 'buy'], step_order => 'next event') w;
-- Another channel; and for events without one, none that counts.
SELECT w.* FROM funnel_why(day('10:00 view@web, 10:10 cart@app'), ARRAY['view', 'cart'], hold_channel => true) w;
-- A tie that is strict is before; an optional step is not what stopped the customer.
SELECT w.step_no, w.step, w.reason, w.message FROM funnel_why(day('10:00 view, 10:00 cart'), ARRAY['view', 'cart'], ties => 'strict') w
UNION ALL SELECT w.step_no, w.step, w.reason, w.message FROM funnel_why(day('10:00 view'), ARRAY['view', 'cart', 'buy'], optional => '{2}') w;
-- Unordered: the first step that is missing, and by how much the nearest one missed the window, on either side.
SELECT no, w.level, w.step_no, w.step, w.reason, w.late_by, w.message FROM (VALUES (1, '10:00 cart, 10:10 buy', 'latest'), (2, '09:00 cart, 10:00 cart, 12:00 view, 12:10 buy', 'latest'), (3, '10:00 cart, 10:10 view, 12:00 buy', 'latest'), (4, '10:00 cart, 12:00 view, 15:00 buy', 'earliest')) v (no, walk, entry),
    funnel_why(day(walk), ARRAY['view', 'cart', 'buy'], '1 hour', 'unordered', entry => entry) w ORDER BY no;
-- The steps' own words are used, alternatives too; a step that has to come twice came only once.
SELECT w.message FROM funnel_why(day('10:00 view'), ARRAY['view', 'cart|wish']) w UNION ALL SELECT w.message FROM funnel_why(day('10:00 view'), ARRAY['view', 'view']) w;
-- Of an empty journey the first step never happened; of no journey there is nothing to say.
SELECT customer, (funnel_why(j, ARRAY['view', 'cart', 'buy'])).reason, (funnel_why(j, ARRAY['view', 'cart', 'buy'])).message FROM journeys WHERE customer IN ('dan', 'eve') ORDER BY customer;
-- Counted over all customers: which rule costs most.
SELECT w.reason, count(*) FROM journeys, funnel_why(j, ARRAY['view', 'cart', 'buy'], '1 hour') w WHERE j IS NOT NULL GROUP BY w.reason ORDER BY w.reason;

-- Steps, window and options may be parameters of a prepared statement.
SET plan_cache_mode = force_generic_plan;
PREPARE funnel (text[], interval, text) AS SELECT customer, funnel_level(j, $1, $2, entry => $3), clock(funnel_times(j, $1, $2, entry => $3)) FROM journeys WHERE customer < 'c' ORDER BY customer;
EXECUTE funnel (ARRAY['view', 'cart', 'buy'], '1 hour', 'earliest');
EXECUTE funnel (ARRAY['view', 'buy'], '20 minutes', NULL);
DEALLOCATE funnel;
RESET plan_cache_mode;
-- They may be variables of a PL/pgSQL function, other ones at each call.
CREATE FUNCTION levels(steps text[]) RETURNS SETOF int LANGUAGE plpgsql AS $$
DECLARE
    walk journey = day('10:00 a, 11:00 b, 12:00 c');
    within interval;
BEGIN
    FOREACH within IN ARRAY ARRAY['30 minutes', '1 hour', '2 hours']::interval[] LOOP
        RETURN NEXT funnel_level(walk, steps, within);
    END LOOP;
END $$;
SELECT ARRAY(SELECT levels(ARRAY['a', 'b', 'c'])) AS abc, ARRAY(SELECT levels(ARRAY['b', 'c'])) AS bc, ARRAY(SELECT levels(ARRAY['c'])) AS c;
-- They may come from a table of funnels, each row its own.
CREATE TABLE funnels (name text, steps text[], within interval, policy text);
INSERT INTO funnels VALUES ('purchase', '{view,cart,buy}', '1 hour', NULL), ('quick', '{view,cart}', '10 minutes', 'adobe'), ('wide', '{view|search,cart}', '1 day', 'mixpanel');
SELECT name, customer, funnel_level(j, steps, within, policy => policy) FROM journeys, funnels ORDER BY name, customer;
-- On 200 random journeys level, times, trace, attempts and reason tell one story, whatever the options.
CREATE TABLE many AS
    SELECT n % 200 AS customer, journey_agg(timestamptz '2024-01-01' + (('x' || substr(md5('t' || n), 1, 7))::bit(28)::int % 15) * interval '10 minutes',
        (ARRAY['view', 'cart', 'buy', 'chat', 'home'])[1 + ('x' || substr(md5('e' || n), 1, 7))::bit(28)::int % 5], (ARRAY['web', 'app', NULL])[1 + ('x' || substr(md5('c' || n), 1, 7))::bit(28)::int % 3]) AS j
    FROM generate_series(1, 2400) n GROUP BY 1;
CREATE TABLE variants AS SELECT * FROM unnest(ARRAY['latest', 'earliest', 'first']) entry, unnest(ARRAY['favourable', 'in_order', 'strict']) ties, unnest(ARRAY['any gap', 'next event']) step_order, unnest(ARRAY[true, false]) hold, (VALUES (NULL), ('{chat}'::text[])) e (exclude);
SELECT entry, ties, count(*), count(DISTINCT l) AS levels, count(*) FILTER (WHERE l <> cardinality(array_remove(t, NULL)) OR l <> traced OR l <> w.level OR (l = 3) <> (w.reason = 'completed')) AS differ,
       count(*) FILTER (WHERE entry = 'latest' AND attempts_level <> l) AS attempts_differ
FROM many, variants v, (VALUES (ARRAY['view', 'cart', 'buy'])) f (s),
     funnel_level(j, s, '40 minutes', step_order, exclude => exclude, hold_channel => hold, entry => entry, ties => ties) l,
     funnel_times(j, s, '40 minutes', step_order, exclude => exclude, hold_channel => hold, entry => entry, ties => ties) t,
     funnel_why(j, s, '40 minutes', step_order, exclude => exclude, hold_channel => hold, entry => entry, ties => ties) w,
     LATERAL (SELECT count(*) AS traced FROM funnel_trace(j, s, '40 minutes', step_order, exclude => exclude, hold_channel => hold, entry => entry, ties => ties)) x,
     LATERAL (SELECT coalesce(max(a.level), 0) AS attempts_level FROM funnel_attempts(j, s, '40 minutes', step_order, exclude => exclude, hold_channel => hold, entry => entry, ties => ties, counting => 'every') a) y
GROUP BY entry, ties ORDER BY entry, ties;
DROP TABLE journeys, funnels, many, variants;
DROP FUNCTION day, clock, levels;
