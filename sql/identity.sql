-- Pairs of identifiers joined into customers.
CREATE SCHEMA identity_test;
SET search_path = identity_test, public;
SET timezone = 'UTC';
SET datestyle = 'ISO';
CREATE TABLE links (a text, b text, seen_at timestamptz, source text);
INSERT INTO links VALUES
    ('cookie:c1', 'email:ann@example.org', '2024-05-01 09:00', 'login'),
    ('cookie:c2', 'email:bob@example.org', '2024-05-01 10:00', 'login'),
    ('cookie:c3', 'email:ann@example.org', '2024-05-02 09:00', 'newsletter'),
    ('card:4711', 'email:ann@example.org', '2024-05-03 12:00', 'shop'),
    ('card:4711', 'cookie:c1',             '2024-05-03 12:00', 'shop'),
    ('cookie:lobby', 'email:ann@example.org', '2024-05-04 08:00', 'login'),
    ('cookie:lobby', 'email:bob@example.org', '2024-05-04 08:30', 'login'),
    ('cookie:c4', NULL, '2024-05-05 08:00', 'visit'),
    ('cookie:c5', 'email:', '2024-05-05 09:00', 'visit'),
    (NULL, '', '2024-05-05 10:00', 'visit'),
    ('phone:unknown', 'email:bob@example.org', '2024-05-05 11:00', 'shop'),
    ('phone:unknown', 'cookie:c4', '2024-05-05 12:00', 'shop');

CREATE TABLE identity AS SELECT identity_agg(a, b, seen_at, source) AS graph FROM links;
SELECT i.* FROM identity, identities(graph) AS i;
SELECT identifiers, customers, largest, pairs, joined, refused, rows, left_out, ignored, trimmed, max_identifiers FROM identity, identity_summary(graph);

-- The lobby's computer and what stands for "no phone" join nobody.
UPDATE identity SET graph = (SELECT identity_agg(a, b, seen_at, source, NULL, identity_placeholders() || '{cookie:lobby}') FROM links);
SELECT customer, array_agg(identifier) AS identifiers, min(first_seen) AS first_seen FROM identity, identities(graph) GROUP BY customer ORDER BY customer;
SELECT identity_of(graph, 'card:4711') AS card, identity_of(graph, 'cookie:c4') AS alone, identity_of(graph, 'cookie:lobby') AS ignored, identity_of(graph, 'nobody') AS nobody FROM identity;

-- The audit: what joined, in the order of time.
SELECT m.* FROM identity, identity_merges(graph) AS m;
SELECT p.* FROM identity, identity_pairs(graph) AS p;
SELECT p.* FROM identity, identity_path(graph, 'cookie:c3', 'card:4711') AS p;
SELECT count(*) AS steps_between_strangers FROM identity, identity_path(graph, 'cookie:c3', 'cookie:c2') AS p;

-- At most three identifiers a customer: what would be too much is refused, and said.
WITH limited AS (SELECT identity_agg(a, b, seen_at, source, 3, identity_placeholders()) AS graph FROM links)
SELECT p.a, p.b, p.status, p.customer_a, p.customer_b FROM limited, identity_pairs(graph) AS p;
SELECT s.customers, s.largest, s.refused, s.max_identifiers FROM identity, identity_limit(graph, 2) AS g, identity_summary(g) AS s;
SELECT identity_limit(identity_limit(graph, 2), NULL)::text = graph::text AS back_again FROM identity;

-- At most one address a customer, and no more than two cookies.
WITH limited AS (SELECT identity_agg(a, b, seen_at, source, NULL, '{unknown}', '{email:1,cookie:2}') AS graph FROM links)
SELECT p.a, p.b, p.status, s.max_identifiers, s.max_of_kind FROM limited, identity_pairs(graph) AS p, identity_summary(graph) AS s;
SELECT s.customers, s.refused, s.max_of_kind FROM identity, identity_limit(graph, 10, '{cookie:1}') AS g, identity_summary(g) AS s;

-- Taking out: an identifier, a pair.
WITH lobby AS (SELECT identity_agg(a, b, seen_at, source) AS graph FROM links)
SELECT customer, count(*) FROM lobby, identity_forget(graph, '{cookie:lobby,phone:unknown}') AS g, identities(g) GROUP BY customer ORDER BY customer;
SELECT customer, array_agg(identifier) AS identifiers FROM identity, identity_split(graph, 'email:ann@example.org', 'cookie:c3') AS g, identities(g) GROUP BY customer ORDER BY customer;
-- (The card still leads from the cookie to the address.)
SELECT customer, array_agg(identifier) AS identifiers FROM identity, identity_split(graph, 'cookie:c1', 'email:ann@example.org') AS g, identities(g) GROUP BY customer ORDER BY customer;

-- Day by day, twice, and in the other order: the same graph as all at once.
CREATE TABLE by_day AS SELECT seen_at::date AS day, identity_agg(a, b, seen_at, source) AS graph FROM links GROUP BY 1;
SELECT identity_agg(graph)::text = (SELECT identity_agg(a, b, seen_at, source)::text FROM links) AS rolled_up FROM by_day;
SELECT identity_agg(graph ORDER BY day DESC)::text = identity_agg(graph)::text AS in_any_order FROM by_day;
SELECT (one.graph || two.graph)::text = identity_union(two.graph, one.graph)::text AS commutes FROM by_day one, by_day two WHERE one.day = '2024-05-01' AND two.day = '2024-05-04';
SELECT count(*) AS identifiers, bool_and(twice.customer = once.customer) AS loaded_twice
FROM identity, identities(graph) AS once JOIN LATERAL identities(graph || graph) AS twice USING (identifier);

-- NULL is the empty graph.
SELECT (NULL::identity_graph || graph)::text = graph::text AS first_load, (graph || NULL)::text = graph::text AS nothing_new FROM identity;
SELECT identity_agg(a, b) IS NULL AS of_nothing FROM links WHERE false;
SELECT s.rows, s.left_out, s.identifiers, s.first_seen FROM (SELECT identity_agg(NULL, ' ') AS graph) AS g, identity_summary(graph) AS s;

-- Without times the first in the order of bytes gives the name; a row of one
-- identifier twice makes it known.
SELECT i.* FROM (SELECT identity_agg(a, b) AS graph FROM (VALUES ('b', 'c'), ('c', 'a'), ('d', 'd')) AS v (a, b)) AS g, identities(graph) AS i;

-- All that is known of a customer, from the events of all his identifiers.
CREATE TABLE visits (visitor text, ts timestamptz, event text, channel text, value float8);
INSERT INTO visits VALUES
    ('cookie:c1', '2024-05-01 09:00', 'view', 'email', NULL), ('cookie:c1', '2024-05-01 09:05', 'cart', 'email', NULL),
    ('cookie:c3', '2024-05-02 09:00', 'view', NULL, NULL), ('cookie:c3', '2024-05-02 09:20', 'buy', 'search', 40),
    ('card:4711', '2024-05-03 12:00', 'buy', 'shop', 25), ('cookie:c1', '2024-05-20 12:00', 'buy', 'late', 1000),
    ('cookie:c2', '2024-05-01 10:00', 'view', 'search', NULL), ('cookie:new', '2024-05-09 10:00', 'view', 'app', NULL);
CREATE VIEW customer_journeys AS
    SELECT coalesce(i.customer, v.visitor) AS customer, count(DISTINCT v.visitor) AS identifiers, journey_agg(v.ts, v.event, v.channel, v.value) AS j
    FROM visits v LEFT JOIN (SELECT i.* FROM identity, identities(graph) AS i) AS i ON i.identifier = v.visitor GROUP BY 1;
SELECT customer, identifiers, p.* FROM customer_journeys, customer_360(j, '2024-05-10', '{buy}') AS p ORDER BY customer;
SELECT p.first_seen, p.events, p.orders, p.revenue FROM customer_journeys, customer_360(j, '2024-04-01', '{buy}', '1 day') AS p WHERE customer = 'cookie:c1';
SELECT customer, p.sessions, p.orders FROM customer_journeys, customer_360(j, '2024-06-01', gap => '30 days') AS p WHERE customer = 'cookie:c1';

-- Stored, dumped and read again.
CREATE TABLE copy (graph identity_graph);
INSERT INTO copy SELECT graph::text::identity_graph FROM identity;
SELECT copy.graph::text = identity.graph::text AS same, pg_column_size(copy.graph) AS bytes FROM copy, identity;
COPY identity TO '/dev/null' (FORMAT binary);

-- What is not taken.
SELECT identity_agg('a', 'b', 'infinity'::timestamptz);
SELECT identity_agg('a', 'b', NULL, NULL, 0, NULL);
SELECT identity_agg('a', 'b', NULL, NULL, -1, NULL);
SELECT identity_agg('a', 'b', NULL, NULL, 5, '{x,NULL}');
SELECT identity_agg(a, 'b', NULL, NULL, n, NULL) FROM (VALUES ('a', 1), ('b', 2)) AS v (a, n);
SELECT identity_agg('a', 'b', NULL, NULL, NULL, NULL, '{email}');
SELECT identity_agg('a', 'b', NULL, NULL, NULL, NULL, '{email:0}');
SELECT identity_agg('a', 'b', NULL, NULL, NULL, NULL, '{email:1,email:2}');
SELECT identity_agg('a', 'b', NULL, NULL, NULL, NULL, '{NULL}');
SELECT identity_limit(graph, NULL, '{email:1}') || graph FROM identity;
SELECT identity_agg(repeat('x', 1001), 'b');
SELECT identity_agg('b', repeat('x', 1001));
SELECT identity_limit(graph, 0) FROM identity;
SELECT graph || identity_limit(graph, 2) FROM identity;
SELECT identity_path(graph, 'cookie:c9', 'cookie:c1') FROM identity;
SELECT identity_path(graph, 'cookie:c1', 'cookie:c9') FROM identity;
SELECT identity_split(graph, 'cookie:c1', 'cookie:c9') FROM identity;
SELECT identity_split(graph, 'cookie:c9', 'cookie:c1') FROM identity;
SELECT identity_forget(graph, '{NULL}') FROM identity;
SELECT identity_forget(graph, NULL) IS NULL AS of_null, identity_of(NULL, 'a') IS NULL AS of_null FROM identity;
SELECT ''::identity_graph;
SELECT '\x01'::identity_graph;
SELECT '\x09'::identity_graph;
SELECT (left(graph::text, -2))::identity_graph FROM identity;
SELECT (graph::text || '00')::identity_graph FROM identity;
SELECT identity_add(NULL, 'a', 'b');

-- Parallel plans, and no order of rows, change a byte.
CREATE TABLE many AS
    SELECT 'cookie:' || (n * 7919 % 2000) AS a, 'email:' || (n * 104729 % 1700) AS b,
           timestamptz '2024-01-01' + (n * 31 % 5000) * interval '1 minute' AS seen_at, 's' || n % 3 AS source
    FROM generate_series(1, 20000) AS n WHERE n % 11 < 2;
ANALYZE many;
SET min_parallel_table_scan_size = 0;
SET parallel_tuple_cost = 0;
SET parallel_setup_cost = 0;
EXPLAIN (COSTS off) SELECT identity_agg(a, b, seen_at, source, 20, NULL) FROM many;
CREATE TABLE answers AS SELECT 'parallel' AS plan, identity_agg(a, b, seen_at, source, 20, NULL)::text AS graph, identity_agg(a, b)::text AS plain FROM many;
SET max_parallel_workers_per_gather = 0;
INSERT INTO answers SELECT 'serial', identity_agg(a, b, seen_at, source, 20, NULL)::text, identity_agg(a, b)::text FROM many;
INSERT INTO answers SELECT 'backwards', identity_agg(b, a, seen_at, source, 20, NULL)::text, identity_agg(b, a)::text FROM (SELECT * FROM many ORDER BY seen_at DESC, a DESC) AS m;
SELECT count(DISTINCT graph) AS graphs, count(DISTINCT plain) AS plain_graphs, count(*) AS plans FROM answers;
SELECT s.identifiers, s.customers, s.largest, s.pairs, s.joined, s.refused FROM answers, identity_summary(graph::identity_graph) AS s WHERE plan = 'serial';
