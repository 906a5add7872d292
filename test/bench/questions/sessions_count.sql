-- journey_agg, then session_count
SELECT customer, session_count(journey_agg(ts, event), :'gap') AS answer
FROM events
GROUP BY customer
