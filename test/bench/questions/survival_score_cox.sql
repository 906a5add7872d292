-- event_probability of every customer, Cox with a baseline of whole days
SELECT customer, event_probability(cox, x, 30, 30) AS answer FROM survival_customers, survival_models
