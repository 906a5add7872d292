-- plain SQL: max, count and sum over the event table, ntile
WITH c AS (
  SELECT customer, timestamptz '2024-02-15 00:00+00' - max(ts) AS r, count(*) AS f, sum(value) AS m
  FROM events WHERE event = 'purchase' AND ts <= '2024-02-15 00:00+00' GROUP BY customer)
SELECT customer, 100 * ntile(5) OVER (ORDER BY r DESC, f, m) + 10 * ntile(5) OVER (ORDER BY f, r DESC, m)
                 + ntile(5) OVER (ORDER BY m, r DESC, f) AS answer
FROM c
