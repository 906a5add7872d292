# Identity: EVENTS pairs of cookies and addresses, one row a login; one login in a
# thousand with the address of somebody else.
# shellcheck shell=bash disable=SC2154
parts+=(identity)

identity() {
  local question kilobytes identifiers
  run_sql <<'SQL'
CREATE FUNCTION identity_draw(n bigint, salt bigint) RETURNS bigint IMMUTABLE LANGUAGE sql
AS 'SELECT hashint8extended(n, salt) & 1073741823';
CREATE UNLOGGED TABLE identity_logins AS
SELECT 'cookie:' || md5((person * 4 + identity_draw(n, 2) % 4)::text) AS a,
       'email:' || CASE WHEN identity_draw(n, 3) % 1000 = 0 THEN (person + 1) % (:events / 20) ELSE person END || '@example.org' AS b,
       timestamptz '2024-01-01' + (identity_draw(n, 4) % 15000000) * interval '1 second' AS seen_at
FROM (SELECT n, identity_draw(n, 1) % (:events / 20) AS person FROM generate_series(1, :events) AS n) drawn;
CREATE TABLE identity_graphs AS SELECT identity_agg(a, b, seen_at) AS graph FROM identity_logins;
VACUUM ANALYZE identity_logins;
SQL
  heading "Identity of $EVENTS pairs, 1 process" 'median ms' ratio wanted
  compare 1 identity_scan identity_distinct_sql identity_pairs identity_pairs_times identity_pairs_limit
  same identity_distinct_sql identity_pairs_known
  identifiers=$(run_sql -c 'SELECT (identity_summary(graph)).identifiers FROM identity_graphs')
  heading "Memory of one backend, $identifiers identifiers" MiB 'bytes each' ''
  for question in identity_scan identity_pairs identity_pairs_times; do
    kilobytes=$({ echo '\o /dev/null'; question $question; echo ';'; echo '\o'; cat "$here/data/peak.sql"; } |
      with_processes 1 run_sql)
    line "$(title $question)" "$((kilobytes / 1024))" "$((kilobytes * 1024 / identifiers))" '' ''
  done
  kilobytes=$(run_sql -c 'SELECT pg_column_size(graph) / 1024 FROM identity_graphs')
  line 'the stored graph' "$((kilobytes / 1024))" "$((kilobytes * 1024 / identifiers))" '' ''
  run_sql -c 'DROP TABLE identity_logins, identity_graphs' -c 'DROP FUNCTION identity_draw'
}
