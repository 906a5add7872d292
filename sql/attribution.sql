-- Attribution: a user's questions, edges, plans.
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET extra_float_digits = 0;
CREATE TABLE clicks (customer text, ts timestamptz, event text, channel text, value float8);
INSERT INTO clicks VALUES
  ('ann', '2024-05-01 09:00', 'visit', 'search', NULL), ('ann', '2024-05-03 09:00', 'visit', 'email', NULL),
  ('ann', '2024-05-05 20:00', 'visit', 'direct', NULL), ('ann', '2024-05-05 20:10', 'buy', NULL, 40),
  ('bob', '2024-05-02 10:00', 'visit', 'ads', NULL), ('bob', '2024-05-02 18:00', 'visit', 'search', NULL),
  ('bob', '2024-05-02 18:30', 'buy', NULL, 25), ('bob', '2024-05-20 08:00', 'visit', 'email', NULL), ('bob', '2024-05-20 08:30', 'buy', NULL, 60),
  ('cem', '2024-05-02 12:00', 'visit', 'ads', NULL), ('dia', '2024-05-04 12:00', 'buy', NULL, 15),
  ('eva', '2024-05-04 12:00', 'visit', 'ads', NULL), ('eva', '2024-05-05 12:00', 'visit', 'search', NULL);
CREATE TABLE journeys AS SELECT customer, journey_agg(ts, event, channel, value) AS j FROM clicks GROUP BY customer;

-- Several models of one customer, long rows; what nobody led to is a row of its own.
SELECT a.* FROM journeys, attribute(j, '{buy}', '{first,last,last_non_direct,linear,position,shapley}') AS a WHERE customer = 'ann';
SELECT customer, conversion_no, conversion_event, converted_at, channel, touch_no, touched_at, event_no, credit, value
FROM journeys, attribute(j, '{buy}') WHERE customer IN ('bob', 'dia') ORDER BY customer, conversion_no;
-- Every option by name.
SELECT what, customer, string_agg(channel || ' ' || round(credit, 3), ', ' ORDER BY conversion_no, touch_no) AS credits
FROM journeys, LATERAL (
  SELECT 'look-back of two days' AS what, a.* FROM attribute(j, '{buy}', '{linear}', '2 days') AS a
  UNION ALL SELECT 'a touch counts once', a.* FROM attribute(j, '{buy}', '{linear}', reuse_touches => false) AS a
  UNION ALL SELECT 'direct as a fallback', a.* FROM attribute(j, '{buy}', '{linear}', direct => 'fallback') AS a
  UNION ALL SELECT 'email and direct ignored', a.* FROM attribute(j, '{buy}', '{linear}', direct => 'ignore', direct_channels => '{email,direct}') AS a
  UNION ALL SELECT 'events as channels', a.* FROM attribute(j, '{buy}', '{linear}', channel_from => 'event', conversion_is_touch => true) AS a
  UNION ALL SELECT 'no such touch', a.* FROM attribute(j, '{buy}', '{linear}', touches => '{call}', unattributed => 'nobody') AS a
  UNION ALL SELECT 'half-life of a day', a.* FROM attribute(j, '{buy}', '{time_decay}', half_life => '1 day') AS a
  UNION ALL SELECT 'own shares', a.* FROM attribute(j, '{buy}', '{position}', position_shares => '{0.5,0.3,0.2}') AS a) AS q
WHERE customer IN ('ann', 'bob') GROUP BY what, customer ORDER BY what, customer;
-- Milestones: the touch that led to each.
SELECT channel, credit FROM (SELECT journey_agg(ts, event, channel) AS j FROM (VALUES
  ('2024-01-01'::timestamptz, 'visit', 'ads'), ('2024-01-02', 'visit', 'email'), ('2024-01-03', 'lead', NULL), ('2024-01-04', 'visit', 'web'),
  ('2024-01-05', 'visit', 'call'), ('2024-01-06', 'offer', NULL), ('2024-01-07', 'buy', NULL)) AS e (ts, event, channel)) AS one,
  attribute(j, '{buy}', '{w}', milestones => '{lead,offer}') ORDER BY touch_no;
-- Nothing, and NULL.
SELECT count(*) FROM attribute(NULL, '{buy}');
SELECT count(*) FROM journeys, attribute(j, '{nothing}');
SELECT attribution_report(j, attribution_options('{buy}')) IS NULL AS nobody FROM journeys WHERE false;
SELECT cardinality(attribution_report(NULL::journey, attribution_options('{buy}'))) AS no_journey;

-- All customers in one query, several models side by side.
SELECT channel, max(conversions) FILTER (WHERE model = 'first') AS first, max(conversions) FILTER (WHERE model = 'last') AS last,
       round(max(conversions) FILTER (WHERE model = 'linear'), 3) AS linear, round(max(value) FILTER (WHERE model = 'linear'), 2) AS linear_value
FROM unnest((SELECT attribution_report(j, attribution_options('{buy}', '{first,last,linear}', '30 days')) FROM journeys)) GROUP BY channel ORDER BY channel;
-- The same straight from the rows.
SELECT (SELECT attribution_report(j, attribution_options('{buy}', '{first,j,time_decay}')) FROM journeys)
     = (SELECT attribution_report(j, attribution_options('{buy}', '{first,j,time_decay}')) FROM (SELECT journey_agg(ts, event, channel, value) AS j FROM clicks GROUP BY customer) AS built) AS the_same;
-- Credits and values sum to what there is, to the last digit, row by row and in the report.
SELECT model, sum(credit) AS conversions, sum(a.value) AS value FROM journeys, attribute(j, '{buy}', '{first,last,last_non_direct,linear,time_decay,position,j,inverse_j,shapley}') AS a
GROUP BY model ORDER BY model;
SELECT model, sum(conversions) AS conversions, sum(value) AS value, round(sum(share)::numeric, 12) AS share
FROM unnest((SELECT attribution_report(j, attribution_options('{buy}', '{first,last,last_non_direct,linear,time_decay,position,j,inverse_j,shapley,participation}')) FROM journeys))
GROUP BY model ORDER BY model;
-- Without values there is no value.
SELECT * FROM unnest((SELECT attribution_report(j, attribution_options('{buy}')) FROM (SELECT journey_agg(ts, event, channel) AS j FROM clicks GROUP BY customer) AS built));
-- From paths that are counted already.
CREATE TABLE paths (path text, conversions bigint, value float8, nulls bigint);
INSERT INTO paths VALUES ('ads > email > web', 3, 60, 5), ('web', 1, 25.5, 4), ('email > email', 2, NULL, 0), ('', 1, 10, 9), (NULL, NULL, NULL, 7), ('ads', 0, 0, 3);
SELECT * FROM unnest((SELECT attribution_report(string_to_array(path, ' > '), conversions, value, attribution_options(models => '{last,linear}')) FROM paths));

-- Removal effects.
SELECT * FROM unnest((SELECT markov_report(j, attribution_options('{buy}')) FROM journeys));
SELECT channel, round(removal_effect::numeric, 6) AS removal_effect, conversions FROM unnest((SELECT markov_report(j, attribution_options('{buy}', direct => 'fallback'), 2) FROM journeys));
SELECT * FROM unnest((SELECT markov_transitions(j, attribution_options('{buy}')) FROM journeys));
SELECT channel, round(removal_effect::numeric, 6) AS removal_effect, round(conversions, 6) AS conversions, round(value, 6) AS value
FROM unnest((SELECT markov_report(string_to_array(path, ' > '), conversions, value, nulls) FROM paths));
SELECT from_channels, to_channel, count FROM unnest((SELECT markov_transitions(string_to_array(path, ' > '), conversions, value, nulls, 2) FROM paths));
SELECT sum(conversions) AS conversions, sum(value) AS value FROM unnest((SELECT markov_report(j, attribution_options('{buy}'), 3) FROM journeys));

-- Spend: channels without conversions and channels without spend are there.
SELECT model, channel, cost, conversions, round(cost_per_conversion::numeric, 2) AS cost_per_conversion, round(roas::numeric, 2) AS roas
FROM attribution_spend((SELECT attribution_report(j, attribution_options('{buy}', '{first,linear}')) FROM journeys), '{ads,tv,email,ads}', '{10,20,30,5}');
SELECT count(*) FROM attribution_spend((SELECT attribution_report(j, attribution_options('{buy}')) FROM journeys), NULL, NULL);
-- Ads: views, clicks, conversions.
CREATE TABLE seen AS SELECT customer, journey_agg(ts, event, ad, value) AS j FROM (VALUES
  ('ann', '2024-01-01 10:00'::timestamptz, 'impression', 'banner', NULL::float8), ('ann', '2024-01-01 11:00', 'impression', 'banner', NULL), ('ann', '2024-01-01 12:00', 'click', 'banner', NULL),
  ('ann', '2024-01-01 13:00', 'buy', NULL, 40), ('bob', '2024-01-01 10:00', 'impression', 'video', NULL), ('bob', '2024-01-02 10:00', 'buy', NULL, 30),
  ('cem', '2024-01-02 11:00', 'click', 'mail', NULL), ('dia', '2024-01-02 11:00', 'buy', NULL, 5)) AS e (customer, ts, event, ad, value) GROUP BY customer;
SELECT * FROM unnest((SELECT ad_performance(j, ad_options('{impression}', '{click}', '{buy}', lookback => '7 days')) FROM seen));
SELECT ad, conversions FROM unnest((SELECT ad_performance(j, ad_options('{impression}', '{click}', '{buy}', credit => 'clicks')) FROM seen));
SELECT ad, views, clicks, conversions, cost, cost_per_click, cost_per_conversion, roas
FROM ad_spend((SELECT ad_performance(j, ad_options('{impression}', '{click}', '{buy}')) FROM seen), '{banner,radio}', '{8,100}');

-- Plans: parallel, and no plan and no order of rows changes a figure.
CREATE TABLE many AS SELECT i AS customer, journey_agg(timestamptz '2024-01-01' + (i * n * 7919 % 100000) * interval '1 minute',
    CASE WHEN i * n % 7 = 0 THEN 'buy' ELSE 'visit' END, 'c' || i * n % 11, (i * n % 1000) / 100.0) AS j
FROM generate_series(1, 3000) AS i, generate_series(1, 12) AS n GROUP BY i;
ANALYZE many;
CREATE TABLE questions (name text, query text);
INSERT INTO questions VALUES
('attribution_report', $$SELECT attribution_report(j, attribution_options('{buy}', '{first,last,linear,time_decay,position,shapley,participation}', '30 days')) FROM %s m$$),
('markov_report', $$SELECT markov_report(j, attribution_options('{buy}'), 2) FROM %s m$$),
('markov_transitions', $$SELECT markov_transitions(j, attribution_options('{buy}')) FROM %s m$$),
('ad_performance', $$SELECT ad_performance(j, ad_options('{visit}', NULL, '{buy}')) FROM %s m$$);
CREATE FUNCTION ask(query text, OUT plan text, OUT answer text) LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
    plan := '';
    FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP plan := plan || line || E'\n'; END LOOP;
    EXECUTE 'SELECT md5((' || query || ')::text)' INTO answer;
END $$;
CREATE TABLE answers AS SELECT name, 'serial' AS how, a.* FROM questions, ask(format(query, 'many')) AS a;
INSERT INTO answers SELECT name, 'backwards', a.* FROM questions, ask(format(query, '(SELECT * FROM many ORDER BY customer DESC)')) AS a;
SET min_parallel_table_scan_size = 0; SET parallel_tuple_cost = 0; SET parallel_setup_cost = 0; SET max_parallel_workers_per_gather = 2;
INSERT INTO answers SELECT name, 'parallel', a.* FROM questions, ask(format(query, 'many')) AS a;
SELECT name, count(DISTINCT answer) AS answers, bool_and(plan ~ 'Partial Aggregate') FILTER (WHERE how = 'parallel') AS parallel
FROM answers GROUP BY name ORDER BY name;
RESET min_parallel_table_scan_size; RESET parallel_tuple_cost; RESET parallel_setup_cost; RESET max_parallel_workers_per_gather;
-- The report is the sum of the rows.
SELECT model, count(*) AS channels, max(abs(r.conversions - a.credit)) < 1e-9 AS conversions, max(abs(r.value - a.value)) < 1e-7 AS value
FROM unnest((SELECT attribution_report(j, attribution_options('{buy}', '{first,linear,time_decay,position,participation}', '30 days')) FROM many)) AS r
JOIN (SELECT model, channel, sum(credit) AS credit, sum(value) AS value FROM many, attribute(j, '{buy}', '{first,linear,time_decay,position,participation}', '30 days') GROUP BY 1, 2) AS a
USING (model, channel) GROUP BY model ORDER BY model;
SELECT bool_and(sum = conversions) AS to_the_last_digit FROM (SELECT sum(credit) AS sum FROM many, attribute(j, '{buy}', '{linear,time_decay,position}', '30 days') GROUP BY model) AS s,
    (SELECT count(*) AS conversions FROM many, events(j) WHERE event = 'buy') AS c;
DROP TABLE clicks, journeys, paths, seen, many, questions, answers;
DROP FUNCTION ask;
