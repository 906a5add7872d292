-- Every definition on one data file, cell by cell. The file fills settings with
-- what periods it is worth looking at, and defines started() and came_back().
CREATE TABLE cases AS
    SELECT s.grain, s.as_of, s.from_ts, s.zone, s.week_start, definition, cohorts, CASE WHEN with_filter THEN started() END AS start_events, CASE WHEN with_filter THEN came_back() END AS return_events,
           CASE WHEN with_window THEN own END AS window_length, with_filter,
           CASE WHEN with_filter THEN 1 ELSE 2 END AS min_events,
           CASE WHEN definition = 'bracket' THEN 0 WHEN definition IN ('streak', 'on_or_before') THEN 1 ELSE 0 END AS first_period,
           CASE WHEN definition <> 'bracket' AND with_window THEN 5 END AS last_period,
           CASE WHEN definition = 'bracket' THEN '{0,1,3,7}'::int[] END AS brackets, cohorts = 'first' AS start_counts
    FROM (SELECT *, from_ts IS NULL AS whole FROM settings) s, unnest('{exact,on_or_after,on_or_before,bracket,streak}'::text[]) WITH ORDINALITY d (definition, dn),
         unnest('{first,first_in_range,recurring}'::text[]) WITH ORDINALITY c (cohorts, cn), unnest('{f,t}'::boolean[]) with_filter, unnest('{f,t}'::boolean[]) with_window
    -- Half of all combinations in one setting, the other half in the other.
    WHERE (dn + cn + with_filter::int + with_window::int) % 2 = whole::int;
CREATE FUNCTION arguments(c cases) RETURNS text LANGUAGE sql AS $$
    SELECT format('%L, %L::timestamptz, %L::timestamptz, %L, %L::int, %L, %L::text[], %L::text[], %L, %L::int, %L::int, %L::int, %L::int[], %L::interval, %L::boolean',
        c.grain, c.as_of, c.from_ts, c.zone, c.week_start, c.definition, c.start_events, c.return_events, c.cohorts, c.min_events, c.first_period, c.last_period, c.brackets, c.window_length, c.start_counts)
$$;
SELECT same(format('retention_report, %s, %s, %s%s%s', grain, definition, cohorts, CASE WHEN with_filter THEN ', filtered' ELSE '' END, coalesce(', windows of ' || window_length, '')),
    format('SELECT * FROM unnest((SELECT retention_report(j, retention_options(%s)) FROM journeys))', arguments(c)),
    format('SELECT * FROM oracle_retention(%s)', arguments(c)))
FROM cases c;
-- The customers' rows add up to the report where calendar periods make them complete together.
SELECT same(format('retention_periods, %s, %s, %s', grain, definition, cohorts),
    format('SELECT cohort, period_no, count(*), count(retained) > 0, CASE WHEN bool_and(complete) THEN count(*) FILTER (WHERE retained) END FROM journeys, retention_periods(j, retention_options(%s)) GROUP BY 1, 2', arguments(c)),
    format('SELECT cohort, period_no, cohort_size, complete, retained FROM oracle_retention(%s) WHERE cohort_size > 0', arguments(c)))
FROM cases c WHERE window_length IS NULL AND with_filter;

SELECT same(format('lifecycle, %s%s', grain, filtered),
    format('SELECT unit, l.period_start, l.events >= %s AND l.events > 0 AS active, l.state, l.complete FROM journeys, lifecycle(j, activity_options(%s)) l', min_events, arguments),
    format('SELECT * FROM oracle_lifecycle(%s) WHERE %L::timestamptz IS NULL OR period_start >= oracle_trunc(%L, %L, %L, %s)', oracle, from_ts, grain, from_ts, zone, week_start))
|| E'\n' || same(format('lifecycle_report, %s%s', grain, filtered),
    format('SELECT period_start, state, customers, complete FROM unnest((SELECT lifecycle_report(j, activity_options(%s)) FROM journeys))', arguments),
    format($$WITH o AS MATERIALIZED (SELECT * FROM oracle_lifecycle(%1$s)) SELECT s.start, state, CASE WHEN s.stop <= %2$L THEN (SELECT count(*) FROM o WHERE o.period_start = s.start AND o.state = st.state) END, s.stop <= %2$L
             FROM oracle_spine(%3$L, coalesce(%6$L::timestamptz, (SELECT min(period_start) FROM oracle_lifecycle(%1$s))), %2$L, %4$L, %5$s) s, unnest('{new,returning,resurrecting,dormant}'::text[]) st (state)
             WHERE s.start < %2$L$$, oracle, as_of, grain, zone, week_start, from_ts))
|| E'\n' || same(format('growth_report, %s%s', grain, filtered),
    format('SELECT period_start, active, new, retained, resurrected, churned, net, quick_ratio FROM unnest((SELECT growth_report(j, activity_options(%s)) FROM journeys)) WHERE complete', arguments),
    format($$WITH o AS MATERIALIZED (SELECT * FROM oracle_lifecycle(%1$s)) SELECT period_start, a, n, r, s, d, n + s - d, CASE WHEN d > 0 THEN (n + s)::float8 / d END
             FROM (SELECT start AS period_start, count(*) FILTER (WHERE active) a, count(*) FILTER (WHERE state = 'new') n, count(*) FILTER (WHERE state = 'returning') r,
                          count(*) FILTER (WHERE state = 'resurrecting') s, count(*) FILTER (WHERE state = 'dormant') d
                   FROM oracle_spine(%3$L, coalesce(%6$L::timestamptz, (SELECT min(period_start) FROM oracle_lifecycle(%1$s))), %2$L, %4$L, %5$s) p LEFT JOIN o ON o.period_start = start
                   WHERE stop <= %2$L GROUP BY start) g$$, oracle, as_of, grain, zone, week_start, from_ts))
|| E'\n' || same(format('stickiness_report, %s%s', grain, filtered),
    format('SELECT periods, customers, at_least FROM unnest((SELECT stickiness_report(j, activity_options(%s)) FROM journeys))', arguments),
    format($$WITH o AS MATERIALIZED (SELECT * FROM oracle_lifecycle(%1$s)) SELECT k::int, count(*) FILTER (WHERE n = k), count(*) FILTER (WHERE n >= k)
             FROM generate_series(1, (SELECT count(*) FROM oracle_spine(%3$L, coalesce(%6$L::timestamptz, (SELECT min(period_start) FROM oracle_lifecycle(%1$s))), %2$L, %4$L, %5$s) WHERE stop <= %2$L)) k
             LEFT JOIN (SELECT unit, count(*) AS n FROM o WHERE active AND complete AND (%6$L::timestamptz IS NULL OR period_start >= oracle_trunc(%3$L, %6$L, %4$L, %5$s)) GROUP BY unit) c ON true
             GROUP BY k$$, oracle, as_of, grain, zone, week_start, from_ts))
FROM settings, (VALUES (NULL::text[], 2, ', at least 2 events'), (came_back(), 1, ', filtered')) f (events, min_events, filtered),
    LATERAL (SELECT format('%L, %L, %L, %L, %s, %L, %s', grain, as_of, from_ts, zone, week_start, events, min_events),
                    format('%L, %L, %L, %s, %L, %s', grain, as_of, zone, week_start, events, min_events)) a (arguments, oracle);
