// Journeys from journeys: merged, cut by time, cleaned by event. Every function
// returns a new, canonical value; nothing of what was left out stays in its bytes.
//
// O(n log n) time where names change the order of simultaneous events, else O(n);
// 16 to 32 bytes an event while it works. `prefix` as in EventList::encode.
#pragma once

#include <memory_resource>
#include <span>
#include <string_view>

#include "core/journey.hpp"
#include "core/memory.hpp"

namespace journey {

// Bag union: every event of both.
Bytes merge(const JourneyView& a, const JourneyView& b, std::pmr::memory_resource& memory,
            std::size_t prefix);
// Every event as often as the journey has it that has it most often.
Bytes unite(const JourneyView& a, const JourneyView& b, std::pmr::memory_resource& memory,
            std::size_t prefix);

// Events with from <= time < to.
Bytes during(const JourneyView& journey, Time from, Time to, std::pmr::memory_resource& memory,
             std::size_t prefix);

using NameList = std::span<const std::string_view>;

Bytes keep_events(const JourneyView& journey, NameList events, std::pmr::memory_resource& memory,
                  std::size_t prefix);
// Leaves out the events of these names and the events on these channels.
Bytes drop_events(const JourneyView& journey, NameList events, NameList channels,
                  std::pmr::memory_resource& memory, std::size_t prefix);
// from[i] becomes to[i]; other names stay. Throws if a name is to become two, and
// blames `argument`.
Bytes relabel(const JourneyView& journey, NameList from, NameList to, const char* argument,
              std::pmr::memory_resource& memory, std::size_t prefix);
// Of each run of one event name its first (or last) event.
Bytes collapse(const JourneyView& journey, bool keep_last, std::pmr::memory_resource& memory,
               std::size_t prefix);
// From the first `from` to the first `to` after it, both included; a null bound
// is open. `found` is false, and nothing is returned, if a bound is not there.
struct Truncated {
    bool found = false;
    Bytes bytes;
};
Truncated truncate_between(const JourneyView& journey, const std::string_view* from,
                           const std::string_view* to, std::pmr::memory_resource& memory, std::size_t prefix);

// Are these the bytes this library would write for these events? Throws
// ErrorCode::corrupted if they cannot be read at all.
bool is_canonical(std::span<const std::byte> bytes, std::pmr::memory_resource& memory);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
