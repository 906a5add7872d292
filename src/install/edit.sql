
-- ------------------------------------------------- journeys from journeys
CREATE FUNCTION journey_concat(a journey, b journey) RETURNS journey
    AS 'MODULE_PATHNAME', 'journey_concat' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
CREATE OPERATOR || (LEFTARG = journey, RIGHTARG = journey, FUNCTION = journey_concat, COMMUTATOR = ||);
CREATE FUNCTION journey_union(a journey, b journey) RETURNS journey
    AS 'MODULE_PATHNAME', 'journey_union' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
CREATE FUNCTION before(j journey, ts timestamptz) RETURNS journey
    AS 'MODULE_PATHNAME', 'journey_before' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
CREATE FUNCTION since(j journey, ts timestamptz) RETURNS journey
    AS 'MODULE_PATHNAME', 'journey_since' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
CREATE FUNCTION during(j journey, from_ts timestamptz, to_ts timestamptz) RETURNS journey
    AS 'MODULE_PATHNAME', 'journey_during' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
CREATE FUNCTION keep(j journey, events text[]) RETURNS journey
    AS 'MODULE_PATHNAME', 'journey_keep' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION drop(j journey, events text[]) RETURNS journey
    AS 'MODULE_PATHNAME', 'journey_drop' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION forget(j journey, events text[], channels text[] DEFAULT NULL) RETURNS journey
    AS 'MODULE_PATHNAME', 'journey_forget' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION relabel(j journey, from_events text[], to_events text[]) RETURNS journey
    AS 'MODULE_PATHNAME', 'journey_relabel' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION relabel(j journey, mapping text[]) RETURNS journey
    AS 'MODULE_PATHNAME', 'journey_relabel_mapping' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
CREATE FUNCTION collapse(j journey, keep text DEFAULT 'first') RETURNS journey
    AS 'MODULE_PATHNAME', 'journey_collapse' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
CREATE FUNCTION truncate_between(j journey, from_event text, to_event text) RETURNS journey
    AS 'MODULE_PATHNAME', 'journey_truncate_between' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;

COMMENT ON FUNCTION journey_concat(journey, journey) IS
'All events of both journeys; keeps duplicates. Example: SELECT web.j || shop.j';
COMMENT ON OPERATOR || (journey, journey) IS
'All events of both journeys; keeps duplicates. Example: SELECT web.j || shop.j';
COMMENT ON FUNCTION journey_union(journey, journey) IS
'Every event as often as the journey has it that has it most often: loading the same events twice changes nothing. Example: UPDATE journeys SET j = journey_union(journeys.j, batch.j) FROM batch WHERE batch.customer = journeys.customer';
COMMENT ON FUNCTION before(journey, timestamptz) IS 'The events before a moment. Example: SELECT before(j, ''2024-07-01'') FROM journeys';
COMMENT ON FUNCTION since(journey, timestamptz) IS 'The events at or after a moment. Example: SELECT since(j, ''2024-07-01'') FROM journeys';
COMMENT ON FUNCTION during(journey, timestamptz, timestamptz) IS 'The events with from_ts <= ts < to_ts. Example: SELECT during(j, ''2024-07-01'', ''2024-08-01'') FROM journeys';
COMMENT ON FUNCTION keep(journey, text[]) IS 'Only the events of these names. Example: SELECT keep(j, ARRAY[''view'', ''purchase'']) FROM journeys';
COMMENT ON FUNCTION drop(journey, text[]) IS 'Without the events of these names; NULL drops nothing. Example: SELECT drop(j, ARRAY[''heartbeat'']) FROM journeys';
COMMENT ON FUNCTION forget(journey, text[], text[]) IS 'Erases the events of these names and the events on these channels; nothing of them stays in the value. Example: UPDATE journeys SET j = forget(j, ARRAY[''health_survey''], channels => ARRAY[''phone''])';
COMMENT ON FUNCTION relabel(journey, text[], text[]) IS 'Renames events; names that are not listed stay. Example: SELECT relabel(j, ARRAY[''home'', ''search''], ARRAY[''browse'', ''browse'']) FROM journeys';
COMMENT ON FUNCTION relabel(journey, text[]) IS 'Renames events by a list of pairs; an event with two labels is an error; no mapping (NULL) renames nothing. Example: SELECT relabel(j, (SELECT array_agg(ARRAY[event, stage]) FROM stages)) FROM journeys';
COMMENT ON FUNCTION collapse(journey, text) IS 'Of each run of one event name the ''first'' or ''last'' event. Example: SELECT collapse(j, ''last'') FROM journeys';
COMMENT ON FUNCTION truncate_between(journey, text, text) IS 'From the first from_event to the first to_event after it; a NULL bound is open; NULL if a bound never occurs. Example: SELECT truncate_between(j, ''view'', ''purchase'') FROM journeys';
