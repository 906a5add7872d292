-- funnel_level over the same journeys
SELECT customer, funnel_level(journey, '{c1,c2,convert}') AS answer
FROM walks
