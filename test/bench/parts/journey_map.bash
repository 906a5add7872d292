# Maps: stage stock, the measured map and steps of all customers. A scan of all events
# is session_count over the same journeys, as for Markov chains; funnel_level finds its
# steps without reading event by event.
# shellcheck shell=bash disable=SC2154
parts+=(stage_stock journey_map)

stage_stock() {
  heading "Stage stock of all customers, 1 process" 'median ms' ratio wanted
  compare 1 stored_sessions stored_funnel stored_event_count map_stock_stored:2 map_stock_sql
  same map_stock_stored map_stock_sql
}

journey_map() {
  heading "Measured journey map of all customers, 1 process" 'median ms' ratio wanted
  compare 1 stored_sessions stored_funnel map_stored:2 map_steps_stored map_sql
  same map_stored map_sql
}
