# Survival: fits, tests and scores of EVENTS / 10 customers with 10 covariates.
# shellcheck shell=bash disable=SC2154
parts+=(survival)

survival() {
  local name
  survival_load
  heading "Survival of $((EVENTS / 10)) customers, 1 process" 'median ms' ratio wanted
  compare 1 survival_scan survival_kaplan_meier survival_kaplan_meier_days survival_logrank survival_concordance \
    survival_cox_fit survival_cox_fit_days survival_aft_fit
  heading "Scoring every customer, 1 process" 'median ms' ratio wanted
  form=sum_of_answers compare 1 survival_score_scan survival_score_weibull survival_score_cox
  for name in survival_score_weibull survival_score_cox; do rate "$name" survival_score_scan "$((EVENTS / 10))"; done
  if [ "$RIVALS" = 1 ]; then survival_beside_r; fi
  run_sql -c 'DROP TABLE survival_customers, survival_models' -c 'DROP FUNCTION survival_draw'
}

survival_load() {
  run_sql <<'SQL'
CREATE FUNCTION survival_draw(customer bigint, salt bigint) RETURNS float8 IMMUTABLE LANGUAGE sql
AS 'SELECT (1 + (hashint8extended(customer, salt) & 1073741823)) / 1073741825.0::float8';
CREATE UNLOGGED TABLE survival_customers AS
SELECT customer, least(t, c) AS days, t <= c AS event, x, 'plan ' || customer % 4 AS plan
FROM (SELECT customer, ARRAY(SELECT survival_draw(customer, k) FROM generate_series(1, 10) k ORDER BY k) AS x
      FROM generate_series(1, :events / 10) customer) drawn,
     LATERAL (SELECT 200 * (-ln(survival_draw(customer, 11)) * exp(x[2] - x[1])) ^ 0.8 AS t, 400 * survival_draw(customer, 12) AS c) times;
CREATE TABLE survival_models AS
SELECT cox_fit(ceil(days), event, x) AS cox, aft_fit(days, event, x) AS weibull FROM survival_customers;
VACUUM ANALYZE survival_customers;
SQL
}

# The same fit by R's survival package on the same rows, if R is there.
survival_beside_r() {
  if ! Rscript -e 'library(survival)' >/dev/null 2>&1; then
    echo '    (no R with its survival package: apt-get install r-base-core r-cran-survival)'
    return
  fi
  run_sql -c "\\copy (SELECT days, event::int, $(printf 'x[%d],' 1 2 3 4 5 6 7 8 9)x[10] FROM survival_customers) TO '$scratch/survival.csv' (FORMAT csv)"
  heading 'Cox fit beside R, the same rows' 'median ms' 'log-likelihood' wanted
  Rscript - "$scratch/survival.csv" "$RUNS" <<'R'
suppressMessages(library(survival))
given <- commandArgs(TRUE)
d <- read.csv(given[1], header = FALSE)
names(d) <- c("days", "event", paste0("x", 1:10))
for (tied in c(FALSE, TRUE)) {
  if (tied) d$days <- ceiling(d$days)
  ms <- sapply(seq_len(as.integer(given[2])), function(i) system.time(fit <<- coxph(Surv(days, event) ~ ., d))["elapsed"] * 1000)
  cat(sprintf("  %-72s %10.1f %.6f\n", paste("coxph of R survival", packageVersion("survival"), if (tied) "whole days" else "distinct times"), median(ms), fit$loglik[2]))
}
R
  run_sql -F ' ' -c "SELECT format('    log-likelihood here: %s, whole days %s', round(a.loglik::numeric, 6), round(b.loglik::numeric, 6)) FROM (SELECT cox_fit(days, event, x) AS a, cox_fit(ceil(days), event, x) AS b FROM survival_customers) f, survival_summary(f.a) a, survival_summary(f.b) b"
  rm "$scratch/survival.csv"
}
