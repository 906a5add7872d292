-- journey_match of neighbours, sets and repetition over stored journeys
SELECT customer, journey_match(journey, '[search|' || :'step1' || ']{2,} ' || :'step2' || ' [^' || :'step1' || ']* ' || :'step3')::int AS answer
FROM journeys
