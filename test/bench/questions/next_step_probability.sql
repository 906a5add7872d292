-- next_step_probability of the end
SELECT customer, next_step_probability((SELECT model FROM next_step_models), journey, '(end)') AS answer FROM journeys
