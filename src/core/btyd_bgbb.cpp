#include "core/btyd_bgbb.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/interrupt.hpp"

namespace journey {

// Relative to the chance of the history up to the last purchase: he is there
// still, or left before opportunity k+1 for a k from recency on.
double BgBb::was_there(double x, double recency, double age) const {
    double there = 1, left = 0;
    Poll poll;
    for (double k = recency; k < age; ++k) {
        left += there * gamma / (gamma + delta + k);
        there *= (beta + k - x) / (alpha + beta + k) * (delta + k) / (gamma + delta + k);
        poll();
    }
    return there / (there + left);
}

double BgBb::alive(double x, double recency, double age) const {
    return was_there(x, recency, age) * (delta + age) / (gamma + delta + age);
}

double BgBb::expected(double n) const {
    double there = 1, sum = 0;
    Poll poll;
    for (double k = 0; k < n; ++k) {
        there *= (delta + k) / (gamma + delta + k);
        sum += there;
        poll();
    }
    return alpha / (alpha + beta) * sum;
}

double BgBb::expected(double x, double recency, double age, double n) const {
    const BgBb now{alpha + x, beta + age - x, gamma, delta + age};
    return was_there(x, recency, age) * now.expected(n);
}

double BgBb::probability(double purchases, double n) const {
    if (purchases > n) return 0;
    // The chance of `purchases` in the first k opportunities and to be there.
    double there = std::exp(rising(alpha, purchases).log - rising(alpha + beta, purchases).log +
                            rising(delta, purchases).log - rising(gamma + delta, purchases).log);
    double sum = 0;
    Poll poll;
    for (double k = purchases; k < n; ++k) {
        sum += there * gamma / (gamma + delta + k);
        there *= (k + 1) / (k + 1 - purchases) * (beta + k - purchases) / (alpha + beta + k) * (delta + k) /
                 (gamma + delta + k);
        poll();
    }
    return sum + there;
}

double BgBb::probability(double purchases, double x, double recency, double age, double n) const {
    const double there = was_there(x, recency, age);
    const BgBb now{alpha + x, beta + age - x, gamma, delta + age};
    return (purchases == 0 ? 1 - there : 0) + there * now.probability(purchases, n);
}

double BgBb::residual(double x, double recency, double age, double discount) const {
    double there = 1, sum = 0;
    Poll poll;
    for (double k = age;; ++k) {
        there *= (delta + k) / (gamma + delta + k) / (1 + discount);
        sum += there;
        // What is left is at most a geometric series.
        if (there <= 1e-17 * sum * discount / (1 + discount)) break;
        poll();
    }
    return was_there(x, recency, age) * (alpha + x) / (alpha + beta + age) * sum;
}

namespace {

// rising(a, 0 … n).
std::pmr::vector<Rising> table(double a, double n, std::pmr::memory_resource& memory) {
    std::pmr::vector<Rising> risings(&memory);
    risings.reserve(static_cast<std::size_t>(n) + 1);
    RisingWalk walk(a);
    for (double k = 0; k <= n; ++k) risings.push_back(walk.advance(k));
    return risings;
}

}  // namespace

// log L = log( there(n) + sum over k = t_x … n-1 of left(k) ), with
// there(n) = B(alpha+x, beta+n-x)/B(alpha, beta) B(gamma, delta+n)/B(gamma, delta)
// left(k)  = B(alpha+x, beta+k-x)/B(alpha, beta) B(gamma+1, delta+k)/B(gamma, delta).
Jet bgbb_log_likelihood(std::span<const BtydRow> rows, const Point& at, std::pmr::memory_resource& memory) {
    const double alpha = at[0], beta = at[1], gamma = at[2], delta = at[3];
    double longest = 0;
    for (const BtydRow& row : rows) longest = std::max(longest, row.age);
    const auto buys = table(alpha, longest, memory), passes = table(beta, longest, memory),
               both = table(alpha + beta, longest, memory), stays = table(delta, longest, memory),
               either = table(gamma + delta, longest + 1, memory);
    Jet sum;
    Poll poll;
    for (const BtydRow& row : rows) {
        const auto index = [](double k) { return static_cast<std::size_t>(k); };
        const auto purchases = [&](double k) {
            Jet jet;
            jet.add(1, passes[index(k - row.x)]);
            jet.add_of_sum(0, 1, both[index(k)], -1);
            jet.add(3, stays[index(k)]);
            return jet;
        };
        Jet own = purchases(row.age);
        own.add_of_sum(2, 3, either[index(row.age)], -1);
        for (double k = row.recency; k < row.age; ++k) {
            Jet left = purchases(k);
            left.add_log(2, gamma);
            left.add_of_sum(2, 3, either[index(k + 1)], -1);
            own = log_sum(own, left);
            poll();
        }
        own.add(0, buys[index(row.x)]);
        sum.add(own, static_cast<double>(row.customers));
        poll();
    }
    return sum;
}

}  // namespace journey
