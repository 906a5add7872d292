// Is the difference real? Tests between two groups, periods or variants, a and b.
// Differences are b - a, p-values two-sided. Moments and quantiles of the
// distributions come from Boost.Math.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace journey {

// Shares: successes of n. Whole numbers, or credits of attribution, which add up like
// them.
struct Share {
    double successes = 0, n = 0;
};

enum class ProportionMethod {
    automatic,  // Fisher where some cell is expected to hold less than 5 (W. G. Cochran, 1954), else z
    z,          // the pooled two-proportion z test: its square is Pearson's chi-squared of the 2 x 2 table
    fisher,     // R. A. Fisher's exact test: tables no more probable than this one, as in R
};
// Throws for an unknown word.
ProportionMethod parse_proportion_method(std::string_view word);

struct ProportionTest {
    std::optional<double> rate_a, rate_b;    // none of nobody
    std::optional<double> difference, lift;  // lift: difference of rate_a
    // R. G. Newcombe's interval of the difference (1998, method 10): from the intervals of
    // E. B. Wilson (1927) of each rate. It stays within -1 and 1 and holds at 0 and 1.
    std::optional<double> low, high;
    bool exact = false;       // Fisher
    std::optional<double> z;  // none of Fisher's
    std::optional<double> p;
};
// Throws if successes are negative or more than n, Fisher's are not whole, or level is
// not between 0 and 1.
ProportionTest proportion_test(const Share& a, const Share& b, double level, ProportionMethod method);

struct Interval2 {
    double low, high;
};
Interval2 wilson_interval(const Share& share, double level);

// Fisher's exact p of (successes, failures) in a and b. O(standard deviation of the
// table), so even millions cost little.
double fisher_p(double successes_a, double n_a, double successes_b, double n_b);

// Many tests at once: p-values made larger, so that none is taken for news by chance.
enum class Adjustment {
    none,
    bonferroni,
    holm,      // S. Holm, 1979: the chance of any false alarm
    hochberg,  // Y. Hochberg, 1988: the same for independent tests
    bh,        // Y. Benjamini, Y. Hochberg, 1995: the share of false alarms among the alarms
    by,        // Y. Benjamini, D. Yekutieli, 2001: the same under any dependence
};
Adjustment parse_adjustment(std::string_view word);
// In place; NaN stays and is not counted. As R's p.adjust. Throws outside 0..1.
void adjust(std::span<double> p, Adjustment method, std::pmr::memory_resource& memory);

// Pearson's chi-squared test that two lists of counts are of one distribution. Places
// where both are 0 are left out.
struct HomogeneityTest {
    double statistic = 0;
    std::int64_t df = 0;
    std::optional<double> p;
    std::optional<double> cramers_v;  // 0: equal, 1: nothing in common
};
HomogeneityTest homogeneity_test(std::span<const double> a, std::span<const double> b);

// Values: amounts, lengths of time. Kept all, 8 bytes each, so that the order of rows
// changes nothing and ranks are exact. Bytes: u8 version, u8 zero, u64 count of a, of
// b, of rows dropped; the values.
class ValueGroups {
  public:
    explicit ValueGroups(std::pmr::memory_resource& memory) : groups_{Values(&memory), Values(&memory)} {}
    void add(double value, bool in_b);
    void drop() { ++dropped_; }
    void merge(const ValueGroups& other);
    std::uint64_t dropped() const { return dropped_; }
    std::span<const double> a() const { return groups_[0]; }
    std::span<const double> b() const { return groups_[1]; }
    // In the order of size; changes no answer.
    void order();

    std::size_t encoded_size() const { return 2 + 24 + 8 * (groups_[0].size() + groups_[1].size()); }
    void encode(std::byte* to) const;
    // Throws ErrorCode::invalid_binary.
    void decode(std::span<const std::byte> bytes);

  private:
    using Values = std::pmr::vector<double>;
    Values groups_[2];
    std::uint64_t dropped_ = 0;
};

// B. L. Welch's t test (1947), of unequal variances. No t without two values in both
// groups that are not all equal.
struct WelchTest {
    std::optional<double> mean_a, mean_b, difference, low, high, t, df, p;
};
WelchTest welch_test(std::span<const double> a, std::span<const double> b, double level,
                     std::pmr::memory_resource& memory);

// H. B. Mann and D. R. Whitney's test (1947) of ordered values: exact for fewer than 50
// in both groups without ties, else normal with corrections for ties and continuity, as
// in R's wilcox.test.
struct RankTest {
    std::optional<double> median_a, median_b;
    std::optional<double> u;            // pairs in which b is greater, ties half
    std::optional<double> superiority;  // the share of such pairs: 0.5 is no difference
    bool exact = false;
    std::optional<double> p;
};
RankTest rank_test(std::span<const double> a, std::span<const double> b, std::pmr::memory_resource& memory);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
