-- plain SQL: lead() and GROUP BY, counts alone, without start and end
SELECT event || ' > ' || next AS customer, count(*) AS answer
FROM (
  SELECT event, lead(event) OVER (PARTITION BY customer ORDER BY ts, event COLLATE "C") AS next
  FROM events
) with_next
WHERE next IS NOT NULL
GROUP BY event, next
