-- Paths in plain SQL: window functions over the events in the order of a journey.

-- The nodes: sessions are cut first, then events are chosen, then runs are made
-- one. NULL switches a rule off.
CREATE FUNCTION oracle_nodes(gap interval, collapse text, keep text[], hide text[], starts text[])
RETURNS TABLE (unit text, place bigint, ts timestamptz, event text, session_no bigint)
LANGUAGE sql STABLE AS $$
    WITH cut AS (
        SELECT p.*, place > 1 AND (coalesce(p.ts - lag(p.ts) OVER w > gap, false) OR coalesce(p.event = ANY (starts), false)) AS opens
        FROM placed p WINDOW w AS (PARTITION BY p.unit ORDER BY p.place)
    ), numbered AS (
        SELECT c.*, 1 + count(*) FILTER (WHERE opens) OVER (PARTITION BY c.unit ORDER BY c.place) AS session_no FROM cut c
    ), chosen AS (
        SELECT n.*, lag(n.event) OVER w IS DISTINCT FROM n.event AS first, lead(n.event) OVER w IS DISTINCT FROM n.event AS last
        FROM numbered n
        WHERE coalesce(n.event = ANY (keep), true) AND NOT coalesce(n.event = ANY (hide), false)
        WINDOW w AS (PARTITION BY n.unit, n.session_no ORDER BY n.place)
    )
    SELECT unit, place, ts, event, session_no FROM chosen
    WHERE CASE collapse WHEN 'first' THEN first WHEN 'last' THEN last ELSE true END
$$;

-- From each node to the next, with the start and the end.
CREATE FUNCTION oracle_transitions(gap interval, collapse text, keep text[], hide text[], starts text[])
RETURNS TABLE (unit text, session_no bigint, from_event text, to_event text, at timestamptz, took interval, event_no bigint)
LANGUAGE sql STABLE AS $$
    WITH n AS (
        SELECT *, lag(n.event) OVER w AS previous, lag(n.ts) OVER w AS previous_ts, lead(n.event) OVER w IS NULL AS last
        FROM oracle_nodes(gap, collapse, keep, hide, starts) n WINDOW w AS (PARTITION BY n.unit, n.session_no ORDER BY n.place)
    )
    SELECT unit, session_no, coalesce(previous, '(start)'), event, ts, ts - previous_ts, place FROM n
    UNION ALL
    SELECT unit, session_no, event, '(end)', ts, NULL, place FROM n WHERE last
$$;

-- The links of a Sankey diagram, small nodes put together; top NULL: none are.
CREATE FUNCTION oracle_sankey(max_steps int, top int, gap interval, collapse text, keep text[], hide text[], starts text[])
RETURNS TABLE (step_no int, source text, target text, value bigint, customers bigint)
LANGUAGE sql STABLE AS $$
    WITH n AS (
        SELECT unit, session_no, event, (row_number() OVER (PARTITION BY unit, session_no ORDER BY place))::int AS step
        FROM oracle_nodes(gap, collapse, keep, hide, starts)
    ), ranked AS (
        SELECT step, event, row_number() OVER (PARTITION BY step ORDER BY count(*) DESC, event COLLATE "C") AS rank
        FROM n WHERE step <= max_steps GROUP BY step, event
    ), named AS (
        SELECT unit, session_no, step, CASE WHEN rank > top THEN '(other)' ELSE event END AS event FROM n JOIN ranked USING (step, event)
    ), linked AS (
        SELECT *, coalesce(lead(event) OVER (PARTITION BY unit, session_no ORDER BY step), '(end)') AS next FROM named
    )
    SELECT step, step || ' ' || event, step + 1 || ' ' || next, count(*), count(DISTINCT unit)
    FROM linked WHERE step < max_steps GROUP BY step, event, next
$$;
