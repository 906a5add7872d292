-- ClickHouse, conversions joined with their touches, window functions
SELECT concat(model, ' ', channel, what) AS customer, toInt64(round(sum(figure))) AS answer
FROM (
  SELECT channel, value,
         arrayJoin([('first', toFloat64(touch = 1)), ('last', toFloat64(touch = touches)), ('linear', 1 / touches),
           ('position', multiIf(touches = 1, 1., touches = 2, 0.5, touch = 1 OR touch = touches, 0.4, 0.2 / (touches - 2))),
           ('time_decay', weight / total)]) AS credit, credit.1 AS model, credit.2 AS share,
         arrayJoin([('', 1000 * share), (' value', share * value)]) AS f, f.1 AS what, f.2 AS figure
  FROM (
    SELECT value, channel, row_number() OVER w AS touch, count() OVER p AS touches, weight, sum(weight) OVER p AS total
    FROM (
      SELECT c.no AS no, assumeNotNull(c.value) AS value, t.ts AS at, t.event AS event, if(t.channel = '', '(unattributed)', t.channel) AS channel,
             if(t.channel = '', 1., exp2(-(toInt64(c.ts) - toInt64(t.ts)) / 604800)) AS weight
      FROM (SELECT *, rowNumberInAllBlocks() AS no FROM events WHERE event = :'step3') AS c
      LEFT JOIN (SELECT customer, ts, toString(event) AS event, toString(channel) AS channel FROM events WHERE event != :'step3') AS t
        ON t.customer = c.customer AND t.ts <= c.ts AND t.ts >= c.ts - 2592000
    )
    WINDOW w AS (PARTITION BY no ORDER BY at, event, channel), p AS (PARTITION BY no)
  )
)
GROUP BY model, channel, what
