-- Customers with both of two events, by the index (journey @> names)
SELECT customer, 1 AS answer
FROM named
WHERE journey @> ARRAY[:'step3', 'contact_support']
