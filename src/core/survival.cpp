#include "core/survival.hpp"

#include <algorithm>
#include <bit>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>

#include "core/encoding.hpp"
#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "core/state_bytes.hpp"

namespace journey {

namespace {

constexpr double tolerance = 1.5e-8;  // R's, for "the curve is at one half"

[[noreturn]] void fail_table(const char* what) {
    fail_stored("survival_table", "survival_table", what);
}

double clip(double probability) {
    return std::clamp(probability, 0.0, 1.0);
}

// Limits of a survival whose logarithm has the standard error `spread`.
void set_limits(SurvivalEstimate& to, double spread, double z, IntervalType type) {
    const double s = to.value;
    if (s <= 0) return;
    to.std_error = s * spread;
    const bool inside = s < 1;
    switch (type) {
        case IntervalType::log:
            to.lower = clip(s * std::exp(-z * spread));
            to.upper = clip(s * std::exp(z * spread));
            return;
        case IntervalType::plain:
            to.lower = clip(s - z * to.std_error);
            to.upper = clip(s + z * to.std_error);
            return;
        case IntervalType::log_log: {
            if (!inside) return;
            const double centre = std::log(-std::log(s)), reach = z * spread / std::fabs(std::log(s));
            to.lower = std::exp(-std::exp(centre + reach));
            to.upper = std::exp(-std::exp(centre - reach));
            return;
        }
        case IntervalType::logit: {
            if (!inside) return;
            const double centre = std::log(s / (1 - s)), reach = z * spread / (1 - s);
            to.lower = 1 / (1 + std::exp(reach - centre));
            to.upper = 1 / (1 + std::exp(-reach - centre));
            return;
        }
    }
}

// The first time at which the curve, read by `get`, is at 1 - p or below.
template <class Get>
double crossing(std::span<const CurvePoint> curve, double p, Get get) {
    const double level = 1 - p;
    double first = no_number, value = 0;
    for (const CurvePoint& point : curve) {
        const double y = get(point.estimate);
        if (std::isnan(y) || y >= level + tolerance) continue;
        if (std::isnan(first)) {
            first = point.time;
            value = y;
            if (std::fabs(y - level) >= tolerance) return first;
        } else if (y < value) {
            return (first + point.time) / 2;
        }
    }
    return first;
}

}  // namespace

void check_duration(double duration) {
    if (std::isfinite(duration) && duration >= 0) return;
    throw Error(ErrorCode::invalid_argument, "duration", "duration must be a finite number of at least 0")
        .detail("It is %g.", duration)
        .hint("Leave such rows out with a WHERE clause, or mend how the duration is computed.");
}

void check_entry(double entry, double duration) {
    if (std::isfinite(entry) && entry >= 0 && entry < duration && !is_same_time(entry, duration)) return;
    throw Error(ErrorCode::invalid_argument, "entry", "entry must be at least 0 and below duration")
        .detail("entry is %g and duration is %g.", entry, duration)
        .hint("A customer is at risk after entry, up to duration; both count from the same start.");
}

IntervalType interval_type_of(std::string_view word) {
    if (word == "log") return IntervalType::log;
    if (word == "log-log") return IntervalType::log_log;
    if (word == "plain") return IntervalType::plain;
    if (word == "logit") return IntervalType::logit;
    throw Error(ErrorCode::invalid_argument, "interval_type", "unknown interval_type \"%.*s\"",
                static_cast<int>(std::min<std::size_t>(word.size(), 100)), word.data())
        .hint("Valid are log, log-log, plain, logit.");
}

void SurvivalConfidence::check() const {
    if (level > 0 && level < 1) return;
    throw Error(ErrorCode::invalid_argument, "confidence", "confidence must be between 0 and 1")
        .hint("Write 0.95 for 95 percent.");
}

double SurvivalConfidence::normal_quantile() const {
    return std::sqrt(2.0) * boost::math::erf_inv(level);
}

double chi_square_p(double statistic, int df) {
    if (df < 1 || !std::isfinite(statistic)) return no_number;
    return statistic <= 0 ? 1 : boost::math::gamma_q(df / 2.0, statistic / 2);
}

double two_sided_p(double z) {
    return std::isfinite(z) ? std::erfc(std::fabs(z) / std::sqrt(2.0)) : no_number;
}

void SurvivalTable::add(double duration, bool event, std::optional<double> entry, std::int64_t customers) {
    constexpr std::int64_t most = 1'000'000'000'000;
    check_duration(duration);
    if (entry) check_entry(*entry, duration);
    if (customers < 0 || customers > most) {
        throw Error(ErrorCode::invalid_argument, "customers", "customers must be between 0 and 1000000000000")
            .hint("It is the number of customers whom the row stands for.");
    }
    if (customers == 0) return;
    put({duration + 0.0, 0, event ? customers : 0, event ? 0 : customers});  // -0 + 0 is 0
    if (entry) {
        put({*entry + 0.0, customers, 0, 0});
    } else {
        from_start_ += customers;
    }
}

void SurvivalTable::put(const Count& count) {
    if (counts_.size() >= 64 && counts_.size() >= 2 * compacted_) {
        poll_interrupt();
        compact();
    }
    counts_.push_back(count);
}

// Neither allocates nor throws: it also runs while the state is written out.
void SurvivalTable::compact() noexcept {
    if (compacted_ == counts_.size()) return;
    std::sort(counts_.begin(), counts_.end(), [](const Count& a, const Count& b) { return a.time < b.time; });
    std::size_t kept = 0;
    for (std::size_t i = 1; i < counts_.size(); ++i) {
        if (counts_[i].time == counts_[kept].time) {
            counts_[kept].entered += counts_[i].entered;
            counts_[kept].events += counts_[i].events;
            counts_[kept].censored += counts_[i].censored;
        } else {
            counts_[++kept] = counts_[i];
        }
    }
    counts_.resize(kept + 1);
    compacted_ = counts_.size();
}

void SurvivalTable::merge(const SurvivalTable& other) {
    Poll poll;
    for (const Count& count : other.counts_) {
        put(count);
        poll();
    }
    from_start_ += other.from_start_;
    excluded_ += other.excluded_;
}

std::int64_t SurvivalTable::customers() {
    std::int64_t sum = 0;
    for (const Count& count : counts_) sum += count.events + count.censored;
    return sum;
}

std::int64_t SurvivalTable::events() {
    std::int64_t sum = 0;
    for (const Count& count : counts_) sum += count.events;
    return sum;
}

double SurvivalTable::last_time() {
    double last = no_number;
    for (const Count& count : counts_) {
        if (count.events + count.censored > 0 && !(count.time <= last)) last = count.time;
    }
    return last;
}

std::pmr::vector<CurvePoint> SurvivalTable::points(std::pmr::memory_resource& memory) {
    compact();
    std::pmr::vector<CurvePoint> points(&memory);
    Poll poll;
    std::int64_t present = from_start_;
    for (std::size_t i = 0; i < counts_.size();) {
        CurvePoint point;
        point.time = counts_[i].time;
        std::int64_t entered = 0;
        const double first = counts_[i].time;
        for (; i < counts_.size() && is_same_time(first, counts_[i].time); ++i) {
            entered += counts_[i].entered;
            point.events += counts_[i].events;
            point.censored += counts_[i].censored;
            poll();
        }
        point.at_risk = present;
        if (point.events + point.censored > 0) points.push_back(point);
        // Who enters at a time is at risk after it.
        present += entered - point.events - point.censored;
    }
    return points;
}

std::pmr::vector<CurvePoint> SurvivalTable::kaplan_meier(const SurvivalConfidence& confidence,
                                                         std::pmr::memory_resource& memory) {
    auto curve = points(memory);
    const double z = confidence.normal_quantile();
    double survival = 1, variance = 0;
    for (CurvePoint& point : curve) {
        const auto n = static_cast<double>(point.at_risk), d = static_cast<double>(point.events);
        if (point.events > 0) {
            survival *= (n - d) / n;
            if (point.at_risk > point.events) variance += d / (n * (n - d));
        }
        point.estimate.value = survival;
        set_limits(point.estimate, std::sqrt(variance), z, confidence.type);
    }
    return curve;
}

std::pmr::vector<CurvePoint> SurvivalTable::nelson_aalen(const SurvivalConfidence& confidence,
                                                         bool tied_one_by_one,
                                                         std::pmr::memory_resource& memory) {
    if (confidence.type != IntervalType::log && confidence.type != IntervalType::plain) {
        throw Error(ErrorCode::invalid_argument, "interval_type",
                    "interval_type of a cumulative hazard must be log or plain")
            .hint("log-log and logit are for probabilities; use kaplan_meier().");
    }
    auto curve = points(memory);
    const double z = confidence.normal_quantile();
    double hazard = 0, variance = 0;
    Poll poll;
    for (CurvePoint& point : curve) {
        const auto n = static_cast<double>(point.at_risk);
        if (tied_one_by_one) {
            for (std::int64_t k = 0; k < point.events; ++k) {
                const double left = n - static_cast<double>(k);
                hazard += 1 / left;
                variance += 1 / (left * left);
                poll();
            }
        } else if (point.events > 0) {
            hazard += static_cast<double>(point.events) / n;
            variance += static_cast<double>(point.events) / (n * n);
        }
        SurvivalEstimate& estimate = point.estimate;
        estimate.value = hazard;
        estimate.std_error = std::sqrt(variance);
        if (confidence.type == IntervalType::plain || hazard == 0) {
            estimate.lower = std::max(0.0, hazard - z * estimate.std_error);
            estimate.upper = hazard + z * estimate.std_error;
        } else {
            estimate.lower = hazard * std::exp(-z * estimate.std_error / hazard);
            estimate.upper = hazard * std::exp(z * estimate.std_error / hazard);
        }
    }
    return curve;
}

std::size_t SurvivalTable::encoded_size() {
    compact();
    return 2 + 8 + 8 + 8 + 32 * counts_.size();
}

void SurvivalTable::encode(std::byte* to) {
    compact();
    *to++ = std::byte{survival_table_version};
    *to++ = std::byte{0};
    to = store(to, from_start_);
    to = store(to, excluded_);
    to = store(to, std::uint64_t{counts_.size()});
    for (const Count& count : counts_) {
        to = store(to, std::bit_cast<std::uint64_t>(count.time));
        to = store(to, count.entered);
        to = store(to, count.events);
        to = store(to, count.censored);
    }
}

void SurvivalTable::decode(std::span<const std::byte> bytes) {
    constexpr std::size_t head = 26, row = 32;
    // No number of customers is so large that a sum of them could overflow.
    constexpr std::int64_t most = INT64_MAX / 4;
    if (bytes.size() < head) fail_table("it ends too early");
    const std::byte* at = bytes.data();
    if (load<std::uint8_t>(at) != survival_table_version) fail_table("unknown version");
    if (load<std::uint8_t>(at + 1) != 0) fail_table("unknown flags");
    from_start_ = load<std::int64_t>(at + 2);
    excluded_ = load<std::int64_t>(at + 10);
    const auto size = load<std::uint64_t>(at + 18);
    if (size != (bytes.size() - head) / row || (bytes.size() - head) % row != 0) fail_table("wrong length");
    counts_.clear();
    counts_.reserve(size);
    std::int64_t present = from_start_, left = 0, entered = 0;
    if (present < 0 || present > most || excluded_ < 0 || excluded_ > most)
        fail_table("a count out of range");
    at += head;
    double last = -1;
    for (std::size_t i = 0; i < size; ++i, at += row) {
        const Count count{std::bit_cast<double>(load<std::uint64_t>(at)), load<std::int64_t>(at + 8),
                          load<std::int64_t>(at + 16), load<std::int64_t>(at + 24)};
        if (!std::isfinite(count.time) || count.time <= last || std::signbit(count.time))
            fail_table("times out of order");
        for (const std::int64_t number : {count.entered, count.events, count.censored}) {
            if (number < 0 || number > most) fail_table("a count out of range");
        }
        last = count.time;
        left += count.events + count.censored;
        entered += count.entered;
        if (left > most || entered > most) fail_table("a count out of range");
        present -= count.events + count.censored;
        if (present < 0) fail_table("more customers leave than were there");
        present += count.entered;
        counts_.push_back(count);
    }
    if (present != 0) fail_table("some customers never leave");
    compacted_ = counts_.size();
}

double survival_at(std::span<const CurvePoint> curve, double time) {
    if (curve.empty() || std::isnan(time)) return no_number;
    const auto after = std::upper_bound(
        curve.begin(), curve.end(), time,
        [](double t, const CurvePoint& point) { return t < point.time && !is_same_time(t, point.time); });
    if (after == curve.begin()) return 1;
    const double survival = (after - 1)->estimate.value;
    const bool beyond = time > curve.back().time && !is_same_time(curve.back().time, time);
    return beyond && survival > 0 ? no_number : survival;
}

SurvivalEstimate survival_quantile(std::span<const CurvePoint> curve, double p) {
    if (!(p >= 0 && p <= 1)) {
        throw Error(ErrorCode::invalid_argument, "p", "p must be between 0 and 1")
            .hint("Write 0.5 for the median.");
    }
    return {crossing(curve, p, [](const SurvivalEstimate& e) { return e.value; }), no_number,
            crossing(curve, p, [](const SurvivalEstimate& e) { return e.lower; }),
            crossing(curve, p, [](const SurvivalEstimate& e) { return e.upper; })};
}

SurvivalEstimate restricted_mean(std::span<const CurvePoint> curve, double horizon,
                                 const SurvivalConfidence& confidence) {
    if (!(std::isfinite(horizon) && horizon > 0)) {
        throw Error(ErrorCode::invalid_argument, "horizon", "horizon must be a finite number above 0")
            .hint("Write it in the unit of the durations.");
    }
    if (std::isnan(survival_at(curve, horizon))) return {};
    // From the right: the area still to come, which the variance asks for.
    double area = 0, variance = 0, end = horizon;
    for (std::size_t i = curve.size(); i-- > 0;) {
        const CurvePoint& point = curve[i];
        if (point.time > horizon) continue;
        area += (end - point.time) * point.estimate.value;
        end = point.time;
        const auto n = static_cast<double>(point.at_risk), d = static_cast<double>(point.events);
        if (n > d) variance += area * area * d / (n * (n - d));
    }
    area += end;
    const double std_error = std::sqrt(variance), reach = confidence.normal_quantile() * std_error;
    return {area, std_error, std::max(0.0, area - reach), std::min(horizon, area + reach)};
}

}  // namespace journey
