-- ----------------------------------------------------------- attribution
CREATE TYPE attribution_summary;
CREATE FUNCTION attribution_summary_in(cstring) RETURNS attribution_summary
    AS 'MODULE_PATHNAME', 'journey_attribution_summary_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION attribution_summary_out(attribution_summary) RETURNS cstring
    AS 'MODULE_PATHNAME', 'journey_attribution_summary_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION attribution_summary_recv(internal) RETURNS attribution_summary
    AS 'MODULE_PATHNAME', 'journey_attribution_summary_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION attribution_summary_send(attribution_summary) RETURNS bytea
    AS 'MODULE_PATHNAME', 'journey_attribution_summary_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE TYPE attribution_summary (
    INPUT = attribution_summary_in, OUTPUT = attribution_summary_out, RECEIVE = attribution_summary_recv, SEND = attribution_summary_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);

CREATE TYPE attribution_options AS (
    conversion text[], models text[], lookback interval, touches text[], conversion_is_touch boolean, channel_from text,
    direct text, direct_channels text[], reuse_touches boolean, half_life interval, position_shares float8[],
    milestones text[], w_shares float8[], unattributed text);
CREATE TYPE attribution_report_row AS (model text, channel text, conversions numeric, value numeric, share float8);

-- In SQL, so that the planner makes one constant of it.
CREATE FUNCTION attribution_options(conversion text[] DEFAULT NULL, models text[] DEFAULT '{last}', lookback interval DEFAULT NULL,
        touches text[] DEFAULT NULL, conversion_is_touch boolean DEFAULT false, channel_from text DEFAULT 'channel',
        direct text DEFAULT 'any', direct_channels text[] DEFAULT '{direct}', reuse_touches boolean DEFAULT true,
        half_life interval DEFAULT '7 days', position_shares float8[] DEFAULT NULL, milestones text[] DEFAULT NULL,
        w_shares float8[] DEFAULT NULL, unattributed text DEFAULT NULL)
    RETURNS attribution_options LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
    RETURN ROW(conversion, models, lookback, touches, conversion_is_touch, channel_from, direct, direct_channels,
        reuse_touches, half_life, position_shares, milestones, w_shares, unattributed)::attribution_options;
CREATE FUNCTION attribute(j journey, conversion text[], models text[] DEFAULT '{last}', lookback interval DEFAULT NULL,
        touches text[] DEFAULT NULL, conversion_is_touch boolean DEFAULT false, channel_from text DEFAULT 'channel',
        direct text DEFAULT 'any', direct_channels text[] DEFAULT '{direct}', reuse_touches boolean DEFAULT true,
        half_life interval DEFAULT '7 days', position_shares float8[] DEFAULT NULL, milestones text[] DEFAULT NULL,
        w_shares float8[] DEFAULT NULL, unattributed text DEFAULT NULL,
        OUT model text, OUT conversion_no int, OUT conversion_event text, OUT converted_at timestamptz, OUT channel text,
        OUT touch_no int, OUT touched_at timestamptz, OUT event_no bigint, OUT credit numeric, OUT value numeric)
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_attribute' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 10;

CREATE FUNCTION attribution_report_add(attribution_summary, journey, attribution_options) RETURNS attribution_summary
    AS 'MODULE_PATHNAME', 'journey_attribution_report_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
CREATE FUNCTION attribution_report_add(attribution_summary, text[], bigint, float8, attribution_options) RETURNS attribution_summary
    AS 'MODULE_PATHNAME', 'journey_attribution_report_add_path' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
CREATE FUNCTION attribution_report_combine(attribution_summary, attribution_summary) RETURNS attribution_summary
    AS 'MODULE_PATHNAME', 'journey_attribution_report_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION attribution_report_finish(attribution_summary) RETURNS attribution_report_row[]
    AS 'MODULE_PATHNAME', 'journey_attribution_report_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE AGGREGATE attribution_report(j journey, options attribution_options) (
    SFUNC = attribution_report_add, STYPE = attribution_summary, SSPACE = 12288, FINALFUNC = attribution_report_finish,
    COMBINEFUNC = attribution_report_combine, PARALLEL = SAFE);
CREATE AGGREGATE attribution_report(path text[], conversions bigint, value float8, options attribution_options) (
    SFUNC = attribution_report_add, STYPE = attribution_summary, SSPACE = 12288, FINALFUNC = attribution_report_finish,
    COMBINEFUNC = attribution_report_combine, PARALLEL = SAFE);

CREATE FUNCTION spend_rows(channels text[], costs float8[], OUT channel text, OUT cost float8)
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'journey_spend_rows' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10 ROWS 20;
CREATE FUNCTION attribution_spend(report attribution_report_row[], channels text[], costs float8[],
        OUT model text, OUT channel text, OUT cost float8, OUT conversions numeric, OUT value numeric,
        OUT cost_per_conversion float8, OUT roas float8)
    RETURNS SETOF record LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 100 ROWS 50
BEGIN ATOMIC
    SELECT models.model, channel, spent.cost, coalesce(shown.conversions, 0),
           CASE WHEN models.valued THEN coalesce(shown.value, 0) END,
           spent.cost / nullif(shown.conversions, 0)::float8, CASE WHEN models.valued THEN coalesce(shown.value, 0)::float8 END / nullif(spent.cost, 0)
    FROM (SELECT m.model, min(m.no) AS no, bool_or(m.value IS NOT NULL) AS valued
          FROM unnest(report) WITH ORDINALITY AS m(model, channel, conversions, value, share, no) GROUP BY m.model) AS models
    CROSS JOIN (SELECT r.channel FROM unnest(report) AS r UNION SELECT s.channel FROM spend_rows(channels, costs) AS s) AS known
    LEFT JOIN unnest(report) AS shown USING (model, channel)
    LEFT JOIN spend_rows(channels, costs) AS spent USING (channel)
    ORDER BY models.no, spent.cost DESC NULLS LAST, channel;
END;

COMMENT ON TYPE attribution_summary IS 'State of attribution_report: credits of each channel under each model. Example: it is made and read by SELECT attribution_report(j, attribution_options(''{buy}'')) FROM journeys';
COMMENT ON FUNCTION attribution_summary_in(cstring) IS 'Reads an attribution_summary. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION attribution_summary_out(attribution_summary) IS 'Writes an attribution_summary as hexadecimal digits. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION attribution_summary_recv(internal) IS 'Reads the binary form of an attribution_summary. Example: it is used where a state moves between nodes';
COMMENT ON FUNCTION attribution_summary_send(attribution_summary) IS 'Writes the binary form of an attribution_summary. Example: it is used where a state moves between nodes';
COMMENT ON TYPE attribution_options IS 'What attribution_report, markov_report and markov_transitions count. Example: SELECT attribution_options(''{buy}'', ''{first,last}'', ''30 days'')';
COMMENT ON TYPE attribution_report_row IS 'What one channel gets under one model: conversions and value that sum to the totals, share 0..1. Example: SELECT * FROM unnest((SELECT attribution_report(j, attribution_options(''{buy}'', ''{first,last,linear}'', ''30 days'')) FROM journeys))';
COMMENT ON FUNCTION attribution_options(text[], text[], interval, text[], boolean, text, text, text[], boolean, interval, float8[], text[], float8[], text) IS
'Options of attribution, by name. models: first, last, last_non_direct, linear, time_decay, position, j, inverse_j, w, participation, shapley; direct: any, fallback, ignore; channel_from: channel, event. Example: SELECT attribution_options(''{buy}'', ''{first,time_decay}'', ''30 days'', direct => ''fallback'')';
COMMENT ON FUNCTION attribute(journey, text[], text[], interval, text[], boolean, text, text, text[], boolean, interval, float8[], text[], float8[], text) IS
'Which touches before each conversion get the credit for it, under one or more models: a row for each. models: first, last, last_non_direct, linear, time_decay, position, j, inverse_j, w, participation, shapley; other options by name, see docs/attribution.md. Example: SELECT customer, a.* FROM journeys, attribute(j, ''{buy}'', ''{first,last,linear}'', ''30 days'') a';
COMMENT ON FUNCTION attribution_report_add(attribution_summary, journey, attribution_options) IS 'Transition of attribution_report. Example: SELECT attribution_report(j, attribution_options(''{buy}'')) FROM journeys';
COMMENT ON FUNCTION attribution_report_add(attribution_summary, text[], bigint, float8, attribution_options) IS 'Transition of attribution_report over paths. Example: SELECT * FROM unnest((SELECT attribution_report(string_to_array(path, '' > ''), conversions, value, attribution_options(models => ''{first,last}'')) FROM paths))';
COMMENT ON FUNCTION attribution_report_combine(attribution_summary, attribution_summary) IS 'Combine function of attribution_report. Example: SELECT attribution_report(j, attribution_options(''{buy}'')) FROM journeys';
COMMENT ON FUNCTION attribution_report_finish(attribution_summary) IS 'Final function of attribution_report. Example: SELECT attribution_report(j, attribution_options(''{buy}'')) FROM journeys';
COMMENT ON AGGREGATE attribution_report(journey, attribution_options) IS
'Conversions and value of each channel under each model, what is unattributed as a row of its own. Example: SELECT * FROM unnest((SELECT attribution_report(j, attribution_options(''{buy}'', ''{first,last,linear}'', ''30 days'')) FROM journeys))';
COMMENT ON AGGREGATE attribution_report(text[], bigint, float8, attribution_options) IS
'The same from paths that are counted already: the channels in order, how many conversions, their value together. Example: SELECT * FROM unnest((SELECT attribution_report(string_to_array(path, '' > ''), conversions, value, attribution_options(models => ''{first,last}'')) FROM paths))';
COMMENT ON FUNCTION spend_rows(text[], float8[]) IS
'What was spent on each channel, as rows; costs of one channel are summed up. Example: SELECT * FROM spend_rows(ARRAY[''email'', ''ads''], ARRAY[100, 250])';
COMMENT ON FUNCTION attribution_spend(attribution_report_row[], text[], float8[]) IS
'A report with what was spent: cost per conversion and return on ad spend of each channel under each model, channels without either among them. Example: SELECT * FROM attribution_spend((SELECT attribution_report(j, attribution_options(''{buy}'')) FROM journeys), ARRAY[''email'', ''ads''], ARRAY[100, 250])';
