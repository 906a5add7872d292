-- event_count of stored journeys
SELECT customer, event_count(journey) AS answer
FROM journeys
