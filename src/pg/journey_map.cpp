// The measured map, steps between touchpoints, and a draft of a map.

#include "core/journey_map.hpp"
#include "core/discover_map.hpp"
#include "core/journey_steps.hpp"

#include "pg/journey_argument.hpp"
#include "pg/map_report.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

// (…, detail, as_of, idle) from argument 3 on
JourneyMapOptions map_options(FunctionCallInfo fcinfo) {
    JourneyMapOptions options;
    if (PG_NARGS() > 3) {
        if (PG_ARGISNULL(3)) fail_null("detail");
        options.detail = parse_map_detail(text_argument(fcinfo, 3));
    }
    options.as_of = as_of_argument(fcinfo, 4, "as_of", true);
    if (PG_NARGS() > 5 && !PG_ARGISNULL(5)) options.idle = span_argument(fcinfo, 5, "idle");
    if (options.idle > 0 && options.as_of == max_time) {
        throw Error(ErrorCode::invalid_argument, "as_of", "idle needs as_of")
            .hint("A journey is open if its last event is less than idle before as_of.");
    }
    return options;
}

void fill(Cells& cells, const JourneyMapRow& row) {
    const auto word = [&](const char* text) {
        cells.text(*text == 0 ? std::nullopt : std::optional<std::string_view>(text));
    };
    cells.stage(row.stage);
    cells.text(row.stage_name);
    cells.text(row.touchpoint);
    cells.text(row.channel);
    word(importance_word(row.importance));
    cells.text(row.owner);
    cells.count(row.customers);
    cells.count(row.events);
    cells.count(row.problems);
    cells.count(row.problem_customers);
    cells.real(row.value);
    cells.count(row.moved_on);
    cells.share(row.moved_on, row.customers);
    cells.length(row.median_to_next);
    cells.count(row.exits);
    cells.share(row.exits, row.customers);
    cells.count(row.still_open);
    cells.count(row.answers);
    cells.count(row.answers_left_out);
    cells.real(row.nps);
    cells.real(row.csat);
    cells.real(row.ces);
    word(kpi_word(row.kpi));
    cells.real(row.target);
    cells.real(row.actual);
    cells.boolean(row.met);
    cells.count(row.rest_customers);
    cells.count(row.rest_moved_on);
    cells.count(row.problem_moved_on);
    cells.count(row.calm_moved_on);
}

}  // namespace

// (state, j, map [, detail [, as_of, idle]])
JOURNEY_FUNCTION(journey_map_add) {
    MemoryContext context = aggregate_context(fcinfo);
    LoadedMap& loaded = map_argument(fcinfo, 2);
    const JourneyMapOptions options = map_options(fcinfo);
    auto& state = Expanded<JourneyMap>::state(fcinfo, context);
    if (!PG_ARGISNULL(1)) state->add(journey_argument(fcinfo, 1), loaded.reader, loaded.bytes, options);
    return state.datum();
}
JOURNEY_FUNCTION(journey_map_combine) {
    return state_combine<JourneyMap>(fcinfo);
}
JOURNEY_FUNCTION(journey_map_finish) {
    return map_report<JourneyMap>(fcinfo, &JourneyMap::rows, fill);
}
JOURNEY_STATE_TYPE(journey_map_summary, JourneyMap);

// (state, j, map [, as_of])
JOURNEY_FUNCTION(journey_steps_add) {
    MemoryContext context = aggregate_context(fcinfo);
    LoadedMap& loaded = map_argument(fcinfo, 2);
    const Time as_of = as_of_argument(fcinfo, 3, "as_of", true);
    auto& state = Expanded<JourneySteps>::state(fcinfo, context);
    if (!PG_ARGISNULL(1)) state->add(journey_argument(fcinfo, 1), loaded.reader, loaded.bytes, as_of);
    return state.datum();
}
JOURNEY_FUNCTION(journey_steps_combine) {
    return state_combine<JourneySteps>(fcinfo);
}
JOURNEY_FUNCTION(journey_steps_finish) {
    return map_report<JourneySteps>(fcinfo, &JourneySteps::rows, [](Cells& cells, const JourneyStepRow& row) {
        cells.stage(row.from_stage);
        cells.text(row.from);
        cells.stage(row.to_stage);
        cells.text(row.to);
        cells.count(row.count);
        cells.count(row.customers);
        cells.real(row.share);
        cells.count(row.moved_on);
        cells.share(row.moved_on, row.customers);
        cells.length(row.median_took);
    });
}
JOURNEY_STATE_TYPE(journey_steps_summary, JourneySteps);

// (state, j, stages)
JOURNEY_FUNCTION(discover_map_add) {
    MemoryContext context = aggregate_context(fcinfo);
    if (PG_ARGISNULL(2)) fail_null("stages");
    const int32 stages = PG_GETARG_INT32(2);
    if (stages < 1 || stages > static_cast<int32>(max_stages)) {
        throw Error(ErrorCode::invalid_argument, "stages", "stages must be between 1 and %u, not %d",
                    max_stages, stages)
            .hint("A map has about five stages.");
    }
    auto& state = Expanded<MapDiscovery>::state(fcinfo, context);
    if (!PG_ARGISNULL(1)) state->add(journey_argument(fcinfo, 1), static_cast<std::uint32_t>(stages));
    return state.datum();
}
JOURNEY_FUNCTION(discover_map_combine) {
    return state_combine<MapDiscovery>(fcinfo);
}
JOURNEY_FUNCTION(discover_map_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const auto rows = Expanded<MapDiscovery>::read_only(PG_GETARG_DATUM(0))->rows();
    // The most visited event of each stage, of which half make an event a primary one.
    std::int64_t most[max_stages] = {};
    for (const DiscoveredRow& row : rows) most[row.stage] = std::max(most[row.stage], row.customers);
    return report_array(fcinfo, rows, [&](Cells& cells, const DiscoveredRow& row) {
        char stage[32];
        snprintf(stage, sizeof stage, "stage %u", row.stage + 1);
        cells.stage(row.stage);
        cells.text(stage);
        cells.text(row.event);
        cells.text(2 * row.customers >= most[row.stage] ? "primary" : "secondary");
        cells.count(row.customers);
        cells.count(row.events);
        cells.real(row.reach);
        cells.real(row.position);
    });
}
JOURNEY_STATE_TYPE(map_discovery, MapDiscovery);
