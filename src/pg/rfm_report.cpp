// rfm_fit, rfm_report, rfm_movement: aggregates over the RFM values of all customers.

#include "core/rfm_report.hpp"
#include "core/rfm.hpp"

#include "pg/rfm_values.hpp"
#include "pg/state_type.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

using Summary = Expanded<RfmSummary>;

// Where an aggregate's arguments after the values begin, and what they are.
struct SettingsArguments {
    int first;   // method, bins [, segments], or
    bool model;  // model [, segments]
};

struct SettingsQuery {
    std::string_view encoded;
    bool constant;
};

std::string_view read_settings(FunctionCallInfo fcinfo, SettingsArguments at, MemoryContext context) {
    MemoryContext caller = MemoryContextSwitchTo(context);
    ContextMemory& memory = ContextMemory::make(context);
    auto& settings = *make_in<RfmSettings>(memory, memory);
    int next = at.first;
    if (at.model) {
        if (PG_ARGISNULL(next)) fail_null("model");
        settings.model = bytes_argument(fcinfo, next++);
    } else if (PG_NARGS() > next) {
        if (PG_ARGISNULL(next)) fail_null("method");
        settings.method = parse_rfm_method(text_argument(fcinfo, next++));
        if (PG_ARGISNULL(next)) fail_null("bins");
        settings.bins = PG_GETARG_INT32(next++);
    }
    if (PG_NARGS() > next && !PG_ARGISNULL(next)) {
        const auto rules = texts_argument(fcinfo, next, "segments");
        settings.rules.assign(rules.begin(), rules.end());
        if (rules.empty()) RfmSegments(memory).parse(rules, settings.bins);
    }
    settings.check(memory);
    auto& encoded = *make_in<std::pmr::string>(memory, std::pmr::polymorphic_allocator<char>(&memory));
    settings.encode(encoded);
    MemoryContextSwitchTo(caller);
    return encoded;
}

std::string_view settings_of(FunctionCallInfo fcinfo, SettingsArguments at) {
    const auto& query = per_query<SettingsQuery>(fcinfo, [&](ContextMemory& memory) {
        auto* made = make_in<SettingsQuery>(memory);
        made->constant = true;
        for (int n = at.first; n < PG_NARGS(); ++n) made->constant &= is_constant_argument(fcinfo, n);
        if (made->constant) made->encoded = read_settings(fcinfo, at, memory.context());
        return made;
    });
    return query.constant ? query.encoded : read_settings(fcinfo, at, CurrentMemoryContext);
}

Datum add_value(FunctionCallInfo fcinfo, bool model) {
    MemoryContext context = aggregate_context(fcinfo);
    const std::string_view settings = settings_of(fcinfo, {2, model});
    const std::optional<RfmValue> value = rfm_value_argument(fcinfo, 1);
    Summary& state = Summary::state(fcinfo, context);
    state->set(settings);
    state->add(value);
    return state.datum();
}

Datum add_movement(FunctionCallInfo fcinfo, bool model) {
    MemoryContext context = aggregate_context(fcinfo);
    const std::string_view settings = settings_of(fcinfo, {3, model});
    const std::optional<RfmValue> before = rfm_value_argument(fcinfo, 1);
    const std::optional<RfmValue> after = rfm_value_argument(fcinfo, 2);
    Summary& state = Summary::state(fcinfo, context);
    state->set(settings);
    state->add(before, after);
    return state.datum();
}

void set_real(Datum* values, bool* nulls, int column, const std::optional<double>& real) {
    values[column] = Float8GetDatum(real.value_or(0));
    nulls[column] = !real;
}

Datum array_of(Datum* rows, std::size_t count, TupleDesc columns) {
    return PointerGetDatum(
        construct_array(rows, static_cast<int>(count), columns->tdtypeid, -1, false, TYPALIGN_DOUBLE));
}

}  // namespace

// (state, value [, method, bins [, segments]])
JOURNEY_FUNCTION(rfm_summary_add) {
    return add_value(fcinfo, false);
}
// (state, value, model [, segments])
JOURNEY_FUNCTION(rfm_summary_add_model) {
    return add_value(fcinfo, true);
}
// (state, before, after [, method, bins [, segments]])
JOURNEY_FUNCTION(rfm_summary_add_pair) {
    return add_movement(fcinfo, false);
}
// (state, before, after, model [, segments])
JOURNEY_FUNCTION(rfm_summary_add_pair_model) {
    return add_movement(fcinfo, true);
}

JOURNEY_FUNCTION(rfm_summary_combine) {
    return state_combine<RfmSummary>(fcinfo);
}

JOURNEY_FUNCTION(rfm_fit_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const RfmSummary& summary = *Summary::read_only(PG_GETARG_DATUM(0));
    if (summary.empty()) PG_RETURN_NULL();
    auto& memory = ContextMemory::make(CurrentMemoryContext);
    auto* model = make_in<RfmModel>(memory, memory);
    summary.fit(*model);
    return model_datum(*model);
}

JOURNEY_FUNCTION(rfm_report_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const RfmSummary& summary = *Summary::read_only(PG_GETARG_DATUM(0));
    TupleDesc columns = result_columns(fcinfo);
    auto& memory = ContextMemory::make(CurrentMemoryContext);
    const auto* rows = make_in<std::pmr::vector<RfmReportRow>>(memory, summary.report(memory));
    auto* data = static_cast<Datum*>(palloc(sizeof(Datum) * (rows->size() + 1)));
    for (std::size_t i = 0; i < rows->size(); ++i) {
        const RfmReportRow& row = (*rows)[i];
        Datum values[8] = {text_datum(row.segment), Int64GetDatum(row.customers), 0,
                           Float8GetDatum(row.revenue)};
        bool nulls[8] = {};
        set_real(values, nulls, 2, row.share);
        set_real(values, nulls, 4, row.revenue_share);
        nulls[5] = !row.avg_recency;
        if (row.avg_recency) values[5] = interval_datum(*row.avg_recency);
        set_real(values, nulls, 6, row.avg_frequency);
        set_real(values, nulls, 7, row.avg_monetary);
        data[i] = HeapTupleGetDatum(heap_form_tuple(columns, values, nulls));
    }
    return array_of(data, rows->size(), columns);
}

JOURNEY_FUNCTION(rfm_movement_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const RfmSummary& summary = *Summary::read_only(PG_GETARG_DATUM(0));
    TupleDesc columns = result_columns(fcinfo);
    auto& memory = ContextMemory::make(CurrentMemoryContext);
    const auto* rows = make_in<std::pmr::vector<RfmMovementRow>>(memory, summary.movement(memory));
    auto* data = static_cast<Datum*>(palloc(sizeof(Datum) * (rows->size() + 1)));
    for (std::size_t i = 0; i < rows->size(); ++i) {
        const RfmMovementRow& row = (*rows)[i];
        Datum values[4] = {0, 0, Int64GetDatum(row.customers), Float8GetDatum(row.value)};
        bool nulls[4] = {!row.from, !row.to, false, false};
        if (row.from) values[0] = text_datum(*row.from);
        if (row.to) values[1] = text_datum(*row.to);
        data[i] = HeapTupleGetDatum(heap_form_tuple(columns, values, nulls));
    }
    return array_of(data, rows->size(), columns);
}

JOURNEY_STATE_TYPE(rfm_summary, RfmSummary);
