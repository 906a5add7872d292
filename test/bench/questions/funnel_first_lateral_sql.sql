-- plain SQL: LATERAL with an index, but from the first step 1 only
SELECT customer, 1 + (second.ts IS NOT NULL)::int + (third.ts IS NOT NULL)::int AS answer
FROM (
  SELECT customer, min(ts) AS start
  FROM events
  WHERE event = :'step1'
  GROUP BY customer
) first
LEFT JOIN LATERAL (
  SELECT ts
  FROM events e
  WHERE e.customer = first.customer AND event = :'step2'
    AND ts BETWEEN start AND start + interval :'within'
  ORDER BY ts LIMIT 1
) second ON true
LEFT JOIN LATERAL (
  SELECT ts
  FROM events e
  WHERE e.customer = first.customer AND event = :'step3'
    AND ts BETWEEN second.ts AND start + interval :'within'
  ORDER BY ts LIMIT 1
) third ON true
