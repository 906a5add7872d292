// Exact quantiles as SQL's percentile_cont defines them: linear interpolation
// between the two nearest ranks (Hyndman & Fan 1996, type 7).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

namespace journey {

// Quantile q (0..1) of at least one number; reorders them. O(n) on average. The
// result is rounded to a whole number, ties away from zero.
inline std::int64_t quantile(std::span<std::int64_t> numbers, double q) {
    const double rank = q * static_cast<double>(numbers.size() - 1);
    const auto below = static_cast<std::size_t>(std::floor(rank));
    const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(below);
    std::nth_element(numbers.begin(), middle, numbers.end());
    const double fraction = rank - static_cast<double>(below);
    if (fraction == 0 || below + 1 == numbers.size()) return *middle;
    const std::int64_t above = *std::min_element(middle + 1, numbers.end());
    return *middle + std::llround(static_cast<double>(above - *middle) * fraction);
}

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
