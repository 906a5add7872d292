-- ClickHouse, sequenceMatch, optimize_aggregation_in_order
SELECT customer, sequenceMatch('(?1)(?t<=3600)(?2)(?t<=3600)(?3)')(ts, event = :'step1', event = :'step2', event = :'step3') AS answer
FROM events
GROUP BY customer
SETTINGS optimize_aggregation_in_order = 1
