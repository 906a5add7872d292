-- the same from rows, in SQL: the last event of each customer
SELECT stage AS customer, count(*) AS answer
FROM (SELECT DISTINCT ON (customer) customer, stage
      FROM events JOIN (VALUES ('view_page', 1, 'awareness'), ('search', 1, 'awareness'), ('view_product', 2, 'consideration'), ('add_to_cart', 3, 'decision'), ('remove_from_cart', 3, 'decision'),
          ('begin_checkout', 3, 'decision'), ('add_payment', 3, 'decision'), ('purchase', 4, 'purchase'), ('login', 5, 'use'), ('contact_support', 6, 'loyalty')) AS m (event, n, stage) USING (event)
      WHERE ts <= '2024-02-01' ORDER BY customer, ts DESC, n DESC) AS last
GROUP BY stage
