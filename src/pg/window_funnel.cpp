// window_funnel and window_funnel_events over rows.

#include "core/window_funnel.hpp"
#include "core/funnel_policy.hpp"

#include "pg/aggregate.hpp"
#include "pg/condition_arguments.hpp"
#include "pg/condition_rows.hpp"
#include "pg/values.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

struct LastingRules {
    LastingRules(const WindowFunnelRules& its_rules, const LastingRules* its_next)
        : rules(its_rules), next(its_next) {}
    WindowFunnelRules rules;
    const LastingRules* next;
};

// What the call says about all rows: its rules, and its steps by name or by condition.
struct WindowFunnelQuery {
    using State = WindowFunnelState;
    explicit WindowFunnelQuery(ContextMemory& query_memory) : memory(query_memory) {}

    ContextMemory& memory;
    ContextMemories contexts;
    const WindowFunnelRules& row_rules() const { return rules; }
    bool needs_state() const { return !constant; }
    // The rules as states may point to them: one copy of each that occurs.
    const WindowFunnelRules& lasting_rules() {
        const LastingRules* known = lasting;
        while (known != nullptr && !(known->rules == rules)) known = known->next;
        if (known == nullptr) known = lasting = make_in<LastingRules>(memory, rules, lasting);
        return known->rules;
    }
    [[noreturn]] static void fail_different_rules() {
        throw Error(ErrorCode::invalid_argument, "within",
                    "within, mode and steps must be the same for all rows of a group")
            .hint("Add what they depend on to GROUP BY.");
    }

    WindowFunnelRules rules;
    const LastingRules* lasting = nullptr;
    ConditionArguments conditions;
    bool constant = false;       // window, mode and steps cannot change between rows
    StepNames* names = nullptr;  // by name
    std::uint64_t names_hash = 0;
    HashedRows<WindowFunnelState>* pending = nullptr;  // if rows may be put off
    Datum steps = 0;                                   // a copy of the array the names were read from
};

constexpr ConditionWords funnel_words = {
    "steps", "step",
    "Write a condition such as event = 'view', or pass the event as text (event::text) followed by an array "
    "of names."};
constexpr int mode_argument = 2;  // after state and window, if there is a mode

WindowFunnelRules read_rules(FunctionCallInfo fcinfo, bool has_mode, std::uint32_t steps) {
    FunnelOptions options(*std::pmr::null_memory_resource());
    if (has_mode) {
        if (PG_ARGISNULL(mode_argument)) fail_null("mode");
        const auto modes = text_argument(fcinfo, mode_argument);
        if (const DialectRules dialect = parse_dialect(modes); dialect.given()) {
            const Span within = span_argument(fcinfo, 1, "within");
            check_dialect_window(dialect, within);
            return {.within = within, .steps = steps, .dialect = dialect};
        }
        parse_funnel_modes(modes, options);
    }
    return {.within = span_argument(fcinfo, 1, "within"),
            .steps = steps,
            .strict_order = options.order == StepOrder::next_event,
            .deduplicate = options.deduplicate,
            .strict_increase = options.ties == Ties::strict,
            .reentry = options.reentry};
}

std::uint32_t checked_steps(std::size_t steps) {
    if (steps == 0) {
        throw Error(ErrorCode::invalid_argument, "steps", "steps must not be empty")
            .hint("Give at least one step.");
    }
    if (steps > max_steps) {
        throw Error(ErrorCode::limit, "steps", "steps has too many steps: %zu", steps)
            .hint("A funnel has at most %u steps.", max_steps);
    }
    return static_cast<std::uint32_t>(steps);
}

void put_rows_off(FunctionCallInfo fcinfo, WindowFunnelQuery& query) {
    if (!query.constant) return;
    query.pending = HashedRows<WindowFunnelState>::make(fcinfo, query.memory);
    if (query.pending != nullptr) query.rules.pending.rows = &query.pending->rows();
}

// (state, within, [mode,] ts, conditions …)
Datum add_conditions(FunctionCallInfo fcinfo, bool has_mode) {
    const int ts = has_mode ? 3 : 2;
    auto& query = per_query<WindowFunnelQuery>(fcinfo, [&](ContextMemory& memory) {
        auto* made = make_in<WindowFunnelQuery>(memory, memory);
        made->conditions = check_conditions(fcinfo, ts + 1, funnel_words);
        const auto steps = static_cast<std::size_t>(PG_NARGS() - made->conditions.first);
        made->rules = read_rules(fcinfo, has_mode, checked_steps(steps));
        made->constant = !made->conditions.as_array && is_constant_argument(fcinfo, 1) &&
                         (!has_mode || is_constant_argument(fcinfo, mode_argument));
        put_rows_off(fcinfo, *made);
        return made;
    });
    if (!query.constant) query.rules = read_rules(fcinfo, has_mode, query.rules.steps);
    if (PG_ARGISNULL(ts)) return unchanged_state(fcinfo);
    const Time time = PG_GETARG_TIMESTAMPTZ(ts);
    if (query.rules.dialect.skips_null() && any_null_condition(fcinfo, query.conditions))
        return unchanged_state(fcinfo);
    if (query.conditions.as_array || query.rules.steps > 64) {
        const ConditionRow row = read_conditions(fcinfo, query.conditions, funnel_words);
        if (query.conditions.as_array) query.rules.steps = checked_steps(row.conditions);
        return add_row(fcinfo, query, time, row.satisfied);
    }
    const std::uint64_t satisfied = read_few_conditions(fcinfo, query.conditions);
    if (put_off(fcinfo, query, time, satisfied)) PG_RETURN_DATUM(PG_GETARG_DATUM(0));
    return add_row(fcinfo, query, time, {&satisfied, 1});
}

void read_names(FunctionCallInfo fcinfo, WindowFunnelQuery& query, int steps_argument) {
    MemoryContext caller = MemoryContextSwitchTo(query.memory.context());
    const auto steps = texts_argument(fcinfo, steps_argument, "steps");
    query.steps = PointerGetDatum(PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(steps_argument)));
    MemoryContextSwitchTo(caller);
    const auto bytes = bytes_of(query.steps);
    query.names_hash = DatumGetUInt64(hash_any_extended(reinterpret_cast<const unsigned char*>(bytes.data()),
                                                        static_cast<int>(bytes.size()), 0));
    const std::uint32_t count = checked_steps(steps.size());
    query.names = make_in<StepNames>(query.memory, count, query.memory);
    for (std::uint32_t i = 0; i < count; ++i) query.names->add_step(i + 1, steps[i], "steps");
}

bool same_array(Datum a, Datum b) {
    const auto x = bytes_of(a), y = bytes_of(b);
    return x.size() == y.size() && memcmp(x.data(), y.data(), x.size()) == 0;
}

// (state, within, [mode,] ts, event, steps)
Datum add_names(FunctionCallInfo fcinfo, bool has_mode) {
    const int ts = has_mode ? 3 : 2, event = ts + 1, steps = ts + 2;
    auto& query = per_query<WindowFunnelQuery>(fcinfo, [&](ContextMemory& memory) {
        auto* made = make_in<WindowFunnelQuery>(memory, memory);
        read_names(fcinfo, *made, steps);
        made->rules = read_rules(fcinfo, has_mode, made->names->kinds().steps());
        made->rules.names = made->names_hash;
        made->constant = is_constant_argument(fcinfo, 1) && is_constant_argument(fcinfo, steps) &&
                         (!has_mode || is_constant_argument(fcinfo, mode_argument));
        put_rows_off(fcinfo, *made);
        return made;
    });
    if (!query.constant) {
        if (PG_ARGISNULL(steps)) fail_null("steps");
        if (!same_array(query.steps, PG_GETARG_DATUM(steps))) read_names(fcinfo, query, steps);
        query.rules = read_rules(fcinfo, has_mode, query.names->kinds().steps());
        query.rules.names = query.names_hash;
    }
    if (PG_ARGISNULL(ts) || PG_ARGISNULL(event)) return unchanged_state(fcinfo);
    const Time time = PG_GETARG_TIMESTAMPTZ(ts);
    const std::uint32_t kind = query.names->kind(text_argument(fcinfo, event));
    const StepKinds& kinds = query.names->kinds();
    if (put_off(fcinfo, query, time, kinds.mask(kind))) PG_RETURN_DATUM(PG_GETARG_DATUM(0));
    return add_row(fcinfo, query, time, kinds.satisfied(kind));
}

}  // namespace

JOURNEY_FUNCTION(window_funnel_add) {
    return add_conditions(fcinfo, false);
}
JOURNEY_FUNCTION(window_funnel_add_mode) {
    return add_conditions(fcinfo, true);
}
JOURNEY_FUNCTION(window_funnel_add_names) {
    return add_names(fcinfo, false);
}
JOURNEY_FUNCTION(window_funnel_add_names_mode) {
    return add_names(fcinfo, true);
}

JOURNEY_FUNCTION(window_funnel_combine) {
    auto* other = state_argument<WindowFunnelState>(fcinfo, 1);
    MemoryContext context = aggregate_context(fcinfo);
    if (other == nullptr) return unchanged_state(fcinfo);
    auto& query = per_query<WindowFunnelQuery>(
        fcinfo, [](ContextMemory& memory) { return make_in<WindowFunnelQuery>(memory, memory); });
    ContextMemory& memory = query.contexts.of(context, query.memory);
    auto* state = state_argument<WindowFunnelState>(fcinfo, 0);
    if (state == nullptr) {
        query.rules = other->rules();
    } else if (!(state->rules() == other->rules())) {
        WindowFunnelQuery::fail_different_rules();
    }
    state = WindowFunnelState::merge(state, *other, query.lasting_rules(), memory);
    PG_RETURN_POINTER(state);
}

JOURNEY_FUNCTION(window_funnel_serialise) {
    aggregate_context(fcinfo);
    ContextMemory memory;
    return journey_datum(encode(*settled_state<WindowFunnelState>(fcinfo), memory, VARHDRSZ));
}

JOURNEY_FUNCTION(window_funnel_deserialise) {
    aggregate_context(fcinfo);
    const auto bytes = bytes_argument(fcinfo, 0);
    ContextMemory& memory = ContextMemory::make(CurrentMemoryContext);
    const auto* rules = make_in<WindowFunnelRules>(memory, window_funnel_rules(bytes));
    PG_RETURN_POINTER(decode_window_funnel(bytes, *rules, memory));
}

JOURNEY_FUNCTION(window_funnel_finish) {
    aggregate_context(fcinfo);
    auto* state = settled_state<WindowFunnelState>(fcinfo);
    ContextMemory memory;
    PG_RETURN_INT32(state == nullptr ? 0 : static_cast<std::int32_t>(window_funnel_level(*state, memory)));
}

JOURNEY_FUNCTION(window_funnel_events_finish) {
    aggregate_context(fcinfo);
    auto* state = settled_state<WindowFunnelState>(fcinfo);
    if (state == nullptr) return times_datum({}, {}, 0);
    ContextMemory memory;
    const Chain chain = window_funnel_chain(*state, memory);
    return times_datum(chain.rows, chain.times, chain.level);
}
