-- The event table: :events rows of :customers customers, the same rows on
-- every run. Every draw is a hash of what it is for, never random().
SET client_min_messages = warning;
SET max_parallel_workers_per_gather = 0;

-- A number in [0, 1) that belongs to the thing number n of a customer; salt
-- tells apart what is drawn for it.
CREATE FUNCTION draw(customer bigint, n bigint, salt bigint) RETURNS float8 IMMUTABLE LANGUAGE sql
AS 'SELECT (hashint8extended(n, customer * 100 + salt) & 1073741823) / 1073741824.0::float8';

CREATE FUNCTION draw_normal(customer bigint, n bigint, salt bigint) RETURNS float8 IMMUTABLE LANGUAGE sql
AS 'SELECT sqrt(-2 * ln(1 - draw(customer, n, salt))) * cos(2 * pi() * draw(customer, n, salt + 1))';

CREATE UNLOGGED TABLE events (
  customer bigint NOT NULL,
  ts       timestamptz NOT NULL,
  event    text NOT NULL,
  channel  text NOT NULL,
  value    float8
);

-- Activity is log-normal: half of the customers have fewer than half of the
-- mean number of events, the busiest has about a hundred times the mean.
INSERT INTO events
WITH weighed AS (
  SELECT customer, exp(1.2 * draw_normal(customer, 0, 10)) AS weight
  FROM generate_series(1, :customers::bigint) AS customer
), dealt AS (
  SELECT customer, round(:events * sum(weight) OVER (ORDER BY customer) / sum(weight) OVER ())::bigint AS upto
  FROM weighed
), active AS (
  SELECT customer, upto - lag(upto, 1, 0::bigint) OVER (ORDER BY customer) AS events
  FROM dealt
), visited AS (
  -- A visit takes 4 to 12 events, by customer.
  SELECT customer, n, n / (4 + customer % 9) AS visit, n % (4 + customer % 9) AS place
  FROM active, generate_series(0, events - 1) AS n
), placed AS (
  -- One event in twenty falls into the same second as the one before it.
  SELECT customer, n, visit, place, (place > 0 AND draw(customer, n, 20) < 0.05)::int AS tied
  FROM visited
), named AS (
  SELECT customer, n,
         timestamptz '2024-01-01 00:00:00+00'
           + interval '1 second' * floor(60 * 86400 * draw(customer, visit, 30))
           + interval '1 second' * floor(40 * (place - tied + draw(customer, n - tied, 40))) AS ts,
         CASE WHEN e < 0.360 THEN 'view_page'   WHEN e < 0.630 THEN 'view_product'
              WHEN e < 0.760 THEN 'search'      WHEN e < 0.840 THEN 'add_to_cart'
              WHEN e < 0.900 THEN 'login'       WHEN e < 0.930 THEN 'remove_from_cart'
              WHEN e < 0.960 THEN 'begin_checkout' WHEN e < 0.980 THEN 'add_payment'
              WHEN e < 0.996 THEN 'purchase'    ELSE 'contact_support' END AS event,
         CASE WHEN c < 0.45 THEN 'web' WHEN c < 0.75 THEN 'app' WHEN c < 0.88 THEN 'email'
              WHEN c < 0.96 THEN 'ads' ELSE 'store' END AS channel
  FROM placed, LATERAL (SELECT draw(customer, n, 50), draw(customer, visit, 60)) AS d(e, c)
)
SELECT customer, ts, event, channel,
       CASE WHEN event = 'purchase' THEN round(exp(3.5 + 0.8 * draw_normal(customer, n, 70))::numeric, 2)::float8 END
FROM named
-- Event tables grow in the order of time; so does this one.
ORDER BY ts, customer, n;

VACUUM ANALYZE events;
