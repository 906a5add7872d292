-- plain SQL: lead(), GROUP BY, percentile_cont
SELECT from_event || ' > ' || to_event AS customer,
       hashtextextended(concat_ws(' ', count(*), count(DISTINCT customer),
         round(extract(epoch FROM (percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY took))[1]), 3),
         round(extract(epoch FROM (percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY took))[2]), 3)), 0) AS answer
FROM (
  SELECT customer, e.from_event, e.to_event, e.took
  FROM (
    SELECT customer, event, lag(event) OVER w AS previous, ts - lag(ts) OVER w AS took, lead(event) OVER w IS NULL AS last
    FROM events
    WINDOW w AS (PARTITION BY customer ORDER BY ts, event COLLATE "C")
  ) with_previous, LATERAL (
    SELECT coalesce(previous, '(start)'), event, took
    UNION ALL
    SELECT event, '(end)', NULL WHERE last
  ) AS e(from_event, to_event, took)
) transitions
GROUP BY from_event, to_event
