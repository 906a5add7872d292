-- array_agg of time and of event, unsorted
SELECT customer, array_agg(ts) AS answer, array_agg(event)
FROM events
GROUP BY customer
