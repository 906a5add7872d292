// Stages of all customers: stage_stock, stage_flow and stage_time share one state.

#include "core/stage_report.hpp"

#include "pg/journey_argument.hpp"
#include "pg/map_report.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

using Kind = StageReportOptions::Kind;

Datum add(FunctionCallInfo fcinfo, const StageReportOptions& options) {
    MemoryContext context = aggregate_context(fcinfo);
    LoadedMap& loaded = map_argument(fcinfo, 2);
    auto& state = Expanded<StageReport>::state(fcinfo, context);
    if (!PG_ARGISNULL(1)) state->add(journey_argument(fcinfo, 1), loaded.reader, loaded.bytes, options);
    return state.datum();
}

}  // namespace

// (state, j, map, as_of [, backward])
JOURNEY_FUNCTION(stage_stock_add) {
    StageReportOptions options{Kind::stock, backward_argument(fcinfo, 4)};
    options.to = as_of_argument(fcinfo, 3, "as_of", false);
    return add(fcinfo, options);
}

// (state, j, map, from_ts, to_ts [, backward])
JOURNEY_FUNCTION(stage_flow_add) {
    StageReportOptions options{Kind::flow, backward_argument(fcinfo, 5)};
    options.from = as_of_argument(fcinfo, 3, "from_ts", false);
    options.to = as_of_argument(fcinfo, 4, "to_ts", false);
    if (options.to < options.from) {
        throw Error(ErrorCode::invalid_argument, "to_ts", "to_ts is before from_ts")
            .hint("Give the earlier moment first.");
    }
    return add(fcinfo, options);
}

// (state, j, map [, as_of [, backward]])
JOURNEY_FUNCTION(stage_time_add) {
    StageReportOptions options{Kind::time, backward_argument(fcinfo, 4)};
    options.to = as_of_argument(fcinfo, 3, "as_of", true);
    return add(fcinfo, options);
}

JOURNEY_FUNCTION(stage_report_combine) {
    return state_combine<StageReport>(fcinfo);
}

JOURNEY_FUNCTION(stage_stock_finish) {
    return map_report<StageReport>(fcinfo, &StageReport::stock, [](Cells& cells, const StockRow& row) {
        cells.stage(row.stage);
        cells.text(row.name);
        cells.count(row.customers);
        cells.real(row.share);
        cells.count(row.stage ? std::optional(row.deepest) : std::nullopt);
        cells.count(row.stage ? std::optional(row.ever) : std::nullopt);
        cells.length(row.median);
        cells.length(row.p90);
    });
}

JOURNEY_FUNCTION(stage_flow_finish) {
    return map_report<StageReport>(fcinfo, &StageReport::flow, [](Cells& cells, const FlowRow& row) {
        const char* direction = row.from_name == row.to_name ? "stayed"
                                : !row.to                    ? "appeared"
                                : !row.from                  ? "entered"
                                : *row.to > *row.from        ? "forward"
                                                             : "backward";
        cells.stage(row.from);
        cells.text(row.from_name);
        cells.stage(row.to);
        cells.text(row.to_name);
        cells.text(direction);
        cells.count(row.customers);
        cells.count(row.moves);
        cells.count(row.movers);
    });
}

JOURNEY_FUNCTION(stage_time_finish) {
    return map_report<StageReport>(fcinfo, &StageReport::time, [](Cells& cells, const StageTimeRow& row) {
        cells.stage(row.stage);
        cells.text(row.name);
        cells.count(row.customers);
        cells.count(row.stays);
        cells.count(row.ended);
        cells.count(row.still_there);
        const auto length = [&](std::int64_t StageTimeRow::Lengths::*which) {
            cells.length(row.took ? std::optional((*row.took).*which) : std::nullopt);
        };
        length(&StageTimeRow::Lengths::average);
        length(&StageTimeRow::Lengths::p25);
        length(&StageTimeRow::Lengths::median);
        length(&StageTimeRow::Lengths::p75);
        length(&StageTimeRow::Lengths::p90);
        length(&StageTimeRow::Lengths::longest);
    });
}

JOURNEY_STATE_TYPE(stage_summary, StageReport);
