-- The journey value on one data file: building, merging, looking, cutting. The
-- file defines some_events() and openers(), both lists of its event names.

-- What went in comes out, in order.
SELECT same('events(j) of everything',
    'SELECT unit, e.* FROM journeys, events(j) e',
    'SELECT unit, place, ts, event, channel, value, row FROM placed');
SELECT same('events(j) of times and names',
    'SELECT unit, e.* FROM (SELECT unit, journey_agg(ts, event) AS j FROM events GROUP BY unit) x, events(j) e',
    $$SELECT unit, row_number() OVER (PARTITION BY unit ORDER BY ts, event COLLATE "C"), ts, event,
             NULL::text, NULL::float8, NULL::bigint FROM events$$);
SELECT same('events(j) of times, names and channels',
    'SELECT unit, e.* FROM (SELECT unit, journey_agg(ts, event, channel) AS j FROM events GROUP BY unit) x, events(j) e',
    $$SELECT unit, row_number() OVER (PARTITION BY unit ORDER BY ts, event COLLATE "C", channel COLLATE "C" NULLS FIRST),
             ts, event, channel, NULL::float8, NULL::bigint FROM events$$);
SELECT same('events(j) of times, names, channels and values',
    'SELECT unit, e.* FROM (SELECT unit, journey_agg(ts, event, channel, value) AS j FROM events GROUP BY unit) x, events(j) e',
    $$SELECT unit, row_number() OVER (PARTITION BY unit ORDER BY ts, event COLLATE "C", channel COLLATE "C" NULLS FIRST,
                                      value NULLS FIRST), ts, event, channel, value, NULL::bigint FROM events$$);
SELECT same('the text form is JSON',
    $$SELECT unit, o.place, (e->>'ts')::timestamptz, e->>'event', e->>'channel', (e->>'value')::float8, (e->>'tiebreak')::bigint
      FROM journeys, jsonb_array_elements(j::text::jsonb) WITH ORDINALITY o (e, place)$$,
    'SELECT unit, place, ts, event, channel, value, row FROM placed');
SELECT same('text out and in again', 'SELECT unit, j::text::journey FROM journeys', 'TABLE journeys');
SELECT same('written in order, read in order',
    $$SELECT unit, ('[' || string_agg(jsonb_strip_nulls(jsonb_build_object('ts', ts, 'event', event, 'channel', channel,
        'value', value, 'tiebreak', row))::text, ',' ORDER BY place) || ']')::journey FROM placed GROUP BY unit$$,
    'TABLE journeys');

-- The way a journey was put together leaves no trace.
SELECT same('journey_agg(journey) of parts',
    $$SELECT unit, journey_agg(part) FROM (
        SELECT unit, journey_agg(ts, event, channel, value, row) AS part FROM events GROUP BY unit, row % 3) x GROUP BY unit$$,
    'TABLE journeys');
SELECT same('|| of two halves',
    $$SELECT unit, a.part || b.part FROM
        (SELECT unit, journey_agg(ts, event, channel, value, row) FILTER (WHERE row % 2 = 0) AS part FROM events GROUP BY unit) a
        JOIN (SELECT unit, journey_agg(ts, event, channel, value, row) FILTER (WHERE row % 2 = 1) AS part FROM events GROUP BY unit) b
        USING (unit) WHERE a.part IS NOT NULL AND b.part IS NOT NULL$$,
    $$SELECT * FROM journeys WHERE unit IN (SELECT unit FROM events GROUP BY unit HAVING count(DISTINCT row % 2) = 2)$$);
SELECT same('|| keeps duplicates', 'SELECT unit, event_count(j || j) FROM journeys',
    'SELECT unit, 2 * count(*) FROM events GROUP BY unit');
SELECT same('journey_union changes nothing the second time', 'SELECT unit, journey_union(j, j) FROM journeys', 'TABLE journeys');
SELECT same('journey_union of overlapping parts',
    $$SELECT unit, journey_union(journey_agg(ts, event, channel, value, row) FILTER (WHERE place <= 5 OR place % 2 = 0),
                                 journey_agg(ts, event, channel, value, row) FILTER (WHERE place <= 3 OR place % 2 = 1))
      FROM placed GROUP BY unit$$,
    'TABLE journeys');
-- Without a tie-breaker events can be equal: as often as in the side that has it most often.
SELECT same('journey_union counts equal events',
    $$SELECT unit, e.event, count(*) FROM (
        SELECT unit, journey_union(journey_agg(day, event) FILTER (WHERE place % 3 <> 0),
                                   journey_agg(day, event) FILTER (WHERE place % 3 <> 1)) AS j
        FROM (SELECT *, date_trunc('day', ts) AS day FROM placed) p GROUP BY unit) x, events(j) e GROUP BY 1, 2$$,
    $$SELECT unit, event, sum(most)::bigint FROM (
        SELECT unit, event, greatest(count(*) FILTER (WHERE place % 3 <> 0), count(*) FILTER (WHERE place % 3 <> 1)) AS most
        FROM placed GROUP BY unit, event, date_trunc('day', ts)) x GROUP BY 1, 2$$);
-- Many units begin alike.
CREATE TABLE beginnings AS SELECT unit, timestamptz '2000-01-01' + place * interval '1 second' AS ts, event FROM placed WHERE place <= 3;
SELECT same('equal journeys are one group',
    'SELECT size, count(*) FROM (SELECT count(*) AS size FROM (
        SELECT journey_agg(ts, event) AS j FROM beginnings GROUP BY unit) x GROUP BY j) y GROUP BY size',
    $$SELECT size, count(*) FROM (SELECT count(*) AS size FROM (
        SELECT string_agg(event, ',' ORDER BY ts) AS j FROM beginnings GROUP BY unit) x GROUP BY j) y GROUP BY size$$);

-- Looking.
SELECT same('summary functions',
    'SELECT unit, event_count(j), first_event(j), last_event(j), started_at(j), ended_at(j), duration(j) FROM journeys',
    $$SELECT unit, count(*), (array_agg(event ORDER BY place))[1], (array_agg(event ORDER BY place DESC))[1],
             min(ts), max(ts), max(ts) - min(ts) FROM placed GROUP BY unit$$);
SELECT same('event_count of an event',
    'SELECT unit, name, event_count(j, name) FROM journeys, (SELECT DISTINCT event FROM events) n (name)',
    $$SELECT u.unit, name, count(e.event) FROM journeys u CROSS JOIN (SELECT DISTINCT event FROM events) n (name)
      LEFT JOIN events e ON e.unit = u.unit AND e.event = name GROUP BY 1, 2$$);
SELECT same('event_names and channels', 'SELECT unit, event_names(j), channels(j) FROM journeys',
    $$SELECT unit, array_agg(DISTINCT event COLLATE "C"), coalesce(array_agg(DISTINCT channel COLLATE "C") FILTER (WHERE channel IS NOT NULL), '{}')
      FROM events GROUP BY unit$$);
SELECT same('event_at from the start', 'SELECT unit, e.* FROM journeys, event_at(j, 3) e WHERE e.event_no IS NOT NULL',
    'SELECT unit, place, ts, event, channel, value, row FROM placed WHERE place = 3');
SELECT same('event_at from the end', 'SELECT unit, e.* FROM journeys, event_at(j, -2) e WHERE e.event_no IS NOT NULL',
    $$SELECT unit, place, ts, event, channel, value, row FROM
        (SELECT *, count(*) OVER (PARTITION BY unit) AS n FROM placed) p WHERE place = n - 1$$);

-- Cutting. The events that are left, numbered anew.
CREATE FUNCTION left_over(condition text) RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT unit, row_number() OVER (PARTITION BY unit ORDER BY place), ts, event, channel, value, row
                   FROM placed p WHERE %s', condition) $$;
CREATE TABLE middle AS SELECT percentile_disc(0.3) WITHIN GROUP (ORDER BY ts) AS low,
                              percentile_disc(0.7) WITHIN GROUP (ORDER BY ts) AS high FROM events;
SELECT same('before', 'SELECT unit, e.* FROM journeys, middle, events(before(j, high)) e',
    left_over('ts < (SELECT high FROM middle)'));
SELECT same('since', 'SELECT unit, e.* FROM journeys, middle, events(since(j, low)) e',
    left_over('ts >= (SELECT low FROM middle)'));
SELECT same('during', 'SELECT unit, e.* FROM journeys, middle, events(during(j, low, high)) e',
    left_over('ts >= (SELECT low FROM middle) AND ts < (SELECT high FROM middle)'));
SELECT same('keep', 'SELECT unit, e.* FROM journeys, events(keep(j, some_events())) e', left_over('event = ANY (some_events())'));
SELECT same('drop', 'SELECT unit, e.* FROM journeys, events(drop(j, some_events())) e', left_over('event <> ALL (some_events())'));
SELECT same('forget', 'SELECT unit, e.* FROM journeys, events(forget(j, some_events())) e', left_over('event <> ALL (some_events())'));
SELECT same('a cut journey is as if built so', 'SELECT unit, keep(j, some_events()) FROM journeys WHERE event_names(j) && some_events()',
    'SELECT unit, journey_agg(ts, event, channel, value, row) FROM events WHERE event = ANY (some_events()) GROUP BY unit');
SELECT same('relabel by two lists',
    $$SELECT unit, e.* FROM journeys, events(relabel(j, some_events(), array_fill('stage'::text, ARRAY[cardinality(some_events())]))) e$$,
    $$SELECT unit, place, ts, CASE WHEN event = ANY (some_events()) THEN 'stage' ELSE event END, channel, value, row FROM placed$$);
SELECT same('relabel by a mapping table',
    $$SELECT unit, e.* FROM journeys,
        events(relabel(j, (SELECT array_agg(ARRAY[event, 'stage ' || length(event)]) FROM (SELECT DISTINCT event FROM events) n))) e$$,
    $$SELECT unit, place, ts, 'stage ' || length(event), channel, value, row FROM placed$$);
SELECT same('collapse to the first', 'SELECT unit, e.* FROM journeys, events(collapse(j)) e',
    left_over('event IS DISTINCT FROM (SELECT event FROM placed b WHERE b.unit = p.unit AND b.place = p.place - 1)'));
SELECT same('collapse to the last', 'SELECT unit, e.* FROM journeys, events(collapse(j, ''last'')) e',
    left_over('event IS DISTINCT FROM (SELECT event FROM placed b WHERE b.unit = p.unit AND b.place = p.place + 1)'));
-- From the first opener to the first of some_events() after it.
CREATE VIEW anchors AS
    SELECT unit, a.place AS from_place, b.place AS to_place FROM journeys u
    CROSS JOIN LATERAL (SELECT min(place) AS place FROM placed p WHERE p.unit = u.unit AND event = (openers())[1]) a
    CROSS JOIN LATERAL (SELECT min(place) AS place FROM placed p WHERE p.unit = u.unit AND event = (some_events())[1] AND p.place > a.place) b;
SELECT same('truncate_between',
    'SELECT unit, e.* FROM journeys, events(truncate_between(j, (openers())[1], (some_events())[1])) e',
    left_over('EXISTS (SELECT FROM anchors a WHERE a.unit = p.unit AND place BETWEEN from_place AND to_place)'));
SELECT same('truncate_between, missing anchors',
    'SELECT unit FROM journeys WHERE truncate_between(j, (openers())[1], (some_events())[1]) IS NULL',
    'SELECT unit FROM anchors WHERE to_place IS NULL');
