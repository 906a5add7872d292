-- Identity on pairs of real files: households and the coupons they redeemed, visitors
-- and the goods they looked at. Customers against plain SQL: a recursive query, and
-- for the limit pairs joined one by one.
CREATE TABLE pairs (log text, a text, b text, seen_at timestamptz, source text);
CREATE TABLE redemptions (household_id text, coupon_upc text, campaign_id text, redemption_date timestamptz);
\copy redemptions FROM 'completejourney_coupon_redemptions.csv' (FORMAT csv, HEADER)
INSERT INTO pairs SELECT 'coupons', 'household:' || household_id, 'coupon:' || coupon_upc, redemption_date, 'campaign ' || campaign_id FROM redemptions;
CREATE TABLE taobao (user_id text, item_id text, category_id text, behavior text, unix_ts bigint, ts_utc timestamptz);
\copy taobao FROM 'taobao_userbehavior_43.csv' (FORMAT csv, HEADER)
INSERT INTO pairs SELECT 'goods', 'user:' || user_id, 'item:' || item_id, ts_utc, behavior FROM taobao;
ANALYZE pairs;

-- A chain of pairs leads from one to the other.
CREATE TABLE reached AS
WITH RECURSIVE arcs AS (SELECT log, a, b FROM pairs UNION SELECT log, b, a FROM pairs),
    reached (log, start, identifier) AS (
        SELECT DISTINCT log, a, a FROM arcs WHERE a !~ '^(coupon|item)'
        UNION SELECT r.log, r.start, arcs.b FROM reached r JOIN arcs ON arcs.log = r.log AND arcs.a = r.identifier)
SELECT * FROM reached;
CREATE TABLE seen AS SELECT log, identifier, min(seen_at) AS first_seen
    FROM (SELECT log, a AS identifier, seen_at FROM pairs UNION ALL SELECT log, b, seen_at FROM pairs) p GROUP BY 1, 2;
CREATE TABLE components AS
    SELECT DISTINCT ON (r.log, r.identifier) r.log, r.identifier, s.first_seen, c.identifier AS customer
    FROM (SELECT log, identifier, min(start) AS start FROM reached GROUP BY 1, 2) r JOIN seen s USING (log, identifier)
    JOIN (SELECT DISTINCT ON (log, start) log, start, s.identifier FROM (SELECT log, identifier, min(start) AS start FROM reached GROUP BY 1, 2) m
          JOIN seen s USING (log, identifier) ORDER BY log, start, s.first_seen, s.identifier COLLATE "C") c ON c.log = r.log AND c.start = r.start
    ORDER BY r.log, r.identifier;
CREATE TABLE graphs AS SELECT log, identity_agg(a, b, seen_at, source) AS graph FROM pairs GROUP BY log;

SELECT same('identities are the connected components', 'SELECT log, identifier, first_seen, customer FROM graphs, identities(graph)',
    'SELECT log, identifier, first_seen, customer FROM components');
SELECT same('identity_of names the same customers', 'SELECT log, identifier, identity_of(graph, identifier) FROM graphs JOIN components USING (log) WHERE hashtext(identifier) % 50 = 0',
    'SELECT log, identifier, customer FROM components WHERE hashtext(identifier) % 50 = 0');
SELECT same('one merge fewer than identifiers in each customer', 'SELECT log, joined, identifiers, customers, largest FROM graphs, identity_summary(graph)',
    $$SELECT log, sum(n - 1)::bigint, sum(n)::bigint, count(*), max(n) FROM (SELECT log, customer, count(*) AS n FROM components GROUP BY 1, 2) c GROUP BY log$$);
SELECT same('pairs are seen first at their first time', $$SELECT log, least(a, b), greatest(a, b), seen_at, source FROM graphs, identity_pairs(graph)$$,
    $$SELECT DISTINCT ON (log, least(a, b), greatest(a, b)) log, least(a, b), greatest(a, b), seen_at, source FROM pairs ORDER BY 1, 2, 3, seen_at, source COLLATE "C"$$);

-- Pair by pair, under a limit.
CREATE TABLE limited (log text, identifier text, label text, PRIMARY KEY (log, identifier));
CREATE TABLE outcomes (log text, a text, b text, status text);
CREATE FUNCTION join_pairs(most int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    p record;
    one text;
    other text;
BEGIN
    INSERT INTO limited SELECT log, identifier, identifier FROM seen;
    FOR p IN SELECT * FROM (SELECT log, least(a COLLATE "C", b) AS a, greatest(a COLLATE "C", b) AS b, min(seen_at) AS seen_at FROM pairs GROUP BY 1, 2, 3) d
             ORDER BY log, seen_at, a COLLATE "C", b COLLATE "C" LOOP
        SELECT label INTO one FROM limited WHERE log = p.log AND identifier = p.a;
        SELECT label INTO other FROM limited WHERE log = p.log AND identifier = p.b;
        IF one = other THEN
            INSERT INTO outcomes VALUES (p.log, p.a, p.b, 'known');
        ELSIF (SELECT count(*) FROM limited WHERE log = p.log AND label IN (one, other)) > most THEN
            INSERT INTO outcomes VALUES (p.log, p.a, p.b, 'refused');
        ELSE
            INSERT INTO outcomes VALUES (p.log, p.a, p.b, 'joined');
            UPDATE limited SET label = one WHERE log = p.log AND label = other;
        END IF;
    END LOOP;
END $$;
CREATE INDEX ON limited (log, label);
SELECT FROM join_pairs(12);
SELECT same('pairs are joined, known or refused as one by one', $$SELECT p.log, p.a, p.b, p.status FROM (SELECT log, identity_agg(a, b, seen_at, source, 12, NULL) AS graph FROM pairs GROUP BY log) g,
    LATERAL (SELECT log, x.* FROM identity_pairs(graph) x) p$$, 'TABLE outcomes');
SELECT same('customers under a limit', $$SELECT log, array_agg(identifier ORDER BY identifier) FROM graphs, identities(identity_limit(graph, 12)) GROUP BY log, customer$$,
    'SELECT log, array_agg(identifier ORDER BY identifier) FROM limited GROUP BY log, label');

-- Month by month is as all at once; an identifier forgotten is as if never given.
SELECT same('rolled up from days', $$SELECT log, identity_agg(graph)::text FROM (SELECT log, identity_agg(a, b, seen_at, source) AS graph FROM pairs GROUP BY log, seen_at::date) d GROUP BY log$$,
    'SELECT log, graph::text FROM graphs');
SELECT same('a forgotten identifier', $$SELECT log, i.* FROM graphs, identity_forget(graph, '{coupon:10000085475,household:2489}') g, identities(g) i$$,
    $$SELECT log, i.* FROM (SELECT log, identity_agg(a, b, seen_at, source, NULL, '{coupon:10000085475,household:2489}') AS graph FROM pairs GROUP BY log) g, identities(graph) i$$);
