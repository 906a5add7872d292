# How things are measured and printed; sourced by run, which sets here (this
# folder) and scratch (a folder for temporary files).
# shellcheck shell=bash disable=SC2154,SC2119,SC2120
# A question is a file questions/NAME.sql: its title in the first line, then one
# SELECT without a semicolon that gives customer and answer.

export PSQLRC=/dev/null
wanted=0 missed=() wrong=0
declare -A median ratio

# The same funnel and the same gap in every question and every engine. psql
# replaces :'step1' and so on.
export step1=view_product step2=add_to_cart step3=purchase
export within='7 days' within_seconds=604800 gap='30 minutes'
variables=(-v step1="$step1" -v step2="$step2" -v step3="$step3" -v within="$within" -v gap="$gap")

run_sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "${variables[@]}" -v events="$EVENTS" -v customers="$CUSTOMERS" "$@"; }

# question NAME: the text of a question, which other SQL may be put around.
# Rivals' questions are named clickhouse/NAME and duckdb/NAME.
question() { cat "$(question_file "$1")"; }
question_file() { case $1 in */*) echo "$here/rivals/$1.sql" ;; *) echo "$here/questions/$1.sql" ;; esac; }
title() { sed -n '1s/^-- //p' "$(question_file "$1")"; }

# How a question is put when it is timed: every customer's row is computed and
# none is sent, since OFFSET drops them; or the answers are summed up, which
# spares a parallel plan the handing over of rows.
form=every_row
every_row() { question "$1" && echo 'OFFSET 1000000000000'; }
sum_of_answers() { echo 'SELECT sum(answer) FROM (' && question "$1" && echo ') q'; }

# with_processes N COMMAND...: statements may use N processes, leader included.
with_processes() {
  local processes=$1
  shift
  PGOPTIONS="${PGOPTIONS:-} -c max_parallel_workers_per_gather=$((processes - 1))" "$@"
}

# sample QUESTION...: runs them in turn, RUNS times after a warm-up, so that
# whatever else happens on the machine meets all of them alike. Prints lines
# "run question milliseconds".
sample() {
  local run name
  {
    printf '%s\n' '\timing on'
    for run in $(seq 0 "$RUNS"); do
      for name in "$@"; do
        printf '%s\n' "\echo run $run $name"
        "$form" "$name"
        echo ';'
      done
    done
  } | run_sql | awk '/^run / { run = $2; name = $3 } /^Time: / && run > 0 { print run, name, $2 }'
}

# summarize BASE: reads samples, prints lines "question median ratio". The ratio
# is the median of the ratios within each run, which drift touches least.
summarize() {
  awk -v base="$1" '
    function middle(list, n,    i, j, t) {
      for (i = 2; i <= n; i++)
        for (j = i; j > 1 && list[j] < list[j - 1]; j--) { t = list[j]; list[j] = list[j - 1]; list[j - 1] = t }
      return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
    }
    { if (!($2 in count)) names[++n] = $2; count[$2]++; ms[$1, $2] = $3 + 0 }
    END {
      for (k = 1; k <= n; k++) {
        runs = count[names[k]]
        for (r = 1; r <= runs; r++) { times[r] = ms[r, names[k]]; ratios[r] = times[r] / ms[r, base] }
        printf "%s %.1f %.3f\n", names[k], middle(times, runs), middle(ratios, runs)
      }
    }'
}

# quotient A B DIGITS
quotient() { awk "BEGIN { printf \"%.$3f\", $1 / ($2) }"; }

heading() {
  table=$1
  printf '\n%-74s %10s %7s  %s\n' "$1" "$2" "$3" "$4"
}

# line TITLE FIGURE RATIO JUDGED LIMIT: one line of the table. JUDGED must be at
# most LIMIT; an empty LIMIT wants nothing.
line() {
  local verdict=''
  if [ -n "$5" ]; then
    verdict="<= $5 ok"
    wanted=$((wanted + 1))
    if awk -v x="$4" -v limit="$5" 'BEGIN { exit !(x > limit) }'; then
      verdict="<= $5 MISSED"
      missed+=("$table: $1: $4, wanted <= $5")
    fi
  fi
  printf '  %-72s %10s %7s  %s\n' "$1" "$2" "$3" "$verdict"
}

# rate QUESTION BASE ROWS: million rows a second, reading included and beyond reading.
rate() {
  line "$(title "$1"), million rows a second; beyond the base" \
    "$(quotient "$3" "1000 * ${median[$1]}" 2)" "$(quotient "$3" "1000 * (${median[$1]} - ${median[$2]})" 2)" '' ''
}

# compare PROCESSES BASE QUESTION[:WANTED]...: measures all against BASE.
compare() {
  local processes=$1 base=$2
  shift
  with_processes "$processes" sample "${@%%:*}" >"$scratch/samples"
  judge "$base" "${@:2}" <"$scratch/samples"
  plans "$processes" "${@%%:*}"
}

# judge BASE QUESTION[:WANTED]...: prints the table of the samples it reads.
judge() {
  local base=$1 name ms of limit text spec
  shift
  while read -r name ms of; do median[$name]=$ms ratio[$name]=$of; done < <(summarize "$base")
  for spec in "$base" "$@"; do
    name=${spec%%:*} limit=${spec#"$name"}
    [ -n "${median[$name]:-}" ] || { echo "bench: no figures for $name" >&2; exit 1; }
    if [ "$name" = "$base" ]; then text=base; else text=${ratio[$name]}; fi
    line "$(title "$name")" "${median[$name]}" "$text" "${ratio[$name]}" "${limit#:}"
  done
}

# plans PROCESSES QUESTION...: says where the planner would not run in parallel,
# and shows the plans if asked for.
plans() {
  local processes=$1 name plan
  shift
  for name in "$@"; do
    plan=$({ echo 'EXPLAIN (COSTS OFF)'; "$form" "$name"; } | with_processes "$processes" run_sql)
    if [ "$processes" -gt 1 ] && ! grep -q 'Workers Planned' <<<"$plan"; then
      echo "    (no parallel plan: $(title "$name"))"
    fi
    if [ "$PLANS" = 1 ]; then printf '    %s\n' "plan of $name:" && sed 's/^/      /' <<<"$plan"; fi
  done
}

# differing QUESTION QUESTION: the number of customers with other answers. A
# customer without rows counts as 0.
differing() {
  { echo "SELECT count(*) FROM (SELECT customer, sum(answer) AS answer FROM ("; question "$1"
    echo ") q GROUP BY 1) a FULL JOIN (SELECT customer, sum(answer) AS answer FROM ("; question "$2"
    echo ") q GROUP BY 1) b USING (customer) WHERE coalesce(a.answer, 0) <> coalesce(b.answer, 0)"
  } | run_sql
}

# same QUESTION QUESTION...: all must give the answers of the first.
same() {
  local first=$1 name n
  shift
  for name in "$@"; do
    n=$(differing "$first" "$name")
    if [ "$n" = 0 ]; then
      echo "    same answers: $(title "$first") = $(title "$name")"
    else
      echo "    WRONG ANSWERS: $(title "$name") differs from $(title "$first") for $n customers"
      wrong=$((wrong + 1))
    fi
  done
}
