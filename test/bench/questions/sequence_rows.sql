-- sequence_match with a time limit, three boolean expressions
SELECT customer, sequence_match('(?1)(?t<=3600)(?2)(?t<=3600)(?3)', ts, event = :'step1', event = :'step2', event = :'step3')::int AS answer
FROM events
GROUP BY customer
