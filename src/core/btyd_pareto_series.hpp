// The chance of many customers to be alive by one Pareto/NBD model.
//
// The series of btyd_pareto_nbd.cpp, with its brackets taken apart, is
//   P(d/A) - (A/B)^q * P(d/B),  P(w) = sum over k of a_k w^k,  a_k = (c)_k/k! / (q+k),
// and the a_k depend on the model and on the number of purchases alone. They are computed
// once for each number met; then a customer costs two polynomials, evaluated at once. The
// difference loses a digit at most, since customers whose last purchase was just now go the
// way of btyd_pareto_nbd.cpp, as do those with very many purchases or a long series: 13
// digits. Memory: 1 kB for each number of purchases below 64 met.
#pragma once

#include <memory_resource>

#include "core/btyd_pareto_nbd.hpp"

namespace journey {

class ParetoSeries {
  public:
    explicit ParetoSeries(std::pmr::memory_resource& memory) : memory_(&memory) {}
    ParetoSeries(const ParetoSeries&) = delete;
    ParetoSeries& operator=(const ParetoSeries&) = delete;
    ~ParetoSeries() { clear(); }

    // Forgets what it knew of another model.
    void set(const ParetoNbd& model);
    // As ParetoNbd::alive.
    double alive(double x, double recency, double age);

  private:
    static constexpr std::size_t most_purchases = 64, block = 8, terms = 120;
    static constexpr double longest = 0.5;
    struct Coefficients {
        double of[terms];
    };
    const Coefficients& coefficients(std::size_t x);
    void clear();

    std::pmr::memory_resource* memory_;
    ParetoNbd model_{1, 1, 1, 1};
    Coefficients* known_[most_purchases] = {};
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
