// Pareto/NBD (Schmittlein, Morrison & Colombo 1987): purchases at a
// gamma-distributed rate, until the customer leaves after a lifetime with a
// gamma-distributed rate. Parameters r, alpha, s, beta.
//
// The likelihood is that of a customer still there plus a positive integral over
// the moment he left, by a Gauss-Legendre rule in log time: no hypergeometric
// functions, no subtraction, no case distinction; 12 digits and more.
#pragma once

#include <span>

#include "core/btyd_sample.hpp"
#include "core/jet.hpp"
#include "core/optimizer.hpp"

namespace journey {

struct ParetoNbd {
    double r, alpha, s, beta;

    // Of a new customer.
    double expected(double t) const;
    double probability(double n, double t) const;
    // Of one who bought x times until `age` and is still there.
    ParetoNbd after(double x, double age) const { return {r + x, alpha + age, s, beta + age}; }
    // Of a customer with a history.
    double alive(double x, double recency, double age) const;
    double expected(double x, double recency, double age, double t) const;
    double probability(double n, double x, double recency, double age, double t) const;
    // All purchases to come, discounted continuously at `discount` > 0 a unit of time
    // (Fader, Hardie & Lee 2005, "RFM and CLV").
    double residual(double x, double recency, double age, double discount) const;
};

Jet pareto_nbd_log_likelihood(std::span<const BtydRow> rows, const Point& at);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
