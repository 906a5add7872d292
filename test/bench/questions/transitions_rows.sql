-- journey_agg, then transition_report
SELECT from_event || ' > ' || to_event AS customer,
       hashtextextended(concat_ws(' ', count, customers, round(extract(epoch FROM median_took), 3), round(extract(epoch FROM p95_took), 3)), 0) AS answer
FROM unnest((SELECT transition_report(journey) FROM (SELECT journey_agg(ts, event) AS journey FROM events GROUP BY customer) built))
