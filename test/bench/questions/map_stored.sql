-- journey_map of stored journeys: ten touchpoints on five channels
SELECT touchpoint || ' ' || channel AS customer, customers + coalesce(moved_on, 0) * 1000000 AS answer
FROM unnest((SELECT journey_map(journey, stage_map('{awareness,consideration,decision,purchase,use,loyalty}', '{view_page,search,view_product,add_to_cart,remove_from_cart,begin_checkout,add_payment,purchase,login,contact_support}',
    '{awareness,awareness,consideration,decision,decision,decision,decision,purchase,use,loyalty}')) FROM journeys))
WHERE stage_no IS NOT NULL
