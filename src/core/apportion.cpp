#include "core/apportion.hpp"

#include <algorithm>
#include <cmath>

#include "core/memory.hpp"

namespace journey {

namespace {

constexpr std::int32_t digits = 15, most_scale = 300;

// In which a number of this magnitude has 15 digits.
std::int32_t scale_of(double magnitude) {
    if (magnitude == 0) return 0;
    return std::min(digits - 1 - static_cast<std::int32_t>(std::floor(std::log10(magnitude))), most_scale);
}

// Exact powers of ten where they are, and division where those are not: a number that
// comes from 15 digits is less than half a unit off.
double in_units(double number, std::int32_t scale) {
    return scale < 0 ? number / std::pow(10.0, -scale) : number * std::pow(10.0, scale);
}

}  // namespace

double Decimal::real() const {
    const auto whole = static_cast<double>(units);
    return scale < 0 ? whole * std::pow(10.0, -scale) : whole / std::pow(10.0, scale);
}

Decimal decimal(double number) {
    const std::int32_t scale = scale_of(std::fabs(number));
    return {std::llround(in_units(number, scale)), scale};
}

void apportion(double total, std::span<const double> parts, std::span<Decimal> to,
               std::pmr::memory_resource& memory) {
    double magnitude = std::fabs(total), sum = 0;
    bool mixed = false;
    for (double part : parts) {
        mixed = mixed || (part != 0 && std::signbit(part) != std::signbit(total));
        sum += std::fabs(part);
    }
    if (mixed) magnitude = std::max(magnitude, sum);
    const std::int32_t scale = scale_of(magnitude);
    SmallVector<double, 16> left(memory);
    SmallVector<std::uint32_t, 16> order(memory);
    std::int64_t missing = std::llround(in_units(total, scale));
    for (std::uint32_t i = 0; i < parts.size(); ++i) {
        const double scaled = in_units(parts[i], scale), whole = std::floor(scaled);
        if (parts[i] != 0 || sum == 0) order.push_back(i);
        left.push_back(scaled - whole);
        to[i] = {static_cast<std::int64_t>(whole), scale};
        missing -= to[i].units;
    }
    if (order.empty()) return;
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        if (left[a] != left[b]) return left[a] > left[b];
        return to[a].units != to[b].units ? to[a].units > to[b].units : a < b;
    });
    // Usually less than one unit for each; one too many is taken where least is left over.
    const auto shared = static_cast<std::int64_t>(order.size());
    const std::int64_t each = missing / shared, ones = missing % shared;
    for (std::int64_t i = 0; i < shared; ++i) {
        Decimal& part = to[order[static_cast<std::size_t>(ones > 0 ? i : shared - 1 - i)]];
        part.units += each;
        if (i < std::abs(ones)) part.units += ones > 0 ? 1 : -1;
    }
}

}  // namespace journey
