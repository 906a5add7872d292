-- ClickHouse, windowFunnel, optimize_aggregation_in_order
SELECT customer, windowFunnel(:within_seconds)(ts, event = :'step1', event = :'step2', event = :'step3') AS answer
FROM events
GROUP BY customer
SETTINGS optimize_aggregation_in_order = 1
