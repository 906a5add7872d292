-- plain SQL: lag and running sum
SELECT customer,
       1 + count(*) FILTER (WHERE ts - previous > interval :'gap') OVER (PARTITION BY customer ORDER BY ts) AS answer
FROM (
  SELECT customer, ts, lag(ts) OVER (PARTITION BY customer ORDER BY ts) AS previous
  FROM events
) with_previous
