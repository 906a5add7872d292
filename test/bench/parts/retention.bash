# Weekly retention and daily growth of all customers.
# shellcheck shell=bash disable=SC2154
parts+=(retention_weekly growth_daily)

retention_weekly() {
  local n
  for n in $THREADS; do
    heading "Weekly retention of all customers, $n process(es)" 'median ms' ratio wanted
    compare "$n" stored_event_count stored_retention retention_rows retention_weekly_sql retention_window_sql
  done
  same stored_retention retention_rows retention_weekly_sql retention_window_sql
}

growth_daily() {
  heading "Daily growth accounting of all customers, 1 process" 'median ms' ratio wanted
  compare 1 stored_event_count stored_growth growth_sql
  same stored_growth growth_sql
}
