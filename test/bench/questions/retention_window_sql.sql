-- plain SQL over events: the first week by a window function, one pass
SELECT extract(epoch FROM cohort)::bigint * 100 + (extract(epoch FROM week - cohort) / 604800)::int AS customer, count(*) AS answer
FROM (
  SELECT week, min(week) OVER (PARTITION BY customer) AS cohort
  FROM (SELECT customer, date_trunc('week', ts, 'UTC') AS week FROM events WHERE ts < '2024-03-04' GROUP BY 1, 2) weeks
) both_weeks
GROUP BY cohort, week
