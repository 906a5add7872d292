-- btyd_probability of no purchase in 39 weeks, BG/NBD
SELECT customer, btyd_probability('{"model": "bgnbd", "unit": "week", "parameters": {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}}', 0, frequency, recency, age, 39) AS answer
FROM btyd_customers
