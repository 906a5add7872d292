#include <limits>

#include "pg/real_arrays.hpp"

namespace journey::pg {

std::span<const double> reals_of(Datum datum, const char* argument, bool& has_null) {
    ArrayType* array = DatumGetArrayTypeP(datum);
    if (ARR_NDIM(array) > 1) {
        throw Error(ErrorCode::invalid_argument, argument, "%s must have one dimension", argument)
            .hint("Write ARRAY[1.5, 2].");
    }
    has_null = ARR_HASNULL(array) && array_contains_nulls(array);
    const int count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
    if (!has_null)
        return {reinterpret_cast<const double*>(ARR_DATA_PTR(array)), static_cast<std::size_t>(count)};
    Datum* elements;
    bool* nulls;
    int n;
    deconstruct_array(array, FLOAT8OID, sizeof(double), true, TYPALIGN_DOUBLE, &elements, &nulls, &n);
    auto* reals = static_cast<double*>(palloc(sizeof(double) * static_cast<Size>(n + 1)));
    for (int i = 0; i < n; ++i) {
        reals[i] = nulls[i] ? std::numeric_limits<double>::quiet_NaN() : DatumGetFloat8(elements[i]);
    }
    return {reals, static_cast<std::size_t>(n)};
}

std::span<const double> reals_of(Datum datum, const char* argument) {
    bool has_null;
    const auto reals = reals_of(datum, argument, has_null);
    if (has_null) {
        throw Error(ErrorCode::null_argument, argument, "%s must not contain nulls", argument)
            .hint("Remove them, for example with array_remove(%s, NULL).", argument);
    }
    return reals;
}

}  // namespace journey::pg
