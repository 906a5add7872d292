-- A comparison that cannot fail proves nothing: same() must object to a row too
-- many, too few, changed, or given once instead of twice, to nothing at all and
-- to an error.
WITH tried (what, said) AS (VALUES
    ('a row too many', same('x', 'SELECT generate_series(1, 3)', 'SELECT generate_series(1, 2)')),
    ('a row too few', same('x', 'SELECT generate_series(1, 2)', 'SELECT generate_series(1, 3)')),
    ('a changed row', same('x', 'SELECT 1, NULL::int', 'SELECT 1, 2')),
    ('a row once instead of twice', same('x', 'SELECT 1', 'VALUES (1), (1)')),
    ('an empty result', same('x', 'SELECT 1 WHERE false', 'SELECT 1 WHERE false')),
    ('an error', same('x', 'SELECT 1/0', 'SELECT 1')))
SELECT CASE WHEN said LIKE 'not ok - x: %' THEN 'ok' ELSE 'not ok' END || ' - same() objects to ' || what
FROM tried;
SELECT same('same() accepts what is equal', 'VALUES (1, NULL), (2, ''b'')', 'VALUES (2, ''b''), (1, NULL)');
