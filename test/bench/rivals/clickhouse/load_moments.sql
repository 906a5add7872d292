-- The same rows with times to the microsecond, as timestamptz and journeys have them.
-- (windowFunnel does not take such times.)
CREATE TABLE moments (
  customer UInt64,
  ts       DateTime64(6, 'UTC'),
  event    LowCardinality(String),
  channel  LowCardinality(String),
  value    Nullable(Float64)
) ENGINE = MergeTree ORDER BY (customer, ts);

INSERT INTO moments SELECT * FROM events;

OPTIMIZE TABLE moments FINAL
