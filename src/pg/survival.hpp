// What the files of the survival family share.
#pragma once

#include "core/survival.hpp"

#include "pg/arguments.hpp"
#include "pg/report.hpp"

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

// NaN is NULL.
inline Datum number_or_null(FunctionCallInfo fcinfo, double number) {
    if (number != number) PG_RETURN_NULL();
    PG_RETURN_FLOAT8(number);
}

// The array of composites an aggregate returns: fill(cells, row) for each row.
template <class Rows, class Fill>
Datum rows_datum(FunctionCallInfo fcinfo, const Rows& rows, Fill fill) {
    if (rows.size() > MaxAllocSize / sizeof(Datum) - 1) {
        throw Error(ErrorCode::limit, "", "the result has too many rows for an array")
            .hint("Use the function over a survival_table, which returns rows.");
    }
    return report_array(fcinfo, rows, fill);
}

}  // namespace survival_family

}  // namespace journey::pg
