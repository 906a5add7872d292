// Stages of one customer.

#include "core/stage.hpp"

#include "pg/journey_argument.hpp"
#include "pg/stage_map.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

Datum optional_text(FunctionCallInfo fcinfo, const OptionalText& text) {
    if (!text) PG_RETURN_NULL();
    return text_datum(*text);
}
Datum stage_number(std::uint32_t stage) {
    return Int32GetDatum(static_cast<std::int32_t>(stage) + 1);
}

struct HistoryStream {
    HistoryStream(LoadedMap* its_map, std::pmr::memory_resource& memory) : loaded(its_map), stays(&memory) {}
    LoadedMap* loaded;
    std::pmr::vector<Stay> stays;
    Time as_of = max_time;
    std::size_t next = 0;
};

}  // namespace

// (j, map [, as_of [, backward]])
JOURNEY_FUNCTION(current_stage) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    LoadedMap& loaded = map_argument(fcinfo, 1);
    const Time as_of = as_of_argument(fcinfo, 2, "as_of", true);
    const bool backward = backward_argument(fcinfo, 3);
    const JourneyView journey = journey_argument(fcinfo, 0);
    ContextMemory memory;
    const auto status = stage_status(journey, loaded.reader, as_of, backward, memory);
    return optional_text(fcinfo,
                         status ? OptionalText(loaded.map.stages[status->current.stage]) : std::nullopt);
}

// (j, map [, as_of])
JOURNEY_FUNCTION(deepest_stage) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    LoadedMap& loaded = map_argument(fcinfo, 1);
    const Time as_of = as_of_argument(fcinfo, 2, "as_of", true);
    const JourneyView journey = journey_argument(fcinfo, 0);
    ContextMemory memory;
    const auto status = stage_status(journey, loaded.reader, as_of, true, memory);
    return optional_text(fcinfo, status ? OptionalText(loaded.map.stages[status->deepest]) : std::nullopt);
}

// (j, map [, as_of [, backward]]) → one row, NULLs if nothing is on the map
JOURNEY_FUNCTION(stage_status) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    LoadedMap& loaded = map_argument(fcinfo, 1);
    const Time as_of = as_of_argument(fcinfo, 2, "as_of", true);
    const bool backward = backward_argument(fcinfo, 3);
    const JourneyView journey = journey_argument(fcinfo, 0);
    ContextMemory memory;
    const auto status = stage_status(journey, loaded.reader, as_of, backward, memory);
    Datum values[14] = {};
    bool nulls[14] = {};
    std::fill_n(nulls, 14, !status.has_value());
    if (status) {
        const StageMap& map = loaded.map;
        const std::uint32_t stage = status->current.stage;
        const bool dated = as_of != max_time, last = stage + 1 == map.stages.size();
        values[0] = stage_number(stage);
        values[1] = text_datum(map.stages[stage]);
        values[2] = TimestampTzGetDatum(status->current.entered);
        values[3] = dated ? interval_datum(status->current.entered, as_of) : Datum{0};
        values[4] = stage_number(status->deepest);
        values[5] = text_datum(map.stages[status->deepest]);
        values[6] = TimestampTzGetDatum(status->deepest_at);
        values[7] = Int32GetDatum(static_cast<std::int32_t>(status->stages));
        values[8] = Int64GetDatum(status->forward);
        values[9] = Int64GetDatum(status->backward);
        values[10] = text_datum(map.touchpoints[status->touchpoint].name);
        values[11] = TimestampTzGetDatum(status->last_at);
        values[12] = dated ? interval_datum(status->last_at, as_of) : Datum{0};
        values[13] = last ? Datum{0} : text_datum(map.stages[stage + 1]);
        nulls[3] = nulls[12] = !dated;
        nulls[13] = last;
    }
    auto& query = *static_cast<MapQuery*>(fcinfo->flinfo->fn_extra);
    PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(row_columns(fcinfo, query), values, nulls)));
}

// (j, map [, as_of [, backward]]) → one row a stay
JOURNEY_FUNCTION(stage_history) {
    const auto stream = row_stream<HistoryStream>(fcinfo, [&](ContextMemory& memory) {
        auto* made = make_in<HistoryStream>(memory, map_in(fcinfo, 1, memory), memory);
        made->as_of = as_of_argument(fcinfo, 2, "as_of", true);
        const bool backward = backward_argument(fcinfo, 3);
        if (!PG_ARGISNULL(0)) {
            MapReader& reader = made->loaded->reader;
            read_stays(reader.read(journey_argument(fcinfo, 0), made->as_of), reader, backward, made->stays);
        }
        return made;
    });
    HistoryStream& history = *stream.state;
    if (history.next == history.stays.size()) SRF_RETURN_DONE(stream.calls);
    const Stay& stay = history.stays[history.next++];
    const StageMap& map = history.loaded->map;
    const bool ends = !stay.open || history.as_of != max_time;
    Datum values[8] = {Int32GetDatum(static_cast<std::int32_t>(history.next)),
                       stage_number(stay.stage),
                       text_datum(map.stages[stay.stage]),
                       TimestampTzGetDatum(stay.entered),
                       TimestampTzGetDatum(stay.left),
                       ends ? interval_datum(stay.entered, stay.open ? history.as_of : stay.left) : Datum{0},
                       text_datum(map.touchpoints[stay.touchpoint].name),
                       Int64GetDatum(stay.events)};
    bool nulls[8] = {};
    nulls[4] = stay.open;
    nulls[5] = !ends;
    SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, values, nulls));
}

// (j, map [, as_of])
JOURNEY_FUNCTION(customer_level) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    LoadedMap& loaded = map_argument(fcinfo, 1);
    if (loaded.map.levels.empty()) {
        throw Error(ErrorCode::invalid_argument, "map", "the map has no customer levels")
            .hint("Add them to journey_level, for example from level_template().");
    }
    const Time as_of = as_of_argument(fcinfo, 2, "as_of", true);
    const JourneyView journey = journey_argument(fcinfo, 0);
    // A length of time goes back from the moment asked for, or from the last event.
    const Time until = as_of != max_time || journey.empty() ? as_of : journey.last_time();
    return optional_text(fcinfo, customer_level(journey, loaded.map, until));
}

// (j, map, what)
JOURNEY_FUNCTION(on_map) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    LoadedMap& loaded = map_argument(fcinfo, 1);
    if (PG_ARGISNULL(2)) fail_null("what");
    const MapWord word = parse_map_word(text_argument(fcinfo, 2));
    const JourneyView journey = journey_argument(fcinfo, 0);
    ContextMemory memory;
    return journey_datum(on_map(journey, loaded.reader, word, memory, VARHDRSZ));
}
