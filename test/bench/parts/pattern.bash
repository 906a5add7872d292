# Sequences over rows, patterns over stored journeys, and patterns made to be slow.
# shellcheck shell=bash disable=SC2154
parts+=(sequence_rows pattern_stored pattern_long)

sequence_rows() {
  local n
  for n in $THREADS; do
    heading "Sequences from rows, $n process(es)" 'median ms' ratio wanted
    if [ "$n" = 1 ]; then
      compare 1 latest_event sequence_rows:1.6 sequence_count_rows
    else
      compare "$n" latest_event sequence_rows sequence_count_rows
    fi
  done
  same sequence_rows stored_pattern
  same sequence_count_rows stored_pattern_count
}

pattern_stored() {
  local n form=sum_of_answers
  for n in $THREADS; do
    heading "Patterns over stored journeys, answers summed up, $n process(es)" 'median ms' ratio wanted
    compare "$n" stored_event_count stored_funnel stored_pattern stored_pattern_next stored_pattern_count
    line 'journey_match with a time limit, nanoseconds per event' \
      "$(quotient "$n * 1e6 * ${median[stored_pattern]}" "$EVENTS" 1)" '' '' ''
  done
}

# One customer of a tenth of all events and one of all: time and memory per event must not grow.
pattern_long() {
  local pattern name small large kilobytes
  run_sql -c "CREATE UNLOGGED TABLE long AS SELECT true AS large, journey_agg(ts, event) AS journey FROM events" \
    -c "INSERT INTO long SELECT false, journey_agg(ts, event) FROM (SELECT * FROM events LIMIT $EVENTS / 10) e"
  heading "Patterns over one journey of $EVENTS events, nanoseconds per event" 'all' 'a tenth' wanted
  while IFS='|' read -r name pattern; do
    small=$(nanoseconds "NOT large" "$pattern") large=$(nanoseconds large "$pattern")
    line "$name" "$large" "$small" "$(quotient "$large" "$small" 2)" 1.6
  done <<END
neighbours that almost match|view_page search contact_support{3} view_page
nested quantifiers that almost match|(((view_page+)+ search+)+)+ contact_support{4}
time limits that almost match|view_page ... within 1 minute search ... within 1 minute purchase ... after 1 year login
a limit on the whole|view_page ... after 1 second search ... after 1 second purchase within 3 seconds
anything between that almost matches|view_page ... search ... contact_support{6}
30 optional parts|(view_page?){30} contact_support{6}
END
  [ "$RIVALS" = 0 ] || pattern_long_rival
  heading "Peak memory of one backend, one journey of $EVENTS events" MiB '' ''
  for pattern in 'stored|event_count(journey)' 'journey_match|journey_match(journey, $$view_page ... within 1 minute search ... within 1 second contact_support ... within 1 second contact_support{3}$$)' \
    'journey_match_count|journey_match_count(journey, $$view_page ... within 1 minute search ... within 1 minute purchase$$)'; do
    kilobytes=$({ echo "\\o /dev/null"; echo "SELECT ${pattern#*|} FROM long WHERE large;"; echo '\o'; cat "$here/data/peak.sql"; } |
      with_processes 1 run_sql)
    line "${pattern%%|*}" "$((kilobytes / 1024))" '' '' ''
  done
  run_sql -c 'DROP TABLE long'
}

# The like put to ClickHouse, which counts its steps and gives up.
pattern_long_rival() {
  local pattern said
  run_sql -c "\\copy (SELECT customer, extract(epoch FROM ts)::bigint, event, channel, value FROM events) TO '$scratch/events.csv' (FORMAT csv)"
  heading "ClickHouse's sequenceMatch over the same events, 1 thread" 'median ms' '' ''
  while IFS='|' read -r pattern said; do
    if [[ $said =~ ^[0-9]+$ ]]; then
      line "$pattern" "$said" '' '' ''
    else
      echo "  $pattern: $said"
    fi
  done < <(node "$here/rivals/clickhouse_long.mjs" "$scratch")
  rm "$scratch/events.csv"
}

# nanoseconds WHICH PATTERN: what journey_match_count takes for an event.
nanoseconds() {
  { echo '\timing on'
    # Twice: the first time warms up.
    echo "SELECT journey_match_count(journey, \$\$$2\$\$), event_count(journey) AS events FROM long WHERE $1;"
    echo "SELECT journey_match_count(journey, \$\$$2\$\$), event_count(journey) AS events FROM long WHERE $1;"
  } | run_sql | awk -F'|' '/^Time: / { split($0, t, " "); ms = t[2] } /\|/ { events = $2 } END { printf "%.1f", ms * 1e6 / events }'
}
