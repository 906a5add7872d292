-- session_count over the same journeys: a scan of all events
SELECT customer, session_count(journey, '1 hour') AS answer
FROM walks
