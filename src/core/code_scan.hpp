// The events of a journey that have a place, found by their codes.
#pragma once

#include <bit>
#include <cstdint>

#include "core/code_lanes.hpp"
#include "core/interrupt.hpp"
#include "core/place_table.hpp"

namespace journey {

// More codes than this are looked up one by one: comparing a word costs a little for
// each code.
inline constexpr std::uint32_t most_compared_codes = 16;

inline bool can_compare(const PackedCodes& codes, const PlaceTable& table) {
    return codes.bits != 0 && codes.bits <= 8 && table.size <= most_compared_codes;
}

// Calls add(time, place) for the events that have a place until complete().
template <class Add, class Complete>
void for_each_placed(const JourneyView& journey, const PlaceTable& table, Add add, Complete complete) {
    const std::uint32_t n = journey.size();
    Poll poll;
    if (!can_compare(journey.events(), table)) {
        for (std::uint32_t i = 0; i < n && !complete(); ++i) {
            poll();
            const std::uint8_t place = table.place_of[journey.event(i) & 255];
            if (place != PlaceTable::no_place) add(journey.time(i), place);
        }
        return;
    }
    const CodeLanes codes(journey.events(), n);
    std::uint64_t patterns[most_compared_codes];
    for (std::uint32_t i = 0; i < table.size; ++i) patterns[i] = codes.pattern(table.codes[i]);
    for (std::uint32_t chunk = 0, first = 0; first < n; ++chunk, first += codes.lanes()) {
        poll();
        const std::uint64_t word = codes.word(chunk);
        std::uint64_t found = 0;
        for (std::uint32_t i = 0; i < table.size; ++i) found |= codes.equal(word, patterns[i]);
        for (found = codes.events(chunk, found); found != 0; found &= found - 1) {
            const std::uint32_t lane = codes.lane(static_cast<std::uint32_t>(std::countr_zero(found)));
            add(journey.time(first + lane), table.place_of[codes.code(word, lane)]);
        }
        if (complete()) return;
    }
}

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
