#include "core/btyd_bgnbd.hpp"

#include <algorithm>
#include <cmath>

#include "core/interrupt.hpp"

namespace journey {

namespace {

// The process of a customer who is alive and leaves only after purchases.
struct Alive {
    double r, alpha, a, b;

    double expected(double t) const {
        constexpr double longest_series = 1000;
        return t / alpha > longest_series ? by_quadrature(t) : by_series(t);
    }
    double probability(double n, double t) const;

  private:
    double by_series(double t) const;
    double by_quadrature(double t) const;
};

double Alive::by_series(double t) const {
    const double w = t / (alpha + t);
    // The first term, NB(0), may be below the smallest number: the terms are
    // counted in units of exp(scale).
    double scale = -r * std::log1p(t / alpha);
    double term = r * w, coins = 1, survived = 1, sum = 0;
    const double most_likely = (r * t - alpha) / alpha;
    Poll poll;
    for (double k = 1;; ++k) {
        const double part = term * survived;
        sum += part;
        if (k > most_likely && part <= 1e-17 * sum * (1 - w)) break;
        coins *= (b + k - 1) / (a + b + k - 1);
        survived += coins;
        term *= (r + k) * w / (k + 1);
        if (term > 1e250) {
            term *= 1e-250;
            sum *= 1e-250;
            scale += 250 * std::log(10.0);
        }
        poll();
    }
    return sum * std::exp(scale);
}

// For horizons so long that the series is: with g(p) = (1 - (1 + p t/alpha)^-r)/p
// the expectation is that of g over Beta(a, b); by parts it has no spike at 0:
// g(1) + integral of I_p(a, b) (-g'(p)) dp, by s = log(1 + p t/alpha).
double Alive::by_quadrature(double t) const {
    const double ratio = t / alpha;
    const auto slope = [&](double s) {
        const double u = std::expm1(s);
        if (u <= 0) return 0.0;
        const double share = std::clamp(incomplete_beta(a, b, std::min(1.0, u / ratio)), 0.0, 1.0);
        const double bend = r * u < 1e-4 ? r * (r + 1) / 2 - r * (r + 1) * (r + 2) / 3 * u
                                         : (-std::expm1(-r * s) - r * u * std::exp(-(r + 1) * s)) / (u * u);
        return share * bend * (u + 1);
    };
    const double top = std::log1p(ratio);
    // I_p has corners at both ends, like p^a and (1-p)^b: this way of s from 0 to
    // top, with three derivatives of 0 at its ends, rounds them.
    const auto rounded = [&](double v) {
        const double way = v * v * v * v * (35 + v * (-84 + v * (70 - 20 * v)));
        const double pace = 140 * v * v * v * (1 - v) * (1 - v) * (1 - v);
        return slope(top * way) * top * pace;
    };
    // In pieces: the integrand may be narrow on the scale of the whole.
    double sum = 0;
    constexpr int pieces = 8;
    for (int i = 0; i < pieces; ++i) {
        sum += integrate(rounded, static_cast<double>(i) / pieces, static_cast<double>(i + 1) / pieces);
    }
    return -std::expm1(-r * top) + ratio * sum;
}

// n purchases and still there, or left after the n-th while more would have come.
double Alive::probability(double n, double t) const {
    if (t <= 0) return n == 0 ? 1 : 0;
    if (n == 0) return std::exp(-r * std::log1p(t / alpha));
    const double w = t / (alpha + t);
    const double count =
        std::exp(rising(r, n).log - log_gamma(n + 1) - r * std::log1p(t / alpha) + n * std::log(w));
    const double coins = rising(b, n).log - rising(a + b, n).log;
    const double last = std::log(a) + rising(b, n - 1).log - rising(a + b, n).log;
    return count * std::exp(coins) + std::exp(last) * incomplete_beta(n, r, w);
}

}  // namespace

double BgNbd::expected(double t) const {
    if (t <= 0) return 0;
    if (modified) return b / (a + b) * Alive{r, alpha, a, b + 1}.expected(t);
    return Alive{r, alpha, a, b}.expected(t);
}

double BgNbd::probability(double n, double t) const {
    if (!modified) return Alive{r, alpha, a, b}.probability(n, t);
    const double stays = b / (a + b);
    return (n == 0 ? 1 - stays : 0) + stays * Alive{r, alpha, a, b + 1}.probability(n, t);
}

double BgNbd::alive(double x, double recency, double age) const {
    if (x == 0 && !modified) return 1;
    const double odds = std::log(modified ? a / (b + x) : a / (b + x - 1)) +
                        (r + x) * std::log1p((age - recency) / (alpha + recency));
    return logistic(-odds);
}

double BgNbd::expected(double x, double recency, double age, double t) const {
    if (t <= 0) return 0;
    return alive(x, recency, age) * Alive{r + x, alpha + age, a, b + x + (modified ? 1 : 0)}.expected(t);
}

double BgNbd::probability(double n, double x, double recency, double age, double t) const {
    const double there = alive(x, recency, age);
    return (n == 0 ? 1 - there : 0) +
           there * Alive{r + x, alpha + age, a, b + x + (modified ? 1 : 0)}.probability(n, t);
}

// With e = 1 in the modified model, else 0:
// log L = lg(r+x)/lg(r) + B(a, b+x+e)/B(a, b) terms + r log alpha
//         + log( (alpha+T)^-(r+x) + [x > 0 or e] a/(b+x-1+e) (alpha+t_x)^-(r+x) ).
Jet bgnbd_log_likelihood(std::span<const BtydRow> rows, const Point& at, bool modified) {
    const double r = at[0], alpha = at[1], a = at[2], b = at[3];
    const double extra = modified ? 1 : 0;
    RisingWalk rate(r), coins(b), all(a + b);
    Jet sum, common;
    double common_x = -1;
    Poll poll;
    for (const BtydRow& row : rows) {
        poll();
        const double x = row.x;
        if (x != common_x) {
            common = Jet();
            common.add(0, rate.advance(x));
            common.add(3, coins.advance(x + extra));
            common.add_of_sum(2, 3, all.advance(x + extra), -1);
            common.value += r * std::log(alpha);
            common.gradient[0] += std::log(alpha);
            common.gradient[1] += r / alpha;
            common.second(0, 1) += 1 / alpha;
            common.second(1, 1) -= r / (alpha * alpha);
            common_x = x;
        }
        const auto power = [&](double time) {  // (alpha + time)^-(r + x)
            const double inverse = 1 / (alpha + time), log_time = std::log(alpha + time);
            Jet jet;
            jet.value = -(r + x) * log_time;
            jet.gradient[0] = -log_time;
            jet.gradient[1] = -(r + x) * inverse;
            jet.second(0, 1) = -inverse;
            jet.second(1, 1) = (r + x) * inverse * inverse;
            return jet;
        };
        Jet own = power(row.age);
        if (x > 0 || modified) {
            const double last = 1 / (b + x - 1 + extra);
            Jet left = power(row.recency);
            left.value += std::log(a * last);
            left.gradient[2] = 1 / a;
            left.second(2, 2) = -1 / (a * a);
            left.gradient[3] = -last;
            left.second(3, 3) = last * last;
            own = log_sum(own, left);
        }
        own.add(common);
        sum.add(own, static_cast<double>(row.customers));
    }
    return sum;
}

}  // namespace journey
