
-- ------------------------------------------------------------------ stage
-- The tables a team edits. They belong to whoever installs the extension, and their
-- rows are dumped and restored with the database.
CREATE TABLE journey_stage (
    map text NOT NULL CHECK (map <> ''),
    position int NOT NULL,
    stage text NOT NULL CHECK (stage <> ''),
    description text,
    expectation text,
    CONSTRAINT journey_stage_pkey PRIMARY KEY (map, stage),
    CONSTRAINT journey_stage_one_position UNIQUE (map, position) DEFERRABLE);
CREATE TABLE journey_touchpoint (
    map text NOT NULL,
    touchpoint text NOT NULL CHECK (touchpoint <> ''),
    stage text NOT NULL,
    position int NOT NULL DEFAULT 0,
    channel text,
    importance text CONSTRAINT journey_touchpoint_importance CHECK (importance IN ('primary', 'secondary')),
    owner text,
    kpi text CONSTRAINT journey_touchpoint_kpi CHECK (kpi IN ('customers', 'events', 'value', 'conversion', 'exit_rate', 'problem_rate', 'hours_to_next', 'nps', 'csat', 'ces')),
    target float8 CONSTRAINT journey_touchpoint_target CHECK (target > '-infinity' AND target < 'infinity'),
    description text,
    CONSTRAINT journey_touchpoint_pkey PRIMARY KEY (map, touchpoint),
    CONSTRAINT journey_touchpoint_stage FOREIGN KEY (map, stage) REFERENCES journey_stage ON UPDATE CASCADE);
CREATE TABLE journey_rule (
    map text NOT NULL,
    event text NOT NULL,
    channel text,
    touchpoint text,
    role text NOT NULL DEFAULT 'visit' CONSTRAINT journey_rule_role CHECK (role IN ('visit', 'problem', 'nps', 'csat', 'ces')),
    -- One event is at one touchpoint, and so in one stage.
    CONSTRAINT journey_rule_one_touchpoint UNIQUE NULLS NOT DISTINCT (map, event, channel),
    CONSTRAINT journey_rule_touchpoint FOREIGN KEY (map, touchpoint) REFERENCES journey_touchpoint ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT journey_rule_visits_a_touchpoint CHECK (touchpoint IS NOT NULL OR role NOT IN ('visit', 'problem')));
CREATE TABLE journey_level (
    map text NOT NULL CHECK (map <> ''),
    position int NOT NULL,
    level text NOT NULL CHECK (level <> ''),
    events text[] NOT NULL CONSTRAINT journey_level_events CHECK (cardinality(events) > 0 AND array_position(events, NULL) IS NULL),
    at_least int NOT NULL DEFAULT 1 CONSTRAINT journey_level_at_least CHECK (at_least >= 1),
    within interval CONSTRAINT journey_level_within CHECK (within >= '0'),
    description text,
    CONSTRAINT journey_level_pkey PRIMARY KEY (map, level),
    CONSTRAINT journey_level_one_position UNIQUE (map, position) DEFERRABLE);
ALTER TABLE journey_stage OWNER TO @extowner@;
ALTER TABLE journey_touchpoint OWNER TO @extowner@;
ALTER TABLE journey_rule OWNER TO @extowner@;
ALTER TABLE journey_level OWNER TO @extowner@;
SELECT pg_catalog.pg_extension_config_dump('journey_stage', '');
SELECT pg_catalog.pg_extension_config_dump('journey_touchpoint', '');
SELECT pg_catalog.pg_extension_config_dump('journey_rule', '');
SELECT pg_catalog.pg_extension_config_dump('journey_level', '');

COMMENT ON TABLE journey_stage IS 'Stages of each map, in the order of position. Example: INSERT INTO journey_stage (map, position, stage, description) SELECT ''shop'', position, stage, description FROM stage_template()';
COMMENT ON COLUMN journey_stage.map IS 'Name of the map, or of a version of it';
COMMENT ON COLUMN journey_stage.position IS 'Stages are walked from the least position to the greatest';
COMMENT ON COLUMN journey_stage.stage IS 'Name of the stage';
COMMENT ON COLUMN journey_stage.description IS 'What the customer does there';
COMMENT ON COLUMN journey_stage.expectation IS 'What the customer needs and expects there';
COMMENT ON TABLE journey_touchpoint IS 'Touchpoints of each map: stage, owner, importance, figure of merit and target. Example: INSERT INTO journey_touchpoint (map, touchpoint, stage, owner, kpi, target) VALUES (''shop'', ''checkout'', ''purchase'', ''Payments'', ''conversion'', 0.8)';
COMMENT ON COLUMN journey_touchpoint.map IS 'Name of the map';
COMMENT ON COLUMN journey_touchpoint.touchpoint IS 'Name of the touchpoint';
COMMENT ON COLUMN journey_touchpoint.stage IS 'The stage it belongs to';
COMMENT ON COLUMN journey_touchpoint.position IS 'Order within the stage';
COMMENT ON COLUMN journey_touchpoint.channel IS 'The channel it is meant to be on; what happens is counted on every channel';
COMMENT ON COLUMN journey_touchpoint.importance IS 'primary or secondary';
COMMENT ON COLUMN journey_touchpoint.owner IS 'Department that answers for it';
COMMENT ON COLUMN journey_touchpoint.kpi IS 'What it is measured by: customers, events, value, conversion, exit_rate, problem_rate, hours_to_next, nps, csat or ces';
COMMENT ON COLUMN journey_touchpoint.target IS 'What the kpi should reach; at most that for exit_rate, problem_rate and hours_to_next';
COMMENT ON COLUMN journey_touchpoint.description IS 'For people';
COMMENT ON TABLE journey_rule IS 'Which events are which touchpoint; a rule for a channel goes before the rule for any. Example: INSERT INTO journey_rule (map, event, touchpoint) VALUES (''shop'', ''order_paid'', ''checkout'')';
COMMENT ON COLUMN journey_rule.map IS 'Name of the map';
COMMENT ON COLUMN journey_rule.event IS 'Name of the event';
COMMENT ON COLUMN journey_rule.channel IS 'Only on this channel; NULL: on any that has no rule of its own';
COMMENT ON COLUMN journey_rule.touchpoint IS 'The touchpoint; NULL for the answer to a survey about wherever the customer was last';
COMMENT ON COLUMN journey_rule.role IS 'visit, problem (a visit with a problem), or a survey whose answer is the value of the event: nps, csat, ces';
COMMENT ON TABLE journey_level IS 'Levels of customers of each map; the one with the greatest position whose rule holds is the customer''s. Example: INSERT INTO journey_level (map, level, position, events, at_least) SELECT ''shop'', level, position, events, at_least FROM level_template(''{order_paid}'', ''{referral}'')';
COMMENT ON COLUMN journey_level.map IS 'Name of the map';
COMMENT ON COLUMN journey_level.position IS 'Levels are compared by it';
COMMENT ON COLUMN journey_level.level IS 'Name of the level';
COMMENT ON COLUMN journey_level.events IS 'Events that count for it';
COMMENT ON COLUMN journey_level.at_least IS 'How many of them it takes';
COMMENT ON COLUMN journey_level.within IS 'Only those so long before the moment asked for; NULL: ever';
COMMENT ON COLUMN journey_level.description IS 'For people';

CREATE FUNCTION stage_template(OUT "position" int, OUT stage text, OUT description text, OUT expectation text) RETURNS SETOF record
    LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1 ROWS 6
    BEGIN ATOMIC
        SELECT * FROM (VALUES
            (1, 'awareness', 'hears of us', 'to learn that there is an answer to the need'),
            (2, 'consideration', 'compares', 'to find out quickly whether it fits'),
            (3, 'decision', 'makes up the mind', 'to be sure, and to know the price'),
            (4, 'purchase', 'orders and pays', 'to pay without trouble'),
            (5, 'use', 'uses what was bought', 'that it works, and help if not'),
            (6, 'loyalty', 'comes again and tells others', 'to be known and valued')) AS t (position, stage, description, expectation);
    END;
CREATE FUNCTION level_template(purchases text[], advocacy text[], OUT "position" int, OUT level text, OUT events text[], OUT at_least int, OUT within interval) RETURNS SETOF record
    LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1 ROWS 3
    BEGIN ATOMIC
        SELECT * FROM (VALUES
            (1, 'first-time', purchases, 1, NULL::interval), (2, 'regular', purchases, 3, NULL), (3, 'advocate', advocacy, 1, NULL))
            AS t (position, level, events, at_least, within);
    END;

CREATE TYPE map_definition;
CREATE FUNCTION map_definition_in(cstring) RETURNS map_definition
    AS 'MODULE_PATHNAME', 'journey_map_definition_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION map_definition_out(map_definition) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_map_definition_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION map_definition_recv(internal) RETURNS map_definition
    AS 'MODULE_PATHNAME', 'journey_map_definition_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION map_definition_send(map_definition) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_map_definition_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE TYPE map_definition (
    INPUT = map_definition_in, OUTPUT = map_definition_out, RECEIVE = map_definition_recv, SEND = map_definition_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);

CREATE FUNCTION stage_map(map text, stages text[], touchpoints text[], touchpoint_stages text[], touchpoint_channels text[],
    importances text[], owners text[], kpis text[], targets float8[], events text[], event_channels text[],
    event_touchpoints text[], roles text[], levels text[], at_least int[], within interval[], level_events text[], events_of_level text[]) RETURNS map_definition
    AS 'MODULE_PATHNAME', 'journey_stage_map_from_tables' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE FUNCTION stage_map(stages text[], events text[], event_stages text[]) RETURNS map_definition
    AS 'MODULE_PATHNAME', 'journey_stage_map_from_events' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE FUNCTION stage_map(map text) RETURNS map_definition
    LANGUAGE sql STABLE PARALLEL SAFE COST 1000
    BEGIN ATOMIC
        SELECT stage_map($1, s.stages, t.touchpoints, t.stages, t.channels, t.importances, t.owners, t.kpis, t.targets,
                         r.events, r.channels, r.touchpoints, r.roles, l.levels, l.at_least, l.within, e.events, e.levels)
        FROM (SELECT array_agg(x.stage ORDER BY x.position) AS stages FROM journey_stage AS x WHERE x.map = $1) AS s,
             (SELECT array_agg(x.touchpoint ORDER BY n) AS touchpoints, array_agg(x.stage ORDER BY n) AS stages,
                     array_agg(x.channel ORDER BY n) AS channels, array_agg(x.importance ORDER BY n) AS importances,
                     array_agg(x.owner ORDER BY n) AS owners, array_agg(x.kpi ORDER BY n) AS kpis, array_agg(x.target ORDER BY n) AS targets
              FROM (SELECT t.*, row_number() OVER (ORDER BY s.position, t.position, t.touchpoint COLLATE "C") AS n
                    FROM journey_touchpoint AS t JOIN journey_stage AS s USING (map, stage) WHERE t.map = $1) AS x) AS t,
             (SELECT array_agg(x.event ORDER BY n) AS events, array_agg(x.channel ORDER BY n) AS channels,
                     array_agg(x.touchpoint ORDER BY n) AS touchpoints, array_agg(x.role ORDER BY n) AS roles
              FROM (SELECT r.*, row_number() OVER (ORDER BY r.event COLLATE "C", r.channel COLLATE "C" NULLS FIRST) AS n
                    FROM journey_rule AS r WHERE r.map = $1) AS x) AS r,
             (SELECT array_agg(x.level ORDER BY x.position) AS levels, array_agg(x.at_least ORDER BY x.position) AS at_least,
                     array_agg(x.within ORDER BY x.position) AS within FROM journey_level AS x WHERE x.map = $1) AS l,
             (SELECT array_agg(event ORDER BY x.position, n) AS events, array_agg(x.level ORDER BY x.position, n) AS levels
              FROM journey_level AS x, unnest(x.events) WITH ORDINALITY AS u (event, n) WHERE x.map = $1) AS e;
    END;
CREATE FUNCTION stage_map_rows(map map_definition, OUT stage_no int, OUT stage text, OUT touchpoint text, OUT touchpoint_channel text,
    OUT importance text, OUT owner text, OUT kpi text, OUT target float8, OUT event text, OUT channel text, OUT role text) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_stage_map_rows' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20 ROWS 20;

CREATE FUNCTION current_stage(j journey, map map_definition, as_of timestamptz DEFAULT NULL, backward boolean DEFAULT true) RETURNS text
    AS 'MODULE_PATHNAME', 'journey_current_stage' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
CREATE FUNCTION deepest_stage(j journey, map map_definition, as_of timestamptz DEFAULT NULL) RETURNS text
    AS 'MODULE_PATHNAME', 'journey_deepest_stage' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
CREATE FUNCTION stage_status(j journey, map map_definition, as_of timestamptz DEFAULT NULL, backward boolean DEFAULT true,
    OUT stage_no int, OUT stage text, OUT entered_at timestamptz, OUT time_in_stage interval,
    OUT deepest_no int, OUT deepest_stage text, OUT deepest_at timestamptz, OUT stages_seen int, OUT moves_forward bigint, OUT moves_backward bigint,
    OUT touchpoint text, OUT last_at timestamptz, OUT idle interval, OUT next_stage text)
    AS 'MODULE_PATHNAME', 'journey_stage_status' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
CREATE FUNCTION stage_history(j journey, map map_definition, as_of timestamptz DEFAULT NULL, backward boolean DEFAULT true,
    OUT stay_no int, OUT stage_no int, OUT stage text, OUT entered_at timestamptz, OUT left_at timestamptz, OUT time_in_stage interval,
    OUT touchpoint text, OUT events bigint) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_stage_history' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30 ROWS 5;
CREATE FUNCTION customer_level(j journey, map map_definition, as_of timestamptz DEFAULT NULL) RETURNS text
    AS 'MODULE_PATHNAME', 'journey_customer_level' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
CREATE FUNCTION on_map(j journey, map map_definition, what text DEFAULT 'stage') RETURNS journey
    AS 'MODULE_PATHNAME', 'journey_on_map' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION stalled(j journey, map map_definition, as_of timestamptz, idle interval, backward boolean DEFAULT true,
    OUT stage_no int, OUT stage text, OUT touchpoint text, OUT since timestamptz, OUT stalled_for interval, OUT next_stage text) RETURNS SETOF record
    LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 40 ROWS 1
    BEGIN ATOMIC
        SELECT s.stage_no, s.stage, s.touchpoint, s.last_at, s.idle, s.next_stage FROM stage_status($1, $2, $3, $5) AS s
        WHERE s.idle >= $4 AND s.next_stage IS NOT NULL;
    END;

CREATE TYPE stage_summary;
CREATE FUNCTION stage_summary_in(cstring) RETURNS stage_summary
    AS 'MODULE_PATHNAME', 'journey_stage_summary_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION stage_summary_out(stage_summary) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_stage_summary_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION stage_summary_recv(internal) RETURNS stage_summary
    AS 'MODULE_PATHNAME', 'journey_stage_summary_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION stage_summary_send(stage_summary) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_stage_summary_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE TYPE stage_summary (
    INPUT = stage_summary_in, OUTPUT = stage_summary_out, RECEIVE = stage_summary_recv, SEND = stage_summary_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);

CREATE TYPE stage_stock_row AS (
    stage_no int, stage text, customers bigint, share float8, deepest bigint, ever bigint, median_time interval, p90_time interval);
CREATE TYPE stage_flow_row AS (
    from_stage_no int, from_stage text, to_stage_no int, to_stage text, direction text, customers bigint, moves bigint, movers bigint);
CREATE TYPE stage_time_row AS (
    stage_no int, stage text, customers bigint, stays bigint, ended bigint, still_there bigint,
    average interval, p25 interval, median interval, p75 interval, p90 interval, longest interval);

CREATE FUNCTION stage_stock_add(stage_summary, journey, map_definition, timestamptz) RETURNS stage_summary
    AS 'MODULE_PATHNAME', 'journey_stage_stock_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
CREATE FUNCTION stage_stock_add(stage_summary, journey, map_definition, timestamptz, boolean) RETURNS stage_summary
    AS 'MODULE_PATHNAME', 'journey_stage_stock_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
CREATE FUNCTION stage_flow_add(stage_summary, journey, map_definition, timestamptz, timestamptz) RETURNS stage_summary
    AS 'MODULE_PATHNAME', 'journey_stage_flow_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
CREATE FUNCTION stage_flow_add(stage_summary, journey, map_definition, timestamptz, timestamptz, boolean) RETURNS stage_summary
    AS 'MODULE_PATHNAME', 'journey_stage_flow_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
CREATE FUNCTION stage_time_add(stage_summary, journey, map_definition) RETURNS stage_summary
    AS 'MODULE_PATHNAME', 'journey_stage_time_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
CREATE FUNCTION stage_time_add(stage_summary, journey, map_definition, timestamptz) RETURNS stage_summary
    AS 'MODULE_PATHNAME', 'journey_stage_time_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
CREATE FUNCTION stage_time_add(stage_summary, journey, map_definition, timestamptz, boolean) RETURNS stage_summary
    AS 'MODULE_PATHNAME', 'journey_stage_time_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
CREATE FUNCTION stage_report_combine(stage_summary, stage_summary) RETURNS stage_summary
    AS 'MODULE_PATHNAME', 'journey_stage_report_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION stage_stock_finish(stage_summary) RETURNS stage_stock_row[]
    AS 'MODULE_PATHNAME', 'journey_stage_stock_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE FUNCTION stage_flow_finish(stage_summary) RETURNS stage_flow_row[]
    AS 'MODULE_PATHNAME', 'journey_stage_flow_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE FUNCTION stage_time_finish(stage_summary) RETURNS stage_time_row[]
    AS 'MODULE_PATHNAME', 'journey_stage_time_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;

CREATE AGGREGATE stage_stock(j journey, map map_definition, as_of timestamptz) (
    SFUNC = stage_stock_add, STYPE = stage_summary, SSPACE = 4096, FINALFUNC = stage_stock_finish, COMBINEFUNC = stage_report_combine, PARALLEL = SAFE);
CREATE AGGREGATE stage_stock(j journey, map map_definition, as_of timestamptz, backward boolean) (
    SFUNC = stage_stock_add, STYPE = stage_summary, SSPACE = 4096, FINALFUNC = stage_stock_finish, COMBINEFUNC = stage_report_combine, PARALLEL = SAFE);
CREATE AGGREGATE stage_flow(j journey, map map_definition, from_ts timestamptz, to_ts timestamptz) (
    SFUNC = stage_flow_add, STYPE = stage_summary, SSPACE = 4096, FINALFUNC = stage_flow_finish, COMBINEFUNC = stage_report_combine, PARALLEL = SAFE);
CREATE AGGREGATE stage_flow(j journey, map map_definition, from_ts timestamptz, to_ts timestamptz, backward boolean) (
    SFUNC = stage_flow_add, STYPE = stage_summary, SSPACE = 4096, FINALFUNC = stage_flow_finish, COMBINEFUNC = stage_report_combine, PARALLEL = SAFE);
CREATE AGGREGATE stage_time(j journey, map map_definition) (
    SFUNC = stage_time_add, STYPE = stage_summary, SSPACE = 4096, FINALFUNC = stage_time_finish, COMBINEFUNC = stage_report_combine, PARALLEL = SAFE);
CREATE AGGREGATE stage_time(j journey, map map_definition, as_of timestamptz) (
    SFUNC = stage_time_add, STYPE = stage_summary, SSPACE = 4096, FINALFUNC = stage_time_finish, COMBINEFUNC = stage_report_combine, PARALLEL = SAFE);
CREATE AGGREGATE stage_time(j journey, map map_definition, as_of timestamptz, backward boolean) (
    SFUNC = stage_time_add, STYPE = stage_summary, SSPACE = 4096, FINALFUNC = stage_time_finish, COMBINEFUNC = stage_report_combine, PARALLEL = SAFE);

COMMENT ON FUNCTION stage_template() IS 'The six stages that most maps begin with, ready to insert. Example: INSERT INTO journey_stage (map, position, stage, description, expectation) SELECT ''shop'', * FROM stage_template()';
COMMENT ON FUNCTION level_template(text[], text[]) IS 'Three levels of customers: first-time (one purchase), regular (three), advocate (recommended us), ready to insert. Example: INSERT INTO journey_level (map, position, level, events, at_least, within) SELECT ''shop'', * FROM level_template(''{order_paid}'', ''{referral,review}'')';
COMMENT ON TYPE map_definition IS 'A map as one value: stages, touchpoints, rules and levels. Example: SELECT current_stage(j, (SELECT stage_map(''shop''))) FROM journeys';
COMMENT ON FUNCTION map_definition_in(cstring) IS 'Reads a map_definition. Example: it is used where a map is restored';
COMMENT ON FUNCTION map_definition_out(map_definition) IS 'Writes a map_definition as hexadecimal digits. Example: it is used where a map is dumped';
COMMENT ON FUNCTION map_definition_recv(internal) IS 'Reads the binary form of a map_definition. Example: it is used where a map is restored';
COMMENT ON FUNCTION map_definition_send(map_definition) IS 'Writes the binary form of a map_definition. Example: it is used where a map is dumped';
COMMENT ON FUNCTION stage_map(text) IS 'The map of this name from the tables, checked. Call it in a subquery, so that it is made once. Example: SELECT current_stage(j, (SELECT stage_map(''shop''))) FROM journeys';
COMMENT ON FUNCTION stage_map(text[], text[], text[]) IS 'A map without tables: each event is a touchpoint of a stage. Example: SELECT current_stage(j, stage_map(''{look,buy}'', ''{view,cart,order}'', ''{look,look,buy}'')) FROM journeys';
COMMENT ON FUNCTION stage_map(text, text[], text[], text[], text[], text[], text[], text[], float8[], text[], text[], text[], text[], text[], int[], interval[], text[], text[]) IS
'A map from the columns of its tables, in order; stage_map(map) calls it. Example: SELECT stage_map_rows(stage_map(''shop''))';
COMMENT ON FUNCTION stage_map_rows(map_definition) IS 'What a map says: one row for each rule, and for each touchpoint without one. Example: SELECT * FROM stage_map_rows(stage_map(''shop''))';
COMMENT ON FUNCTION current_stage(journey, map_definition, timestamptz, boolean) IS 'The stage a customer is in as of a moment; backward => false: customers never go back. Example: SELECT customer, current_stage(j, (SELECT stage_map(''shop'')), ''2024-06-01'') FROM journeys';
COMMENT ON FUNCTION deepest_stage(journey, map_definition, timestamptz) IS 'The last stage that a customer ever reached until a moment. Example: SELECT customer, deepest_stage(j, (SELECT stage_map(''shop''))) FROM journeys';
COMMENT ON FUNCTION stage_status(journey, map_definition, timestamptz, boolean) IS 'Current and deepest stage, since when, moves, last touchpoint and next stage, as one row. Example: SELECT customer, s.* FROM journeys, stage_status(j, (SELECT stage_map(''shop'')), ''2024-06-01'') AS s';
COMMENT ON FUNCTION stage_history(journey, map_definition, timestamptz, boolean) IS 'The stages of a customer one after the other: when entered, when left, how long. Example: SELECT customer, h.* FROM journeys, stage_history(j, (SELECT stage_map(''shop''))) AS h';
COMMENT ON FUNCTION customer_level(journey, map_definition, timestamptz) IS 'The level of a customer (first-time, regular, advocate) by the rules of the map. Example: SELECT customer_level(j, (SELECT stage_map(''shop''))), count(*) FROM journeys GROUP BY 1';
COMMENT ON FUNCTION on_map(journey, map_definition, text) IS 'The journey in the words of the map: stage or touchpoint; what is on no map is left out. Example: SELECT funnel_level(on_map(j, (SELECT stage_map(''shop''))), ''{decision,purchase}'') FROM journeys';
COMMENT ON FUNCTION stalled(journey, map_definition, timestamptz, interval, boolean) IS 'A row if nothing happened for so long and there is a stage to go on to: the re-entry list. Example: SELECT customer, s.* FROM journeys, stalled(j, (SELECT stage_map(''shop'')), ''2024-06-01'', ''7 days'') AS s ORDER BY stalled_for DESC';
COMMENT ON TYPE stage_summary IS 'State of stage_stock, stage_flow and stage_time. Example: SELECT stage_stock(j, (SELECT stage_map(''shop'')), ''2024-06-01'') FROM journeys';
COMMENT ON FUNCTION stage_summary_in(cstring) IS 'Reads a stage_summary. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION stage_summary_out(stage_summary) IS 'Writes a stage_summary as hexadecimal digits. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION stage_summary_recv(internal) IS 'Reads the binary form of a stage_summary. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION stage_summary_send(stage_summary) IS 'Writes the binary form of a stage_summary. Example: it is used where a state moves between nodes';
COMMENT ON TYPE stage_stock_row IS 'How many customers are in a stage as of a moment. Example: SELECT * FROM unnest((SELECT stage_stock(j, (SELECT stage_map(''shop'')), ''2024-06-01'') FROM journeys))';
COMMENT ON TYPE stage_flow_row IS 'How many customers moved from one stage to another between two moments. Example: SELECT * FROM unnest((SELECT stage_flow(j, (SELECT stage_map(''shop'')), ''2024-05-01'', ''2024-06-01'') FROM journeys))';
COMMENT ON TYPE stage_time_row IS 'How long customers stay in a stage. Example: SELECT * FROM unnest((SELECT stage_time(j, (SELECT stage_map(''shop''))) FROM journeys))';
COMMENT ON FUNCTION stage_stock_add(stage_summary, journey, map_definition, timestamptz) IS 'Transition of stage_stock. Example: SELECT stage_stock(j, (SELECT stage_map(''shop'')), ''2024-06-01'') FROM journeys';
COMMENT ON FUNCTION stage_stock_add(stage_summary, journey, map_definition, timestamptz, boolean) IS 'Transition of stage_stock. Example: SELECT stage_stock(j, (SELECT stage_map(''shop'')), ''2024-06-01'', false) FROM journeys';
COMMENT ON FUNCTION stage_flow_add(stage_summary, journey, map_definition, timestamptz, timestamptz) IS 'Transition of stage_flow. Example: SELECT stage_flow(j, (SELECT stage_map(''shop'')), ''2024-05-01'', ''2024-06-01'') FROM journeys';
COMMENT ON FUNCTION stage_flow_add(stage_summary, journey, map_definition, timestamptz, timestamptz, boolean) IS 'Transition of stage_flow. Example: SELECT stage_flow(j, (SELECT stage_map(''shop'')), ''2024-05-01'', ''2024-06-01'', false) FROM journeys';
COMMENT ON FUNCTION stage_time_add(stage_summary, journey, map_definition) IS 'Transition of stage_time. Example: SELECT stage_time(j, (SELECT stage_map(''shop''))) FROM journeys';
COMMENT ON FUNCTION stage_time_add(stage_summary, journey, map_definition, timestamptz) IS 'Transition of stage_time. Example: SELECT stage_time(j, (SELECT stage_map(''shop'')), ''2024-06-01'') FROM journeys';
COMMENT ON FUNCTION stage_time_add(stage_summary, journey, map_definition, timestamptz, boolean) IS 'Transition of stage_time. Example: SELECT stage_time(j, (SELECT stage_map(''shop'')), ''2024-06-01'', false) FROM journeys';
COMMENT ON FUNCTION stage_report_combine(stage_summary, stage_summary) IS 'Combine function of the stage reports. Example: SELECT stage_time(j, (SELECT stage_map(''shop''))) FROM journeys';
COMMENT ON FUNCTION stage_stock_finish(stage_summary) IS 'Final function of stage_stock. Example: SELECT stage_stock(j, (SELECT stage_map(''shop'')), ''2024-06-01'') FROM journeys';
COMMENT ON FUNCTION stage_flow_finish(stage_summary) IS 'Final function of stage_flow. Example: SELECT stage_flow(j, (SELECT stage_map(''shop'')), ''2024-05-01'', ''2024-06-01'') FROM journeys';
COMMENT ON FUNCTION stage_time_finish(stage_summary) IS 'Final function of stage_time. Example: SELECT stage_time(j, (SELECT stage_map(''shop''))) FROM journeys';
COMMENT ON AGGREGATE stage_stock(journey, map_definition, timestamptz) IS
'How many customers are in each stage as of a moment, and how long they have been there. Example: SELECT * FROM unnest((SELECT stage_stock(j, (SELECT stage_map(''shop'')), ''2024-06-01'') FROM journeys))';
COMMENT ON AGGREGATE stage_stock(journey, map_definition, timestamptz, boolean) IS
'The same; backward false: customers never go back to an earlier stage. Example: SELECT * FROM unnest((SELECT stage_stock(j, (SELECT stage_map(''shop'')), ''2024-06-01'', false) FROM journeys))';
COMMENT ON AGGREGATE stage_flow(journey, map_definition, timestamptz, timestamptz) IS
'Who moved from which stage to which between two moments: customers by where they were at both, and every move. Example: SELECT * FROM unnest((SELECT stage_flow(j, (SELECT stage_map(''shop'')), ''2024-05-01'', ''2024-06-01'') FROM journeys))';
COMMENT ON AGGREGATE stage_flow(journey, map_definition, timestamptz, timestamptz, boolean) IS
'The same; backward false: customers never go back to an earlier stage. Example: SELECT * FROM unnest((SELECT stage_flow(j, (SELECT stage_map(''shop'')), ''2024-05-01'', ''2024-06-01'', false) FROM journeys))';
COMMENT ON AGGREGATE stage_time(journey, map_definition) IS
'How long customers stay in each stage: quantiles of the stays that ended. Example: SELECT * FROM unnest((SELECT stage_time(j, (SELECT stage_map(''shop''))) FROM journeys))';
COMMENT ON AGGREGATE stage_time(journey, map_definition, timestamptz) IS
'The same as of a moment. Example: SELECT * FROM unnest((SELECT stage_time(j, (SELECT stage_map(''shop'')), ''2024-06-01'') FROM journeys))';
COMMENT ON AGGREGATE stage_time(journey, map_definition, timestamptz, boolean) IS
'The same; backward false: customers never go back to an earlier stage. Example: SELECT * FROM unnest((SELECT stage_time(j, (SELECT stage_map(''shop'')), ''2024-06-01'', false) FROM journeys))';
