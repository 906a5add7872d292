#include <cmath>

#include "core/rfm.hpp"

#include "pg/rfm_values.hpp"
#include "pg/state_type.hpp"

namespace journey::pg {

std::optional<RfmValue> rfm_value_argument(FunctionCallInfo fcinfo, int n) {
    if (PG_ARGISNULL(n)) return std::nullopt;
    HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(n);
    TupleDesc columns = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(row), HeapTupleHeaderGetTypMod(row));
    HeapTupleData tuple;
    tuple.t_len = HeapTupleHeaderGetDatumLength(row);
    ItemPointerSetInvalid(&tuple.t_self);
    tuple.t_tableOid = InvalidOid;
    tuple.t_data = row;
    Datum values[3];
    bool nulls[3];
    heap_deform_tuple(&tuple, columns, values, nulls);
    ReleaseTupleDesc(columns);
    // A row of NULLs is what (NULL::rfm_value).* makes again.
    if (nulls[0] && nulls[1] && nulls[2]) return std::nullopt;
    constexpr const char* names[] = {"recency", "frequency", "monetary"};
    for (int i = 0; i < 3; ++i) {
        if (nulls[i]) fail_null(names[i]);
    }
    RfmValue value;
    value.recency = static_cast<std::int64_t>(span_of(*DatumGetIntervalP(values[0]), "recency"));
    value.frequency = DatumGetInt64(values[1]);
    value.monetary = DatumGetFloat8(values[2]) + 0.0;  // one zero, not two
    if (value.frequency < 0) {
        throw Error(ErrorCode::invalid_argument, "frequency", "frequency must not be negative")
            .hint("It is a number of orders.");
    }
    if (!(std::fabs(value.monetary) <= exact_sum_limit)) {
        throw Error(std::isfinite(value.monetary) ? ErrorCode::overflow : ErrorCode::invalid_argument,
                    "monetary", "monetary must be a finite number of at most 1e290")
            .hint("Leave such customers out with a WHERE clause.");
    }
    return value;
}

TupleDesc rfm_value_columns(FunctionCallInfo fcinfo) {
    MemoryContext caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
    TupleDesc columns = result_columns(fcinfo);
    MemoryContextSwitchTo(caller);
    return columns;
}

Datum rfm_value_datum(const RfmValue& value, TupleDesc columns) {
    Datum values[3] = {interval_datum(value.recency), Int64GetDatum(value.frequency),
                       Float8GetDatum(value.monetary)};
    bool nulls[3] = {};
    return HeapTupleGetDatum(heap_form_tuple(columns, values, nulls));
}

}  // namespace journey::pg
