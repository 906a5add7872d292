// sequence_match, sequence_count and sequence_match_events over rows.

#include "core/sequence.hpp"
#include "core/sequence_dialect.hpp"

#include "pg/aggregate.hpp"
#include "pg/condition_arguments.hpp"
#include "pg/condition_rows.hpp"
#include "pg/values.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

constexpr ConditionWords sequence_words = {
    "conditions", "condition", "Write conditions such as event = 'view', after the pattern and ts."};
constexpr int pattern_argument = 1, mode_argument = 2;  // the mode may be missing

// A pattern that occurs in the query, compiled.
struct LastingRules {
    LastingRules(const SequenceRules& its_rules, const LastingRules* its_next)
        : rules(its_rules), next(its_next) {}
    SequenceRules rules;
    const LastingRules* next;
};

struct SequenceQuery {
    using State = SequenceState;
    explicit SequenceQuery(ContextMemory& query_memory) : memory(query_memory) {}

    const SequenceRules& row_rules() const { return *rules; }
    const SequenceRules& lasting_rules() const { return *rules; }
    // In ClickHouse's dialect a group all of whose rows satisfy nothing can have a match.
    bool needs_state() const { return !constant || rules->dialect == Dialect::clickhouse; }
    [[noreturn]] static void fail_different_rules() {
        throw Error(ErrorCode::invalid_argument, "pattern",
                    "pattern, mode and the number of conditions must be the same for all rows of a group")
            .hint("Add what they depend on to GROUP BY.");
    }

    // The rules as states may point to them: compiled once for each text.
    const SequenceRules& lasting(const SequenceRules& wanted) {
        for (const LastingRules* known = lasting_; known != nullptr; known = known->next) {
            if (known->rules == wanted) return known->rules;
        }
        auto* copy = static_cast<char*>(memory.allocate(wanted.text.size() + 1));
        memcpy(copy, wanted.text.data(), wanted.text.size());
        SequenceRules made{
            .steps = wanted.steps, .text = {copy, wanted.text.size()}, .dialect = wanted.dialect};
        if (made.dialect == Dialect::journey) {
            void* place = memory.allocate(sizeof(SequencePattern), alignof(SequencePattern));
            made.pattern = new (place) SequencePattern(made.text, made.steps, memory);
        } else {
            void* place = memory.allocate(sizeof(DialectPattern), alignof(DialectPattern));
            made.dialect_pattern = new (place) DialectPattern(made.text, made.steps, made.dialect, memory);
        }
        if (pending != nullptr) made.pending.rows = &pending->rows();
        lasting_ = make_in<LastingRules>(memory, made, lasting_);
        return lasting_->rules;
    }

    ContextMemory& memory;
    ContextMemories contexts;
    ConditionArguments conditions;
    bool constant = false;                         // pattern and mode cannot change between rows
    const SequenceRules* rules = nullptr;          // of the row before
    HashedRows<SequenceState>* pending = nullptr;  // if rows may be put off

  private:
    const LastingRules* lasting_ = nullptr;
};

std::uint32_t checked_conditions(std::size_t count) {
    if (count == 0) {
        throw Error(ErrorCode::invalid_argument, "conditions", "conditions must not be empty")
            .hint("Give at least one condition.");
    }
    if (count > max_steps) {
        throw Error(ErrorCode::limit, "conditions", "too many conditions: %zu", count)
            .hint("A pattern has at most %u conditions.", max_steps);
    }
    return static_cast<std::uint32_t>(count);
}

template <bool has_mode>
const SequenceRules& read_rules(FunctionCallInfo fcinfo, SequenceQuery& query, std::uint32_t conditions) {
    if (PG_ARGISNULL(pattern_argument)) fail_null("pattern");
    SequenceRules rules{.steps = conditions, .text = text_argument(fcinfo, pattern_argument)};
    if (has_mode) {
        if (PG_ARGISNULL(mode_argument)) fail_null("mode");
        rules.dialect = parse_sequence_mode(text_argument(fcinfo, mode_argument));
    }
    return query.lasting(rules);
}

bool skips_row(FunctionCallInfo fcinfo, const SequenceQuery& query) {
    return query.rules->dialect == Dialect::clickhouse && any_null_condition(fcinfo, query.conditions);
}

// (state, pattern, [mode,] ts, conditions …)
template <bool has_mode>
Datum add_conditions(FunctionCallInfo fcinfo) {
    constexpr int ts_argument = has_mode ? 3 : 2;
    auto& query = per_query<SequenceQuery>(fcinfo, [&](ContextMemory& memory) {
        auto* made = make_in<SequenceQuery>(memory, memory);
        made->conditions = check_conditions(fcinfo, ts_argument + 1, sequence_words);
        made->constant = !made->conditions.as_array && is_constant_argument(fcinfo, pattern_argument) &&
                         (!has_mode || is_constant_argument(fcinfo, mode_argument));
        if (made->constant) made->pending = HashedRows<SequenceState>::make(fcinfo, memory);
        const auto count = static_cast<std::size_t>(PG_NARGS() - made->conditions.first);
        if (!made->conditions.as_array)
            made->rules = &read_rules<has_mode>(fcinfo, *made, checked_conditions(count));
        return made;
    });
    if (query.conditions.as_array) {
        const ConditionRow row = read_conditions(fcinfo, query.conditions, sequence_words);
        query.rules = &read_rules<has_mode>(fcinfo, query, checked_conditions(row.conditions));
        if (PG_ARGISNULL(ts_argument)) return unchanged_state(fcinfo);
        if (has_mode && skips_row(fcinfo, query)) return unchanged_state(fcinfo);
        return add_row(fcinfo, query, PG_GETARG_TIMESTAMPTZ(ts_argument), row.satisfied);
    }
    if (!query.constant) query.rules = &read_rules<has_mode>(fcinfo, query, query.rules->steps);
    if (PG_ARGISNULL(ts_argument)) return unchanged_state(fcinfo);
    if (has_mode && skips_row(fcinfo, query)) return unchanged_state(fcinfo);
    const Time time = PG_GETARG_TIMESTAMPTZ(ts_argument);
    if (query.rules->steps > 64)
        return add_row(fcinfo, query, time,
                       read_conditions(fcinfo, query.conditions, sequence_words).satisfied);
    const std::uint64_t satisfied = read_few_conditions(fcinfo, query.conditions);
    if (put_off(fcinfo, query, time, satisfied)) PG_RETURN_DATUM(PG_GETARG_DATUM(0));
    return add_row(fcinfo, query, time, {&satisfied, 1});
}

}  // namespace

JOURNEY_FUNCTION(sequence_add) {
    return add_conditions<false>(fcinfo);
}
JOURNEY_FUNCTION(sequence_add_mode) {
    return add_conditions<true>(fcinfo);
}

JOURNEY_FUNCTION(sequence_combine) {
    auto* other = state_argument<SequenceState>(fcinfo, 1);
    MemoryContext context = aggregate_context(fcinfo);
    if (other == nullptr) return unchanged_state(fcinfo);
    auto& query = per_query<SequenceQuery>(
        fcinfo, [](ContextMemory& memory) { return make_in<SequenceQuery>(memory, memory); });
    auto* state = state_argument<SequenceState>(fcinfo, 0);
    if (state != nullptr && !(state->rules() == other->rules())) SequenceQuery::fail_different_rules();
    // A state that has come from another process is not compiled: its rows move to one that is.
    const SequenceRules& rules = query.lasting(other->rules());
    ContextMemory& memory = query.contexts.of(context, query.memory);
    PG_RETURN_POINTER(
        SequenceState::merge(SequenceState::ensure(state, rules, memory), *other, rules, memory));
}

JOURNEY_FUNCTION(sequence_serialise) {
    aggregate_context(fcinfo);
    ContextMemory memory;
    return journey_datum(encode(*settled_state<SequenceState>(fcinfo), memory, VARHDRSZ));
}

JOURNEY_FUNCTION(sequence_deserialise) {
    aggregate_context(fcinfo);
    // The rules point into the bytes, which are the caller's.
    const auto bytes = bytes_argument(fcinfo, 0);
    ContextMemory& memory = ContextMemory::make(CurrentMemoryContext);
    auto* rules = make_in<SequenceRules>(memory, sequence_rules(bytes));
    auto* copy = static_cast<char*>(memory.allocate(rules->text.size() + 1));
    memcpy(copy, rules->text.data(), rules->text.size());
    rules->text = {copy, rules->text.size()};
    PG_RETURN_POINTER(SequenceState::ensure(decode_sequence(bytes, *rules, memory), *rules, memory));
}

JOURNEY_FUNCTION(sequence_match_finish) {
    aggregate_context(fcinfo);
    if (PG_ARGISNULL(0)) PG_RETURN_BOOL(false);
    ContextMemory memory;
    PG_RETURN_BOOL(sequence_match(*settled_state<SequenceState>(fcinfo), memory));
}

JOURNEY_FUNCTION(sequence_count_finish) {
    aggregate_context(fcinfo);
    if (PG_ARGISNULL(0)) PG_RETURN_INT64(0);
    ContextMemory memory;
    PG_RETURN_INT64(sequence_count(*settled_state<SequenceState>(fcinfo), memory));
}

JOURNEY_FUNCTION(sequence_match_events_finish) {
    aggregate_context(fcinfo);
    if (PG_ARGISNULL(0)) return times_datum({}, {}, 0);
    ContextMemory memory;
    const auto times = sequence_match_events(*settled_state<SequenceState>(fcinfo), memory);
    const std::pmr::vector<std::uint32_t> rows(times.size(), 0, &memory);
    return times_datum(rows, times, times.size());
}
