#include "core/failure_time.hpp"

#include <boost/math/special_functions/erf.hpp>
#include <cmath>

namespace journey {

namespace {

const double log_root_two_pi = 0.5 * std::log(2 * std::acos(-1.0));

// log P(Z > z) of a standard normal, right in the far tail too.
double normal_log_survival(double z) {
    if (z < 5) return std::log(0.5 * std::erfc(z / std::sqrt(2.0)));
    // Continued fraction of Mills' ratio (Laplace): z + 1/(z + 2/(z + 3/(z + ...))).
    double fraction = z;
    for (int k = 60; k >= 1; --k) fraction = z + k / fraction;
    return -z * z / 2 - log_root_two_pi - std::log(fraction);
}

// log(1 + e^z)
double soft_plus(double z) {
    return z > 0 ? z + std::log1p(std::exp(-z)) : std::log1p(std::exp(z));
}

double logistic(double z) {
    return z > 0 ? 1 / (1 + std::exp(-z)) : std::exp(z) / (1 + std::exp(z));
}

}  // namespace

LogTerm log_density(AftDistribution distribution, double z) {
    switch (distribution) {
        case AftDistribution::exponential:
        case AftDistribution::weibull: {
            const double e = std::exp(z);
            return {z - e, 1 - e, -e};
        }
        case AftDistribution::lognormal:
            return {-z * z / 2 - log_root_two_pi, -z, -1};
        case AftDistribution::loglogistic: {
            const double p = logistic(z);
            return {z - 2 * soft_plus(z), 1 - 2 * p, -2 * p * (1 - p)};
        }
    }
    return {};
}

LogTerm log_survival(AftDistribution distribution, double z) {
    switch (distribution) {
        case AftDistribution::exponential:
        case AftDistribution::weibull: {
            const double e = std::exp(z);
            return {-e, -e, -e};
        }
        case AftDistribution::lognormal: {
            const double value = normal_log_survival(z);
            const double hazard = std::exp(-z * z / 2 - log_root_two_pi - value);
            return {value, -hazard, -hazard * (hazard - z)};
        }
        case AftDistribution::loglogistic: {
            const double p = logistic(z);
            return {-soft_plus(z), -p, -p * (1 - p)};
        }
    }
    return {};
}

double failure_quantile(AftDistribution distribution, double p) {
    switch (distribution) {
        case AftDistribution::exponential:
        case AftDistribution::weibull:
            return std::log(-std::log1p(-p));
        case AftDistribution::lognormal:
            return -std::sqrt(2.0) * boost::math::erfc_inv(2 * p);
        case AftDistribution::loglogistic:
            return std::log(p) - std::log1p(-p);
    }
    return 0;
}

}  // namespace journey
