-- reading the events: max(ts)
SELECT max(ts) FROM events
