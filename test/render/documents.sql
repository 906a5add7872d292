-- The documents that are rendered, one row each: name, kind, text. Names are as hard
-- as names can be; what must be seen of them is in render.mjs.
INSERT INTO journey_stage (map, position, stage) VALUES ('m', 1, 'look around'), ('m', 2, 'decide: now?'), ('m', 3, 'buy & <go>');
INSERT INTO journey_touchpoint (map, touchpoint, stage, owner, kpi, target) VALUES
  ('m', 'catalogue "new"', 'look around', 'Content & co', NULL, NULL), ('m', 'basket; bag', 'decide: now?', NULL, 'conversion', 0.9), ('m', '1. <b>check</b>-out #2', 'buy & <go>', 'Payments', NULL, NULL),
  ('m', '<script>window.hacked = 1</script>', 'buy & <go>', 'end', NULL, NULL), ('m', 'größe [世界] {x} `y` 100%', 'look around', '-', NULL, NULL),
  ('m', 'WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW', 'buy & <go>', 'MMMMMMMMMMMMMMMMMMMMMMMMMMMM', NULL, NULL);
INSERT INTO journey_rule (map, event, touchpoint, role) VALUES ('m', 'view', 'catalogue "new"', 'visit'), ('m', 'cart', 'basket; bag', 'visit'), ('m', 'pay', '1. <b>check</b>-out #2', 'visit'),
  ('m', 'script', '<script>window.hacked = 1</script>', 'visit'), ('m', 'size', 'größe [世界] {x} `y` 100%', 'visit'), ('m', 'rating', NULL, 'csat');
CREATE TABLE render_journeys AS
SELECT customer, journey_agg(timestamptz '2024-05-01' + at * interval '1 hour', event, channel, value) AS j
FROM (VALUES ('ann', 1, 'view', 'web', NULL::float8), ('ann', 2, 'cart', 'web', NULL), ('ann', 3, 'pay', 'web', 30), ('ann', 4, 'rating', 'web', 5),
  ('bob', 1, 'view', 'app', NULL), ('bob', 2, 'cart', 'app', NULL), ('bob', 3, 'view', 'app', NULL), ('bob', 4, 'letter', 'mail', NULL),
  ('cem', 1, 'size', 'web', NULL), ('cem', 2, 'script', 'web', NULL)) AS e (customer, at, event, channel, value)
GROUP BY customer;
-- A real map is larger: 6 stages, 24 touchpoints on 4 channels.
CREATE TABLE many AS SELECT m, s FROM (
    SELECT journey_map(j, map) AS m, journey_steps(j, map) AS s
    FROM (SELECT i, journey_agg(timestamptz '2024-05-01' + (i * 7 + n) * interval '1 hour', 'event ' || (i * n + n) % 24, 'channel ' || (i + n) % 4) AS j FROM generate_series(1, 60) AS i, generate_series(1, 12) AS n GROUP BY i) AS journeys,
         (SELECT stage_map(ARRAY(SELECT 'stage ' || n FROM generate_series(0, 5) AS n), ARRAY(SELECT 'event ' || n FROM generate_series(0, 23) AS n), ARRAY(SELECT 'stage ' || n / 4 FROM generate_series(0, 23) AS n)) AS map) AS map) AS x;
CREATE TABLE documents (name text PRIMARY KEY, kind text, body text);
INSERT INTO documents SELECT d.* FROM (
    SELECT journey_map(j, (SELECT stage_map('m'))) AS m, journey_steps(j, (SELECT stage_map('m'))) AS s, stage_flow(j, (SELECT stage_map('m')), '2024-05-01 01:00', '2024-06-01') AS f,
           sankey(on_map(j, (SELECT stage_map('m'))), 3) AS l FROM render_journeys) AS x, LATERAL (VALUES
    ('journey', 'mermaid', mermaid_journey(m, 'Shop: "May", 100%')), ('flowchart', 'mermaid', mermaid_flowchart(m, s)), ('flow', 'mermaid', mermaid_sankey(f)), ('sankey', 'mermaid', mermaid_sankey(l)),
    ('map', 'svg', svg_journey_map(m, 'Shop & <May>')), ('drawio', 'drawio', drawio_csv(m, s)), ('lucidchart', 'lucidchart', lucidchart_csv(m, s))) AS d;
INSERT INTO documents SELECT d.* FROM many, LATERAL (VALUES ('large journey', 'mermaid', mermaid_journey(m)), ('large flowchart', 'mermaid', mermaid_flowchart(m, s)), ('large map', 'svg', svg_journey_map(m)),
    ('large drawio', 'drawio', drawio_csv(m, s)), ('large lucidchart', 'lucidchart', lucidchart_csv(m, s, 0.1))) AS d;
INSERT INTO documents VALUES ('empty journey', 'mermaid', mermaid_journey(NULL)), ('empty flowchart', 'mermaid', mermaid_flowchart(NULL, NULL)), ('empty sankey', 'mermaid', mermaid_sankey('{}'::sankey_row[])),
    ('empty map', 'svg', svg_journey_map(NULL)), ('empty drawio', 'drawio', drawio_csv(NULL, NULL)), ('empty lucidchart', 'lucidchart', lucidchart_csv(NULL, NULL));
SELECT json_object_agg(name, json_build_object('kind', kind, 'body', body)) FROM documents;
