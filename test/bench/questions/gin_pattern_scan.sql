-- Customers with a pattern of a seldom event, every journey read
SELECT customer, 1 AS answer
FROM named
WHERE journey_match(journey, :'step1' || ' ... "campaign 1"')
