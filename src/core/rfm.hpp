// Recency, frequency and monetary value of customers, scored against each other.
//
// A measure's score is 1 (worst) to `bins` (best); recency counts the other way
// round: the customer seen last is best. A model holds the cuts between scores:
// a customer has score s if he reaches cut s and not cut s + 1. How a cut is
// found is the method:
//
//   ties_share  by the mean rank of equal values: floor(bins * share) + 1, where
//               share = (customers worse + half of those equal) / customers
//   cume_dist   ceil(bins * share), share = (customers worse + equal) / customers
//   quantile    cuts are quantiles i / bins as percentile_cont has them (Hyndman &
//               Fan 1996, type 7); a value equal to a cut stays below it
//   ntile       equal counts; equal values are told apart by the other two measures
//   nested      ntile of frequency inside each recency score, of monetary inside
//               each pair of the two
//   fixed       cuts given by the user
//
// Exact: ranks are whole numbers. O(n log n) to fit, O(bins) to score.
#pragma once

#include <array>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/exact_sum.hpp"
#include "core/journey.hpp"

namespace journey {

// Microseconds since the last order, number of orders, their sum.
struct RfmValue {
    std::int64_t recency = 0;
    std::int64_t frequency = 0;
    double monetary = 0;
};

// What a negative amount (a return) does.
enum class Returns : std::uint8_t { subtract, count, ignore, error };
Returns parse_returns(std::string_view word);

// One customer's orders up to a moment; what is later is not looked at.
class RfmOrders {
  public:
    RfmOrders(Time as_of, Returns returns, std::pmr::memory_resource& memory)
        : as_of_(as_of), returns_(returns), sum_(memory) {}
    Time as_of() const { return as_of_; }
    Returns returns() const { return returns_; }

    void add(Time ts, std::optional<double> amount);
    void merge(const RfmOrders& other);
    // Nothing if there was no order.
    std::optional<RfmValue> value() const;

    // What makes a state again: count, last order, the sum's parts.
    std::int64_t count() const { return count_; }
    Time last() const { return last_; }
    const ExactSum& sum() const { return sum_; }
    void restore(std::int64_t count, Time last, std::span<const double> parts);

  private:
    Time as_of_;
    Returns returns_;
    std::int64_t count_ = 0;
    Time last_ = INT64_MIN;
    ExactSum sum_;
};

enum class RfmMethod : std::uint8_t { ties_share, cume_dist, quantile, ntile, nested, fixed };
// Throws for an unknown word and for `fixed`, which has no fit.
RfmMethod parse_rfm_method(std::string_view word);
std::string_view name_of(RfmMethod method);

inline constexpr int min_rfm_bins = 2, max_rfm_bins = 9;
void check_rfm_bins(int bins);

struct RfmScores {
    int r = 0, f = 0, m = 0;
    int combined() const { return 100 * r + 10 * f + m; }
};

inline constexpr std::uint8_t rfm_model_version = 1;

class RfmModel {
  public:
    explicit RfmModel(std::pmr::memory_resource& memory) : cuts_(&memory) {}

    void fit(std::span<const RfmValue> customers, RfmMethod method, int bins);
    // Ascending, equally many for each measure: recency in microseconds.
    void fix(std::span<const double> recency, std::span<const double> frequency,
             std::span<const double> monetary);

    RfmMethod method() const { return method_; }
    int bins() const { return bins_; }
    std::uint64_t customers() const { return customers_; }
    RfmScores score(const RfmValue& value) const;

    struct Threshold {
        int measure = 0;                 // 0 recency, 1 frequency, 2 monetary
        int within_r = 0, within_f = 0;  // nested: inside these scores, else 0
        int score = 0;                   // the score that begins here
        std::optional<double> value;     // recency in microseconds; absent: nobody reaches it
        bool inclusive = true;           // is the value itself inside?
    };
    std::size_t thresholds() const;
    Threshold threshold(std::size_t i) const;

    // Bytes: u8 version, method, bins, 0; u64 customers; three doubles a cut. The
    // text is JSON of the same.
    std::size_t encoded_size() const { return 12 + 24 * cuts_.size(); }
    void encode(std::byte* to) const;
    void decode(std::span<const std::byte> bytes);
    std::string_view text(class ModelWriter& writer) const;
    void parse(std::string_view text);

  private:
    // A measure and what tells its equals apart, greater is better.
    using Key = std::array<double, 3>;
    using Keys = std::pmr::vector<Key>;
    static Key key(const RfmValue& value, int measure);
    bool reaches(const Key& value, const Key& cut, int measure) const;
    int score(const Key& value, std::size_t first_cut, int measure) const;
    void cut(Keys& keys, int measure, std::size_t first_cut);
    void cut_nested(std::span<const RfmValue> customers);
    bool by_value() const { return method_ != RfmMethod::ntile && method_ != RfmMethod::nested; }
    std::size_t step() const { return static_cast<std::size_t>(bins_ - 1); }
    std::size_t cuts_wanted() const;

    RfmMethod method_ = RfmMethod::ties_share;
    int bins_ = 5;
    std::uint64_t customers_ = 0;
    // Recency, frequency, monetary: bins - 1 each. Nested: recency; frequency for
    // each r; monetary for each r and f.
    std::pmr::vector<Key> cuts_;
};

// Names for scores. A rule is a text such as 'Champions: 4-5 4-5 4-5': ranges of r,
// f and, if given, m. The first rule that fits names the customer; one that fits
// none is an 'Others'. Without rules: the 5x5 grid of recency and frequency, on
// which scores of other than 5 bins are put by ceil(5 * score / bins).
class RfmSegments {
  public:
    explicit RfmSegments(std::pmr::memory_resource& memory) : rules_(&memory) {}
    // The texts must live as long.
    void parse(std::span<const std::string_view> rules, int bins);

    // How many names there are, 'Others' included (the last, if there are rules).
    std::size_t size() const;
    std::string_view name(std::size_t i) const;
    // Whose name these scores have; of equal names the first.
    std::size_t find(const RfmScores& scores, int bins) const;
    std::size_t first_of(std::size_t i) const;

    struct Rule {
        std::string_view name;
        std::array<int, 3> from{}, to{};
        bool fits(const RfmScores& scores) const {
            return scores.r >= from[0] && scores.r <= to[0] && scores.f >= from[1] && scores.f <= to[1] &&
                   scores.m >= from[2] && scores.m <= to[2];
        }
    };
    const std::pmr::vector<Rule>& rules() const { return rules_; }

  private:
    std::pmr::vector<Rule> rules_;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
