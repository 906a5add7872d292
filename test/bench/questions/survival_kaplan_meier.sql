-- Kaplan-Meier, a distinct time in every row
SELECT 0 AS customer, survival_at(survival_table(days, event), 100) AS answer FROM survival_customers
