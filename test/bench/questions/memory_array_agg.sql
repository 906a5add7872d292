-- array_agg of time and of event
SELECT cardinality(array_agg(ts)), cardinality(array_agg(event)) FROM events
