-- churn_fit by btyd
SELECT 1 AS customer, (churn_fit(journey, '{purchase}', '2024-02-15 00:00+00', '14 days', 'btyd')).customers AS answer FROM journeys
