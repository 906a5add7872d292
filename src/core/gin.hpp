// What an index over the event names of journeys is asked, and what it answers.
//
// A question is a conjunction of clauses, each a set of names of which a journey
// must have at least one: "has all of a, b" is {a} and {b}, "has any of a, b" is
// {a, b}. (A pattern asks for what its every match contains, and must be checked.)
// The index knows of each name whether a journey has it, or only that it may.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/journey.hpp"

namespace journey {

// A name longer than this many bytes is indexed by its beginning and a hash, and
// what the index says of it must be checked against the journey.
inline constexpr std::size_t max_index_name_bytes = 500;

enum class Ternary : std::uint8_t { no, yes, maybe };

// `clause_of` has the clause of each key, in ascending order from 0; `has(key)` is
// what the index says of the key. `inexact`: a yes is only a maybe.
template <class Has>
Ternary index_answer(std::span<const std::uint32_t> clause_of, bool inexact, Has has) {
    Ternary all = inexact ? Ternary::maybe : Ternary::yes;
    for (std::size_t key = 0; key < clause_of.size();) {
        Ternary any = Ternary::no;
        const std::uint32_t clause = clause_of[key];
        for (; key < clause_of.size() && clause_of[key] == clause; ++key) {
            const Ternary one = has(key);
            if (one == Ternary::yes || any == Ternary::no) any = one;
        }
        if (any == Ternary::no) return Ternary::no;
        if (any == Ternary::maybe) all = Ternary::maybe;
    }
    return all;
}

// Does an event of the journey have this name? O(names).
inline bool has_event(const JourneyView& journey, std::string_view name) {
    return journey.event_names().find(name).has_value();
}

inline bool has_all_events(const JourneyView& journey, std::span<const std::string_view> names) {
    return std::all_of(names.begin(), names.end(),
                       [&](std::string_view name) { return has_event(journey, name); });
}

inline bool has_any_event(const JourneyView& journey, std::span<const std::string_view> names) {
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view name) { return has_event(journey, name); });
}

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
