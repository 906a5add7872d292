-- stage_stock of stored journeys: six stages, as of a moment
SELECT stage AS customer, customers AS answer
FROM unnest((SELECT stage_stock(journey, stage_map('{awareness,consideration,decision,purchase,use,loyalty}', '{view_page,search,view_product,add_to_cart,remove_from_cart,begin_checkout,add_payment,purchase,login,contact_support}',
    '{awareness,awareness,consideration,decision,decision,decision,decision,purchase,use,loyalty}'), '2024-02-01') FROM journeys))
WHERE stage_no IS NOT NULL
