-- journey_match with a time limit over stored journeys
SELECT customer, journey_match(journey, '"' || :'step1' || '" ... within 1 hour "' || :'step2' || '" ... within 1 hour "' || :'step3' || '"')::int AS answer
FROM journeys
