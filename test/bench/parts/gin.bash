# The index on event names against reading every journey.
# shellcheck shell=bash disable=SC2154
parts+=(gin)

gin() {
  local start build bytes names
  # Every bench customer knows the same ten names: 1 in 5000 gets one of 500 more.
  run_sql -c "CREATE UNLOGGED TABLE named AS SELECT customer, CASE WHEN customer % 5000 = 0
    THEN journey || (SELECT journey_agg('2024-03-01', name) FROM (VALUES ('campaign ' || customer / 5000 % 500)) AS n (name)) ELSE journey END AS journey FROM journeys"
  start=$(date +%s%N)
  run_sql -c 'CREATE INDEX named_events ON named USING gin (journey)'
  build=$((($(date +%s%N) - start) / 1000000))
  run_sql -c 'VACUUM ANALYZE named'
  heading 'Customers by event names: the index, or every journey read, 1 process' 'median ms' ratio wanted
  compare 1 gin_seldom_scan gin_seldom:0.2
  compare 1 gin_two_scan gin_two
  compare 1 gin_usual_scan gin_usual
  compare 1 gin_pattern_scan gin_pattern:0.2
  same gin_seldom_scan gin_seldom
  same gin_two_scan gin_two
  same gin_usual_scan gin_usual
  same gin_pattern_scan gin_pattern
  bytes=$(run_sql -c "SELECT pg_relation_size('named_events')")
  names=$(run_sql -c 'SELECT sum(cardinality(n)) FROM (SELECT array(SELECT DISTINCT event FROM events(journey)) AS n FROM named) q')
  line 'building the index, ms' "$build" '' '' ''
  line 'index, bytes per journey and name' "$(quotient "$bytes" "$names" 2)" '' '' ''
  line 'reading every journey, ns a journey' "$(quotient "1000000 * ${median[gin_seldom_scan]}" "$CUSTOMERS" 0)" '' '' ''
  run_sql -c 'DROP TABLE named'
}
