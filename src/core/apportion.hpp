// Parts that sum to their total to the last digit: decimals, and how a total is divided
// into them.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <span>

namespace journey {

// units / 10^scale
struct Decimal {
    std::int64_t units = 0;
    std::int32_t scale = 0;

    double real() const;
};

// The 15 digits of a double that a decimal survives in.
Decimal decimal(double number);

// Divides decimal(total) so that the parts are as near to `parts` as can be and sum to it
// exactly: all have the scale of the total, and the largest remainders are rounded up
// (Hamilton's method). What has no part gets none. If parts have different signs, the
// scale is that of the sum of their magnitudes, and the total is rounded to it.
// O(n log n).
void apportion(double total, std::span<const double> parts, std::span<Decimal> to,
               std::pmr::memory_resource& memory);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
