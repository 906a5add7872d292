-- A map as a team writes it down, and where customers are on it.
INSERT INTO journey_stage (map, position, stage, description, expectation) SELECT 'shop', * FROM stage_template();
INSERT INTO journey_touchpoint (map, touchpoint, stage, channel, importance, owner, kpi, target) VALUES
  ('shop', 'advert', 'awareness', 'social', 'primary', 'Marketing', 'customers', 3),
  ('shop', 'catalogue', 'consideration', NULL, 'primary', 'Content', 'conversion', 0.5),
  ('shop', 'basket', 'decision', NULL, 'primary', 'Shop', 'conversion', 0.8),
  ('shop', 'checkout', 'purchase', NULL, 'primary', 'Payments', 'problem_rate', 0.1),
  ('shop', 'help desk', 'use', 'phone', 'secondary', 'Support', 'csat', 0.7),
  ('shop', 'referral', 'loyalty', NULL, 'secondary', 'Marketing', NULL, NULL);
INSERT INTO journey_rule (map, event, channel, touchpoint, role) VALUES
  ('shop', 'ad_view', NULL, 'advert', 'visit'), ('shop', 'view', NULL, 'catalogue', 'visit'), ('shop', 'view', 'social', 'advert', 'visit'),
  ('shop', 'cart', NULL, 'basket', 'visit'), ('shop', 'pay', NULL, 'checkout', 'visit'), ('shop', 'pay_error', NULL, 'checkout', 'problem'),
  ('shop', 'call', NULL, 'help desk', 'visit'), ('shop', 'refer', NULL, 'referral', 'visit'), ('shop', 'rating', NULL, NULL, 'csat');
INSERT INTO journey_level (map, position, level, events, at_least, within) SELECT 'shop', * FROM level_template('{pay}', '{refer}');

CREATE TABLE stage_journeys AS
SELECT customer, journey_agg(timestamptz '2024-05-01' + at * interval '1 hour', event, channel, value) AS j
FROM (VALUES
  ('ann', 1, 'ad_view', 'social', NULL::float8), ('ann', 2, 'view', 'web', NULL), ('ann', 5, 'cart', 'web', NULL), ('ann', 6, 'pay', 'web', 30), ('ann', 30, 'call', 'phone', NULL), ('ann', 31, 'rating', 'phone', 5),
  ('bob', 1, 'view', 'social', NULL), ('bob', 3, 'view', 'web', NULL), ('bob', 4, 'cart', 'web', NULL), ('bob', 5, 'pay_error', 'web', NULL), ('bob', 9, 'view', 'web', NULL),
  ('cem', 2, 'view', 'app', NULL), ('cem', 2, 'cart', 'app', NULL), ('cem', 3, 'pay', 'app', 10), ('cem', 200, 'pay', 'app', 12), ('cem', 300, 'pay', 'app', 14), ('cem', 301, 'refer', 'app', NULL),
  ('dia', 10, 'newsletter', 'email', NULL),
  ('eva', 400, 'view', 'web', NULL)) AS e (customer, at, event, channel, value)
GROUP BY customer;
ANALYZE stage_journeys;

SELECT * FROM stage_map_rows(stage_map('shop'));

SELECT customer, current_stage(j, (SELECT stage_map('shop'))) AS now, current_stage(j, (SELECT stage_map('shop')), '2024-05-01 04:00') AS at_4,
       current_stage(j, (SELECT stage_map('shop')), backward => false) AS never_back, deepest_stage(j, (SELECT stage_map('shop'))) AS deepest,
       customer_level(j, (SELECT stage_map('shop'))) AS level, customer_level(j, (SELECT stage_map('shop')), '2024-05-10') AS level_on_10_may
FROM stage_journeys ORDER BY customer;

SELECT customer, h.* FROM stage_journeys, stage_history(j, (SELECT stage_map('shop')), '2024-05-20') AS h ORDER BY customer, stay_no;
SELECT customer, h.stay_no, h.stage, h.left_at, h.time_in_stage, h.events FROM stage_journeys, stage_history(j, (SELECT stage_map('shop')), backward => false) AS h WHERE customer = 'bob' ORDER BY stay_no;
\x on
SELECT s.* FROM stage_journeys, stage_status(j, (SELECT stage_map('shop')), '2024-05-20') AS s WHERE customer = 'bob';
SELECT s.* FROM stage_journeys, stage_status(j, (SELECT stage_map('shop'))) AS s WHERE customer = 'dia';
\x off

-- The re-entry list.
SELECT customer, s.* FROM stage_journeys, stalled(j, (SELECT stage_map('shop')), '2024-05-20', '5 days') AS s ORDER BY stalled_for DESC, customer;

-- Stock and flow are two questions.
SELECT * FROM unnest((SELECT stage_stock(j, (SELECT stage_map('shop')), '2024-05-10') FROM stage_journeys));
SELECT stage_no, stage, customers FROM unnest((SELECT stage_stock(j, (SELECT stage_map('shop')), '2024-05-10', false) FROM stage_journeys)) WHERE customers > 0;
SELECT * FROM unnest((SELECT stage_flow(j, (SELECT stage_map('shop')), '2024-05-01 02:00', '2024-05-10') FROM stage_journeys));
SELECT stage_no, stage, customers, stays, ended, still_there, average, median, longest FROM unnest((SELECT stage_time(j, (SELECT stage_map('shop'))) FROM stage_journeys));

-- The margins of the flow are the stocks.
WITH f AS (SELECT * FROM unnest((SELECT stage_flow(j, (SELECT stage_map('shop')), '2024-05-01 02:00', '2024-05-10') FROM stage_journeys)))
SELECT (SELECT count(*) FROM (SELECT from_stage, sum(customers) AS n FROM f GROUP BY 1 EXCEPT
        SELECT stage, customers FROM unnest((SELECT stage_stock(j, (SELECT stage_map('shop')), '2024-05-01 02:00') FROM stage_journeys))) AS x) AS from_differs,
       (SELECT count(*) FROM (SELECT to_stage, sum(customers) AS n FROM f GROUP BY 1 EXCEPT
        SELECT stage, customers FROM unnest((SELECT stage_stock(j, (SELECT stage_map('shop')), '2024-05-10') FROM stage_journeys))) AS x) AS to_differs;

-- Other families in the words of the map; a map without tables.
SELECT customer, on_map(j, (SELECT stage_map('shop'))) FROM stage_journeys WHERE customer IN ('bob', 'dia') ORDER BY customer;
SELECT customer, funnel_level(on_map(j, (SELECT stage_map('shop')), 'touchpoint'), '{catalogue,basket,checkout}') FROM stage_journeys ORDER BY customer;
SELECT customer, current_stage(j, stage_map('{look,buy}', '{view,cart,pay}', '{look,look,buy}')) FROM stage_journeys ORDER BY customer;

-- NULLs and empty journeys.
SELECT current_stage(NULL, stage_map('{a}', '{}', '{}')), current_stage('[]', stage_map('{a}', '{x}', '{a}')), (stage_status('[]', stage_map('{a}', '{x}', '{a}'))).stage,
       (SELECT count(*) FROM stage_history('[]', stage_map('{a}', '{x}', '{a}')));
SELECT stage, customers FROM unnest((SELECT stage_stock(j, stage_map('{a}', '{x}', '{a}'), '2024-05-10') FROM (VALUES ('[]'::journey), (NULL)) AS v (j)));
SELECT stage_stock(j, (SELECT stage_map('shop')), '2024-05-10') FROM stage_journeys WHERE false;

-- A value goes out and comes back; states go through text and binary.
SELECT stage_map('shop')::text::map_definition::text = stage_map('shop')::text AS same;
CREATE TABLE kept_maps AS SELECT stage_map('shop') AS m UNION ALL SELECT stage_map('shop')::text::map_definition;
SELECT count(*), count(DISTINCT m::text) FROM kept_maps;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
CREATE TABLE many_journeys AS SELECT i, j FROM stage_journeys, generate_series(1, 400) AS i;
ANALYZE many_journeys;
EXPLAIN (COSTS off) SELECT stage_stock(j, (SELECT stage_map('shop')), '2024-05-10') FROM many_journeys;
CREATE TABLE in_parallel AS SELECT stage_stock(j, (SELECT stage_map('shop')), '2024-05-10')::text AS stock, stage_flow(j, (SELECT stage_map('shop')), '2024-05-02', '2024-05-10')::text AS flow,
    stage_time(j, (SELECT stage_map('shop')))::text AS time FROM many_journeys;
SET max_parallel_workers_per_gather = 0;
SELECT stock = stage_stock(j, (SELECT stage_map('shop')), '2024-05-10')::text AS stock, flow = stage_flow(j, (SELECT stage_map('shop')), '2024-05-02', '2024-05-10')::text AS flow,
       "time" = stage_time(j, (SELECT stage_map('shop')))::text AS time FROM many_journeys, in_parallel GROUP BY stock, flow, "time";

-- A role that may only read.
CREATE ROLE journey_stage_reader;
GRANT SELECT ON stage_journeys, journey_stage, journey_touchpoint, journey_rule, journey_level TO journey_stage_reader;
SET ROLE journey_stage_reader;
SELECT stage, customers FROM unnest((SELECT stage_stock(j, (SELECT stage_map('shop')), '2024-05-10') FROM stage_journeys)) WHERE customers > 0;
RESET ROLE;
REVOKE ALL ON stage_journeys, journey_stage, journey_touchpoint, journey_rule, journey_level FROM journey_stage_reader;
DROP ROLE journey_stage_reader;

-- Bad input, one by one.
INSERT INTO journey_rule (map, event, touchpoint) VALUES ('shop', 'pay', 'basket');
INSERT INTO journey_rule (map, event, touchpoint) VALUES ('shop', 'x', 'nowhere');
INSERT INTO journey_rule (map, event) VALUES ('shop', 'x');
INSERT INTO journey_rule (map, event, touchpoint, role) VALUES ('shop', 'x', 'basket', 'vist');
INSERT INTO journey_touchpoint (map, touchpoint, stage) VALUES ('shop', 'x', 'nowhere');
INSERT INTO journey_touchpoint (map, touchpoint, stage, kpi) VALUES ('shop', 'x', 'use', 'happiness');
INSERT INTO journey_touchpoint (map, touchpoint, stage, importance) VALUES ('shop', 'x', 'use', 'high');
INSERT INTO journey_touchpoint (map, touchpoint, stage, target) VALUES ('shop', 'x', 'use', 'NaN');
INSERT INTO journey_level (map, position, level, events) VALUES ('shop', 9, 'x', '{}');
INSERT INTO journey_stage (map, position, stage) VALUES ('shop', 1, 'another first');
SELECT stage_map('shopp');
SELECT stage_map(NULL);
SELECT stage_map('{a,b}', '{x,y,x}', '{a,a,b}');
SELECT stage_map('{a,b}', '{x,y}', '{a,c}');
SELECT stage_map('{a,b}', '{x,y}', '{a}');
SELECT stage_map('{a,a}', '{}', '{}');
SELECT stage_map('{}', '{}', '{}');
SELECT stage_map('{a,NULL}', '{}', '{}');
SELECT stage_map('{(end)}', '{}', '{}');
SELECT stage_map('m', '{a,b}', '{t,u}', '{a,b}', '{NULL,NULL}', '{NULL,NULL}', '{NULL,NULL}', '{NULL,NULL}', '{NULL,NULL}', '{e,e}', '{NULL,NULL}', '{t,u}', '{visit,visit}', NULL, NULL, NULL, NULL, NULL);
SELECT current_stage(j, NULL) FROM stage_journeys LIMIT 1;
SELECT current_stage(j, stage_map('shop'), 'infinity') FROM stage_journeys LIMIT 1;
SELECT current_stage(j, stage_map('shop'), NULL, NULL) FROM stage_journeys LIMIT 1;
SELECT customer_level(j, stage_map('{a}', '{x}', '{a}')) FROM stage_journeys LIMIT 1;
SELECT on_map(j, stage_map('shop'), 'owner') FROM stage_journeys LIMIT 1;
SELECT stage_stock(j, stage_map('shop'), NULL) FROM stage_journeys;
SELECT stage_flow(j, stage_map('shop'), '2024-05-10', '2024-05-01') FROM stage_journeys;
SELECT stage_stock(j, stage_map('shop'), CASE customer WHEN 'ann' THEN timestamptz '2024-05-10' ELSE '2024-05-11' END) FROM stage_journeys;
SELECT stage_stock(j, CASE customer WHEN 'ann' THEN stage_map('shop') ELSE stage_map('{a}', '{x}', '{a}') END, '2024-05-10') FROM stage_journeys;
SELECT '\x00'::map_definition;
SELECT '\x02'::map_definition;
SELECT '\x00'::stage_summary;
SELECT stalled(j, stage_map('shop'), '2024-05-20', NULL) FROM stage_journeys WHERE customer = 'eva';

DELETE FROM journey_rule; DELETE FROM journey_touchpoint; DELETE FROM journey_stage; DELETE FROM journey_level;
DROP TABLE stage_journeys, kept_maps, many_journeys, in_parallel;
