-- Bad input to paths, one by one: an SQLSTATE, words that name the argument, a hint.
SET timezone = 'UTC';
CREATE TABLE attempts (no serial, statement text);
CREATE FUNCTION attempt(statement text, OUT state text, OUT message text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    state := 'none'; message := 'no error'; hint := '';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
END $$;
CREATE TABLE js AS SELECT journey_agg(ts, event) AS j FROM (VALUES ('2024-01-01 10:00'::timestamptz, 'view'), ('2024-01-01 11:00', 'buy')) e (ts, event);
CREATE TABLE odd AS SELECT relabel(j, '{view}', '{(start)}') AS j, relabel(j, '{view}', '{(other)}') AS other FROM js;

INSERT INTO attempts (statement) VALUES
($$SELECT transitions(j, gap => '-1 second') FROM js$$),
($$SELECT transitions(j, collapse => 'middle') FROM js$$),
($$SELECT transitions(NULL, collapse => 'middle')$$),
($$SELECT transitions(j, keep => ARRAY['view', NULL]) FROM js$$),
($$SELECT transitions(j, drop => ARRAY[['view'], ['buy']]) FROM js$$),
($$SELECT transitions(j, starts => ARRAY[NULL::text]) FROM js$$),
($$SELECT transitions(j) FROM odd$$),
($$SELECT transitions(j, end_name => 'buy') FROM js$$),
($$SELECT next_events(j, NULL) FROM js$$),
($$SELECT previous_events(j, 'view', collapse => '') FROM js$$),
($$SELECT journey_path(j, from_which => 'second') FROM js$$),
($$SELECT journey_path(j, to_which => 'second') FROM js$$),
($$SELECT journey_path(j, max_length => 0) FROM js$$),
($$SELECT journey_path(j, max_length => -1) FROM js$$),
($$SELECT journey_path(j, 'view', 'buy', max_length => 2) FROM js$$),
($$SELECT journey_path(j, session_no => 0) FROM js$$),
($$SELECT journey_paths(j, gap => '-1 day') FROM js$$),
($$SELECT funnel_paths(j, '{view,buy}', step_order => 'unordered') FROM js$$),
($$SELECT funnel_paths(j, '{view,buy}', from_step => 3) FROM js$$),
($$SELECT funnel_paths(j, '{view,buy}', to_step => 0) FROM js$$),
($$SELECT funnel_paths(j, '{view,buy}', from_step => 2) FROM js$$),
($$SELECT funnel_paths(j, '{view}') FROM js$$),
($$SELECT funnel_paths(j, '{view,buy}', max_length => 2) FROM js$$),
($$SELECT funnel_paths(j, '{}') FROM js$$),
($$SELECT transition_report(j, '-1 day') FROM js$$),
($$SELECT transition_report(j, NULL, 'runs') FROM js$$),
($$SELECT transition_report(j) FROM odd$$),
($$SELECT transition_report(j, NULL, NULL, NULL, NULL, NULL, name, NULL) FROM js, unnest(ARRAY['a', 'b']) name$$),
($$SELECT sankey(j, 1) FROM js$$),
($$SELECT sankey(j, 1001) FROM js$$),
($$SELECT sankey(j, 5, 0) FROM js$$),
($$SELECT sankey(j, n) FROM js, unnest(ARRAY[3, 4]) n$$),
($$SELECT sankey(j, 3, n) FROM js, unnest(ARRAY[3, 4]) n$$),
($$SELECT sankey(other) FROM odd$$),
($$SELECT sankey(journey_path(j), 3, NULL, 'sideways') FROM js$$),
($$SELECT sankey(journey_path(j), 3, NULL, d) FROM js, unnest(ARRAY['forward', 'backward']) d$$),
($$SELECT sankey(ARRAY['a', NULL], 3, NULL)$$),
($$SELECT path_report(ARRAY['a', NULL])$$),
($$SELECT path_report(ARRAY['a'], 0)$$),
($$SELECT path_report(ARRAY['a'], n) FROM unnest(ARRAY[1, 2]) n$$),
($$SELECT path_report(ARRAY[repeat('x', 10000)])$$),
($$SELECT '\x'::transition_summary$$),
($$SELECT '\x02'::transition_summary$$),
($$SELECT '\x01ffffffff'::transition_summary$$),
($$SELECT '\x02'::sankey_summary$$),
($$SELECT '\x010100010000'::sankey_summary$$),
($$SELECT '\x010000000000'::path_summary$$),
($$SELECT 'x'::path_summary$$),
($$SELECT transition_report_add(NULL, j) FROM js$$),
($$SELECT sankey_combine(NULL, NULL)$$);
SELECT no, statement, state, message, hint FROM attempts, attempt(statement) ORDER BY no;
DROP TABLE attempts, js, odd;
DROP FUNCTION attempt;
