-- journey_agg, then retention_report
SELECT extract(epoch FROM cohort)::bigint * 100 + period_no AS customer, retained AS answer
FROM unnest((
  SELECT retention_report(journey, retention_options('week', '2024-03-04', time_zone => 'UTC'))
  FROM (SELECT journey_agg(ts, event) AS journey FROM events GROUP BY customer) AS built
))
WHERE complete
