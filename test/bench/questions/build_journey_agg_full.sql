-- journey_agg of time, event, channel and value
SELECT customer, journey_agg(ts, event, channel, value) AS answer
FROM events
GROUP BY customer
