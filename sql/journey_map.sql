-- The measured map of a shop: what happens at each touchpoint, and what it costs.
INSERT INTO journey_stage (map, position, stage) VALUES ('m', 1, 'look'), ('m', 2, 'decide'), ('m', 3, 'buy'), ('m', 4, 'use');
INSERT INTO journey_touchpoint (map, touchpoint, stage, position, channel, importance, owner, kpi, target) VALUES
  ('m', 'catalogue', 'look', 1, NULL, 'primary', 'Content', 'conversion', 0.5), ('m', 'search', 'look', 2, NULL, 'secondary', 'Content', 'hours_to_next', 1),
  ('m', 'basket', 'decide', 1, NULL, 'primary', 'Shop', 'exit_rate', 0.2), ('m', 'checkout', 'buy', 1, NULL, 'primary', 'Payments', 'problem_rate', 0.1),
  ('m', 'invoice', 'buy', 2, NULL, NULL, 'Payments', 'value', 1000), ('m', 'help desk', 'use', 1, 'phone', 'secondary', NULL, 'csat', 0.7),
  ('m', 'kiosk', 'use', 2, 'store', NULL, 'Shop', 'customers', 5);
INSERT INTO journey_rule (map, event, channel, touchpoint, role) VALUES
  ('m', 'view', NULL, 'catalogue', 'visit'), ('m', 'search', NULL, 'search', 'visit'), ('m', 'cart', NULL, 'basket', 'visit'), ('m', 'pay', NULL, 'checkout', 'visit'),
  ('m', 'pay_error', NULL, 'checkout', 'problem'), ('m', 'invoice', NULL, 'invoice', 'visit'), ('m', 'call', NULL, 'help desk', 'visit'), ('m', 'kiosk', NULL, 'kiosk', 'visit'),
  ('m', 'rating', NULL, NULL, 'csat'), ('m', 'would_recommend', NULL, 'help desk', 'nps'), ('m', 'effort', NULL, NULL, 'ces');
CREATE TABLE map_journeys AS
SELECT customer, journey_agg(timestamptz '2024-05-01' + at * interval '1 hour', event, channel, value) AS j
FROM (VALUES
  ('ann', 1, 'view', 'web', NULL::float8), ('ann', 2, 'cart', 'web', NULL), ('ann', 3, 'pay', 'web', 30), ('ann', 4, 'rating', 'web', 5), ('ann', 9, 'call', 'phone', NULL), ('ann', 10, 'rating', 'mail', 2), ('ann', 11, 'would_recommend', 'mail', 3),
  ('bob', 1, 'search', 'app', NULL), ('bob', 2, 'view', 'app', NULL), ('bob', 4, 'cart', 'app', NULL), ('bob', 5, 'pay_error', 'app', NULL), ('bob', 6, 'pay_error', 'app', NULL), ('bob', 7, 'rating', 'app', 1),
  ('cem', 1, 'view', 'web', NULL), ('cem', 2, 'view', 'web', NULL), ('cem', 3, 'search', 'web', NULL),
  ('dia', 1, 'view', 'web', NULL), ('dia', 3, 'cart', 'web', NULL), ('dia', 4, 'view', 'app', NULL), ('dia', 5, 'pay', 'web', 20), ('dia', 6, 'pay_error', 'web', NULL), ('dia', 7, 'pay', 'web', 0.5),
  ('eva', 1, 'newsletter', 'email', NULL), ('eva', 2, 'rating', 'email', 4), ('eva', 3, 'newsletter', 'email', NULL),
  ('fay', 1, 'cart', NULL, NULL), ('fay', 2, 'pay', NULL, NULL), ('fay', 2, 'effort', NULL, 9), ('fay', 3, 'effort', NULL, 6)) AS e (customer, at, event, channel, value)
GROUP BY customer;
ANALYZE map_journeys;
CREATE TABLE measured AS SELECT journey_map(j, (SELECT stage_map('m'))) AS map, journey_map(j, (SELECT stage_map('m')), 'touchpoint') AS by_touchpoint FROM map_journeys;

SELECT stage_no, stage, touchpoint, channel, customers, events, problems, problem_customers AS with_problem, value, moved_on, round(conversion::numeric, 3) AS conversion, median_to_next, exits, exit_rate, still_open
FROM measured, unnest(map);
SELECT touchpoint, channel, answers, answers_left_out AS left_out, nps, csat, ces, importance, owner, kpi, target, round(actual::numeric, 3) AS actual, met, rest_customers, rest_moved_on FROM measured, unnest(map);
SELECT touchpoint, customers, events, problem_customers, value, moved_on, median_to_next, exits, answers FROM measured, unnest(by_touchpoint);
SELECT stage, customers, events, problem_customers, value, moved_on, median_to_next, exits, answers FROM unnest((SELECT journey_map(j, (SELECT stage_map('m')), 'stage') FROM map_journeys));
-- As of a moment, with journeys that may go on.
SELECT touchpoint, channel, customers, exits, still_open FROM unnest((SELECT journey_map(j, (SELECT stage_map('m')), 'channel', '2024-05-01 05:00', '2 hours') FROM map_journeys)) WHERE customers > 0;

SELECT rank, kind, touchpoint, channel, owner, customers, round(drop_off::numeric, 3) AS drop_off, round(expected_drop_off::numeric, 3) AS expected, compared_with, round(lost_customers::numeric, 2) AS lost, round(impact::numeric) AS impact, round(z::numeric, 2) AS z
FROM measured, pain_points(map, 25);
SELECT rank, touchpoint, channel, customers, round(excess::numeric, 3) AS excess, round(won_customers::numeric, 2) AS won, round(impact::numeric) AS impact FROM measured, delight_points(map, 25);
SELECT owner, touchpoints, kpis, met, missed, without_figure, share_met, round(lost_customers::numeric, 2) AS lost, worst_touchpoint FROM measured, owner_scorecard(map);
SELECT c.* FROM measured, map_check(map) AS c;
SELECT finding, touchpoint FROM map_check((SELECT journey_map(j, (SELECT stage_map('m')), 'stage') FROM map_journeys));

-- Steps, decision points, the next best step.
CREATE TABLE steps AS SELECT journey_steps(j, (SELECT stage_map('m'))) AS steps FROM map_journeys;
SELECT s.* FROM steps, unnest(steps) AS s;
SELECT touchpoint, steps_taken, branches, round(entropy::numeric, 3) AS entropy, best_next, best_conversion, worst_next, worst_conversion, round(score::numeric, 3) AS score FROM steps, decision_points(steps);
SELECT touchpoint, next_step, customers, conversion, round(at_least::numeric, 3) AS at_least, median_took FROM steps, next_best_steps(steps);
SELECT customer, s.stage, s.touchpoint, s.stalled_for, n.next_step, round(n.conversion::numeric, 2) AS conversion
FROM map_journeys, stalled(j, (SELECT stage_map('m')), '2024-05-02', '12 hours') AS s LEFT JOIN (SELECT n.* FROM steps, next_best_steps(steps) AS n) AS n USING (touchpoint) ORDER BY stalled_for DESC, customer;
SELECT from_touchpoint, to_touchpoint, count FROM unnest((SELECT journey_steps(j, (SELECT stage_map('m')), '2024-05-01 02:00') FROM map_journeys));

-- A draft of a map, ready to insert.
SELECT stage_no, stage, event, importance, customers, events, round(reach::numeric, 2) AS reach, round("position"::numeric, 2) AS "position" FROM unnest((SELECT discover_map(j, 3) FROM map_journeys));
CREATE TABLE draft AS SELECT d.* FROM unnest((SELECT discover_map(j, 3) FROM map_journeys)) AS d;
INSERT INTO journey_stage (map, position, stage) SELECT DISTINCT 'draft', stage_no, stage FROM draft;
INSERT INTO journey_touchpoint (map, touchpoint, stage, importance) SELECT 'draft', event, stage, importance FROM draft;
INSERT INTO journey_rule (map, event, touchpoint) SELECT 'draft', event, event FROM draft;
SELECT stage, customers FROM unnest((SELECT journey_map(j, (SELECT stage_map('draft')), 'stage') FROM map_journeys));

-- Nothing is lost: every event is in one row, whatever the detail.
SELECT (SELECT sum(event_count(j)) FROM map_journeys) AS events, (SELECT sum(events + CASE WHEN stage_no IS NULL THEN 0 ELSE answers + answers_left_out END) FROM measured, unnest(map)) AS by_channel,
       (SELECT sum(events + CASE WHEN stage_no IS NULL THEN 0 ELSE answers + answers_left_out END) FROM measured, unnest(by_touchpoint)) AS by_touchpoint;

-- The same in parallel, through a state sent as text, and in any order.
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
CREATE TABLE many_map_journeys AS SELECT i, j FROM map_journeys, generate_series(1, 400) AS i;
ANALYZE many_map_journeys;
EXPLAIN (COSTS off) SELECT journey_map(j, (SELECT stage_map('m'))) FROM many_map_journeys;
CREATE TABLE map_in_parallel AS SELECT journey_map(j, (SELECT stage_map('m')))::text AS map, journey_map(j, (SELECT stage_map('m')), 'touchpoint')::text AS touchpoints, journey_map(j, (SELECT stage_map('m')), 'stage')::text AS stages,
    journey_steps(j, (SELECT stage_map('m')))::text AS steps, discover_map(j, 3)::text AS draft FROM many_map_journeys;
SET max_parallel_workers_per_gather = 0;
SELECT p.map = s.map AS map, p.touchpoints = s.touchpoints AS touchpoints, p.stages = s.stages AS stages, p.steps = s.steps AS steps, p.draft = s.draft AS draft
FROM map_in_parallel AS p, (SELECT journey_map(j, (SELECT stage_map('m')) ORDER BY i DESC, j)::text AS map, journey_map(j, (SELECT stage_map('m')), 'touchpoint')::text AS touchpoints, journey_map(j, (SELECT stage_map('m')), 'stage')::text AS stages,
    journey_steps(j, (SELECT stage_map('m')))::text AS steps, discover_map(j, 3)::text AS draft FROM many_map_journeys) AS s;

-- Empty input: no rows.
SELECT count(*) FROM unnest((SELECT journey_map(j, (SELECT stage_map('m'))) FROM map_journeys WHERE false));
SELECT count(*), sum(customers) FROM unnest((SELECT journey_map('[]', (SELECT stage_map('m')))));
SELECT count(*) FROM pain_points(NULL);
SELECT count(*) FROM unnest((SELECT journey_map('[]', stage_map('{a}', '{}', '{}'))));

-- Bad input, one by one.
SELECT journey_map(j, (SELECT stage_map('m')), 'channels') FROM map_journeys;
SELECT journey_map(j, (SELECT stage_map('m')), NULL) FROM map_journeys;
SELECT journey_map(j, (SELECT stage_map('m')), 'channel', NULL, '1 day') FROM map_journeys;
SELECT journey_map(j, (SELECT stage_map('m')), 'channel', '2024-06-01', '-1 day') FROM map_journeys;
SELECT journey_map(j, NULL) FROM map_journeys;
SELECT journey_map(j, (SELECT stage_map('m')), CASE customer WHEN 'ann' THEN 'stage' ELSE 'channel' END) FROM map_journeys;
SELECT journey_map('[{"ts":"2024-05-01","event":"pay","value":1e300}]', (SELECT stage_map('m')));
SELECT discover_map(j, 0) FROM map_journeys;
SELECT discover_map(j, NULL) FROM map_journeys;
SELECT discover_map(j, CASE customer WHEN 'ann' THEN 2 ELSE 3 END) FROM map_journeys;
SELECT '\x00'::journey_map_summary;
SELECT '\x00'::journey_steps_summary;
SELECT '\x00'::map_discovery;

DELETE FROM journey_rule; DELETE FROM journey_touchpoint; DELETE FROM journey_stage;
DROP TABLE map_journeys, measured, steps, draft, many_map_journeys, map_in_parallel;
