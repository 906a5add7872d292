// BG/NBD (Fader, Hardie & Lee 2005) and MBG/NBD (Batislam, Denizel & Filiztekin
// 2007): purchases at a gamma-distributed rate; after each purchase (in the
// modified model also at the start) a customer leaves with a beta-distributed
// probability. Parameters r, alpha, a, b.
//
// Both rest on one process: a customer alive now who may leave only after a
// purchase. Its expectation is summed as an all-positive series
//   sum over k >= 1 of NB(k; r, t/(alpha+t)) (m_0 + … + m_{k-1}),
//   m_0 = 1, m_{j+1} = m_j (b+j)/(a+b+j)
// (k purchases would come; the j-th counts if all coins before it fell well):
// no hypergeometric function, no singular parameters, no cancellation.
#pragma once

#include <span>

#include "core/btyd_sample.hpp"
#include "core/jet.hpp"
#include "core/optimizer.hpp"

namespace journey {

struct BgNbd {
    double r, alpha, a, b;
    bool modified;  // MBG/NBD: may also leave at the start

    // Of a new customer. O(t/alpha) steps, at most some 40,000.
    double expected(double t) const;
    double probability(double n, double t) const;
    // Of a customer with a history.
    double alive(double x, double recency, double age) const;
    double expected(double x, double recency, double age, double t) const;
    double probability(double n, double x, double recency, double age, double t) const;
};

// Sum over the rows, which are ordered.
Jet bgnbd_log_likelihood(std::span<const BtydRow> rows, const Point& at, bool modified);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
