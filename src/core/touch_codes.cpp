#include "core/touch_codes.hpp"

#include <algorithm>

#include "core/interrupt.hpp"
#include "core/unpack_codes.hpp"

namespace journey {

void TouchCodes::begin(RowRange rows) {
    rows_ = rows;
    first_ = rows.from & ~7u;
    const std::uint32_t count = rows.to - first_;
    if (codes_.size() < count) codes_.resize(count);
}

void TouchCodes::set_all(const JourneyView& journey, std::uint32_t channels,
                         std::span<const std::uint32_t> others) {
    const PackedCodes codes = journey.channels();
    const std::uint32_t shift = journey.channel_shift();
    std::uint32_t* to = codes_.data();
    Poll poll;
    if (codes.bits > 8) {
        for (std::uint32_t row = first_; row < rows_.to; ++row) {
            poll();
            const std::uint32_t code = codes[row] + shift;
            if (code > channels) fail_corrupted("channel code");
            *to++ = code;
        }
    } else {
        constexpr std::uint32_t block = 256;
        std::uint8_t unpacked[block];
        for (std::uint32_t first = first_; first < rows_.to; first += block) {
            poll();
            const std::uint32_t count = std::min(rows_.to - first, block);
            if (!unpack_codes(codes, first, count, shift, channels + 1, unpacked))
                fail_corrupted("channel code");
            to = std::copy_n(unpacked, count, to);
        }
    }
    for (const std::uint32_t row : others) {
        if (row >= rows_.to) return;
        if (row >= first_) set(row, 0);
    }
}

}  // namespace journey
