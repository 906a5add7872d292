-- window_funnel by event name and steps
SELECT customer, window_funnel(:'within', ts, event, ARRAY[:'step1', :'step2', :'step3']) AS answer
FROM events
GROUP BY customer
