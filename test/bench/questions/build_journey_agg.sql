-- journey_agg of time and event
SELECT customer, journey_agg(ts, event) AS answer
FROM events
GROUP BY customer
