// The small models: NBD, Gamma-Gamma, sBG.
//
// NBD (Ehrenberg 1959): purchases at a gamma-distributed rate for ever.
// Parameters r, alpha.
//
// Gamma-Gamma (Fader & Hardie 2013): what a purchase is worth. Parameters p, q,
// gamma. The expectation of a customer without purchases needs q > 1.
//
// sBG (Fader & Hardie 2007), contractual: at the end of each period a customer
// leaves with a beta-distributed probability. Parameters alpha, beta.
#pragma once

#include <span>

#include "core/btyd_sample.hpp"
#include "core/jet.hpp"
#include "core/optimizer.hpp"

namespace journey {

struct Nbd {
    double r, alpha;
    double expected(double t) const { return r * t / alpha; }
    double probability(double n, double t) const;
    // A customer with a history is a new one of these parameters.
    Nbd after(double x, double age) const { return {r + x, alpha + age}; }
};

struct GammaGamma {
    double p, q, gamma;
    // Expected mean spend of a purchase, of a customer with x repeat purchases of
    // mean spend m. NaN where it is infinite: q <= 1 and no purchases.
    double expected(double x, double m) const;
};

struct Sbg {
    double alpha, beta;
    // The chance to stay through the first t periods; through period t if one
    // stayed before it (t >= 1).
    double survival(double t) const;
    double retention(double t) const { return (beta + t - 1) / (alpha + beta + t - 1); }
    // Expected further full periods of a customer who stayed `survived` periods,
    // at most `horizon` of them (infinity: all); the k-th counts (1 + discount)^-k.
    // Infinite where the sum is.
    double lifetime(double survived, double horizon, double discount) const;
};

Jet nbd_log_likelihood(std::span<const BtydRow> rows, const Point& at);
Jet gamma_gamma_log_likelihood(std::span<const BtydRow> rows, const Point& at);
Jet sbg_log_likelihood(std::span<const BtydRow> rows, const Point& at);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
