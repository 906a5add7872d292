-- the same formula in SQL
SELECT customer, CASE WHEN frequency = 0 THEN 1 ELSE 1 / (1 + 0.793 / (2.426 + frequency - 1) * power((4.414 + age) / (4.414 + recency), 0.243 + frequency)) END AS answer
FROM btyd_customers
