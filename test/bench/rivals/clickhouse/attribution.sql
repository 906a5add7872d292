-- ClickHouse, arrays of each customer's events, sumMap
SELECT concat(model, ' ', f.1, f.2) AS customer, toInt64(round(f.3)) AS answer
FROM (
  SELECT model, arrayJoin(arrayConcat(arrayMap((c, x) -> (c, '', 1000 * x), channels, credits), arrayMap((c, x) -> (c, ' value', x), channels, sums))) AS f
  FROM (
  SELECT m.1 AS model, m.2 AS channels, m.3 AS credits, m.4 AS sums
  FROM (
    SELECT arrayJoin([
      ('first', f.1, f.2, fv.2), ('last', l.1, l.2, lv.2), ('linear', i.1, i.2, iv.2),
      ('position', p.1, p.2, pv.2), ('time_decay', d.1, d.2, dv.2)]) AS m
    FROM (
      SELECT sumMap([channels[1]], [1.]) AS f, sumMap([channels[1]], [value]) AS fv,
             sumMap([channels[-1]], [1.]) AS l, sumMap([channels[-1]], [value]) AS lv,
             sumMap(channels, linear) AS i, sumMap(channels, arrayMap(x -> x * value, linear)) AS iv,
             sumMap(channels, position) AS p, sumMap(channels, arrayMap(x -> x * value, position)) AS pv,
             sumMap(channels, decay) AS d, sumMap(channels, arrayMap(x -> x * value, decay)) AS dv
      FROM (
        SELECT value, if(empty(touches), ['(unattributed)'], arrayMap(x -> x.3, touches)) AS channels, length(channels) AS n,
               arrayMap(x -> 1 / n, channels) AS linear,
               arrayMap(x -> multiIf(n = 1, 1., n = 2, 0.5, x = 1 OR x = n, 0.4, 0.2 / (n - 2)), arrayEnumerate(channels)) AS position,
               if(empty(touches), [1.], arrayMap(x -> exp2(-(at - x.1) / 604800), touches)) AS weights, arraySum(weights) AS total,
               arrayMap(x -> x / total, weights) AS decay
        FROM (
          SELECT conversion.1 AS at, assumeNotNull(conversion.4) AS value,
                 arrayFilter(x -> x.2 != :'step3' AND x.1 <= at AND x.1 >= at - 2592000, events) AS touches
          FROM (
            SELECT events, arrayJoin(arrayFilter(x -> x.2 = :'step3', events)) AS conversion
            FROM (
              SELECT arraySort(groupArray((toInt64(ts), event, channel, value))) AS events
              FROM events GROUP BY customer HAVING countIf(event = :'step3') > 0
            )
          )
        )
      )
    )
  )
  )
)
