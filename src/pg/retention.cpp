// retention: which of the conditions a group ever met.

#include "core/retention.hpp"

#include "pg/aggregate.hpp"
#include "pg/values.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

struct RetentionQuery {
    explicit RetentionQuery(ContextMemory& query_memory) : memory(query_memory) {}
    ContextMemory& memory;
    ContextMemories contexts;
    bool as_array = false;
};

void check_conditions(FunctionCallInfo fcinfo, bool as_array) {
    for (int n = 1; n < PG_NARGS(); ++n) {
        const Oid type = get_fn_expr_argtype(fcinfo->flinfo, n);
        if (type == (as_array ? BOOLARRAYOID : BOOLOID)) continue;
        throw Error(ErrorCode::invalid_argument, "conditions", "condition %d is of type %s, not boolean", n,
                    format_type_be(type))
            .hint("Write a condition such as event = 'visit' AND ts::date = '2024-01-01'.");
    }
}

RetentionState& state_of(FunctionCallInfo fcinfo, RetentionQuery& query, std::uint32_t conditions) {
    MemoryContext context = aggregate_context(fcinfo);
    if (auto* state = state_argument<RetentionState>(fcinfo, 0)) {
        if (state->conditions() != conditions) {
            throw Error(ErrorCode::invalid_argument, "conditions", "conditions differ in number between rows")
                .hint("Give every row the same number of conditions.");
        }
        return *state;
    }
    ContextMemory& memory = query.contexts.of(context, query.memory);
    return *make_in<RetentionState>(memory, conditions, memory);
}

}  // namespace

// (state, conditions …)
JOURNEY_FUNCTION(retention_add) {
    auto& query = per_query<RetentionQuery>(fcinfo, [&](ContextMemory& memory) {
        auto* made = make_in<RetentionQuery>(memory, memory);
        made->as_array = get_fn_expr_variadic(fcinfo->flinfo);
        check_conditions(fcinfo, made->as_array);
        return made;
    });
    if (!query.as_array) {
        RetentionState& state = state_of(fcinfo, query, static_cast<std::uint32_t>(PG_NARGS() - 1));
        for (int n = 1; n < PG_NARGS(); ++n) {
            if (!PG_ARGISNULL(n) && PG_GETARG_BOOL(n)) state.set(static_cast<std::uint32_t>(n - 1));
        }
        PG_RETURN_POINTER(&state);
    }
    if (PG_ARGISNULL(1)) fail_null("conditions");
    Datum* conditions;
    bool* nulls;
    int count;
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), BOOLOID, 1, true, TYPALIGN_CHAR, &conditions, &nulls, &count);
    RetentionState& state = state_of(fcinfo, query, static_cast<std::uint32_t>(count));
    for (int i = 0; i < count; ++i) {
        if (!nulls[i] && DatumGetBool(conditions[i])) state.set(static_cast<std::uint32_t>(i));
    }
    PG_RETURN_POINTER(&state);
}

JOURNEY_FUNCTION(retention_combine) {
    auto* other = state_argument<RetentionState>(fcinfo, 1);
    aggregate_context(fcinfo);
    if (other == nullptr) return unchanged_state(fcinfo);
    auto& query = per_query<RetentionQuery>(
        fcinfo, [](ContextMemory& memory) { return make_in<RetentionQuery>(memory, memory); });
    RetentionState& state = state_of(fcinfo, query, other->conditions());
    state.add(*other);
    PG_RETURN_POINTER(&state);
}

JOURNEY_FUNCTION(retention_serialise) {
    aggregate_context(fcinfo);
    auto* state = state_argument<RetentionState>(fcinfo, 0);
    StringInfoData buffer;
    pq_begintypsend(&buffer);
    pq_sendint32(&buffer, state->conditions());
    for (std::uint64_t word : state->words()) pq_sendint64(&buffer, word);
    return PointerGetDatum(pq_endtypsend(&buffer));
}

JOURNEY_FUNCTION(retention_deserialise) {
    aggregate_context(fcinfo);
    StringInfoData buffer = message_argument(fcinfo, 0);
    ContextMemory& memory = ContextMemory::make(CurrentMemoryContext);
    auto* state =
        make_in<RetentionState>(memory, static_cast<std::uint32_t>(pq_getmsgint(&buffer, 4)), memory);
    for (std::uint64_t& word : state->words()) word = static_cast<std::uint64_t>(pq_getmsgint64(&buffer));
    PG_RETURN_POINTER(state);
}

// (state, conditions …): the conditions are there for their number only.
JOURNEY_FUNCTION(retention_finish) {
    aggregate_context(fcinfo);
    const auto* state = state_argument<RetentionState>(fcinfo, 0);
    // The final function is not told of VARIADIC; an array's length is not known without a row.
    const bool as_array = get_fn_expr_argtype(fcinfo->flinfo, 1) == BOOLARRAYOID;
    const int count =
        state != nullptr ? static_cast<int>(state->conditions()) : (as_array ? 0 : PG_NARGS() - 1);
    auto* met = static_cast<Datum*>(palloc0(sizeof(Datum) * static_cast<Size>(count + 1)));
    for (int i = 0; i < count && state != nullptr; ++i) {
        met[i] = BoolGetDatum(state->retained(static_cast<std::uint32_t>(i)));
    }
    return PointerGetDatum(construct_array(met, count, BOOLOID, 1, true, TYPALIGN_CHAR));
}
