-- churn_backtest of rfm, btyd and survival
SELECT 1 AS customer, array_length(churn_backtest(journey, '{purchase}', '2024-02-15 00:00+00', '14 days'), 1) AS answer FROM journeys
