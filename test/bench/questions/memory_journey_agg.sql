-- journey_agg of time, event, channel and value
SELECT event_count(journey_agg(ts, event, channel, value)) FROM events
