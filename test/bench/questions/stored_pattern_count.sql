-- journey_match_count with a time limit over stored journeys
SELECT customer, journey_match_count(journey, '"' || :'step1' || '" ... within 1 hour "' || :'step2' || '" ... within 1 hour "' || :'step3' || '"') AS answer
FROM journeys
