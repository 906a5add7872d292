# Funnels, from rows and in plain SQL.
# shellcheck shell=bash disable=SC2154
parts+=(funnel_rows funnel_sql)

funnel_rows() {
  local n
  for n in $THREADS; do
    heading "Funnel from rows, $n process(es)" 'median ms' ratio wanted
    if [ "$n" = 1 ]; then
      compare 1 latest_event funnel_steps:1.25 funnel_conditions:1.6
    else
      compare "$n" latest_event funnel_steps funnel_conditions
    fi
  done
  same funnel_steps funnel_conditions stored_funnel
}

funnel_sql() {
  heading "Funnel in plain SQL, 1 process, with an index on (customer, event, ts)" 'median ms' ratio wanted
  run_sql -c 'CREATE INDEX events_by_step ON events (customer, event, ts)' -c 'VACUUM ANALYZE events'
  # Memoize, which the planner likes for the first LATERAL, makes it 20 times slower.
  PGOPTIONS='-c enable_memoize=off' compare 1 funnel_steps funnel_window_sql funnel_lateral_sql \
    funnel_first_joins_sql funnel_first_lateral_sql
  PGOPTIONS='-c enable_memoize=off' same funnel_steps funnel_window_sql funnel_lateral_sql
  same stored_funnel_first funnel_first_joins_sql funnel_first_lateral_sql
  echo "    from the first step 1 alone, $(differing funnel_steps funnel_first_joins_sql) customers get another answer"
  run_sql -c 'DROP INDEX events_by_step'
}
