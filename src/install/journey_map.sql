
-- ------------------------------------------------------------ journey_map
CREATE TYPE journey_map_summary;
CREATE FUNCTION journey_map_summary_in(cstring) RETURNS journey_map_summary
    AS 'MODULE_PATHNAME', 'journey_journey_map_summary_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION journey_map_summary_out(journey_map_summary) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_journey_map_summary_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION journey_map_summary_recv(internal) RETURNS journey_map_summary
    AS 'MODULE_PATHNAME', 'journey_journey_map_summary_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION journey_map_summary_send(journey_map_summary) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_journey_map_summary_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE TYPE journey_map_summary (
    INPUT = journey_map_summary_in, OUTPUT = journey_map_summary_out, RECEIVE = journey_map_summary_recv, SEND = journey_map_summary_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);

CREATE TYPE journey_steps_summary;
CREATE FUNCTION journey_steps_summary_in(cstring) RETURNS journey_steps_summary
    AS 'MODULE_PATHNAME', 'journey_journey_steps_summary_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION journey_steps_summary_out(journey_steps_summary) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_journey_steps_summary_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION journey_steps_summary_recv(internal) RETURNS journey_steps_summary
    AS 'MODULE_PATHNAME', 'journey_journey_steps_summary_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION journey_steps_summary_send(journey_steps_summary) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_journey_steps_summary_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE TYPE journey_steps_summary (
    INPUT = journey_steps_summary_in, OUTPUT = journey_steps_summary_out, RECEIVE = journey_steps_summary_recv, SEND = journey_steps_summary_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);

CREATE TYPE map_discovery;
CREATE FUNCTION map_discovery_in(cstring) RETURNS map_discovery
    AS 'MODULE_PATHNAME', 'journey_map_discovery_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION map_discovery_out(map_discovery) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_map_discovery_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION map_discovery_recv(internal) RETURNS map_discovery
    AS 'MODULE_PATHNAME', 'journey_map_discovery_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION map_discovery_send(map_discovery) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_map_discovery_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE TYPE map_discovery (
    INPUT = map_discovery_in, OUTPUT = map_discovery_out, RECEIVE = map_discovery_recv, SEND = map_discovery_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);

CREATE TYPE journey_map_row AS (
    stage_no int, stage text, touchpoint text, channel text, importance text, owner text,
    customers bigint, events bigint, problems bigint, problem_customers bigint, value float8,
    moved_on bigint, conversion float8, median_to_next interval, exits bigint, exit_rate float8, still_open bigint,
    answers bigint, answers_left_out bigint, nps float8, csat float8, ces float8,
    kpi text, target float8, actual float8, met boolean, rest_customers bigint, rest_moved_on bigint, problem_moved_on bigint, calm_moved_on bigint);
CREATE TYPE journey_step_row AS (
    from_stage_no int, from_touchpoint text, to_stage_no int, to_touchpoint text,
    count bigint, customers bigint, share float8, moved_on bigint, conversion float8, median_took interval);
CREATE TYPE discover_map_row AS (
    stage_no int, stage text, event text, importance text, customers bigint, events bigint, reach float8, "position" float8);

CREATE FUNCTION journey_map_add(journey_map_summary, journey, map_definition) RETURNS journey_map_summary
    AS 'MODULE_PATHNAME', 'journey_journey_map_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION journey_map_add(journey_map_summary, journey, map_definition, text) RETURNS journey_map_summary
    AS 'MODULE_PATHNAME', 'journey_journey_map_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION journey_map_add(journey_map_summary, journey, map_definition, text, timestamptz, interval) RETURNS journey_map_summary
    AS 'MODULE_PATHNAME', 'journey_journey_map_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION journey_map_combine(journey_map_summary, journey_map_summary) RETURNS journey_map_summary
    AS 'MODULE_PATHNAME', 'journey_journey_map_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION journey_map_finish(journey_map_summary) RETURNS journey_map_row[]
    AS 'MODULE_PATHNAME', 'journey_journey_map_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;

CREATE AGGREGATE journey_map(j journey, map map_definition) (
    SFUNC = journey_map_add, STYPE = journey_map_summary, SSPACE = 16384, FINALFUNC = journey_map_finish, COMBINEFUNC = journey_map_combine, PARALLEL = SAFE);
CREATE AGGREGATE journey_map(j journey, map map_definition, detail text) (
    SFUNC = journey_map_add, STYPE = journey_map_summary, SSPACE = 16384, FINALFUNC = journey_map_finish, COMBINEFUNC = journey_map_combine, PARALLEL = SAFE);
CREATE AGGREGATE journey_map(j journey, map map_definition, detail text, as_of timestamptz, idle interval) (
    SFUNC = journey_map_add, STYPE = journey_map_summary, SSPACE = 16384, FINALFUNC = journey_map_finish, COMBINEFUNC = journey_map_combine, PARALLEL = SAFE);

CREATE FUNCTION journey_steps_add(journey_steps_summary, journey, map_definition) RETURNS journey_steps_summary
    AS 'MODULE_PATHNAME', 'journey_journey_steps_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION journey_steps_add(journey_steps_summary, journey, map_definition, timestamptz) RETURNS journey_steps_summary
    AS 'MODULE_PATHNAME', 'journey_journey_steps_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION journey_steps_combine(journey_steps_summary, journey_steps_summary) RETURNS journey_steps_summary
    AS 'MODULE_PATHNAME', 'journey_journey_steps_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION journey_steps_finish(journey_steps_summary) RETURNS journey_step_row[]
    AS 'MODULE_PATHNAME', 'journey_journey_steps_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;

CREATE AGGREGATE journey_steps(j journey, map map_definition) (
    SFUNC = journey_steps_add, STYPE = journey_steps_summary, SSPACE = 16384, FINALFUNC = journey_steps_finish, COMBINEFUNC = journey_steps_combine, PARALLEL = SAFE);
CREATE AGGREGATE journey_steps(j journey, map map_definition, as_of timestamptz) (
    SFUNC = journey_steps_add, STYPE = journey_steps_summary, SSPACE = 16384, FINALFUNC = journey_steps_finish, COMBINEFUNC = journey_steps_combine, PARALLEL = SAFE);

CREATE FUNCTION discover_map_add(map_discovery, journey, int) RETURNS map_discovery
    AS 'MODULE_PATHNAME', 'journey_discover_map_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION discover_map_combine(map_discovery, map_discovery) RETURNS map_discovery
    AS 'MODULE_PATHNAME', 'journey_discover_map_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION discover_map_finish(map_discovery) RETURNS discover_map_row[]
    AS 'MODULE_PATHNAME', 'journey_discover_map_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;

CREATE AGGREGATE discover_map(j journey, stages int) (
    SFUNC = discover_map_add, STYPE = map_discovery, SSPACE = 16384, FINALFUNC = discover_map_finish, COMBINEFUNC = discover_map_combine, PARALLEL = SAFE);

-- What is expected of a touchpoint is what happens elsewhere: to customers of the same
-- stage who were never there or, if there are none, in the other stages. What is
-- expected of customers with a problem is what happens to those without, there too.
CREATE FUNCTION touchpoint_impact(map journey_map_row[], value float8 DEFAULT 1, OUT kind text, OUT stage_no int, OUT stage text, OUT touchpoint text, OUT channel text,
    OUT owner text, OUT importance text, OUT customers bigint, OUT drop_off float8, OUT expected_drop_off float8, OUT compared_with text,
    OUT excess float8, OUT lost_customers float8, OUT impact float8, OUT z float8) RETURNS SETOF record
    LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 200 ROWS 30
    BEGIN ATOMIC
        SELECT c.kind, c.stage_no, c.stage, c.touchpoint, c.channel, c.owner, c.importance, c.customers, c.drop_off, c.expected, c.compared_with,
               c.drop_off - c.expected, c.customers * (c.drop_off - c.expected), c.customers * (c.drop_off - c.expected) * coalesce($2, 1),
               (c.drop_off - c.expected) / nullif(sqrt(c.pooled * (1 - c.pooled) * (1.0::float8 / c.customers + 1.0::float8 / c.n)), 0)
        FROM (SELECT b.*, 1 - b.moved_on::float8 / b.customers AS drop_off, 1 - b.moved::float8 / b.n AS expected,
                     (b.moved_on + b.moved)::float8 / (b.customers + b.n) AS pooled
              FROM (SELECT 'touchpoint' AS kind, r.stage_no, r.stage, r.touchpoint, r.channel, r.owner, r.importance, r.customers, r.moved_on,
                           CASE WHEN r.rest_customers > 0 THEN 'rest of the stage' ELSE 'other stages' END AS compared_with,
                           CASE WHEN r.rest_customers > 0 THEN r.rest_customers ELSE o.customers END AS n,
                           CASE WHEN r.rest_customers > 0 THEN r.rest_moved_on ELSE o.moved_on END AS moved
                    FROM unnest($1) AS r,
                         LATERAL (SELECT sum(x.customers)::bigint AS customers, sum(x.moved_on)::bigint AS moved_on
                                  FROM unnest($1) AS x WHERE x.stage_no <> r.stage_no AND x.moved_on IS NOT NULL) AS o
                    WHERE r.moved_on IS NOT NULL AND r.customers > 0
                    UNION ALL
                    SELECT 'problem', r.stage_no, r.stage, r.touchpoint, r.channel, r.owner, r.importance, r.problem_customers, r.problem_moved_on,
                           'those without a problem', r.customers - r.problem_customers, r.calm_moved_on
                    FROM unnest($1) AS r WHERE r.problem_moved_on IS NOT NULL AND r.problem_customers > 0) AS b
              WHERE b.n > 0) AS c;
    END;
CREATE FUNCTION pain_points(map journey_map_row[], value float8 DEFAULT 1, OUT rank int, OUT kind text, OUT stage_no int, OUT stage text, OUT touchpoint text, OUT channel text,
    OUT owner text, OUT importance text, OUT customers bigint, OUT drop_off float8, OUT expected_drop_off float8, OUT compared_with text,
    OUT excess float8, OUT lost_customers float8, OUT impact float8, OUT z float8) RETURNS SETOF record
    LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 200 ROWS 15
    BEGIN ATOMIC
        SELECT (row_number() OVER (ORDER BY i.impact DESC, i.customers DESC, i.stage_no, i.touchpoint COLLATE "C", i.channel COLLATE "C", i.kind COLLATE "C"))::int, i.*
        FROM touchpoint_impact($1, $2) AS i WHERE i.excess > 0 ORDER BY 1;
    END;
CREATE FUNCTION delight_points(map journey_map_row[], value float8 DEFAULT 1, OUT rank int, OUT kind text, OUT stage_no int, OUT stage text, OUT touchpoint text, OUT channel text,
    OUT owner text, OUT importance text, OUT customers bigint, OUT drop_off float8, OUT expected_drop_off float8, OUT compared_with text,
    OUT excess float8, OUT won_customers float8, OUT impact float8, OUT z float8) RETURNS SETOF record
    LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 200 ROWS 15
    BEGIN ATOMIC
        SELECT (row_number() OVER (ORDER BY i.impact, i.customers DESC, i.stage_no, i.touchpoint COLLATE "C", i.channel COLLATE "C", i.kind COLLATE "C"))::int, i.kind, i.stage_no, i.stage,
               i.touchpoint, i.channel, i.owner, i.importance, i.customers, i.drop_off, i.expected_drop_off, i.compared_with, i.excess, -i.lost_customers, -i.impact, i.z
        FROM touchpoint_impact($1, $2) AS i WHERE i.excess < 0 AND i.kind = 'touchpoint' ORDER BY 1;
    END;
CREATE FUNCTION owner_scorecard(map journey_map_row[], value float8 DEFAULT 1, OUT owner text, OUT touchpoints bigint, OUT kpis bigint, OUT met bigint, OUT missed bigint,
    OUT without_figure bigint, OUT share_met float8, OUT lost_customers float8, OUT impact float8, OUT worst_touchpoint text) RETURNS SETOF record
    LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 300 ROWS 5
    BEGIN ATOMIC
        SELECT t.owner, count(*), count(t.kpi), count(*) FILTER (WHERE t.met), count(*) FILTER (WHERE NOT t.met), count(t.kpi) FILTER (WHERE t.met IS NULL),
               (count(*) FILTER (WHERE t.met))::float8 / nullif(count(t.met), 0), coalesce(sum(p.lost), 0), coalesce(sum(p.impact), 0),
               (array_agg(t.touchpoint ORDER BY p.impact DESC NULLS LAST, t.touchpoint COLLATE "C") FILTER (WHERE p.impact > 0))[1]
        FROM (SELECT DISTINCT coalesce(r.owner, '(no owner)') AS owner, r.touchpoint, r.kpi, r.met FROM unnest($1) AS r WHERE r.stage_no IS NOT NULL AND r.touchpoint IS NOT NULL) AS t
             LEFT JOIN (SELECT x.touchpoint, sum(x.lost_customers) AS lost, sum(x.impact) AS impact FROM pain_points($1, $2) AS x WHERE x.kind = 'touchpoint' GROUP BY x.touchpoint) AS p USING (touchpoint)
        GROUP BY t.owner ORDER BY 9 DESC, t.owner COLLATE "C";
    END;
CREATE FUNCTION map_check(map journey_map_row[], OUT finding text, OUT stage text, OUT touchpoint text, OUT channel text, OUT customers bigint, OUT events bigint) RETURNS SETOF record
    LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 200 ROWS 10
    BEGIN ATOMIC
        SELECT f.finding, f.stage, f.touchpoint, f.channel, f.customers, f.events
        FROM (SELECT 1 AS n, 'touchpoint never occurs' AS finding, r.stage, r.touchpoint, NULL::text AS channel, 0::bigint AS customers, 0::bigint AS events
              FROM unnest($1) AS r WHERE r.stage_no IS NOT NULL AND r.touchpoint IS NOT NULL GROUP BY r.stage, r.touchpoint HAVING sum(r.customers) = 0
              UNION ALL
              SELECT 2, 'stage never occurs', r.stage, NULL, NULL, 0, 0 FROM unnest($1) AS r WHERE r.stage_no IS NOT NULL GROUP BY r.stage HAVING sum(r.customers) = 0
              UNION ALL
              SELECT 3, 'event on no map', r.stage, r.touchpoint, r.channel, r.customers, r.events FROM unnest($1) AS r WHERE r.stage_no IS NULL
              UNION ALL
              SELECT DISTINCT 4, 'touchpoint without owner', r.stage, r.touchpoint, NULL, NULL::bigint, NULL::bigint FROM unnest($1) AS r
              WHERE r.stage_no IS NOT NULL AND r.touchpoint IS NOT NULL AND r.owner IS NULL
              UNION ALL
              SELECT DISTINCT 5, 'kpi without target', r.stage, r.touchpoint, NULL, NULL::bigint, NULL::bigint FROM unnest($1) AS r WHERE r.kpi IS NOT NULL AND r.target IS NULL) AS f
        ORDER BY f.n, f.events DESC NULLS LAST, f.stage COLLATE "C", f.touchpoint COLLATE "C", f.channel COLLATE "C";
    END;
CREATE FUNCTION decision_points(steps journey_step_row[], min_customers bigint DEFAULT 1, OUT stage_no int, OUT touchpoint text, OUT steps_taken bigint, OUT branches bigint,
    OUT entropy float8, OUT best_next text, OUT best_conversion float8, OUT worst_next text, OUT worst_conversion float8, OUT spread float8, OUT score float8) RETURNS SETOF record
    LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 200 ROWS 10
    BEGIN ATOMIC
        SELECT d.*, d.best - d.worst, d.entropy * (d.best - d.worst)
        FROM (SELECT s.from_stage_no, s.from_touchpoint, sum(s.count)::bigint, count(*), -sum(s.share * ln(s.share) / ln(2.0::float8)) AS entropy,
                     (array_agg(s.to_touchpoint ORDER BY s.conversion DESC, s.customers DESC, s.to_touchpoint COLLATE "C"))[1], max(s.conversion) AS best,
                     (array_agg(s.to_touchpoint ORDER BY s.conversion, s.customers DESC, s.to_touchpoint COLLATE "C"))[1], min(s.conversion) AS worst
              FROM unnest($1) AS s WHERE s.conversion IS NOT NULL AND s.customers >= $2
              GROUP BY s.from_stage_no, s.from_touchpoint HAVING count(*) > 1) AS d
        ORDER BY 11 DESC, d.from_stage_no, d.from_touchpoint COLLATE "C";
    END;
-- The step after which most move on, by the lower end of Wilson's 95 percent interval:
-- one lucky customer does not make a step the best.
CREATE FUNCTION next_best_steps(steps journey_step_row[], min_customers bigint DEFAULT 1, OUT stage_no int, OUT touchpoint text, OUT next_step text, OUT next_stage_no int,
    OUT customers bigint, OUT conversion float8, OUT at_least float8, OUT share float8, OUT median_took interval) RETURNS SETOF record
    LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 200 ROWS 10
    BEGIN ATOMIC
        SELECT DISTINCT ON (w.from_stage_no, w.from_touchpoint COLLATE "C") w.from_stage_no, w.from_touchpoint, w.to_touchpoint, w.to_stage_no, w.customers, w.conversion, w.at_least, w.share, w.median_took
        FROM (SELECT s.*, (s.conversion + 3.841459 / (2 * s.customers) - 1.959964 * sqrt(s.conversion * (1 - s.conversion) / s.customers + 3.841459 / (4.0 * s.customers * s.customers)))
                          / (1 + 3.841459 / s.customers) AS at_least
              FROM unnest($1) AS s WHERE s.from_stage_no IS NOT NULL AND s.to_stage_no IS NOT NULL AND s.customers >= $2) AS w
        ORDER BY w.from_stage_no, w.from_touchpoint COLLATE "C", w.at_least DESC NULLS LAST, w.customers DESC, w.to_touchpoint COLLATE "C";
    END;

COMMENT ON FUNCTION journey_map_add(journey_map_summary, journey, map_definition) IS 'Transition of journey_map. Example: SELECT journey_map(j, (SELECT stage_map(''shop''))) FROM journeys';
COMMENT ON AGGREGATE journey_map(journey, map_definition) IS
'The measured map: customers, conversion to a later stage, exits, problems, satisfaction, figure against target, for each touchpoint and channel. Example: SELECT * FROM unnest((SELECT journey_map(j, (SELECT stage_map(''shop''))) FROM journeys))';
COMMENT ON FUNCTION journey_map_add(journey_map_summary, journey, map_definition, text) IS 'Transition of journey_map. Example: SELECT journey_map(j, (SELECT stage_map(''shop'')), ''touchpoint'') FROM journeys';
COMMENT ON AGGREGATE journey_map(journey, map_definition, text) IS
'The same by channel, touchpoint or stage. Example: SELECT * FROM unnest((SELECT journey_map(j, (SELECT stage_map(''shop'')), ''touchpoint'') FROM journeys))';
COMMENT ON FUNCTION journey_map_add(journey_map_summary, journey, map_definition, text, timestamptz, interval) IS 'Transition of journey_map. Example: SELECT journey_map(j, (SELECT stage_map(''shop'')), ''channel'', ''2024-06-01'', ''7 days'') FROM journeys';
COMMENT ON AGGREGATE journey_map(journey, map_definition, text, timestamptz, interval) IS
'The same as of a moment; a journey whose last event is less than idle ago has not ended. Example: SELECT * FROM unnest((SELECT journey_map(j, (SELECT stage_map(''shop'')), ''channel'', ''2024-06-01'', ''7 days'') FROM journeys))';
COMMENT ON FUNCTION journey_map_combine(journey_map_summary, journey_map_summary) IS 'Combine function of journey_map. Example: SELECT journey_map(j, (SELECT stage_map(''shop''))) FROM journeys';
COMMENT ON FUNCTION journey_map_finish(journey_map_summary) IS 'Final function of journey_map. Example: SELECT journey_map(j, (SELECT stage_map(''shop''))) FROM journeys';
COMMENT ON TYPE journey_map_summary IS 'State of journey_map. Example: SELECT journey_map(j, (SELECT stage_map(''shop''))) FROM journeys';
COMMENT ON FUNCTION journey_map_summary_in(cstring) IS 'Reads a journey_map_summary. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION journey_map_summary_out(journey_map_summary) IS 'Writes a journey_map_summary as hexadecimal digits. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION journey_map_summary_recv(internal) IS 'Reads the binary form of a journey_map_summary. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION journey_map_summary_send(journey_map_summary) IS 'Writes the binary form of a journey_map_summary. Example: it is used where a state moves between nodes';
COMMENT ON TYPE journey_map_row IS 'One row of journey_map. Example: SELECT * FROM unnest((SELECT journey_map(j, (SELECT stage_map(''shop''))) FROM journeys))';
COMMENT ON FUNCTION journey_steps_add(journey_steps_summary, journey, map_definition) IS 'Transition of journey_steps. Example: SELECT journey_steps(j, (SELECT stage_map(''shop''))) FROM journeys';
COMMENT ON AGGREGATE journey_steps(journey, map_definition) IS
'Steps from touchpoint to touchpoint: how often, by whom, how fast, and who moved on to a later stage afterwards. Example: SELECT * FROM unnest((SELECT journey_steps(j, (SELECT stage_map(''shop''))) FROM journeys))';
COMMENT ON FUNCTION journey_steps_add(journey_steps_summary, journey, map_definition, timestamptz) IS 'Transition of journey_steps. Example: SELECT journey_steps(j, (SELECT stage_map(''shop'')), ''2024-06-01'') FROM journeys';
COMMENT ON AGGREGATE journey_steps(journey, map_definition, timestamptz) IS
'The same as of a moment. Example: SELECT * FROM unnest((SELECT journey_steps(j, (SELECT stage_map(''shop'')), ''2024-06-01'') FROM journeys))';
COMMENT ON FUNCTION journey_steps_combine(journey_steps_summary, journey_steps_summary) IS 'Combine function of journey_steps. Example: SELECT journey_steps(j, (SELECT stage_map(''shop''))) FROM journeys';
COMMENT ON FUNCTION journey_steps_finish(journey_steps_summary) IS 'Final function of journey_steps. Example: SELECT journey_steps(j, (SELECT stage_map(''shop''))) FROM journeys';
COMMENT ON TYPE journey_steps_summary IS 'State of journey_steps. Example: SELECT journey_steps(j, (SELECT stage_map(''shop''))) FROM journeys';
COMMENT ON FUNCTION journey_steps_summary_in(cstring) IS 'Reads a journey_steps_summary. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION journey_steps_summary_out(journey_steps_summary) IS 'Writes a journey_steps_summary as hexadecimal digits. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION journey_steps_summary_recv(internal) IS 'Reads the binary form of a journey_steps_summary. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION journey_steps_summary_send(journey_steps_summary) IS 'Writes the binary form of a journey_steps_summary. Example: it is used where a state moves between nodes';
COMMENT ON TYPE journey_step_row IS 'One row of journey_steps. Example: SELECT * FROM unnest((SELECT journey_steps(j, (SELECT stage_map(''shop''))) FROM journeys))';
COMMENT ON FUNCTION discover_map_add(map_discovery, journey, int) IS 'Transition of discover_map. Example: SELECT discover_map(j, 5) FROM journeys';
COMMENT ON AGGREGATE discover_map(journey, int) IS
'A draft of a map from events alone: which event is early, which late, cut into stages. Example: SELECT * FROM unnest((SELECT discover_map(j, 5) FROM journeys))';
COMMENT ON FUNCTION discover_map_combine(map_discovery, map_discovery) IS 'Combine function of discover_map. Example: SELECT discover_map(j, 5) FROM journeys';
COMMENT ON FUNCTION discover_map_finish(map_discovery) IS 'Final function of discover_map. Example: SELECT discover_map(j, 5) FROM journeys';
COMMENT ON TYPE map_discovery IS 'State of discover_map. Example: SELECT discover_map(j, 5) FROM journeys';
COMMENT ON FUNCTION map_discovery_in(cstring) IS 'Reads a map_discovery. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION map_discovery_out(map_discovery) IS 'Writes a map_discovery as hexadecimal digits. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION map_discovery_recv(internal) IS 'Reads the binary form of a map_discovery. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION map_discovery_send(map_discovery) IS 'Writes the binary form of a map_discovery. Example: it is used where a state moves between nodes';
COMMENT ON TYPE discover_map_row IS 'One row of discover_map. Example: SELECT * FROM unnest((SELECT discover_map(j, 5) FROM journeys))';
COMMENT ON FUNCTION touchpoint_impact(journey_map_row[], float8) IS 'How much more or fewer customers are lost at each touchpoint than elsewhere, times what one is worth. Example: SELECT * FROM touchpoint_impact((SELECT journey_map(j, (SELECT stage_map(''shop''))) FROM journeys), 40)';
COMMENT ON FUNCTION pain_points(journey_map_row[], float8) IS 'Where more customers are lost than elsewhere, the greatest impact first: reach × excess drop-off × value. Example: SELECT * FROM pain_points((SELECT journey_map(j, (SELECT stage_map(''shop''))) FROM journeys), 40)';
COMMENT ON FUNCTION delight_points(journey_map_row[], float8) IS 'Where fewer customers are lost than elsewhere, the greatest impact first. Example: SELECT * FROM delight_points((SELECT journey_map(j, (SELECT stage_map(''shop''))) FROM journeys), 40)';
COMMENT ON FUNCTION owner_scorecard(journey_map_row[], float8) IS 'Figures met and missed, and customers lost, for each owner. Example: SELECT * FROM owner_scorecard((SELECT journey_map(j, (SELECT stage_map(''shop''))) FROM journeys))';
COMMENT ON FUNCTION map_check(journey_map_row[]) IS 'Where map and reality differ: touchpoints that never occur, events on no map, touchpoints without owner. Example: SELECT * FROM map_check((SELECT journey_map(j, (SELECT stage_map(''shop''))) FROM journeys))';
COMMENT ON FUNCTION decision_points(journey_step_row[], bigint) IS 'Touchpoints where customers part and it matters which way they go. Example: SELECT * FROM decision_points((SELECT journey_steps(j, (SELECT stage_map(''shop''))) FROM journeys), 30)';
COMMENT ON FUNCTION next_best_steps(journey_step_row[], bigint) IS 'From each touchpoint the step after which most customers move on to a later stage. Example: SELECT * FROM next_best_steps((SELECT journey_steps(j, (SELECT stage_map(''shop''))) FROM journeys), 30)';
