-- Journeys from journeys: joining, cutting, cleaning, forgetting.
SET timezone = 'UTC';
SET datestyle = 'ISO';
\pset null '-'

-- A journey of one day as people write it down: '10:00 view, 10:05 cart@web'.
CREATE FUNCTION day(walk text) RETURNS journey LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(journey_agg(('2024-01-01 ' || part[1] || '+00')::timestamptz, part[2], part[3]), '[]')
    FROM regexp_matches(walk, '(\d\d:\d\d) ([^,@]+)(?:@(\w+))?', 'g') part $$;
-- And back: the events of a journey in one line.
CREATE FUNCTION story(j journey) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN j IS NOT NULL THEN '[' || coalesce(string_agg(to_char(ts, 'HH24:MI ') || event || coalesce('@' || channel, ''), ', ' ORDER BY event_no), '') || ']' END
    FROM events(j) $$;
SELECT story(day('10:05 cart, 10:00 view@web')), story('[]'), story(NULL);

-- Two journeys joined: all events of both, in order, duplicates kept.
SELECT story(day('10:00 view, 10:10 cart') || day('10:00 view, 10:05 home@app'));
-- Joining with an empty journey changes nothing; joining with none gives none.
SELECT story(day('10:00 view') || '[]'), story('[]'::journey || '[]'), story(day('10:00 view') || NULL), story(NULL || day('10:00 view'));
-- Neither the order nor the grouping of joins matters.
SELECT count(*), count(*) FILTER (WHERE a || b = b || a AND (a || b) || c = a || (b || c) AND journey_union(a, b) = journey_union(b, a)
                                    AND journey_union(journey_union(a, b), c) = journey_union(a, journey_union(b, c))) AS alike
FROM unnest(ARRAY[day(''), day('10:00 a'), day('10:00 a, 10:00 a, 10:00 a@web'), day('09:00 b, 10:00 a@web'), NULL]) a,
     unnest(ARRAY[day(''), day('10:00 a, 10:00 a'), day('08:00 c, 10:00 a@app')]) b, unnest(ARRAY[day('10:00 a, 08:00 c'), day('23:59 z')]) c
WHERE a IS NOT NULL;

-- A union has each event as often as the journey that has it most often.
SELECT story(journey_union(day('10:00 view, 10:00 view, 10:05 cart'), day('10:00 view, 10:05 cart, 10:09 buy')));
-- Events that differ in channel, value or tiebreak are different events.
SELECT story(journey_union(day('10:00 view@web'), day('10:00 view@app, 10:00 view'))),
       event_count(journey_union('[{"ts":"2024-01-01","event":"a","value":1}]', '[{"ts":"2024-01-01","event":"a","value":2},{"ts":"2024-01-01","event":"a","value":1,"tiebreak":0}]'));
-- The union with itself is itself; with none it is none.
SELECT journey_union(j, j) = j AS itself, journey_union(j, '[]') = j AS and_empty, journey_union(j, NULL) IS NULL AS and_none FROM day('10:00 view, 10:00 view, 10:05 buy') j;
-- Loading the same batch again changes nothing.
CREATE TABLE journeys (customer text PRIMARY KEY, j journey);
INSERT INTO journeys VALUES ('ann', day('10:00 view')), ('bob', day('11:00 view'));
CREATE TABLE batch AS SELECT * FROM (VALUES ('ann', day('10:00 view, 10:05 buy')), ('cat', day('12:00 view'))) v (customer, j);
INSERT INTO journeys SELECT * FROM batch ON CONFLICT (customer) DO UPDATE SET j = journey_union(journeys.j, excluded.j);
INSERT INTO journeys SELECT * FROM batch ON CONFLICT (customer) DO UPDATE SET j = journey_union(journeys.j, excluded.j);
SELECT customer, story(j) FROM journeys ORDER BY customer;

-- Cut by time: before a moment, and since it; the moment itself belongs to since.
SELECT at, story(before(j, at)), story(since(j, at))
FROM day('10:00 view, 10:05 cart, 10:05 home, 10:10 buy') j,
     unnest(ARRAY['2024-01-01 09:59', '2024-01-01 10:05', '2024-01-01 10:10:00.000001', '-infinity', 'infinity']::timestamptz[]) at ORDER BY at;
-- During: from the first moment to just before the second.
SELECT story(during(j, '2024-01-01 10:00', '2024-01-01 10:05')), story(during(j, '2024-01-01 10:05', '2024-01-01 10:05')),
       story(during(j, '-infinity', 'infinity')), story(during(j, NULL, '2024-01-01 10:05'))
FROM day('10:00 view, 10:05 cart') j;
-- Before and since together are the whole.
SELECT before(j, at) || since(j, at) = j AS whole FROM day('10:00 view, 10:05 cart, 10:05 cart') j, CAST('2024-01-01 10:05' AS timestamptz) at;
-- A moment that is null cuts nothing out of nothing.
SELECT before(j, NULL) IS NULL AS before, since(j, NULL) IS NULL AS since, before(NULL, now()) IS NULL AS none FROM day('10:00 view') j;

-- Keep some events, or drop them.
SELECT names, story(keep(j, names)), story(drop(j, names))
FROM day('10:00 view@web, 10:05 cart, 10:07 view, 10:10 buy@app') j, (VALUES (1, ARRAY['view', 'buy']), (2, ARRAY['fly']), (3, '{}')) v (no, names) ORDER BY no;
-- A list that is null, such as an aggregate over an empty table, drops nothing; of no journey nothing is kept or dropped.
SELECT story(drop(j, (SELECT array_agg(event) FROM events('[]')))), keep(NULL, ARRAY['view']) IS NULL AS none_kept, drop(NULL, ARRAY['view']) IS NULL AS none_dropped FROM day('10:00 view') j;
-- What is kept is a journey like one that was built of these events alone.
SELECT keep(j, ARRAY['b']) = day('10:02 b@x') AS the_same, channels(keep(j, ARRAY['b'])) FROM day('10:00 a@w, 10:02 b@x, 10:03 c@y') j;

-- Forget events by name and by channel.
SELECT events, channels, story(forget(j, events, channels))
FROM day('10:00 view@web, 10:05 survey@web, 10:07 call@phone, 10:10 buy') j,
     (VALUES (1, ARRAY['survey'], ARRAY['phone']), (2, ARRAY['survey', 'buy'], NULL), (3, NULL, ARRAY['phone', 'web']), (4, '{}', '{}'), (5, NULL, NULL)) v (no, events, channels) ORDER BY no;
-- Channels may be left out, or given by name.
SELECT story(forget(j, ARRAY['view'])), story(forget(j, ARRAY['view'], channels => ARRAY['phone'])), forget(NULL, ARRAY['view']) IS NULL AS none FROM day('10:00 view, 10:07 call@phone') j;
-- Nothing of a forgotten event stays in the stored value.
SELECT encode(journey_send(j), 'escape') ~ 'survey|phone' AS there_before, encode(journey_send(forget(j, ARRAY['survey'], ARRAY['phone'])), 'escape') ~ 'survey|phone' AS there_after
FROM day('10:00 view@web, 10:05 survey@web, 10:07 call@phone') j;

-- Rename events; those not listed stay.
SELECT story(relabel(j, ARRAY['home', 'search'], ARRAY['browse', 'browse'])) FROM day('10:00 home@web, 10:05 search, 10:10 buy') j;
-- Two names can be exchanged.
SELECT story(relabel(j, ARRAY['a', 'b'], ARRAY['b', 'a'])) FROM day('10:00 a, 10:05 b, 10:05 b, 10:10 a') j;
-- Events of one moment are put in order by their new names.
SELECT story(relabel(j, ARRAY['a'], ARRAY['z'])) FROM day('10:00 a, 10:00 b') j;
-- The same label twice, names that never occur and empty lists are fine.
SELECT story(relabel(j, ARRAY['view', 'view', 'fly'], ARRAY['look', 'look', 'float'])), story(relabel(j, '{}', '{}')), story(relabel(j, '{}'::text[])), relabel(NULL, ARRAY['view'], ARRAY['look']) IS NULL AS none
FROM day('10:00 view') j;
-- Stages from a mapping table.
CREATE TABLE stages (event text, stage text);
INSERT INTO stages VALUES ('home', 'discover'), ('search', 'discover'), ('buy', 'purchase');
SELECT story(relabel(j, (SELECT array_agg(ARRAY[event, stage]) FROM stages))) FROM day('10:00 home, 10:05 search, 10:08 chat, 10:10 buy') j;

-- An empty mapping table renames nothing; without a journey there is nothing to rename.
SELECT story(relabel(j, (SELECT array_agg(ARRAY[event, stage]) FROM stages WHERE stage = 'none'))), relabel(NULL, ARRAY[['a', 'b']]) IS NULL AS none FROM day('10:00 home') j;

-- Of each run of one event the first is left, or the last.
SELECT story(collapse(j)), story(collapse(j, 'first')), story(collapse(j, 'last')) FROM day('10:00 a@x, 10:01 a@y, 10:02 b, 10:03 a, 10:04 a, 10:05 a') j;
-- A journey without runs, or without events, stays as it is.
SELECT story(collapse(day('10:00 a, 10:01 b, 10:02 a'))), story(collapse('[]', 'last')), collapse(NULL) IS NULL AS none;

-- From the first view to the first purchase after it.
SELECT story(truncate_between(j, 'view', 'buy')) FROM day('09:00 buy, 10:00 home, 10:05 view, 10:10 view, 10:15 buy, 10:20 buy, 10:25 home') j;
-- A bound that is null is open.
SELECT story(truncate_between(j, 'view', NULL)), story(truncate_between(j, NULL, 'view')), story(truncate_between(j, NULL, NULL)) FROM day('10:00 home, 10:05 view, 10:10 view, 10:15 buy') j;
-- Between two events of one name: the second is the next one.
SELECT story(truncate_between(j, 'view', 'view')) FROM day('10:00 home, 10:05 view, 10:10 cart, 10:15 view, 10:20 view') j;
-- A bound that never occurs, or not after the first, gives no journey.
SELECT truncate_between(j, 'fly', 'buy') IS NULL AS no_start, truncate_between(j, 'view', 'fly') IS NULL AS no_end, truncate_between(j, 'view', 'home') IS NULL AS only_before,
       truncate_between(j, 'buy', 'buy') IS NULL AS only_once, truncate_between('[]', 'a', NULL) IS NULL AS empty, truncate_between(NULL, 'a', 'b') IS NULL AS none
FROM day('10:00 home, 10:05 view, 10:15 buy') j;
-- An empty journey without bounds stays empty.
SELECT story(truncate_between('[]', NULL, NULL));

-- Values and tiebreaks survive every cut.
SELECT e.* FROM (VALUES ('[{"ts":"2024-01-01 10:00","event":"a","value":1,"tiebreak":5},{"ts":"2024-01-01 10:01","event":"b","value":2},{"ts":"2024-01-01 10:02","event":"b","channel":"web","value":3,"tiebreak":6},{"ts":"2024-01-01 10:03","event":"d"}]'::journey)) v (j),
    events(relabel(collapse(drop(since(j, '2024-01-01 10:01'), ARRAY['d']), 'last'), ARRAY['b'], ARRAY['c'])) e ORDER BY event_no;
DROP TABLE journeys, batch, stages;
DROP FUNCTION day, story;
