#include "core/btyd_pareto_series.hpp"

#include <algorithm>
#include <cmath>
#include <new>

namespace journey {

namespace {

// Two numbers that are computed with at once (a vector of GCC and Clang).
using Pair = double __attribute__((vector_size(16)));

}  // namespace

void ParetoSeries::set(const ParetoNbd& model) {
    clear();
    model_ = model;
}

void ParetoSeries::clear() {
    for (Coefficients*& each : known_) {
        if (each != nullptr) memory_->deallocate(each, sizeof(Coefficients), alignof(Coefficients));
        each = nullptr;
    }
}

const ParetoSeries::Coefficients& ParetoSeries::coefficients(std::size_t x) {
    if (known_[x] != nullptr) return *known_[x];
    auto* made = new (memory_->allocate(sizeof(Coefficients), alignof(Coefficients))) Coefficients;
    known_[x] = made;
    const double power = model_.r + static_cast<double>(x), q = power + model_.s;
    const double c = model_.alpha >= model_.beta ? model_.s + 1 : power;
    double rising = 1;  // (c)_k/k!
    for (std::size_t i = 0; i < terms; ++i) {
        const auto k = static_cast<double>(i);
        made->of[i] = rising / (q + k);
        rising *= (c + k) / (k + 1);
    }
    return *made;
}

double ParetoSeries::alive(double x, double recency, double age) {
    const double more = std::max(model_.alpha, model_.beta), less = std::min(model_.alpha, model_.beta);
    const double start = more + recency, end = more + age, gap = more - less;
    if (!(x < static_cast<double>(most_purchases) && gap <= longest * start))
        return model_.alive(x, recency, age);
    const double power = model_.r + x, q = power + model_.s, length = std::log(end / start);
    if (!(q * length > 0.25)) return model_.alive(x, recency, age);
    const double* c = coefficients(static_cast<std::size_t>(x)).of;
    const Pair w = {gap / start, gap / end}, w2 = w * w, w4 = w2 * w2, w8 = w4 * w4;
    Pair sums = {0, 0}, weight = {1, 1}, part;
    std::size_t i = 0;
    do {
        const double* a = c + i;
        part = weight *
               ((a[0] + a[1] * w + (a[2] + a[3] * w) * w2) + (a[4] + a[5] * w + (a[6] + a[7] * w) * w2) * w4);
        sums += part;
        weight *= w8;
        i += block;
        // Terms rise to their greatest and then fall: what a block is too small to change,
        // all later ones are.
    } while (part[0] > 1e-17 * sums[0] && i < terms);
    if (part[0] > 1e-17 * sums[0]) return model_.alive(x, recency, age);
    const double left = sums[0] - std::exp(-q * length) * sums[1], lesser = std::log((less + age) / start);
    const double still =
        model_.alpha >= model_.beta ? power * length + model_.s * lesser : power * lesser + model_.s * length;
    return 1 / (1 + model_.s * left * std::exp(still));
}

}  // namespace journey
