-- A SIMULATED web shop: 8,000 customers in March and April 2025. Nothing in it
-- is random: what looks like chance is a hash of the customer's number, so
-- every run gives the same rows. Ten facts are planted, and the report has to
-- find them again with nothing but the extension's functions:
--
--   1  The app's checkout is broken on 18, 19 and 20 March 2025: 45 customers
--      of the app see a payment error there and do not buy; nobody who checks
--      out in the app on these days does.
--   2  E-mail brings the customers with the best conversion: 28.0 % of them buy
--      within 7 days of their last look at a product (search 17.6 %, app
--      16.5 %, social 7.5 %).
--   3  140 customers do pay, but 8 to 14 days after the checkout: too late for
--      a window of 7 days.
--   4  120 customers complain to the support between cart and purchase. None of
--      them buys. (Others complain after they bought. They are no such case.)
--   5  Every visit begins with the event "visit", and visits of a customer lie
--      hours apart: as many sessions as visits, with a gap of 30 minutes.
--   6  160 customers go back to the product with the cart already full, and buy
--      within 7 days. (25 of those who pay too late do so as well, and those who
--      buy again look again, too: only the limit of time tells them apart.)
--   7  Buyers who came by e-mail come back: 252 of 456 buy again, 14 days after
--      the first time. Of the others less than a tenth does.
--   8  For the 45 who met the incident the payment error is the end of the journey.
--   9  So of all problems it is the one that costs most, at the checkout in the app.
--  10  E-mail was the first channel of 708 purchases.
--
-- The numbers stand in these tables; shop_check.sql compares the report with them.
CREATE TABLE shop_plan (channel text, fate text, customers int);
INSERT INTO shop_plan VALUES
  -- fate:  bought              late                complaint
  ('email',  'bought', 420), ('email',  'late', 36), ('email',  'complaint', 30),
  ('search', 'bought', 440), ('search', 'late', 48), ('search', 'complaint', 45),
  ('social', 'bought', 150), ('social', 'late', 26), ('social', 'complaint', 25),
  ('app',    'bought', 330), ('app',    'late', 30), ('app',    'complaint', 20),
  ('app',    'incident', 45),
  -- fate:  left at the checkout       left with a cart              only looked
  ('email',  'left_checkout',  64), ('email',  'left_cart', 250), ('email',  'looked',  700),
  ('search', 'left_checkout', 117), ('search', 'left_cart', 450), ('search', 'looked', 1400),
  ('social', 'left_checkout',  79), ('social', 'left_cart', 270), ('social', 'looked', 1450),
  ('app',    'left_checkout', 100), ('app',    'left_cart', 270), ('app',    'looked', 1205);

CREATE TABLE shop_habits (habit text, channel text, fate text, customers int);
INSERT INTO shop_habits VALUES
  ('goes back',  'email', 'bought',  40), ('goes back',  'search', 'bought', 60), ('goes back',  'social', 'bought', 20), ('goes back',  'app', 'bought', 40),
  ('goes back',  'email', 'late',    10), ('goes back',  'search', 'late',   15),
  ('buys again', 'email', 'bought', 252), ('buys again', 'search', 'bought', 44), ('buys again', 'social', 'bought', 15), ('buys again', 'app', 'bought', 33);

CREATE TABLE shop_incident AS SELECT timestamptz '2025-03-18' AS starts, timestamptz '2025-03-21' AS ends;

-- A number from 0 up to 1 that looks like chance.
CREATE FUNCTION shop_chance(customer int, what text) RETURNS float8 LANGUAGE sql IMMUTABLE
RETURN ('x' || left(md5(customer::text || what), 8))::bit(32)::bigint / 4294967296.0;

CREATE TABLE shop_customers AS
SELECT customer, channel, fate,
       1 + floor(3 * shop_chance(customer, 'looks'))::int AS looks,
       timestamptz '2025-03-03' + make_interval(days => floor(35 * shop_chance(customer, 'day'))::int,
                                                secs => 28800 + floor(43200 * shop_chance(customer, 'hour'))) AS joined
FROM (SELECT channel, fate, row_number() OVER (ORDER BY md5(channel || fate || n) COLLATE "C")::int AS customer
      FROM shop_plan, generate_series(1, customers) AS n) AS numbered;

-- Visits that only look at products, one a day; then the visit that fills the
-- cart; half of the customers go to the checkout on the day after.
CREATE TABLE shop_moments AS
SELECT customer, channel, fate, looks, joined, cart_visit, checkout_visit,
       coalesce(checkout_visit + interval '2 minutes',
                cart_visit + make_interval(mins => 10, secs => floor(600 * shop_chance(customer, 'checkout')))) AS checkout
FROM (SELECT *, CASE WHEN shop_chance(customer, 'sleeps on it') < 0.5
                     THEN cart_visit + make_interval(hours => 20, secs => floor(36000 * shop_chance(customer, 'night'))) END AS checkout_visit
      FROM (SELECT *, joined + looks * interval '1 day' + make_interval(secs => floor(7200 * shop_chance(customer, 'cart'))) AS cart_visit
            FROM shop_customers) AS c) AS c;

-- Who meets the incident gets there on its days; who buys in the app does not.
UPDATE shop_moments SET (joined, cart_visit, checkout_visit, checkout) =
       (joined + by, cart_visit + by, checkout_visit + by, checkout + by)
FROM (SELECT customer AS who,
             CASE WHEN fate = 'incident'
                  THEN starts - date_trunc('day', checkout) + floor(3 * shop_chance(customer, 'incident'))::int * interval '1 day'
                  ELSE interval '4 days' END AS by
      FROM shop_moments, shop_incident
      WHERE fate = 'incident' OR (fate = 'bought' AND channel = 'app' AND checkout >= starts AND checkout < ends)) AS moved
WHERE customer = who;

-- Who would buy again in the app while its checkout is broken comes last.
CREATE TABLE shop_has_habit AS
SELECT customer, habit
FROM (SELECT m.customer, h.habit, h.customers,
             row_number() OVER (PARTITION BY h.habit, channel, fate
                                ORDER BY channel = 'app' AND checkout + interval '15 days' >= starts AND checkout + interval '14 days' < ends,
                                         shop_chance(m.customer, h.habit), m.customer) AS place
      FROM shop_moments AS m JOIN shop_habits AS h USING (channel, fate), shop_incident) AS placed
WHERE place <= customers;

CREATE TABLE shop_events (customer int, ts timestamptz, event text, visit text, value float8);
INSERT INTO shop_events
  -- the looking visits
  SELECT customer, joined + (v - 1) * interval '1 day' + make_interval(secs => after), event, 'look ' || v, NULL::float8
  FROM shop_moments, generate_series(1, looks) AS v,
       LATERAL (VALUES (0, 'visit', 1.0),
                       (40, 'search', 0.4),
                       (90 + floor(100 * shop_chance(customer, 'p' || v))::int, 'product', CASE WHEN v = 1 THEN 1.0 ELSE 0.7 END),
                       (240 + floor(200 * shop_chance(customer, 'q' || v))::int, 'product', 0.6),
                       (600 + floor(300 * shop_chance(customer, 'r' || v))::int, 'product', 0.3)) AS e(after, event, share)
  WHERE shop_chance(customer, event || after || v) < share
UNION ALL
  SELECT customer, cart_visit + make_interval(secs => after), event, 'cart', NULL
  FROM shop_moments,
       LATERAL (VALUES (0, 'visit'), (60, 'product'),
                       (150 + floor(240 * shop_chance(customer, 'into cart'))::int, 'cart'),
                       (CASE WHEN fate = 'complaint' THEN 480 END, 'complaint')) AS e(after, event)
  WHERE fate <> 'looked' AND after IS NOT NULL
UNION ALL
  SELECT customer, checkout_visit, 'visit', 'checkout', NULL
  FROM shop_moments WHERE fate NOT IN ('looked', 'left_cart') AND checkout_visit IS NOT NULL
UNION ALL
  SELECT customer, checkout, 'checkout', CASE WHEN checkout_visit IS NULL THEN 'cart' ELSE 'checkout' END, NULL
  FROM shop_moments WHERE fate NOT IN ('looked', 'left_cart')
UNION ALL
  SELECT customer, checkout + interval '70 seconds', 'payment_error', CASE WHEN checkout_visit IS NULL THEN 'cart' ELSE 'checkout' END, NULL
  FROM shop_moments WHERE fate = 'incident' OR (fate = 'bought' AND shop_chance(customer, 'card') < 0.04)
UNION ALL
  SELECT customer, checkout + make_interval(secs => 100 + floor(400 * shop_chance(customer, 'pay'))), 'purchase',
         CASE WHEN checkout_visit IS NULL THEN 'cart' ELSE 'checkout' END, 10 + floor(14000 * shop_chance(customer, 'basket') ^ 2) / 100
  FROM shop_moments WHERE fate = 'bought'
UNION ALL
  SELECT customer, checkout + paid_after + make_interval(secs => after), event, 'late', value
  FROM shop_moments,
       LATERAL (SELECT make_interval(days => 8, secs => floor(518400 * shop_chance(customer, 'late')))) AS l(paid_after),
       LATERAL (VALUES (0, 'visit', NULL), (75, 'purchase', 10 + floor(14000 * shop_chance(customer, 'basket') ^ 2) / 100)) AS e(after, event, value)
  WHERE fate = 'late'
UNION ALL
  SELECT customer, checkout + interval '3 days' + make_interval(secs => after), event, 'after', NULL
  FROM shop_moments, LATERAL (VALUES (0, 'visit'), (180, 'complaint')) AS e(after, event)
  WHERE fate = 'bought' AND shop_chance(customer, 'unhappy') < 0.1
UNION ALL
  -- the full cart waits while its customer looks once more, and once more
  SELECT customer, cart_visit + make_interval(secs => 400 + 50 * n + floor(30 * shop_chance(customer, 'doubt' || n))), 'product', 'cart', NULL
  FROM shop_moments JOIN shop_has_habit USING (customer), generate_series(1, 3) AS n
  WHERE habit = 'goes back'
UNION ALL
  SELECT customer, checkout + make_interval(days => 14, secs => 3600 + floor(18000 * shop_chance(customer, 'again')) + after), event, 'again', value
  FROM shop_moments JOIN shop_has_habit USING (customer),
       LATERAL (VALUES (0, 'visit', NULL), (50, 'product', NULL), (110, 'cart', NULL), (200, 'checkout', NULL),
                       (290, 'purchase', 10 + floor(9000 * shop_chance(customer, 'second basket') ^ 2) / 100)) AS e(after, event, value)
  WHERE habit = 'buys again';

-- A customer's first visit comes over the channel that brought the customer,
-- three in ten later ones directly. The app's customers stay in the app.
INSERT INTO events (customer, ts, event, channel, value)
SELECT e.customer, ts, event,
       CASE WHEN channel <> 'app' AND visit <> 'look 1' AND shop_chance(e.customer, visit) < 0.3 THEN 'direct' ELSE channel END,
       value
FROM shop_events AS e JOIN shop_customers USING (customer)
ORDER BY ts, e.customer;
