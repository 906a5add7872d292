-- How the tests on real data compare: an answer of the extension with plain SQL.
--
--   SELECT same('name', $$query of ours$$, $$query of plain SQL$$);
--
-- prints "ok - name (N rows)" if both give the same rows, as often, and at least
-- one; else "not ok - name: ..." with one of the rows that differ.
SET timezone = 'UTC';
-- A group without an event of some step is worth a warning to a user, not here.
SET client_min_messages = error;
CREATE EXTENSION journey;

CREATE FUNCTION same(name text, ours text, oracle text) RETURNS text LANGUAGE plpgsql AS $same$
DECLARE
    total bigint;
    extra text;
    missing text;
BEGIN
    EXECUTE format(
        'WITH ours AS MATERIALIZED (%s), oracle AS MATERIALIZED (%s)
         SELECT (SELECT count(*) FROM oracle),
                (SELECT min(r::text) FROM (TABLE ours EXCEPT ALL TABLE oracle) r),
                (SELECT min(r::text) FROM (TABLE oracle EXCEPT ALL TABLE ours) r)', ours, oracle)
        INTO total, extra, missing;
    IF extra IS NOT NULL OR missing IS NOT NULL THEN
        RETURN format('not ok - %s: the extension says %s, plain SQL says %s', name, extra, missing);
    ELSIF total = 0 THEN
        RETURN format('not ok - %s: nothing to compare', name);
    END IF;
    RETURN format('ok - %s (%s rows)', name, total);
EXCEPTION WHEN OTHERS THEN
    RETURN format('not ok - %s: %s %s', name, SQLSTATE, SQLERRM);
END $same$;
