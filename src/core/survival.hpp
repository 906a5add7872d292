// Survival with right-censoring: Kaplan-Meier and Nelson-Aalen.
//
// A customer is watched for a duration (a number; its unit is the caller's) that
// ends with an event or, censored, without one. Who comes under observation late
// has an entry: he is at risk after it, up to and including his duration. At one
// time events come before censorings. Times that differ by less than 1e-9 of
// their size are one time: 0.1 + 0.2 and 0.3 are.
//
// Formulas: Kaplan & Meier 1958; Greenwood's variance; Nelson 1972, Aalen 1978;
// Fleming & Harrington 1984 for ties; limits as R's survival package (Therneau).
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace journey {

inline constexpr std::uint8_t survival_table_version = 1;
inline constexpr double no_number = std::numeric_limits<double>::quiet_NaN();  // SQL's NULL

// Is `later` the same time as `earlier`, which is not above it?
inline bool is_same_time(double earlier, double later) {
    return later - earlier <= 1e-9 * std::fabs(later);
}

// Throws for what is no duration: negative, infinite, NaN.
void check_duration(double duration);
// Throws unless 0 <= entry < duration.
void check_entry(double entry, double duration);

enum class IntervalType { log, log_log, plain, logit };
IntervalType interval_type_of(std::string_view word);

// Limits around an estimate: a confidence level and the scale they are made on.
struct SurvivalConfidence {
    double level = 0.95;
    IntervalType type = IntervalType::log;

    // Throws unless 0 < level < 1.
    void check() const;
    double normal_quantile() const;
};

// P-values; NaN for a statistic that is not finite, or no degrees of freedom.
double chi_square_p(double statistic, int df);
double two_sided_p(double z);

struct SurvivalEstimate {
    double value = no_number, std_error = no_number, lower = no_number, upper = no_number;
};

// One time at which somebody's observation ended.
struct CurvePoint {
    double time = 0;
    std::int64_t at_risk = 0, events = 0, censored = 0;
    SurvivalEstimate estimate;  // survival, or cumulative hazard
};

// Who left at which time: the mergeable state of the aggregates. Distinct times
// only; 32 bytes each, at most as many again while it grows.
//
// Bytes: u8 version, u8 zero, i64 customers who were there from the start, i64
// excluded, u64 times, then for each its time (f64), entered, events, censored (i64).
class SurvivalTable {
  public:
    explicit SurvivalTable(std::pmr::memory_resource& memory) : counts_(&memory) {}

    // Amortised O(log n). No entry: there from the start. So many customers alike.
    void add(double duration, bool event, std::optional<double> entry, std::int64_t customers = 1);
    // A row with a NULL.
    void exclude() { ++excluded_; }
    void merge(const SurvivalTable& other);

    std::int64_t customers();
    std::int64_t events();
    std::int64_t excluded() const { return excluded_; }
    // The last time somebody was seen; NaN if there is nobody.
    double last_time();

    // In the order of time. O(distinct times).
    std::pmr::vector<CurvePoint> kaplan_meier(const SurvivalConfidence& confidence,
                                              std::pmr::memory_resource& memory);
    // `tied_one_by_one`: d events at one time are d steps, n, n - 1, ... at risk
    // (Fleming & Harrington). Only log and plain limits.
    std::pmr::vector<CurvePoint> nelson_aalen(const SurvivalConfidence& confidence, bool tied_one_by_one,
                                              std::pmr::memory_resource& memory);

    std::size_t encoded_size();
    void encode(std::byte* to);
    // Throws ErrorCode::invalid_binary.
    void decode(std::span<const std::byte> bytes);

  private:
    struct Count {
        double time = 0;
        std::int64_t entered = 0, events = 0, censored = 0;
    };
    void put(const Count& count);
    void compact() noexcept;
    // Times as one, from entered to left; entries between two of them taken together.
    std::pmr::vector<CurvePoint> points(std::pmr::memory_resource& memory);

    std::pmr::vector<Count> counts_;
    std::size_t compacted_ = 0;  // the first so many are ordered and distinct
    std::int64_t from_start_ = 0;
    std::int64_t excluded_ = 0;
};

// Figures of a Kaplan-Meier curve, NaN where the data do not reach: beyond the
// last time seen nothing is known unless the curve has come to 0.
double survival_at(std::span<const CurvePoint> curve, double time);
// The time by which a share p (0..1) had the event; where the curve is flat at
// 1 - p exactly, the middle of the flat stretch. The limits are the same of the
// curve's limits (Brookmeyer & Crowley 1982).
SurvivalEstimate survival_quantile(std::span<const CurvePoint> curve, double p);
// Mean time without the event up to a horizon: the area under the curve.
SurvivalEstimate restricted_mean(std::span<const CurvePoint> curve, double horizon,
                                 const SurvivalConfidence& confidence);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
