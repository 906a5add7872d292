-- ClickHouse, sequenceMatch with a time limit
SELECT customer, sequenceMatch('(?1)(?t<=3600)(?2)(?t<=3600)(?3)')(ts, event = :'step1', event = :'step2', event = :'step3') AS answer
FROM events
GROUP BY customer
