-- pairs of the graph
SELECT 1 AS customer, (identity_summary(graph)).pairs AS answer FROM identity_graphs
