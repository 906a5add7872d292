-- journey_steps of stored journeys
SELECT from_touchpoint || ' ' || to_touchpoint AS customer, count AS answer
FROM unnest((SELECT journey_steps(journey, stage_map('{awareness,consideration,decision,purchase,use,loyalty}', '{view_page,search,view_product,add_to_cart,remove_from_cart,begin_checkout,add_payment,purchase,login,contact_support}',
    '{awareness,awareness,consideration,decision,decision,decision,decision,purchase,use,loyalty}')) FROM journeys))
