-- attribution_report over stored journeys, five models
SELECT model || ' ' || channel || what AS customer, round(figure)::bigint AS answer
FROM unnest((SELECT attribution_report(journey, attribution_options(ARRAY[:'step3'], '{first,last,linear,position,time_decay}', '30 days')) FROM journeys)),
     LATERAL (VALUES ('', 1000 * conversions), (' value', value)) AS f (what, figure)
