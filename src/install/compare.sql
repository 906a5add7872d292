
-- ---------------------------------------------------------------- compare
CREATE FUNCTION proportion_test(successes_a float8, n_a float8, successes_b float8, n_b float8, level float8 DEFAULT 0.95, method text DEFAULT 'auto',
        OUT rate_a float8, OUT rate_b float8, OUT difference float8, OUT ci_low float8, OUT ci_high float8, OUT lift float8,
        OUT test text, OUT z float8, OUT p_value float8) RETURNS record
    AS 'MODULE_PATHNAME', 'journey_proportion_test' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION p_adjust(p float8[], adjust text DEFAULT 'holm') RETURNS float8[]
    AS 'MODULE_PATHNAME', 'journey_p_adjust' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION chi2_test(a float8[], b float8[], OUT statistic float8, OUT df bigint, OUT p_value float8, OUT cramers_v float8) RETURNS record
    AS 'MODULE_PATHNAME', 'journey_chi2_test' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

CREATE TYPE value_groups;
CREATE FUNCTION value_groups_in(cstring) RETURNS value_groups
    AS 'MODULE_PATHNAME', 'journey_value_groups_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION value_groups_out(value_groups) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_value_groups_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION value_groups_recv(internal) RETURNS value_groups
    AS 'MODULE_PATHNAME', 'journey_value_groups_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION value_groups_send(value_groups) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_value_groups_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE TYPE value_groups (
    INPUT = value_groups_in, OUTPUT = value_groups_out, RECEIVE = value_groups_recv, SEND = value_groups_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);

CREATE TYPE value_compare_row AS (
    n_a bigint, n_b bigint, dropped bigint, mean_a float8, mean_b float8, difference float8, ci_low float8, ci_high float8,
    t float8, df float8, welch_p float8, median_a float8, median_b float8, superiority float8, u float8,
    mann_whitney_exact boolean, mann_whitney_p float8);
CREATE FUNCTION value_compare_add(value_groups, float8, boolean) RETURNS value_groups
    AS 'MODULE_PATHNAME', 'journey_value_compare_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION value_compare_combine(value_groups, value_groups) RETURNS value_groups
    AS 'MODULE_PATHNAME', 'journey_value_compare_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION value_compare_finish(value_groups) RETURNS value_compare_row
    AS 'MODULE_PATHNAME', 'journey_value_compare_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
CREATE AGGREGATE value_compare(value float8, in_b boolean) (
    SFUNC = value_compare_add, STYPE = value_groups, SSPACE = 8192, FINALFUNC = value_compare_finish, COMBINEFUNC = value_compare_combine, PARALLEL = SAFE);

-- What SQL cannot say: errors of arguments.
CREATE FUNCTION same_steps(a text[], b text[]) RETURNS boolean
    AS 'MODULE_PATHNAME', 'journey_same_steps' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION same_lengths(names text[], a float8[], b float8[]) RETURNS boolean
    AS 'MODULE_PATHNAME', 'journey_same_lengths' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION is_base_previous(base text) RETURNS boolean
    AS 'MODULE_PATHNAME', 'journey_is_base_previous' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;

-- (Where everybody succeeded in both groups, as in the first step, there is nothing to
-- test, and no test that adjusted p-values would have to pay for.)
CREATE FUNCTION funnel_compare(a funnel_report_row[], b funnel_report_row[], base text DEFAULT 'start', level float8 DEFAULT 0.95, adjust text DEFAULT 'holm',
        OUT step_no int, OUT step text, OUT customers_a bigint, OUT customers_b bigint, OUT rate_a float8, OUT rate_b float8,
        OUT difference float8, OUT ci_low float8, OUT ci_high float8, OUT lift float8, OUT test text, OUT p_value float8, OUT p_adjusted float8)
    RETURNS SETOF record LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 200 ROWS 5
BEGIN ATOMIC
    WITH sides AS (
        SELECT r.side, r.step_no, r.step, r.customers,
               CASE WHEN is_base_previous(base) THEN coalesce(lag(r.customers) OVER steps, r.customers)
                    ELSE coalesce(round(max(r.customers / nullif(r.from_start, 0)) OVER (PARTITION BY r.side)), 0) END AS n,
               CASE WHEN is_base_previous(base) THEN coalesce(round(r.from_previous * lag(r.customers) OVER steps), r.customers)
                    ELSE r.customers END AS successes
        FROM (SELECT 'a' AS side, x.* FROM unnest(a) AS x UNION ALL SELECT 'b', x.* FROM unnest(b) AS x) AS r
        WHERE CASE WHEN a IS NULL OR b IS NULL THEN true
                   ELSE same_steps(ARRAY(SELECT coalesce(x.step, '') FROM unnest(a) AS x ORDER BY x.step_no),
                                   ARRAY(SELECT coalesce(x.step, '') FROM unnest(b) AS x ORDER BY x.step_no)) END
        WINDOW steps AS (PARTITION BY r.side ORDER BY r.step_no)),
    pairs AS (
        SELECT step_no, coalesce(x.step, y.step) AS step, coalesce(x.customers, 0) AS customers_a, coalesce(y.customers, 0) AS customers_b,
               proportion_test(coalesce(x.successes, 0), coalesce(x.n, 0), coalesce(y.successes, 0), coalesce(y.n, 0), level) AS t
        FROM (SELECT * FROM sides WHERE side = 'a') AS x FULL JOIN (SELECT * FROM sides WHERE side = 'b') AS y USING (step_no)),
    tests AS (
        SELECT p.*, NOT coalesce((t).rate_a = 1 AND (t).rate_b = 1, false) AS tested,
               row_number() OVER (ORDER BY p.step_no) AS place FROM pairs AS p)
    SELECT step_no, step, customers_a, customers_b, (t).rate_a, (t).rate_b, (t).difference, (t).ci_low, (t).ci_high, (t).lift,
           CASE WHEN tested THEN (t).test END, CASE WHEN tested THEN (t).p_value END,
           (p_adjust(array_agg(CASE WHEN tested THEN (t).p_value END) OVER (ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), adjust))[place]
    FROM tests ORDER BY step_no;
END;

CREATE FUNCTION retention_compare(a retention_report_row[], b retention_report_row[], level float8 DEFAULT 0.95, adjust text DEFAULT 'holm',
        OUT period_no int, OUT retained_a bigint, OUT customers_a bigint, OUT retained_b bigint, OUT customers_b bigint, OUT rate_a float8, OUT rate_b float8,
        OUT difference float8, OUT ci_low float8, OUT ci_high float8, OUT lift float8, OUT test text, OUT p_value float8, OUT p_adjusted float8)
    RETURNS SETOF record LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 200 ROWS 12
BEGIN ATOMIC
    WITH counts AS (
        SELECT r.period_no, coalesce(sum(r.retained) FILTER (WHERE r.side = 'a'), 0)::bigint AS ra, coalesce(sum(r.cohort_size) FILTER (WHERE r.side = 'a'), 0)::bigint AS na,
               coalesce(sum(r.retained) FILTER (WHERE r.side = 'b'), 0)::bigint AS rb, coalesce(sum(r.cohort_size) FILTER (WHERE r.side = 'b'), 0)::bigint AS nb
        FROM (SELECT 'a' AS side, x.* FROM unnest(a) AS x UNION ALL SELECT 'b', x.* FROM unnest(b) AS x) AS r
        WHERE r.complete GROUP BY r.period_no),
    pairs AS (SELECT c.*, proportion_test(c.ra, c.na, c.rb, c.nb, level) AS t FROM counts AS c),
    tests AS (
        SELECT p.*, NOT coalesce((t).rate_a = 1 AND (t).rate_b = 1, false) AS tested,
               row_number() OVER (ORDER BY p.period_no) AS place FROM pairs AS p)
    SELECT period_no, ra, na, rb, nb, (t).rate_a, (t).rate_b, (t).difference, (t).ci_low, (t).ci_high, (t).lift,
           CASE WHEN tested THEN (t).test END, CASE WHEN tested THEN (t).p_value END,
           (p_adjust(array_agg(CASE WHEN tested THEN (t).p_value END) OVER (ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), adjust))[place]
    FROM tests ORDER BY period_no;
END;

CREATE FUNCTION share_compare(names text[], a float8[], b float8[], level float8 DEFAULT 0.95, adjust text DEFAULT 'holm',
        OUT name text, OUT count_a float8, OUT count_b float8, OUT share_a float8, OUT share_b float8,
        OUT difference float8, OUT ci_low float8, OUT ci_high float8, OUT lift float8, OUT test text, OUT p_value float8, OUT p_adjusted float8)
    RETURNS SETOF record LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 200 ROWS 10
BEGIN ATOMIC
    WITH rows AS (
        SELECT n.name, n.count_a, n.count_b, n.place, sum(n.count_a) OVER () AS n_a, sum(n.count_b) OVER () AS n_b
        FROM unnest(names, a, b) WITH ORDINALITY AS n (name, count_a, count_b, place) WHERE same_lengths(names, a, b)),
    tests AS (SELECT r.*, proportion_test(r.count_a, r.n_a, r.count_b, r.n_b, level) AS t FROM rows AS r)
    SELECT r.name, r.count_a, r.count_b, (t).rate_a, (t).rate_b, (t).difference, (t).ci_low, (t).ci_high, (t).lift, (t).test, (t).p_value,
           (p_adjust(array_agg((t).p_value) OVER (ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), adjust))[place]
    FROM tests AS r ORDER BY place;
END;

-- p-values are adjusted within each model: more models are more answers to one question. (A
-- channel without credit on both sides is not tested.)
CREATE FUNCTION attribution_compare(a attribution_report_row[], b attribution_report_row[], level float8 DEFAULT 0.95, adjust text DEFAULT 'holm',
        OUT model text, OUT channel text, OUT conversions_a numeric, OUT conversions_b numeric, OUT value_a numeric, OUT value_b numeric,
        OUT share_a float8, OUT share_b float8, OUT difference float8, OUT ci_low float8, OUT ci_high float8, OUT lift float8,
        OUT test text, OUT p_value float8, OUT p_adjusted float8)
    RETURNS SETOF record LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 200 ROWS 20
BEGIN ATOMIC
    WITH sides AS (
        SELECT 'a' AS side, x.* FROM unnest(a) WITH ORDINALITY AS x (model, channel, conversions, value, share, no)
        UNION ALL SELECT 'b', x.* FROM unnest(b) WITH ORDINALITY AS x (model, channel, conversions, value, share, no)),
    pairs AS (
        SELECT s.model, s.channel, min(min(s.no)) OVER (PARTITION BY s.model) AS model_no,
               coalesce(sum(s.conversions) FILTER (WHERE side = 'a'), 0) AS conversions_a, coalesce(sum(s.conversions) FILTER (WHERE side = 'b'), 0) AS conversions_b,
               sum(s.value) FILTER (WHERE side = 'a') AS value_a, sum(s.value) FILTER (WHERE side = 'b') AS value_b
        FROM sides AS s GROUP BY s.model, s.channel),
    totals AS (
        SELECT p.*, sum(p.conversions_a) OVER of_model AS n_a, sum(p.conversions_b) OVER of_model AS n_b,
               row_number() OVER (PARTITION BY p.model ORDER BY p.conversions_a + p.conversions_b DESC, p.channel) AS place
        FROM pairs AS p WINDOW of_model AS (PARTITION BY p.model)),
    tests AS (SELECT t.*, proportion_test(t.conversions_a::float8, t.n_a::float8, t.conversions_b::float8, t.n_b::float8, level) AS t, t.conversions_a + t.conversions_b > 0 AS tested FROM totals AS t)
    SELECT r.model, r.channel, r.conversions_a, r.conversions_b, r.value_a, r.value_b, (t).rate_a, (t).rate_b, (t).difference, (t).ci_low, (t).ci_high, (t).lift,
           CASE WHEN tested THEN (t).test END, CASE WHEN tested THEN (t).p_value END,
           (p_adjust(array_agg(CASE WHEN tested THEN (t).p_value END) OVER (PARTITION BY r.model ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), adjust))[place]
    FROM tests AS r ORDER BY r.model_no, r.model, place;
END;

COMMENT ON FUNCTION proportion_test(float8, float8, float8, float8, float8, text) IS 'Is the difference of two rates real: b - a with the interval of Newcombe, and the p-value of the z test or, for small counts, of Fisher. Example: SELECT * FROM proportion_test(120, 1000, 150, 1000)';
COMMENT ON FUNCTION p_adjust(float8[], text) IS 'p-values adjusted for their number: holm, hochberg, bonferroni, bh, by or none; NULL is not counted. Example: SELECT p_adjust(ARRAY[0.01, 0.04, 0.03], bh)';
COMMENT ON FUNCTION chi2_test(float8[], float8[]) IS 'Are two lists of counts of one distribution: chi-squared test of homogeneity. Example: SELECT * FROM chi2_test(ARRAY[120, 880], ARRAY[150, 850])';
COMMENT ON TYPE value_groups IS 'State of value_compare: the values of both groups. Example: it is made and read by SELECT value_compare(amount, variant = B) FROM orders';
COMMENT ON FUNCTION value_groups_in(cstring) IS 'Reads a value_groups. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION value_groups_out(value_groups) IS 'Writes a value_groups as hexadecimal digits. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION value_groups_recv(internal) IS 'Reads the binary form of a value_groups. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION value_groups_send(value_groups) IS 'Writes the binary form of a value_groups. Example: it is used where a state moves between nodes';
COMMENT ON TYPE value_compare_row IS 'Means, medians and tests of two groups of values. Example: SELECT (value_compare(amount, variant = B)).* FROM orders';
COMMENT ON FUNCTION value_compare_add(value_groups, float8, boolean) IS 'Transition of value_compare. Example: SELECT (value_compare(amount, variant = ''B'')).welch_p FROM orders';
COMMENT ON FUNCTION value_compare_combine(value_groups, value_groups) IS 'Combine function of value_compare. Example: SELECT (value_compare(amount, variant = ''B'')).welch_p FROM orders';
COMMENT ON FUNCTION value_compare_finish(value_groups) IS 'Final function of value_compare. Example: SELECT (value_compare(amount, variant = ''B'')).welch_p FROM orders';
COMMENT ON AGGREGATE value_compare(float8, boolean) IS 'Amounts or lengths of time of two groups: Welch t test of the means with its 95 % interval, and Mann-Whitney test of the ranks. Example: SELECT (value_compare(amount, variant = ''B'')).welch_p FROM orders';
COMMENT ON FUNCTION same_steps(text[], text[]) IS 'True, or the error that two reports are not of the same steps. Example: SELECT same_steps({view,buy}, {view,buy})';
COMMENT ON FUNCTION same_lengths(text[], float8[], float8[]) IS 'True, or the error that lists are not of one length. Example: SELECT same_lengths({email}, {1}, {2})';
COMMENT ON FUNCTION is_base_previous(text) IS 'Whether the base of a rate is the step before (previous) or the start. Example: SELECT is_base_previous(start)';
COMMENT ON FUNCTION funnel_compare(funnel_report_row[], funnel_report_row[], text, float8, text) IS 'Two funnels step by step: rates from the start (or of the step before, base => previous), difference, interval, p-value. Example: SELECT * FROM funnel_compare((SELECT funnel_report(j, {view,buy}) FROM journeys WHERE j @> {email}), (SELECT funnel_report(j, {view,buy}) FROM journeys WHERE NOT j @> {email}))';
COMMENT ON FUNCTION retention_compare(retention_report_row[], retention_report_row[], float8, text) IS 'Two retention reports period by period, over all complete cohorts. Example: SELECT * FROM retention_compare((SELECT retention_report(j, retention_options(week, now())) FROM journeys WHERE j @> {email}), (SELECT retention_report(j, retention_options(week, now())) FROM journeys WHERE NOT j @> {email}))';
COMMENT ON FUNCTION share_compare(text[], float8[], float8[], float8, text) IS 'Two lists of counts or credits by name, such as conversions by channel in two periods. Example: SELECT * FROM share_compare({email,search}, {120,80}, {90,110})';
COMMENT ON FUNCTION attribution_compare(attribution_report_row[], attribution_report_row[], float8, text) IS 'Two attribution reports channel by channel under each model: credits, their shares, difference, interval, p-value. Example: SELECT * FROM attribution_compare((SELECT attribution_report(j, attribution_options(''{buy}'')) FROM journeys WHERE started_at(j) < ''2024-05-01''), (SELECT attribution_report(j, attribution_options(''{buy}'')) FROM journeys WHERE started_at(j) >= ''2024-05-01''))';
