-- Customers with both of two events, every journey read
SELECT customer, 1 AS answer
FROM named
WHERE has_all_events(journey, ARRAY[:'step3', 'contact_support'])
