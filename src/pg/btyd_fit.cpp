// The fits: bgnbd_fit and its sisters.

#include "core/btyd_fit.hpp"
#include "core/btyd_model.hpp"
#include "core/btyd_sample.hpp"

#include "pg/btyd_model.hpp"
#include "pg/state_type.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

using Sample = Expanded<BtydSample>;

// The unit of the row before, which is nearly always that of the next.
struct FitQuery {
    char text[32];
    std::size_t size;
    BtydUnit unit;
};

BtydUnit unit_argument(FunctionCallInfo fcinfo, int n) {
    if (PG_ARGISNULL(n)) fail_null("unit");
    auto& query =
        per_query<FitQuery>(fcinfo, [](ContextMemory& memory) { return make_in<FitQuery>(memory); });
    const std::string_view text = text_argument(fcinfo, n);
    if (query.unit.word == BtydUnit::Word::none || text != std::string_view(query.text, query.size)) {
        query.unit = parse_btyd_unit(text, "unit");
        query.size = text.copy(query.text, sizeof query.text);
    }
    return query.unit;
}

// Adds a row of the arguments after the state: the numbers, the unit (if `unit`
// is one), the number of such customers (if there is one more).
template <class Read>
Datum add_row(FunctionCallInfo fcinfo, BtydKind kind, int numbers, bool has_unit, Read read) {
    MemoryContext context = aggregate_context(fcinfo);
    const BtydUnit unit = has_unit ? unit_argument(fcinfo, 1 + numbers) : BtydUnit{};
    Sample& state = Sample::state(fcinfo, context);
    state->set(kind, unit);
    const int weight = 1 + numbers + (has_unit ? 1 : 0);
    bool complete = true;
    for (int n = 1; n < PG_NARGS(); ++n) complete = complete && !PG_ARGISNULL(n);
    std::int64_t customers = 1;
    if (PG_NARGS() > weight && !PG_ARGISNULL(weight)) customers = PG_GETARG_INT64(weight);
    if (customers < 0) {
        throw Error(ErrorCode::invalid_argument, "customers", "customers must not be negative")
            .hint("It is the number of customers with this history.");
    }
    if (customers == 0) return state.datum();
    if (complete) {
        BtydRow row = read();
        row.customers = customers;
        state->add(row);
    } else {
        state->exclude(customers);
    }
    return state.datum();
}

Datum add_history(FunctionCallInfo fcinfo, BtydKind kind) {
    return add_row(fcinfo, kind, 3, true, [&] {
        return BtydRow{static_cast<double>(PG_GETARG_INT64(1)), PG_GETARG_FLOAT8(2), PG_GETARG_FLOAT8(3)};
    });
}

}  // namespace

// (state, frequency, recency, age, unit [, customers])
JOURNEY_FUNCTION(bgnbd_add) {
    return add_history(fcinfo, BtydKind::bgnbd);
}
JOURNEY_FUNCTION(mbgnbd_add) {
    return add_history(fcinfo, BtydKind::mbgnbd);
}
JOURNEY_FUNCTION(pareto_nbd_add) {
    return add_history(fcinfo, BtydKind::pareto_nbd);
}
JOURNEY_FUNCTION(bgbb_add) {
    return add_history(fcinfo, BtydKind::bgbb);
}

// (state, frequency, age, unit [, customers])
JOURNEY_FUNCTION(nbd_add) {
    return add_row(fcinfo, BtydKind::nbd, 2, true, [&] {
        return BtydRow{static_cast<double>(PG_GETARG_INT64(1)), 0, PG_GETARG_FLOAT8(2)};
    });
}

// (state, frequency, monetary)
JOURNEY_FUNCTION(gamma_gamma_add) {
    return add_row(fcinfo, BtydKind::gamma_gamma, 2, false, [&] {
        return BtydRow{static_cast<double>(PG_GETARG_INT64(1)), PG_GETARG_FLOAT8(2), 0};
    });
}

// (state, periods, ended, unit [, customers])
JOURNEY_FUNCTION(sbg_add) {
    return add_row(fcinfo, BtydKind::sbg, 2, true, [&] {
        return BtydRow{static_cast<double>(PG_GETARG_INT64(1)), PG_GETARG_BOOL(2) ? 1.0 : 0.0, 0};
    });
}

JOURNEY_FUNCTION(btyd_combine) {
    return state_combine<BtydSample>(fcinfo);
}

JOURNEY_FUNCTION(btyd_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    BtydSample& sample = *Sample::read_only(PG_GETARG_DATUM(0));
    if (sample.empty()) PG_RETURN_NULL();
    return model_datum(btyd_fit(sample));
}

// The text form is that of bytea: hexadecimal digits.
JOURNEY_STATE_TYPE(btyd_sample, BtydSample);
