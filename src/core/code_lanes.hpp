// Finds events by their codes, many at a time: packed codes of up to 8 bits are
// compared a word at once, as lanes of the word.
//
// A lane equals a code if their exclusive or is zero there; the lanes that are zero
// are found by arithmetic that carries into each lane's top bit and never beyond it
// (H. S. Warren, Hacker's Delight, 6-1).
#pragma once

#include <cstdint>

#include "core/journey.hpp"

namespace journey {

// How a word is cut into lanes of 1 to 8 bits: whole bytes of them.
struct LaneShape {
    std::uint32_t lanes = 0, bytes = 0, reciprocal = 0;
    std::uint64_t bottoms = 0, tops = 0, rest = 0;  // of each lane: its low bit, its top bit, those below it

    constexpr explicit LaneShape(std::uint32_t bits)
        : lanes(64 / bits & ~7u), bytes(lanes * bits / 8), reciprocal(65536 / bits + 1) {
        for (std::uint32_t lane = 0; lane < lanes; ++lane) bottoms |= std::uint64_t{1} << (lane * bits);
        tops = bottoms << (bits - 1);
        rest = tops - bottoms;
    }
};
inline constexpr LaneShape lane_shapes[] = {LaneShape(1), LaneShape(2), LaneShape(3), LaneShape(4),
                                            LaneShape(5), LaneShape(6), LaneShape(7), LaneShape(8)};

// The codes of n events, 1 to 8 bits each, in chunks that fit a word.
class CodeLanes {
  public:
    CodeLanes(const PackedCodes& codes, std::uint32_t n)
        : shape_(lane_shapes[codes.bits - 1]),
          data_(codes.data),
          n_(n),
          bits_(codes.bits),
          bytes_((std::size_t{n} * codes.bits + 7) / 8) {}

    // Events in a chunk; the next chunk has the next.
    std::uint32_t lanes() const { return shape_.lanes; }

    // The codes of a chunk; what lies beyond its lanes is noise.
    std::uint64_t word(std::uint32_t chunk) const {
        const std::size_t at = std::size_t{chunk} * shape_.bytes;
        const std::size_t left = bytes_ - at;
        if (left >= 8) return load<std::uint64_t>(data_ + at);
        // As with times: a value has at least 8 bytes before its codes.
        return load<std::uint64_t>(data_ + bytes_ - 8) >> (64 - 8 * left);
    }
    // A code in every lane.
    std::uint64_t pattern(std::uint32_t code) const { return code * shape_.bottoms; }
    // The top bit of each lane in which the two are equal.
    std::uint64_t equal(std::uint64_t word, std::uint64_t pattern) const {
        const std::uint64_t other = word ^ pattern;
        return ~(((other & shape_.rest) + shape_.rest) | other) & shape_.tops;
    }
    // Of such bits those that belong to events.
    std::uint64_t events(std::uint32_t chunk, std::uint64_t found) const {
        const std::uint32_t left = n_ - chunk * shape_.lanes;
        return left >= shape_.lanes ? found : found & ((std::uint64_t{1} << (left * bits_)) - 1);
    }
    // The lane of a bit, and the code in a lane.
    std::uint32_t lane(std::uint32_t bit) const { return bit * shape_.reciprocal >> 16; }
    std::uint32_t code(std::uint64_t word, std::uint32_t lane) const {
        return static_cast<std::uint32_t>(word >> (lane * bits_)) & ((1u << bits_) - 1);
    }

  private:
    LaneShape shape_;
    const std::byte* data_;
    std::uint32_t n_, bits_;
    std::size_t bytes_;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
