# Paths: transitions and Sankey rows over all customers.
# shellcheck shell=bash disable=SC2154
parts+=(transitions sankey)

transitions() {
  heading "Transitions of all customers: counts, customers, median, 95th percentile, 1 process" 'median ms' ratio wanted
  compare 1 transitions_stored transitions_rows transitions_counts_sql transitions_lead_sql
  line 'transition_report, million events per second' "$(quotient "$EVENTS" "1000 * ${median[transitions_stored]}" 1)" '' '' ''
  same transitions_stored transitions_rows transitions_lead_sql
  same transitions_counts_stored transitions_counts_sql
}

sankey() {
  heading "Sankey rows of all sessions, five steps, 1 process" 'median ms' ratio wanted
  compare 1 sankey_stored sankey_lead_sql
  same sankey_stored sankey_lead_sql
}
