-- Sessions in plain SQL, event by event. NULL switches a rule off.
CREATE FUNCTION oracle_sessions(gap interval, max_duration interval DEFAULT NULL,
    starts text[] DEFAULT NULL, zone text DEFAULT NULL)
RETURNS TABLE (unit text, place bigint, ts timestamptz, event text, value float8,
               session_no bigint, session_start timestamptz)
LANGUAGE sql STABLE AS $$
    WITH RECURSIVE s AS (
        SELECT p.unit, p.place, p.ts, p.event, p.value, 1::bigint AS session_no, p.ts AS session_start
        FROM placed p WHERE p.place = 1
        UNION ALL
        SELECT p.unit, p.place, p.ts, p.event, p.value,
               s.session_no + CASE WHEN new.session THEN 1 ELSE 0 END,
               CASE WHEN new.session THEN p.ts ELSE s.session_start END
        FROM s
        JOIN placed p ON p.unit = s.unit AND p.place = s.place + 1
        CROSS JOIN LATERAL (
            SELECT p.ts - s.ts > gap
                OR coalesce(p.ts - s.session_start > max_duration, false)
                OR coalesce(p.event = ANY (starts), false)
                OR coalesce((p.ts AT TIME ZONE zone)::date <> (s.ts AT TIME ZONE zone)::date, false)
                AS session) new
    )
    SELECT * FROM s
$$;
