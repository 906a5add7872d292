// Rows on their way into ConditionRows (core/condition_rows.hpp): what the transition
// functions of window_funnel and sequence_match have in common.
//
// A Query is what a call says about all rows:
//
//   using State                    ConditionRows of its rules
//   memory, contexts               of the query, of the states
//   constant                       the rules cannot change between rows
//   pending                        HashedRows, or null if no row may be put off
//   row_rules()                    of the present row
//   lasting_rules()                the same as states may point to them
//   needs_state()                  a group has a state even if none of its rows matters
//   fail_different_rules()
#pragma once

#include <span>

#include "core/condition_rows.hpp"

#include "pg/hashed_rows.hpp"

namespace journey::pg {

// Puts a row off that satisfies these conditions, if rows may be put off and its group has
// a state.
template <class Query>
bool put_off(FunctionCallInfo fcinfo, Query& query, Time time, std::uint64_t satisfied) {
    using State = typename Query::State;
    const auto& rules = query.row_rules();
    auto* state = state_argument<State>(fcinfo, 0);
    if (state == nullptr || query.pending == nullptr || !State::is_one_word(rules, time)) return false;
    query.pending->push(state, State::word_of(time, satisfied), (satisfied != 0) | rules.keeps_all_rows());
    return true;
}

// Adds a row to the group's state. One that cannot matter does not touch it: it would not
// be in the cache.
template <class Query>
Datum add_row(FunctionCallInfo fcinfo, Query& query, Time time, std::span<const std::uint64_t> satisfied) {
    using State = typename Query::State;
    const auto& rules = query.row_rules();
    const bool matters = rules.keeps_all_rows() || !none_satisfied(satisfied);
    if (!matters && !query.needs_state() && is_finite(time)) return unchanged_state(fcinfo);
    auto* state = state_argument<State>(fcinfo, 0);
    if (state != nullptr) {
        if (!query.constant && !(state->rules() == rules)) Query::fail_different_rules();
        if (matters && State::is_one_word(rules, time) && state->add(State::word_of(time, satisfied[0])))
            PG_RETURN_POINTER(state);
        state->settle();
    }
    ContextMemory& memory = query.contexts.of(aggregate_context(fcinfo), query.memory);
    const auto& lasting = query.lasting_rules();
    if (query.needs_state()) state = State::ensure(state, lasting, memory);
    state = State::add(state, lasting, time, satisfied, memory);
    if (state == nullptr) PG_RETURN_NULL();
    PG_RETURN_POINTER(state);
}

// The group's state with every row in it; null if there is none.
template <class State>
State* settled_state(FunctionCallInfo fcinfo) {
    auto* state = state_argument<State>(fcinfo, 0);
    if (state != nullptr) state->settle();
    return state;
}

}  // namespace journey::pg
