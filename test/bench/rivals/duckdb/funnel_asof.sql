-- DuckDB, ASOF joins backwards from every step
WITH first AS (
  SELECT customer, ts FROM events WHERE event = :'step1'
), second AS (
  SELECT b.customer, b.ts, first.ts AS start
  FROM events b ASOF JOIN first ON first.customer = b.customer AND first.ts <= b.ts
  WHERE b.event = :'step2'
), third AS (
  SELECT c.customer, c.ts, second.start
  FROM events c ASOF JOIN second ON second.customer = c.customer AND second.ts <= c.ts
  WHERE c.event = :'step3'
)
SELECT customer, max(step) AS answer
FROM (
  SELECT customer, 1 AS step FROM first
  UNION ALL SELECT customer, 2 FROM second WHERE ts <= start + interval :'within'
  UNION ALL SELECT customer, 3 FROM third WHERE ts <= start + interval :'within'
)
GROUP BY customer
