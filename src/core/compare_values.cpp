// Values of two groups: means by Welch, ranks by Mann and Whitney.

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "core/compare.hpp"
#include "core/error.hpp"
#include "core/exact_sum.hpp"
#include "core/interrupt.hpp"
#include "core/normal.hpp"
#include "core/state_bytes.hpp"

namespace journey {

namespace {

constexpr std::uint8_t value_groups_version = 1;
constexpr double most_value = 1e100;

double median(std::span<const double> ordered) {
    const std::size_t n = ordered.size();
    return n % 2 == 1 ? ordered[n / 2] : ordered[n / 2 - 1] / 2 + ordered[n / 2] / 2;
}

struct Moments {
    double n = 0, mean = 0, variance = 0;
};
// The mean is that of the exact sum; deviations from it are summed in the order of size.
Moments moments(std::span<const double> values, std::pmr::memory_resource& memory) {
    Moments made;
    made.n = static_cast<double>(values.size());
    ExactSum sum(memory), squares(memory), rest(memory);
    Poll poll;
    for (double value : values) poll(), sum.add(value);
    made.mean = sum.value() / made.n;
    for (double value : values) {
        poll();
        const double deviation = value - made.mean;
        squares.add(deviation * deviation);
        rest.add(deviation);
    }
    if (values.size() > 1)
        made.variance = std::max(0.0, squares.value() - rest.value() * rest.value() / made.n) / (made.n - 1);
    return made;
}

}  // namespace

void ValueGroups::add(double value, bool in_b) {
    if (!(std::fabs(value) <= most_value)) {
        throw Error(std::isfinite(value) ? ErrorCode::overflow : ErrorCode::invalid_argument, "value",
                    "value must be a finite number of at most 1e100")
            .hint("A NULL value is left out and counted.");
    }
    groups_[in_b ? 1 : 0].push_back(value == 0 ? 0 : value);  // no -0
}

void ValueGroups::merge(const ValueGroups& other) {
    for (int i : {0, 1})
        groups_[i].insert(groups_[i].end(), other.groups_[i].begin(), other.groups_[i].end());
    dropped_ += other.dropped_;
}

void ValueGroups::order() {
    Poll poll;
    for (auto& group : groups_) {
        if (std::is_sorted(group.begin(), group.end())) continue;
        std::sort(group.begin(), group.end(), [&](double a, double b) {
            poll();
            return a < b;
        });
    }
}

void ValueGroups::encode(std::byte* to) const {
    to = store(to, value_groups_version);
    to = store(to, std::uint8_t{0});
    for (const auto& group : groups_) to = store(to, std::uint64_t{group.size()});
    to = store(to, dropped_);
    for (const auto& group : groups_) {
        for (double value : group) to = store_real(to, value);
    }
}

void ValueGroups::decode(std::span<const std::byte> bytes) {
    StateReader reader(bytes, "value_groups", "value_compare");
    reader.version(value_groups_version);
    if (reader.number<std::uint8_t>() != 0) reader.fail("unknown flags");
    const auto a = reader.number<std::uint64_t>(), b = reader.number<std::uint64_t>();
    dropped_ = reader.tally();
    if (dropped_ > INT64_MAX) reader.fail("a count is out of range");
    if (a > reader.left() / 8 || b > reader.left() / 8 - a) reader.fail("it ends too early");
    const std::uint64_t counts[] = {a, b};
    for (int i : {0, 1}) {
        groups_[i].reserve(counts[i]);
        for (std::uint64_t k = 0; k < counts[i]; ++k) {
            const double value = reader.real();
            if (!(std::fabs(value) <= most_value)) reader.fail("a value is out of range");
            groups_[i].push_back(value);
        }
    }
    reader.end();
}

WelchTest welch_test(std::span<const double> a, std::span<const double> b, double level,
                     std::pmr::memory_resource& memory) {
    if (!(level > 0 && level < 1)) {
        throw Error(ErrorCode::invalid_argument, "level", "level must be between 0 and 1")
            .hint("0.95 gives an interval that holds in 95 of 100 cases.");
    }
    WelchTest test;
    const Moments of_a = moments(a, memory), of_b = moments(b, memory);
    if (!a.empty()) test.mean_a = of_a.mean;
    if (!b.empty()) test.mean_b = of_b.mean;
    if (a.empty() || b.empty()) return test;
    const double difference = of_b.mean - of_a.mean;
    test.difference = difference;
    const double part_a = of_a.variance / of_a.n, part_b = of_b.variance / of_b.n, both = part_a + part_b;
    if (a.size() < 2 || b.size() < 2 || !(both > 0)) return test;
    // Shares of the variance first: squares of small variances would vanish.
    const double share_a = part_a / both, share_b = part_b / both;
    const double df = 1 / (share_a * share_a / (of_a.n - 1) + share_b * share_b / (of_b.n - 1));
    const double t = difference / std::sqrt(both);
    const boost::math::students_t_distribution<double, QuietMath> distribution(df);
    const double width =
        boost::math::quantile(boost::math::complement(distribution, (1 - level) / 2)) * std::sqrt(both);
    test.t = t;
    test.df = df;
    test.low = difference - width;
    test.high = difference + width;
    test.p = std::min(1.0, 2 * boost::math::cdf(boost::math::complement(distribution, std::fabs(t))));
    return test;
}

namespace {

constexpr std::size_t exact_below = 50;

// The two-sided exact p of u among the ways to order m and n values without ties.
double exact_rank_p(std::size_t m, std::size_t n, double u, std::pmr::memory_resource& memory) {
    // ways[j][k]: in how many orders of i and j values u is k. The greatest value is one
    // of the first group, or one of the second, which is above all i.
    const std::size_t most = m * n;
    std::pmr::vector<double> ways((n + 1) * (most + 1), 0, &memory);
    const auto at = [&](std::size_t j, std::size_t k) -> double& { return ways[j * (most + 1) + k]; };
    for (std::size_t j = 0; j <= n; ++j) at(j, 0) = 1;
    for (std::size_t i = 1; i <= m; ++i) {
        poll_interrupt();
        for (std::size_t j = 1; j <= n; ++j) {
            for (std::size_t k = i * j; k >= i; --k) at(j, k) += at(j - 1, k - i);
        }
    }
    double total = 0, below = 0;
    const double smaller = std::min(u, static_cast<double>(m * n) - u);
    for (std::size_t k = 0; k <= most; ++k) {
        total += at(n, k);
        if (static_cast<double>(k) <= smaller) below += at(n, k);
    }
    return std::min(1.0, 2 * below / total);
}

}  // namespace

RankTest rank_test(std::span<const double> a, std::span<const double> b, std::pmr::memory_resource& memory) {
    RankTest test;
    if (!a.empty()) test.median_a = median(a);
    if (!b.empty()) test.median_b = median(b);
    if (a.empty() || b.empty()) return test;
    const auto m = static_cast<double>(a.size()), n = static_cast<double>(b.size()), all = m + n;
    // Walk both in the order of size, one run of equal values at a time.
    double u = 0, ties = 0;
    std::size_t i = 0, j = 0;
    Poll poll;
    while (i < a.size() || j < b.size()) {
        poll();
        const double value = j == b.size() || (i < a.size() && a[i] <= b[j]) ? a[i] : b[j];
        const std::size_t from_i = i, from_j = j;
        while (i < a.size() && a[i] == value) ++i;
        while (j < b.size() && b[j] == value) ++j;
        const auto of_a = static_cast<double>(i - from_i), of_b = static_cast<double>(j - from_j);
        u += of_b * (static_cast<double>(from_i) + of_a / 2);
        const double run = of_a + of_b;
        ties += run * run * run - run;
    }
    test.u = u;
    test.superiority = u / (m * n);
    if (ties == 0 && a.size() < exact_below && b.size() < exact_below) {
        test.exact = true;
        test.p = exact_rank_p(a.size(), b.size(), u, memory);
        return test;
    }
    const double variance = m * n / 12 * (all + 1 - ties / (all * (all - 1)));
    if (!(variance > 0)) return test;
    const double off = u - m * n / 2, sign = off > 0 ? 0.5 : off < 0 ? -0.5 : 0;
    test.p = normal_p_value((off - sign) / std::sqrt(variance));
    return test;
}

}  // namespace journey
