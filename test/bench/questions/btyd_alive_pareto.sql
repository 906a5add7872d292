-- btyd_alive, Pareto/NBD
SELECT customer, btyd_alive('{"model": "pareto_nbd", "unit": "week", "parameters": {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}}', frequency, recency, age) AS answer
FROM btyd_customers
