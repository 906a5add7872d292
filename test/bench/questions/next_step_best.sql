-- next_best_step
SELECT customer, length(next_best_step((SELECT model FROM next_step_models), journey, :'step3')) AS answer FROM journeys
