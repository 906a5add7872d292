-- funnel_level over stored journeys
SELECT customer, funnel_level(journey, ARRAY[:'step1', :'step2', :'step3'], within => :'within') AS answer
FROM journeys
