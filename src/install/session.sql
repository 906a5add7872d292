
-- --------------------------------------------------------------- sessions
CREATE FUNCTION sessionize(ts timestamptz, gap interval, max_duration interval DEFAULT NULL,
        starts boolean DEFAULT NULL, midnight_in text DEFAULT NULL) RETURNS bigint
    AS 'MODULE_PATHNAME', 'journey_sessionize' LANGUAGE C WINDOW STABLE PARALLEL SAFE COST 2;
CREATE FUNCTION session_start(ts timestamptz, gap interval, max_duration interval DEFAULT NULL,
        starts boolean DEFAULT NULL, midnight_in text DEFAULT NULL) RETURNS timestamptz
    AS 'MODULE_PATHNAME', 'journey_session_start' LANGUAGE C WINDOW STABLE PARALLEL SAFE COST 2;
CREATE FUNCTION sessions(j journey, gap interval, max_duration interval DEFAULT NULL,
        starts text[] DEFAULT NULL, midnight_in text DEFAULT NULL,
        OUT session_no bigint, OUT started_at timestamptz, OUT ended_at timestamptz, OUT duration interval,
        OUT events bigint, OUT entry_event text, OUT exit_event text, OUT bounce boolean, OUT value float8)
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_sessions' LANGUAGE C STABLE PARALLEL SAFE COST 20 ROWS 10;
CREATE FUNCTION session_count(j journey, gap interval, max_duration interval DEFAULT NULL,
        starts text[] DEFAULT NULL, midnight_in text DEFAULT NULL) RETURNS bigint
    AS 'MODULE_PATHNAME', 'journey_session_count' LANGUAGE C STABLE PARALLEL SAFE COST 20;

COMMENT ON FUNCTION sessionize(timestamptz, interval, interval, boolean, text) IS
'Session number of each row, 1, 2, 3 …: a new session after a pause of more than gap, beyond max_duration, where starts is true, or after midnight in a time zone. Example: SELECT *, sessionize(ts, ''30 minutes'') OVER (PARTITION BY customer ORDER BY ts) FROM events';
COMMENT ON FUNCTION session_start(timestamptz, interval, interval, boolean, text) IS
'Start time of each row''s session: an identity that a late event in another session does not change. Example: SELECT *, session_start(ts, ''30 minutes'') OVER (PARTITION BY customer ORDER BY ts) FROM events';
COMMENT ON FUNCTION sessions(journey, interval, interval, text[], text) IS
'The sessions of a journey as rows, by the rules of sessionize; starts names the events that open a session. Example: SELECT customer, s.* FROM journeys, sessions(j, ''30 minutes'') s';
COMMENT ON FUNCTION session_count(journey, interval, interval, text[], text) IS
'Number of sessions of a journey. Example: SELECT avg(session_count(j, ''30 minutes'')) FROM journeys';
