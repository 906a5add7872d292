-- Attribution on public data: the figures published for the data of ChannelAttribution,
-- and plain SQL over the events of a shop and the campaigns of a grocer.

-- 10,000 counted paths. Figures: what ChannelAttribution 2.2.4 prints for first, last and
-- linear; its order-1 chain solved exactly; the Shapley values of the sets of channels.
CREATE TABLE paths (path text, conversions bigint, value float8, nulls bigint);
\copy paths FROM 'channelattribution_pathdata.csv' (FORMAT csv, HEADER)
CREATE TABLE published (channel text, first numeric, last numeric, linear numeric, removal_effect numeric, markov numeric, shapley numeric);
INSERT INTO published VALUES
('alpha', 6308, 8447, 7574.718594, .558399490, 5344.94768, 7627.944048), ('iota', 4606, 3355, 3857.096221, .405835004, 3884.61470, 3505.044048),
('eta', 3164, 4167, 3539.951157, .349026332, 3340.84740, 3613.655952), ('beta', 2831, 989, 2083.500145, .264038536, 2527.35217, 1982.739286),
('theta', 1606, 653, 1022.801394, .206010463, 1971.91288, 1190.963095), ('lambda', 902, 1207, 1035.257572, .134022123, 1282.84722, 987.782143),
('epsilon', 99, 531, 272.170438, .062638582, 599.57065, 374.677381), ('zeta', 27, 107, 136.551540, .039810518, 381.06255, 199.991667),
('kappa', 74, 230, 137.964078, .028663387, 274.36326, 159.057143), ('gamma', 165, 92, 121.041639, .017879974, 171.14544, 138.185714),
('delta', 1, 5, 1.725000, .000481996, 4.61362, 2.292857), ('mi', 2, 2, 2.222222, .000179946, 1.72242, 2.666667);
CREATE VIEW credited AS SELECT * FROM unnest((SELECT attribution_report(string_to_array(path, ' > '), conversions, value,
    attribution_options(models => '{first,last,linear,position,participation,shapley}')) FROM paths));
CREATE VIEW removed AS SELECT * FROM unnest((SELECT markov_report(string_to_array(path, ' > '), conversions, value, nulls) FROM paths));

SELECT same('published: first, last, linear, Shapley',
    $$SELECT channel, model, round(conversions, 6) FROM credited WHERE model IN ('first', 'last', 'linear', 'shapley')$$,
    $$SELECT channel, model, round(figure, 6) FROM published, unnest('{first,last,linear,shapley}'::text[], ARRAY[first, last, linear, shapley]) AS f (model, figure)$$);
SELECT same('published: removal effects of order 1, and the credits',
    $$SELECT channel, round(removal_effect::numeric, 9), round(conversions, 5) FROM removed$$,
    $$SELECT channel, removal_effect, markov FROM published$$);
SELECT same('credits and values sum to the totals, to the last digit',
    $$SELECT model, sum(conversions), sum(value) FROM credited WHERE model <> 'participation' GROUP BY model
      UNION ALL SELECT 'markov', sum(conversions), sum(value) FROM removed
      UNION ALL SELECT 'markov of order 3', sum(conversions), sum(value) FROM unnest((SELECT markov_report(string_to_array(path, ' > '), conversions, value, nulls, 3) FROM paths))$$,
    $$SELECT model, sum(conversions), round(sum(value::numeric), 10) FROM paths, unnest('{first,last,linear,position,shapley,markov,markov of order 3}'::text[]) AS model GROUP BY model$$);
SELECT same('the first-order chain converts as often as the paths do: 19785 of 88387',
    $$SELECT sum(count) FILTER (WHERE to_channel = '(conversion)'), sum(count) FILTER (WHERE to_channel IN ('(conversion)', '(null)')), sum(count) FILTER (WHERE from_channels = '(start)')
      FROM unnest((SELECT markov_transitions(string_to_array(path, ' > '), conversions, value, nulls) FROM paths))$$,
    $$SELECT 19785, 88387, 88387$$);
SELECT same('values of first, last, linear and participation',
    $$SELECT model, channel, round(value, 6) FROM credited WHERE model NOT IN ('position', 'shapley')$$,
    $$SELECT model, channel, round(coalesce(sum(value * share) FILTER (WHERE conversions > 0), 0)::numeric, 6)
      FROM (SELECT *, (row_number() OVER p = 1)::int::float8 AS first, (row_number() OVER (PARTITION BY path, id ORDER BY no DESC) = 1)::int::float8 AS last,
                   1.0 / count(*) OVER (PARTITION BY path, id) AS linear, (row_number() OVER (PARTITION BY path, id, channel ORDER BY no) = 1)::int::float8 AS participation
            FROM (SELECT *, row_number() OVER () AS id FROM paths) AS paths, unnest(string_to_array(path, ' > ')) WITH ORDINALITY AS t (channel, no)
            WINDOW p AS (PARTITION BY path, id ORDER BY no)) AS touches,
           unnest('{first,last,linear,participation}'::text[], ARRAY[first, last, linear, participation]) AS m (model, share)
      GROUP BY 1, 2$$);
SELECT same('transitions of order 1',
    $$SELECT from_channels, to_channel, count, round(probability::numeric, 12) FROM unnest((SELECT markov_transitions(string_to_array(path, ' > '), conversions, value, nulls) FROM paths))$$,
    $$SELECT f, t, sum(n)::bigint, round(sum(n) / sum(sum(n)) OVER (PARTITION BY f), 12)
      FROM (SELECT coalesce(lag(channel) OVER (PARTITION BY id ORDER BY no), '(start)') AS f, channel AS t, conversions + nulls AS n
            FROM (SELECT *, row_number() OVER () AS id FROM paths) AS p, unnest(string_to_array(path, ' > ')) WITH ORDINALITY AS c (channel, no)
            UNION ALL SELECT (string_to_array(path, ' > '))[cardinality(string_to_array(path, ' > '))], '(conversion)', conversions FROM paths WHERE conversions > 0
            UNION ALL SELECT (string_to_array(path, ' > '))[cardinality(string_to_array(path, ' > '))], '(null)', nulls FROM paths WHERE nulls > 0) AS s
      GROUP BY f, t$$);

-- A shop of 600 users, whose events stand for channels: which page gets the credit for a purchase.
CREATE TABLE file (user_id text, session_id text, event text, at timestamptz, platform text, acquisition_channel text,
    user_cohort text, user_lifecycle text, line bigserial);
\copy file (user_id, session_id, event, at, platform, acquisition_channel, user_cohort, user_lifecycle) FROM PROGRAM 'gzip -dc retentioneering_ecom_synthetic.csv.gz' (FORMAT csv, HEADER)
CREATE INDEX ON file (user_id);
ANALYZE file;
CREATE TABLE shop AS SELECT user_id, journey_agg(at, event, CASE WHEN event <> 'search' THEN platform || ' ' || event END, line, line) AS j FROM file GROUP BY user_id;
CREATE TABLE touches AS
SELECT c.user_id, c.line AS conversion, c.at AS converted_at, t.channel, t.at, t.line, c.line::float8 AS value,
       row_number() OVER (p ORDER BY t.at, t.line) AS no, count(*) OVER p AS n,
       exp(-ln(2) * extract(epoch FROM c.at - t.at)::float8 / (3 * 86400)) AS weight
FROM file AS c JOIN (SELECT *, CASE WHEN event <> 'search' THEN platform || ' ' || event END AS channel FROM file) AS t
  ON t.user_id = c.user_id AND t.at <= c.at AND t.at >= c.at - interval '14 days' AND t.event <> 'purchase' AND t.channel IS NOT NULL
WHERE c.event = 'purchase' WINDOW p AS (PARTITION BY c.user_id, c.line);
CREATE INDEX ON touches (user_id, conversion);
ANALYZE touches;
CREATE VIEW shares AS
SELECT model, t.*, share FROM touches AS t, unnest('{first,last,linear,time_decay,position,j}'::text[], ARRAY[
    (no = 1)::int, (no = n)::int, 1.0 / n,  weight,
    CASE WHEN n = 1 THEN 1 WHEN n = 2 THEN 0.5 WHEN no IN (1, n) THEN 0.4 ELSE 0.2 / (n - 2) END,
    CASE WHEN n = 1 THEN 1 WHEN n = 2 THEN no * 0.5 - 0.25 WHEN no = 1 THEN 0.2 WHEN no = n THEN 0.6 ELSE 0.2 / (n - 2) END]::float8[]) AS m (model, share);

SELECT same('attribute: every touch of every purchase, six models',
    $$SELECT user_id, model, a.value_of, channel, touch_no, touched_at, round(credit, 9) FROM shop, LATERAL (
        SELECT a.*, (SELECT value FROM event_at(j, a.event_no)) AS at_line, sum(a.value) OVER (PARTITION BY model, conversion_no) AS value_of
        FROM attribute(j, '{purchase}', '{first,last,linear,time_decay,position,j}', '14 days', half_life => '3 days') AS a) AS a WHERE credit > 0.000001$$,
    $$SELECT user_id, model, value, channel, no, at, round((share / total)::numeric, 9)
      FROM (SELECT *, sum(share) OVER (PARTITION BY model, user_id, conversion) AS total FROM shares) AS s WHERE share / total > 0.000001
      UNION ALL SELECT c.user_id, model, c.line, '(unattributed)', NULL, NULL, 1 FROM file AS c, unnest('{first,last,linear,time_decay,position,j}'::text[]) AS model
      WHERE c.event = 'purchase' AND NOT EXISTS (SELECT FROM touches AS t WHERE t.user_id = c.user_id AND t.conversion = c.line)$$);
SELECT same('attribution_report: the sums of the same',
    $$SELECT model, channel, round(conversions, 6), round(value, 3) FROM unnest((SELECT attribution_report(j,
        attribution_options('{purchase}', '{first,last,linear,time_decay,position,j}', '14 days', half_life => '3 days')) FROM shop)) WHERE conversions > 0$$,
    $$SELECT model, channel, round(sum(share / total)::numeric, 6), round(sum(value * share / total)::numeric, 3)
      FROM (SELECT *, sum(share) OVER (PARTITION BY model, user_id, conversion) AS total FROM shares) AS s WHERE share > 0 GROUP BY model, channel
      UNION ALL SELECT model, '(unattributed)', count(*), sum(c.line) FROM file AS c, unnest('{first,last,linear,time_decay,position,j}'::text[]) AS model
      WHERE c.event = 'purchase' AND NOT EXISTS (SELECT FROM touches AS t WHERE t.user_id = c.user_id AND t.conversion = c.line) GROUP BY model$$);
SELECT same('conversions and value are those of the file',
    $$SELECT model, sum(conversions), sum(value) FROM unnest((SELECT attribution_report(j, attribution_options('{purchase}', '{first,linear,time_decay,position,shapley}', '1 day')) FROM shop)) GROUP BY model
      UNION ALL SELECT 'rows of ' || model, sum(credit), sum(a.value) FROM shop, attribute(j, '{purchase}', '{linear,time_decay,position}', '1 day') AS a GROUP BY model$$,
    $$SELECT model, count(*), sum(line) FROM file, unnest('{first,linear,time_decay,position,shapley,rows of linear,rows of time_decay,rows of position}'::text[]) AS model
      WHERE event = 'purchase' GROUP BY model$$);
SELECT same('a chain from journeys is the chain from their paths',
    $$SELECT * FROM unnest((SELECT markov_transitions(j, attribution_options('{purchase}', reuse_touches => false), 2) FROM shop))$$,
    $$SELECT * FROM unnest((SELECT markov_transitions(path, converted, 0, 1 - converted, 2) FROM (
        SELECT user_id, part, array_agg(channel ORDER BY at, line) FILTER (WHERE channel IS NOT NULL AND event <> 'purchase') AS path, max((event = 'purchase')::int)::bigint AS converted
        FROM (SELECT *, CASE WHEN event <> 'search' THEN platform || ' ' || event END AS channel,
                     count(*) FILTER (WHERE event = 'purchase') OVER (PARTITION BY user_id ORDER BY at, line ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS part FROM file) AS f
        GROUP BY user_id, part) AS p))$$);

-- A grocer: campaigns sent to households, coupons redeemed, baskets bought.
CREATE TABLE baskets (household_id int, basket_id numeric, ts timestamptz, sales_value float8, items int, lines int);
\copy baskets FROM 'completejourney_baskets.csv' (FORMAT csv, HEADER)
CREATE TABLE campaigns (campaign_id int, campaign_type text, start_date timestamptz, end_date timestamptz);
\copy campaigns FROM 'completejourney_campaign_descriptions.csv' (FORMAT csv, HEADER)
CREATE TABLE sent (campaign_id int, household_id int);
\copy sent FROM 'completejourney_campaigns.csv' (FORMAT csv, HEADER)
CREATE TABLE redeemed (household_id int, coupon_upc numeric, campaign_id int, redemption_date timestamptz);
\copy redeemed FROM 'completejourney_coupon_redemptions.csv' (FORMAT csv, HEADER)
CREATE TABLE log AS
SELECT household_id, start_date AS ts, 'sent' AS event, 'campaign ' || campaign_id AS ad, NULL::float8 AS value FROM sent JOIN campaigns USING (campaign_id)
UNION ALL SELECT household_id, redemption_date, 'redeemed', 'campaign ' || campaign_id, NULL FROM redeemed
UNION ALL SELECT household_id, ts, 'basket', NULL, sales_value FROM baskets;
CREATE INDEX ON log (household_id, ts);
ANALYZE log;
CREATE TABLE households AS SELECT household_id, journey_agg(ts, event, ad, value) AS j FROM log GROUP BY household_id;
CREATE TABLE last_ad AS
SELECT coalesce(t.ad, '(unattributed)') AS ad, b.value FROM log AS b LEFT JOIN LATERAL (
    SELECT ad FROM log AS t WHERE t.household_id = b.household_id AND t.ad IS NOT NULL AND t.ts <= b.ts AND t.ts >= b.ts - interval '30 days'
    ORDER BY t.ts DESC, t.event COLLATE "C" DESC, t.ad COLLATE "C" DESC LIMIT 1) AS t ON true WHERE b.event = 'basket';
SELECT same('ad performance of campaigns',
    $$SELECT ad, views, viewers, clicks, clickers, round(click_rate::numeric, 9), conversions, round(value, 2), round(conversion_rate::numeric, 9)
      FROM unnest((SELECT ad_performance(j, ad_options('{sent}', '{redeemed}', '{basket}', lookback => '30 days')) FROM households))$$,
    $$SELECT ad, views, viewers, clicks, clickers, round(clicks::numeric / nullif(views, 0), 9), coalesce(n, 0), round(coalesce(v, 0)::numeric, 2), round(coalesce(n, 0)::numeric / nullif(clicks, 0), 9)
      FROM (SELECT ad, count(*) FILTER (WHERE event = 'sent') AS views, count(DISTINCT household_id) FILTER (WHERE event = 'sent') AS viewers,
                   count(*) FILTER (WHERE event = 'redeemed') AS clicks, count(DISTINCT household_id) FILTER (WHERE event = 'redeemed') AS clickers
            FROM log WHERE ad IS NOT NULL GROUP BY ad UNION ALL SELECT '(unattributed)', 0, 0, 0, 0) AS counted
      LEFT JOIN (SELECT ad, count(*) AS n, sum(value) AS v FROM last_ad GROUP BY ad) AS bought USING (ad)$$);
SELECT same('baskets and sales are those of the file',
    $$SELECT sum(conversions), round(sum(value), 2) FROM unnest((SELECT ad_performance(j, ad_options('{sent}', '{redeemed}', '{basket}', 'linear', '30 days')) FROM households))$$,
    $$SELECT count(*), round(sum(sales_value)::numeric, 2) FROM baskets$$);
SELECT same('cost per conversion and return on ad spend',
    $$SELECT ad, round(cost_per_conversion::numeric, 6), round(roas::numeric, 6) FROM ad_spend((SELECT ad_performance(j, ad_options('{sent}', '{redeemed}', '{basket}', lookback => '30 days')) FROM households),
        (SELECT array_agg('campaign ' || campaign_id) FROM sent), (SELECT array_agg(0.5) FROM sent)) WHERE cost IS NOT NULL$$,
    $$SELECT 'campaign ' || campaign_id, round((0.5 * count(*) / nullif(n, 0))::numeric, 6), round((coalesce(v, 0) / (0.5 * count(*)))::numeric, 6)
      FROM sent LEFT JOIN (SELECT ad, count(*) AS n, sum(value) AS v FROM last_ad GROUP BY ad) AS b ON ad = 'campaign ' || campaign_id GROUP BY campaign_id, n, v$$);
