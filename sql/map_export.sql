-- A map and its flow as documents.
INSERT INTO journey_stage (map, position, stage) VALUES ('m', 1, 'look'), ('m', 2, 'decide: now?'), ('m', 3, 'buy');
INSERT INTO journey_touchpoint (map, touchpoint, stage, owner, kpi, target) VALUES
  ('m', 'catalogue "new"', 'look', 'Content & co', NULL, NULL), ('m', 'basket', 'decide: now?', NULL, 'conversion', 0.9), ('m', '1. <check>-out; #2', 'buy', 'Payments', NULL, NULL),
  ('m', 'a very long name of a touchpoint that fits nowhere', 'buy', NULL, NULL, NULL);
INSERT INTO journey_rule (map, event, touchpoint, role) VALUES ('m', 'view', 'catalogue "new"', 'visit'), ('m', 'cart', 'basket', 'visit'), ('m', 'pay', '1. <check>-out; #2', 'visit'), ('m', 'rating', NULL, 'csat');
CREATE TABLE export_journeys AS
SELECT customer, journey_agg(timestamptz '2024-05-01' + at * interval '1 hour', event, channel, value) AS j
FROM (VALUES ('ann', 1, 'view', 'web', NULL::float8), ('ann', 2, 'cart', 'web', NULL), ('ann', 3, 'pay', 'web', 30), ('ann', 4, 'rating', 'web', 5),
  ('bob', 1, 'view', 'app', NULL), ('bob', 2, 'cart', 'app', NULL), ('bob', 3, 'view', 'app', NULL), ('bob', 4, 'letter', 'mail', NULL)) AS e (customer, at, event, channel, value)
GROUP BY customer;
CREATE TABLE exported AS SELECT journey_map(j, (SELECT stage_map('m'))) AS map, journey_steps(j, (SELECT stage_map('m'))) AS steps, stage_flow(j, (SELECT stage_map('m')), '2024-05-01 01:00', '2024-06-01') AS flow,
    sankey(on_map(j, (SELECT stage_map('m'))), 3) AS links FROM export_journeys;
\pset format unaligned
\pset tuples_only on
SELECT mermaid_journey(map, 'Shop, May 2024') FROM exported;
SELECT mermaid_flowchart(map, steps) FROM exported;
SELECT mermaid_flowchart(map, steps, 0.9) FROM exported;
SELECT mermaid_sankey(flow) FROM exported;
SELECT mermaid_sankey(links) FROM exported;
SELECT drawio_csv(map, steps) FROM exported;
SELECT lucidchart_csv(map, steps, title => 'Shop "May"') FROM exported;
SELECT svg_journey_map(map, 'Shop & <May>') FROM exported;
\pset format aligned
\pset tuples_only off
SELECT v.* FROM exported, visio_rows(map, steps) AS v;

-- The documents are well formed, whatever names contain.
SELECT xml_is_well_formed_document(svg_journey_map(map, U&'\0001\001f<&>"''\+01F600')) AS svg FROM exported;
SELECT name, xml_is_well_formed_document(svg_journey_map(ARRAY[ROW(1, name, name, name, 'primary', name, 1, 1, 0, 0, NULL, 1, 1, NULL, 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::journey_map_row], name)) AS svg,
       mermaid_journey(ARRAY[ROW(1, name, name, name, 'primary', name, 1, 1, 0, 0, NULL, 1, 1, NULL, 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::journey_map_row], name)
FROM unnest(ARRAY['<script>alert(1)</script>', ']]>', 'a:b;c#d', E'two\nlines', '"quoted"', '`x`', 'end']) AS name;

-- An empty map: an empty document that is valid.
SELECT mermaid_journey(NULL), mermaid_flowchart(NULL, '{}'), mermaid_sankey('{}'::sankey_row[]), mermaid_sankey(NULL::stage_flow_row[]);
SELECT drawio_csv('{}', NULL) LIKE E'## Customer journey\n%\nid,label,%' AS drawio, lucidchart_csv(NULL, NULL), (SELECT count(*) FROM visio_rows(NULL, NULL)) AS visio, xml_is_well_formed_document(svg_journey_map(NULL)) AS svg;
SELECT svg_journey_map('{}') LIKE '%The map is empty.%' AS says_so;

-- Bad input, one by one.
SELECT mermaid_flowchart(map, steps, 5) FROM exported;
SELECT mermaid_flowchart(map, steps, NULL) FROM exported;
SELECT mermaid_flowchart(map, steps, 'NaN') FROM exported;
SELECT svg_journey_map(ARRAY[ROW(0, 'a', 'b', NULL, NULL, NULL, 1, 1, 0, 0, NULL, 1, 1, NULL, 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::journey_map_row]);
SELECT mermaid_flowchart(NULL, ARRAY[ROW(-1, 'a', 2, 'b', 1, 1, 1, 1, 1, NULL)::journey_step_row]);

DELETE FROM journey_rule; DELETE FROM journey_touchpoint; DELETE FROM journey_stage;
DROP TABLE export_journeys, exported;
