// The events of a journey that matter, by their codes of at most 8 bits: found block
// by block, without a branch for each.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/interrupt.hpp"
#include "core/journey.hpp"

namespace journey {

inline constexpr std::uint32_t code_block = 256;
inline constexpr std::uint8_t no_place = 255;

// Codes [first, first + count) as bytes; bits <= 8, first a multiple of the block.
inline void unpack_codes(const PackedCodes& codes, std::uint32_t first, std::uint32_t count,
                         std::uint8_t* to) {
    const auto* from =
        reinterpret_cast<const std::uint8_t*>(codes.data) + std::size_t{first} * codes.bits / 8;
    switch (codes.bits) {
        case 0:
            std::fill_n(to, count, std::uint8_t{0});
            break;
        case 1:
            for (std::uint32_t i = 0; i < count; ++i) to[i] = (from[i / 8] >> (i % 8)) & 1;
            break;
        case 2:
            for (std::uint32_t i = 0; i < count; ++i) to[i] = (from[i / 4] >> (i % 4 * 2)) & 3;
            break;
        case 4:
            for (std::uint32_t i = 0; i + 1 < count; i += 2) {
                to[i] = from[i / 2] & 15;
                to[i + 1] = from[i / 2] >> 4;
            }
            if (count % 2 != 0) to[count - 1] = from[count / 2] & 15;
            break;
        default:
            std::copy_n(from, count, to);
    }
}

// Calls add(time, code) for the events that have a place (the step of a funnel, the part
// of a pattern) until complete(). They are gathered without a branch, block by block:
// which they are cannot be predicted.
template <class Add, class Complete>
void for_each_placed(const JourneyView& journey, const std::uint8_t* place_of, Add add, Complete complete) {
    std::uint8_t codes[code_block];
    std::uint32_t found[code_block + 1];
    const std::uint32_t n = journey.size();
    for (std::uint32_t first = 0; first < n; first += code_block) {
        if (first % (64 * code_block) == 0) poll_interrupt();
        const std::uint32_t count = std::min(code_block, n - first);
        unpack_codes(journey.events(), first, count, codes);
        std::uint32_t places = 0;
        for (std::uint32_t i = 0; i < count; ++i) {
            found[places] = i;
            places += place_of[codes[i]] != no_place ? 1 : 0;
        }
        for (std::uint32_t k = 0; k < places; ++k) add(journey.time(first + found[k]), codes[found[k]]);
        if (complete()) return;
    }
}

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
