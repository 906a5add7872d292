// Special functions of the models: thin covers of Boost.Math that return NaN
// where it would throw, and the few forms that must not lose digits.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>

namespace journey {

double log_gamma(double x);
double digamma(double x);
double trigamma(double x);
// I_x(a, b), the regularised incomplete beta function.
double incomplete_beta(double a, double b, double x);

// 1 / (1 + exp(-z)) without overflow.
inline double logistic(double z) {
    return z >= 0 ? 1 / (1 + std::exp(-z)) : std::exp(z) / (1 + std::exp(z));
}

// log(a (a+1) … (a+n-1)) = log Γ(a+n)/Γ(a) and its first two derivatives by a.
struct Rising {
    double log = 0, first = 0, second = 0;
};
Rising rising(double a, double n);

// The same for a growing n: O(1) for each step of 1, and no digits are lost for large a.
class RisingWalk {
  public:
    explicit RisingWalk(double a) : a_(a) {}
    const Rising& advance(double n);

  private:
    double a_, n_ = 0;
    Rising sum_;
};

// Nodes in (0, 1) and weights of a Gauss-Legendre rule of 30 points.
struct GaussRule {
    static constexpr int size = 30;
    double node[size], weight[size];
};
const GaussRule& gauss_rule();

// Adaptive integral of a smooth function over [from, to] to about 13 digits.
double integrate(double (*f)(const void*, double), const void* self, double from, double to);
template <class F>
double integrate(const F& f, double from, double to) {
    return integrate([](const void* self, double x) { return (*static_cast<const F*>(self))(x); }, &f, from,
                     to);
}

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
