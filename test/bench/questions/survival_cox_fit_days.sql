-- cox_fit of 10 covariates, whole days
SELECT 0 AS customer, loglik AS answer FROM (SELECT cox_fit(ceil(days), event, x) AS m FROM survival_customers) f, survival_summary(m)
