# Next step: the model of all journeys, and scores of each.
# shellcheck shell=bash disable=SC2154
parts+=(next_step)

next_step() {
  run_sql -c 'CREATE TABLE next_step_models AS SELECT next_step_fit(journey) AS model FROM journeys'
  heading "Next step: fit over all journeys, 1 process" 'median ms' ratio wanted
  compare 1 next_step_fit transitions_counts_sql
  line 'next_step_fit, million events per second' "$(quotient "$EVENTS" "1000 * ${median[next_step_fit]}" 1)" '' '' ''
  form=sum_of_answers
  heading "Next step: a score of each journey, 1 process" 'median ms' ratio wanted
  compare 1 stored_event_count next_step_probability next_step_conversion next_step_best
  for question in next_step_probability next_step_conversion next_step_best; do
    line "$(title $question), microseconds a journey" "$(quotient "1000 * ${median[$question]}" "$CUSTOMERS" 2)" '' '' ''
  done
  form=every_row
  run_sql -c 'DROP TABLE next_step_models'
}
