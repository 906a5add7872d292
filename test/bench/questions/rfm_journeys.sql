-- rfm, rfm_fit and rfm_score over stored journeys
WITH c AS MATERIALIZED (SELECT customer, rfm(journey, ARRAY['purchase'], '2024-02-15 00:00+00') AS v FROM journeys)
SELECT customer, s.score AS answer FROM c, rfm_score((SELECT rfm_fit(v, 'ntile', 5) FROM c), v) AS s
