
-- ------------------------------------------------------------- map_export
CREATE FUNCTION mermaid_journey(map journey_map_row[], title text DEFAULT 'Customer journey') RETURNS text
    AS 'MODULE_PATHNAME', 'journey_mermaid_journey' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE FUNCTION mermaid_flowchart(map journey_map_row[], steps journey_step_row[], min_share float8 DEFAULT 0.05) RETURNS text
    AS 'MODULE_PATHNAME', 'journey_mermaid_flowchart' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE FUNCTION mermaid_sankey(links sankey_row[]) RETURNS text
    AS 'MODULE_PATHNAME', 'journey_mermaid_sankey' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
-- Stages are marked with the moment, so that nothing flows in a circle.
CREATE FUNCTION mermaid_sankey(flow stage_flow_row[]) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 100
    BEGIN ATOMIC
        SELECT mermaid_sankey((SELECT array_agg(ROW(1, 'before: ' || f.from_stage, 'after: ' || f.to_stage, f.customers, f.customers)::sankey_row
                                                ORDER BY f.from_stage_no, f.from_stage COLLATE "C", f.to_stage_no, f.to_stage COLLATE "C") FROM unnest($1) AS f));
    END;
CREATE FUNCTION drawio_csv(map journey_map_row[], steps journey_step_row[], min_share float8 DEFAULT 0.05, title text DEFAULT 'Customer journey') RETURNS text
    AS 'MODULE_PATHNAME', 'journey_drawio_csv' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE FUNCTION lucidchart_csv(map journey_map_row[], steps journey_step_row[], min_share float8 DEFAULT 0.05, title text DEFAULT 'Customer journey') RETURNS text
    AS 'MODULE_PATHNAME', 'journey_lucidchart_csv' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE FUNCTION visio_rows(map journey_map_row[], steps journey_step_row[], min_share float8 DEFAULT 0.05, OUT process_step_id text, OUT process_step_description text,
    OUT next_step_id text, OUT connector_label text, OUT shape_type text, OUT "function" text, OUT phase text) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_visio_rows' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 20;
CREATE FUNCTION svg_journey_map(map journey_map_row[], title text DEFAULT 'Customer journey') RETURNS text
    AS 'MODULE_PATHNAME', 'journey_svg_journey_map' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;

COMMENT ON FUNCTION mermaid_journey(journey_map_row[], text) IS 'The map as a Mermaid user journey: a section for each stage, a score from 1 to 5 for each touchpoint. Example: SELECT mermaid_journey(journey_map(j, (SELECT stage_map(''shop'')))) FROM journeys';
COMMENT ON FUNCTION mermaid_flowchart(journey_map_row[], journey_step_row[], float8) IS 'Touchpoints by stage and the steps between them as a Mermaid flowchart; steps with a lesser share are left out. Example: SELECT mermaid_flowchart(journey_map(j, (SELECT stage_map(''shop''))), journey_steps(j, (SELECT stage_map(''shop'')))) FROM journeys';
COMMENT ON FUNCTION mermaid_sankey(sankey_row[]) IS 'Rows of sankey() as a Mermaid Sankey diagram. Example: SELECT mermaid_sankey(sankey(on_map(j, (SELECT stage_map(''shop''))), 4)) FROM journeys';
COMMENT ON FUNCTION mermaid_sankey(stage_flow_row[]) IS 'Customers by stage before and after as a Mermaid Sankey diagram. Example: SELECT mermaid_sankey(stage_flow(j, (SELECT stage_map(''shop'')), ''2024-05-01'', ''2024-06-01'')) FROM journeys';
COMMENT ON FUNCTION drawio_csv(journey_map_row[], journey_step_row[], float8, text) IS 'The flow as CSV for draw.io (Arrange, Insert, Advanced, CSV). Example: SELECT drawio_csv(journey_map(j, (SELECT stage_map(''shop''))), journey_steps(j, (SELECT stage_map(''shop'')))) FROM journeys';
COMMENT ON FUNCTION lucidchart_csv(journey_map_row[], journey_step_row[], float8, text) IS 'The flow as CSV for Lucidchart (Import data, Process diagrams). Example: SELECT lucidchart_csv(journey_map(j, (SELECT stage_map(''shop''))), journey_steps(j, (SELECT stage_map(''shop'')))) FROM journeys';
COMMENT ON FUNCTION visio_rows(journey_map_row[], journey_step_row[], float8) IS 'The flow as rows for Visio''s data visualizer: lanes are owners, phases are stages. Example: SELECT v.* FROM (SELECT journey_map(j, (SELECT stage_map(''shop''))) AS m, journey_steps(j, (SELECT stage_map(''shop''))) AS s FROM journeys) AS x, visio_rows(m, s) AS v';
COMMENT ON FUNCTION svg_journey_map(journey_map_row[], text) IS 'The map as one self-contained SVG picture. Example: SELECT svg_journey_map(journey_map(j, (SELECT stage_map(''shop'')))) FROM journeys';
