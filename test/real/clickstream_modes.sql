-- The stricter modes of window_funnel on the click log. Clicks of one second are
-- set apart by microseconds in click order, so that plain SQL has one order.
\ir ../oracle/events.sql
\ir ../oracle/funnel.sql
CREATE TABLE file (visitor_id text, ts timestamptz, click_order bigint, page text);
\copy file FROM 'clickstream_shop_1240.csv' (FORMAT csv, HEADER)
INSERT INTO events SELECT visitor_id, ts + click_order * interval '1 microsecond', page, NULL, NULL, click_order FROM file;
CALL prepare_events();
ANALYZE;
-- No two events are at one time.
DELETE FROM windows WHERE within = '0';
CREATE TABLE units AS SELECT DISTINCT unit FROM events;

-- allow_reentry: the next step at its earliest, unless an event that is no step comes before it.
CREATE FUNCTION oracle_reentry(steps text[], within interval)
RETURNS TABLE (unit text, times timestamptz[]) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE chain AS (
        SELECT unit, place, ARRAY[ts] AS times FROM placed WHERE event = steps[1]
        UNION ALL
        SELECT c.unit, next.place, c.times || next.ts
        FROM chain c
        CROSS JOIN LATERAL (
            SELECT e.place, e.ts FROM placed e
            WHERE e.unit = c.unit AND e.event = steps[cardinality(c.times) + 1] AND e.place > c.place
            ORDER BY e.place LIMIT 1) next
        WHERE next.ts - c.times[1] <= within
          AND NOT EXISTS (SELECT FROM placed x WHERE x.unit = c.unit AND x.event <> ALL (steps)
                            AND x.place > c.place AND x.place < next.place)
    )
    SELECT DISTINCT ON (unit) unit, times FROM chain ORDER BY unit, cardinality(times) DESC, times[1] DESC
$$;
-- strict_deduplication: the next step at its earliest, unless a step 2 .. reached comes again before it.
CREATE FUNCTION oracle_deduplicated(steps text[], within interval)
RETURNS TABLE (unit text, times timestamptz[]) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE run AS (
        SELECT unit, place, ARRAY[ts] AS times FROM placed WHERE event = steps[1]
        UNION ALL
        SELECT r.unit, next.place, r.times || next.ts
        FROM run r
        CROSS JOIN LATERAL (
            SELECT e.place, e.ts FROM placed e
            WHERE e.unit = r.unit AND e.event = steps[cardinality(r.times) + 1] AND e.place > r.place
            ORDER BY e.place LIMIT 1) next
        WHERE next.ts - r.times[1] <= within
          AND NOT EXISTS (SELECT FROM placed x WHERE x.unit = r.unit AND x.event = ANY (steps[2:cardinality(r.times)])
                            AND x.place > r.place AND x.place < next.place)
    )
    SELECT DISTINCT ON (unit) unit, times FROM run ORDER BY unit, cardinality(times) DESC, times[1] DESC
$$;

CREATE TABLE funnels (steps text[]);
INSERT INTO funnels VALUES ('{product,addcart,cart,pay_req,pay_res}'), ('{home,login,logpost}'), ('{product,p_info,addcart}'),
    ('{start_session,home,login,logpost,program}');
CREATE TABLE truth AS
    SELECT f.steps, w.within, o.mode, o.unit, o.times FROM funnels f CROSS JOIN windows w CROSS JOIN LATERAL (
        SELECT 'strict_order' AS mode, * FROM oracle_winner(f.steps, w.within, 'in_order', adjacent => true)
        UNION ALL SELECT 'strict_order,allow_reentry', * FROM oracle_reentry(f.steps, w.within)
        UNION ALL SELECT 'strict_deduplication', * FROM oracle_deduplicated(f.steps, w.within)
        UNION ALL SELECT 'strict_increase', * FROM oracle_funnel_in_order(f.steps, w.within)) o;
CREATE INDEX ON truth (mode, steps, within);
ANALYZE;
CREATE FUNCTION expected(mode text, steps text[], within interval)
RETURNS TABLE (unit text, times timestamptz[]) LANGUAGE sql STABLE AS $$
    SELECT u.unit, coalesce(t.times, '{}')
    FROM units u LEFT JOIN truth t ON t.unit = u.unit AND (t.mode, t.steps, t.within) = ($1, $2, $3)
$$;

CREATE VIEW asked AS SELECT * FROM (SELECT DISTINCT mode FROM truth) m, funnels, windows;
SELECT same(format('window_funnel_events by %s, %s, %s within %s', form, mode, steps, within),
    format('SELECT unit, window_funnel_events(%L, %L, ts, %s) FROM events GROUP BY unit', within, mode,
           CASE form WHEN 'names' THEN format('event, %L::text[]', steps) ELSE conditions(steps) END),
    format('SELECT * FROM expected(%L, %L, %L)', mode, steps, within))
FROM asked, (VALUES ('names'), ('booleans')) f (form) ORDER BY mode, steps, within, form;
SELECT same(format('window_funnel, %s, %s within %s', mode, steps, within),
    format('SELECT unit, window_funnel(%L, %L, ts, event, %L::text[]) FROM events GROUP BY unit', within, mode, steps),
    format('SELECT unit, cardinality(times) FROM expected(%L, %L, %L)', mode, steps, within))
FROM asked ORDER BY mode, steps, within;
-- "Next event" of the journeys is strict_order of the rows.
SELECT same(format('funnel_level, next event, %s within %s', steps, within),
    format('SELECT unit, funnel_level(j, %L, %L, step_order => ''next event'') FROM journeys', steps, within),
    format('SELECT unit, cardinality(times) FROM expected(''strict_order'', %L, %L)', steps, within))
FROM funnels, windows ORDER BY steps, within;
