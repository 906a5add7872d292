-- Bad input, one by one: an SQLSTATE, words that name the argument, a hint.
SET timezone = 'UTC';
SET datestyle = 'ISO';
CREATE TABLE attempts (no serial, what text, argument text, statement text);

CREATE FUNCTION attempt(statement text, OUT state text, OUT message text, OUT detail text, OUT hint text)
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    state := 'none'; message := 'no error'; detail := ''; hint := '';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
        hint = PG_EXCEPTION_HINT;
END $$;

CREATE TABLE e (ts timestamptz, event text, ok boolean);
INSERT INTO e VALUES ('2024-01-01 10:00', 'view', true), ('2024-01-01 11:00', 'buy', true);
CREATE TABLE js AS SELECT journey_agg(ts, event) AS j FROM e;

-- Aggregates over rows.
INSERT INTO attempts (what, argument, statement) VALUES
('NULL window', 'within', $$SELECT window_funnel(NULL::interval, ts, event, ARRAY['view']) FROM e$$),
('negative window', 'within', $$SELECT window_funnel('-1 second', ts, event, ARRAY['view']) FROM e$$),
('negative window of booleans', 'within', $$SELECT window_funnel('-1 day', ts, ok, ok) FROM e$$),
('NULL window of booleans', 'within', $$SELECT window_funnel_events(NULL::interval, ts, ok, ok) FROM e$$),
('window of a month less 31 days', 'within', $$SELECT window_funnel('1 month -31 days', ts, event, ARRAY['view']) FROM e$$),
('unknown mode', 'mode', $$SELECT window_funnel('1 hour', 'strict', ts, event, ARRAY['view']) FROM e$$),
('unknown mode among known ones', 'mode', $$SELECT window_funnel('1 hour', 'strict_order, strict_time', ts, event, ARRAY['view']) FROM e$$),
('unknown mode of booleans', 'mode', $$SELECT window_funnel('1 hour', 'loose', ts, ok) FROM e$$),
('NULL mode', 'mode', $$SELECT window_funnel('1 hour', NULL::text, ts, event, ARRAY['view']) FROM e$$),
('allow_reentry without strict_order', 'mode', $$SELECT window_funnel('1 hour', 'allow_reentry', ts, event, ARRAY['view']) FROM e$$),
('infinite time', 'ts', $$SELECT window_funnel('1 hour', 'infinity', event, ARRAY['view']) FROM e$$),
('infinite time in the past', 'ts', $$SELECT window_funnel_events('1 hour', '-infinity'::timestamptz, ok, ok) FROM e$$),
('NULL steps', 'steps', $$SELECT window_funnel('1 hour', ts, event, NULL::text[]) FROM e$$),
('no steps', 'steps', $$SELECT window_funnel('1 hour', ts, event, '{}'::text[]) FROM e$$),
('a NULL step', 'steps', $$SELECT window_funnel('1 hour', ts, event, ARRAY['view', NULL]) FROM e$$),
('an empty step', 'steps', $$SELECT window_funnel('1 hour', ts, event, ARRAY['view', '']) FROM e$$),
('an empty name in a set', 'steps', $$SELECT window_funnel('1 hour', ts, event, ARRAY['view|', 'buy']) FROM e$$),
('a dangling backslash', 'steps', $$SELECT window_funnel('1 hour', ts, event, ARRAY['view\']) FROM e$$),
('steps of two dimensions', 'steps', $$SELECT window_funnel('1 hour', ts, event, ARRAY[['view'], ['buy']]) FROM e$$),
('too many steps', 'steps', $$SELECT window_funnel('1 hour', ts, event, (SELECT array_agg('s' || i) FROM generate_series(1, 100000) i)) FROM e$$),
('an over-long step', 'steps', $$SELECT window_funnel('1 hour', ts, event, ARRAY[repeat('x', 100000)]) FROM e$$),
('a condition that is no boolean', 'step', $$SELECT window_funnel('1 hour', ts, ok, 1) FROM e$$),
('no conditions', '', $$SELECT window_funnel('1 hour', ts) FROM e$$),
('steps that vary', 'steps', $$SELECT window_funnel('1 hour', ts, event, ARRAY[event]) FROM e$$),
('a window that varies', 'within', $$SELECT window_funnel(ts - '2024-01-01', ts, event, ARRAY['view']) FROM e$$),
('retention of no boolean', 'condition', $$SELECT retention(event = 'view', event) FROM e$$),
('retention of nothing', '', $$SELECT retention() FROM e$$),
('retention of an array of texts', 'condition', $$SELECT retention(VARIADIC ARRAY[event, event]) FROM e$$);

-- Sessions.
INSERT INTO attempts (what, argument, statement) VALUES
('NULL gap', 'gap', $$SELECT sessionize(ts, NULL) OVER (ORDER BY ts) FROM e$$),
('negative gap', 'gap', $$SELECT sessionize(ts, '-1 second') OVER (ORDER BY ts) FROM e$$),
('negative max_duration', 'max_duration', $$SELECT sessionize(ts, '1 hour', '-1 hour') OVER (ORDER BY ts) FROM e$$),
('rows in descending order', 'ts', $$SELECT sessionize(ts, '1 hour') OVER (ORDER BY ts DESC) FROM e$$),
('session_start in no order', 'ts', $$SELECT session_start(ts, '1 hour') OVER (ORDER BY event) FROM e$$),
('infinite time of a session', 'ts', $$SELECT session_start('infinity'::timestamptz, '1 hour') OVER () FROM e$$),
('unknown time zone', 'midnight_in', $$SELECT sessionize(ts, '1 hour', midnight_in => 'Mars/Olympus') OVER (ORDER BY ts) FROM e$$),
('session_start called with a NULL gap', 'gap', $$SELECT session_start(ts, NULL) OVER (ORDER BY ts) FROM e$$),
('sessions, NULL gap', 'gap', $$SELECT sessions(j, NULL) FROM js$$),
('sessions, negative gap', 'gap', $$SELECT sessions(j, '-1 hour') FROM js$$),
('sessions, negative max_duration', 'max_duration', $$SELECT sessions(j, '1 hour', '-1 hour') FROM js$$),
('sessions, unknown time zone', 'midnight_in', $$SELECT sessions(j, '1 hour', midnight_in => 'nowhere') FROM js$$),
('session_count, negative gap', 'gap', $$SELECT session_count(j, '-1 hour') FROM js$$),
('session_count, a NULL start', 'starts', $$SELECT session_count(j, '1 hour', starts => ARRAY['view', NULL]) FROM js$$);

-- Building journeys.
INSERT INTO attempts (what, argument, statement) VALUES
('infinite time of an event', 'ts', $$SELECT journey_agg('infinity'::timestamptz, 'view')$$),
('infinitely early event', 'ts', $$SELECT journey_agg('-infinity'::timestamptz, 'view')$$),
('an over-long event name', 'event', $$SELECT journey_agg(now(), repeat('x', 10000))$$),
('an over-long channel name', 'channel', $$SELECT journey_agg(now(), 'view', repeat('x', 10000))$$),
('relabel, lists of two lengths', 'to_events', $$SELECT relabel(j, ARRAY['view', 'buy'], ARRAY['look']) FROM js$$),
('relabel, an event twice', 'from_events', $$SELECT relabel(j, ARRAY['view', 'view'], ARRAY['look', 'see']) FROM js$$),
('relabel, a NULL label', 'to_events', $$SELECT relabel(j, ARRAY['view'], ARRAY[NULL::text]) FROM js$$),
('relabel, an over-long label', 'to_events', $$SELECT relabel(j, ARRAY['view'], ARRAY[repeat('x', 10000)]) FROM js$$),
('relabel, a mapping that is no list of pairs', 'mapping', $$SELECT relabel(j, ARRAY['view', 'look']) FROM js$$),
('relabel, a mapping of triples', 'mapping', $$SELECT relabel(j, ARRAY[['view', 'look', 'see']]) FROM js$$),
('collapse to the middle', 'keep', $$SELECT collapse(j, 'middle') FROM js$$),
('keep, a NULL event', 'events', $$SELECT keep(j, ARRAY['view', NULL]) FROM js$$),
('drop, a NULL event', 'events', $$SELECT drop(j, ARRAY[NULL::text]) FROM js$$),
('during, from after to', 'to_ts', $$SELECT during(j, '2024-02-01', '2024-01-01') FROM js$$);

-- Text in.
INSERT INTO attempts (what, argument, statement)
SELECT 'text: ' || left(text, 60), 'journey', format('SELECT %L::journey', text) FROM unnest(ARRAY[
    '', ' ', 'null', 'x', '{}', '[', '[]]', '[1]', '[null]', '[{}]', '[{},]', '[{"ts":"2024-01-01T00:00:00Z"}]', '[{"event":"view"}]',
    '[{"ts":null,"event":"view"}]', '[{"ts":"2024-01-01T00:00:00Z","event":null}]', '[{"ts":"2024-01-01T00:00:00Z","event":1}]',
    '[{"ts":1,"event":"view"}]', '[{"ts":"yesterday-ish","event":"view"}]', '[{"ts":"2024-13-01T00:00:00Z","event":"view"}]',
    '[{"ts":"2024-02-30T00:00:00Z","event":"view"}]', '[{"ts":"2024-01-01T25:00:00Z","event":"view"}]', '[{"ts":"infinity","event":"view"}]',
    '[{"ts":"9999999-01-01T00:00:00Z","event":"view"}]', '[{"ts":"2024-01-01T00:00:00Z","event":"view","colour":"red"}]',
    '[{"ts":"2024-01-01T00:00:00Z","event":"view","value":"one"}]', '[{"ts":"2024-01-01T00:00:00Z","event":"view","value":true}]',
    '[{"ts":"2024-01-01T00:00:00Z","event":"view","value":1e999}]', '[{"ts":"2024-01-01T00:00:00Z","event":"view","value":01}]',
    '[{"ts":"2024-01-01T00:00:00Z","event":"view","tiebreak":1.5}]', '[{"ts":"2024-01-01T00:00:00Z","event":"view","tiebreak":99999999999999999999}]',
    '[{"ts":"2024-01-01T00:00:00Z","event":"view","channel":7}]', '[{"ts":"2024-01-01T00:00:00Z","event":"\ud800"}]',
    '[{"ts":"2024-01-01T00:00:00Z","event":"\u0000"}]', '[{"ts":"2024-01-01T00:00:00Z","event":"view"} {"ts":"2024-01-01T00:00:00Z","event":"buy"}]',
    '[{"ts":"2024-01-01T00:00:00Z","event":"view"},]', '[{"ts":"2024-01-01T00:00:00Z","event":"view"}] and more',
    '[{"ts":"2024-01-01T00:00:00Z","event":"unended}]', E'[{"ts":"2024-01-01T00:00:00Z","event":"tab\there"}]',
    '[{''ts'':''2024-01-01T00:00:00Z'',''event'':''view''}]']) text;
INSERT INTO attempts (what, argument, statement) VALUES
('text: a hundred thousand brackets', 'journey', $$SELECT repeat('[', 100000)::journey$$),
('text: an over-long name', 'event', $$SELECT ('[{"ts":"2024-01-01T00:00:00Z","event":"' || repeat('x', 10000) || '"}]')::journey$$);

-- Funnels over journeys: every option.
INSERT INTO attempts (what, argument, statement)
SELECT option || ' => ' || value, option, format('SELECT funnel_level(j, ARRAY[''view'', ''cart'', ''buy''], %s => %s) FROM js', option, value)
FROM (VALUES ('within', '''-1 hour'''), ('within', '''-1 month'''), ('step_order', '''backwards'''), ('step_within', 'ARRAY[''-1 hour''::interval]'),
    ('step_within', 'ARRAY[''1 hour'', ''1 hour'', ''1 hour'']::interval[]'), ('step_within', '''{}'''), ('exclude', 'ARRAY[NULL::text]'), ('exclude_from', 'ARRAY[1]'), ('exclude_to', 'ARRAY[2]'), ('optional', 'ARRAY[1]'), ('optional', 'ARRAY[3]'), ('optional', 'ARRAY[0]'),
    ('optional', 'ARRAY[4]'), ('optional', 'ARRAY[NULL::int]'), ('entry', '''best'''), ('ties', '''random'''), ('grace', '''-1 second'''),
    ('window_from', '''end'''), ('on_exclusion', '''ignore'''), ('policy', '''excel'''), ('policy', '''''')) o (option, value);
INSERT INTO attempts (what, argument, statement) VALUES
('exclude_from beyond exclude', 'exclude_from', $$SELECT funnel_level(j, ARRAY['view','buy'], exclude => ARRAY['cart'], exclude_from => ARRAY[1, 1], exclude_to => ARRAY[2, 2]) FROM js$$),
('exclude_from outside the steps', 'exclude_from', $$SELECT funnel_level(j, ARRAY['view','buy'], exclude => ARRAY['cart'], exclude_from => ARRAY[0]) FROM js$$),
('exclude_to outside the steps', 'exclude_to', $$SELECT funnel_level(j, ARRAY['view','buy'], exclude => ARRAY['cart'], exclude_to => ARRAY[3]) FROM js$$),
('exclude_to before exclude_from', 'exclude_to', $$SELECT funnel_level(j, ARRAY['view','cart','buy'], exclude => ARRAY['x'], exclude_from => ARRAY[3], exclude_to => ARRAY[2]) FROM js$$),
('NULL steps', 'steps', $$SELECT funnel_level(j, NULL) FROM js$$),
('no steps', 'steps', $$SELECT funnel_level(j, '{}') FROM js$$),
('a NULL step', 'steps', $$SELECT funnel_times(j, ARRAY['view', NULL]) FROM js$$),
('an empty step', 'steps', $$SELECT funnel_why(j, ARRAY['']) FROM js$$),
('too many steps', 'steps', $$SELECT funnel_level(j, (SELECT array_agg('s' || i) FROM generate_series(1, 100000) i)) FROM js$$),
('funnel_trace, counting', 'counting', $$SELECT funnel_trace(j, ARRAY['view'], counting => 'twice') FROM js$$),
('funnel_policy of nobody', 'policy', $$SELECT funnel_policy('excel')$$),
('funnel_policy of NULL', 'policy', $$SELECT funnel_policy(NULL)$$),
('funnel_report, more times than names', 'steps', $$SELECT funnel_report(ARRAY[ts, ts], ARRAY['view']) FROM e$$),
('funnel_report, names that vary', 'steps', $$SELECT funnel_report(ARRAY[ts], ARRAY[event]) FROM e$$),
('funnel_report, a NULL name', 'steps', $$SELECT funnel_report(ARRAY[ts], ARRAY[NULL::text]) FROM e$$),
('funnel_report, steps that vary', 'steps', $$SELECT funnel_report(j, ARRAY[event], '1 hour') FROM js, e$$),
('funnel_report, infinite times', 'times', $$SELECT funnel_report(ARRAY['infinity'::timestamptz])$$),
('funnel_report, negative window', 'within', $$SELECT funnel_report(j, ARRAY['view'], '-1 hour') FROM js$$),
('funnel_report, unknown policy', 'policy', $$SELECT funnel_report(j, ARRAY['view'], '1 hour', 'excel') FROM js$$);

\pset format unaligned
\pset tuples_only on
SELECT format(E'%s\n    %s: %s%s%s', what, state, message, E'\n    DETAIL: ' || nullif(detail, ''), E'\n    HINT: ' || nullif(hint, ''))
FROM attempts, attempt(statement) ORDER BY no;
\pset tuples_only off

-- What was no error, has no hint, does not name its argument, or is an internal error.
CREATE VIEW tried AS SELECT * FROM attempts, attempt(statement);
SELECT what, message FROM tried WHERE state = 'none' ORDER BY no;
SELECT what, message FROM tried WHERE state <> 'none' AND hint = '' ORDER BY no;
SELECT what, argument, message FROM tried WHERE strpos(message || detail, argument) = 0 AND state <> 'none' ORDER BY no;
SELECT what, state, message FROM tried WHERE state ~ '^(XX|58|53)' ORDER BY no;

-- Binary in, through COPY. A journey is sent, damaged, and received.
CREATE TABLE received (j journey);
CREATE FUNCTION receive(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    file bytea = '\x5047434f50590aff0d0a000000000000000000' || '\x0001'::bytea || int4send(length(bytes)) || bytes || '\xffff';
    octal text;
    state text;
    message text;
    hint text;
BEGIN
    SELECT string_agg('\' || lpad((get_byte(file, i) / 64)::text || (get_byte(file, i) / 8 % 8)::text || (get_byte(file, i) % 8)::text, 3, '0'), '' ORDER BY i)
        INTO octal FROM generate_series(0, length(file) - 1) i;
    EXECUTE format('COPY received FROM PROGRAM %L (FORMAT binary)', 'printf ''' || octal || '''');
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
    RETURN state || ': ' || message || ' HINT: ' || hint;
END $$;
CREATE TABLE sent AS SELECT journey_send(journey_agg(ts, event, 'web', i / 4.0, i)) AS bytes
    FROM (SELECT *, row_number() OVER (ORDER BY ts) AS i FROM e) e;
SELECT receive(bytes) FROM sent;
SELECT j = (SELECT journey_agg(ts, event, 'web', i / 4.0, i) FROM (SELECT *, row_number() OVER (ORDER BY ts) AS i FROM e) e) AS the_same FROM received;
\pset format aligned
SELECT what, receive(bytes) FROM (VALUES
    ('nothing', ''::bytea), ('one byte', '\x01'), ('a header of nothing', '\x00000000000000000000000000000000'),
    ('a version of the future', (SELECT set_byte(bytes, 0, 99) FROM sent)),
    ('one byte too many', (SELECT bytes || '\x00' FROM sent)),
    ('noise', decode(repeat('deadbeef', 20), 'hex')),
    ('a count of four billion', (SELECT overlay(bytes PLACING '\xffffffff' FROM 5) FROM sent))) v (what, bytes);
-- Every shorter message is refused.
SELECT count(*) FILTER (WHERE said = 'accepted') AS accepted, count(*) FILTER (WHERE said !~ '^(22P03|22P02|08P01|0A000): .+ HINT: .') AS unclear
FROM sent, generate_series(0, length(bytes) - 1) n, receive(substr(bytes, 1, n)) said;
-- Every message with one byte changed is refused, or is a journey like any other.
SELECT count(*) > 0 AS tried, count(*) FILTER (WHERE said <> 'accepted' AND said !~ '^(22P03|22P02|08P01|0A000|22021): .+ HINT: .') AS unclear
FROM sent, generate_series(0, length(bytes) - 1) n, unnest(ARRAY[0, 1, 127, 128, 255]) b, receive(set_byte(bytes, n, b)) said;
SELECT count(*) AS differ FROM received WHERE j <> j::text::journey OR event_count(j) <> (SELECT count(*) FROM events(j));
SELECT count(*) > 0 AS sorted FROM (SELECT j FROM received GROUP BY j ORDER BY j) x;
DROP TABLE attempts, e, js, received, sent CASCADE;
DROP FUNCTION attempt, receive;
