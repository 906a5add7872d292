-- rfm, rfm_fit and rfm_score over the event table
WITH c AS MATERIALIZED (SELECT customer, rfm(ts, value, '2024-02-15 00:00+00') AS v FROM events WHERE event = 'purchase' GROUP BY customer)
SELECT customer, s.score AS answer FROM c, rfm_score((SELECT rfm_fit(v, 'ntile', 5) FROM c), v) AS s
