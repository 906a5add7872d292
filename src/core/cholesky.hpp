// A small symmetric positive definite matrix, its factor and what is solved with it.
// Written out, so that sums have one order on every machine and memory is the
// caller's.
#pragma once

#include <cmath>
#include <cstddef>
#include <memory_resource>
#include <vector>

namespace journey {

class Cholesky {
  public:
    Cholesky(std::size_t size, std::pmr::memory_resource& memory)
        : size_(size), cells_(size * size, 0.0, &memory) {}
    // The lower triangle: column <= row.
    double& at(std::size_t row, std::size_t column) { return cells_[row * size_ + column]; }
    double at(std::size_t row, std::size_t column) const { return cells_[row * size_ + column]; }
    void clear() { cells_.assign(cells_.size(), 0.0); }

    // Puts the factor in the matrix's place; false if it is not positive definite.
    bool factor() {
        for (std::size_t j = 0; j < size_; ++j) {
            const double whole = at(j, j), pivot = reduced(j, j);
            if (!(pivot > whole * 1e-14) || !std::isfinite(pivot)) return false;
            at(j, j) = std::sqrt(pivot);
            for (std::size_t i = j + 1; i < size_; ++i) at(i, j) = reduced(i, j) / at(j, j);
        }
        return true;
    }
    // Which rows keep more than `share` of their diagonal once the rows before are
    // known. Puts a factor of these rows in the matrix's place.
    std::pmr::vector<bool> independent(double share) {
        std::pmr::vector<bool> kept(size_, false, cells_.get_allocator().resource());
        for (std::size_t j = 0; j < size_; ++j) {
            const double whole = at(j, j), pivot = reduced(j, j);
            kept[j] = pivot > whole * share && whole > 0;
            at(j, j) = kept[j] ? std::sqrt(pivot) : 0;
            for (std::size_t i = j + 1; i < size_; ++i) at(i, j) = kept[j] ? reduced(i, j) / at(j, j) : 0;
        }
        return kept;
    }
    // After factor(): b becomes the solution.
    void solve(std::pmr::vector<double>& b) const {
        forward(b);
        for (std::size_t i = size_; i-- > 0;) {
            for (std::size_t k = i + 1; k < size_; ++k) b[i] -= at(k, i) * b[k];
            b[i] /= at(i, i);
        }
    }
    // After factor(): v' A^-1 v. Uses v up.
    double inverse_form(std::pmr::vector<double>& v) const {
        forward(v);
        double sum = 0;
        for (double each : v) sum += each * each;
        return sum;
    }

  private:
    double reduced(std::size_t i, std::size_t j) const {
        double sum = at(i, j);
        for (std::size_t k = 0; k < j; ++k) sum -= at(i, k) * at(j, k);
        return sum;
    }
    void forward(std::pmr::vector<double>& b) const {
        for (std::size_t i = 0; i < size_; ++i) {
            for (std::size_t k = 0; k < i; ++k) b[i] -= at(i, k) * b[k];
            b[i] /= at(i, i);
        }
    }
    std::size_t size_;
    std::pmr::vector<double> cells_;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
