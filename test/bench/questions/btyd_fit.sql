-- bgnbd_fit
SELECT 1 AS customer, btyd_parameter(bgnbd_fit(frequency, recency, age, 'week'), 'r') AS answer
FROM btyd_customers
