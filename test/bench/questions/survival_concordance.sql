-- concordance
SELECT 0 AS customer, concordance(days, event, x[1]) AS answer FROM survival_customers
