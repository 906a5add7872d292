// What the files of the survival family share.
#pragma once

#include "core/survival.hpp"

#include "pg/arguments.hpp"
#include "pg/state_type.hpp"
#include "pg/values.hpp"

namespace journey::pg {

// Other families have helpers of the same names.
inline namespace survival_family {

// float8[] as it lies in memory; nothing if an element is NULL.
inline std::optional<std::span<const double>> numbers_argument(FunctionCallInfo fcinfo, int n,
                                                               const char* argument) {
    ArrayType* array = PG_GETARG_ARRAYTYPE_P(n);
    if (ARR_NDIM(array) > 1) {
        throw Error(ErrorCode::invalid_argument, argument, "%s must have one dimension", argument)
            .hint("Write ARRAY[1, 2.5].");
    }
    if (ARR_HASNULL(array) && array_contains_nulls(array)) return std::nullopt;
    const auto count = static_cast<std::size_t>(ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)));
    return std::span(reinterpret_cast<const double*>(ARR_DATA_PTR(array)), count);
}

// Options must be there.
inline double number_argument(FunctionCallInfo fcinfo, int n, const char* argument) {
    if (PG_ARGISNULL(n)) fail_null(argument);
    return PG_GETARG_FLOAT8(n);
}
inline std::string_view word_argument(FunctionCallInfo fcinfo, int n, const char* argument) {
    if (PG_ARGISNULL(n)) fail_null(argument);
    return text_argument(fcinfo, n);
}

inline SurvivalConfidence confidence_argument(FunctionCallInfo fcinfo, int level, int type) {
    SurvivalConfidence confidence;
    confidence.level = number_argument(fcinfo, level, "confidence");
    if (type >= 0) confidence.type = interval_type_of(word_argument(fcinfo, type, "interval_type"));
    confidence.check();
    return confidence;
}

// The columns of one row, filled from left to right; NaN is NULL.
class RowValues {
  public:
    static constexpr int most = 24;
    void add(Datum value, bool is_null = false) {
        values[size] = value;
        nulls[size++] = is_null;
    }
    void number(double value) { add(Float8GetDatum(value), value != value); }
    void count(std::int64_t value) { add(Int64GetDatum(value)); }
    void word(std::string_view value, bool is_null = false) { add(is_null ? 0 : text_datum(value), is_null); }
    void boolean(bool value) { add(BoolGetDatum(value)); }

    Datum values[most];
    bool nulls[most];
    int size = 0;
};

// The single row of a function that returns a record.
inline Datum record_datum(FunctionCallInfo fcinfo, RowValues& row) {
    TupleDesc columns;
    if (get_call_result_type(fcinfo, nullptr, &columns) != TYPEFUNC_COMPOSITE) {
        elog(ERROR, "journey: the function does not return a row");
    }
    return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(columns), row.values, row.nulls));
}

// The array of composites an aggregate returns: fill(i, row) for each.
template <class Fill>
Datum rows_datum(FunctionCallInfo fcinfo, std::size_t count, Fill fill) {
    const Oid element = get_element_type(get_fn_expr_rettype(fcinfo->flinfo));
    TupleDesc columns = BlessTupleDesc(lookup_rowtype_tupdesc_copy(element, -1));
    if (count > MaxAllocSize / sizeof(Datum) - 1) {
        throw Error(ErrorCode::limit, "", "the result has too many rows for an array")
            .hint("Use the function over a survival_table, which returns rows.");
    }
    auto* rows = static_cast<Datum*>(palloc(sizeof(Datum) * (count + 1)));
    for (std::size_t i = 0; i < count; ++i) {
        if (i % 4096 == 0) CHECK_FOR_INTERRUPTS();
        RowValues row;
        fill(i, row);
        rows[i] = HeapTupleGetDatum(heap_form_tuple(columns, row.values, row.nulls));
    }
    return PointerGetDatum(
        construct_array(rows, static_cast<int>(count), columns->tdtypeid, -1, false, TYPALIGN_DOUBLE));
}

}  // namespace survival_family

}  // namespace journey::pg
