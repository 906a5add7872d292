-- plain SQL: the same rows by lag, running sum and GROUP BY
SELECT customer, session_no AS answer, min(ts) AS started_at, max(ts) AS ended_at, count(*) AS events
FROM (
  SELECT customer, ts,
         1 + count(*) FILTER (WHERE ts - previous > interval :'gap') OVER (PARTITION BY customer ORDER BY ts) AS session_no
  FROM (
    SELECT customer, ts, lag(ts) OVER (PARTITION BY customer ORDER BY ts) AS previous
    FROM events
  ) with_previous
) numbered
GROUP BY customer, session_no
