-- counts of transition_report over stored journeys
SELECT from_event || ' > ' || to_event AS customer, count AS answer
FROM unnest((SELECT transition_report(journey, NULL, NULL, NULL, NULL, NULL, NULL, NULL) FROM journeys))
