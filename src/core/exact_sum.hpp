// A sum of doubles that does not depend on their order: the exact sum, rounded once.
//
// The sum so far is kept as a few doubles that do not overlap (J. R. Shewchuk,
// Adaptive Precision Floating-Point Arithmetic, 1997), usually one to three. Each
// term must be at most exact_sum_limit in magnitude, so that no order overflows.
#pragma once

#include <cmath>
#include <cstddef>
#include <memory_resource>

#include "core/memory.hpp"

namespace journey {

inline constexpr double exact_sum_limit = 1e290;

class ExactSum {
  public:
    explicit ExactSum(std::pmr::memory_resource& memory) : parts_(memory) {}

    void add(double term) {
        std::size_t kept = 0;
        for (double part : parts_) {
            if (std::fabs(term) < std::fabs(part)) std::swap(term, part);
            const double high = term + part;
            const double low = part - (high - term);
            if (low != 0) parts_[kept++] = low;
            term = high;
        }
        parts_.resize(kept);
        if (term != 0) parts_.push_back(term);
    }
    void add(const ExactSum& other) {
        for (double part : other.parts_) add(part);
    }

    // The double nearest to the exact sum, ties to even.
    double value() const {
        std::size_t i = parts_.size();
        if (i == 0) return 0;
        double high = parts_[--i], low = 0;
        while (i > 0) {
            const double sum = high, part = parts_[--i];
            high = sum + part;
            low = part - (high - sum);
            if (low != 0) break;
        }
        // Exactly half way: what lies below decides.
        if (i > 0 && ((low < 0 && parts_[i - 1] < 0) || (low > 0 && parts_[i - 1] > 0))) {
            const double twice = low * 2, up = high + twice;
            if (twice == up - high) return up;
        }
        return high;
    }

    std::size_t parts() const { return parts_.size(); }
    double part(std::size_t i) const { return parts_[i]; }

  private:
    SmallVector<double, 2> parts_;  // least first
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
