-- Kaplan-Meier, whole days
SELECT 0 AS customer, survival_at(survival_table(ceil(days), event), 100) AS answer FROM survival_customers
