-- one covariate of every customer
SELECT customer, x[1] AS answer FROM survival_customers
