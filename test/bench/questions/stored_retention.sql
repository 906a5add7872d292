-- retention_report over stored journeys, weekly
SELECT extract(epoch FROM cohort)::bigint * 100 + period_no AS customer, retained AS answer
FROM unnest((SELECT retention_report(journey, retention_options('week', '2024-03-04', time_zone => 'UTC')) FROM journeys))
WHERE complete
