// survival_table and what is read from it: Kaplan-Meier, Nelson-Aalen, quantiles,
// restricted mean; and lengths of time as numbers.

#include "core/survival.hpp"
#include "core/survival_model.hpp"

#include "pg/survival.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

using Table = Expanded<SurvivalTable>;
using Curve = std::pmr::vector<CurvePoint>;

// A curve that lives in a memory context, which frees it.
const Curve& kept(Curve&& curve, ContextMemory& memory) {
    return *make_in<Curve>(memory, std::move(curve));
}

const Curve& plain_kaplan_meier(Datum table, const SurvivalConfidence& confidence = {}) {
    ContextMemory& memory = ContextMemory::make(CurrentMemoryContext);
    return kept(Table::read_only(table)->kaplan_meier(confidence, memory), memory);
}

void fill_row(Cells& row, const CurvePoint& point) {
    row.real(point.time);
    row.count(point.at_risk);
    row.count(point.events);
    row.count(point.censored);
    row.real(point.estimate.value);
    row.real(point.estimate.std_error);
    row.real(point.estimate.lower);
    row.real(point.estimate.upper);
}

Datum curve_array(FunctionCallInfo fcinfo, const Curve& curve) {
    return rows_datum(fcinfo, curve, fill_row);
}

struct CurveStream {
    const Curve* curve;
};

template <class Make>
Datum curve_rows(FunctionCallInfo fcinfo, Make make) {
    if (SRF_IS_FIRSTCALL() && PG_ARGISNULL(0)) {
        FuncCallContext* calls = SRF_FIRSTCALL_INIT();
        SRF_RETURN_DONE(calls);
    }
    const auto stream = row_stream<CurveStream>(fcinfo, [&](ContextMemory& memory) {
        return make_in<CurveStream>(memory, &kept(make(memory), memory));
    });
    if (stream.calls->call_cntr >= stream.state->curve->size()) SRF_RETURN_DONE(stream.calls);
    Cells row;
    fill_row(row, (*stream.state->curve)[stream.calls->call_cntr]);
    SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, row));
}

bool is_fleming_harrington(std::string_view word) {
    if (word == "nelson-aalen") return false;
    if (word == "fleming-harrington") return true;
    throw Error(ErrorCode::invalid_argument, "method", "unknown method \"%.*s\"",
                static_cast<int>(std::min<std::size_t>(word.size(), 100)), word.data())
        .hint("Valid are nelson-aalen, fleming-harrington.");
}

}  // namespace

// (state, duration, event [, entry])
JOURNEY_FUNCTION(survival_table_add) {
    MemoryContext context = aggregate_context(fcinfo);
    Table& state = Table::state(fcinfo, context);
    const bool counted = PG_NARGS() > 4;
    if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || (counted && PG_ARGISNULL(4))) {
        state->exclude();
    } else {
        std::optional<double> entry;
        if (PG_NARGS() > 3 && !PG_ARGISNULL(3)) entry = PG_GETARG_FLOAT8(3);
        state->add(PG_GETARG_FLOAT8(1), PG_GETARG_BOOL(2), entry, counted ? PG_GETARG_INT64(4) : 1);
    }
    return state.datum();
}

JOURNEY_FUNCTION(survival_table_combine) {
    return state_combine<SurvivalTable>(fcinfo);
}

JOURNEY_FUNCTION(kaplan_meier_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    return curve_array(fcinfo, plain_kaplan_meier(PG_GETARG_DATUM(0)));
}

JOURNEY_FUNCTION(nelson_aalen_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    ContextMemory& memory = ContextMemory::make(CurrentMemoryContext);
    return curve_array(fcinfo,
                       kept(Table::read_only(PG_GETARG_DATUM(0))->nelson_aalen({}, false, memory), memory));
}

JOURNEY_STATE_TYPE(survival_table, SurvivalTable);

JOURNEY_FUNCTION(kaplan_meier) {
    return curve_rows(fcinfo, [&](ContextMemory& memory) {
        return Table::read_only(PG_GETARG_DATUM(0))->kaplan_meier(confidence_argument(fcinfo, 1, 2), memory);
    });
}

JOURNEY_FUNCTION(nelson_aalen) {
    return curve_rows(fcinfo, [&](ContextMemory& memory) {
        const SurvivalConfidence confidence = confidence_argument(fcinfo, 1, 2);
        const bool one_by_one = is_fleming_harrington(word_argument(fcinfo, 3, "method"));
        return Table::read_only(PG_GETARG_DATUM(0))->nelson_aalen(confidence, one_by_one, memory);
    });
}

JOURNEY_FUNCTION(survival_at) {
    return number_or_null(fcinfo, survival_at(plain_kaplan_meier(PG_GETARG_DATUM(0)), PG_GETARG_FLOAT8(1)));
}

// Also the final function of the aggregate.
JOURNEY_FUNCTION(median_survival) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    return number_or_null(fcinfo, survival_quantile(plain_kaplan_meier(PG_GETARG_DATUM(0)), 0.5).value);
}

JOURNEY_FUNCTION(survival_quantile) {
    const SurvivalConfidence confidence = confidence_argument(fcinfo, 2, 3);
    const SurvivalEstimate found =
        survival_quantile(plain_kaplan_meier(PG_GETARG_DATUM(0), confidence), PG_GETARG_FLOAT8(1));
    Cells row;
    for (const double number : {found.value, found.lower, found.upper}) row.real(number);
    return record_datum(fcinfo, row);
}

JOURNEY_FUNCTION(restricted_mean) {
    const SurvivalConfidence confidence = confidence_argument(fcinfo, 2, -1);
    const SurvivalEstimate found =
        restricted_mean(plain_kaplan_meier(PG_GETARG_DATUM(0)), PG_GETARG_FLOAT8(1), confidence);
    Cells row;
    for (const double number : {found.value, found.std_error, found.lower, found.upper}) row.real(number);
    return record_datum(fcinfo, row);
}

JOURNEY_FUNCTION(survival_counts) {
    Table& table = Table::read_only(PG_GETARG_DATUM(0));
    Cells row;
    row.count(table->customers());
    row.count(table->events());
    row.count(table->customers() - table->events());
    row.count(table->excluded());
    row.real(table->last_time());
    return record_datum(fcinfo, row);
}

// A length of time in units of another.
JOURNEY_FUNCTION(survival_time) {
    const auto length = static_cast<double>(span_argument(fcinfo, 0, "length"));
    const Span unit = span_argument(fcinfo, 1, "unit");
    if (unit == 0) {
        throw Error(ErrorCode::invalid_argument, "unit", "unit must be longer than 0")
            .hint("Write interval '1 day'.");
    }
    PG_RETURN_FLOAT8(length / static_cast<double>(unit));
}
