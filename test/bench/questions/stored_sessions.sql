-- session_count over stored journeys
SELECT customer, session_count(journey, :'gap') AS answer
FROM journeys
