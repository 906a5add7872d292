// Exact sums in the bytes of a state: u32 parts, then each part as a double.
#pragma once

#include <bit>
#include <cmath>

#include "core/exact_sum.hpp"
#include "core/state_bytes.hpp"

namespace journey {

inline std::size_t exact_sum_size(const ExactSum& sum) {
    return 4 + 8 * sum.parts();
}
inline std::byte* store_exact_sum(std::byte* to, const ExactSum& sum) {
    to = store(to, static_cast<std::uint32_t>(sum.parts()));
    for (std::size_t i = 0; i < sum.parts(); ++i) to = store(to, std::bit_cast<std::uint64_t>(sum.part(i)));
    return to;
}
// Into an empty sum.
inline void read_exact_sum(StateReader& reader, ExactSum& sum) {
    const auto parts = reader.count<std::uint32_t>(8);
    for (std::uint32_t i = 0; i < parts; ++i) {
        const auto part = std::bit_cast<double>(reader.number<std::uint64_t>());
        if (!std::isfinite(part)) reader.fail("a sum is not a number");
        sum.add(part);
    }
}

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
