-- funnel_level over stored journeys, entry => 'first'
SELECT customer, funnel_level(journey, ARRAY[:'step1', :'step2', :'step3'], within => :'within', entry => 'first') AS answer
FROM journeys
