-- funnel_level on the stored value
SELECT funnel_level(journey, ARRAY[:'step1', :'step2', :'step3'], within => :'within') FROM one_customer
