// transition_report: all customers' transitions as one row a pair of events.

#include "core/transition_report.hpp"
#include "core/path.hpp"

#include "pg/journey_argument.hpp"
#include "pg/path_arguments.hpp"
#include "pg/report.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

struct TransitionOptions {
    PathRules rules;
    EdgeNames edges;
};

}  // namespace

// (state, journey [, gap [, collapse [, keep, drop, starts, start_name, end_name]]])
JOURNEY_FUNCTION(transition_report_add) {
    MemoryContext context = aggregate_context(fcinfo);
    const auto options = options_of<TransitionOptions>(fcinfo, 2, [&] {
        return TransitionOptions{path_rules(fcinfo, 2, 3), edge_names(fcinfo, 7)};
    });
    auto& state = Expanded<TransitionSummary>::state(fcinfo, context);
    if (!PG_ARGISNULL(1)) state->add(journey_argument(fcinfo, 1), options.rules, options.edges);
    return state.datum();
}

JOURNEY_FUNCTION(transition_report_combine) {
    return state_combine<TransitionSummary>(fcinfo);
}

JOURNEY_FUNCTION(transition_report_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const auto rows = Expanded<TransitionSummary>::read_only(PG_GETARG_DATUM(0))->rows();
    return report_array(fcinfo, rows, [](Cells& cells, const TransitionRow& row) {
        cells.text(row.from);
        cells.text(row.to);
        cells.count(row.count);
        cells.count(row.customers);
        cells.real(row.share_out);
        cells.real(row.share_in);
        cells.length(row.took ? std::optional(row.took->median) : std::nullopt);
        cells.length(row.took ? std::optional(row.took->p95) : std::nullopt);
    });
}

JOURNEY_STATE_TYPE(transition_summary, TransitionSummary);
