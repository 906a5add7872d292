-- customers and who moved on of the same map from rows, in SQL
WITH m (event, n) AS (VALUES ('view_page', 1), ('search', 1), ('view_product', 2), ('add_to_cart', 3), ('remove_from_cart', 3), ('begin_checkout', 3), ('add_payment', 3), ('purchase', 4), ('login', 5), ('contact_support', 6)),
visits AS (SELECT customer, event, channel, n, ts, max(n) OVER (PARTITION BY customer ORDER BY ts DESC, n DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS later FROM events JOIN m USING (event)),
firsts AS (SELECT DISTINCT ON (customer, event, channel) customer, event, channel, n, later FROM visits ORDER BY customer, event, channel, ts)
SELECT event || ' ' || channel AS customer, count(*) + CASE WHEN n < 6 THEN count(*) FILTER (WHERE later > n) * 1000000 ELSE 0 END AS answer
FROM firsts GROUP BY event, channel, n
