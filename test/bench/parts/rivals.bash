# ClickHouse and DuckDB on the same rows.
# shellcheck shell=bash disable=SC2154
[ "$RIVALS" = 0 ] || parts+=(rivals)

# The same rows and the same funnel in other engines. Steps are three different
# events, where ClickHouse's default mode finds the true maximum as well.
rivals() {
  local theirs
  run_sql -c "\\copy (SELECT customer, extract(epoch FROM ts)::bigint, event, channel, value FROM events) TO '$scratch/events.csv' (FORMAT csv)"
  rival ClickHouse clickhouse 0.25 0.8 stored_pattern sequence_rows
  rival DuckDB duckdb '' ''
  rm "$scratch/events.csv"
}

# rival TITLE ENGINE TIME BYTES [OURS ALSO]: funnel_level may take TIME of the engine's
# best time, the journeys table BYTES of its bytes; OURS and ALSO are our questions
# beside the engine's sequences, where it has them.
rival() {
  local name=$1 engine=$2 question bytes_theirs bytes_moments bytes_ours of
  # shellcheck disable=SC2086 # THREADS is a list
  node "$here/rivals/$engine.mjs" "$scratch" "stored_funnel,funnel_steps${5:+,$5,$6}" $THREADS >"$scratch/$engine.out"
  beside "$name" "$engine" funnel levels "stored_funnel:$3" funnel_steps
  run_sql -c 'CREATE UNLOGGED TABLE rival_answers (customer bigint, answer bigint)'
  for question in "${theirs[@]}"; do
    load_answers "$question"
    echo "    $(title "$question"):"
    same stored_funnel rival_answers
  done
  if [ -n "${5:-}" ]; then
    beside "$name" "$engine" sequence matches "$5:$3" "$6"
    load_answers "${theirs[0]}"
    # It leaves the order of simultaneous rows open.
    echo "    $(differing "$5" rival_answers) customers differ, by the order of simultaneous rows"
  fi
  run_sql -c 'DROP TABLE rival_answers'

  heading "Bytes beside $name" MB ratio wanted
  bytes_theirs=$(awk '$1 == "bytes" { print $2 }' "$scratch/$engine.out")
  bytes_ours=$(run_sql -c "SELECT pg_total_relation_size('journeys')")
  of=$(quotient "$bytes_ours" "$bytes_theirs" 3)
  line "$name: the event table" "$(quotient "$bytes_theirs" 1e6 1)" base '' ''
  line 'the journeys table' "$(quotient "$bytes_ours" 1e6 1)" "$of" "$of" "$4"
  # Whole seconds are what its windowFunnel takes; journeys hold microseconds.
  bytes_moments=$(awk '$1 == "bytes_moments" { print $2 }' "$scratch/$engine.out")
  [ -n "$bytes_moments" ] || return 0
  line "$name: the event table with microseconds" "$(quotient "$bytes_moments" 1e6 1)" "$(quotient "$bytes_moments" "$bytes_theirs" 3)" '' ''
  echo "    the journeys table takes $(quotient "$bytes_ours" "$bytes_moments" 3) of that"
}

# beside NAME ENGINE FAMILY WHAT OURS:WANTED ALSO: the tables of one family; leaves the
# engine's questions in `theirs`, the fastest first.
beside() {
  local n ours=${5%%:*}
  for n in $THREADS; do
    heading "Beside $1, $4 summed up, $n thread(s) each" 'median ms' ratio wanted
    awk -v n="$n" '$1 == "sample" && $2 == n { print $3, $4, $5 }' "$scratch/$2.out" >"$scratch/samples"
    mapfile -t theirs < <(summarize "$ours" <"$scratch/samples" | grep "^$2/$3" | sort -k 2n | cut -d' ' -f1)
    judge "${theirs[0]}" "$5" "$6" "${theirs[@]:1}" <"$scratch/samples"
  done
}

load_answers() {
  run_sql -c 'TRUNCATE rival_answers' -c "\\copy rival_answers FROM '$scratch/$1.csv' (FORMAT csv)"
}
