// sequence_next_node: the value that follows, or precedes, a chain of rows.

#include "core/sequence_next_node.hpp"

#include "pg/aggregate.hpp"
#include "pg/values.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

// All groups share one dictionary: a value is looked up once a row, kept once a query.
struct NextNodeQuery {
    explicit NextNodeQuery(ContextMemory& query_memory) : memory(query_memory), values(query_memory) {}
    ContextMemory& memory;
    ContextMemories contexts;
    Dictionary values;
    NextNodeRules rules;
    bool as_array = false;  // VARIADIC ARRAY[…]: the steps are one argument
    bool constant = false;  // direction and base cannot change between rows
};

// (state, direction, base, ts, value, base_condition [, steps …])
constexpr int direction_argument = 1, base_argument = 2, ts_argument = 3, value_argument = 4,
              condition_argument = 5, first_step = 6;

void check_steps(FunctionCallInfo fcinfo, bool as_array) {
    for (int n = first_step; n < PG_NARGS(); ++n) {
        const Oid type = get_fn_expr_argtype(fcinfo->flinfo, n);
        if (type == (as_array ? BOOLARRAYOID : BOOLOID)) continue;
        throw Error(ErrorCode::invalid_argument, "steps", "step %d is of type %s, not boolean",
                    n - first_step + 1, format_type_be(type))
            .hint("Write a condition such as page = '/basket'.");
    }
}

NextNodeRules read_rules(FunctionCallInfo fcinfo, std::uint32_t steps) {
    if (PG_ARGISNULL(direction_argument)) fail_null("direction");
    if (PG_ARGISNULL(base_argument)) fail_null("base");
    return parse_next_node(text_argument(fcinfo, direction_argument), text_argument(fcinfo, base_argument),
                           steps);
}

NextNodeQuery& query_of(FunctionCallInfo fcinfo) {
    return per_query<NextNodeQuery>(
        fcinfo, [](ContextMemory& memory) { return make_in<NextNodeQuery>(memory, memory); });
}

NextNodeQuery& query_for_rows(FunctionCallInfo fcinfo) {
    return per_query<NextNodeQuery>(fcinfo, [&](ContextMemory& memory) {
        auto* made = make_in<NextNodeQuery>(memory, memory);
        made->as_array = PG_NARGS() > first_step && get_fn_expr_variadic(fcinfo->flinfo);
        check_steps(fcinfo, made->as_array);
        made->constant = !made->as_array && is_constant_argument(fcinfo, direction_argument) &&
                         is_constant_argument(fcinfo, base_argument);
        if (made->constant)
            made->rules = read_rules(fcinfo, static_cast<std::uint32_t>(PG_NARGS() - first_step));
        return made;
    });
}

// What the row satisfies; `count` is the number of steps.
NextNodeSteps read_steps(FunctionCallInfo fcinfo, bool as_array, std::uint32_t& count) {
    NextNodeSteps steps;
    if (!as_array) {
        count = static_cast<std::uint32_t>(PG_NARGS() - first_step);
        for (std::uint32_t step = 1; step <= count && step <= max_next_node_steps; ++step) {
            const int n = first_step + static_cast<int>(step) - 1;
            if (!PG_ARGISNULL(n) && PG_GETARG_BOOL(n)) steps.set(step);
        }
        return steps;
    }
    if (PG_ARGISNULL(first_step)) fail_null("steps");
    Datum* conditions;
    bool* nulls;
    int length;
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(first_step), BOOLOID, 1, true, TYPALIGN_CHAR, &conditions, &nulls,
                      &length);
    count = static_cast<std::uint32_t>(length);
    for (std::uint32_t step = 1; step <= count && step <= max_next_node_steps; ++step) {
        if (!nulls[step - 1] && DatumGetBool(conditions[step - 1])) steps.set(step);
    }
    return steps;
}

NextNodeState& state_of(FunctionCallInfo fcinfo, NextNodeQuery& query, const NextNodeRules& rules) {
    MemoryContext context = aggregate_context(fcinfo);
    if (auto* state = state_argument<NextNodeState>(fcinfo, 0)) {
        if (!(state->rules() == rules)) {
            throw Error(ErrorCode::invalid_argument, "direction",
                        "direction, base and the number of steps must be the same for all rows of a group")
                .hint("Add what they depend on to GROUP BY.");
        }
        return *state;
    }
    ContextMemory& memory = query.contexts.of(context, query.memory);
    return *make_in<NextNodeState>(memory, rules, query.values, memory);
}

// A partial state between processes, not yet unpacked.
struct PackedState {
    varlena* bytes;
};

}  // namespace

JOURNEY_FUNCTION(sequence_next_node_add) {
    NextNodeQuery& query = query_for_rows(fcinfo);
    std::uint32_t count = 0;
    const NextNodeSteps steps = read_steps(fcinfo, query.as_array, count);
    if (!query.constant) query.rules = read_rules(fcinfo, count);
    if (PG_ARGISNULL(ts_argument) || PG_ARGISNULL(value_argument)) return unchanged_state(fcinfo);
    const std::string_view value = text_argument(fcinfo, value_argument);
    NextNodeState& state = state_of(fcinfo, query, query.rules);
    state.add(PG_GETARG_TIMESTAMPTZ(ts_argument), value,
              !PG_ARGISNULL(condition_argument) && PG_GETARG_BOOL(condition_argument), steps);
    PG_RETURN_POINTER(&state);
}

JOURNEY_FUNCTION(sequence_next_node_combine) {
    const auto* packed = state_argument<PackedState>(fcinfo, 1);
    aggregate_context(fcinfo);
    if (packed == nullptr) return unchanged_state(fcinfo);
    NextNodeQuery& query = query_of(fcinfo);
    const auto bytes = bytes_of(PointerGetDatum(packed->bytes));
    NextNodeState& state = state_of(fcinfo, query, NextNodeState::rules_of(bytes));
    state.add_encoded(bytes);
    PG_RETURN_POINTER(&state);
}

JOURNEY_FUNCTION(sequence_next_node_serialise) {
    aggregate_context(fcinfo);
    ContextMemory memory;
    return journey_datum(state_argument<NextNodeState>(fcinfo, 0)->encode(memory, VARHDRSZ));
}

JOURNEY_FUNCTION(sequence_next_node_deserialise) {
    aggregate_context(fcinfo);
    auto* packed = static_cast<PackedState*>(palloc(sizeof(PackedState)));
    packed->bytes = PG_GETARG_BYTEA_P(0);
    PG_RETURN_POINTER(packed);
}

JOURNEY_FUNCTION(sequence_next_node_finish) {
    aggregate_context(fcinfo);
    const auto* state = state_argument<NextNodeState>(fcinfo, 0);
    if (state == nullptr) PG_RETURN_NULL();
    std::optional<std::string_view> value;
    {
        ContextMemory memory;
        value = state->answer(memory);
    }
    if (!value.has_value()) PG_RETURN_NULL();
    return text_datum(*value);
}
