-- One funnel on one data file, asked in every way, in every window. The file
-- defines steps(): a funnel whose steps are different events.
CREATE TABLE units AS SELECT DISTINCT unit FROM events;

-- The truth: for every window, strictly later or not, every unit's times.
CREATE TABLE truth AS
    SELECT w.within, l.later, f.unit, f.times
    FROM windows w CROSS JOIN (VALUES (false), (true)) l (later)
    CROSS JOIN LATERAL (
        SELECT u.unit, coalesce(f.times, '{}') AS times
        FROM units u LEFT JOIN oracle_funnel(steps(), w.within, l.later) f USING (unit)) f;
ANALYZE;

-- Every way of asking for a level or for times. %1$L is the window, %2$s the
-- conditions; `strict` ways ask for strictly later times.
CREATE TABLE ways (way text, later boolean, query text);
INSERT INTO ways VALUES
('window_funnel by names', false,
 'SELECT unit, window_funnel(%1$L, ts, event, steps()) FROM events GROUP BY unit'),
('window_funnel by names, strict_increase', true,
 'SELECT unit, window_funnel(%1$L, ''strict_increase'', ts, event, steps()) FROM events GROUP BY unit'),
('window_funnel by names, strict_once', false,
 'SELECT unit, window_funnel(%1$L, ''strict_once'', ts, event, steps()) FROM events GROUP BY unit'),
('window_funnel by booleans', false,
 'SELECT unit, window_funnel(%1$L, ts, %2$s) FROM events GROUP BY unit'),
('window_funnel by booleans, strict_increase', true,
 'SELECT unit, window_funnel(%1$L, ''strict_increase'', ts, %2$s) FROM events GROUP BY unit'),
('funnel_level', false, 'SELECT unit, funnel_level(j, steps(), %1$L) FROM journeys'),
('funnel_level, ties strict', true, 'SELECT unit, funnel_level(j, steps(), %1$L, ties => ''strict'') FROM journeys'),
('funnel_level, policy clickhouse', false,
 'SELECT unit, funnel_level(j, steps(), %1$L, policy => ''clickhouse'', ties => ''favourable'', entry => ''latest'') FROM journeys'),
('funnel_level of window_funnel''s journey', false,
 'SELECT unit, funnel_level(journey_agg(ts, event), steps(), %1$L) FROM events GROUP BY unit');

SELECT same(format('%s within %s', way, within), format(query, within, conditions(steps())),
    format('SELECT unit, cardinality(times) FROM truth WHERE within = %L AND later = %L', within, later))
FROM ways CROSS JOIN windows ORDER BY way, within;

TRUNCATE ways;
INSERT INTO ways VALUES
('window_funnel_events by names', false,
 'SELECT unit, window_funnel_events(%1$L, ts, event, steps()) FROM events GROUP BY unit'),
('window_funnel_events by names, strict_increase', true,
 'SELECT unit, window_funnel_events(%1$L, ''strict_increase'', ts, event, steps()) FROM events GROUP BY unit'),
('window_funnel_events by booleans', false,
 'SELECT unit, window_funnel_events(%1$L, ts, %2$s) FROM events GROUP BY unit'),
('window_funnel_events by booleans, strict_increase', true,
 'SELECT unit, window_funnel_events(%1$L, ''strict_increase'', ts, %2$s) FROM events GROUP BY unit');

SELECT same(format('%s within %s', way, within), format(query, within, conditions(steps())),
    format('SELECT unit, times FROM truth WHERE within = %L AND later = %L', within, later))
FROM ways CROSS JOIN windows ORDER BY way, within;

TRUNCATE ways;
INSERT INTO ways VALUES
('funnel_times', false, 'SELECT unit, funnel_times(j, steps(), %1$L) FROM journeys'),
('funnel_times, ties strict', true, 'SELECT unit, funnel_times(j, steps(), %1$L, ties => ''strict'') FROM journeys');

SELECT same(format('%s within %s', way, within), format(query, within),
    format('SELECT unit, oracle_padded(times, cardinality(steps())) FROM truth WHERE within = %L AND later = %L',
           within, later))
FROM ways CROSS JOIN windows ORDER BY way, within;

-- The trace tells the same step by step, and points at real events.
SELECT same(format('funnel_trace within %s', within),
    format($$SELECT unit, step_no, step, at, since_previous, since_start
             FROM journeys, funnel_trace(j, steps(), %L)$$, within),
    format($$SELECT unit, n::int, (steps())[n], times[n], times[n] - times[n - 1], times[n] - times[1]
             FROM truth, generate_series(1, cardinality(times)) n WHERE within = %L AND NOT later$$, within))
FROM windows ORDER BY within;
SELECT same(format('funnel_trace''s event_no within %s', within),
    format($$SELECT unit, step_no, p.event, p.ts
             FROM journeys JOIN LATERAL funnel_trace(j, steps(), %L) t ON true
             JOIN placed p USING (unit) WHERE p.place = t.event_no$$, within),
    format($$SELECT unit, n::int, (steps())[n], times[n]
             FROM truth, generate_series(1, cardinality(times)) n WHERE within = %L AND NOT later$$, within))
FROM windows ORDER BY within;

-- In the order of the file where times are equal.
SELECT same(format('funnel_times, ties in_order, within %s', within),
    format('SELECT unit, funnel_times(j, steps(), %L, ties => ''in_order'') FROM journeys', within),
    format('SELECT unit, oracle_padded(times, cardinality(steps()))
            FROM units LEFT JOIN oracle_funnel_in_order(steps(), %L) USING (unit)', within))
FROM windows WHERE within IN ('10 minutes', '100 days', '100000 years') ORDER BY within;

-- Why a unit stopped: with no limit but the order of events, its next step never
-- happened or happened only before the step it reached.
SELECT same('funnel_why without a window',
    $$SELECT unit, level, step_no, step, reason FROM journeys, funnel_why(j, steps())$$,
    $$SELECT unit, cardinality(times), next.no, (steps())[next.no],
             CASE WHEN next.no IS NULL THEN 'completed'
                  WHEN EXISTS (SELECT FROM events e WHERE e.unit = t.unit AND e.event = (steps())[next.no])
                  THEN 'before_previous' ELSE 'never_happened' END
      FROM truth t CROSS JOIN LATERAL (SELECT nullif(cardinality(times), cardinality(steps())) + 1 AS no) next
      WHERE within = '100000 years' AND NOT later$$);

-- funnel_report against percentile_cont and avg; lengths of time to the millisecond.
CREATE FUNCTION ms(interval) RETURNS numeric LANGUAGE sql IMMUTABLE AS
    $$ SELECT round(extract(epoch FROM $1), 3) $$;
CREATE FUNCTION oracle_report(in_window interval)
RETURNS TABLE (step_no int, step text, customers bigint, from_start float8, from_previous float8, dropped bigint,
    median_p numeric, p90_p numeric, avg_p numeric, median_s numeric, p90_s numeric, avg_s numeric)
LANGUAGE sql STABLE AS $$
    WITH counted AS (
        -- The first step has nothing before it.
        SELECT n, count(times[n]) AS customers,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM since.previous)::float8) AS m_p,
            percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM since.previous)::float8) AS q_p,
            avg(extract(epoch FROM since.previous)) AS a_p,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM since.start)::float8) AS m_s,
            percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM since.start)::float8) AS q_s,
            avg(extract(epoch FROM since.start)) AS a_s
        FROM truth CROSS JOIN generate_series(1, cardinality(steps())) n
        CROSS JOIN LATERAL (SELECT times[n] - times[n - 1] AS previous, times[n] - CASE WHEN n > 1 THEN times[1] END AS start) since
        WHERE within = in_window AND NOT later AND cardinality(times) > 0
        GROUP BY n)
    SELECT n, (steps())[n], customers,
        customers::float8 / nullif(first_value(customers) OVER w, 0),
        customers::float8 / nullif(lag(customers) OVER w, 0),
        coalesce(lag(customers) OVER w - customers, 0),
        round(m_p::numeric, 3), round(q_p::numeric, 3), round(a_p, 3),
        round(m_s::numeric, 3), round(q_s::numeric, 3), round(a_s, 3)
    FROM counted WINDOW w AS (ORDER BY n)
$$;
CREATE FUNCTION report_rows(report funnel_report_row[])
RETURNS TABLE (step_no int, step text, customers bigint, from_start float8, from_previous float8, dropped bigint,
    median_p numeric, p90_p numeric, avg_p numeric, median_s numeric, p90_s numeric, avg_s numeric)
LANGUAGE sql STABLE AS $$
    SELECT step_no, step, customers, from_start, from_previous, dropped,
        ms(median_from_previous), ms(p90_from_previous), ms(avg_from_previous),
        ms(median_from_start), ms(p90_from_start), ms(avg_from_start)
    FROM unnest(report)
$$;
SELECT same(format('funnel_report of times within %s', within),
    format('SELECT r.* FROM report_rows((SELECT funnel_report(funnel_times(j, steps(), %L), steps()) FROM journeys)) r', within),
    format('SELECT * FROM oracle_report(%L)', within))
FROM windows ORDER BY within;
SELECT same(format('funnel_report of journeys within %s', within),
    format('SELECT r.* FROM report_rows((SELECT funnel_report(j, steps(), %L) FROM journeys)) r', within),
    format('SELECT * FROM oracle_report(%L)', within))
FROM windows ORDER BY within;
SELECT same('funnel_report of window_funnel_events within 1 month',
    $$SELECT r.* FROM report_rows((SELECT funnel_report(times, steps()) FROM
        (SELECT window_funnel_events('1 month', ts, event, steps()) AS times FROM events GROUP BY unit) t)) r$$,
    $$SELECT * FROM oracle_report('1 month')$$);
SELECT same('funnel_report by group',
    $$SELECT g, r.step_no, r.customers, r.from_start FROM (
        SELECT right(unit, 1) AS g, funnel_report(j, steps(), '1 month') AS report FROM journeys GROUP BY 1) b,
        unnest(report) r$$,
    $$SELECT right(unit, 1), n::int, count(times[n]), count(times[n])::float8 / nullif(count(times[1]), 0)
      FROM truth, generate_series(1, cardinality(steps())) n
      WHERE within = '1 month' AND NOT later GROUP BY 1, 2$$);

-- retention against bool_or.
SELECT same('retention',
    format('SELECT unit, retention(%s) FROM events GROUP BY unit', conditions(steps())),
    $$SELECT unit, array_agg(came AND first ORDER BY n) FROM (
        SELECT e.unit, n, bool_or(e.event = (steps())[n]) AS came, bool_or(e.event = (steps())[1]) AS first
        FROM events e CROSS JOIN generate_series(1, cardinality(steps())) n GROUP BY 1, 2) x
      GROUP BY unit$$);
