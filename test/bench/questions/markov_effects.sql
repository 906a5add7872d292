-- markov_report
SELECT channel AS customer, round(1000000 * removal_effect)::bigint AS answer
FROM unnest((SELECT markov_report(journey, attribution_options('{convert}')) FROM walks))
