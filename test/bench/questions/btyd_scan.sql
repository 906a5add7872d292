-- the scan alone
SELECT customer, age AS answer
FROM btyd_customers
