-- Customers with any of two usual events, by the index (journey && names)
SELECT customer, 1 AS answer
FROM named
WHERE journey && ARRAY[:'step1', :'step3']
