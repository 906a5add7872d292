# Customers-alive models: scoring rate, and the fit of many customers.
# shellcheck shell=bash disable=SC2154
parts+=(btyd_scores btyd_fits)

# A million customers drawn from BG/NBD with r 1, alpha 10, a 1, b 3, made once: arrivals
# as if nobody left, after how many each leaves, and the last one's place among them.
btyd_customers() {
  run_sql -c "CREATE TABLE IF NOT EXISTS btyd_customers AS
    SELECT n AS customer, least(arrivals, stays)::bigint AS frequency, CASE WHEN least(arrivals, stays) = 0 THEN 0 ELSE age * last END AS recency, age
    FROM (SELECT n, age, floor(ln(1 - random()) / ln(age / (10 + age))) AS arrivals, ceil(3 * ln(1 - random()) / ln(1 - random())) AS stays
          FROM (SELECT n, (27 + random() * 12)::float8 AS age FROM generate_series(1, 1000000) n OFFSET 0) aged OFFSET 0) drawn,
         LATERAL (SELECT sum(gap) FILTER (WHERE k <= least(arrivals, stays)) / sum(gap) AS last
                  FROM (SELECT k, -ln(1 - random()) AS gap FROM generate_series(1, arrivals::int + 1) k) gaps) placed" -c 'VACUUM ANALYZE btyd_customers'
}

btyd_scores() {
  local name
  btyd_customers
  heading "Scores of a million customers, 1 process" 'median ms' ratio wanted
  form=sum_of_answers compare 1 btyd_scan btyd_alive btyd_alive_sql btyd_purchases btyd_inactive btyd_alive_pareto
  for name in btyd_alive btyd_purchases btyd_inactive btyd_alive_pareto; do rate "$name" btyd_scan 1000000; done
}

btyd_fits() {
  btyd_customers
  heading "Fit of a million customers, all rows different, 1 process" 'median ms' ratio wanted
  form=sum_of_answers compare 1 btyd_scan btyd_fit btyd_fit_some
  btyd_fit_in_r
}

# The same likelihood by R's optim, on the first 50,000 customers: a million take it minutes.
btyd_fit_in_r() {
  if [ "${RIVALS:-0}" != 1 ] || ! command -v Rscript >/dev/null; then
    echo "    (no comparison with R: RIVALS=1 and Rscript are needed)"
    return
  fi
  run_sql -c '\copy (SELECT frequency, recency, age FROM btyd_customers WHERE customer <= 50000) TO STDOUT (FORMAT csv)' >"$scratch/btyd.csv"
  Rscript "$here/rivals/btyd.R" "$scratch/btyd.csv" | sed 's/^/    /'
  run_sql -c "SELECT format('    here: log-likelihood %s, %s', round(r.log_likelihood::numeric, 4), (SELECT string_agg(format('%s %s', parameter, round(estimate::numeric, 6)), ' ') FROM btyd_parameters(m)))
      FROM (SELECT bgnbd_fit(frequency, recency, age, 'week') AS m FROM btyd_customers WHERE customer <= 50000) f, btyd_fit_report(m) r"
}
