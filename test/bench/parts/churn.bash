# The churn ladder over stored journeys: fits, scores, the back-test of all rungs.
# shellcheck shell=bash disable=SC2154
parts+=(churn)

churn() {
  local form=sum_of_answers n
  run_sql -c "CREATE TABLE churn_models AS SELECT method, churn_fit(journey, '{purchase}', '2024-02-15 00:00+00', '14 days', method) AS model
      FROM journeys, unnest('{rfm,btyd,survival}'::text[]) AS method GROUP BY method" -c 'VACUUM ANALYZE churn_models'
  heading 'Churn of all customers within 14 days as of a day, 1 process' 'median ms' ratio wanted
  compare 1 stored_event_count churn_rfm churn_btyd churn_survival
  for n in churn_rfm churn_btyd churn_survival; do rate "$n" stored_event_count "$CUSTOMERS"; done
  for n in $THREADS; do
    heading "Fits of the churn ladder, and the back-test of all its rungs, $n process(es)" 'median ms' ratio wanted
    compare "$n" stored_event_count churn_fit_rfm churn_fit_btyd churn_fit_survival churn_backtest
  done
  run_sql -c 'DROP TABLE churn_models'
}
