// BG/BB (Fader, Hardie & Shang 2010): purchases at discrete opportunities. At each
// a customer who is there buys with a beta-distributed probability, and before
// each he may leave with a beta-distributed probability. Parameters alpha, beta
// (buying), gamma, delta (leaving).
//
// Everything is a sum of positive products with rational ratios: no beta function
// can underflow.
#pragma once

#include <memory_resource>
#include <span>

#include "core/btyd_sample.hpp"
#include "core/jet.hpp"
#include "core/optimizer.hpp"

namespace journey {

struct BgBb {
    double alpha, beta, gamma, delta;

    // Of a new customer, in the first n opportunities.
    double expected(double n) const;
    double probability(double purchases, double n) const;
    // Of a customer with a history of `age` opportunities, in the next n. `alive`
    // is the chance to be there at the next opportunity.
    double alive(double x, double recency, double age) const;
    double expected(double x, double recency, double age, double n) const;
    double probability(double purchases, double x, double recency, double age, double n) const;
    // All purchases to come; the one at the k-th opportunity counts (1 + discount)^-k.
    double residual(double x, double recency, double age, double discount) const;

  private:
    // The chance that he had not left at the last opportunity.
    double was_there(double x, double recency, double age) const;
};

Jet bgbb_log_likelihood(std::span<const BtydRow> rows, const Point& at, std::pmr::memory_resource& memory);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
