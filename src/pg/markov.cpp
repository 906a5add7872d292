// markov_report and markov_transitions: removal effects, and the chain they come from.

#include "core/markov.hpp"

#include "pg/attribution_arguments.hpp"
#include "pg/journey_argument.hpp"
#include "pg/report.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

using Summary = Expanded<MarkovSummary>;

struct JourneyCall {
    JourneyCall(HeapTupleHeader row, ContextMemory& memory)
        : rules(attribution_rules(row, true, memory)), reader(rules, memory) {}
    const AttributionRules& rules;
    AttributionReader reader;
};

// Not given: 1.
std::uint32_t order_argument(FunctionCallInfo fcinfo, int n) {
    if (n >= PG_NARGS()) return 1;
    if (PG_ARGISNULL(n)) fail_null("markov_order");
    const std::int32_t order = PG_GETARG_INT32(n);
    if (order < 1 || order > static_cast<std::int32_t>(max_markov_order)) {
        throw Error(ErrorCode::invalid_argument, "markov_order", "markov_order must be 1 to %u, not %d",
                    max_markov_order, order)
            .hint("1 looks at the last channel only, 2 at the last two.");
    }
    return static_cast<std::uint32_t>(order);
}

}  // namespace

// (state, journey, options [, markov_order])
JOURNEY_FUNCTION(markov_report_add) {
    MemoryContext context = aggregate_context(fcinfo);
    check_options(fcinfo, 2, "attribution_options");
    auto& call = OptionCache<JourneyCall>::get(fcinfo, 2);
    const std::uint32_t order = order_argument(fcinfo, 3);
    Summary& state = Summary::state(fcinfo, context);
    state->use(order, call.rules.unattributed);
    if (!PG_ARGISNULL(1)) state->add(call.reader, journey_argument(fcinfo, 1));
    return state.datum();
}

// (state, path, conversions, value, nulls [, markov_order])
JOURNEY_FUNCTION(markov_report_add_path) {
    MemoryContext context = aggregate_context(fcinfo);
    const PathArguments path = path_arguments(fcinfo, 1);
    const std::uint64_t nulls = whole_argument(fcinfo, 4, "nulls");
    const std::uint32_t order = order_argument(fcinfo, 5);
    Summary& state = Summary::state(fcinfo, context);
    state->use(order, AttributionRules::usual_unattributed);
    state->add_path(path.channels, path.conversions, path.value, nulls);
    return state.datum();
}

JOURNEY_FUNCTION(markov_report_combine) {
    return state_combine<MarkovSummary>(fcinfo);
}

JOURNEY_FUNCTION(markov_report_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const auto rows = Summary::read_only(PG_GETARG_DATUM(0))->rows();
    return report_array(fcinfo, rows, [](Cells& cells, const MarkovRow& row) {
        cells.text(row.channel);
        cells.optional(row.removal_effect, [](double effect) { return Float8GetDatum(effect); });
        cells.datum(decimal_datum(row.conversions));
        cells.optional(row.value, decimal_datum);
        cells.datum(Float8GetDatum(row.share));
    });
}

JOURNEY_FUNCTION(markov_transitions_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const auto steps = Summary::read_only(PG_GETARG_DATUM(0))->steps();
    return report_array(fcinfo, steps, [](Cells& cells, const MarkovStep& step) {
        cells.text(step.from);
        cells.text(step.to);
        cells.count(static_cast<std::int64_t>(step.count));
        cells.datum(Float8GetDatum(step.probability));
    });
}

JOURNEY_STATE_TYPE(markov_summary, MarkovSummary);
