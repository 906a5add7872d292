// An exact sum of doubles for many terms of everyday size: those from 2^-14 up to 2^32 are
// whole multiples of 2^-66 and are added as integers of 128 bits; others go to an
// ExactSum. So the sum does not depend on the order of the terms and is rounded once.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <memory_resource>

#include "core/exact_sum_bytes.hpp"

namespace journey {

class ValueSum {
  public:
    explicit ValueSum(std::pmr::memory_resource& memory) : others_(memory) {}

    void add(double term) {
        const auto bits = std::bit_cast<std::uint64_t>(term);
        const std::uint64_t exponent = (bits >> 52) & 2047;
        if (exponent - least_exponent >= exponents) {
            if (term != 0) others_.add(term);
            return;
        }
        const std::uint64_t digits = (bits & ((std::uint64_t{1} << 52) - 1)) | (std::uint64_t{1} << 52);
        const auto whole = static_cast<__int128>(digits) << (exponent - least_exponent);
        add(bits >> 63 != 0 ? -whole : whole);
    }
    // A part of a sum of such terms: a whole multiple, too, however small it is.
    void add_part(double part) {
        const double units = std::ldexp(part, 66);
        if (std::fabs(units) < 0x1p120 && units == std::trunc(units)) {
            add(static_cast<__int128>(units));
        } else {
            add(part);
        }
    }
    void add(const ValueSum& other) {
        others_.add(other.others_);
        add(other.units());
    }

    double value() const {
        // Doubles that do not overlap are 40 at most.
        std::byte buffer[2048];
        std::pmr::monotonic_buffer_resource memory(buffer, sizeof buffer, std::pmr::null_memory_resource());
        ExactSum sum(memory);
        sum.add(others_);
        add_units(sum);
        return sum.value();
    }

    std::size_t encoded_size() const { return 16 + exact_sum_size(others_); }
    std::byte* encode(std::byte* to) const {
        to = store(to, low_);
        to = store(to, high_);
        return store_exact_sum(to, others_);
    }
    // Into an empty sum.
    void decode(StateReader& reader) {
        low_ = reader.number<std::uint64_t>();
        high_ = reader.number<std::uint64_t>();
        read_exact_sum(reader, others_);
    }

  private:
    static constexpr std::uint64_t least_exponent = 1023 - 14, exponents = 46;

    __int128 units() const {
        return static_cast<__int128>((static_cast<unsigned __int128>(high_) << 64) | low_);
    }
    // Three parts of 43 bits, each a double without rounding.
    void add_units(ExactSum& sum) const {
        constexpr int width = 43;
        __int128 rest = units();
        for (int part = 0; part < 3; ++part, rest >>= width) {
            const auto digits = static_cast<std::int64_t>(rest);
            const std::int64_t low = part == 2 ? digits : digits & ((std::int64_t{1} << width) - 1);
            sum.add(std::ldexp(static_cast<double>(low), width * part - 66));
        }
    }
    void add(__int128 whole) {
        __int128 sum = 0;
        if (__builtin_add_overflow(units(), whole, &sum)) {
            add_units(others_);
            sum = whole;
        }
        low_ = static_cast<std::uint64_t>(static_cast<unsigned __int128>(sum));
        high_ = static_cast<std::uint64_t>(static_cast<unsigned __int128>(sum) >> 64);
    }

    // Not one __int128: memory of the host is aligned to 8 bytes.
    std::uint64_t low_ = 0, high_ = 0;
    ExactSum others_;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
