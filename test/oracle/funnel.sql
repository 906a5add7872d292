-- Funnels in plain SQL: for every unit the times of the winning chain (furthest,
-- then latest start, then earliest end, then each step as early as possible).
-- Units without a chain are absent. A step 'a|b' is event a or b.

-- The main rule, for steps that are different events: from every first step, each
-- next step at its earliest. `later` asks for strictly later times.
CREATE FUNCTION oracle_funnel(steps text[], within interval, later boolean DEFAULT false)
RETURNS TABLE (unit text, times timestamptz[]) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE chain AS (
        SELECT e.unit, e.ts AS start, ARRAY[e.ts] AS times FROM events e WHERE e.event = ANY (string_to_array(steps[1], '|'))
        UNION ALL
        SELECT c.unit, c.start, c.times || next.ts
        FROM chain c
        CROSS JOIN LATERAL (
            SELECT min(e.ts) AS ts FROM events e
            WHERE e.unit = c.unit AND e.event = ANY (string_to_array(steps[cardinality(c.times) + 1], '|'))
              AND e.ts >= c.times[cardinality(c.times)] AND e.ts - c.start <= within
              AND (NOT later OR e.ts > c.times[cardinality(c.times)])) next
        WHERE next.ts IS NOT NULL
    )
    SELECT DISTINCT ON (unit) unit, times FROM chain ORDER BY unit, cardinality(times) DESC, start DESC
$$;

-- The same where events at the same time stand in the order of the file.
CREATE FUNCTION oracle_funnel_in_order(steps text[], within interval)
RETURNS TABLE (unit text, times timestamptz[]) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE chain AS (
        SELECT e.unit, e.place AS first, e.place AS last, e.ts AS start, ARRAY[e.ts] AS times
        FROM placed e WHERE e.event = ANY (string_to_array(steps[1], '|'))
        UNION ALL
        SELECT c.unit, c.first, next.place, c.start, c.times || next.ts
        FROM chain c
        CROSS JOIN LATERAL (
            SELECT e.place, e.ts FROM placed e
            WHERE e.unit = c.unit AND e.event = ANY (string_to_array(steps[cardinality(c.times) + 1], '|')) AND e.place > c.last
            ORDER BY e.place LIMIT 1) next
        WHERE next.ts - c.start <= within
    )
    SELECT DISTINCT ON (unit) unit, times FROM chain
    ORDER BY unit, cardinality(times) DESC, start DESC, times[cardinality(times)], times
$$;

-- All chains, one by one: for repeated steps and for the options. Few steps and
-- short windows only. `ties`: 'favourable', 'in_order', 'strict'. `excluded` must
-- not stand between the first step and the last of the chain (with 'in_order').
CREATE FUNCTION oracle_chains(steps text[], within interval, ties text DEFAULT 'favourable',
    step_within interval DEFAULT '100000 years', one_channel boolean DEFAULT false,
    excluded text DEFAULT NULL, reuse boolean DEFAULT false, adjacent boolean DEFAULT false,
    from_previous boolean DEFAULT false)
RETURNS TABLE (unit text, places bigint[], times timestamptz[]) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE chain AS (
        SELECT e.unit, e.channel, ARRAY[e.place] AS places, ARRAY[e.ts] AS times
        FROM placed e WHERE e.event = ANY (string_to_array(steps[1], '|')) AND NOT (one_channel AND e.channel IS NULL)
        UNION ALL
        SELECT c.unit, c.channel, c.places || e.place, c.times || e.ts
        FROM chain c
        JOIN placed e ON e.unit = c.unit AND e.event = ANY (string_to_array(steps[cardinality(c.times) + 1], '|'))
        CROSS JOIN LATERAL (
            SELECT c.places[cardinality(c.places)] AS place, c.times[cardinality(c.times)] AS ts) last
        WHERE e.ts - CASE WHEN from_previous THEN last.ts ELSE c.times[1] END <= within
          AND e.ts - last.ts <= step_within
          AND CASE ties WHEN 'favourable' THEN e.ts >= last.ts
                        WHEN 'in_order' THEN e.place > last.place OR reuse AND e.place = last.place
                        WHEN 'strict' THEN e.ts > last.ts END
          AND (reuse OR e.place <> ALL (c.places))
          AND (NOT adjacent OR e.place = last.place + 1)
          AND (NOT one_channel OR e.channel = c.channel)
          AND (excluded IS NULL OR NOT EXISTS (
                SELECT FROM placed x WHERE x.unit = c.unit AND x.event = excluded
                  AND x.place BETWEEN c.places[1] AND e.place))
    )
    SELECT unit, places, times FROM chain
$$;

-- The winning one of all chains; `earliest` prefers the earliest start.
CREATE FUNCTION oracle_winner(steps text[], within interval, ties text DEFAULT 'favourable',
    step_within interval DEFAULT '100000 years', one_channel boolean DEFAULT false,
    excluded text DEFAULT NULL, reuse boolean DEFAULT false, adjacent boolean DEFAULT false,
    from_previous boolean DEFAULT false, earliest boolean DEFAULT false)
RETURNS TABLE (unit text, times timestamptz[]) LANGUAGE sql STABLE AS $$
    SELECT DISTINCT ON (unit) unit, times
    FROM oracle_chains(steps, within, ties, step_within, one_channel, excluded, reuse, adjacent, from_previous)
    ORDER BY unit, cardinality(times) DESC,
             CASE WHEN earliest THEN times[1] END, times[1] DESC, times[cardinality(times)], times
$$;

-- The times of the winning chain as funnel_times gives them: one for every step.
CREATE FUNCTION oracle_padded(times timestamptz[], steps int) RETURNS timestamptz[] LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(times, '{}') || array_fill(NULL::timestamptz, ARRAY[steps - coalesce(cardinality(times), 0)])
$$;

-- The conditions of the steps, as the boolean form of window_funnel takes them.
CREATE FUNCTION conditions(steps text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT string_agg(format('event = ANY (%L)', string_to_array(step, '|')), ', ' ORDER BY n) FROM unnest(steps) WITH ORDINALITY s (step, n)
$$;
