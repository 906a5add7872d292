-- logistic_probability of 8 features of every row
SELECT customer, logistic_probability((SELECT model FROM model), features) AS answer FROM features
