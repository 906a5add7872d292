-- reading the pairs: count of both identifiers
SELECT 1 AS customer, count(a) + count(b) AS answer FROM identity_logins
