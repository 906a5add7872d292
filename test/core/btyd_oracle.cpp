#include "btyd_oracle.hpp"

#include <boost/math/quadrature/exp_sinh.hpp>
#include <boost/math/quadrature/tanh_sinh.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

namespace journey::test {

namespace {

double gamma_density(double shape, double rate, double x) {
    return std::exp(shape * std::log(rate) + (shape - 1) * std::log(x) - rate * x - std::lgamma(shape));
}

// Mean over a gamma-distributed number; its logarithm is what is integrated, in
// pieces around where the weight lies.
template <class F>
double over_gamma(double shape, double rate, const F& f) {
    static boost::math::quadrature::exp_sinh<double> rule;
    return rule.integrate([&](double x) {
        if (x < 1e-280 || x > 1e280) return 0.0;
        const double value = gamma_density(shape, rate, x) * f(x);
        return std::isfinite(value) ? value : 0.0;
    });
}

template <class F>
double over_beta(double a, double b, const F& f) {
    static boost::math::quadrature::tanh_sinh<double> rule(12);
    const double constant = boost::math::beta(a, b);
    return rule.integrate(
        [&](double p, double complement) {
            // complement: the distance to the nearer end, exact.
            const double q = complement > 0 ? complement : 1 - p;
            const double own = complement < 0 ? -complement : p;
            return std::pow(own, a - 1) * std::pow(q, b - 1) / constant * f(own, q);
        },
        0.0, 1.0);
}

}  // namespace

Definition bgnbd_by_definition(double r, double alpha, double a, double b, bool modified, History h,
                               double t) {
    const auto mean = [&](const auto& part) {
        return over_beta(a, b, [&](double p, double q) {
            return over_gamma(r, alpha, [&](double rate) { return part(p, q, rate); });
        });
    };
    const double coins = h.x + (modified ? 1 : 0);
    const auto alive = [&](double, double q, double rate) {
        return std::pow(q, coins) * std::pow(rate, h.x) * std::exp(-rate * h.age);
    };
    const auto left = [&](double p, double q, double rate) {
        if (coins == 0) return 0.0;
        return p * std::pow(q, coins - 1) * std::pow(rate, h.x) * std::exp(-rate * h.recency);
    };
    Definition definition;
    definition.alive = mean(alive);
    definition.likelihood = definition.alive + mean(left);
    // He buys until the coin falls: a Poisson process in which each purchase is the last with chance p.
    definition.purchases = mean(
        [&](double p, double q, double rate) { return alive(p, q, rate) * -std::expm1(-rate * p * t) / p; });
    return definition;
}

Definition pareto_by_definition(double r, double alpha, double s, double beta, History h, double t) {
    const auto mean = [&](const auto& part) {
        return over_gamma(r, alpha, [&](double rate) {
            return over_gamma(s, beta, [&](double end) { return part(rate, end); });
        });
    };
    const auto alive = [&](double rate, double end) {
        return std::pow(rate, h.x) * std::exp(-(rate + end) * h.age);
    };
    Definition definition;
    definition.alive = mean(alive);
    definition.likelihood = definition.alive + mean([&](double rate, double end) {
                                return std::pow(rate, h.x) * end / (rate + end) *
                                       std::exp(-(rate + end) * h.recency) *
                                       -std::expm1(-(rate + end) * (h.age - h.recency));
                            });
    definition.purchases =
        mean([&](double rate, double end) { return alive(rate, end) * rate / end * -std::expm1(-end * t); });
    return definition;
}

Definition bgbb_by_definition(double alpha, double beta, double gamma, double delta, History h, double t) {
    const auto mean = [&](const auto& part) {
        return over_beta(alpha, beta, [&](double buys, double passes) {
            return over_beta(gamma, delta,
                             [&](double leaves, double stays) { return part(buys, passes, leaves, stays); });
        });
    };
    const auto alive = [&](double buys, double passes, double, double stays) {
        return std::pow(buys, h.x) * std::pow(passes, h.age - h.x) * std::pow(stays, h.age);
    };
    Definition definition;
    definition.alive = mean(alive);
    definition.likelihood =
        definition.alive + mean([&](double buys, double passes, double leaves, double stays) {
            double sum = 0;
            for (double k = h.recency; k < h.age; ++k) {
                sum += std::pow(buys, h.x) * std::pow(passes, k - h.x) * leaves * std::pow(stays, k);
            }
            return sum;
        });
    definition.purchases = mean([&](double buys, double passes, double leaves, double stays) {
        double sum = 0;
        for (double k = 1; k <= t; ++k) sum += buys * std::pow(stays, k);
        return alive(buys, passes, leaves, stays) * sum;
    });
    return definition;
}

double spend_by_definition(double p, double q, double gamma, double x, double m) {
    return over_gamma(q, gamma, [&](double rate) { return gamma_density(p * x, rate * x, m); });
}

double expected_spend_by_definition(double p, double q, double gamma, double x, double m) {
    return over_gamma(q, gamma, [&](double rate) { return gamma_density(p * x, rate * x, m) * p / rate; });
}

double sbg_by_definition(double alpha, double beta, double periods, bool ended) {
    return over_beta(alpha, beta, [&](double leaves, double stays) {
        return ended ? leaves * std::pow(stays, periods - 1) : std::pow(stays, periods);
    });
}

}  // namespace journey::test
