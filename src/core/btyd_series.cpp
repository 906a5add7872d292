#include "core/btyd_series.hpp"

#include <cmath>
#include <cstring>
#include <new>

#include "core/special.hpp"

namespace journey {

namespace {

// Two numbers that are computed with at once (a vector of GCC and Clang).
using Pair = double __attribute__((vector_size(16)));
Pair pair(const double* from) {
    Pair two;
    std::memcpy(&two, from, sizeof two);
    return two;
}

}  // namespace

void BtydSeries::set(const BgNbd& model) {
    clear();
    model_ = model;
}

void BtydSeries::clear() {
    for (Coefficients*& each : known_) {
        if (each != nullptr) memory_->deallocate(each, sizeof(Coefficients), alignof(Coefficients));
        each = nullptr;
    }
}

const BtydSeries::Coefficients& BtydSeries::coefficients(std::size_t x) {
    if (known_[x] != nullptr) return *known_[x];
    auto* made = new (memory_->allocate(sizeof(Coefficients), alignof(Coefficients))) Coefficients;
    known_[x] = made;
    const auto purchases = static_cast<double>(x);
    const double extra = model_.modified ? 1 : 0, b = model_.b + purchases + extra;
    made->rate = model_.r + purchases;
    made->log_left = std::log(model_.a / (b - 1));
    double rising = made->rate, coins = 1, survived = 1;
    for (std::size_t i = 0; i < terms; ++i) {
        const auto k = static_cast<double>(i + 1);
        made->of[i] = rising * survived;
        coins *= (b + k - 1) / (model_.a + b + k - 1);
        survived += coins;
        rising *= (made->rate + k) / (k + 1);
    }
    return *made;
}

double BtydSeries::expected(double x, double recency, double age, double t) {
    const double start = model_.alpha + age, w = t / (start + t);
    if (!(x < static_cast<double>(most_purchases) && t > 0 && w <= longest)) {
        return model_.expected(x, recency, age, t);
    }
    const Coefficients& its = coefficients(static_cast<std::size_t>(x));
    // Odd and even powers side by side.
    const double w2 = w * w, w4 = w2 * w2, w8 = w4 * w4;
    Pair sums = {0, 0}, power = {1, 1}, part;
    std::size_t i = 0;
    do {
        const double* c = its.of + i;
        part = power * ((pair(c) + pair(c + 2) * w2) + (pair(c + 4) + pair(c + 6) * w2) * w4);
        sums += part;
        power *= w8;
        i += block;
        // The terms rise to their greatest and then fall: what a block is too small
        // to change, all later ones are. (w^8 is below 0.06.)
    } while (part[0] > 1e-17 * sums[0] && i < terms);
    if (part[0] > 1e-17 * sums[0]) return model_.expected(x, recency, age, t);
    const double sum = w * (sums[0] + w * sums[1]);
    const double none = std::exp(-its.rate * std::log((start + t) / start));
    if (x == 0 && !model_.modified) return sum * none;
    const double odds = its.log_left + its.rate * std::log(start / (model_.alpha + recency));
    return logistic(-odds) * sum * none;
}

}  // namespace journey
