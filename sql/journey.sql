-- The type journey: building, reading, comparing, looking.
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
\pset null '-'
\pset format unaligned

CREATE TABLE visits (customer text, ts timestamptz, event text, channel text, amount float8, id bigint);
INSERT INTO visits VALUES
    ('ann', '2024-01-01 10:05', 'cart', 'web', NULL, 2),
    ('ann', '2024-01-01 10:00', 'view', 'web', NULL, 1),
    ('ann', '2024-01-01 10:05', 'buy', 'app', 19.5, 3),
    ('bob', '2024-01-02 09:00', 'view', NULL, 0, 4),
    ('bob', NULL, 'view', 'web', NULL, 5),
    ('bob', '2024-01-02 09:30', NULL, 'web', NULL, 6),
    ('cat', NULL, 'view', 'web', NULL, 7);

-- A journey holds a customer's events in order; rows without time or event are left out; no events, no journey.
SELECT customer, journey_agg(ts, event) FROM visits GROUP BY customer ORDER BY customer;
-- Events may carry a channel.
SELECT journey_agg(ts, event, channel) FROM visits WHERE customer = 'ann';
-- Events may carry a value; a value of 0 is a value.
SELECT customer, journey_agg(ts, event, channel, amount) FROM visits WHERE amount IS NOT NULL GROUP BY customer ORDER BY customer;
-- A tiebreak puts events of the same moment in order.
SELECT journey_agg(ts, event, channel, amount, id) FROM visits WHERE customer = 'ann';
-- Events of one moment stand by tiebreak (absent first), event, channel (absent first), value (absent first).
SELECT e.event, e.channel, e.value, e.tiebreak
FROM (SELECT journey_agg('2024-01-01', event, channel, value, tiebreak) AS j
      FROM (VALUES ('b', 'x', 2::float8, NULL::bigint), ('b', 'x', 1, NULL), ('b', 'x', NULL, NULL), ('b', NULL, 9, NULL),
                   ('a', 'z', 9, 1), ('a', 'z', 9, -1), ('a', 'z', 9, NULL)) v (event, channel, value, tiebreak)) s, events(j) e
ORDER BY event_no;
-- The same event twice is two events.
SELECT event_count(journey_agg(ts, event)) FROM (SELECT * FROM visits UNION ALL SELECT * FROM visits) v WHERE customer = 'ann';
-- There is no journey of no rows.
SELECT journey_agg(ts, event) IS NULL AS none FROM visits WHERE customer = 'zoe';

-- Text in: keys and events in any order, any time zone, written back in one form.
SELECT ' [ {"event": "buy", "ts": "2024-01-01T12:00:00+02:00"}, {"channel": "web", "value": 1e2, "ts": "2024-01-01 09:00Z", "event": "view"} ] '::journey;
-- A time without a zone is read in the session's zone.
SET timezone = 'Asia/Tokyo';
SELECT '[{"ts":"2024-01-01 09:00","event":"view"}]'::journey;
SET timezone = 'UTC';
-- A null channel, value or tiebreak is an absent one.
SELECT '[{"ts":"2024-01-01 09:00","event":"view","channel":null,"value":null,"tiebreak":null}]'::journey;
-- Quotes, backslashes, tabs and bars in names survive, and so do microseconds.
SELECT '[{"ts":"2024-01-01 09:00:00.000001","event":"a \"b\" \\ c\t|"}]'::journey;
-- A journey may be empty.
SELECT '[]'::journey AS j, event_count('[]'::journey) AS events, '[]'::journey IS NULL AS is_null;
-- Text out and in again is the same journey, for extreme times and numbers too.
SELECT count(*) AS journeys, count(*) FILTER (WHERE j::text::journey = j AND j::text::journey::text = j::text) AS the_same
FROM (SELECT journey_agg(ts, 'e', c, v, t) AS j
      FROM (VALUES ('4713-01-01 00:00 BC'::timestamptz, 'a', 0.1::float8, 9223372036854775807::bigint), ('294276-12-31 23:59:59.999999', '', 1e300, -9223372036854775807),
                   ('2000-01-01', NULL, 'NaN', 0), ('1999-12-31 23:59:59.999999', 'b', '-Infinity', NULL), ('2024-02-29', 'b', 1::float8 / 3, 5),
                   ('2024-02-29', 'b', -0.0, 5), ('1970-01-01', 'b', 5e-324, 5)) v (ts, c, v, t)
      GROUP BY GROUPING SETS ((), (ts, c, v, t))) s;
-- The binary form depends on the events alone, not on the order in which they came.
SELECT journey_send(journey_agg(ts, event, channel, amount, id ORDER BY id)) = journey_send(journey_agg(ts, event, channel, amount, id ORDER BY id DESC)) AS the_same FROM visits;

CREATE TABLE journeys AS SELECT customer, journey_agg(ts, event, channel, amount) AS j FROM visits GROUP BY customer;
INSERT INTO journeys VALUES ('dan', '[]');
-- The events of a journey as rows.
SELECT customer, e.* FROM journeys, events(j) e ORDER BY customer, event_no;
-- One event by its number, from the front or from the end.
SELECT n, e.* FROM journeys, unnest(ARRAY[1, 3, -1, -3]) n, event_at(j, n) e WHERE customer = 'ann' ORDER BY n;
-- Where there is no such event there is nothing.
SELECT n, (event_at(j, n)).event FROM journeys, unnest(ARRAY[-9223372036854775808, -4, 0, 4, 9223372036854775807]) n WHERE customer = 'ann' ORDER BY n;
-- Counts, names and channels; of no journey they are null, of an empty one none.
SELECT customer, event_count(j), event_count(j, 'view') AS views, event_count(j, 'fly') AS flights, event_names(j), channels(j) FROM journeys ORDER BY customer;
-- First and last event, start, end and duration; an empty journey has none.
SELECT customer, first_event(j), last_event(j), started_at(j), ended_at(j), duration(j) FROM journeys ORDER BY customer;
-- A duration reads as the difference of two times does.
SELECT duration(j), duration(j) = ended_at(j) - started_at(j) AS the_same FROM (VALUES ('[{"ts":"2024-01-01","event":"a"},{"ts":"2024-03-02 02:00:00.5","event":"b"}]'::journey)) v (j);
-- The number of a missing event and the name of no event are null.
SELECT event_count(j, NULL) AS count, event_at(j, NULL) IS NULL AS no_event FROM journeys WHERE customer = 'ann';

-- Rolled up: all events of many journeys; null journeys are left out.
SELECT journey_agg(j) FROM journeys;
-- Rolled up from parts or built at once: the same journey.
SELECT journey_agg(j) = (SELECT journey_agg(ts, event, channel, amount) FROM visits) AS the_same FROM journeys;
-- A roll-up of null journeys is null, of an empty one empty.
SELECT customer, journey_agg(j) FROM journeys WHERE customer IN ('cat', 'dan') GROUP BY customer ORDER BY customer;

-- Journeys compare: the same events are the same journey.
SELECT a.j = b.j AS eq, a.j <> b.j AS ne, a.j < b.j AS lt, a.j <= b.j AS le, a.j > b.j AS gt, a.j >= b.j AS ge
FROM journeys a, journeys b WHERE a.customer = 'ann' AND b.customer IN ('ann', 'bob') ORDER BY b.customer;
-- The other way round the answers turn round.
SELECT a.j = b.j AS eq, a.j <> b.j AS ne, a.j < b.j AS lt, a.j <= b.j AS le, a.j > b.j AS gt, a.j >= b.j AS ge
FROM journeys a, journeys b WHERE a.customer = 'bob' AND b.customer = 'ann';
CREATE TABLE doubles (no int, j journey);
INSERT INTO doubles SELECT n, ('[{"ts":"2024-01-0' || n % 3 + 1 || '","event":"a","value":1}]')::journey FROM generate_series(1, 9) n;
INSERT INTO doubles VALUES (10, NULL), (11, '[]');
-- Journeys sort by their start, and group.
SELECT j, count(*), min(no) FROM doubles WHERE event_count(j) > 0 GROUP BY j ORDER BY j;
-- Journeys are made distinct, null and empty ones too.
SELECT count(*) FROM (SELECT DISTINCT j FROM doubles) d;
-- Hash and merge joins find the same pairs.
SET enable_nestloop = off;
SET enable_mergejoin = off;
SELECT count(*) FROM doubles a JOIN doubles b USING (j);
RESET enable_mergejoin;
SET enable_hashjoin = off;
SELECT count(*) FROM doubles a JOIN doubles b USING (j);
RESET enable_hashjoin;
RESET enable_nestloop;
-- An index finds a journey.
CREATE INDEX ON doubles (j);
SET enable_seqscan = off;
SELECT no FROM doubles WHERE j = '[{"ts":"2024-01-02","event":"a","value":1}]' ORDER BY no;
RESET enable_seqscan;
-- A table may be partitioned by the hash of a journey.
CREATE TABLE parts (j journey) PARTITION BY HASH (j);
CREATE TABLE part_0 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE part_1 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO parts SELECT j FROM doubles;
SELECT count(*) FROM parts WHERE j = '[{"ts":"2024-01-03","event":"a","value":1}]';

-- A generated column and an index of an expression keep what is often asked.
CREATE TABLE kept (j journey, events bigint GENERATED ALWAYS AS (event_count(j)) STORED);
CREATE INDEX ON kept (first_event(j));
INSERT INTO kept SELECT j FROM journeys;
SELECT first_event(j), events FROM kept ORDER BY events, first_event(j);

-- As an aggregate with FILTER.
SELECT event_names(journey_agg(ts, event) FILTER (WHERE channel = 'web')) FROM visits WHERE customer = 'ann';
-- As a growing window: what the customer had done so far.
SELECT id, event, event_names(journey_agg(ts, event) OVER (PARTITION BY customer ORDER BY id)) AS so_far FROM visits ORDER BY id;
-- As a moving window: the last two rows.
SELECT id, event_names(journey_agg(ts, event) OVER (ORDER BY id ROWS 1 PRECEDING)) AS last_two FROM visits ORDER BY id;
-- In grouping sets: each customer, and all.
SELECT customer, event_count(journey_agg(ts, event)) FROM visits GROUP BY GROUPING SETS ((customer), ()) ORDER BY customer NULLS LAST;
-- A long journey is stored out of line and read back whole.
CREATE TABLE long AS SELECT journey_agg('2024-01-01'::timestamptz + n * n % 99991 * interval '1 second', 'event ' || n % 7, 'channel ' || n % 3, n / 4.0, n) AS j FROM generate_series(1, 20000) n;
SELECT event_count(j), event_count(j, 'event 3'), (SELECT sum(value) FROM events(j)), j::text::journey = j AS the_same FROM long;
DROP TABLE visits, journeys, doubles, parts, kept, long;
