#include "core/btyd_simple.hpp"

#include <cmath>
#include <limits>

#include "core/interrupt.hpp"

namespace journey {

double Nbd::probability(double n, double t) const {
    if (t <= 0) return n == 0 ? 1 : 0;
    return std::exp(rising(r, n).log - log_gamma(n + 1) - r * std::log1p(t / alpha) +
                    (n > 0 ? n * std::log(t / (alpha + t)) : 0));
}

double GammaGamma::expected(double x, double m) const {
    const double weight = p * x + q - 1;
    if (!(weight > 0) || (x > 0 && !(m > 0))) return std::numeric_limits<double>::quiet_NaN();
    return x == 0 ? p * gamma / weight : p * (gamma + m * x) / weight;
}

double Sbg::survival(double t) const {
    return std::exp(rising(beta, t).log - rising(alpha + beta, t).log);
}

double Sbg::lifetime(double survived, double horizon, double discount) const {
    const double b = beta + survived;
    if (std::isinf(horizon) && discount == 0) {
        return alpha > 1 ? b / (alpha - 1) : std::numeric_limits<double>::infinity();
    }
    double there = 1, sum = 0;
    Poll poll;
    for (double k = 0; k < horizon; ++k) {
        there *= (b + k) / (alpha + b + k) / (1 + discount);
        sum += there;
        if (there <= 1e-17 * sum * discount / (1 + discount)) break;
        poll();
    }
    return sum;
}

// As in the literature without the term x log T - log x!, which holds no parameter.
Jet nbd_log_likelihood(std::span<const BtydRow> rows, const Point& at) {
    const double r = at[0], alpha = at[1];
    RisingWalk rate(r);
    Jet sum;
    Poll poll;
    for (const BtydRow& row : rows) {
        poll();
        const double inverse = 1 / (alpha + row.age), power = r + row.x;
        Jet own;
        own.add(0, rate.advance(row.x));
        const double log_share = -std::log1p(row.age / alpha);
        own.value += r * log_share - row.x * std::log(alpha + row.age);
        own.gradient[0] += log_share;
        own.gradient[1] += r / alpha - power * inverse;
        own.second(0, 1) += 1 / alpha - inverse;
        own.second(1, 1) += power * inverse * inverse - r / (alpha * alpha);
        sum.add(own, static_cast<double>(row.customers));
    }
    return sum;
}

// log L = lg(px+q) - lg(px) - lg(q) + q log g + (px-1) log m + px log x - (px+q) log(g+mx).
Jet gamma_gamma_log_likelihood(std::span<const BtydRow> rows, const Point& at) {
    const double p = at[0], q = at[1], gamma = at[2];
    const double log_gamma_q = log_gamma(q), digamma_q = digamma(q), trigamma_q = trigamma(q);
    Jet sum, common;
    double common_x = -1;
    Poll poll;
    for (const BtydRow& row : rows) {
        poll();
        const double x = row.x, m = row.recency, shape = p * x;
        if (x != common_x) {
            const double both = trigamma(shape + q), rate = digamma(shape + q);
            common = Jet();
            common.value = log_gamma(shape + q) - log_gamma(shape) - log_gamma_q + shape * std::log(x);
            common.gradient[0] = x * (rate - digamma(shape) + std::log(x));
            common.gradient[1] = rate - digamma_q;
            common.second(0, 0) = x * x * (both - trigamma(shape));
            common.second(0, 1) = x * both;
            common.second(1, 1) = both - trigamma_q;
            common_x = x;
        }
        const double total = gamma + m * x, inverse = 1 / total;
        const double log_share = std::log(gamma * inverse), log_mean = std::log(m * inverse);
        Jet own = common;
        own.value += q * log_share + shape * log_mean - std::log(m);
        own.gradient[0] += x * log_mean;
        own.gradient[1] += log_share;
        own.gradient[2] += q / gamma - (shape + q) * inverse;
        own.second(0, 2) -= x * inverse;
        own.second(1, 2) += 1 / gamma - inverse;
        own.second(2, 2) += (shape + q) * inverse * inverse - q / (gamma * gamma);
        sum.add(own, static_cast<double>(row.customers));
    }
    return sum;
}

Jet sbg_log_likelihood(std::span<const BtydRow> rows, const Point& at) {
    const double alpha = at[0], beta = at[1];
    RisingWalk stays(beta), all(alpha + beta), stayed(beta);
    Jet sum;
    for (const BtydRow& row : rows) {
        Jet own;
        own.add_of_sum(0, 1, all.advance(row.x), -1);
        if (row.recency > 0) {
            own.add(1, stayed.advance(row.x - 1));
            own.add_log(0, alpha);
        } else {
            own.add(1, stays.advance(row.x));
        }
        sum.add(own, static_cast<double>(row.customers));
    }
    return sum;
}

}  // namespace journey
