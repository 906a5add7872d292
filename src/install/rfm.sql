-- -------------------------------------------------------------------- rfm
CREATE TYPE rfm_value AS (recency interval, frequency bigint, monetary float8);
CREATE TYPE rfm_report_row AS (
    segment text, customers bigint, share float8, revenue float8, revenue_share float8,
    avg_recency interval, avg_frequency float8, avg_monetary float8);
CREATE TYPE rfm_movement_row AS (from_segment text, to_segment text, customers bigint, value float8);

CREATE TYPE rfm_model;
CREATE FUNCTION rfm_model_in(cstring) RETURNS rfm_model
    AS 'MODULE_PATHNAME', 'journey_rfm_model_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION rfm_model_out(rfm_model) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_rfm_model_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION rfm_model_recv(internal) RETURNS rfm_model
    AS 'MODULE_PATHNAME', 'journey_rfm_model_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION rfm_model_send(rfm_model) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_rfm_model_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE TYPE rfm_model (
    INPUT = rfm_model_in, OUTPUT = rfm_model_out, RECEIVE = rfm_model_recv, SEND = rfm_model_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);

CREATE TYPE rfm_summary;
CREATE FUNCTION rfm_summary_in(cstring) RETURNS rfm_summary
    AS 'MODULE_PATHNAME', 'journey_rfm_summary_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION rfm_summary_out(rfm_summary) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_rfm_summary_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION rfm_summary_recv(internal) RETURNS rfm_summary
    AS 'MODULE_PATHNAME', 'journey_rfm_summary_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION rfm_summary_send(rfm_summary) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_rfm_summary_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE TYPE rfm_summary (
    INPUT = rfm_summary_in, OUTPUT = rfm_summary_out, RECEIVE = rfm_summary_recv, SEND = rfm_summary_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);

CREATE FUNCTION rfm_add(internal, timestamptz, float8, timestamptz) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_rfm_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION rfm_add(internal, timestamptz, float8, timestamptz, text) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_rfm_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION rfm_combine(internal, internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_rfm_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION rfm_serialise(internal) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_rfm_serialise' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION rfm_deserialise(bytea, internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'journey_rfm_deserialise' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION rfm_finish(internal) RETURNS rfm_value
    AS 'MODULE_PATHNAME', 'journey_rfm_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;

CREATE AGGREGATE rfm(ts timestamptz, amount float8, as_of timestamptz) (
    SFUNC = rfm_add, STYPE = internal, SSPACE = 128, FINALFUNC = rfm_finish,
    COMBINEFUNC = rfm_combine, SERIALFUNC = rfm_serialise, DESERIALFUNC = rfm_deserialise, PARALLEL = SAFE);
CREATE AGGREGATE rfm(ts timestamptz, amount float8, as_of timestamptz, returns text) (
    SFUNC = rfm_add, STYPE = internal, SSPACE = 128, FINALFUNC = rfm_finish,
    COMBINEFUNC = rfm_combine, SERIALFUNC = rfm_serialise, DESERIALFUNC = rfm_deserialise, PARALLEL = SAFE);

CREATE FUNCTION rfm(j journey, events text[], as_of timestamptz, returns text DEFAULT 'subtract') RETURNS rfm_value
    AS 'MODULE_PATHNAME', 'journey_rfm_of_journey' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;

CREATE FUNCTION rfm_summary_add(rfm_summary, rfm_value) RETURNS rfm_summary
    AS 'MODULE_PATHNAME', 'journey_rfm_summary_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION rfm_summary_add(rfm_summary, rfm_value, text, int) RETURNS rfm_summary
    AS 'MODULE_PATHNAME', 'journey_rfm_summary_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION rfm_summary_add(rfm_summary, rfm_value, text, int, text[]) RETURNS rfm_summary
    AS 'MODULE_PATHNAME', 'journey_rfm_summary_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION rfm_summary_add(rfm_summary, rfm_value, rfm_model) RETURNS rfm_summary
    AS 'MODULE_PATHNAME', 'journey_rfm_summary_add_model' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION rfm_summary_add(rfm_summary, rfm_value, rfm_model, text[]) RETURNS rfm_summary
    AS 'MODULE_PATHNAME', 'journey_rfm_summary_add_model' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION rfm_summary_add(rfm_summary, rfm_value, rfm_value) RETURNS rfm_summary
    AS 'MODULE_PATHNAME', 'journey_rfm_summary_add_pair' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION rfm_summary_add(rfm_summary, rfm_value, rfm_value, text, int) RETURNS rfm_summary
    AS 'MODULE_PATHNAME', 'journey_rfm_summary_add_pair' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION rfm_summary_add(rfm_summary, rfm_value, rfm_value, text, int, text[]) RETURNS rfm_summary
    AS 'MODULE_PATHNAME', 'journey_rfm_summary_add_pair' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION rfm_summary_add(rfm_summary, rfm_value, rfm_value, rfm_model) RETURNS rfm_summary
    AS 'MODULE_PATHNAME', 'journey_rfm_summary_add_pair_model' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION rfm_summary_add(rfm_summary, rfm_value, rfm_value, rfm_model, text[]) RETURNS rfm_summary
    AS 'MODULE_PATHNAME', 'journey_rfm_summary_add_pair_model' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION rfm_summary_combine(rfm_summary, rfm_summary) RETURNS rfm_summary
    AS 'MODULE_PATHNAME', 'journey_rfm_summary_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION rfm_fit_finish(rfm_summary) RETURNS rfm_model
    AS 'MODULE_PATHNAME', 'journey_rfm_fit_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
CREATE FUNCTION rfm_report_finish(rfm_summary) RETURNS rfm_report_row[]
    AS 'MODULE_PATHNAME', 'journey_rfm_report_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
CREATE FUNCTION rfm_movement_finish(rfm_summary) RETURNS rfm_movement_row[]
    AS 'MODULE_PATHNAME', 'journey_rfm_movement_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;

CREATE AGGREGATE rfm_fit(v rfm_value) (
    SFUNC = rfm_summary_add, STYPE = rfm_summary, SSPACE = 8192, FINALFUNC = rfm_fit_finish,
    COMBINEFUNC = rfm_summary_combine, PARALLEL = SAFE);
CREATE AGGREGATE rfm_fit(v rfm_value, method text, bins int) (
    SFUNC = rfm_summary_add, STYPE = rfm_summary, SSPACE = 8192, FINALFUNC = rfm_fit_finish,
    COMBINEFUNC = rfm_summary_combine, PARALLEL = SAFE);
CREATE AGGREGATE rfm_report(v rfm_value) (
    SFUNC = rfm_summary_add, STYPE = rfm_summary, SSPACE = 8192, FINALFUNC = rfm_report_finish,
    COMBINEFUNC = rfm_summary_combine, PARALLEL = SAFE);
CREATE AGGREGATE rfm_report(v rfm_value, method text, bins int) (
    SFUNC = rfm_summary_add, STYPE = rfm_summary, SSPACE = 8192, FINALFUNC = rfm_report_finish,
    COMBINEFUNC = rfm_summary_combine, PARALLEL = SAFE);
CREATE AGGREGATE rfm_report(v rfm_value, method text, bins int, segments text[]) (
    SFUNC = rfm_summary_add, STYPE = rfm_summary, SSPACE = 8192, FINALFUNC = rfm_report_finish,
    COMBINEFUNC = rfm_summary_combine, PARALLEL = SAFE);
CREATE AGGREGATE rfm_report(v rfm_value, model rfm_model) (
    SFUNC = rfm_summary_add, STYPE = rfm_summary, SSPACE = 8192, FINALFUNC = rfm_report_finish,
    COMBINEFUNC = rfm_summary_combine, PARALLEL = SAFE);
CREATE AGGREGATE rfm_report(v rfm_value, model rfm_model, segments text[]) (
    SFUNC = rfm_summary_add, STYPE = rfm_summary, SSPACE = 8192, FINALFUNC = rfm_report_finish,
    COMBINEFUNC = rfm_summary_combine, PARALLEL = SAFE);
CREATE AGGREGATE rfm_movement(before rfm_value, after rfm_value) (
    SFUNC = rfm_summary_add, STYPE = rfm_summary, SSPACE = 8192, FINALFUNC = rfm_movement_finish,
    COMBINEFUNC = rfm_summary_combine, PARALLEL = SAFE);
CREATE AGGREGATE rfm_movement(before rfm_value, after rfm_value, method text, bins int) (
    SFUNC = rfm_summary_add, STYPE = rfm_summary, SSPACE = 8192, FINALFUNC = rfm_movement_finish,
    COMBINEFUNC = rfm_summary_combine, PARALLEL = SAFE);
CREATE AGGREGATE rfm_movement(before rfm_value, after rfm_value, method text, bins int, segments text[]) (
    SFUNC = rfm_summary_add, STYPE = rfm_summary, SSPACE = 8192, FINALFUNC = rfm_movement_finish,
    COMBINEFUNC = rfm_summary_combine, PARALLEL = SAFE);
CREATE AGGREGATE rfm_movement(before rfm_value, after rfm_value, model rfm_model) (
    SFUNC = rfm_summary_add, STYPE = rfm_summary, SSPACE = 8192, FINALFUNC = rfm_movement_finish,
    COMBINEFUNC = rfm_summary_combine, PARALLEL = SAFE);
CREATE AGGREGATE rfm_movement(before rfm_value, after rfm_value, model rfm_model, segments text[]) (
    SFUNC = rfm_summary_add, STYPE = rfm_summary, SSPACE = 8192, FINALFUNC = rfm_movement_finish,
    COMBINEFUNC = rfm_summary_combine, PARALLEL = SAFE);

CREATE FUNCTION rfm_fixed(recency interval[], frequency bigint[], monetary float8[]) RETURNS rfm_model
    AS 'MODULE_PATHNAME', 'journey_rfm_fixed' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
CREATE FUNCTION rfm_thresholds(model rfm_model, OUT measure text, OUT within_r int, OUT within_f int, OUT score int,
        OUT threshold float8, OUT inclusive boolean) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_rfm_thresholds' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 12;
CREATE FUNCTION rfm_score(model rfm_model, v rfm_value, segments text[] DEFAULT NULL,
        OUT r int, OUT f int, OUT m int, OUT score int, OUT segment text) RETURNS record
    AS 'MODULE_PATHNAME', 'journey_rfm_score' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
CREATE FUNCTION rfm_segment(model rfm_model, v rfm_value, segments text[] DEFAULT NULL) RETURNS text
    AS 'MODULE_PATHNAME', 'journey_rfm_segment_of_value' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
CREATE FUNCTION rfm_segment(r int, f int, m int, segments text[] DEFAULT NULL, bins int DEFAULT 5) RETURNS text
    AS 'MODULE_PATHNAME', 'journey_rfm_segment_of_scores' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
CREATE FUNCTION rfm_rule(segment text, r_from int, r_to int, f_from int, f_to int, m_from int DEFAULT NULL, m_to int DEFAULT NULL) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 5
    RETURN concat(segment || ': ' || r_from || '-' || r_to || ' ' || f_from || '-' || f_to, ' ' || m_from || '-' || m_to);
CREATE FUNCTION rfm_rules_check(segments text[] DEFAULT NULL, bins int DEFAULT 5, OUT segment text, OUT cells bigint) RETURNS SETOF record
    LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000 ROWS 11
    BEGIN ATOMIC
        SELECT segment, count(c.segment)
        FROM (SELECT DISTINCT left(rule, -strpos(reverse(rule), ':')) AS segment FROM unnest(rfm_rules_check.segments) AS rule) AS n
        FULL JOIN (SELECT rfm_segment(r, f, m, rfm_rules_check.segments, rfm_rules_check.bins) AS segment
                   FROM generate_series(1, rfm_rules_check.bins) AS r, generate_series(1, rfm_rules_check.bins) AS f,
                       generate_series(1, rfm_rules_check.bins) AS m) AS c USING (segment)
        GROUP BY segment;
    END;

COMMENT ON TYPE rfm_value IS 'One customer''s time since the last order, number of orders and their sum. Example: SELECT customer, (rfm(ts, amount, ''2024-07-01'')).* FROM orders GROUP BY customer';
COMMENT ON TYPE rfm_report_row IS 'One segment of rfm_report: customers, revenue and averages. Example: SELECT * FROM unnest((SELECT rfm_report(v) FROM customers))';
COMMENT ON TYPE rfm_movement_row IS 'Customers that went from one segment to another, and their money. Example: SELECT * FROM unnest((SELECT rfm_movement(before, after) FROM customers))';
COMMENT ON TYPE rfm_model IS 'Thresholds of RFM scores, printed as JSON, fit to be stored. Example: SELECT rfm_fit(v) FROM customers';
COMMENT ON FUNCTION rfm_model_in(cstring) IS 'Reads a rfm_model. Example: SELECT rfm_fit(v) FROM customers';
COMMENT ON FUNCTION rfm_model_out(rfm_model) IS 'Writes a rfm_model. Example: SELECT rfm_fit(v) FROM customers';
COMMENT ON FUNCTION rfm_model_recv(internal) IS 'Reads the binary form of a rfm_model. Example: SELECT rfm_fit(v) FROM customers';
COMMENT ON FUNCTION rfm_model_send(rfm_model) IS 'Writes the binary form of a rfm_model. Example: SELECT rfm_fit(v) FROM customers';
COMMENT ON TYPE rfm_summary IS 'State of rfm_fit, rfm_report and rfm_movement: all values. Example: it is made and read by SELECT rfm_report(v) FROM customers';
COMMENT ON FUNCTION rfm_summary_in(cstring) IS 'Reads a rfm_summary. Example: it is made and read by SELECT rfm_report(v) FROM customers';
COMMENT ON FUNCTION rfm_summary_out(rfm_summary) IS 'Writes a rfm_summary. Example: it is made and read by SELECT rfm_report(v) FROM customers';
COMMENT ON FUNCTION rfm_summary_recv(internal) IS 'Reads the binary form of a rfm_summary. Example: it is made and read by SELECT rfm_report(v) FROM customers';
COMMENT ON FUNCTION rfm_summary_send(rfm_summary) IS 'Writes the binary form of a rfm_summary. Example: it is made and read by SELECT rfm_report(v) FROM customers';
COMMENT ON FUNCTION rfm_add(internal, timestamptz, float8, timestamptz) IS 'Transition of rfm. Example: SELECT rfm(ts, amount, ''2024-07-01'') FROM orders GROUP BY customer';
COMMENT ON FUNCTION rfm_add(internal, timestamptz, float8, timestamptz, text) IS 'Transition of rfm. Example: SELECT rfm(ts, amount, ''2024-07-01'') FROM orders GROUP BY customer';
COMMENT ON FUNCTION rfm_combine(internal, internal) IS 'Combine function of rfm. Example: SELECT rfm(ts, amount, ''2024-07-01'') FROM orders GROUP BY customer';
COMMENT ON FUNCTION rfm_serialise(internal) IS 'Serialisation of rfm. Example: SELECT rfm(ts, amount, ''2024-07-01'') FROM orders GROUP BY customer';
COMMENT ON FUNCTION rfm_deserialise(bytea, internal) IS 'Deserialisation of rfm. Example: SELECT rfm(ts, amount, ''2024-07-01'') FROM orders GROUP BY customer';
COMMENT ON FUNCTION rfm_finish(internal) IS 'Final function of rfm. Example: SELECT rfm(ts, amount, ''2024-07-01'') FROM orders GROUP BY customer';
COMMENT ON AGGREGATE rfm(timestamptz, float8, timestamptz) IS 'Recency, frequency and monetary value of one customer''s orders as of a moment; nothing later is looked at; returns (negative amounts) are subtracted and are no orders. NULL without orders. Example: SELECT customer, (rfm(ts, amount, ''2024-07-01'')).* FROM orders GROUP BY customer';
COMMENT ON AGGREGATE rfm(timestamptz, float8, timestamptz, text) IS 'The same; returns says what a negative amount does: subtract, count, ignore, error. Example: SELECT customer, rfm(ts, amount, ''2024-07-01'', ''ignore'') FROM orders GROUP BY customer';
COMMENT ON FUNCTION rfm(journey, text[], timestamptz, text) IS 'The same of a journey, over the events of these names and their values. Example: SELECT customer, rfm(j, ARRAY[''purchase''], ''2024-07-01'') FROM journeys';
COMMENT ON FUNCTION rfm_summary_add(rfm_summary, rfm_value) IS 'Transition of rfm_fit, rfm_report and rfm_movement. Example: SELECT rfm_report(v) FROM customers';
COMMENT ON FUNCTION rfm_summary_add(rfm_summary, rfm_value, text, int) IS 'Transition of rfm_fit, rfm_report and rfm_movement. Example: SELECT rfm_report(v) FROM customers';
COMMENT ON FUNCTION rfm_summary_add(rfm_summary, rfm_value, text, int, text[]) IS 'Transition of rfm_fit, rfm_report and rfm_movement. Example: SELECT rfm_report(v) FROM customers';
COMMENT ON FUNCTION rfm_summary_add(rfm_summary, rfm_value, rfm_model) IS 'Transition of rfm_fit, rfm_report and rfm_movement. Example: SELECT rfm_report(v) FROM customers';
COMMENT ON FUNCTION rfm_summary_add(rfm_summary, rfm_value, rfm_model, text[]) IS 'Transition of rfm_fit, rfm_report and rfm_movement. Example: SELECT rfm_report(v) FROM customers';
COMMENT ON FUNCTION rfm_summary_add(rfm_summary, rfm_value, rfm_value) IS 'Transition of rfm_fit, rfm_report and rfm_movement. Example: SELECT rfm_report(v) FROM customers';
COMMENT ON FUNCTION rfm_summary_add(rfm_summary, rfm_value, rfm_value, text, int) IS 'Transition of rfm_fit, rfm_report and rfm_movement. Example: SELECT rfm_report(v) FROM customers';
COMMENT ON FUNCTION rfm_summary_add(rfm_summary, rfm_value, rfm_value, text, int, text[]) IS 'Transition of rfm_fit, rfm_report and rfm_movement. Example: SELECT rfm_report(v) FROM customers';
COMMENT ON FUNCTION rfm_summary_add(rfm_summary, rfm_value, rfm_value, rfm_model) IS 'Transition of rfm_fit, rfm_report and rfm_movement. Example: SELECT rfm_report(v) FROM customers';
COMMENT ON FUNCTION rfm_summary_add(rfm_summary, rfm_value, rfm_value, rfm_model, text[]) IS 'Transition of rfm_fit, rfm_report and rfm_movement. Example: SELECT rfm_report(v) FROM customers';
COMMENT ON FUNCTION rfm_summary_combine(rfm_summary, rfm_summary) IS 'Combine function of rfm_fit, rfm_report and rfm_movement. Example: SELECT rfm_report(v) FROM customers';
COMMENT ON FUNCTION rfm_fit_finish(rfm_summary) IS 'Final function of rfm_fit. Example: SELECT rfm_report(v) FROM customers';
COMMENT ON FUNCTION rfm_report_finish(rfm_summary) IS 'Final function of rfm_report. Example: SELECT rfm_report(v) FROM customers';
COMMENT ON FUNCTION rfm_movement_finish(rfm_summary) IS 'Final function of rfm_movement. Example: SELECT rfm_report(v) FROM customers';
COMMENT ON AGGREGATE rfm_fit(rfm_value) IS 'Thresholds of recency, frequency and monetary scores over all customers: 5 scores, equal values share one. Example: SELECT rfm_fit(v) FROM (SELECT rfm(ts, amount, ''2024-07-01'') AS v FROM orders GROUP BY customer) AS customers';
COMMENT ON AGGREGATE rfm_fit(rfm_value, text, int) IS 'The same by another method (ties_share, cume_dist, quantile, ntile, nested) and number of scores. Example: SELECT rfm_fit(v, ''ntile'', 5) FROM (SELECT rfm(ts, amount, ''2024-07-01'') AS v FROM orders GROUP BY customer) AS customers';
COMMENT ON AGGREGATE rfm_report(rfm_value) IS 'Segments of all customers as one row each: customers, share, revenue, averages; the usual ten by recency and frequency. Example: SELECT * FROM unnest((SELECT rfm_report(v) FROM (SELECT rfm(ts, amount, ''2024-07-01'') AS v FROM orders GROUP BY customer) AS customers))';
COMMENT ON AGGREGATE rfm_report(rfm_value, text, int) IS 'Segments of all customers as one row each: customers, share, revenue, averages; by another method and number of scores. Example: SELECT * FROM unnest((SELECT rfm_report(v, ''ntile'', 5) FROM (SELECT rfm(ts, amount, ''2024-07-01'') AS v FROM orders GROUP BY customer) AS customers))';
COMMENT ON AGGREGATE rfm_report(rfm_value, text, int, text[]) IS 'Segments of all customers as one row each: customers, share, revenue, averages; own segments. Example: SELECT * FROM unnest((SELECT rfm_report(v, ''ntile'', 5, ARRAY[''Best: 5 4-5'', ''Rest: 1-5 1-5'']) FROM (SELECT rfm(ts, amount, ''2024-07-01'') AS v FROM orders GROUP BY customer) AS customers))';
COMMENT ON AGGREGATE rfm_report(rfm_value, rfm_model) IS 'Segments of all customers as one row each: customers, share, revenue, averages; scored by a given model. Example: SELECT * FROM unnest((SELECT rfm_report(v, (SELECT model FROM rfm_models WHERE month = ''2024-06-01'')) FROM (SELECT rfm(ts, amount, ''2024-07-01'') AS v FROM orders GROUP BY customer) AS customers))';
COMMENT ON AGGREGATE rfm_report(rfm_value, rfm_model, text[]) IS 'Segments of all customers as one row each: customers, share, revenue, averages; scored by a given model, own segments. Example: SELECT * FROM unnest((SELECT rfm_report(v, (SELECT model FROM rfm_models WHERE month = ''2024-06-01''), ARRAY[''Best: 5 4-5'', ''Rest: 1-5 1-5'']) FROM (SELECT rfm(ts, amount, ''2024-07-01'') AS v FROM orders GROUP BY customer) AS customers))';
COMMENT ON AGGREGATE rfm_movement(rfm_value, rfm_value) IS 'Customers and their money by segment at one moment and at another; the usual ten by recency and frequency. Example: SELECT * FROM unnest((SELECT rfm_movement(before, after) FROM (SELECT rfm(ts, amount, ''2024-01-01'') AS before, rfm(ts, amount, ''2024-07-01'') AS after FROM orders GROUP BY customer) AS customers))';
COMMENT ON AGGREGATE rfm_movement(rfm_value, rfm_value, text, int) IS 'Customers and their money by segment at one moment and at another; by another method and number of scores. Example: SELECT * FROM unnest((SELECT rfm_movement(before, after, ''ntile'', 5) FROM (SELECT rfm(ts, amount, ''2024-01-01'') AS before, rfm(ts, amount, ''2024-07-01'') AS after FROM orders GROUP BY customer) AS customers))';
COMMENT ON AGGREGATE rfm_movement(rfm_value, rfm_value, text, int, text[]) IS 'Customers and their money by segment at one moment and at another; own segments. Example: SELECT * FROM unnest((SELECT rfm_movement(before, after, ''ntile'', 5, ARRAY[''Best: 5 4-5'', ''Rest: 1-5 1-5'']) FROM (SELECT rfm(ts, amount, ''2024-01-01'') AS before, rfm(ts, amount, ''2024-07-01'') AS after FROM orders GROUP BY customer) AS customers))';
COMMENT ON AGGREGATE rfm_movement(rfm_value, rfm_value, rfm_model) IS 'Customers and their money by segment at one moment and at another; scored by a given model. Example: SELECT * FROM unnest((SELECT rfm_movement(before, after, (SELECT model FROM rfm_models WHERE month = ''2024-06-01'')) FROM (SELECT rfm(ts, amount, ''2024-01-01'') AS before, rfm(ts, amount, ''2024-07-01'') AS after FROM orders GROUP BY customer) AS customers))';
COMMENT ON AGGREGATE rfm_movement(rfm_value, rfm_value, rfm_model, text[]) IS 'Customers and their money by segment at one moment and at another; scored by a given model, own segments. Example: SELECT * FROM unnest((SELECT rfm_movement(before, after, (SELECT model FROM rfm_models WHERE month = ''2024-06-01''), ARRAY[''Best: 5 4-5'', ''Rest: 1-5 1-5'']) FROM (SELECT rfm(ts, amount, ''2024-01-01'') AS before, rfm(ts, amount, ''2024-07-01'') AS after FROM orders GROUP BY customer) AS customers))';
COMMENT ON FUNCTION rfm_fixed(interval[], bigint[], float8[]) IS 'A model of given thresholds, each the value a score begins with, ascending. Example: SELECT rfm_fixed(''{30 days,90 days}'', ''{2,5}'', ''{100,500}'')';
COMMENT ON FUNCTION rfm_thresholds(rfm_model) IS 'The thresholds of a model as rows: the value from which a score is given; for recency the days up to which. Example: SELECT t.* FROM (SELECT rfm_fit(v) AS model FROM customers) m, rfm_thresholds(model) t';
COMMENT ON FUNCTION rfm_score(rfm_model, rfm_value, text[]) IS 'Scores and segment of one customer. Example: SELECT customer, s.* FROM customers, rfm_score((SELECT rfm_fit(v) FROM customers), v) s';
COMMENT ON FUNCTION rfm_segment(rfm_model, rfm_value, text[]) IS 'Segment of one customer. Example: SELECT customer, rfm_segment((SELECT rfm_fit(v) FROM customers), v) FROM customers';
COMMENT ON FUNCTION rfm_segment(int, int, int, text[], int) IS 'Segment of three scores: by the first rule that fits, by default by the grid of recency and frequency. Example: SELECT rfm_segment(5, 5, 4)';
COMMENT ON FUNCTION rfm_rule(text, int, int, int, int, int, int) IS 'A rule of a segment table as the text that rfm_score and rfm_report take. Example: SELECT array_agg(rfm_rule(segment, r_from, r_to, f_from, f_to) ORDER BY priority) FROM my_segments';
COMMENT ON FUNCTION rfm_rules_check(text[], int) IS 'How many of the cells of scores each segment gets: 0 for a rule that others hide, Others for what no rule covers. Example: SELECT * FROM rfm_rules_check(ARRAY[''Best: 4-5 4-5'', ''New: 5 5''])';
