// 2^x in line, for weights that halve with age: a table of 2^(i/128) and a polynomial for
// what is left (P. T. P. Tang, Table-driven implementation of the exponential function,
// 1989). Off by less than 2^-51 of the result; 0 below 2^-1000.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace journey {

namespace power_of_two_table {

inline constexpr int size = 128;
inline constexpr long double ln2 = 0.693147180559945309417232121458176568L;

// exp by its series, exact enough for 0 <= x < 1.
constexpr long double exponential(long double x) {
    long double term = 1, sum = 1;
    for (int n = 1; n < 30; ++n) {
        term *= x / n;
        sum += term;
    }
    return sum;
}
constexpr std::array<double, size> make() {
    std::array<double, size> table{};
    for (int i = 0; i < size; ++i)
        table[static_cast<std::size_t>(i)] = static_cast<double>(exponential(ln2 * i / size));
    return table;
}
inline constexpr std::array<double, size> values = make();

}  // namespace power_of_two_table

// For x up to 1000.
inline double power_of_two(double x) {
    using namespace power_of_two_table;
    if (x < -1000) return 0;
    // Adding 1.5 * 2^52 rounds to a whole number and leaves it in the low bits.
    constexpr double round = 0x1.8p52;
    const double shifted = x * size + round;
    const auto steps = static_cast<std::int32_t>(std::bit_cast<std::uint64_t>(shifted));
    const double y = (x - (shifted - round) / size) * static_cast<double>(ln2);
    const double square = y * y;
    const double polynomial =
        (1 + y) + square * ((1.0 / 2 + y * (1.0 / 6)) + square * (1.0 / 24 + y * (1.0 / 120)));
    const double scaled = values[static_cast<std::size_t>(steps & (size - 1))] * polynomial;
    const auto exponent = static_cast<std::int64_t>(steps >> 7);
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(scaled) +
                                 (static_cast<std::uint64_t>(exponent) << 52));
}

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
