#include "core/survival_rows.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "core/encoding.hpp"
#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "core/state_bytes.hpp"
#include "core/survival.hpp"

namespace journey {

namespace {

constexpr char type[] = "survival_rows", maker[] = "an aggregate such as cox_fit";

[[noreturn]] void fail_difference(const char* argument) {
    throw Error(ErrorCode::invalid_argument, argument, "%s differs between the rows of one call", argument)
        .hint("Pass a constant, or group by what it depends on.");
}

// Places of labels in the order of their bytes; `used` labels get one.
struct LabelOrder {
    LabelOrder(const Dictionary& labels, const std::pmr::vector<std::uint32_t>& codes,
               std::pmr::vector<std::string_view>& names, std::pmr::memory_resource& memory)
        : place(labels.size(), 0, &memory) {
        std::pmr::vector<std::uint8_t> seen(labels.size(), 0, &memory);
        for (const std::uint32_t code : codes) seen[code] = 1;
        std::pmr::vector<std::uint32_t> order(&memory);
        for (std::uint32_t code = 0; code < labels.size(); ++code) {
            if (seen[code] != 0) order.push_back(code);
        }
        std::sort(order.begin(), order.end(),
                  [&](std::uint32_t a, std::uint32_t b) { return labels.name(a) < labels.name(b); });
        for (std::uint32_t i = 0; i < order.size(); ++i) {
            place[order[i]] = i;
            names.push_back(labels.name(order[i]));
        }
    }
    std::pmr::vector<std::uint32_t> place;
};

// Times that differ by less than 1e-9 of their size become the least of them.
class UnitedTimes {
  public:
    explicit UnitedTimes(std::pmr::memory_resource& memory) : times_(&memory) {}
    void reserve(std::size_t size) { times_.reserve(size); }
    void see(double time) { times_.push_back(time); }
    void finish() {
        Poll poll;
        std::sort(times_.begin(), times_.end(), [&](double a, double b) {
            poll();
            return a < b;
        });
        times_.erase(std::unique(times_.begin(), times_.end()), times_.end());
        std::size_t kept = 0;
        for (std::size_t i = 1; i < times_.size(); ++i) {
            if (!is_same_time(times_[kept], times_[i])) times_[++kept] = times_[i];
        }
        differ_ = kept + 1 >= times_.size();  // clearly, as they usually do
        if (!differ_) times_.resize(kept + 1);
    }
    double operator()(double time) const {
        return differ_ ? time : *(std::upper_bound(times_.begin(), times_.end(), time) - 1);
    }

  private:
    std::pmr::vector<double> times_;
    bool differ_ = true;
};

}  // namespace

void SurvivalRows::set(const SurvivalSettings& settings, bool has_entry, bool has_labels, bool has_weight) {
    if (is_set_) {
        if (!std::equal(names_.begin(), names_.end(), settings.names.begin(), settings.names.end(),
                        [](const std::pmr::string& a, std::string_view b) { return a == b; })) {
            fail_difference("names");
        }
        if (word_ != settings.word) fail_difference("an option");
        if (first_ != settings.first || second_ != settings.second) fail_difference("a numeric option");
        if (has_entry != has_entry_ || has_labels != has_labels_ || has_weight != has_weight_)
            fail_stored(type, maker, "states of two different calls");
        return;
    }
    is_set_ = true;
    for (const std::string_view name : settings.names) {
        if (name.empty()) {
            throw Error(ErrorCode::invalid_argument, "names", "names must not contain an empty name")
                .hint("Name every covariate, in the order of the array.");
        }
        names_.emplace_back(name);
    }
    word_ = settings.word;
    first_ = settings.first;
    second_ = settings.second;
    has_entry_ = has_entry;
    has_labels_ = has_labels;
    has_weight_ = has_weight;
}

void SurvivalRows::set_width(std::size_t covariates) {
    if (covariates > max_covariates) {
        throw Error(ErrorCode::limit, "covariates", "covariates has %zu elements, at most %u are allowed",
                    covariates, max_covariates)
            .hint("Choose the ones that matter.");
    }
    if (has_width_ && covariates != covariates_) {
        throw Error(ErrorCode::invalid_argument, "covariates",
                    "covariates has %zu elements in one row and %zu in another",
                    std::min(covariates, covariates_), std::max(covariates, covariates_))
            .hint("Pass one number for each covariate, in the same order.");
    }
    if (!names_.empty() && covariates != names_.size()) {
        throw Error(ErrorCode::invalid_argument, "names", "names has %zu elements for %zu covariates",
                    names_.size(), covariates)
            .hint("Name every covariate, in the order of the array.");
    }
    covariates_ = covariates;
    has_width_ = true;
}

void SurvivalRows::add(const SurvivalRow& row) {
    check_duration(row.duration);
    if (has_entry_ && row.entry != from_the_start) check_entry(row.entry, row.duration);
    if (has_weight_ && !(row.weight > 0 && std::isfinite(row.weight))) {
        throw Error(ErrorCode::invalid_argument, "weights", "weights must be positive and finite")
            .detail("It is %g.", row.weight)
            .hint("Leave rows that do not count out with a WHERE clause.");
    }
    if (!has_width_ || row.covariates.size() != covariates_) set_width(row.covariates.size());
    for (std::size_t i = 0; i < row.covariates.size(); ++i) {
        if (std::isfinite(row.covariates[i])) continue;
        throw Error(ErrorCode::invalid_argument, "covariates", "covariates must be finite")
            .detail("Element %zu is %g.", i + 1, row.covariates[i])
            .hint("Make it NULL to leave the row out, or mend how it is computed.");
    }
    numbers_.push_back(row.duration + 0.0);  // -0 becomes 0
    if (has_entry_) numbers_.push_back(row.entry + 0.0);
    if (has_weight_) numbers_.push_back(row.weight);
    for (const double number : row.covariates) numbers_.push_back(number + 0.0);
    if (has_labels_) {
        groups_.push_back(labels_.intern(row.group, "group"));
        strata_.push_back(labels_.intern(row.stratum, "stratum"));
    }
    events_.push_back(row.event ? 1 : 0);
}

void SurvivalRows::merge(const SurvivalRows& other) {
    excluded_ += other.excluded_;
    if (!other.is_set_) return;
    std::pmr::vector<std::string_view> names(other.names_.begin(), other.names_.end(),
                                             numbers_.get_allocator());
    set({names, other.word_, other.first_, other.second_}, other.has_entry_, other.has_labels_,
        other.has_weight_);
    if (other.size() == 0) return;
    set_width(other.covariates_);
    numbers_.insert(numbers_.end(), other.numbers_.begin(), other.numbers_.end());
    events_.insert(events_.end(), other.events_.begin(), other.events_.end());
    Poll poll;
    for (std::size_t i = 0; i < other.groups_.size(); ++i) {
        groups_.push_back(labels_.intern(other.labels_.name(other.groups_[i]), "group"));
        strata_.push_back(labels_.intern(other.labels_.name(other.strata_[i]), "stratum"));
        poll();
    }
}

OrderedRows SurvivalRows::ordered(std::pmr::memory_resource& memory) const {
    OrderedRows rows(memory);
    const LabelOrder strata(labels_, strata_, rows.strata, memory),
        groups(labels_, groups_, rows.groups, memory);
    struct Key {
        double duration;
        std::uint32_t stratum, row;
    };
    const std::size_t n = size(), width = stride();
    std::pmr::vector<Key> keys(&memory);
    keys.reserve(n);
    UnitedTimes united(memory);
    united.reserve(has_entry_ ? 2 * n : n);
    for (std::size_t i = 0; i < n; ++i) {
        united.see(numbers(i)[0]);
        if (has_entry_) united.see(numbers(i)[1]);
    }
    united.finish();
    for (std::size_t i = 0; i < n; ++i) {
        keys.push_back(
            {numbers(i)[0], has_labels_ ? strata.place[strata_[i]] : 0, static_cast<std::uint32_t>(i)});
    }
    poll_interrupt();
    const auto differ = [&](std::uint32_t a, std::uint32_t b) {
        if (events_[a] != events_[b]) return events_[a] < events_[b];
        if (has_labels_ && groups_[a] != groups_[b])
            return groups.place[groups_[a]] < groups.place[groups_[b]];
        const double *from = numbers(a) + 1, *with = numbers(b) + 1;
        for (std::size_t k = 1; k < width; ++k, ++from, ++with) {
            if (*from != *with) return *from < *with;
        }
        return false;
    };
    Poll poll;
    std::sort(keys.begin(), keys.end(), [&](const Key& a, const Key& b) {
        poll();
        if (a.stratum != b.stratum) return a.stratum < b.stratum;
        if (a.duration != b.duration) return a.duration < b.duration;
        return differ(a.row, b.row);
    });
    rows.width = covariates_;
    rows.duration.reserve(n);
    rows.event.reserve(n);
    rows.stratum.reserve(n);
    rows.covariates.reserve(n * covariates_);
    if (has_entry_) rows.entry.reserve(n);
    if (has_weight_) rows.weight.reserve(n);
    for (const Key& key : keys) {
        const double* from = numbers(key.row);
        rows.duration.push_back(key.duration);
        rows.event.push_back(events_[key.row]);
        rows.stratum.push_back(key.stratum);
        if (has_labels_) rows.group.push_back(groups.place[groups_[key.row]]);
        if (has_entry_) rows.entry.push_back(united(from[1]));
        if (has_weight_) rows.weight.push_back(from[weight_at()]);
        rows.covariates.insert(rows.covariates.end(), from + covariates_at(), from + width);
        poll();
    }
    if (rows.strata.empty()) rows.strata.emplace_back();
    return rows;
}

std::size_t SurvivalRows::encoded_size() const {
    std::size_t size = 2 + 4 + 4 + word_.size() + 8 + 8 + 8 + 4 + 4 + 8;
    for (const std::pmr::string& name : names_) size += 4 + name.size();
    for (std::uint32_t code = 0; code < labels_.size(); ++code) size += 4 + labels_.name(code).size();
    return size + 8 * numbers_.size() + events_.size() + 4 * groups_.size() + 4 * strata_.size();
}

void SurvivalRows::encode(std::byte* to) const {
    *to++ = std::byte{survival_rows_version};
    *to++ = static_cast<std::byte>((is_set_ ? 1 : 0) | (has_entry_ ? 2 : 0) | (has_labels_ ? 4 : 0) |
                                   (has_width_ ? 8 : 0) | (has_weight_ ? 16 : 0));
    to = store(to, static_cast<std::uint32_t>(names_.size()));
    for (const std::pmr::string& name : names_) to = store_text(to, name);
    to = store_text(to, word_);
    to = store_real(to, first_);
    to = store_real(to, second_);
    to = store(to, excluded_);
    to = store(to, static_cast<std::uint32_t>(covariates_));
    to = store(to, labels_.size());
    for (std::uint32_t code = 0; code < labels_.size(); ++code) to = store_text(to, labels_.name(code));
    to = store(to, std::uint64_t{events_.size()});
    for (const double number : numbers_) to = store_real(to, number);
    for (const std::uint8_t event : events_) to = store(to, event);
    for (const std::uint32_t code : groups_) to = store(to, code);
    for (const std::uint32_t code : strata_) to = store(to, code);
}

void SurvivalRows::decode(std::span<const std::byte> bytes) {
    StateReader reader(bytes, type, maker);
    reader.version(survival_rows_version);
    const auto flags = reader.number<std::uint8_t>();
    if (flags > 31) reader.fail("unknown flags");
    is_set_ = (flags & 1) != 0;
    has_entry_ = (flags & 2) != 0;
    has_labels_ = (flags & 4) != 0;
    has_width_ = (flags & 8) != 0;
    has_weight_ = (flags & 16) != 0;
    const auto names = reader.number<std::uint32_t>();
    if (names > max_covariates) reader.fail("too many names");
    for (std::uint32_t i = 0; i < names; ++i) names_.emplace_back(reader.text());
    word_ = reader.text();
    first_ = reader.real();
    second_ = reader.real();
    excluded_ = reader.number<std::int64_t>();
    covariates_ = reader.number<std::uint32_t>();
    if (excluded_ < 0 || covariates_ > max_covariates) reader.fail("a count out of range");
    if (has_width_ && names != 0 && names != covariates_) reader.fail("names and covariates differ");
    const auto labels = reader.number<std::uint32_t>();
    for (std::uint32_t i = 0; i < labels; ++i) reader.name(labels_, i);
    const auto rows = reader.number<std::uint64_t>();
    if (rows != 0 && !(is_set_ && has_width_)) reader.fail("rows without settings");
    SurvivalRow row;
    std::pmr::vector<double> wide(numbers_.get_allocator());
    const std::byte* numbers = reader.take(rows, 8 * stride());
    const std::byte* events = reader.take(rows, 1);
    const std::byte* groups = has_labels_ ? reader.take(rows, 4) : nullptr;
    const std::byte* strata = has_labels_ ? reader.take(rows, 4) : nullptr;
    reader.end();
    numbers_.reserve(rows * stride());
    Poll poll;
    wide.resize(stride());
    for (std::size_t i = 0; i < rows; ++i) {
        for (double& number : wide) {
            number = std::bit_cast<double>(load<std::uint64_t>(numbers));
            numbers += 8;
        }
        row.duration = wide[0];
        row.event = std::to_integer<std::uint8_t>(events[i]) != 0;
        if (has_entry_) row.entry = wide[1];
        if (has_weight_) row.weight = wide[weight_at()];
        row.covariates = {wide.data() + covariates_at(), covariates_};
        if (groups != nullptr && strata != nullptr) {
            const auto group = load<std::uint32_t>(groups + 4 * i),
                       stratum = load<std::uint32_t>(strata + 4 * i);
            if (group >= labels || stratum >= labels) reader.fail("an unknown label");
            row.group = labels_.name(group);
            row.stratum = labels_.name(stratum);
        }
        add(row);  // and its checks
        poll();
    }
}

}  // namespace journey
