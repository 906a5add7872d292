-- sessionize over the same window
SELECT customer, sessionize(ts, :'gap') OVER (PARTITION BY customer ORDER BY ts) AS answer
FROM events
