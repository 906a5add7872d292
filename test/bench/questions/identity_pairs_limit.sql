-- identity_agg with a limit of 20 identifiers
SELECT 1 AS customer, (identity_summary(graph)).customers AS answer FROM (SELECT identity_agg(a, b, seen_at, NULL, 20, identity_placeholders()) AS graph FROM identity_logins OFFSET 0) g
