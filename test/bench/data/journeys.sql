-- The stored journeys: one row per customer, as a user would build the table.
CREATE UNLOGGED TABLE journeys AS
SELECT customer, journey_agg(ts, event, channel, value) AS journey
FROM events
GROUP BY customer;

VACUUM ANALYZE journeys;
