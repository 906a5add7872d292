// btyd_calibration: expected against actual purchases, over customers.

#include "core/btyd_calibration.hpp"
#include "core/btyd_model.hpp"
#include "core/btyd_score.hpp"

#include "pg/btyd_model.hpp"
#include "pg/state_type.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

using Calibration = Expanded<BtydCalibration>;

Datum calibration_row(const BtydCalibration::Group& group, const char* name, TupleDesc columns) {
    const auto customers = static_cast<double>(group.customers);
    Datum values[5] = {CStringGetTextDatum(name), Int64GetDatum(group.customers),
                       Float8GetDatum(static_cast<double>(group.actual) / customers),
                       Float8GetDatum(group.expected()), Float8GetDatum(group.error())};
    bool nulls[5] = {};
    return HeapTupleGetDatum(heap_form_tuple(columns, values, nulls));
}

}  // namespace

// (state, model, frequency, recency, age, actual, horizon)
JOURNEY_FUNCTION(btyd_calibration_add) {
    MemoryContext context = aggregate_context(fcinfo);
    Calibration& state = Calibration::state(fcinfo, context);
    for (int n = 1; n < PG_NARGS(); ++n) {
        if (PG_ARGISNULL(n)) return state.datum();
    }
    const BtydModel& model = model_argument(fcinfo, 1);
    const std::int64_t frequency = PG_GETARG_INT64(2);
    const BtydHistory history{static_cast<double>(frequency), PG_GETARG_FLOAT8(3), PG_GETARG_FLOAT8(4)};
    state->add(frequency, PG_GETARG_INT64(5), btyd_expected(model, history, PG_GETARG_FLOAT8(6)));
    return state.datum();
}

JOURNEY_FUNCTION(btyd_calibration_combine) {
    return state_combine<BtydCalibration>(fcinfo);
}

JOURNEY_FUNCTION(btyd_calibration_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    BtydCalibration& state = *Calibration::read_only(PG_GETARG_DATUM(0));
    const Oid element = get_element_type(get_fn_expr_rettype(fcinfo->flinfo));
    TupleDesc columns = BlessTupleDesc(lookup_rowtype_tupdesc_copy(element, -1));
    static constexpr const char* names[BtydCalibration::groups] = {"0", "1", "2", "3", "4", "5", "6", "7+"};
    Datum rows[BtydCalibration::groups + 1];
    int count = 0;
    for (std::size_t i = 0; i < BtydCalibration::groups; ++i) {
        if (state.group(i).customers > 0) rows[count++] = calibration_row(state.group(i), names[i], columns);
    }
    if (count == 0) PG_RETURN_NULL();
    rows[count++] = calibration_row(state.total(), "all", columns);
    return PointerGetDatum(construct_array(rows, count, element, -1, false, TYPALIGN_DOUBLE));
}

JOURNEY_STATE_TYPE(btyd_calibration_state, BtydCalibration);
