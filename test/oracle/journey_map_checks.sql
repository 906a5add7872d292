-- Stages and the measured map of real events, against plain SQL. Expects events.sql
-- loaded and prepared, a map 'm' in the tables, and a function moments() with two
-- moments. Visits have tie-breakers, so their order is that of the file.
CREATE TABLE visits AS
    SELECT p.unit, p.place, p.ts, p.channel, p.value, t.touchpoint, r.role, s.stage, s.position AS stage_no,
           max(s.position) OVER (PARTITION BY p.unit ORDER BY p.place) AS deepest_no
    FROM placed p JOIN journey_rule r ON r.map = 'm' AND r.event = p.event AND r.channel IS NULL
         JOIN journey_touchpoint t ON t.map = 'm' AND t.touchpoint = r.touchpoint JOIN journey_stage s ON s.map = 'm' AND s.stage = t.stage;
CREATE INDEX ON visits (unit, place);
CREATE TABLE moved AS
    SELECT v.*, (SELECT min(w.place) FROM visits w WHERE w.unit = v.unit AND w.place > v.place AND w.stage_no > v.stage_no) AS moved_place FROM visits v;
ALTER TABLE moved ADD moved_ts timestamptz;
UPDATE moved SET moved_ts = v.ts FROM visits v WHERE v.unit = moved.unit AND v.place = moved.moved_place;
CREATE INDEX ON moved (unit, touchpoint);
-- Stays: runs of one stage, going back or never.
CREATE FUNCTION stays(until timestamptz, backward boolean) RETURNS TABLE (unit text, stay_no bigint, stage_no int, entered timestamptz, left_at timestamptz, events bigint) LANGUAGE sql STABLE AS $$
    WITH numbered AS (SELECT v.unit, v.place, v.ts, CASE WHEN backward THEN v.stage_no ELSE v.deepest_no END AS stage_no FROM visits v WHERE v.ts <= until),
         marked AS (SELECT *, stage_no IS DISTINCT FROM lag(stage_no) OVER w AS opens FROM numbered WINDOW w AS (PARTITION BY unit ORDER BY place)),
         runs AS (SELECT *, count(*) FILTER (WHERE opens) OVER (PARTITION BY unit ORDER BY place) AS stay_no FROM marked)
    SELECT unit, stay_no, min(stage_no), min(ts), lead(min(ts)) OVER (PARTITION BY unit ORDER BY stay_no), count(*) FROM runs GROUP BY unit, stay_no $$;

SELECT same('stage history, backward ' || b, format($$SELECT unit, h.stay_no::bigint, h.stage_no, h.entered_at, h.left_at, h.events FROM journeys, stage_history(j, (SELECT stage_map('m')), NULL, %L) AS h$$, b),
    format($$SELECT * FROM stays('infinity', %L)$$, b)) FROM unnest(ARRAY[true, false]) AS b;
SELECT same('current and deepest stage as of ' || at, format($$SELECT unit, current_stage(j, (SELECT stage_map('m')), %1$L), deepest_stage(j, (SELECT stage_map('m')), %1$L) FROM journeys$$, at),
    format($$SELECT unit, (SELECT s.stage FROM visits v JOIN journey_stage s ON s.map = 'm' AND s.position = v.stage_no WHERE v.unit = j.unit AND v.ts <= %1$L ORDER BY v.place DESC LIMIT 1),
        (SELECT s.stage FROM visits v JOIN journey_stage s ON s.map = 'm' AND s.position = v.stage_no WHERE v.unit = j.unit AND v.ts <= %1$L ORDER BY v.stage_no DESC LIMIT 1) FROM journeys j$$, at))
FROM unnest(moments()) AS at;
SELECT same('stage stock as of ' || at || ', backward ' || b, format($$SELECT stage, customers, deepest, ever, median_time FROM unnest((SELECT stage_stock(j, (SELECT stage_map('m')), %L, %L) FROM journeys))$$, at, b),
    format($$WITH st AS (SELECT * FROM stays(%1$L, %2$L)), last AS (SELECT DISTINCT ON (unit) * FROM st ORDER BY unit, stay_no DESC)
        SELECT s.stage, (SELECT count(*) FROM last WHERE stage_no = s.position), (SELECT count(*) FROM (SELECT max(stage_no) AS m FROM st GROUP BY unit) d WHERE m = s.position),
               (SELECT count(DISTINCT unit) FROM st WHERE stage_no = s.position), (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY %1$L - entered) FROM last WHERE stage_no = s.position)
        FROM journey_stage s WHERE map = 'm'
        UNION ALL SELECT '(not on the map)', count(*), NULL, NULL, NULL FROM journeys j WHERE NOT EXISTS (SELECT FROM last l WHERE l.unit = j.unit) AND EXISTS (SELECT FROM placed p WHERE p.unit = j.unit AND p.ts <= %1$L)
        UNION ALL SELECT '(no event yet)', count(*), NULL, NULL, NULL FROM journeys j WHERE NOT EXISTS (SELECT FROM placed p WHERE p.unit = j.unit AND p.ts <= %1$L)$$, at, b))
FROM unnest(moments()) AS at, unnest(ARRAY[true, false]) AS b;
SELECT same('stage flow, backward ' || b, format($$SELECT from_stage, to_stage, customers FROM unnest((SELECT stage_flow(j, (SELECT stage_map('m')), %L, %L, %L) FROM journeys)) WHERE customers > 0$$, (moments())[1], (moments())[2], b),
    format($$WITH st AS (SELECT s.*, x.stage FROM stays('infinity', %3$L) s JOIN journey_stage x ON x.map = 'm' AND x.position = s.stage_no),
        at AS (SELECT j.unit, m.n, coalesce((SELECT stage FROM st WHERE st.unit = j.unit AND entered <= m.at ORDER BY stay_no DESC LIMIT 1),
                   CASE WHEN started_at(j.j) <= m.at THEN '(not on the map)' ELSE '(no event yet)' END) AS stage FROM journeys j, (VALUES (1, %1$L::timestamptz), (2, %2$L)) AS m (n, at))
        SELECT a.stage, b.stage, count(*) FROM at a JOIN at b USING (unit) WHERE a.n = 1 AND b.n = 2 GROUP BY 1, 2$$, (moments())[1], (moments())[2], b)) FROM unnest(ARRAY[true, false]) AS b;
SELECT same('moves between the moments', format($$SELECT from_stage_no, to_stage_no, moves, movers FROM unnest((SELECT stage_flow(j, (SELECT stage_map('m')), %L, %L) FROM journeys)) WHERE moves > 0 AND from_stage_no IS NOT NULL$$, (moments())[1], (moments())[2]),
    format($$SELECT f, stage_no, count(*), count(DISTINCT unit) FROM (SELECT *, lag(stage_no) OVER (PARTITION BY unit ORDER BY stay_no) AS f FROM stays(%2$L, true)) s WHERE f IS NOT NULL AND entered > %1$L GROUP BY 1, 2$$, (moments())[1], (moments())[2]));
SELECT same('time in stage', $$SELECT stage_no, customers, stays, still_there, p25, median, p90, longest FROM unnest((SELECT stage_time(j, (SELECT stage_map('m'))) FROM journeys)) WHERE stays > 0$$,
    $$SELECT stage_no, count(DISTINCT unit), count(*), count(*) FILTER (WHERE left_at IS NULL), percentile_cont(0.25) WITHIN GROUP (ORDER BY left_at - entered), percentile_cont(0.5) WITHIN GROUP (ORDER BY left_at - entered),
        percentile_cont(0.9) WITHIN GROUP (ORDER BY left_at - entered), max(left_at - entered) FROM stays('infinity', true) GROUP BY 1$$);

-- The map: the first visit counts, and what comes after it.
SELECT same('journey map by channel', $$SELECT touchpoint, channel, customers, events, problems, problem_customers, moved_on, median_to_next, exits FROM unnest((SELECT journey_map(j, (SELECT stage_map('m'))) FROM journeys)) WHERE stage_no IS NOT NULL AND customers > 0$$,
    $$WITH firsts AS (SELECT DISTINCT ON (unit, touchpoint, channel) * FROM moved ORDER BY unit, touchpoint, channel, place), ends AS (SELECT DISTINCT ON (unit) * FROM moved ORDER BY unit, place DESC)
      SELECT f.touchpoint, f.channel, count(*), sum((SELECT count(*) FROM visits v WHERE v.unit = f.unit AND v.touchpoint = f.touchpoint AND v.channel IS NOT DISTINCT FROM f.channel))::bigint,
        sum(p.n)::bigint, count(*) FILTER (WHERE p.n > 0), CASE WHEN f.stage_no < (SELECT max(position) FROM journey_stage WHERE map = 'm') THEN count(f.moved_ts) END,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY f.moved_ts - f.ts), (SELECT count(*) FROM ends e WHERE e.touchpoint = f.touchpoint AND e.channel IS NOT DISTINCT FROM f.channel)
      FROM firsts f, LATERAL (SELECT count(*) AS n FROM visits v WHERE v.unit = f.unit AND v.touchpoint = f.touchpoint AND v.channel IS NOT DISTINCT FROM f.channel AND v.role = 'problem') p
      GROUP BY f.touchpoint, f.channel, f.stage_no$$);
SELECT same('journey map by touchpoint', $$SELECT touchpoint, customers, moved_on, median_to_next, exits, round(value::numeric, 6), problem_moved_on, calm_moved_on, rest_customers, rest_moved_on FROM unnest((SELECT journey_map(j, (SELECT stage_map('m')), 'touchpoint') FROM journeys)) WHERE stage_no IS NOT NULL AND customers > 0 AND moved_on IS NOT NULL$$,
    $$WITH firsts AS (SELECT DISTINCT ON (unit, touchpoint) * FROM moved ORDER BY unit, touchpoint, place), ends AS (SELECT DISTINCT ON (unit) * FROM moved ORDER BY unit, place DESC),
        entries AS (SELECT DISTINCT ON (unit, stage_no) * FROM moved ORDER BY unit, stage_no, place),
        troubles AS (SELECT DISTINCT ON (unit, touchpoint) * FROM moved WHERE role = 'problem' ORDER BY unit, touchpoint, place)
      SELECT f.touchpoint, count(*), count(f.moved_ts), percentile_cont(0.5) WITHIN GROUP (ORDER BY f.moved_ts - f.ts), (SELECT count(*) FROM ends e WHERE e.touchpoint = f.touchpoint),
        (SELECT round(sum(value)::numeric, 6) FROM visits v WHERE v.touchpoint = f.touchpoint), (SELECT count(moved_ts) FROM troubles t WHERE t.touchpoint = f.touchpoint),
        count(f.moved_ts) FILTER (WHERE NOT EXISTS (SELECT FROM troubles t WHERE t.unit = f.unit AND t.touchpoint = f.touchpoint)),
        (SELECT count(*) FROM entries e WHERE e.stage_no = f.stage_no AND NOT EXISTS (SELECT FROM firsts x WHERE x.unit = e.unit AND x.touchpoint = f.touchpoint)),
        (SELECT count(moved_ts) FROM entries e WHERE e.stage_no = f.stage_no AND NOT EXISTS (SELECT FROM firsts x WHERE x.unit = e.unit AND x.touchpoint = f.touchpoint))
      FROM firsts f WHERE f.stage_no < (SELECT max(position) FROM journey_stage WHERE map = 'm') GROUP BY f.touchpoint, f.stage_no$$);
SELECT same('journey map by stage', $$SELECT stage, customers, events, moved_on, exits FROM unnest((SELECT journey_map(j, (SELECT stage_map('m')), 'stage') FROM journeys)) WHERE customers > 0$$,
    $$SELECT s.stage, count(DISTINCT m.unit), count(*), CASE WHEN s.position < (SELECT max(position) FROM journey_stage WHERE map = 'm') THEN count(DISTINCT m.unit) FILTER (WHERE m.moved_ts IS NOT NULL AND m.place = (SELECT min(place) FROM visits v WHERE v.unit = m.unit AND v.stage_no = m.stage_no)) END,
        count(*) FILTER (WHERE m.place = (SELECT max(place) FROM visits v WHERE v.unit = m.unit)) FROM moved m JOIN journey_stage s ON s.map = 'm' AND s.position = m.stage_no GROUP BY s.stage, s.position
      UNION ALL SELECT '(not on the map)', count(DISTINCT unit), count(*), NULL, NULL FROM placed p WHERE NOT EXISTS (SELECT FROM journey_rule r WHERE r.map = 'm' AND r.event = p.event) HAVING count(*) > 0$$);
SELECT same('steps between touchpoints', $$SELECT from_touchpoint, to_touchpoint, count, customers, moved_on, median_took FROM unnest((SELECT journey_steps(j, (SELECT stage_map('m'))) FROM journeys))$$,
    $$WITH n AS (SELECT *, lead(touchpoint) OVER w AS next, lead(ts) OVER w AS next_ts, lag(touchpoint) OVER w AS previous FROM moved WINDOW w AS (PARTITION BY unit ORDER BY place)),
        steps AS (SELECT unit, place, stage_no, touchpoint, coalesce(next, '(end)') AS next, next_ts - ts AS took, moved_ts FROM n WHERE next IS DISTINCT FROM touchpoint
                  UNION ALL SELECT unit, 0, NULL, '(start)', touchpoint, NULL, NULL FROM n WHERE previous IS NULL)
      SELECT touchpoint, next, count(*), count(DISTINCT unit), CASE WHEN stage_no < (SELECT max(position) FROM journey_stage WHERE map = 'm') THEN count(DISTINCT unit) FILTER (WHERE moved_ts IS NOT NULL
             AND place = first_place) END, percentile_cont(0.5) WITHIN GROUP (ORDER BY took)
      FROM (SELECT *, min(place) OVER (PARTITION BY unit, touchpoint, next) AS first_place FROM steps) s GROUP BY touchpoint, next, stage_no$$);
SELECT same('positions of a draft map', $$SELECT event, customers, events, round("position"::numeric, 9) FROM unnest((SELECT discover_map(j, 3) FROM journeys))$$,
    $$WITH f AS (SELECT unit, event, min(ts) AS ts, count(*) AS n FROM placed GROUP BY 1, 2),
        p AS (SELECT a.event AS a, b.event AS b, avg(CASE WHEN a.ts > b.ts THEN 1.0 WHEN a.ts = b.ts THEN 0.5 ELSE 0 END) AS later FROM f a JOIN f b ON a.unit = b.unit AND a.event <> b.event GROUP BY 1, 2)
      SELECT e.event, e.customers, e.events::bigint, round(coalesce((SELECT avg(later) FROM p WHERE a = e.event), 0.5), 9) FROM (SELECT event, count(*) AS customers, sum(n) AS events FROM f GROUP BY 1) e$$);
SELECT same('every event is in one row', $$SELECT sum(events) FROM unnest((SELECT journey_map(j, (SELECT stage_map('m'))) FROM journeys))$$, $$SELECT count(*)::numeric FROM placed$$);
