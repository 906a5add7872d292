-- A guess at a funnel's steps for data that nobody has described; prints an
-- array. Candidates are chains of up to five events in which each step loses at
-- least a tenth of the customers, at least half of those who have a step had
-- each earlier one before, and clearly more meet the two in this order than the
-- other way round. The best one is long and gone through by many. A sample of
-- 5,000 customers is enough to guess.
WITH RECURSIVE sample AS MATERIALIZED (
  SELECT customer, ts, event, tiebreak FROM events
  WHERE customer IN (SELECT customer FROM events GROUP BY 1 ORDER BY md5(customer), 1 LIMIT 5000)
), seen AS MATERIALIZED (
  SELECT customer, event, min(place) AS first, max(place) AS last
  FROM (SELECT *, row_number() OVER (PARTITION BY customer ORDER BY ts, tiebreak) AS place FROM sample) AS placed
  GROUP BY customer, event
), reach AS MATERIALIZED (
  SELECT event, count(*) AS customers FROM seen GROUP BY event ORDER BY 2 DESC, 1 LIMIT 20
), edges AS MATERIALIZED (
  SELECT a.event AS one, b.event AS other, count(*) FILTER (WHERE a.first < b.last) AS followed
  FROM seen AS a JOIN reach AS ra USING (event)
  JOIN (seen AS b JOIN reach AS rb USING (event)) ON a.customer = b.customer
  WHERE rb.customers <= 0.9 * ra.customers
  GROUP BY a.event, b.event, rb.customers
  HAVING count(*) FILTER (WHERE a.first < b.last) >= 0.5 * rb.customers
     AND count(*) FILTER (WHERE a.first < b.first) >= 1.5 * count(*) FILTER (WHERE a.first > b.first)
), chains AS (
  SELECT ARRAY[event] AS steps, 0::numeric AS weight FROM reach
  UNION ALL
  SELECT steps || other, weight + followed
  FROM chains JOIN edges ON one = steps[cardinality(steps)]
  WHERE cardinality(steps) < 5
    AND (SELECT count(*) FROM edges AS e WHERE e.other = edges.other AND e.one = ANY (steps)) = cardinality(steps)
), candidates AS MATERIALIZED (
  SELECT steps FROM (SELECT steps, row_number() OVER (PARTITION BY cardinality(steps) ORDER BY weight DESC, steps) AS rank FROM chains) AS ranked
  WHERE rank <= 15
), travellers AS MATERIALIZED (
  SELECT journey_agg(ts, event, NULL, NULL, tiebreak) AS journey FROM sample GROUP BY customer
)
SELECT array_agg(replace(replace(step, '\', '\\'), '|', '\|') ORDER BY step_no)
FROM (SELECT steps FROM candidates, travellers GROUP BY steps
      ORDER BY (cardinality(steps) - 1) ^ 2 * count(*) FILTER (WHERE funnel_level(journey, steps) = cardinality(steps)) DESC, steps
      LIMIT 1) AS best, unnest(steps) WITH ORDINALITY AS s(step, step_no);
