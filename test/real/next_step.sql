-- What comes next, on the click log of a shop and the log of fines, against plain SQL:
-- contexts counted with array_agg over a window, and the probability to reach an event
-- by iterating the equations of the chain until they stand still.
\ir ../oracle/events.sql
CREATE TABLE shop (visitor_id text, ts timestamptz, click_order bigint, page text);
\copy shop FROM 'clickstream_shop_1240.csv' (FORMAT csv, HEADER)
INSERT INTO events SELECT visitor_id, ts, page, NULL, NULL, row_number() OVER (ORDER BY click_order, ts, page) FROM shop;
CALL prepare_events();
ANALYZE;

-- Each event with its place in the journey's order, the start and the end.
CREATE TABLE walks AS
SELECT unit, 0 AS n, '(start)' AS name FROM journeys UNION ALL
SELECT unit, e.event_no, e.event FROM journeys, events(j) AS e UNION ALL
SELECT unit, 1000000, '(end)' FROM journeys;
CREATE TABLE histories AS
SELECT unit, name AS next, array_agg(name) OVER (PARTITION BY unit ORDER BY n ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING) AS history FROM walks;
CREATE TABLE counts AS
SELECT context, next, count(*) AS count FROM histories,
    LATERAL (SELECT history[cardinality(history) - n + 1:] AS context FROM generate_series(0, cardinality(history)) AS n) AS c
WHERE history IS NOT NULL GROUP BY 1, 2;
CREATE TABLE contexts AS SELECT context, sum(count)::bigint AS visits FROM counts GROUP BY 1;
CREATE TABLE models AS SELECT next_step_fit(j, 2, 20) AS model FROM journeys;

SELECT same('every context and what followed it', 'SELECT context, event, count, visits, probability, used FROM models, next_step_counts(model)',
    $$SELECT context, next, count, visits, count / visits::float8, context = '{}' OR visits >= 20 FROM counts JOIN contexts USING (context)$$);

-- Where somebody is after his whole journey, and what then comes.
CREATE FUNCTION state(history text[]) RETURNS text[] STABLE LANGUAGE sql AS
$$ SELECT context FROM contexts WHERE context IN ('{}', history[cardinality(history):], history[cardinality(history) - 1:])
   AND (context = '{}' OR visits >= 20) ORDER BY cardinality(context) DESC LIMIT 1 $$;
CREATE TABLE asked AS SELECT unit, before(j, started_at(j) + duration(j) / 2) AS j FROM journeys;
CREATE TABLE states AS
SELECT unit, state(coalesce((SELECT array_agg(w.event ORDER BY event_no) FROM (SELECT 0 AS event_no, '(start)' AS event UNION ALL SELECT event_no, event FROM events(j)) w), '{(start)}')) AS context FROM asked;
SELECT same('next_steps tells by the longest known context', 'SELECT unit, event, count, visits, context FROM models, asked, next_steps(model, j)',
    'SELECT unit, next, count, visits, context FROM states JOIN contexts USING (context) JOIN counts USING (context)');
SELECT same('next_step is the first of them', 'SELECT unit, next_step(model, j) FROM models, asked',
    'SELECT unit, event FROM models, asked, next_steps(model, j, 1)');

-- The chain, one row a state and what follows, and the chance to reach pay_req.
CREATE TABLE chain AS
SELECT context, next, count / visits::float8 AS share, CASE WHEN next NOT IN ('(end)', 'pay_req') THEN state(context || next) END AS after
FROM counts JOIN contexts USING (context) WHERE context = '{}' OR visits >= 20;
CREATE TABLE chance AS SELECT DISTINCT context, 0::float8 AS p FROM chain;
CREATE UNIQUE INDEX ON chance (context);
ANALYZE;
DO $$ BEGIN
    FOR i IN 1..400 LOOP
        CREATE TABLE newer AS SELECT c.context, sum(c.share * CASE WHEN c.next = 'pay_req' THEN 1 ELSE coalesce(a.p, 0) END) AS p
            FROM chain c LEFT JOIN chance a ON a.context = c.after GROUP BY c.context;
        DROP TABLE chance;
        ALTER TABLE newer RENAME TO chance;
    END LOOP;
END $$;
SELECT same('the probability to reach an event', $$SELECT unit, round(conversion_probability(model, j, 'pay_req')::numeric, 8) FROM models, asked$$,
    'SELECT unit, round(p::numeric, 8) FROM states JOIN chance USING (context)');
SELECT same('the best steps', $$SELECT unit, event, round(conversion::numeric, 8), round(lift::numeric, 8), visits FROM models, asked, next_best_steps(model, j, 'pay_req')$$,
    $$SELECT unit, next, round(a.p::numeric, 8), round((a.p - b.p)::numeric, 8), v.visits FROM states s JOIN chain c USING (context) JOIN chance a ON a.context = c.after
      JOIN contexts v ON v.context = c.after JOIN chance b ON b.context = s.context$$);
-- Over all journeys from their start: as many as the data has.
SELECT same('from the start, about as many reach it as did', $$SELECT abs(conversion_probability(model, '[]', 'pay_req') - (SELECT avg((j @> '{pay_req}')::int) FROM journeys)) < 0.03 FROM models$$, 'SELECT true');
