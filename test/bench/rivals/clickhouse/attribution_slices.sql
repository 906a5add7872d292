-- ClickHouse, slices of arrays of each customer's touches, sumMap
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
        SELECT value, if(empty(found), ['(unattributed)'], found) AS channels, length(channels) AS n,
               arrayMap(x -> 1 / n, channels) AS linear,
               arrayMap(x -> multiIf(n = 1, 1., n = 2, 0.5, x = 1 OR x = n, 0.4, 0.2 / (n - 2)), arrayEnumerate(channels)) AS position,
               if(empty(found), [1.], arrayMap(x -> exp2(-(at - x) / 604800), times)) AS weights, arraySum(weights) AS total,
               arrayMap(x -> x / total, weights) AS decay
        FROM (
          SELECT conversion.1 AS at, assumeNotNull(conversion.2) AS value,
                 arrayCount(x -> x < at - 2592000, touched) AS before, arrayCount(x -> x <= at, touched) - before AS within,
                 arraySlice(touched, before + 1, within) AS times, arraySlice(touches, before + 1, within) AS found
          FROM (
            SELECT sorted.1 AS touched, sorted.3 AS touches, arrayJoin(conversions) AS conversion
            FROM (
              SELECT arraySort(groupArrayIf((toInt64(ts), event, channel), event != :'step3')) AS sorted,
                     groupArrayIf((toInt64(ts), value), event = :'step3') AS conversions
              FROM events GROUP BY customer HAVING notEmpty(conversions)
            )
          )
        )
      )
    )
  )
  )
)
