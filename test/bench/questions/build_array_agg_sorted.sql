-- array_agg of time and of event in the order of time
SELECT customer, array_agg(ts ORDER BY ts) AS answer, array_agg(event ORDER BY ts)
FROM events
GROUP BY customer
