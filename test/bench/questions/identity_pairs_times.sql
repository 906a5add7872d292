-- identity_agg(a, b, seen_at)
SELECT 1 AS customer, (identity_summary(graph)).customers AS answer FROM (SELECT identity_agg(a, b, seen_at) AS graph FROM identity_logins OFFSET 0) g
