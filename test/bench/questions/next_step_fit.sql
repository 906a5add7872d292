-- next_step_fit: contexts of up to two events
SELECT 1 AS customer, (next_step_summary(next_step_fit(journey))).steps AS answer FROM journeys
