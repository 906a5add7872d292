-- Customers with a pattern of a seldom event, by the index (journey ~ pattern)
SELECT customer, 1 AS answer
FROM named
WHERE journey ~ (:'step1' || ' ... "campaign 1"')
