-- event_probability of every customer, Weibull
SELECT customer, event_probability(weibull, x, 30, 30) AS answer FROM survival_customers, survival_models
