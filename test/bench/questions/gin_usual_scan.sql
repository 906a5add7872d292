-- Customers with any of two usual events, every journey read
SELECT customer, 1 AS answer
FROM named
WHERE has_any_event(journey, ARRAY[:'step1', :'step3'])
