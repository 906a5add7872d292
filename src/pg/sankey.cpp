// sankey: all customers' paths as links from step to step.

#include <cstdio>

#include "core/funnel_report.hpp"
#include "core/path.hpp"
#include "core/sankey.hpp"
#include "core/transition_report.hpp"

#include "pg/journey_argument.hpp"
#include "pg/path_arguments.hpp"
#include "pg/report.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

struct SankeyCall {
    SankeyOptions options;
    PathRules rules;
};

// max_steps at n, top at n + 1.
SankeyOptions sankey_options(FunctionCallInfo fcinfo, int n) {
    SankeyOptions options;
    options.steps = count_argument(fcinfo, n, "max_steps", 2, options.steps);
    if (options.steps > max_sankey_steps) {
        throw Error(ErrorCode::limit, "max_steps", "max_steps is too large: %u", options.steps)
            .hint("A Sankey diagram has at most %u steps.", max_sankey_steps);
    }
    options.top = count_argument(fcinfo, n + 1, "top", 1, options.top);
    return options;
}

Datum node_datum(const SankeyRow::Node& node) {
    StringInfoData text;
    initStringInfo(&text);
    appendStringInfo(&text, "%u ", node.step);
    appendBinaryStringInfo(&text, node.name.data(), static_cast<int>(node.name.size()));
    return text_datum({text.data, static_cast<std::size_t>(text.len)});
}

}  // namespace

// (state, journey [, max_steps [, top [, gap [, collapse [, keep, drop, starts]]]]])
JOURNEY_FUNCTION(sankey_add) {
    MemoryContext context = aggregate_context(fcinfo);
    const auto call = options_of<SankeyCall>(fcinfo, 2, [&] {
        return SankeyCall{sankey_options(fcinfo, 2), path_rules(fcinfo, 4, 5)};
    });
    auto& state = Expanded<SankeySummary>::state(fcinfo, context);
    if (!PG_ARGISNULL(1)) state->add(journey_argument(fcinfo, 1), call.rules, call.options);
    return state.datum();
}

// (state, path [, max_steps [, top [, direction]]])
JOURNEY_FUNCTION(sankey_add_path) {
    MemoryContext context = aggregate_context(fcinfo);
    const auto options = options_of<SankeyOptions>(fcinfo, 2, [&] {
        SankeyOptions read = sankey_options(fcinfo, 2);
        if (PG_NARGS() > 4 && !PG_ARGISNULL(4)) read.backward = parse_backward(text_argument(fcinfo, 4));
        return read;
    });
    auto& state = Expanded<SankeySummary>::state(fcinfo, context);
    if (!PG_ARGISNULL(1)) state->add(texts_argument(fcinfo, 1, "path"), options);
    return state.datum();
}

JOURNEY_FUNCTION(sankey_combine) {
    return state_combine<SankeySummary>(fcinfo);
}

JOURNEY_FUNCTION(sankey_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const auto rows = Expanded<SankeySummary>::read_only(PG_GETARG_DATUM(0))->rows();
    return report_array(fcinfo, rows, [](Cells& cells, const SankeyRow& row) {
        cells.whole(static_cast<std::int32_t>(row.step_no));
        cells.datum(node_datum(row.source));
        cells.datum(node_datum(row.target));
        cells.count(row.value);
        cells.count(row.customers);
    });
}

JOURNEY_STATE_TYPE(sankey_summary, SankeySummary);
