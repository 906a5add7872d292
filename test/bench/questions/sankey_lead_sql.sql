-- plain SQL: lag(), running count, row_number(), lead(), GROUP BY
SELECT step || ' ' || event || ' > ' || step + 1 || ' ' || next AS customer,
       count(*) * 1000000 + count(DISTINCT customer) AS answer
FROM (
  SELECT customer, event, step, coalesce(lead(event) OVER (PARTITION BY customer, session_no ORDER BY step), '(end)') AS next
  FROM (
    SELECT customer, session_no, event,
           row_number() OVER (PARTITION BY customer, session_no ORDER BY ts, event COLLATE "C") AS step
    FROM (
      SELECT customer, ts, event,
             count(*) FILTER (WHERE ts - previous > interval :'gap') OVER (PARTITION BY customer ORDER BY ts) AS session_no
      FROM (
        SELECT customer, ts, event, lag(ts) OVER (PARTITION BY customer ORDER BY ts) AS previous
        FROM events
      ) with_previous
    ) numbered
  ) placed
) linked
WHERE step < 5
GROUP BY step, event, next
