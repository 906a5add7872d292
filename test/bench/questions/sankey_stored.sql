-- sankey of five steps over stored journeys, a path for each session
SELECT source || ' > ' || target AS customer, value * 1000000 + customers AS answer
FROM unnest((SELECT sankey(journey, 5, NULL, :'gap') FROM journeys))
