// Weights that double with each half-life: 2^(units / half-life), off by less than 2^-50 of
// themselves, in line.
//
// The exponent is a fixed-point number of 6 + 58 bits, so that it keeps all its digits. Its
// whole part is the exponent of the result; the next 16 bits choose two factors from
// tables, and what is left takes a polynomial of degree 2 (P. T. P. Tang, Table-driven
// implementation of the exponential function, 1989).
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <memory_resource>
#include <vector>

namespace journey {

class HalfLife {
  public:
    HalfLife() = default;  // none
    // A half-life of microseconds > 0, asked for in units of so many microseconds.
    HalfLife(std::uint64_t half_life, std::uint64_t unit)
        : furthest_(static_cast<std::uint64_t>(
              std::min(most * static_cast<Wide>(half_life) / unit, Wide{UINT64_MAX}))),
          per_unit_(static_cast<double>(unit) / static_cast<double>(half_life)) {
        // Where one unit is beyond the furthest, nothing but 0 is multiplied.
        if (furthest_ == 0) return;
        const Wide scaled = static_cast<Wide>(unit) << fraction;
        whole_ = static_cast<std::uint64_t>(scaled / half_life);
        rest_ = static_cast<std::uint64_t>((scaled % half_life << 64) / half_life);
    }

    // The most units power() takes: 60 half-lives.
    std::uint64_t furthest() const { return furthest_; }

    double power(std::uint64_t units) const {
        // Half a step more: what is left is at most half a step, either way.
        constexpr std::uint64_t half = std::uint64_t{1} << (fraction - 17);
        const std::uint64_t x =
            units * whole_ + static_cast<std::uint64_t>(static_cast<Wide>(units) * rest_ >> 64) + half;
        const auto left = static_cast<std::int64_t>(x & (2 * half - 1)) - static_cast<std::int64_t>(half);
        const double y = static_cast<double>(left) * (ln2 / (std::uint64_t{1} << fraction));
        const double whole = std::bit_cast<double>(((x >> fraction) + 1023) << 52);
        const double factor =
            whole * tables.coarse[x >> (fraction - 8) & 255] * tables.fine[x >> (fraction - 16) & 255];
        return factor + factor * (y + y * y * 0.5);
    }
    // 2^-(units / half-life), any number of them.
    double decay(std::uint64_t units) const {
        return units <= furthest_ ? 1 / power(units) : std::exp2(-static_cast<double>(units) * per_unit_);
    }

  private:
    using Wide = unsigned __int128;
    static constexpr std::uint32_t fraction = 58, most = 60;
    static constexpr double ln2 = 0.693147180559945309417232121458176568;

    struct Tables {
        std::array<double, 256> coarse{}, fine{};  // 2^(i / 256), 2^(i / 65536)
    };
    // 2^x by the series of exp, exact enough for 0 <= x < 1.
    static constexpr double two_to(long double x) {
        long double term = 1, sum = 1;
        for (int n = 1; n < 30; ++n) {
            term *= x * 0.693147180559945309417232121458176568L / n;
            sum += term;
        }
        return static_cast<double>(sum);
    }
    static constexpr Tables make() {
        Tables made;
        for (std::size_t i = 0; i < 256; ++i) {
            made.coarse[i] = two_to(static_cast<long double>(i) / 256);
            made.fine[i] = two_to(static_cast<long double>(i) / 65536);
        }
        return made;
    }
    static const Tables tables;

    std::uint64_t furthest_ = 0, whole_ = 0, rest_ = 0;
    double per_unit_ = 0;
};

inline constexpr HalfLife::Tables HalfLife::tables = HalfLife::make();

// The same for many questions of less than 2^30 units: the product of three factors, each
// chosen by ten bits. Made by 3,072 powers at most. Its memory lives as long as the resource.
class HalfLifeTable {
  public:
    HalfLifeTable(const HalfLife& half_life, std::pmr::vector<double>& memory) {
        if (half_life.furthest() >> (3 * bits) != 0) return;
        memory.resize(3 * size);
        for (std::uint32_t part = 0; part < 3; ++part) {
            const std::uint64_t last =
                std::min(half_life.furthest() >> (part * bits), std::uint64_t{size - 1});
            for (std::uint64_t i = 0; i <= last; ++i)
                memory[part * size + i] = half_life.power(i << (part * bits));
        }
        factors_ = memory.data();
    }
    // Where no half-life has so few units.
    bool empty() const { return factors_ == nullptr; }
    // For units up to furthest(); nothing is read beyond the table for any.
    double power(std::uint64_t units) const {
        return factors_[units % size] * factors_[size + (units >> bits) % size] *
               factors_[2 * size + (units >> (2 * bits)) % size];
    }

  private:
    static constexpr std::uint32_t bits = 10, size = 1u << bits;

    const double* factors_ = nullptr;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
