// Expected purchases of many customers by one BG/NBD or MBG/NBD model.
//
// The series of btyd_bgnbd.hpp is one of powers of w = t/(alpha+age+t):
//   (1-w)^(r+x) * sum over k >= 1 of c_k w^k,
//   c_k = (r+x)(r+x+1)…(r+x+k-1)/k! * (m_0 + … + m_{k-1})
// and the c_k depend on the model and on x alone. They are computed once for each x
// met; then a customer costs a polynomial, two logarithms and two exponentials
// instead of a division and more for each term. All terms are positive: 14 digits.
//
// Customers with very many purchases, and horizons so long that the series is (w
// beyond 0.7), go the way of btyd_bgnbd.hpp. Memory: 1 kB for each x below 64 met.
#pragma once

#include <memory_resource>

#include "core/btyd_bgnbd.hpp"
#include "core/btyd_pareto_series.hpp"
#include "core/btyd_score.hpp"

namespace journey {

class BtydSeries {
  public:
    explicit BtydSeries(std::pmr::memory_resource& memory) : memory_(&memory) {}
    BtydSeries(const BtydSeries&) = delete;
    BtydSeries& operator=(const BtydSeries&) = delete;
    ~BtydSeries() { clear(); }

    // Forgets what it knew of another model.
    void set(const BgNbd& model);
    // As BgNbd::expected of a customer with a history.
    double expected(double x, double recency, double age, double t);

  private:
    static constexpr std::size_t most_purchases = 64, block = 8, terms = 128;
    static constexpr double longest = 0.7;
    struct Coefficients {
        double rate;      // r + x
        double log_left;  // log of a/(b+x-1): of the odds to have left at the last purchase
        double of[terms];
    };
    const Coefficients& coefficients(std::size_t x);
    void clear();

    std::pmr::memory_resource* memory_;
    BgNbd model_{1, 1, 1, 1, false};
    Coefficients* known_[most_purchases] = {};
};

// btyd_expected() and btyd_alive() of many customers, with what is known of the last model.
class BtydScorer {
  public:
    explicit BtydScorer(std::pmr::memory_resource& memory) : series_(memory), pareto_(memory) {}
    // Throws for a model that does not count purchases.
    void set(const BtydModel& model);
    double expected(const BtydHistory& history, double t);
    double alive(const BtydHistory& history);

  private:
    void check(const BtydHistory& history) const;

    BtydModel model_;
    BtydSeries series_;
    ParetoSeries pareto_;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
