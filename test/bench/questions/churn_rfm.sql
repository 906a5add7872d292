-- churn_probability by rfm
SELECT customer, churn_probability((SELECT model FROM churn_models WHERE method = 'rfm'), journey, '2024-02-15 00:00+00') AS answer FROM journeys
