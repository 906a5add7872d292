-- What the text of a CSV file means. Everything arrives as text in the table
-- "raw" (record_no, c1, c2, ...), so that a bad field can be named with its line.

-- A time as PostgreSQL reads it, or seconds / milliseconds since 1970. NULL if
-- it is none. Words such as "now" are no times of events.
CREATE FUNCTION load_time(t text) RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
  result timestamptz;
BEGIN
  IF t ~ '^[0-9]{9,10}([.][0-9]+)?$' THEN RETURN to_timestamp(t::float8); END IF;
  IF t ~ '^[0-9]{12,13}$' THEN RETURN to_timestamp(t::float8 / 1000); END IF;
  IF t !~ '[0-9]' THEN RETURN NULL; END IF;
  result := t::timestamptz;
  RETURN CASE WHEN isfinite(result) THEN result END;
EXCEPTION WHEN data_exception THEN RETURN NULL;
END $$;

CREATE FUNCTION load_number(t text) RETURNS float8 LANGUAGE plpgsql AS $$
BEGIN
  IF t !~ '^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?$' THEN RETURN NULL; END IF;
  RETURN t::float8;
EXCEPTION WHEN data_exception THEN RETURN NULL;
END $$;

CREATE UNLOGGED TABLE parsed AS
SELECT record_no, customer, event, channel, time_text, load_time(time_text) AS ts, value_text, load_number(value_text) AS value
FROM (SELECT record_no,
             nullif(btrim(:customer_column, E' \t\r\n'), '') AS customer,
             nullif(btrim(:event_column, E' \t\r\n'), '') AS event,
             nullif(btrim(:channel_column, E' \t\r\n'), '') AS channel,
             nullif(btrim(:time_column, E' \t\r\n'), '') AS time_text,
             nullif(btrim(:value_column, E' \t\r\n'), '') AS value_text
      FROM raw) AS fields;

-- The line of the file on which a record begins: quoted fields may hold newlines.
CREATE FUNCTION load_line(record bigint, header_lines bigint) RETURNS bigint LANGUAGE sql AS $$
  SELECT header_lines + 1 + count(*) + coalesce(sum(length(r::text) - length(replace(r::text, E'\n', ''))), 0)::bigint
  FROM raw AS r WHERE record_no < record
$$;

-- The first bad field, if there is one. The caller stops on any line printed here.
WITH bad AS (
  SELECT record_no, time_text AS field, 'is not a time' AS what, :'time_name' AS name,
         CASE WHEN time_text ~ '^[0-9]{1,2}[/.][0-9]{1,2}[/.]' THEN '; PGDATESTYLE=dmy reads day before month' ELSE '' END AS hint
  FROM parsed WHERE time_text IS NOT NULL AND ts IS NULL
  UNION ALL
  SELECT record_no, value_text, 'is not a number', :'value_name', ''
  FROM parsed WHERE value_text IS NOT NULL AND value IS NULL
), first AS (
  SELECT *, count(*) OVER () - 1 AS others FROM bad ORDER BY record_no, what DESC LIMIT 1
)
SELECT format('line %s: "%s" %s (column %s%s)%s', load_line(record_no, :header_lines),
              CASE WHEN length(field) > 60 THEN left(field, 57) || '...' ELSE field END, what, name, hint,
              CASE WHEN others > 0 THEN format('; %s more %s like it', others, CASE WHEN others = 1 THEN 'field' ELSE 'fields' END) ELSE '' END)
FROM first;

INSERT INTO events (customer, ts, event, channel, value, tiebreak)
SELECT customer, ts, event, channel, value, record_no
FROM parsed WHERE customer IS NOT NULL AND ts IS NOT NULL AND event IS NOT NULL
ORDER BY record_no;
