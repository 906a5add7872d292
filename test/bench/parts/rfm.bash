# RFM of all customers, and scoring by a logistic model.
# shellcheck shell=bash disable=SC2154
parts+=(rfm lead_score)

rfm() {
  local n
  for n in $THREADS; do
    heading "RFM scores of all customers as of a day, $n process(es)" 'median ms' ratio wanted
    compare "$n" rfm_ntile_sql rfm_rows rfm_journeys
  done
  same rfm_ntile_sql rfm_rows rfm_journeys
}

lead_score() {
  local form=sum_of_answers
  run_sql -c "CREATE UNLOGGED TABLE features AS SELECT customer, ARRAY(SELECT (draw(customer, i, 90) * i)::float8 FROM generate_series(1, 8) AS i) AS features
      FROM generate_series(1, $((EVENTS / 10))) AS customer" -c 'VACUUM ANALYZE features' \
    -c "CREATE TABLE model AS SELECT '{\"version\": 1, \"status\": \"converged\", \"coefficients\": [-1, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8], \"std_errors\": [1, 1, 1, 1, 1, 1, 1, 1, 1], \"means\": [0, 0, 0, 0, 0, 0, 0, 0]}'::logistic_model AS model"
  heading "Scores of a logistic model, summed up, 1 process" 'median ms' ratio wanted
  compare 1 logistic_read logistic_score logistic_sql
  rate logistic_score logistic_read "$((EVENTS / 10))"
  run_sql -c 'DROP TABLE features, model'
}
