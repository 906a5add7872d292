-- ClickHouse, windowFunnel over a MergeTree
SELECT customer, windowFunnel(:within_seconds)(ts, event = :'step1', event = :'step2', event = :'step3') AS answer
FROM events
GROUP BY customer
