#include "core/rfm.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "core/model_text.hpp"
#include "core/state_bytes.hpp"

namespace journey {

namespace {

constexpr double never = std::numeric_limits<double>::infinity();
constexpr const char* valid_methods = "Valid values are: ties_share, cume_dist, quantile, ntile, nested.";

struct MethodName {
    RfmMethod method;
    std::string_view name;
};
constexpr MethodName method_names[] = {
    {RfmMethod::ties_share, "ties_share"}, {RfmMethod::cume_dist, "cume_dist"},
    {RfmMethod::quantile, "quantile"},     {RfmMethod::ntile, "ntile"},
    {RfmMethod::nested, "nested"},         {RfmMethod::fixed, "fixed"}};

// The score that ntile(bins) gives to row i (from 0) of n.
int ntile(std::uint64_t i, std::uint64_t n, std::uint64_t bins) {
    const std::uint64_t size = n / bins, larger = n % bins;
    if (i < larger * (size + 1)) return static_cast<int>(i / (size + 1)) + 1;
    return static_cast<int>(larger + (i - larger * (size + 1)) / size) + 1;
}

}  // namespace

Returns parse_returns(std::string_view word) {
    if (word == "subtract") return Returns::subtract;
    if (word == "count") return Returns::count;
    if (word == "ignore") return Returns::ignore;
    if (word == "error") return Returns::error;
    throw Error(ErrorCode::invalid_argument, "returns", "unknown returns: \"%.*s\"",
                static_cast<int>(word.size()), word.data())
        .hint("Valid values are: subtract, count, ignore, error.");
}

void RfmOrders::add(Time ts, std::optional<double> amount) {
    if (ts > as_of_) return;
    if (amount && !(std::fabs(*amount) <= exact_sum_limit)) {
        throw Error(std::isfinite(*amount) ? ErrorCode::overflow : ErrorCode::invalid_argument, "amount",
                    std::isfinite(*amount) ? "amount is out of range" : "amount must be a finite number")
            .hint("Leave such rows out with a WHERE clause.");
    }
    if (amount && *amount < 0 && returns_ != Returns::count) {
        if (returns_ == Returns::error) {
            throw Error(ErrorCode::invalid_argument, "amount", "amount is negative: %g", *amount)
                .hint("Say what a return does: 'subtract', 'count' or 'ignore'.");
        }
        if (returns_ == Returns::subtract) sum_.add(*amount);
        return;
    }
    ++count_;
    last_ = std::max(last_, ts);
    if (amount) sum_.add(*amount);
}

void RfmOrders::merge(const RfmOrders& other) {
    count_ += other.count_;
    last_ = std::max(last_, other.last_);
    sum_.add(other.sum_);
}

std::optional<RfmValue> RfmOrders::value() const {
    if (count_ == 0) return std::nullopt;
    return RfmValue{
        static_cast<std::int64_t>(static_cast<std::uint64_t>(as_of_) - static_cast<std::uint64_t>(last_)),
        count_, sum_.value()};
}

void RfmOrders::restore(std::int64_t count, Time last, std::span<const double> parts) {
    count_ = count;
    last_ = last;
    for (double part : parts) sum_.add(part);
}

RfmMethod parse_rfm_method(std::string_view word) {
    for (const MethodName& each : method_names) {
        if (each.name == word && each.method != RfmMethod::fixed) return each.method;
    }
    throw Error(ErrorCode::invalid_argument, "method", "unknown method: \"%.*s\"",
                static_cast<int>(word.size()), word.data())
        .hint("%s Fixed thresholds are made by rfm_fixed().", valid_methods);
}

std::string_view name_of(RfmMethod method) {
    return method_names[static_cast<std::size_t>(method)].name;
}

void check_rfm_bins(int bins) {
    if (bins >= min_rfm_bins && bins <= max_rfm_bins) return;
    throw Error(ErrorCode::invalid_argument, "bins", "bins must be between %d and %d, not %d", min_rfm_bins,
                max_rfm_bins, bins)
        .hint("Five is usual.");
}

RfmModel::Key RfmModel::key(const RfmValue& value, int measure) {
    const double r = -static_cast<double>(value.recency), f = static_cast<double>(value.frequency);
    if (measure == 0) return {r, f, value.monetary};
    if (measure == 1) return {f, r, value.monetary};
    return {value.monetary, r, f};
}

bool RfmModel::reaches(const Key& value, const Key& cut, int measure) const {
    if (!by_value()) return value >= cut;
    const bool strict =
        (method_ == RfmMethod::quantile && measure != 0) || (method_ == RfmMethod::fixed && measure == 0);
    return strict ? value[0] > cut[0] : value[0] >= cut[0];
}

int RfmModel::score(const Key& value, std::size_t first_cut, int measure) const {
    int score = 1;
    for (std::size_t i = 0; i < step() && reaches(value, cuts_[first_cut + i], measure); ++i) ++score;
    return score;
}

RfmScores RfmModel::score(const RfmValue& value) const {
    RfmScores scores;
    const std::size_t bins = static_cast<std::size_t>(bins_);
    scores.r = score(key(value, 0), 0, 0);
    if (method_ != RfmMethod::nested) {
        scores.f = score(key(value, 1), step(), 1);
        scores.m = score(key(value, 2), 2 * step(), 2);
        return scores;
    }
    const auto r = static_cast<std::size_t>(scores.r - 1);
    scores.f = score(key(value, 1), step() * (1 + r), 1);
    const std::size_t cell = r * bins + static_cast<std::size_t>(scores.f - 1);
    scores.m = score(key(value, 2), step() * (1 + bins + cell), 2);
    return scores;
}

std::size_t RfmModel::cuts_wanted() const {
    const std::size_t bins = static_cast<std::size_t>(bins_);
    return step() * (method_ == RfmMethod::nested ? 1 + bins + bins * bins : 3);
}

// Finds the cuts of one measure among these customers; sorts the keys.
void RfmModel::cut(Keys& keys, int measure, std::size_t first_cut) {
    std::sort(keys.begin(), keys.end());
    poll_interrupt();
    const auto n = static_cast<std::uint64_t>(keys.size()), bins = static_cast<std::uint64_t>(bins_);
    if (method_ == RfmMethod::quantile) {
        for (std::size_t i = 1; i < bins && n > 0; ++i) {
            // As percentile_cont over values in ascending order, which recency is not here.
            const double rank =
                static_cast<double>(i) / static_cast<double>(bins) * static_cast<double>(n - 1);
            const auto below = static_cast<std::size_t>(std::floor(rank)),
                       above = static_cast<std::size_t>(std::ceil(rank));
            const auto at = [&](std::size_t k) { return measure == 0 ? -keys[n - 1 - k][0] : keys[k][0]; };
            const double quantile =
                below == above ? at(below)
                               : at(below) + (rank - static_cast<double>(below)) * (at(above) - at(below));
            const std::size_t place = measure == 0 ? bins - 1 - i : i - 1;
            cuts_[first_cut + place] = {measure == 0 ? -quantile : quantile, 0, 0};
        }
        return;
    }
    int reached = 1;
    Poll poll;
    for (std::size_t i = 0; i < keys.size();) {
        poll();
        std::size_t end = i + 1;
        while (end < keys.size() && (by_value() ? keys[end][0] == keys[i][0] : keys[end] == keys[i])) ++end;
        int score = ntile(i, n, bins);
        if (method_ == RfmMethod::ties_share) score = static_cast<int>(bins * (i + end) / (2 * n)) + 1;
        if (method_ == RfmMethod::cume_dist) score = static_cast<int>((bins * end + n - 1) / n);
        for (; reached < score; ++reached) {
            cuts_[first_cut + static_cast<std::size_t>(reached - 1)] =
                by_value() ? Key{keys[i][0], 0, 0} : keys[i];
        }
        i = end;
    }
}

void RfmModel::cut_nested(std::span<const RfmValue> customers) {
    std::pmr::memory_resource* memory = cuts_.get_allocator().resource();
    const std::size_t bins = static_cast<std::size_t>(bins_);
    std::pmr::vector<Keys> groups(memory);
    const auto cut_groups = [&](int measure, std::size_t first_cut, std::size_t count, auto group_of) {
        groups.assign(count, Keys(memory));
        for (const RfmValue& value : customers) groups[group_of(value)].push_back(key(value, measure));
        for (std::size_t g = 0; g < count; ++g) cut(groups[g], measure, first_cut + g * step());
    };
    const auto r_of = [&](const RfmValue& value) {
        return static_cast<std::size_t>(score(key(value, 0), 0, 0) - 1);
    };
    cut_groups(0, 0, 1, [](const RfmValue&) { return std::size_t{0}; });
    cut_groups(1, step(), bins, r_of);
    cut_groups(2, step() * (1 + bins), bins * bins, [&](const RfmValue& value) {
        const std::size_t r = r_of(value);
        return r * bins + static_cast<std::size_t>(score(key(value, 1), step() * (1 + r), 1) - 1);
    });
}

void RfmModel::fit(std::span<const RfmValue> customers, RfmMethod method, int bins) {
    check_rfm_bins(bins);
    method_ = method;
    bins_ = bins;
    customers_ = customers.size();
    cuts_.assign(cuts_wanted(), Key{never, never, never});
    if (method == RfmMethod::nested) return cut_nested(customers);
    Keys keys(cuts_.get_allocator());
    for (int measure = 0; measure < 3; ++measure) {
        keys.clear();
        for (const RfmValue& value : customers) keys.push_back(key(value, measure));
        cut(keys, measure, static_cast<std::size_t>(measure) * step());
    }
}

void RfmModel::fix(std::span<const double> recency, std::span<const double> frequency,
                   std::span<const double> monetary) {
    const std::span<const double> measures[] = {recency, frequency, monetary};
    constexpr const char* names[] = {"recency", "frequency", "monetary"};
    check_rfm_bins(static_cast<int>(std::min<std::size_t>(recency.size(), 1000)) + 1);
    method_ = RfmMethod::fixed;
    bins_ = static_cast<int>(recency.size()) + 1;
    customers_ = 0;
    cuts_.assign(cuts_wanted(), Key{});
    for (std::size_t measure = 0; measure < 3; ++measure) {
        const auto values = measures[measure];
        if (values.size() != recency.size()) {
            throw Error(ErrorCode::invalid_argument, names[measure], "%s has %zu thresholds, recency has %zu",
                        names[measure], values.size(), recency.size())
                .hint("Give as many for each measure: four make five scores.");
        }
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (!std::isfinite(values[i]) || (i > 0 && values[i] <= values[i - 1])) {
                throw Error(ErrorCode::invalid_argument, names[measure], "%s must be finite and ascending",
                            names[measure])
                    .detail("Element %zu is not above the one before it, or not finite.", i + 1)
                    .hint("Each threshold begins a score, so no two are equal.");
            }
            const std::size_t place = measure == 0 ? step() - 1 - i : i;
            cuts_[measure * step() + place] = {measure == 0 ? -values[i] : values[i], 0, 0};
        }
    }
}

std::size_t RfmModel::thresholds() const {
    return cuts_.size();
}

RfmModel::Threshold RfmModel::threshold(std::size_t i) const {
    Threshold row;
    const std::size_t bins = static_cast<std::size_t>(bins_), group = i / step();
    row.score = static_cast<int>(i % step()) + 2;
    if (method_ != RfmMethod::nested) {
        row.measure = static_cast<int>(group);
    } else if (group > bins) {
        row.measure = 2;
        row.within_r = static_cast<int>((group - 1 - bins) / bins) + 1;
        row.within_f = static_cast<int>((group - 1 - bins) % bins) + 1;
    } else if (group > 0) {
        row.measure = 1;
        row.within_r = static_cast<int>(group);
    }
    const double value = cuts_[i][0];
    if (value != never) row.value = row.measure == 0 ? 0.0 - value : value;
    row.inclusive = reaches(cuts_[i], cuts_[i], row.measure);
    return row;
}

void RfmModel::encode(std::byte* to) const {
    *to++ = std::byte{rfm_model_version};
    *to++ = static_cast<std::byte>(method_);
    *to++ = static_cast<std::byte>(bins_);
    *to++ = std::byte{0};
    to = store(to, customers_);
    for (const Key& cut : cuts_) {
        for (double part : cut) to = store_real(to, part);
    }
}

void RfmModel::decode(std::span<const std::byte> bytes) {
    StateReader reader(bytes, "rfm_model", "rfm_fit");
    reader.version(rfm_model_version);
    const auto method = reader.number<std::uint8_t>();
    if (method > static_cast<std::uint8_t>(RfmMethod::fixed)) reader.fail("unknown method");
    method_ = static_cast<RfmMethod>(method);
    bins_ = reader.number<std::uint8_t>();
    if (bins_ < min_rfm_bins || bins_ > max_rfm_bins) reader.fail("bins out of range");
    if (reader.number<std::uint8_t>() != 0) reader.fail("unknown flags");
    customers_ = reader.tally();
    if (customers_ > INT64_MAX) reader.fail("customers out of range");
    const std::size_t wanted = cuts_wanted();
    if (reader.left() != wanted * 24) reader.fail("wrong number of thresholds");
    cuts_.resize(wanted);
    for (Key& cut : cuts_) {
        for (double& part : cut) {
            part = reader.real();
            if (std::isnan(part)) reader.fail("a threshold is no number");
        }
    }
}

std::string_view RfmModel::text(ModelWriter& writer) const {
    writer.integer("version", rfm_model_version);
    writer.text("method", name_of(method_));
    writer.integer("bins", bins_);
    writer.integer("customers", static_cast<long long>(customers_));
    std::pmr::vector<double> numbers(cuts_.get_allocator().resource());
    for (const Key& cut : cuts_) {
        for (std::size_t i = 0; i < (by_value() ? 1u : 3u); ++i) numbers.push_back(cut[i]);
    }
    writer.numbers("thresholds", numbers);
    return writer.finish();
}

void RfmModel::parse(std::string_view text) {
    ModelReader reader(text, "rfm_model");
    std::pmr::vector<double> numbers(cuts_.get_allocator().resource());
    bool known = false;
    method_ = RfmMethod::fixed;
    bins_ = 0;
    while (reader.next()) {
        if (reader.key() == "version") {
            reader.integer(rfm_model_version, rfm_model_version);
        } else if (reader.key() == "method") {
            const std::string_view word = reader.text();
            for (const MethodName& each : method_names) {
                if (each.name == word) method_ = each.method, known = true;
            }
        } else if (reader.key() == "bins") {
            bins_ = static_cast<int>(reader.integer(min_rfm_bins, max_rfm_bins));
        } else if (reader.key() == "customers") {
            customers_ = static_cast<std::uint64_t>(reader.integer(0, INT64_MAX));
        } else if (reader.key() == "thresholds") {
            reader.numbers(numbers, never);
        } else {
            reader.fail("unknown key");
        }
    }
    if (!known) reader.fail("no known method");
    if (bins_ == 0) reader.fail("no bins");
    const std::size_t each = by_value() ? 1 : 3;
    if (numbers.size() != cuts_wanted() * each) reader.fail("wrong number of thresholds");
    cuts_.assign(cuts_wanted(), Key{});
    for (std::size_t i = 0; i < numbers.size(); ++i) cuts_[i / each][i % each] = numbers[i];
    for (Key& cut : cuts_) {
        if (cut[0] == never) cut = {never, never, never};
    }
}

}  // namespace journey
