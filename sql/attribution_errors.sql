-- Bad input to attribution, one by one: an SQLSTATE, words that name the argument, a hint.
SET timezone = 'UTC';
CREATE TABLE attempts (no serial, statement text);
CREATE FUNCTION attempt(statement text, OUT state text, OUT message text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    state := 'none'; message := 'no error'; hint := '';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
END $$;
CREATE TABLE js AS SELECT journey_agg(ts, event, channel, value) AS j FROM (VALUES
    ('2024-01-01 10:00'::timestamptz, 'visit', 'ads', NULL::float8), ('2024-01-01 11:00', 'buy', NULL, 5)) AS e (ts, event, channel, value);
CREATE TABLE odd AS SELECT journey_agg(ts, event, channel, value) AS j FROM (VALUES
    ('2024-01-01 10:00'::timestamptz, 'visit', '(unattributed)', NULL::float8), ('2024-01-01 11:00', 'buy', NULL, 'Infinity')) AS e (ts, event, channel, value);

INSERT INTO attempts (statement) VALUES
($$SELECT attribute(j, NULL) FROM js$$),
($$SELECT attribute(j, '{}') FROM js$$),
($$SELECT attribute(j, '{buy,NULL}') FROM js$$),
($$SELECT attribute(j, '{{buy},{sell}}') FROM js$$),
($$SELECT attribute(j, '{buy}', '{best}') FROM js$$),
($$SELECT attribute(j, '{buy}', '{}') FROM js$$),
($$SELECT attribute(j, '{buy}', '{last,first,last}') FROM js$$),
($$SELECT attribute(j, '{buy}', lookback => '-1 day') FROM js$$),
($$SELECT attribute(j, '{buy}', touches => '{}') FROM js$$),
($$SELECT attribute(j, '{buy}', channel_from => 'page') FROM js$$),
($$SELECT attribute(j, '{buy}', direct => 'never') FROM js$$),
($$SELECT attribute(j, '{buy}', direct_channels => '{}') FROM js$$),
($$SELECT attribute(j, '{buy}', half_life => '0') FROM js$$),
($$SELECT attribute(j, '{buy}', half_life => '-7 days') FROM js$$),
($$SELECT attribute(j, '{buy}', position_shares => '{0.5,0.5}') FROM js$$),
($$SELECT attribute(j, '{buy}', position_shares => '{0.5,0.4,0.2}') FROM js$$),
($$SELECT attribute(j, '{buy}', position_shares => '{-0.2,0.7,0.5}') FROM js$$),
($$SELECT attribute(j, '{buy}', position_shares => '{NaN,0.5,0.5}') FROM js$$),
($$SELECT attribute(j, '{buy}', position_shares => '{NULL,0.5,0.5}') FROM js$$),
($$SELECT attribute(j, '{buy}', '{w}') FROM js$$),
($$SELECT attribute(j, '{buy}', '{w}', milestones => '{a,b,c,d,e,f,g}') FROM js$$),
($$SELECT attribute(j, '{buy}', '{w}', milestones => '{lead}', w_shares => '{0.5,0.5}') FROM js$$),
($$SELECT attribute(j, '{buy}', '{w}', milestones => '{lead}', w_shares => '{0.5,0.5,0.5}') FROM js$$),
($$SELECT attribute(j, '{buy}') FROM odd$$),
($$SELECT attribute(j, '{buy}', unattributed => 'nobody') FROM odd$$),
($$SELECT attribution_report(j, NULL) FROM js$$),
($$SELECT attribution_report(j, attribution_options()) FROM js$$),
($$SELECT attribution_report(j, attribution_options('{buy}', '{best}')) FROM js$$),
($$SELECT attribution_report(j, attribution_options('{buy}', lookback => '-1 second')) FROM js$$),
($$SELECT attribution_report(j, attribution_options('{buy}')) FROM odd$$),
($$SELECT attribution_report(j, attribution_options('{buy}', ARRAY[m])) FROM js, unnest('{first,last}'::text[]) AS m$$),
($$SELECT attribution_report('{ads}', 1, 5, attribution_options(models => '{time_decay}'))$$),
($$SELECT attribution_report('{ads}', 1, 5, attribution_options(models => '{w}', milestones => '{lead}'))$$),
($$SELECT attribution_report('{ads}', -1, 5, attribution_options())$$),
($$SELECT attribution_report('{ads}', 1, 'NaN', attribution_options())$$),
($$SELECT attribution_report('{ads,NULL}', 1, 5, attribution_options())$$),
($$SELECT markov_report(j, NULL) FROM js$$),
($$SELECT markov_report(j, attribution_options('{buy}'), 0) FROM js$$),
($$SELECT markov_report(j, attribution_options('{buy}'), 9) FROM js$$),
($$SELECT markov_report(j, attribution_options('{buy}'), NULL) FROM js$$),
($$SELECT markov_report(j, attribution_options('{buy}')) FROM odd$$),
($$SELECT markov_report('{(start)}', 1, 1, 0)$$),
($$SELECT markov_report('{ads}', 1, 1, -1)$$),
($$SELECT markov_report(ARRAY[i::text], 1, 1, 0) FROM generate_series(1, 2001) AS i$$),
($$SELECT markov_report('{ads}', 1, 1, 0, i) FROM generate_series(1, 2) AS i$$),
($$SELECT ad_performance(j, NULL) FROM js$$),
($$SELECT ad_performance(j, ad_options(NULL, NULL, '{buy}')) FROM js$$),
($$SELECT ad_performance(j, ad_options('{visit}', NULL, NULL)) FROM js$$),
($$SELECT ad_performance(j, ad_options('{visit}', '{visit}', '{buy}')) FROM js$$),
($$SELECT ad_performance(j, ad_options('{visit}', NULL, '{buy}', 'best')) FROM js$$),
($$SELECT ad_performance(j, ad_options('{visit}', NULL, '{buy}', 'w')) FROM js$$),
($$SELECT ad_performance(j, ad_options('{visit}', NULL, '{buy}', credit => 'sales')) FROM js$$),
($$SELECT ad_performance(j, ad_options('{visit}', NULL, '{buy}', lookback => '-1 day')) FROM js$$),
($$SELECT spend_rows('{ads,email}', '{1}')$$),
($$SELECT spend_rows('{ads}', '{-1}')$$),
($$SELECT spend_rows('{ads}', NULL)$$),
($$SELECT spend_rows('{NULL}', '{1}')$$),
($$SELECT '\x00'::attribution_summary$$),
($$SELECT ''::markov_summary$$),
($$SELECT '\x01ff'::ad_summary$$);
SELECT no, a.state, a.message, a.hint FROM attempts, attempt(statement) AS a ORDER BY no;
SELECT statement FROM attempts, attempt(statement) AS a WHERE a.state = 'none' OR a.hint = '' ORDER BY no;
DROP TABLE attempts, js, odd;
DROP FUNCTION attempt;
