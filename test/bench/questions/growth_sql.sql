-- plain SQL over events: days of each customer with lag and lead
SELECT extract(epoch FROM at)::bigint AS customer, sum(weight) AS answer
FROM (
  SELECT day, lag(day) OVER w AS previous, lead(day) OVER w AS next
  FROM (SELECT customer, date_trunc('day', ts, 'UTC') AS day FROM events WHERE ts < '2024-03-01' GROUP BY 1, 2) days
  WINDOW w AS (PARTITION BY customer ORDER BY day)
) around
CROSS JOIN LATERAL (VALUES
  (day, CASE WHEN previous IS NULL THEN 1 WHEN previous = day - interval '1 day' THEN 1000 ELSE 1000000 END),
  (day + interval '1 day', CASE WHEN next IS DISTINCT FROM day + interval '1 day' AND day < '2024-02-29' THEN 1000000000 END)
) AS states (at, weight)
WHERE weight IS NOT NULL
GROUP BY at
