-- window_funnel by event name and steps
SELECT window_funnel(:'within', ts, event, ARRAY[:'step1', :'step2', :'step3']) FROM events
