-- Retention, lifecycle and stickiness in plain SQL, from the table placed.

-- Start of the period a moment lies in.
CREATE FUNCTION oracle_trunc(grain text, at timestamptz, zone text, week_start int) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN grain = 'week' THEN (date_trunc('week', (at AT TIME ZONE zone) - (week_start - 1) * interval '1 day')
                                          + (week_start - 1) * interval '1 day') AT TIME ZONE zone
                ELSE date_trunc(grain, at, zone) END
$$;

-- The periods from one moment until after another, numbered.
CREATE FUNCTION oracle_spine(grain text, lo timestamptz, hi timestamptz, zone text, week_start int)
RETURNS TABLE (n bigint, start timestamptz, stop timestamptz) LANGUAGE sql STABLE AS $$
    SELECT row_number() OVER (ORDER BY s), s, lead(s) OVER (ORDER BY s)
    FROM (SELECT DISTINCT oracle_trunc(grain, h, zone, week_start) AS s
          FROM generate_series(lo, hi + CASE grain WHEN 'hour' THEN interval '2 hours' ELSE 2 * ('1 ' || replace(grain, 'quarter', 'year'))::interval END,
                               CASE grain WHEN 'hour' THEN interval '1 hour' ELSE interval '12 hours' END) h) p
$$;

CREATE FUNCTION oracle_retention(grain text, as_of timestamptz, from_ts timestamptz, zone text, week_start int, definition text,
    start_events text[], return_events text[], cohorts text, min_events int, first_period int, last_period int, brackets int[],
    window_length interval, start_counts boolean)
RETURNS TABLE (cohort timestamptz, cohort_size bigint, period_no int, retained bigint, rate float8, complete boolean)
LANGUAGE sql STABLE AS $$
    WITH spine AS MATERIALIZED (
        SELECT * FROM oracle_spine(grain, least((SELECT min(ts) FROM placed), from_ts), as_of, zone, week_start)
    ), visible AS MATERIALIZED (
        SELECT p.unit, p.ts, p.event, p.place, s.n FROM placed p JOIN spine s ON s.start = oracle_trunc(grain, p.ts, zone, week_start) WHERE p.ts < as_of
    ), lower_end AS (
        SELECT n FROM spine WHERE start = oracle_trunc(grain, from_ts, zone, week_start)
    ), starts AS (
        SELECT *, row_number() OVER (PARTITION BY unit ORDER BY place) AS nth, row_number() OVER (PARTITION BY unit, n ORDER BY place) AS nth_in_period
        FROM visible
        WHERE (start_events IS NULL OR event = ANY (start_events)) AND (cohorts = 'first' OR from_ts IS NULL OR n >= (SELECT n FROM lower_end))
    ), joined AS MATERIALIZED (
        SELECT unit, n AS cohort, ts AS started, place FROM starts
        WHERE CASE cohorts WHEN 'recurring' THEN nth_in_period ELSE nth END = 1 AND (from_ts IS NULL OR n >= (SELECT n FROM lower_end))
    ), returned AS MATERIALIZED (
        SELECT j.unit, j.cohort, k FROM joined j
        JOIN visible v ON v.unit = j.unit AND v.place >= j.place + (NOT start_counts)::int AND (return_events IS NULL OR v.event = ANY (return_events)),
             LATERAL (SELECT CASE WHEN window_length IS NULL THEN v.n - j.cohort
                                  ELSE floor(extract(epoch FROM v.ts - j.started) / extract(epoch FROM window_length))::bigint END) period (k)
        GROUP BY j.unit, j.cohort, k HAVING count(*) >= min_events
    ), members AS MATERIALIZED (
        SELECT j.unit, j.cohort, j.started, coalesce(r.ks, '{}') AS ks, r.last
        FROM joined j LEFT JOIN (SELECT unit, cohort, array_agg(k) AS ks, max(k) AS last FROM returned GROUP BY unit, cohort) r USING (unit, cohort)
    ), cells AS (
        SELECT s.n AS cohort, s.start, s.stop, c.a, c.b, ARRAY(SELECT generate_series(c.a::bigint, c.b)) AS within, ARRAY(SELECT generate_series(first_period::bigint, c.b)) AS upto
        FROM spine s, LATERAL (
            SELECT brackets[i], brackets[i + 1] - 1 FROM generate_series(1, cardinality(brackets) - 1) i
            UNION ALL
            SELECT k, k FROM generate_series(first_period, coalesce(last_period,
                CASE WHEN window_length IS NULL THEN (SELECT max(n) FROM spine WHERE start < as_of) - s.n
                     ELSE ceil(extract(epoch FROM as_of - s.start) / extract(epoch FROM window_length)) - 1 END::int)) k WHERE brackets IS NULL) c (a, b)
        WHERE s.start < as_of AND s.n >= coalesce((SELECT n FROM lower_end), (SELECT min(cohort) FROM members))
    ), counted AS (
        SELECT c.start, c.stop, c.cohort, c.a, c.b, count(m.unit) AS size, coalesce(max(m.started), c.stop) AS latest,
               count(*) FILTER (WHERE CASE
                   WHEN definition IN ('exact', 'bracket') THEN ks && within
                   WHEN definition = 'on_or_after' THEN last >= a
                   WHEN definition = 'on_or_before' THEN ks && upto
                   WHEN definition = 'streak' THEN ks @> upto END) AS retained
        FROM cells c LEFT JOIN members m ON m.cohort = c.cohort GROUP BY 1, 2, 3, 4, 5
    )
    SELECT c.start, size, a, CASE WHEN over THEN retained END, CASE WHEN over THEN retained::float8 / nullif(size, 0) END, over
    FROM counted c LEFT JOIN spine s ON s.n = c.cohort + c.b + 1,
         LATERAL (SELECT c.stop <= as_of AND CASE WHEN window_length IS NULL THEN coalesce(s.start <= as_of, false)
                                                  ELSE latest + (c.b + 1) * window_length <= as_of END) o (over)
$$;

-- The state of every customer in every period since he was first active, before the report's range too.
CREATE FUNCTION oracle_lifecycle(grain text, as_of timestamptz, zone text, week_start int, events text[], min_events int)
RETURNS TABLE (unit text, period_start timestamptz, active boolean, state text, complete boolean) LANGUAGE sql STABLE AS $$
    WITH spine AS MATERIALIZED (
        SELECT * FROM oracle_spine(grain, (SELECT min(ts) FROM placed), as_of, zone, week_start)
    ), active AS MATERIALIZED (
        SELECT unit, n FROM placed p JOIN spine s ON s.start = oracle_trunc(grain, p.ts, zone, week_start)
        WHERE p.ts < as_of AND (events IS NULL OR p.event = ANY (events)) GROUP BY unit, n HAVING count(*) >= min_events
    ), since AS (
        SELECT unit, min(n) AS first FROM active GROUP BY unit
    )
    SELECT f.unit, s.start, now.n IS NOT NULL,
           CASE WHEN now.n = f.first THEN 'new' WHEN now.n IS NOT NULL AND before.n IS NOT NULL THEN 'returning' WHEN now.n IS NOT NULL THEN 'resurrecting'
                WHEN s.stop > as_of THEN NULL WHEN before.n IS NOT NULL THEN 'dormant' ELSE 'inactive' END, s.stop <= as_of
    FROM since f JOIN spine s ON s.n >= f.first AND s.start < as_of
    LEFT JOIN active now ON now.unit = f.unit AND now.n = s.n LEFT JOIN active before ON before.unit = f.unit AND before.n = s.n - 1
$$;
