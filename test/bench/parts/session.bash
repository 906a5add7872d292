# Sessions, by row and by customer.
# shellcheck shell=bash disable=SC2154
parts+=(session_rows session_customers)

session_rows() {
  heading "Session number of every row, 1 process" 'median ms' ratio wanted
  compare 1 session_row_number session_sessionize:1.1 session_lag_sql
  same session_sessionize session_lag_sql
  heading "The same where an index gives the order, so that only the window costs" 'median ms' ratio wanted
  run_sql -c 'CREATE INDEX events_by_time ON events (customer, ts)' -c 'VACUUM ANALYZE events'
  PGOPTIONS='-c enable_sort=off' compare 1 session_row_number session_sessionize session_lag_sql
  run_sql -c 'DROP INDEX events_by_time'
}

session_customers() {
  heading "Sessions of every customer from rows, 1 process" 'median ms' ratio wanted
  compare 1 session_row_number sessions_count sessions_count_lag_sql sessions_rows sessions_rows_lag_sql
  same sessions_count sessions_count_lag_sql stored_sessions
  same sessions_rows sessions_rows_lag_sql
}
