-- Customers with one seldom event, every journey read
SELECT customer, 1 AS answer
FROM named
WHERE has_all_events(journey, ARRAY['campaign 1'])
