-- States of aggregates as they are stored, byte for byte: a value stored by a release is
-- read by every later one.
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

-- The state of an aggregate over rows, and whether it gives the aggregate's answer when it
-- is read.
CREATE FUNCTION state_of(aggregate regprocedure, arguments text, rows text, OUT type regtype, OUT state text, OUT same boolean) LANGUAGE plpgsql AS $$
DECLARE
    a pg_aggregate;
    taken text := pg_get_function_identity_arguments(aggregate);
BEGIN
    SELECT * INTO a FROM pg_aggregate WHERE aggfnoid = aggregate;
    type := a.aggtranstype;
    EXECUTE format('CREATE AGGREGATE written(%s) (SFUNC = %s, STYPE = %s)', taken, a.aggtransfn, type);
    EXECUTE format('CREATE AGGREGATE read(%1$s) (SFUNC = %2$s, STYPE = %1$s%3$s)', type, a.aggcombinefn,
                   CASE WHEN a.aggfinalfn <> 0 THEN format(', FINALFUNC = %s', a.aggfinalfn) END);
    EXECUTE format('SELECT s::text FROM (SELECT written(%s) AS s FROM %s) x', arguments, rows) INTO state;
    EXECUTE format('SELECT read(%L::%s)::text = (SELECT %s(%s)::text FROM %s)', state, type, a.aggfnoid::regproc, arguments, rows) INTO same;
    EXECUTE format('DROP AGGREGATE written(%s), read(%s)', taken, type);
END $$;

\pset format unaligned
\pset tuples_only
-- Journeys.
SELECT * FROM state_of('funnel_report(journey, text[])', 'j, ''{view,buy}'' ORDER BY customer', 'journeys');
SELECT * FROM state_of('retention_report(journey, retention_options)', 'j, retention_options(''day'', ''2024-01-05 12:00'') ORDER BY customer', 'journeys');
SELECT * FROM state_of('lifecycle_report(journey, activity_options)', 'j, activity_options(''week'', ''2024-01-20'') ORDER BY customer', 'journeys');
SELECT * FROM state_of('transition_report(journey)', 'j ORDER BY customer', 'journeys');
SELECT * FROM state_of('sankey(journey)', 'j ORDER BY customer', 'journeys');
SELECT * FROM state_of('path_report(text[])', 'event_names(j) ORDER BY customer', 'journeys');
SELECT * FROM state_of('ad_performance(journey, ad_options)', 'j, ad_options(''{view}'', ''{click}'', ''{buy}'') ORDER BY customer', 'journeys');
SELECT * FROM state_of('attribution_report(journey, attribution_options)', 'j, attribution_options(''{buy}'', ''{last,linear}'') ORDER BY customer', 'journeys');
SELECT * FROM state_of('markov_report(journey, attribution_options)', 'j, attribution_options(''{buy}'') ORDER BY customer', 'journeys');
SELECT * FROM state_of('stage_stock(journey, map_definition, timestamptz)', 'j, stage_map(''{look,own}'', ''{view,click,buy}'', ''{look,look,own}''), ''2024-01-05'' ORDER BY customer', 'journeys');
SELECT * FROM state_of('journey_steps(journey, map_definition)', 'j, stage_map(''{look,own}'', ''{view,click,buy}'', ''{look,look,own}'') ORDER BY customer', 'journeys');
SELECT * FROM state_of('discover_map(journey, int)', 'j, 2 ORDER BY customer', 'journeys');
SELECT * FROM state_of('next_step_fit(journey)', 'j ORDER BY customer', 'journeys');
SELECT * FROM state_of('churn_fit(journey, text[], timestamptz, interval, text)', 'j, ''{buy}'', ''2024-02-10'', ''20 days'', ''rfm'' ORDER BY customer', 'journeys');
-- Numbers.
SELECT * FROM state_of('value_compare(float8, boolean)', 'duration, event ORDER BY n', 'scores');
SELECT * FROM state_of('calibration_report(float8, boolean, int)', 'score, event, 2 ORDER BY n', 'scores');
SELECT * FROM state_of('logistic_fit(boolean, float8[], float8)', 'event, ARRAY[duration, score], 0.5 ORDER BY n', 'scores');
SELECT * FROM state_of('rfm_report(rfm_value, text, int)', '(interval ''1 day'' * n, n, duration)::rfm_value, ''quantile'', 3 ORDER BY n', 'scores');
SELECT * FROM state_of('survival_table(float8, boolean)', 'duration, event ORDER BY n', 'scores');
SELECT * FROM state_of('cox_fit(float8, boolean, float8[], text[], text)', 'duration, event, ARRAY[score], ''{score}'', name ORDER BY n', 'scores');
-- Models.
SELECT rfm_model_send(rfm_fixed('{1 day,7 days}', '{1,3}', '{10,20.5}'));
SELECT map_definition_send(stage_map('{look,own}', '{view,buy}', '{look,own}'));
SELECT logistic_model_send(logistic_fit(true, ARRAY[1.5, n] ORDER BY n)) FROM scores;
