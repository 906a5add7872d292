-- conversion_probability
SELECT customer, conversion_probability((SELECT model FROM next_step_models), journey, :'step3') AS answer FROM journeys
