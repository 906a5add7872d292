-- Bytes of states that are damaged, cut or too long: each is refused, or read and used
-- without harm.
CREATE SCHEMA damaged_bytes_test;
SET search_path = damaged_bytes_test, public;
SET timezone = 'UTC';
SET datestyle = 'ISO';

CREATE TABLE journeys AS
SELECT customer, journey_agg(ts, event, channel, value) AS j
FROM (VALUES ('ann', timestamptz '2024-01-01 09:00', 'view', 'mail', NULL::float8), ('ann', '2024-01-01 09:20', 'click', 'mail', NULL),
             ('ann', '2024-01-03 12:00', 'buy', NULL, 19.99), ('ann', '2024-02-01 08:00', 'buy', NULL, 5),
             ('bob', '2024-01-02 10:00', 'view', 'search', NULL), ('bob', '2024-01-09 10:00', 'buy', NULL, 0.1),
             ('cat', '2024-01-02 11:00', 'click', 'ads', NULL)) rows (customer, ts, event, channel, value)
GROUP BY customer;
CREATE TABLE scores AS
SELECT * FROM (VALUES (1, 2.5::float8, true, 0.25::float8, 'a'), (2, 4, false, 0.5, 'b'), (3, 7.25, true, 0.875, 'a')) rows (n, duration, event, score, name);


-- Reads `times` damaged forms of an aggregate's state and finishes those that are read.
-- Anything but a refusal of data or an impossible number is raised.
CREATE FUNCTION damage(aggregate regprocedure, arguments text, rows text, times int, OUT type regtype, OUT refused int, OUT used int) LANGUAGE plpgsql AS $$
DECLARE
    a pg_aggregate;
    taken text := pg_get_function_identity_arguments(aggregate);
    whole bytea;
    part bytea;
    draw bigint;
BEGIN
    SELECT * INTO a FROM pg_aggregate WHERE aggfnoid = aggregate;
    type := a.aggtranstype;
    refused := 0;
    used := 0;
    EXECUTE format('CREATE AGGREGATE written(%s) (SFUNC = %s, STYPE = %s)', taken, a.aggtransfn, type);
    EXECUTE format('CREATE AGGREGATE read(%1$s) (SFUNC = %2$s, STYPE = %1$s%3$s)', type, a.aggcombinefn,
                   CASE WHEN a.aggfinalfn <> 0 THEN format(', FINALFUNC = %s', a.aggfinalfn) END);
    EXECUTE format('SELECT s::text::bytea FROM (SELECT written(%s) AS s FROM %s) x', arguments, rows) INTO whole;
    FOR i IN 1..times LOOP
        draw := hashint8extended(i, 7) & 9223372036854775807;
        part := CASE draw % 8 WHEN 0 THEN substr(whole, 1, (draw / 8 % length(whole))::int) WHEN 1 THEN whole || substr(whole, 1, (1 + draw / 8 % 9)::int) ELSE whole END;
        FOR k IN 1..draw % 8 - 1 LOOP
            draw := hashint8extended(k, i) & 9223372036854775807;
            part := set_byte(part, (draw % length(part))::int, CASE draw / 65536 % 3 WHEN 0 THEN 255 WHEN 1 THEN (get_byte(part, (draw % length(part))::int) + 1) % 256 ELSE (draw / 256 % 256)::int END);
        END LOOP;
        BEGIN
            EXECUTE format('SELECT read(s) FROM (VALUES (%1$L::%2$s), (%3$L::%2$s)) AS v (s)', part::text, type, whole::text);
            used := used + 1;
        EXCEPTION
            WHEN data_exception OR program_limit_exceeded THEN refused := refused + 1;
        END;
    END LOOP;
    EXECUTE format('DROP AGGREGATE written(%s), read(%s)', taken, type);
END $$;

CREATE TABLE done AS
SELECT * FROM damage('funnel_report(journey, text[])', 'j, ''{view,buy}'' ORDER BY customer', 'journeys', 400)
UNION ALL SELECT * FROM damage('retention_report(journey, retention_options)', 'j, retention_options(''day'', ''2024-01-05 12:00'') ORDER BY customer', 'journeys', 400)
UNION ALL SELECT * FROM damage('lifecycle_report(journey, activity_options)', 'j, activity_options(''week'', ''2024-01-20'') ORDER BY customer', 'journeys', 400)
UNION ALL SELECT * FROM damage('transition_report(journey)', 'j ORDER BY customer', 'journeys', 400)
UNION ALL SELECT * FROM damage('sankey(journey)', 'j ORDER BY customer', 'journeys', 400)
UNION ALL SELECT * FROM damage('path_report(text[])', 'event_names(j) ORDER BY customer', 'journeys', 400)
UNION ALL SELECT * FROM damage('ad_performance(journey, ad_options)', 'j, ad_options(''{view}'', ''{click}'', ''{buy}'') ORDER BY customer', 'journeys', 400)
UNION ALL SELECT * FROM damage('attribution_report(journey, attribution_options)', 'j, attribution_options(''{buy}'', ''{last,linear}'') ORDER BY customer', 'journeys', 400)
UNION ALL SELECT * FROM damage('markov_report(journey, attribution_options)', 'j, attribution_options(''{buy}'') ORDER BY customer', 'journeys', 400)
UNION ALL SELECT * FROM damage('stage_stock(journey, map_definition, timestamptz)', 'j, stage_map(''{look,own}'', ''{view,click,buy}'', ''{look,look,own}''), ''2024-01-05'' ORDER BY customer', 'journeys', 400)
UNION ALL SELECT * FROM damage('journey_steps(journey, map_definition)', 'j, stage_map(''{look,own}'', ''{view,click,buy}'', ''{look,look,own}'') ORDER BY customer', 'journeys', 400)
UNION ALL SELECT * FROM damage('discover_map(journey, int)', 'j, 2 ORDER BY customer', 'journeys', 400)
UNION ALL SELECT * FROM damage('next_step_fit(journey)', 'j ORDER BY customer', 'journeys', 400)
UNION ALL SELECT * FROM damage('churn_fit(journey, text[], timestamptz, interval, text)', 'j, ''{buy}'', ''2024-02-10'', ''20 days'', ''rfm'' ORDER BY customer', 'journeys', 400)
UNION ALL SELECT * FROM damage('value_compare(float8, boolean)', 'duration, event ORDER BY n', 'scores', 400)
UNION ALL SELECT * FROM damage('calibration_report(float8, boolean, int)', 'score, event, 2 ORDER BY n', 'scores', 400)
UNION ALL SELECT * FROM damage('logistic_fit(boolean, float8[], float8)', 'event, ARRAY[duration, score], 0.5 ORDER BY n', 'scores', 400)
UNION ALL SELECT * FROM damage('rfm_report(rfm_value, text, int)', '(interval ''1 day'' * n, n, duration)::rfm_value, ''quantile'', 3 ORDER BY n', 'scores', 400)
UNION ALL SELECT * FROM damage('survival_table(float8, boolean)', 'duration, event ORDER BY n', 'scores', 400)
UNION ALL SELECT * FROM damage('cox_fit(float8, boolean, float8[], text[], text)', 'duration, event, ARRAY[score], ''{score}'', name ORDER BY n', 'scores', 400)
UNION ALL SELECT * FROM damage('journey_map(journey, map_definition)', 'j, stage_map(''{look,own}'', ''{view,click,buy}'', ''{look,look,own}'') ORDER BY customer', 'journeys', 400)
UNION ALL SELECT * FROM damage('identity_agg(text, text, timestamptz, text)', 'name, n::text, timestamptz ''2024-01-01'' + n * interval ''1 day'', ''shop'' ORDER BY n', 'scores', 400)
UNION ALL SELECT * FROM damage('bgnbd_fit(bigint, float8, float8, text)', 'n, duration, duration + n, ''week'' ORDER BY n', 'scores', 60)
UNION ALL SELECT * FROM damage('btyd_calibration(btyd_model, bigint, float8, float8, bigint, float8)', '''{"model": "bgnbd", "unit": "week", "parameters": {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}}'', n, duration, duration + n, n, 10 ORDER BY n', 'scores', 400);
SELECT type, refused + used AS damaged, refused > 0 AS some_refused FROM done ORDER BY type::text COLLATE "C";
-- Types that are not among them: what is written as JSON is tested with its family.
SELECT typname FROM pg_type AS t JOIN pg_depend AS d ON d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'
WHERE typtype = 'b' AND typcategory <> 'A' AND t.oid <> ALL (SELECT type FROM done) ORDER BY typname COLLATE "C";
