-- aft_fit of 10 covariates, Weibull
SELECT 0 AS customer, loglik AS answer FROM (SELECT aft_fit(days, event, x) AS m FROM survival_customers) f, survival_summary(m)
