-- As a user of ClickHouse would lay out an event table that is asked by customer.
CREATE TABLE events (
  customer UInt64,
  ts       DateTime('UTC'),
  event    LowCardinality(String),
  channel  LowCardinality(String),
  value    Nullable(Float64)
) ENGINE = MergeTree ORDER BY (customer, ts);

INSERT INTO events
SELECT * FROM file(:'csv', 'CSV', 'customer UInt64, ts UInt32, event String, channel String, value Nullable(Float64)');

-- One part, and no merge while measuring.
OPTIMIZE TABLE events FINAL;
SYSTEM STOP MERGES events
