-- reading 8 features of every row
SELECT customer, features[1] AS answer FROM features
