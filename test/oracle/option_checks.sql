-- Funnel options on one data file, against a search over all chains. The file
-- defines three(): a short funnel; repeated(): one in which an event is two steps;
-- other(): an event that excludes.
CREATE TABLE options (name text, ours text, oracle text);
INSERT INTO options VALUES
('no option', 'three(), %1$L', 'three(), %1$L'),
('a repeated step', 'repeated(), %1$L', 'repeated(), %1$L'),
('a repeated step, in_order', 'repeated(), %1$L, ties => ''in_order''', 'repeated(), %1$L, ''in_order'''),
('a repeated step, strict', 'repeated(), %1$L, ties => ''strict''', 'repeated(), %1$L, ''strict'''),
('a repeated step, reuse_event', 'repeated(), %1$L, ties => ''in_order'', reuse_event => true',
    'repeated(), %1$L, ''in_order'', reuse => true'),
('step_within', 'three(), %1$L, step_within => ARRAY[''2 minutes''::interval]', 'three(), %1$L, step_within => ''2 minutes'''),
('step_within of a repeated step', 'repeated(), %1$L, step_within => ARRAY[''2 minutes''::interval]',
    'repeated(), %1$L, step_within => ''2 minutes'''),
('hold_channel', 'three(), %1$L, hold_channel => true', 'three(), %1$L, one_channel => true'),
('exclude', 'three(), %1$L, ties => ''in_order'', exclude => ARRAY[other()]',
    'three(), %1$L, ''in_order'', excluded => other()'),
('next event', 'three(), %1$L, ties => ''in_order'', step_order => ''next event''',
    'three(), %1$L, ''in_order'', adjacent => true'),
('window from the previous step', 'three(), %1$L, window_from => ''previous''', 'three(), %1$L, from_previous => true'),
('entry earliest', 'three(), %1$L, entry => ''earliest''', 'three(), %1$L, earliest => true');

-- The search is slow: done once, for both questions.
CREATE TABLE found (name text, within text, unit text, times timestamptz[]);
SELECT format('INSERT INTO found SELECT %2$L, %1$L, * FROM oracle_winner(' || oracle || ')', within, name)
FROM options CROSS JOIN (VALUES ('1 minute'), ('5 minutes')) w (within) \gexec
CREATE INDEX ON found (name, within);
ANALYZE found;
CREATE FUNCTION expected(name text, within text) RETURNS TABLE (unit text, times timestamptz[]) LANGUAGE sql STABLE AS $$
    SELECT j.unit, coalesce(f.times, '{}')
    FROM journeys j LEFT JOIN found f ON f.unit = j.unit AND (f.name, f.within) = ($1, $2)
$$;

SELECT same(format('funnel_times, %s, within %s', name, within),
    format('SELECT unit, funnel_times(j, ' || ours || ') FROM journeys', within),
    format('SELECT unit, oracle_padded(times, 3) FROM expected(%L, %L)', name, within))
FROM options CROSS JOIN (VALUES ('1 minute'), ('5 minutes')) w (within) ORDER BY name, within;
SELECT same(format('funnel_level, %s, within %s', name, within),
    format('SELECT unit, funnel_level(j, ' || ours || ') FROM journeys', within),
    format('SELECT unit, cardinality(times) FROM expected(%L, %L)', name, within))
FROM options CROSS JOIN (VALUES ('1 minute'), ('5 minutes')) w (within) ORDER BY name, within;

-- Repeated steps over the raw rows.
SELECT same(format('window_funnel_events by %s, a repeated step, within %s', form, within),
    format('SELECT unit, window_funnel_events(%L, ts, %s) FROM events GROUP BY unit', within,
           CASE form WHEN 'names' THEN 'event, repeated()' ELSE conditions(repeated()) END),
    format('SELECT * FROM expected(''a repeated step'', %L)', within))
FROM (VALUES ('names'), ('booleans')) f (form) CROSS JOIN (VALUES ('1 minute'), ('5 minutes')) w (within)
ORDER BY form, within;

-- Unordered: the most different steps within one window.
CREATE TABLE step_events AS
    SELECT unit, ts, n FROM events, unnest(three()) WITH ORDINALITY s (step, n) WHERE event = ANY (string_to_array(step, '|'));
CREATE INDEX ON step_events (unit, ts);
SELECT same(format('funnel_level, unordered, within %s', within),
    format('SELECT unit, funnel_level(j, three(), %L, step_order => ''unordered'') FROM journeys', within),
    format($$SELECT j.unit, coalesce(max(different), 0)::int FROM journeys j LEFT JOIN (
                SELECT a.unit, count(DISTINCT b.n) AS different
                FROM step_events a JOIN step_events b ON b.unit = a.unit AND b.ts >= a.ts AND b.ts - a.ts <= %L
                GROUP BY a.unit, a.ts) x USING (unit) GROUP BY j.unit$$, within))
FROM (VALUES ('1 minute'), ('5 minutes')) w (within) ORDER BY within;
