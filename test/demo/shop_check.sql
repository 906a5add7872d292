-- Are the facts that shop.sql planted in what the extension finds? The table
-- verdict gets one row for each fact; the caller fails if any two sides differ.
CREATE TABLE verdict (no int, fact text, planted text, found text);

-- The incident is not looked up: a day and channel with ten or more checkouts
-- of which not one was paid within the window is what an analyst would look for.
WITH checkouts AS (
  SELECT first.channel, date_trunc('day', times[1]) AS day, times[2] AS paid, event_count(journey, 'payment_error') AS errors
  FROM (SELECT journey, funnel_times(journey, '{checkout,purchase}', '7 days') AS times FROM journeys) AS t,
       event_at(journey, 1) AS first
  WHERE times[1] IS NOT NULL
), broken AS (
  SELECT channel, day, count(*) FILTER (WHERE errors > 0) AS customers FROM checkouts
  GROUP BY channel, day HAVING count(*) >= 10 AND count(paid) = 0
)
INSERT INTO verdict SELECT 1, 'the days on which a channel''s checkout was broken, and the customers who met the error',
  (SELECT format('%s from %s to %s: %s customers', channel, starts::date, ends::date - 1, customers)
   FROM shop_plan, shop_incident WHERE fate = 'incident'),
  coalesce((SELECT format('%s from %s to %s: %s customers', string_agg(DISTINCT channel, ' and '), min(day)::date, max(day)::date, sum(customers)) FROM broken HAVING count(*) > 0),
           'none');

INSERT INTO verdict SELECT 2, 'customers and buyers within 7 days by channel, the best one first',
  (SELECT string_agg(format('%s %s of %s = %s%%', channel, bought, customers, round(100.0 * bought / customers, 1)), ', ' ORDER BY 1.0 * bought / customers DESC)
   FROM (SELECT channel, sum(customers) AS customers, sum(customers) FILTER (WHERE fate = 'bought') AS bought FROM shop_plan GROUP BY channel) AS p),
  (SELECT string_agg(format('%s %s of %s = %s%%', channel, last.customers, first.customers, round((100 * last.from_start)::numeric, 1)), ', ' ORDER BY last.from_start DESC)
   FROM (SELECT first.channel, funnel_report(journey, '{product,cart,checkout,purchase}', '7 days') AS report
         FROM journeys, event_at(journey, 1) AS first GROUP BY first.channel) AS r,
        LATERAL (SELECT * FROM unnest(report) WHERE step_no = 1) AS first,
        LATERAL (SELECT * FROM unnest(report) WHERE step_no = 4) AS last);

INSERT INTO verdict SELECT 3, 'customers who bought too late for the window of 7 days',
  (SELECT format('%s customers, 8 to 14 days after the checkout', sum(customers)) FROM shop_plan WHERE fate = 'late'),
  (SELECT format('%s customers, %s to %s days after the checkout', count(*), extract(day FROM min(took)), ceil(extract(epoch FROM max(took)) / 86400))
   FROM journeys,
        funnel_why(journey, '{product,cart,checkout,purchase}', '7 days') AS why,
        LATERAL (SELECT times[2] - times[1] AS took FROM funnel_times(journey, '{checkout,purchase}') AS times) AS t
   WHERE why.reason = 'too_late');

INSERT INTO verdict SELECT 4, 'customers stopped by a complaint between cart and purchase, and buyers among them',
  (SELECT format('%s stopped by complaint, 0 bought', sum(customers)) FROM shop_plan WHERE fate = 'complaint'),
  (SELECT format('%s stopped by %s, %s bought', count(*), string_agg(DISTINCT why.event, ' and '),
                 count(*) FILTER (WHERE funnel_level(journey, '{product,cart,complaint,purchase}') = 4))
   FROM journeys,
        funnel_why(journey, '{product,cart,checkout,purchase}', '7 days',
                   exclude => '{complaint}', exclude_from => '{2}', exclude_to => '{4}') AS why
   WHERE why.reason = 'excluded');

INSERT INTO verdict SELECT 5, 'visits, found as sessions with a gap of 30 minutes',
  (SELECT format('%s visits', count(*)) FROM shop_events WHERE event = 'visit'),
  (SELECT format('%s visits', sum(session_count(journey, '30 minutes'))) FROM journeys);

-- With a limit of time in the pattern: those who pay too late and those who buy
-- again two weeks later have the same events in the same order.
INSERT INTO verdict SELECT 6, 'customers who went back from the cart to the product and bought within 7 days',
  (SELECT format('%s customers', sum(customers)) FROM shop_habits WHERE habit = 'goes back' AND fate = 'bought'),
  (SELECT format('%s customers', count(*)) FROM journeys WHERE journey ~ 'cart ... product ... purchase within 7 days');

INSERT INTO verdict SELECT 7, 'the channels of which at least half of the buyers buy again, and after how many days half of them have',
  (SELECT format('%s: %s of %s bought again, half after 14 days', channel, again, buyers)
   FROM (SELECT channel, sum(customers) FILTER (WHERE fate IN ('bought', 'late')) AS buyers,
                (SELECT sum(customers) FROM shop_habits AS h WHERE habit = 'buys again' AND h.channel = p.channel) AS again
         FROM shop_plan AS p GROUP BY channel) AS c WHERE 2 * again >= buyers),
  (SELECT coalesce(string_agg(format('%s: %s of %s bought again, half after %s days', channel, c.events, c.customers, floor(median_survival(t))), ', '), 'none')
   FROM (SELECT channel, survival_table(survival_time(coalesce(again_at, (SELECT max(ts) FROM events)) - reached_at, '1 day'), again_at IS NOT NULL) AS t
         FROM waits WHERE reached_at IS NOT NULL GROUP BY channel) AS w, survival_counts(t) AS c
   WHERE median_survival(t) IS NOT NULL);

INSERT INTO verdict SELECT 8, 'customers for whom a payment error was the last that happened',
  (SELECT format('%s customers', customers) FROM shop_plan WHERE fate = 'incident'),
  coalesce((SELECT format('%s customers', customers) FROM unnest((SELECT transition_report(journey) FROM journeys))
            WHERE from_event = 'payment_error' AND to_event = '(end)'), 'none');

INSERT INTO verdict SELECT 9, 'the first pain point among problems: where, on which channel, and how many did not go on after it',
  (SELECT format('checkout, app, %s', customers) FROM shop_plan WHERE fate = 'incident'),
  coalesce((SELECT format('%s, %s, %s', touchpoint, channel, round(customers * drop_off)) FROM pain_points((SELECT journey_map(journey, (SELECT stage_map('demo'))) FROM journeys)) WHERE kind = 'problem' ORDER BY rank LIMIT 1), 'none');
INSERT INTO verdict SELECT 10, 'purchases of customers whom e-mail brought first',
  (SELECT format('%s purchases', sum(customers)) FROM (SELECT customers FROM shop_plan WHERE channel = 'email' AND fate IN ('bought', 'late')
    UNION ALL SELECT customers FROM shop_habits WHERE channel = 'email' AND habit = 'buys again') AS p),
  (SELECT format('%s purchases', conversions) FROM unnest((SELECT attribution_report(journey, attribution_options('{purchase}', '{first}')) FROM journeys)) WHERE channel = 'email');

\echo '15  What was planted in the simulated shop, and what the report found'
\echo
\pset tuples_only on
\pset format unaligned
SELECT format(E'   %s  %s\n      planted: %s\n      found:   %s%s', no, fact, planted, found,
              CASE WHEN planted = found THEN '' ELSE '   <-- NOT AS PLANTED' END)
FROM verdict ORDER BY no;
\echo
SELECT CASE WHEN missed = 0 THEN format('   All %s planted facts were found.', facts)
            ELSE format('   %s of %s planted facts were NOT found.', missed, facts) END
FROM (SELECT count(*) AS facts, count(*) FILTER (WHERE planted IS DISTINCT FROM found) AS missed FROM verdict) AS v;
