-- plain SQL: count of long lags
SELECT customer, 1 + count(*) FILTER (WHERE ts - previous > interval :'gap') AS answer
FROM (
  SELECT customer, ts, lag(ts) OVER (PARTITION BY customer ORDER BY ts) AS previous
  FROM events
) with_previous
GROUP BY customer
