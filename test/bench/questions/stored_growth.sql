-- growth_report over stored journeys, daily
SELECT extract(epoch FROM period_start)::bigint AS customer, new + 1000 * retained + 1000000 * resurrected + 1000000000 * churned AS answer
FROM unnest((SELECT growth_report(journey, activity_options('day', '2024-03-01', time_zone => 'UTC')) FROM journeys))
WHERE complete
