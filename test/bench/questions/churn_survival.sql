-- churn_probability by survival
SELECT customer, churn_probability((SELECT model FROM churn_models WHERE method = 'survival'), journey, '2024-02-15 00:00+00') AS answer FROM journeys
