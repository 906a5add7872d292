// attribute: the credits of one journey; attribution_report: those of all journeys, or of
// paths; spend_rows.

#include <cmath>

#include "core/attribution_credits.hpp"
#include "core/attribution_report.hpp"

#include "pg/attribution_arguments.hpp"
#include "pg/journey_argument.hpp"
#include "pg/real_arrays.hpp"
#include "pg/report.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

using Summary = Expanded<AttributionSummary>;

struct CreditStream {
    CreditStream(const AttributionRules& its_rules, std::span<const std::byte> bytes, ContextMemory& memory)
        : rules(its_rules),
          journey(bytes),
          credits(rules, journey, memory),
          events(&memory),
          channels(&memory) {
        for (std::string_view name : journey.event_names()) events.push_back(name);
        for (std::string_view name : credits.reader().channel_names()) channels.push_back(name);
    }
    const AttributionRules& rules;
    JourneyView journey;
    CreditReader credits;
    std::pmr::vector<std::string_view> events, channels;
};

// What the aggregates keep of an options row.
struct JourneyCall {
    JourneyCall(HeapTupleHeader row, ContextMemory& memory)
        : rules(attribution_rules(row, true, memory)), reader(rules, memory) {}
    const AttributionRules& rules;
    AttributionReader reader;
};
struct PathCall {
    PathCall(HeapTupleHeader row, ContextMemory& memory) : rules(attribution_rules(row, false, memory)) {}
    const AttributionRules& rules;
};

struct Spend {
    explicit Spend(ContextMemory& memory) : names(memory), costs(&memory) {}
    Dictionary names;
    std::pmr::vector<double> costs;
    std::uint32_t next = 0;
};

Spend& read_spend(FunctionCallInfo fcinfo, ContextMemory& memory) {
    auto& spend = *make_in<Spend>(memory, memory);
    if (PG_ARGISNULL(0) && PG_ARGISNULL(1)) return spend;  // array_agg of no rows
    if (PG_ARGISNULL(1)) fail_null("costs");
    const auto names = texts_argument(fcinfo, 0, "channels");
    const auto costs = reals_of(PG_GETARG_DATUM(1), "costs");
    if (names.size() != costs.size()) {
        throw Error(ErrorCode::invalid_argument, "costs", "costs must be as many as channels: %zu, not %zu",
                    names.size(), costs.size())
            .hint("Make both of the same rows: array_agg(channel), array_agg(cost).");
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (!(costs[i] >= 0) || std::isinf(costs[i])) {
            throw Error(ErrorCode::invalid_argument, "costs", "costs must be numbers from 0, not %g",
                        costs[i])
                .hint("The cost of \"%.*s\" is wrong.",
                      static_cast<int>(std::min<std::size_t>(names[i].size(), 100)), names[i].data());
        }
        const std::uint32_t code = spend.names.intern(names[i], "channels");
        if (code == spend.costs.size()) spend.costs.push_back(0);
        spend.costs[code] += costs[i];
    }
    return spend;
}

}  // namespace

// (journey, options ...): a row for each touch that gets a credit.
JOURNEY_FUNCTION(attribute) {
    if (SRF_IS_FIRSTCALL() && PG_ARGISNULL(0)) {
        FuncCallContext* calls = SRF_FIRSTCALL_INIT();
        SRF_RETURN_DONE(calls);
    }
    const auto stream = row_stream<CreditStream>(fcinfo, [&](ContextMemory& memory) {
        // The arguments do not live as long as the calls: names are copied.
        AttributionArguments given;
        for (int n = 0; n < attribution_options; ++n) {
            given.nulls[n] = PG_ARGISNULL(n + 1);
            given.values[n] = PG_GETARG_DATUM(n + 1);
        }
        for (int n : {option_conversion, option_touches, option_direct_channels, option_milestones,
                      option_unattributed}) {
            if (!given.nulls[n]) given.values[n] = PointerGetDatum(PG_DETOAST_DATUM_COPY(given.values[n]));
        }
        const AttributionRules& rules = attribution_rules(given, true, memory);
        const Datum journey = PointerGetDatum(PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(0)));
        auto* made = make_in<CreditStream>(memory, rules, bytes_of(journey), memory);
        check_unattributed(rules, made->credits.reader().channel_names());
        return made;
    });
    CreditStream& rows = *stream.state;
    CreditRow row;
    if (!rows.credits.next(row)) SRF_RETURN_DONE(stream.calls);
    const bool touched = row.touch_no != 0;
    const std::uint32_t event = rows.journey.event(row.conversion_row);
    Datum values[10] = {text_datum(attribution_model_names[static_cast<std::size_t>(row.model)]),
                        Int32GetDatum(static_cast<std::int32_t>(row.conversion_no)),
                        text_datum(rows.events[event]),
                        TimestampTzGetDatum(rows.journey.time(row.conversion_row)),
                        text_datum(touched ? rows.channels[row.channel] : rows.rules.unattributed),
                        Int32GetDatum(static_cast<std::int32_t>(row.touch_no)),
                        touched ? TimestampTzGetDatum(rows.journey.time(row.touch_row)) : Datum{0},
                        Int64GetDatum(static_cast<std::int64_t>(row.touch_row) + 1),
                        decimal_datum(row.credit),
                        row.value ? decimal_datum(*row.value) : Datum{0}};
    bool nulls[10] = {};
    nulls[5] = nulls[6] = nulls[7] = !touched;
    nulls[9] = !row.value;
    SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, values, nulls));
}

// (state, journey, options)
JOURNEY_FUNCTION(attribution_report_add) {
    MemoryContext context = aggregate_context(fcinfo);
    check_options(fcinfo, 2, "attribution_options");
    auto& call = OptionCache<JourneyCall>::get(fcinfo, 2);
    Summary& state = Summary::state(fcinfo, context);
    state->use(call.rules);
    if (!PG_ARGISNULL(1)) state->add(call.reader, journey_argument(fcinfo, 1));
    return state.datum();
}

// (state, path, conversions, value, options)
JOURNEY_FUNCTION(attribution_report_add_path) {
    MemoryContext context = aggregate_context(fcinfo);
    check_options(fcinfo, 4, "attribution_options");
    auto& call = OptionCache<PathCall>::get(fcinfo, 4);
    const PathArguments path = path_arguments(fcinfo, 1);
    Summary& state = Summary::state(fcinfo, context);
    state->use(call.rules);
    state->add_path(path.channels, path.conversions, path.value, call.rules);
    return state.datum();
}

JOURNEY_FUNCTION(attribution_report_combine) {
    return state_combine<AttributionSummary>(fcinfo);
}

JOURNEY_FUNCTION(attribution_report_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const auto rows = Summary::read_only(PG_GETARG_DATUM(0))->rows();
    return report_array(fcinfo, rows, [](Cells& cells, const AttributionRow& row) {
        cells.text(attribution_model_names[static_cast<std::size_t>(row.model)]);
        cells.text(row.channel);
        cells.datum(decimal_datum(row.conversions));
        cells.optional(row.value, decimal_datum);
        cells.datum(Float8GetDatum(row.share));
    });
}

JOURNEY_STATE_TYPE(attribution_summary, AttributionSummary);

// (channels, costs): one row for each channel, its costs summed up.
JOURNEY_FUNCTION(spend_rows) {
    const auto stream =
        row_stream<Spend>(fcinfo, [&](ContextMemory& memory) { return &read_spend(fcinfo, memory); });
    Spend& spend = *stream.state;
    if (spend.next == spend.names.size()) SRF_RETURN_DONE(stream.calls);
    Datum values[2] = {text_datum(spend.names.name(spend.next)), Float8GetDatum(spend.costs[spend.next])};
    bool nulls[2] = {};
    ++spend.next;
    SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, values, nulls));
}
