-- The one shape in which the oracles see every data file. `row` is the order of
-- the file: unique, and the tie-breaker of events at the same time.
CREATE TABLE events (
    unit text NOT NULL,
    ts timestamptz NOT NULL,
    event text NOT NULL,
    channel text,
    value float8,
    row bigint NOT NULL
);
CREATE INDEX ON events (unit, event, ts);

-- The same in the order of a journey, numbered by `place`, and as journeys.
CREATE TABLE placed (LIKE events, place bigint, PRIMARY KEY (unit, place));
CREATE INDEX ON placed (unit, event, place);
CREATE TABLE journeys (unit text PRIMARY KEY, j journey);

-- Call after loading.
CREATE PROCEDURE prepare_events() LANGUAGE sql AS $$
    INSERT INTO placed SELECT *, row_number() OVER (PARTITION BY unit ORDER BY ts, row) FROM events;
    INSERT INTO journeys SELECT unit, journey_agg(ts, event, channel, value, row) FROM events GROUP BY unit;
$$;

-- The windows that are tried, by number; the last is no limit.
CREATE TABLE windows (within interval PRIMARY KEY);
INSERT INTO windows VALUES ('0'), ('40 seconds'), ('10 minutes'), ('1 hour'), ('3 days'), ('1 month'), ('100000 years');
