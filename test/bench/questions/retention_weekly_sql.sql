-- plain SQL over events: weeks of each customer, joined with the first
SELECT extract(epoch FROM cohort)::bigint * 100 + (extract(epoch FROM week - cohort) / 604800)::int AS customer, count(*) AS answer
FROM (SELECT DISTINCT customer, date_trunc('week', ts, 'UTC') AS week FROM events WHERE ts < '2024-03-04') weeks
JOIN (SELECT customer, date_trunc('week', min(ts), 'UTC') AS cohort FROM events GROUP BY customer) firsts USING (customer)
GROUP BY cohort, week
