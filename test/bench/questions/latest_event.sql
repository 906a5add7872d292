-- max(ts) per customer
SELECT customer, max(ts) AS answer
FROM events
GROUP BY customer
