#include "core/special.hpp"

#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/special_functions/trigamma.hpp>

namespace journey {

namespace {

namespace policies = boost::math::policies;
using Quiet = policies::policy<
    policies::domain_error<policies::ignore_error>, policies::pole_error<policies::ignore_error>,
    policies::overflow_error<policies::ignore_error>, policies::evaluation_error<policies::ignore_error>,
    policies::rounding_error<policies::ignore_error>, policies::promote_double<false>>;

GaussRule make_rule() {
    using Boost = boost::math::quadrature::gauss<double, GaussRule::size>;
    GaussRule rule = {};
    const auto& nodes = Boost::abscissa();
    const auto& weights = Boost::weights();
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const std::size_t mirror = GaussRule::size - 1 - i;
        rule.node[i] = 0.5 - nodes[i] / 2;
        rule.node[mirror] = 0.5 + nodes[i] / 2;
        rule.weight[i] = rule.weight[mirror] = weights[i] / 2;
    }
    return rule;
}

}  // namespace

double log_gamma(double x) {
    return boost::math::lgamma(x, Quiet());
}
double digamma(double x) {
    return boost::math::digamma(x, Quiet());
}
double trigamma(double x) {
    return boost::math::trigamma(x, Quiet());
}
double incomplete_beta(double a, double b, double x) {
    return boost::math::ibeta(a, b, x, Quiet());
}

Rising rising(double a, double n) {
    RisingWalk walk(a);
    return walk.advance(n);
}

const Rising& RisingWalk::advance(double n) {
    constexpr double few = 64;
    if (n - n_ > few) {
        const double from = a_ + n_, to = a_ + n;
        sum_.log += log_gamma(to) - log_gamma(from);
        sum_.first += digamma(to) - digamma(from);
        sum_.second += trigamma(to) - trigamma(from);
    } else {
        for (double i = n_; i < n; ++i) {
            const double inverse = 1 / (a_ + i);
            sum_.log += std::log(a_ + i);
            sum_.first += inverse;
            sum_.second -= inverse * inverse;
        }
    }
    n_ = n;
    return sum_;
}

const GaussRule& gauss_rule() {
    static const GaussRule rule = make_rule();
    return rule;
}

double integrate(double (*f)(const void*, double), const void* self, double from, double to) {
    if (!(from < to)) return 0;
    return boost::math::quadrature::gauss_kronrod<double, 31>::integrate([&](double x) { return f(self, x); },
                                                                         from, to, 12, 1e-13);
}

}  // namespace journey
