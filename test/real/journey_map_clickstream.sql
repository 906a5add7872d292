-- Clicks in a web shop, many within one second, on a map.
\ir ../oracle/events.sql
CREATE TABLE file (visitor_id text, at timestamptz, click_order int, page text, line bigserial);
\copy file (visitor_id, at, click_order, page) FROM 'clickstream_shop_1240.csv' (FORMAT csv, HEADER)
INSERT INTO events SELECT visitor_id, at, page, NULL, NULL, line FROM file;
CALL prepare_events();
ANALYZE;
INSERT INTO journey_stage (map, position, stage) VALUES ('m', 10, 'arrive'), ('m', 20, 'look'), ('m', 30, 'know'), ('m', 40, 'buy');
UPDATE journey_stage SET position = position / 10;
INSERT INTO journey_touchpoint (map, touchpoint, stage) VALUES ('m', 'home', 'arrive'), ('m', 'goods', 'look'), ('m', 'account', 'know'), ('m', 'order', 'buy');
INSERT INTO journey_rule (map, event, touchpoint) SELECT 'm', page, CASE WHEN page ~ '^(start_session|home|p_info)' THEN 'home' WHEN page ~ '^(product|program|catalog|freeze)' THEN 'goods'
    WHEN page ~ '^(login|logpost|register|regpost)' THEN 'account' ELSE 'order' END FROM (SELECT DISTINCT page FROM file) p WHERE page ~ '^(start_session|home|p_info|product|program|catalog|freeze|login|logpost|register|regpost|cart|addcart|pay_)';
CREATE FUNCTION moments() RETURNS timestamptz[] LANGUAGE sql STABLE AS $$ SELECT ARRAY(SELECT min(ts) + (max(ts) - min(ts)) * f FROM events, unnest('{0.3,0.7}'::float8[]) AS f GROUP BY f ORDER BY f) $$;
\ir ../oracle/journey_map_checks.sql
