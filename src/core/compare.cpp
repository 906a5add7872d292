// Shares: z, Fisher, Wilson and Newcombe, chi-squared, and many tests at once.

#include "core/compare.hpp"

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "core/normal.hpp"
#include "core/special.hpp"

namespace journey {

namespace {

constexpr double most_cases = 9007199254740992.0;  // 2^53: whole numbers end here

void check_share(const Share& share, const char* successes, const char* n) {
    if (!(share.n >= 0) || share.n > most_cases) {
        throw Error(ErrorCode::invalid_argument, n, "%s must be between 0 and 2^53", n)
            .hint("It is the number of customers who could have succeeded.");
    }
    // Credits are sums: the last digit may be too much.
    if (!(share.successes >= 0) || share.successes > share.n * (1 + 1e-12)) {
        throw Error(ErrorCode::invalid_argument, successes, "%s must be between 0 and %s", successes, n)
            .hint("Give the number of successes and the number of all, not a rate.");
    }
}

void check_level(double level) {
    if (level > 0 && level < 1) return;
    throw Error(ErrorCode::invalid_argument, "level", "level must be between 0 and 1")
        .hint("0.95 gives an interval that holds in 95 of 100 cases.");
}

double chi_squared_p(double statistic, double df) {
    return boost::math::gamma_q(df / 2, statistic / 2, QuietMath());
}

}  // namespace

ProportionMethod parse_proportion_method(std::string_view word) {
    if (word == "auto") return ProportionMethod::automatic;
    if (word == "z") return ProportionMethod::z;
    if (word == "fisher") return ProportionMethod::fisher;
    throw Error(ErrorCode::invalid_argument, "method", "unknown method: \"%.*s\"",
                static_cast<int>(word.size()), word.data())
        .hint("Valid values are: auto, z, fisher.");
}

Interval2 wilson_interval(const Share& share, double level) {
    const double z = normal_width(level), n = share.n, p = share.successes / n;
    const double middle = p + z * z / (2 * n), width = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    const double scale = 1 + z * z / n;
    return {share.successes <= 0 ? 0 : std::max(0.0, (middle - width) / scale),
            share.successes >= n ? 1 : std::min(1.0, (middle + width) / scale)};
}

namespace {

// Tables with the margins of this one, by the successes k of a.
struct Hypergeometric {
    double n_a, n_b, successes;
    double least() const { return std::max(0.0, successes - n_b); }
    double greatest() const { return std::min(n_a, successes); }
    double log_weight(double k) const {
        return -(log_gamma(k + 1) + log_gamma(n_a - k + 1) + log_gamma(successes - k + 1) +
                 log_gamma(n_b - successes + k + 1));
    }
    // weight(k + 1) / weight(k)
    double ratio(double k) const {
        return (n_a - k) * (successes - k) / ((k + 1) * (n_b - successes + k + 1));
    }
    double mode() const {
        return std::clamp(std::floor((n_a + 1) * (successes + 1) / (n_a + n_b + 2)), least(), greatest());
    }
    // Sum of weights from k on, away from the mode, in units of weight(k).
    double tail_up(double k) const {
        double weight = 1, sum = 1;
        Poll poll;
        for (; k < greatest() && weight > sum * 1e-18; ++k) poll(), sum += weight *= ratio(k);
        return sum;
    }
    double tail_down(double k) const {
        double weight = 1, sum = 1;
        Poll poll;
        for (; k > least() && weight > sum * 1e-18; --k) poll(), sum += weight /= ratio(k - 1);
        return sum;
    }
};

// The k nearest to the mode in (from, to], or [to, from), whose weight is at most
// `most` in logarithms: weights fall from `from` to `to`. None: NaN.
double first_as_rare(const Hypergeometric& tables, double from, double to, double most) {
    if (tables.log_weight(to) > most) return std::nan("");
    const double sign = to > from ? 1 : -1;
    double high = std::fabs(to - from), low = 0;  // steps from `from`: high is rare, low is not
    while (high - low > 1) {
        const double middle = std::floor((low + high) / 2);
        (tables.log_weight(from + sign * middle) <= most ? high : low) = middle;
    }
    return from + sign * high;
}

}  // namespace

double fisher_p(double successes_a, double n_a, double successes_b, double n_b) {
    const Hypergeometric tables{n_a, n_b, successes_a + successes_b};
    const double mode = tables.mode(), at_mode = tables.log_weight(mode);
    const double seen = tables.log_weight(successes_a);
    const double most = seen + 1e-7;  // as good as equal, against rounding: R's fisher.test
    if (at_mode <= most) return 1;
    const double total = tables.tail_up(mode) + tables.tail_down(mode) - 1;
    double p = 0;
    if (mode < tables.greatest()) {
        const double k = first_as_rare(tables, mode, tables.greatest(), most);
        if (!std::isnan(k)) p += std::exp(tables.log_weight(k) - at_mode) * tables.tail_up(k);
    }
    if (mode > tables.least()) {
        const double k = first_as_rare(tables, mode, tables.least(), most);
        if (!std::isnan(k)) p += std::exp(tables.log_weight(k) - at_mode) * tables.tail_down(k);
    }
    return std::min(1.0, p / total);
}

ProportionTest proportion_test(const Share& a, const Share& b, double level, ProportionMethod method) {
    check_share(a, "successes_a", "n_a");
    check_share(b, "successes_b", "n_b");
    check_level(level);
    ProportionTest test;
    if (a.n > 0) test.rate_a = a.successes / a.n;
    if (b.n > 0) test.rate_b = b.successes / b.n;
    if (!test.rate_a || !test.rate_b) return test;
    const double pa = *test.rate_a, pb = *test.rate_b, d = pb - pa;
    test.difference = d;
    if (pa > 0) test.lift = d / pa;
    const Interval2 wa = wilson_interval(a, level), wb = wilson_interval(b, level);
    test.low = std::max(-1.0, d - std::hypot(pb - wb.low, wa.high - pa));
    test.high = std::min(1.0, d + std::hypot(wb.high - pb, pa - wa.low));

    const double pooled = (a.successes + b.successes) / (a.n + b.n);
    const bool whole = std::floor(a.successes) == a.successes && std::floor(b.successes) == b.successes &&
                       std::floor(a.n) == a.n && std::floor(b.n) == b.n;
    const bool few = std::min(a.n, b.n) * std::min(pooled, 1 - pooled) < 5;
    if (method == ProportionMethod::fisher && !whole) {
        throw Error(ErrorCode::invalid_argument, "method", "Fisher's test needs whole numbers")
            .hint("Credits of attribution are compared with method => 'z'.");
    }
    test.exact =
        method == ProportionMethod::fisher || (method == ProportionMethod::automatic && few && whole);
    if (test.exact) {
        test.p = fisher_p(a.successes, a.n, b.successes, b.n);
        return test;
    }
    const double error = std::sqrt(pooled * (1 - pooled) * (1 / a.n + 1 / b.n));
    if (error > 0) {
        test.z = d / error;
        test.p = normal_p_value(*test.z);
    }
    return test;
}

Adjustment parse_adjustment(std::string_view word) {
    constexpr std::string_view words[] = {"none", "bonferroni", "holm", "hochberg", "bh", "by"};
    const auto* found = std::find(std::begin(words), std::end(words), word);
    if (found != std::end(words)) return static_cast<Adjustment>(found - std::begin(words));
    throw Error(ErrorCode::invalid_argument, "adjust", "unknown adjustment: \"%.*s\"",
                static_cast<int>(word.size()), word.data())
        .hint("Valid values are: none, bonferroni, holm, hochberg, bh, by.");
}

void adjust(std::span<double> p, Adjustment method, std::pmr::memory_resource& memory) {
    std::pmr::vector<std::size_t> order(&memory);
    for (std::size_t i = 0; i < p.size(); ++i) {
        if (std::isnan(p[i])) continue;
        if (p[i] < 0 || p[i] > 1) {
            throw Error(ErrorCode::invalid_argument, "p", "p-values must be between 0 and 1")
                .detail("Element %zu is not.", i + 1)
                .hint("NULL stands for a test that could not be made.");
        }
        order.push_back(i);
    }
    if (method == Adjustment::none) return;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
    const std::size_t n = order.size();
    const double m = static_cast<double>(n);
    double harmonic = 0;
    for (std::size_t i = n; i-- > 0;) harmonic += 1 / static_cast<double>(i + 1);
    const auto rank = [](std::size_t i) { return static_cast<double>(i + 1); };
    if (method == Adjustment::bonferroni || method == Adjustment::holm) {
        double greatest = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const double factor = method == Adjustment::holm ? m - rank(i) + 1 : m;
            greatest = std::max(greatest, factor * p[order[i]]);
            p[order[i]] = std::min(1.0, greatest);
        }
        return;
    }
    double least = 1;
    for (std::size_t i = n; i-- > 0;) {
        const double factor = method == Adjustment::hochberg ? m - rank(i) + 1
                              : method == Adjustment::bh     ? m / rank(i)
                                                             : harmonic * m / rank(i);
        least = std::min(least, factor * p[order[i]]);
        p[order[i]] = least;
    }
}

HomogeneityTest homogeneity_test(std::span<const double> a, std::span<const double> b) {
    if (a.size() != b.size()) {
        throw Error(ErrorCode::invalid_argument, "b", "a has %zu elements, b %zu", a.size(), b.size())
            .hint("Give one count for each name in both, 0 where there is none.");
    }
    HomogeneityTest test;
    double total_a = 0, total_b = 0;
    std::int64_t places = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        for (const double count : {a[i], b[i]}) {
            if (count >= 0 && count <= most_cases) continue;
            throw Error(ErrorCode::invalid_argument, "a", "counts must be between 0 and 2^53")
                .detail("Element %zu is not.", i + 1)
                .hint("Give the counts, not their shares.");
        }
        total_a += a[i];
        total_b += b[i];
        places += a[i] + b[i] > 0 ? 1 : 0;
    }
    const double total = total_a + total_b;
    test.df = std::max<std::int64_t>(0, places - 1);
    if (!(total_a > 0) || !(total_b > 0) || test.df == 0) return test;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double both = a[i] + b[i];
        if (!(both > 0)) continue;
        const double expected_a = both * total_a / total, expected_b = both * total_b / total;
        test.statistic += (a[i] - expected_a) * (a[i] - expected_a) / expected_a +
                          (b[i] - expected_b) * (b[i] - expected_b) / expected_b;
    }
    test.p = chi_squared_p(test.statistic, static_cast<double>(test.df));
    test.cramers_v = std::sqrt(test.statistic / total);
    return test;
}

}  // namespace journey
