-- log-rank test of 4 groups
SELECT 0 AS customer, (t).statistic AS answer FROM (SELECT logrank(days, event, plan) AS t FROM survival_customers) s
