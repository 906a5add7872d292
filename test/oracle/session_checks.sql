-- Sessions on one data file, from rows and from journeys, by every rule. The file
-- defines openers(): events that start a session.
CREATE TABLE rules (rule text, gap interval, max_duration interval, starts text[], zone text);
INSERT INTO rules VALUES
('gap 30 minutes', '30 minutes', NULL, NULL, NULL),
('gap 0', '0', NULL, NULL, NULL),
('gap 1 day', '1 day', NULL, NULL, NULL),
('gap 1 month', '1 month', NULL, NULL, NULL),
('max_duration', '30 minutes', '20 minutes', NULL, NULL),
('starts', '30 minutes', NULL, openers(), NULL),
('midnight in Stockholm', '30 minutes', NULL, NULL, 'Europe/Stockholm'),
('midnight in Kolkata, gap 1 week', '1 week', NULL, NULL, 'Asia/Kolkata'),
('all rules', '1 hour', '40 minutes', openers(), 'America/Sao_Paulo');

SELECT same('sessionize, ' || rule,
    format('SELECT unit, row, sessionize(ts, %L, %L, event = ANY (%L::text[]), %L) OVER (PARTITION BY unit ORDER BY ts, row) FROM events',
           gap, max_duration, starts, zone),
    format('SELECT unit, p.row, s.session_no FROM oracle_sessions(%L, %L, %L, %L) s JOIN placed p USING (unit, place)',
           gap, max_duration, starts, zone))
FROM rules;
SELECT same('session_start, ' || rule,
    format('SELECT unit, row, session_start(ts, %L, %L, event = ANY (%L::text[]), %L) OVER (PARTITION BY unit ORDER BY ts, row) FROM events',
           gap, max_duration, starts, zone),
    format('SELECT unit, p.row, s.session_start FROM oracle_sessions(%L, %L, %L, %L) s JOIN placed p USING (unit, place)',
           gap, max_duration, starts, zone))
FROM rules;
SELECT same('sessions(j), ' || rule,
    format('SELECT unit, s.* FROM journeys, sessions(j, %L, %L, %L, %L) s', gap, max_duration, starts, zone),
    format($$SELECT unit, session_no, min(ts), max(ts), max(ts) - min(ts), count(*),
                    (array_agg(event ORDER BY place))[1], (array_agg(event ORDER BY place DESC))[1], count(*) = 1,
                    sum(value ORDER BY place)
             FROM oracle_sessions(%L, %L, %L, %L) GROUP BY unit, session_no$$, gap, max_duration, starts, zone))
FROM rules;
SELECT same('session_count, ' || rule,
    format('SELECT unit, session_count(j, %L, %L, %L, %L) FROM journeys', gap, max_duration, starts, zone),
    format('SELECT unit, max(session_no) FROM oracle_sessions(%L, %L, %L, %L) GROUP BY unit', gap, max_duration, starts, zone))
FROM rules;
-- The order of rows at the same time changes no session that only times decide.
SELECT same('sessionize without a tie-breaker',
    $$SELECT unit, ts, sessionize(ts, '30 minutes') OVER (PARTITION BY unit ORDER BY ts) FROM events$$,
    $$SELECT unit, ts, session_no FROM oracle_sessions('30 minutes')$$);
