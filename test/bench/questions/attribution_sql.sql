-- plain SQL: a join and window functions over the rows
SELECT model || ' ' || channel || what AS customer, round(sum(figure))::bigint AS answer
FROM (
  SELECT model, channel, share / sum(share) OVER (PARTITION BY model, customer, no) AS share, value
  FROM (
    SELECT c.customer, c.no, c.value, t.channel, m.model, m.share
    FROM (SELECT *, row_number() OVER () AS no FROM events WHERE event = :'step3') AS c
    JOIN LATERAL (
      SELECT channel, t.ts, row_number() OVER w AS touch, count(*) OVER () AS touches
      FROM (SELECT * FROM events AS e WHERE e.customer = c.customer OFFSET 0) AS t
      WHERE t.ts <= c.ts AND t.ts >= c.ts - interval '30 days' AND t.event <> :'step3'
      WINDOW w AS (ORDER BY t.ts, t.event COLLATE "C", t.channel COLLATE "C")
      UNION ALL
      SELECT '(unattributed)', c.ts, 1, 1 WHERE NOT EXISTS (
        SELECT FROM events AS t WHERE t.customer = c.customer AND t.ts <= c.ts AND t.ts >= c.ts - interval '30 days' AND t.event <> :'step3')
    ) AS t ON true,
    LATERAL (VALUES ('first', (touch = 1)::int), ('last', (touch = touches)::int), ('linear', 1),
      ('position', CASE WHEN touches <= 2 THEN 1 WHEN touch IN (1, touches) THEN 0.4 ELSE 0.2 / (touches - 2) END),
      ('time_decay', 2 ^ (-extract(epoch FROM c.ts - t.ts)::float8 / 604800))) AS m (model, share)
  ) AS shares
) AS credits, LATERAL (VALUES ('', 1000 * share), (' value', value * share)) AS f (what, figure)
GROUP BY model, channel, what
