-- row_number() over the window
SELECT customer, row_number() OVER (PARTITION BY customer ORDER BY ts) AS answer
FROM events
