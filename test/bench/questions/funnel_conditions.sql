-- window_funnel with three boolean expressions
SELECT customer, window_funnel(:'within', ts, event = :'step1', event = :'step2', event = :'step3') AS answer
FROM events
GROUP BY customer
