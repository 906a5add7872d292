-- -------------------------------------------------------- ad_performance
CREATE TYPE ad_summary;
CREATE FUNCTION ad_summary_in(cstring) RETURNS ad_summary
    AS 'MODULE_PATHNAME', 'journey_ad_summary_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION ad_summary_out(ad_summary) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_ad_summary_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION ad_summary_recv(internal) RETURNS ad_summary
    AS 'MODULE_PATHNAME', 'journey_ad_summary_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION ad_summary_send(ad_summary) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_ad_summary_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE TYPE ad_summary (
    INPUT = ad_summary_in, OUTPUT = ad_summary_out, RECEIVE = ad_summary_recv, SEND = ad_summary_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);

CREATE TYPE ad_options AS (
    views text[], clicks text[], conversion text[], model text, lookback interval, credit text, reuse_touches boolean, unattributed text);
CREATE TYPE ad_performance_row AS (
    ad text, views bigint, viewers bigint, clicks bigint, clickers bigint, click_rate float8,
    conversions numeric, value numeric, conversion_rate float8);

-- In SQL, so that the planner makes one constant of it.
CREATE FUNCTION ad_options(views text[], clicks text[], conversion text[], model text DEFAULT 'last', lookback interval DEFAULT NULL,
        credit text DEFAULT 'views_and_clicks', reuse_touches boolean DEFAULT true, unattributed text DEFAULT NULL)
    RETURNS ad_options LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
    RETURN ROW(views, clicks, conversion, model, lookback, credit, reuse_touches, unattributed)::ad_options;

CREATE FUNCTION ad_performance_add(ad_summary, journey, ad_options) RETURNS ad_summary
    AS 'MODULE_PATHNAME', 'journey_ad_performance_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION ad_performance_combine(ad_summary, ad_summary) RETURNS ad_summary
    AS 'MODULE_PATHNAME', 'journey_ad_performance_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION ad_performance_finish(ad_summary) RETURNS ad_performance_row[]
    AS 'MODULE_PATHNAME', 'journey_ad_performance_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE AGGREGATE ad_performance(j journey, options ad_options) (
    SFUNC = ad_performance_add, STYPE = ad_summary, SSPACE = 16384, FINALFUNC = ad_performance_finish,
    COMBINEFUNC = ad_performance_combine, PARALLEL = SAFE);

CREATE FUNCTION ad_spend(report ad_performance_row[], ads text[], costs float8[],
        OUT ad text, OUT views bigint, OUT viewers bigint, OUT clicks bigint, OUT clickers bigint, OUT click_rate float8,
        OUT conversions numeric, OUT value numeric, OUT conversion_rate float8,
        OUT cost float8, OUT cost_per_click float8, OUT cost_per_conversion float8, OUT roas float8)
    RETURNS SETOF record LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 100 ROWS 20
BEGIN ATOMIC
    SELECT coalesce(r.ad, s.channel), coalesce(r.views, 0), coalesce(r.viewers, 0), coalesce(r.clicks, 0), coalesce(r.clickers, 0),
           r.click_rate, coalesce(r.conversions, 0), coalesce(r.value, none.value), r.conversion_rate,
           s.cost, s.cost / nullif(r.clicks, 0), s.cost / nullif(r.conversions, 0)::float8,
           coalesce(r.value, none.value)::float8 / nullif(s.cost, 0)
    FROM unnest(report) WITH ORDINALITY AS r(ad, views, viewers, clicks, clickers, click_rate, conversions, value, conversion_rate, no)
    FULL JOIN spend_rows(ads, costs) AS s ON s.channel = r.ad
    CROSS JOIN (SELECT min(0::numeric) FILTER (WHERE v.value IS NOT NULL) AS value FROM unnest(report) AS v) AS none
    ORDER BY r.no, s.channel;
END;

COMMENT ON TYPE ad_summary IS 'State of ad_performance: views, clicks and credits of each ad. Example: it is made and read by SELECT ad_performance(j, ad_options(''{impression}'', ''{click}'', ''{buy}'')) FROM journeys';
COMMENT ON FUNCTION ad_summary_in(cstring) IS 'Reads an ad_summary. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION ad_summary_out(ad_summary) IS 'Writes an ad_summary as hexadecimal digits. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION ad_summary_recv(internal) IS 'Reads the binary form of an ad_summary. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION ad_summary_send(ad_summary) IS 'Writes the binary form of an ad_summary. Example: it is used where a state moves between nodes';
COMMENT ON TYPE ad_options IS 'What ad_performance counts. Example: SELECT ad_options(''{impression}'', ''{click}'', ''{buy}'', lookback => ''7 days'')';
COMMENT ON TYPE ad_performance_row IS 'One ad: views and clicks, customers behind them, conversions and value; rates 0..1. Example: SELECT * FROM unnest((SELECT ad_performance(j, ad_options(''{impression}'', ''{click}'', ''{buy}'')) FROM journeys))';
COMMENT ON FUNCTION ad_options(text[], text[], text[], text, interval, text, boolean, text) IS
'Options of ad_performance, by name: events that are views, clicks and conversions, the model that credits them (last), the look-back; credit: views_and_clicks, clicks. Example: SELECT ad_options(''{impression}'', ''{click}'', ''{buy}'', lookback => ''7 days'', credit => ''clicks'')';
COMMENT ON FUNCTION ad_performance_add(ad_summary, journey, ad_options) IS 'Transition of ad_performance. Example: SELECT * FROM unnest((SELECT ad_performance(j, ad_options(''{impression}'', ''{click}'', ''{buy}'')) FROM journeys))';
COMMENT ON FUNCTION ad_performance_combine(ad_summary, ad_summary) IS 'Combine function of ad_performance. Example: SELECT * FROM unnest((SELECT ad_performance(j, ad_options(''{impression}'', ''{click}'', ''{buy}'')) FROM journeys))';
COMMENT ON FUNCTION ad_performance_finish(ad_summary) IS 'Final function of ad_performance. Example: SELECT * FROM unnest((SELECT ad_performance(j, ad_options(''{impression}'', ''{click}'', ''{buy}'')) FROM journeys))';
COMMENT ON AGGREGATE ad_performance(journey, ad_options) IS
'Views, viewers, clicks, conversions and value of each ad, which is the channel of its views and clicks. Example: SELECT * FROM unnest((SELECT ad_performance(j, ad_options(''{impression}'', ''{click}'', ''{buy}'')) FROM journeys))';
COMMENT ON FUNCTION ad_spend(ad_performance_row[], text[], float8[]) IS
'The same with what was spent: cost per click and per conversion, return on ad spend; ads without either among them. Example: SELECT * FROM ad_spend((SELECT ad_performance(j, ad_options(''{impression}'', ''{click}'', ''{buy}'')) FROM journeys), ARRAY[''banner'', ''video''], ARRAY[100, 250])';
