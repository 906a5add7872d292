-- DuckDB has no order key, and rows in this order give it the best compression
-- and the least sorting.
CREATE TABLE events (
  customer BIGINT,
  ts       TIMESTAMP,
  event    VARCHAR,
  channel  VARCHAR,
  value    DOUBLE
);

INSERT INTO events
SELECT customer, make_timestamp(ts * 1000000), event, channel, value
FROM read_csv(:'csv', columns = {customer: 'BIGINT', ts: 'BIGINT', event: 'VARCHAR', channel: 'VARCHAR', value: 'DOUBLE'})
ORDER BY customer, ts;

CHECKPOINT
