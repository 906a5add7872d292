# Attribution of all journeys by five models, and removal effects of 50 channels.
# shellcheck shell=bash disable=SC2154
parts+=(attribution markov)
[ "$RIVALS" = 0 ] || parts+=(attribution_rivals)

attribution() {
  local n form=sum_of_answers
  for n in $THREADS; do
    heading "Attribution of all journeys, look-back of 30 days, answers summed up, $n process(es)" 'median ms' ratio wanted
    compare "$n" stored_funnel "attribution_five$([ "$n" != 1 ] || echo :2)" attribution_one
  done
  # Plain SQL takes many minutes over more rows; ClickHouse's answers are compared over all.
  [ "$EVENTS" -le 2000000 ] || return 0
  run_sql -c 'CREATE INDEX events_customer ON events (customer)' -c 'VACUUM ANALYZE events'
  same attribution_five attribution_sql
  run_sql -c 'DROP INDEX events_customer'
}

# A tenth as many journeys as events, of ten touches on average.
markov() {
  local n form=sum_of_answers
  run_sql -c "CREATE UNLOGGED TABLE walks AS
      SELECT customer, journey_agg(timestamptz '2024-01-01' + n * interval '1 hour',
        CASE WHEN n = 0 THEN 'convert' ELSE 'visit' END,
        CASE WHEN n < 0 THEN 'c' || floor(50 * draw(customer, n, 81) ^ 2)::int END, CASE WHEN n = 0 THEN 20 END) AS journey
      FROM generate_series(1, $((EVENTS / 10))) AS customer,
           generate_series(-floor(20 * draw(customer, 0, 80))::int, (CASE WHEN draw(customer, 0, 82) < 0.1 THEN 0 ELSE -1 END)) AS n
      GROUP BY customer" -c 'VACUUM ANALYZE walks'
  for n in $THREADS; do
    heading "Removal effects of 50 channels over $((EVENTS / 10)) journeys, summed up, $n process(es)" 'median ms' ratio wanted
    compare "$n" markov_scan markov_effects
  done
  run_sql -c 'DROP TABLE walks'
}

attribution_rivals() {
  local theirs question
  run_sql -c "\\copy (SELECT customer, extract(epoch FROM ts)::bigint, event, channel, value FROM events) TO '$scratch/events.csv' (FORMAT csv)"
  # shellcheck disable=SC2086 # THREADS is a list
  node "$here/rivals/clickhouse_attribution.mjs" "$scratch" attribution_five,stored_funnel $THREADS >"$scratch/clickhouse.out"
  beside ClickHouse clickhouse attribution 'five models' attribution_five:0.25 stored_funnel
  run_sql -c 'CREATE UNLOGGED TABLE rival_answers (customer text, answer bigint)'
  for question in "${theirs[@]}"; do
    load_answers "$question"
    echo "    $(title "$question"):"
    same attribution_five rival_answers
  done
  run_sql -c 'DROP TABLE rival_answers'
  rm "$scratch/events.csv"
}
