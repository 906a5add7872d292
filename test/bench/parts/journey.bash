# Journeys: built, stored, their size and memory.
# shellcheck shell=bash disable=SC2154
parts+=(build stored size memory)

build() {
  heading "Building journeys, 1 process" 'median ms' ratio wanted
  compare 1 build_array_agg build_array_agg_sorted build_journey_agg build_journey_agg_full
}

stored() {
  local n form=sum_of_answers
  for n in $THREADS; do
    heading "Stored journeys, answers summed up, $n process(es)" 'median ms' ratio wanted
    compare "$n" stored_event_count stored_funnel stored_sessions
    line 'funnel_level, million events per second and process' \
      "$(quotient "$EVENTS" "$n * 1000 * ${median[stored_funnel]}" 1)" '' '' ''
  done
}

size() {
  local bytes name
  heading 'Size of the journeys table, TOAST and tuple overhead included' bytes '' wanted
  bytes=$(run_sql -c "SELECT round(pg_total_relation_size('journeys') / $EVENTS.0, 2)")
  line 'bytes per event, with channel and value' "$bytes" '' "$bytes" 7
  run_sql -F ' ' -c "
    SELECT 'of_this_TOAST', round(pg_total_relation_size(reltoastrelid) / $EVENTS.0, 2) FROM pg_class WHERE relname = 'journeys'
    UNION ALL
    SELECT 'the_event_table,_without_index', round(pg_relation_size('events') / $EVENTS.0, 2)" |
    while read -r name bytes; do line "${name//_/ }" "$bytes" '' '' ''; done
}

# Each in a backend of its own; shared buffers are not the statement's memory.
memory() {
  local question kilobytes
  heading "Peak memory of one backend, all $EVENTS events as one customer" MiB '' ''
  run_sql -c 'CREATE UNLOGGED TABLE one_customer AS SELECT journey_agg(ts, event, channel, value) AS journey FROM events'
  for question in memory_scan memory_array_agg memory_journey_agg memory_funnel_rows memory_funnel_stored; do
    kilobytes=$({ echo '\o /dev/null'; question $question; echo ';'; echo '\o'; cat "$here/data/peak.sql"; } |
      with_processes 1 run_sql)
    line "$(title $question)" "$((kilobytes / 1024))" '' '' ''
  done
  line 'the stored value itself' "$(run_sql -c "SELECT pg_column_size(journey) / 1048576 FROM one_customer")" '' '' ''
  run_sql -c 'DROP TABLE one_customer'
}
