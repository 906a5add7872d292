// VARIADIC "any" arguments that must be boolean: the conditions of an aggregate over rows.
#pragma once

#include "pg/arguments.hpp"

namespace journey::pg {

// How errors call them.
struct ConditionWords {
    const char* argument;
    const char* one;
    const char* hint;
};

struct ConditionArguments {
    int first = 0;          // argument number
    bool as_array = false;  // VARIADIC ARRAY[…]: the conditions are one argument
};

// Throws if one of them is not boolean.
ConditionArguments check_conditions(FunctionCallInfo fcinfo, int first, const ConditionWords& words);

struct ConditionRow {
    std::span<const std::uint64_t> satisfied;  // 64 conditions a word
    std::size_t conditions;                    // of an array: may differ from row to row
};
// The conditions of this row, in the current memory context.
ConditionRow read_conditions(FunctionCallInfo fcinfo, const ConditionArguments& arguments,
                             const ConditionWords& words);

// Is one of them NULL? (An array that is NULL as a whole is an error, made elsewhere.)
bool any_null_condition(FunctionCallInfo fcinfo, const ConditionArguments& arguments);

// The conditions of this row if they are at most 64 and no array.
inline std::uint64_t read_few_conditions(FunctionCallInfo fcinfo, const ConditionArguments& arguments) {
    std::uint64_t satisfied = 0;
    for (int n = arguments.first, bit = 0; n < PG_NARGS(); ++n, ++bit) {
        satisfied |= static_cast<std::uint64_t>(!PG_ARGISNULL(n) && PG_GETARG_BOOL(n)) << bit;
    }
    return satisfied;
}

}  // namespace journey::pg
