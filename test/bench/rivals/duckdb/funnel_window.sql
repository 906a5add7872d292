-- DuckDB, window functions
WITH entered AS (
  SELECT customer, ts, event,
         max(ts) FILTER (WHERE event = :'step1') OVER in_time AS start1
  FROM events
  WHERE event IN (:'step1', :'step2', :'step3')
  WINDOW in_time AS (PARTITION BY customer ORDER BY ts)
), second AS (
  SELECT customer, ts, event, start1,
         max(start1) FILTER (WHERE event = :'step2' AND ts <= start1 + interval :'within') OVER in_time AS start2
  FROM entered
  WINDOW in_time AS (PARTITION BY customer ORDER BY ts)
)
SELECT customer,
       CASE WHEN bool_or(event = :'step3' AND ts <= start2 + interval :'within') THEN 3
            WHEN max(start2) IS NOT NULL THEN 2
            WHEN max(start1) IS NOT NULL THEN 1
            ELSE 0 END AS answer
FROM second
GROUP BY customer
