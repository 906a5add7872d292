// Packed codes of up to 8 bits as bytes, eight at a time: their word is spread over the
// bytes of another in three steps, each of which moves every second half apart.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <iterator>

#include "core/encoding.hpp"
#include "core/interrupt.hpp"
#include "core/journey.hpp"

namespace journey {

// How eight codes of 1 to 8 bits are spread: what stays and what moves in each step.
struct SpreadShape {
    std::uint64_t stays[3] = {}, moves[3] = {};
    std::uint32_t by[3] = {};

    constexpr explicit SpreadShape(std::uint32_t bits) {
        for (std::uint32_t step = 0; step < 3; ++step) {
            const std::uint32_t together = 4u >> step;  // codes that stay together
            const std::uint32_t apart = 16 * together;  // bits from one pair of halves to the next
            const std::uint64_t half = (std::uint64_t{1} << (together * bits)) - 1;
            by[step] = together * (8 - bits);
            for (std::uint32_t at = 0; at < 64; at += apart) {
                stays[step] |= half << at;
                moves[step] |= half << (at + together * bits);
            }
        }
    }
    constexpr std::uint64_t spread(std::uint64_t word) const {
        for (std::uint32_t step = 0; step < 3; ++step)
            word = (word & stays[step]) | ((word & moves[step]) << by[step]);
        return word;
    }
};
inline constexpr SpreadShape spread_shapes[] = {SpreadShape(1), SpreadShape(2), SpreadShape(3),
                                                SpreadShape(4), SpreadShape(5), SpreadShape(6),
                                                SpreadShape(7), SpreadShape(8)};

// Writes n codes from number `first`, a multiple of 8, each plus `shift`, and zeros up to
// the next multiple of 8, for which there must be room. False if a code plus shift is not
// below `limit`; then what is written means nothing.
inline bool unpack_codes(PackedCodes codes, std::uint32_t first, std::uint32_t n, std::uint32_t shift,
                         std::uint32_t limit, std::uint8_t* to) {
    static_assert(std::endian::native == std::endian::little);
    constexpr std::uint64_t ones = 0x0101010101010101u, tops = ones << 7;
    if (n == 0) return true;
    if (limit <= shift) return false;
    limit = std::min(limit - shift, 256u);  // of the code itself
    if (codes.bits == 0) {
        std::fill_n(to, n, static_cast<std::uint8_t>(shift));
        std::fill_n(to + n, (8 - n % 8) % 8, std::uint8_t{0});
        return true;
    }
    const SpreadShape shape = spread_shapes[codes.bits - 1];
    const std::size_t step = codes.bits;
    const std::byte* from = codes.data + std::size_t{first} / 8 * step;
    const std::byte* end = from + (std::size_t{n} * step + 7) / 8;
    // A byte is too great if its low bits carry into its top bit, or it has that anyway;
    // beyond 128, if both.
    const bool great = limit > 128;
    const std::uint64_t carry = ones * (great ? 256 - limit : 128 - limit);
    std::uint64_t over = 0;
    const auto put = [&](std::uint64_t word, std::uint64_t real) {
        word = shape.spread(word) & real;
        const std::uint64_t carried = (word & ~tops) + carry;
        over |= great ? carried & word : carried | word;
        word += ones * shift & real;
        std::memcpy(to, &word, 8);
        to += 8;
    };
    Poll poll;
    for (; n >= 8; n -= 8, from += step) {
        poll();
        const auto left = static_cast<std::size_t>(end - from);
        // As with times: a value has at least 8 bytes before its codes.
        put(left >= 8 ? load<std::uint64_t>(from) : load<std::uint64_t>(end - 8) >> (64 - 8 * left),
            ~std::uint64_t{0});
    }
    if (n > 0) {
        const auto left = static_cast<std::size_t>(end - from);
        put(load<std::uint64_t>(end - 8) >> (64 - 8 * left), (std::uint64_t{1} << (8 * n)) - 1);
    }
    return (over & tops) == 0;
}

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
