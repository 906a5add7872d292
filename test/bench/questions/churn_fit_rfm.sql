-- churn_fit by rfm
SELECT 1 AS customer, (churn_fit(journey, '{purchase}', '2024-02-15 00:00+00', '14 days', 'rfm')).customers AS answer FROM journeys
