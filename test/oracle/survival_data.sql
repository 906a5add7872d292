-- Public data of the tests of survival, and how figures of R are compared: expected
-- ones go into `figures`, ours into `found`.
CREATE TABLE rossi (week float8, arrest int, fin int, age int, race int, wexp int, mar int, paro int, prio int);
\copy rossi FROM 'surv_rossi.csv' (FORMAT csv, HEADER)
CREATE TABLE lung (inst int, time float8, status int, age float8, sex float8, ph_ecog float8, ph_karno float8, pat_karno float8, meal_cal float8, wt_loss float8);
\copy lung FROM 'surv_lung.csv' (FORMAT csv, HEADER, NULL 'NA')
CREATE VIEW patients AS
    SELECT *, status = 2 AS died, floor(time / 3) AS entry, ceil(time / 30) AS month, floor(ceil(time / 30) / 3) AS month_entry FROM lung;

CREATE TABLE figures (what text, item text, figure float8);
CREATE TABLE found (LIKE figures);
-- p-values of zph come from their statistics: as exact as those are.
CREATE VIEW agreement AS
SELECT format('%s - %s of R survival 3.5-3 (%s figures)%s', CASE WHEN bool_and(agree) THEN 'ok' ELSE 'not ok' END, what, count(*),
        string_agg(format(', %s: %s, R %s', item, found, figure), '') FILTER (WHERE NOT agree))
FROM (SELECT what, item, f.figure, o.figure AS found, coalesce(abs(o.figure - f.figure) <= 1e-8 * abs(f.figure) + 1e-10, false) AS agree
      FROM figures f LEFT JOIN found o USING (what, item)) c
GROUP BY what ORDER BY what;
