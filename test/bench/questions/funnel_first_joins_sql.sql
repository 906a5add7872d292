-- plain SQL: joins, but from the first step 1 only
WITH first AS (
  SELECT customer, min(ts) AS start
  FROM events
  WHERE event = :'step1'
  GROUP BY customer
), second AS (
  SELECT customer, start, min(ts) AS ts
  FROM first JOIN events USING (customer)
  WHERE event = :'step2' AND ts BETWEEN start AND start + interval :'within'
  GROUP BY customer, start
), third AS (
  SELECT customer, min(events.ts) AS ts
  FROM second JOIN events USING (customer)
  WHERE event = :'step3' AND events.ts BETWEEN second.ts AND start + interval :'within'
  GROUP BY customer
)
SELECT customer, 1 + (second.ts IS NOT NULL)::int + (third.ts IS NOT NULL)::int AS answer
FROM first LEFT JOIN second USING (customer) LEFT JOIN third USING (customer)
