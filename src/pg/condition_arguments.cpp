
#include "pg/condition_arguments.hpp"

namespace journey::pg {

ConditionArguments check_conditions(FunctionCallInfo fcinfo, int first, const ConditionWords& words) {
    const ConditionArguments arguments{first, get_fn_expr_variadic(fcinfo->flinfo)};
    const Oid wanted = arguments.as_array ? BOOLARRAYOID : BOOLOID;
    for (int n = first; n < PG_NARGS(); ++n) {
        const Oid type = get_fn_expr_argtype(fcinfo->flinfo, n);
        if (type == wanted) continue;
        throw Error(ErrorCode::invalid_argument, words.argument, "%s %d is of type %s, not boolean",
                    words.one, n - first + 1, format_type_be(type))
            .hint("%s", words.hint);
    }
    return arguments;
}

ConditionRow read_conditions(FunctionCallInfo fcinfo, const ConditionArguments& arguments,
                             const ConditionWords& words) {
    static_assert(FUNC_MAX_ARGS <= 128);
    if (!arguments.as_array) {
        auto* satisfied = static_cast<std::uint64_t*>(palloc0(sizeof(std::uint64_t) * 2));
        std::size_t count = 0;
        for (int n = arguments.first; n < PG_NARGS(); ++n, ++count) {
            if (!PG_ARGISNULL(n) && PG_GETARG_BOOL(n))
                satisfied[count / 64] |= std::uint64_t{1} << (count % 64);
        }
        return {{satisfied, (count + 63) / 64}, count};
    }
    if (PG_ARGISNULL(arguments.first)) fail_null(words.argument);
    Datum* conditions;
    bool* nulls;
    int length;
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(arguments.first), BOOLOID, 1, true, TYPALIGN_CHAR, &conditions,
                      &nulls, &length);
    const auto count = static_cast<std::size_t>(length), needed = count / 64 + 1;
    auto* satisfied = static_cast<std::uint64_t*>(palloc0(sizeof(std::uint64_t) * needed));
    for (std::size_t i = 0; i < count; ++i) {
        if (!nulls[i] && DatumGetBool(conditions[i])) satisfied[i / 64] |= std::uint64_t{1} << (i % 64);
    }
    return {{satisfied, (count + 63) / 64}, count};
}

bool any_null_condition(FunctionCallInfo fcinfo, const ConditionArguments& arguments) {
    const int first = arguments.first;
    if (arguments.as_array) return !PG_ARGISNULL(first) && array_contains_nulls(PG_GETARG_ARRAYTYPE_P(first));
    for (int n = first; n < PG_NARGS(); ++n) {
        if (PG_ARGISNULL(n)) return true;
    }
    return false;
}

}  // namespace journey::pg
