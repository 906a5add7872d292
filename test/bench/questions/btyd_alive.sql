-- btyd_alive, BG/NBD
SELECT customer, btyd_alive('{"model": "bgnbd", "unit": "week", "parameters": {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}}', frequency, recency, age) AS answer
FROM btyd_customers
