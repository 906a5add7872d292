-- bgnbd_fit of the first 50,000
SELECT 1 AS customer, btyd_parameter(bgnbd_fit(frequency, recency, age, 'week'), 'r') AS answer
FROM btyd_customers WHERE customer <= 50000
