-- Customers with one seldom event, by the index (journey @> names)
SELECT customer, 1 AS answer
FROM named
WHERE journey @> ARRAY['campaign 1']
