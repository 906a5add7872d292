-- plain SQL that only counts: distinct pairs
SELECT 1 AS customer, count(*) AS answer FROM (SELECT a, b FROM identity_logins GROUP BY a, b) pairs
