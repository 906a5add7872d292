-- cox_fit of 10 covariates, a distinct time in every row
SELECT 0 AS customer, loglik AS answer FROM (SELECT cox_fit(days, event, x) AS m FROM survival_customers) f, survival_summary(m)
