-- Paths on one data file, whose name is in the psql variable log, by every rule.
-- The file looks at paths from :a to :b, hides :hidden and opens sessions at :opener.
TRUNCATE path_rules;
INSERT INTO path_rules VALUES
('whole journeys', NULL, 'none', NULL, NULL, NULL),
('sessions', :'gap', 'none', NULL, NULL, NULL),
('sessions, first of a run', :'gap', 'first', NULL, NULL, NULL),
('sessions, last of a run', :'gap', 'last', NULL, NULL, NULL),
('hidden events', :'gap', 'last', NULL, ARRAY[:'hidden', 'nowhere'], NULL),
('chosen events', NULL, 'first', ARRAY[:'a', :'b', :'opener'], NULL, NULL),
('sessions by an event', NULL, 'none', NULL, NULL, ARRAY[:'opener']),
('all rules', :'gap', 'first', ARRAY[:'a', :'b', :'hidden', :'opener'], ARRAY[:'hidden'], ARRAY[:'opener']);

SELECT same(:'log' || ': transitions, ' || rule,
    format($$SELECT unit, t.session_no, t.from_event, t.to_event, t.at, t.took, t.event_no FROM journeys,
             transitions(j, %L, %L, %L::text[], %L::text[], %L::text[]) t$$, gap, collapse, keep, hide, starts),
    format('SELECT * FROM oracle_transitions(%L, %L, %L, %L, %L)', gap, collapse, keep, hide, starts))
FROM path_rules;
SELECT same(:'log' || ': transition_report, ' || rule,
    format($$SELECT from_event, to_event, count, customers, round(share_out::numeric, 12), round(share_in::numeric, 12),
                    round(extract(epoch FROM median_took), 6), round(extract(epoch FROM p95_took), 6)
             FROM unnest((SELECT transition_report(j, %L::interval, %L, %L::text[], %L::text[], %L::text[], '(start)', '(end)') FROM journeys))$$,
           gap, collapse, keep, hide, starts),
    format($$SELECT from_event, to_event, count(*), count(DISTINCT unit),
                    round(count(*) / sum(count(*)) OVER (PARTITION BY from_event), 12),
                    round(count(*) / sum(count(*)) OVER (PARTITION BY to_event), 12),
                    round((percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM took)::float8))::numeric, 6),
                    round((percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM took)::float8))::numeric, 6)
             FROM oracle_transitions(%L, %L, %L, %L, %L) GROUP BY from_event, to_event$$, gap, collapse, keep, hide, starts))
FROM path_rules;
SELECT same(:'log' || ': next_events, ' || rule,
    format($$SELECT unit, n.* FROM journeys, next_events(j, %L, %L, %L, %L::text[], %L::text[], %L::text[]) n$$,
           :'a', gap, collapse, keep, hide, starts),
    format($$SELECT unit, row_number() OVER (PARTITION BY unit ORDER BY place), session_no, ts, coalesce(next, '(end)'), next_ts, next_ts - ts, place
             FROM (SELECT *, lead(event) OVER w AS next, lead(ts) OVER w AS next_ts FROM oracle_nodes(%L, %L, %L, %L, %L)
                   WINDOW w AS (PARTITION BY unit, session_no ORDER BY place)) n WHERE event = %L$$, gap, collapse, keep, hide, starts, :'a'))
FROM path_rules;
SELECT same(:'log' || ': previous_events, ' || rule,
    format($$SELECT unit, n.* FROM journeys, previous_events(j, %L, %L, %L, %L::text[], %L::text[], %L::text[]) n$$,
           :'b', gap, collapse, keep, hide, starts),
    format($$SELECT unit, row_number() OVER (PARTITION BY unit ORDER BY place), session_no, ts, coalesce(previous, '(start)'), previous_ts, ts - previous_ts, place
             FROM (SELECT *, lag(event) OVER w AS previous, lag(ts) OVER w AS previous_ts FROM oracle_nodes(%L, %L, %L, %L, %L)
                   WINDOW w AS (PARTITION BY unit, session_no ORDER BY place)) n WHERE event = %L$$, gap, collapse, keep, hide, starts, :'b'))
FROM path_rules;

-- Paths: whole; from the first or last a; to the first or last b; between the two.
SELECT same(:'log' || ': journey_paths, ' || rule,
    format('SELECT unit, p.* FROM journeys, journey_paths(j, gap => %L, collapse => %L, keep => %L, drop => %L, starts => %L) p', gap, collapse, keep, hide, starts),
    format($$SELECT unit, session_no, min(ts), max(ts), array_agg(event ORDER BY place) FROM oracle_nodes(%L, %L, %L, %L, %L) GROUP BY unit, session_no$$,
           gap, collapse, keep, hide, starts))
FROM path_rules;
SELECT same(format('%s: journey_paths from the %s a, %s', :'log', which, rule),
    format('SELECT unit, p.session_no, p.path FROM journeys, journey_paths(j, %L, from_which => %L, max_length => 4, gap => %L, collapse => %L, keep => %L, drop => %L, starts => %L) p',
           :'a', which, gap, collapse, keep, hide, starts),
    format($$SELECT unit, session_no, (array_agg(event ORDER BY place) FILTER (WHERE place >= bound))[1:4]
             FROM (SELECT *, CASE WHEN %L = 'first' THEN min(place) FILTER (WHERE event = %L) OVER w ELSE max(place) FILTER (WHERE event = %L) OVER w END AS bound
                   FROM oracle_nodes(%L, %L, %L, %L, %L) WINDOW w AS (PARTITION BY unit, session_no)) n
             WHERE bound IS NOT NULL GROUP BY unit, session_no$$, which, :'a', :'a', gap, collapse, keep, hide, starts))
FROM path_rules, (VALUES ('first'), ('last')) w (which);
SELECT same(format('%s: journey_paths to the %s b, %s', :'log', which, rule),
    format('SELECT unit, p.session_no, p.path FROM journeys, journey_paths(j, to_event => %L, to_which => %L, max_length => 3, gap => %L, collapse => %L, keep => %L, drop => %L, starts => %L) p',
           :'b', which, gap, collapse, keep, hide, starts),
    format($$SELECT unit, session_no, array_agg(event ORDER BY place) FILTER (WHERE back <= 3)
             FROM (SELECT *, row_number() OVER (PARTITION BY unit, session_no ORDER BY place DESC) AS back
                   FROM (SELECT *, CASE WHEN %L = 'first' THEN min(place) FILTER (WHERE event = %L) OVER w ELSE max(place) FILTER (WHERE event = %L) OVER w END AS bound
                         FROM oracle_nodes(%L, %L, %L, %L, %L) WINDOW w AS (PARTITION BY unit, session_no)) n WHERE place <= bound) n
             GROUP BY unit, session_no$$, which, :'b', :'b', gap, collapse, keep, hide, starts))
FROM path_rules, (VALUES ('first'), ('last')) w (which);
SELECT same(format('%s: journey_paths from the %s a to the %s b, %s', :'log', a, b, rule),
    format('SELECT unit, p.session_no, p.path FROM journeys, journey_paths(j, %L, %L, %L, %L, gap => %L, collapse => %L, keep => %L, drop => %L, starts => %L) p',
           :'a', :'b', a, b, gap, collapse, keep, hide, starts),
    format($$WITH n AS MATERIALIZED (SELECT * FROM oracle_nodes(%L, %L, %L, %L, %L)), pairs AS (
                 SELECT DISTINCT ON (f.unit, f.session_no) f.unit, f.session_no, f.place AS first, t.place AS last
                 FROM n f JOIN n t USING (unit, session_no) WHERE f.event = %L AND t.event = %L AND t.place > f.place
                 ORDER BY f.unit, f.session_no, f.place * %s, t.place * %s)
             SELECT unit, session_no, array_agg(n.event ORDER BY n.place) FROM pairs JOIN n USING (unit, session_no)
             WHERE n.place BETWEEN pairs.first AND pairs.last GROUP BY unit, session_no$$,
           gap, collapse, keep, hide, starts, :'a', :'b', CASE a WHEN 'last' THEN -1 ELSE 1 END, CASE b WHEN 'last' THEN -1 ELSE 1 END))
FROM path_rules, (VALUES ('first'), ('last')) f (a), (VALUES ('first'), ('last')) t (b) WHERE rule IN ('sessions', 'hidden events', 'whole journeys');
SELECT same(:'log' || ': journey_path of one session',
    format('SELECT unit, no, journey_path(j, gap => %L, session_no => no) FROM journeys, unnest(ARRAY[1, 2, -1, -2]) no WHERE journey_path(j, gap => %L, session_no => no) IS NOT NULL', :'gap', :'gap'),
    format($$SELECT unit, no, array_agg(event ORDER BY place) FROM (SELECT *, max(session_no) OVER (PARTITION BY unit) AS sessions FROM oracle_nodes(%L, 'none', NULL, NULL, NULL)) n
             JOIN unnest(ARRAY[1, 2, -1, -2]) no ON session_no = CASE WHEN no > 0 THEN no ELSE sessions + 1 + no END GROUP BY unit, no$$, :'gap'));

-- Across customers.
SELECT same(format('%s: sankey, %s steps, top %s, %s', :'log', steps, top, rule),
    format('SELECT * FROM unnest((SELECT sankey(j, %s, %L::int, %L::interval, %L, %L::text[], %L::text[], %L::text[]) FROM journeys))', steps, top, gap, collapse, keep, hide, starts),
    format('SELECT * FROM oracle_sankey(%s, %L, %L, %L, %L, %L, %L)', steps, top, gap, collapse, keep, hide, starts))
FROM path_rules, (VALUES (5, NULL), (3, 2), (8, 4)) s (steps, top);
-- What flows into a node that is neither an end nor of the last step flows out of it.
SELECT same(:'log' || ': sankey reconciles',
    $$SELECT node, sum(value) FROM (SELECT target AS node, value FROM s UNION ALL SELECT source, -value FROM s WHERE step_no > 1) f
      WHERE node !~ ' \(end\)$|^6 ' GROUP BY node$$,
    $$SELECT node, 0::numeric FROM (SELECT target AS node FROM s UNION SELECT source FROM s WHERE step_no > 1) f WHERE node !~ ' \(end\)$|^6 '$$);
SELECT same(:'log' || ': sankey of paths is that of journeys',
    'SELECT * FROM unnest((SELECT sankey(journey_path(j, collapse => ''first''), 4, 3) FROM journeys))',
    $$SELECT * FROM oracle_sankey(4, 3, NULL, 'first', NULL, NULL, NULL)$$);
SELECT same(:'log' || ': path_report',
    $$SELECT path, events, customers, round(share::numeric, 12) FROM unnest((SELECT path_report(journey_path(j, collapse => 'last', max_length => 4)) FROM journeys))$$,
    $$WITH p AS (SELECT unit, (array_agg(event ORDER BY place))[1:4] AS path FROM oracle_nodes(NULL, 'last', NULL, NULL, NULL) GROUP BY unit)
      SELECT array_to_string(path, ' > '), path, count(*), round(count(*) / sum(count(*)) OVER (), 12) FROM p GROUP BY path$$);
SELECT same(:'log' || ': path_report with a tail',
    $$SELECT path_no, path, customers, round(share::numeric, 12) FROM unnest((SELECT path_report(journey_path(j, max_length => 3), 7) FROM journeys))$$,
    $$WITH p AS (SELECT unit, (array_agg(event ORDER BY place))[1:3] AS path FROM placed GROUP BY unit),
           c AS (SELECT path, count(*) AS customers, least(8, row_number() OVER (ORDER BY count(*) DESC, path COLLATE "C")) AS no FROM p GROUP BY path)
      SELECT no, CASE WHEN no = 8 THEN '(other)' ELSE min(array_to_string(path, ' > ')) END, sum(customers)::bigint, round(sum(customers) / sum(sum(customers)) OVER (), 12) FROM c GROUP BY no$$);

-- Between two steps of a funnel: the events between those of the chain.
SELECT same(format('%s: funnel_paths within %s', :'log', within),
    format('SELECT unit, p.* FROM journeys, funnel_paths(j, ARRAY[%L, %L], %L) p', :'a', :'b', within),
    format($$WITH steps AS (SELECT unit, min(event_no) FILTER (WHERE step_no = 1) AS a, min(event_no) FILTER (WHERE step_no = 2) AS b, min(at) AS start
                            FROM journeys, funnel_trace(j, ARRAY[%L, %L], %L) GROUP BY unit)
             SELECT unit, 1, b IS NOT NULL, min(ts), max(ts), CASE WHEN b < a THEN ARRAY[%L, %L] ELSE array_agg(event ORDER BY place) END
             FROM steps JOIN placed USING (unit)
             WHERE CASE WHEN b IS NULL THEN place >= a AND ts - start <= %L WHEN b < a THEN place IN (a, b) ELSE place BETWEEN a AND b END
             GROUP BY unit, a, b$$, :'a', :'b', within, :'a', :'b', within))
FROM (VALUES (interval '10 minutes'), ('1 day'), ('100000 years')) w (within);
