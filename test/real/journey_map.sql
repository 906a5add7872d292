-- The synthetic shop as sessions on a map, with its planted stories: a checkout that
-- was broken on mobile for a while, and an incident of the payment provider.
\ir ../oracle/events.sql
CREATE TABLE file (user_id text, session_id text, event text, at timestamptz, platform text, acquisition_channel text,
    user_cohort text, user_lifecycle text, line bigserial);
\copy file (user_id, session_id, event, at, platform, acquisition_channel, user_cohort, user_lifecycle) FROM PROGRAM 'gzip -dc retentioneering_ecom_synthetic.csv.gz' (FORMAT csv, HEADER)
INSERT INTO events SELECT session_id, at, event, CASE WHEN event <> 'compare' THEN platform END, CASE WHEN event = 'purchase' THEN 10 + line % 7 END, line FROM file;
CALL prepare_events();
ANALYZE;
INSERT INTO journey_stage (map, position, stage) SELECT 'm', position, stage FROM stage_template() WHERE position <= 4;
INSERT INTO journey_touchpoint (map, touchpoint, stage, owner) VALUES
  ('m', 'home', 'awareness', 'Marketing'), ('m', 'promotion', 'awareness', 'Marketing'), ('m', 'catalogue', 'consideration', 'Content'), ('m', 'search', 'consideration', 'Content'),
  ('m', 'product', 'consideration', 'Content'), ('m', 'advice', 'consideration', 'Content'), ('m', 'basket', 'decision', 'Shop'), ('m', 'shipping', 'decision', 'Shop'),
  ('m', 'payment', 'decision', 'Payments'), ('m', 'help', 'decision', 'Support'), ('m', 'order', 'purchase', 'Shop'), ('m', 'shop in town', 'purchase', 'Retail');
INSERT INTO journey_rule (map, event, touchpoint, role) VALUES
  ('m', 'home', 'home', 'visit'), ('m', 'promo_page', 'promotion', 'visit'), ('m', 'catalog', 'catalogue', 'visit'), ('m', 'filter_results', 'catalogue', 'visit'), ('m', 'search', 'search', 'visit'),
  ('m', 'product_view', 'product', 'visit'), ('m', 'review_page', 'advice', 'visit'), ('m', 'compare', 'advice', 'visit'), ('m', 'wishlist_add', 'product', 'visit'), ('m', 'add_to_cart', 'basket', 'visit'),
  ('m', 'cart', 'basket', 'visit'), ('m', 'shipping_details', 'shipping', 'visit'), ('m', 'checkout_bug', 'shipping', 'problem'), ('m', 'payment_details', 'payment', 'visit'),
  ('m', 'payment_error', 'payment', 'problem'), ('m', 'support_chat', 'help', 'visit'), ('m', 'purchase', 'order', 'visit');
CREATE FUNCTION moments() RETURNS timestamptz[] LANGUAGE sql IMMUTABLE AS $$ SELECT '{2024-03-15 12:00:00,2024-05-20 11:30:00}'::timestamptz[] $$;
\ir ../oracle/journey_map_checks.sql

-- The stories. What is wrong, where, when, and who has to mend it.
CREATE TABLE maps AS SELECT journey_map(j, (SELECT stage_map('m'))) AS map FROM journeys;
SELECT same('customers with a problem are lost at two touchpoints', $$SELECT touchpoint, owner FROM maps, pain_points(map) WHERE kind = 'problem' GROUP BY 1, 2$$, $$VALUES ('payment', 'Payments'), ('shipping', 'Shop')$$);
SELECT same('the checkout is broken on mobile alone', $$SELECT channel, customers, lost_customers > 0 FROM maps, pain_points(map) WHERE kind = 'problem' AND touchpoint = 'shipping'$$,
    $$SELECT 'mobile', count(DISTINCT unit), true FROM events WHERE event = 'checkout_bug' HAVING array_agg(DISTINCT channel) = '{mobile}'$$);
SELECT same('the checkout was broken from 13 April to 9 May', $$SELECT min(at)::date, max(at)::date FROM (SELECT started_at(j) AS at, journey_map(j, (SELECT stage_map('m'))) AS map FROM journeys GROUP BY 1) AS m, unnest(map) AS r WHERE r.touchpoint = 'shipping' AND r.problems > 0$$,
    $$VALUES (date '2024-04-13', date '2024-05-09')$$);
SELECT same('payment fails on every platform', $$SELECT channel FROM maps, pain_points(map) WHERE kind = 'problem' AND touchpoint = 'payment' AND z > 3$$, $$VALUES ('desktop'), ('mobile'), ('tablet')$$);
SELECT same('in the weeks of the incident nothing in the decision costs more than payment', $$SELECT p.kind, p.touchpoint FROM (SELECT journey_map(j, (SELECT stage_map('m')), 'touchpoint') AS map FROM journeys WHERE started_at(j) >= '2024-05-19' AND started_at(j) < '2024-06-09') AS m, pain_points(map) AS p WHERE p.stage = 'decision' ORDER BY p.rank LIMIT 1$$,
    $$VALUES ('problem', 'payment')$$);
SELECT same('the worst three weeks are those of the incident', $$SELECT week FROM (SELECT week, sum(p.lost_customers) AS lost FROM (SELECT date_trunc('week', started_at(j)) AS week, journey_map(j, (SELECT stage_map('m')), 'touchpoint') AS map FROM journeys GROUP BY 1) AS m, pain_points(map) AS p WHERE p.kind = 'problem' GROUP BY 1 ORDER BY 2 DESC LIMIT 3) AS w$$,
    $$VALUES (timestamptz '2024-05-20'), ('2024-05-27'), ('2024-06-03')$$);
SELECT same('what is on no map, and what never happens', $$SELECT finding, touchpoint, sum(events) FROM maps, map_check(map) GROUP BY 1, 2$$,
    $$SELECT 'event on no map', event, count(*)::numeric FROM events WHERE event IN ('account_page', 'error_page') GROUP BY 2 UNION ALL VALUES ('touchpoint never occurs', 'shop in town', 0)$$);
-- A draft from the events alone has the order of the shop.
SELECT same('the draft goes from home to the purchase', $$SELECT string_agg(event, ', ' ORDER BY "position") FROM unnest((SELECT discover_map(keep(j, '{home,product_view,cart,payment_details,purchase}'), 3) FROM journeys))$$,
    $$VALUES ('home, product_view, cart, payment_details, purchase')$$);
