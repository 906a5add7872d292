// roc_auc, log_loss, calibration_report: scores against what happened.

#include "core/lead_quality.hpp"

#include "pg/state_type.hpp"
#include "pg/values.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

using Outcomes = Expanded<ScoredOutcomes>;
constexpr std::int32_t deciles = 10;

}  // namespace

// (state, probability, converted [, bins])
JOURNEY_FUNCTION(scored_outcomes_add) {
    MemoryContext context = aggregate_context(fcinfo);
    Outcomes& state = Outcomes::state(fcinfo, context);
    if (PG_NARGS() > 3) {
        if (PG_ARGISNULL(3)) fail_null("bins");
        state->set_bins(PG_GETARG_INT32(3));
    }
    if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2)) state->add(PG_GETARG_FLOAT8(1), PG_GETARG_BOOL(2));
    return state.datum();
}

JOURNEY_FUNCTION(scored_outcomes_combine) {
    return state_combine<ScoredOutcomes>(fcinfo);
}

JOURNEY_FUNCTION(roc_auc_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const std::optional<double> auc = Outcomes::read_only(PG_GETARG_DATUM(0))->auc();
    if (!auc) PG_RETURN_NULL();
    PG_RETURN_FLOAT8(*auc);
}

JOURNEY_FUNCTION(log_loss_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const std::optional<double> loss = Outcomes::read_only(PG_GETARG_DATUM(0))->log_loss();
    if (!loss) PG_RETURN_NULL();
    PG_RETURN_FLOAT8(*loss);
}

JOURNEY_FUNCTION(calibration_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    ScoredOutcomes& scores = *Outcomes::read_only(PG_GETARG_DATUM(0));
    TupleDesc columns = result_columns(fcinfo);
    auto& memory = ContextMemory::make(CurrentMemoryContext);
    const auto* rows = make_in<std::pmr::vector<CalibrationRow>>(
        memory, scores.calibration(scores.bins() == 0 ? deciles : scores.bins()));
    auto* data = static_cast<Datum*>(palloc(sizeof(Datum) * (rows->size() + 1)));
    for (std::size_t i = 0; i < rows->size(); ++i) {
        const CalibrationRow& row = (*rows)[i];
        Datum values[7] = {Int32GetDatum(row.bin),        Int64GetDatum(row.customers),
                           Float8GetDatum(row.lowest),    Float8GetDatum(row.highest),
                           Float8GetDatum(row.predicted), Float8GetDatum(row.observed),
                           Int64GetDatum(row.conversions)};
        bool nulls[7] = {};
        data[i] = HeapTupleGetDatum(heap_form_tuple(columns, values, nulls));
    }
    return PointerGetDatum(
        construct_array(data, static_cast<int>(rows->size()), columns->tdtypeid, -1, false, TYPALIGN_DOUBLE));
}

JOURNEY_STATE_TYPE(scored_outcomes, ScoredOutcomes);
