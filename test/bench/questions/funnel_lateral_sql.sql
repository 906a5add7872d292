-- plain SQL: LATERAL with an index
-- Backwards from every step: the best chain into a row comes from the latest
-- row of the step before it, since an earlier one cannot have a later start.
WITH second AS (
  SELECT b.customer
  FROM events b, LATERAL (
    SELECT ts
    FROM events a
    WHERE a.customer = b.customer AND a.event = :'step1' AND a.ts <= b.ts
    ORDER BY ts DESC LIMIT 1
  ) a
  WHERE b.event = :'step2' AND b.ts <= a.ts + interval :'within'
), third AS (
  SELECT c.customer
  FROM events c, LATERAL (
    SELECT ts
    FROM events b
    WHERE b.customer = c.customer AND b.event = :'step2' AND b.ts <= c.ts
    ORDER BY ts DESC LIMIT 1
  ) b, LATERAL (
    SELECT ts
    FROM events a
    WHERE a.customer = c.customer AND a.event = :'step1' AND a.ts <= b.ts
    ORDER BY ts DESC LIMIT 1
  ) a
  WHERE c.event = :'step3' AND c.ts <= a.ts + interval :'within'
)
SELECT customer, max(step) AS answer
FROM (
  SELECT customer, 1 AS step FROM events WHERE event = :'step1'
  UNION ALL SELECT customer, 2 FROM second
  UNION ALL SELECT customer, 3 FROM third
) reached
GROUP BY customer
