#include "core/btyd_pareto_nbd.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/interrupt.hpp"

namespace journey {

namespace {

// The moments y at which the integrand s-part of the likelihood,
//   (alpha+y)^-(r+x) (beta+y)^-(s+1) on t_x <= y <= T,
// is looked at, and the weights of its values there. With m = min(alpha, beta)
// and u = log((m+y)/(m+t_x)) it is smooth; where it has fallen below e^-45 it ends.
class Left {
  public:
    Left(double alpha, double power, double beta, double s, double recency, double age) {
        const double least = std::min(alpha, beta), start = least + recency;
        // Of the two logarithms in it that of the lesser parameter is u itself.
        const bool lesser = alpha < beta;
        const double linear = 1 - (lesser ? power : s + 1), other = lesser ? s + 1 : power,
                     scale = std::max(alpha, beta) + recency;
        const auto height_at = [&](double u, double passed) {
            return linear * u - other * std::log1p(passed / scale);
        };
        const auto height = [&](double u) { return height_at(u, start * std::expm1(u)); };
        double top = std::log1p((age - recency) / start);
        constexpr double nothing = -45;
        if (height(top) < nothing) {
            double low = 0;
            for (int i = 0; i < 40 && top - low > 1e-3 * top; ++i) {
                const double middle = (low + top) / 2;
                (height(middle) < nothing ? top : low) = middle;
            }
        }
        const GaussRule& rule = gauss_rule();
        double highest = -HUGE_VAL;
        for (int i = 0; i < GaussRule::size; ++i) {
            const double u = top * rule.node[i], passed = start * std::expm1(u);
            time[i] = recency + passed;
            weight[i] = height_at(u, passed);
            highest = std::max(highest, weight[i]);
        }
        double sum = 0;
        for (int i = 0; i < GaussRule::size; ++i) {
            weight[i] = rule.weight[i] * std::exp(weight[i] - highest);
            sum += weight[i];
        }
        for (double& each : weight) each /= sum;
        log_integral = std::log(sum * top * start) + highest - power * std::log(alpha + recency) -
                       (s + 1) * std::log(beta + recency);
    }
    double time[GaussRule::size], weight[GaussRule::size];  // weights add up to 1
    double log_integral;
};

// To have left since the last purchase, against being still there; -1 where the series is
// too long.
//
// With m = max(alpha, beta), d = |alpha - beta| and c = s + 1 or, if beta is the greater,
// c = r + x, the integrand of Left is, by the binomial series, the sum over k of
// (c)_k/k! d^k (m+y)^-(q+1+k), q = r+x+s. Its integral is with A = m+t_x and B = m+T
//   A^-q * sum of (c)_k/k! (d/A)^k (1 - (A/B)^(q+k)) / (q+k):
// all terms are positive, and the brackets are summed up too. 14 digits.
double odds_to_have_left(const ParetoNbd& model, double x, double recency, double age) {
    constexpr double longest = 0.7, steepest = 50;
    constexpr int block = 4, terms = 64 * block, known = 65 * block;
    static constexpr auto part = [] {  // 1/k: divisions would take half of the time
        std::array<double, known> parts{};
        for (int k = 1; k < known; ++k) parts[static_cast<std::size_t>(k)] = 1.0 / k;
        return parts;
    }();
    const bool greater = model.alpha >= model.beta;
    const double power = model.r + x, c = greater ? model.s + 1 : power;
    const double start = std::max(model.alpha, model.beta) + recency,
                 z = std::fabs(model.alpha - model.beta) / start;
    if (!(z <= longest && z * c <= steepest)) return -1;
    const double q = power + model.s, passed = age - recency;
    // log and exp are much faster than log1p and expm1, where no digits are lost.
    const double length =
        passed > start / 2 ? std::log((start + passed) / start) : std::log1p(passed / start);
    const double bracket = q * length > 0.5 ? std::exp(-q * length) - 1 : std::expm1(-q * length);
    const double ratio = start / (start + passed);
    double gone = -bracket, more = (1 + bracket) * (passed / (start + passed)), weight = 1, sum = gone / q;
    for (int k = 1; k < terms;) {
        double term = 0;
        for (int in_block = 0; in_block < block; ++in_block, ++k) {
            weight *= z * (c + k - 1) * part[static_cast<std::size_t>(k)];
            gone += more;
            more *= ratio;
            term = weight * gone / (q + k);
            sum += term;
        }
        // From here on terms fall at least by a quarter each.
        if (term < 1e-17 * sum && z * (c + k) < 0.75 * (k + 1)) {
            const double lesser = std::log((std::min(model.alpha, model.beta) + age) / start);
            const double still =
                greater ? power * length + model.s * lesser : power * lesser + model.s * length;
            return model.s * sum * std::exp(still);
        }
    }
    return -1;
}

double log_still_there(const ParetoNbd& model, double x, double age) {
    return -(model.r + x) * std::log(model.alpha + age) - model.s * std::log(model.beta + age);
}

}  // namespace

double ParetoNbd::alive(double x, double recency, double age) const {
    if (age <= recency) return 1;
    if (const double odds = odds_to_have_left(*this, x, recency, age); odds >= 0) return 1 / (1 + odds);
    const Left left(alpha, r + x, beta, s, recency, age);
    return logistic(log_still_there(*this, x, age) - std::log(s) - left.log_integral);
}

double ParetoNbd::expected(double t) const {
    if (t <= 0) return 0;
    const double length = std::log1p(t / beta), power = (s - 1) * length;
    return r * beta / alpha * (power == 0 ? length : -std::expm1(-power) / (s - 1));
}

double ParetoNbd::expected(double x, double recency, double age, double t) const {
    return alive(x, recency, age) * after(x, age).expected(t);
}

// n purchases in t and still there, or n purchases before he left.
double ParetoNbd::probability(double n, double t) const {
    if (t <= 0) return n == 0 ? 1 : 0;
    if (n == 0) {  // the integral of the likelihood of a customer without purchases
        const double start = r * std::log(alpha) + s * std::log(beta);
        return std::exp(start + log_still_there(*this, 0, t)) +
               std::exp(start + std::log(s) + Left(alpha, r, beta, s, 0, t).log_integral);
    }
    const double constant = rising(r, n).log - log_gamma(n + 1);
    const auto log_count = [&](double time) {
        return constant - r * std::log1p(time / alpha) + (n > 0 ? n * std::log(time / (alpha + time)) : 0);
    };
    const double there = std::exp(log_count(t) - s * std::log1p(t / beta));
    const double least = std::min(alpha, beta);
    const auto leaving = [&](double u) {
        const double time = least * std::expm1(u);
        if (time <= 0) return n == 0 ? s * least / beta : 0.0;
        return std::exp(log_count(time) - (s + 1) * std::log1p(time / beta) + u) * s * least / beta;
    };
    const double top = std::log1p(t / least);
    double left = 0;
    constexpr int pieces = 4;
    for (int i = 0; i < pieces; ++i) left += integrate(leaving, top * i / pieces, top * (i + 1) / pieces);
    return there + left;
}

double ParetoNbd::probability(double n, double x, double recency, double age, double t) const {
    const double there = alive(x, recency, age);
    return (n == 0 ? 1 - there : 0) + there * after(x, age).probability(n, t);
}

// Alive customers buy at rate (r+x)/(alpha+T); the chance to be there t later is
// (1 + t/(beta+T))^-s. With v = log(1 + t/(beta+T)) the integral is smooth.
double ParetoNbd::residual(double x, double recency, double age, double discount) const {
    const double scale = beta + age;
    const auto rate = [&](double v) { return std::exp(-discount * scale * std::expm1(v) + (1 - s) * v); };
    const double top = std::log1p(40 / (discount * scale));
    double sum = 0;
    constexpr int pieces = 8;
    for (int i = 0; i < pieces; ++i) sum += integrate(rate, top * i / pieces, top * (i + 1) / pieces);
    return alive(x, recency, age) * (r + x) / (alpha + age) * scale * sum;
}

Jet pareto_nbd_log_likelihood(std::span<const BtydRow> rows, const Point& at) {
    const double r = at[0], alpha = at[1], s = at[2], beta = at[3];
    RisingWalk rate(r);
    Jet sum, common;
    double common_x = -1;
    Poll poll;
    for (const BtydRow& row : rows) {
        poll();
        if (row.x != common_x) {
            common = Jet();
            common.add(0, rate.advance(row.x));
            common.value += r * std::log(alpha) + s * std::log(beta);
            common.gradient[0] += std::log(alpha);
            common.gradient[1] += r / alpha;
            common.gradient[2] += std::log(beta);
            common.gradient[3] += s / beta;
            common.second(0, 1) += 1 / alpha;
            common.second(1, 1) -= r / (alpha * alpha);
            common.second(2, 3) += 1 / beta;
            common.second(3, 3) -= s / (beta * beta);
            common_x = row.x;
        }
        // (alpha + y)^-power (beta + y)^-fade
        const auto at_time = [&](double y, double power, double fade) {
            const double p = 1 / (alpha + y), q = 1 / (beta + y);
            Jet jet;
            jet.gradient[0] = -std::log(alpha + y);
            jet.gradient[1] = -power * p;
            jet.gradient[2] = -std::log(beta + y);
            jet.gradient[3] = -fade * q;
            jet.second(0, 1) = -p;
            jet.second(1, 1) = power * p * p;
            jet.second(2, 3) = -q;
            jet.second(3, 3) = fade * q * q;
            return jet;
        };
        const double power = r + row.x;
        Jet own = at_time(row.age, power, s);
        own.value = power * own.gradient[0] + s * own.gradient[2];
        if (row.age > row.recency) {
            // The derivatives of the logarithm of an integral are means over its integrand.
            const Left left(alpha, power, beta, s, row.recency, row.age);
            Jet gone;
            for (int i = 0; i < GaussRule::size; ++i) {
                Jet moment = at_time(left.time[i], power, s + 1);
                for (int j = 0; j < max_parameters; ++j) {
                    for (int k = 0; k <= j; ++k)
                        moment.second(j, k) += moment.gradient[j] * moment.gradient[k];
                }
                gone.add(moment, left.weight[i]);
            }
            for (int j = 0; j < max_parameters; ++j) {
                for (int k = 0; k <= j; ++k) gone.second(j, k) -= gone.gradient[j] * gone.gradient[k];
            }
            gone.value = left.log_integral;
            gone.add_log(2, s);
            own = log_sum(own, gone);
        }
        own.add(common);
        sum.add(own, static_cast<double>(row.customers));
    }
    return sum;
}

}  // namespace journey
