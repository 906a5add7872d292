#include "core/rfm_report.hpp"

#include <cmath>

#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "core/state_bytes.hpp"

namespace journey {

void RfmSettings::check(std::pmr::memory_resource& memory) const {
    check_rfm_bins(bins);
    RfmModel given(memory);
    if (!model.empty()) given.decode(model);
    RfmSegments segments(memory);
    if (!rules.empty()) segments.parse(rules, model.empty() ? bins : given.bins());
}

void RfmSettings::encode(std::pmr::string& to) const {
    to.assign({static_cast<char>(method), static_cast<char>(bins)});
    const auto append = [&](const void* data, std::size_t size) {
        std::byte length[4];
        store(length, static_cast<std::uint32_t>(size));
        to.append(reinterpret_cast<const char*>(length), sizeof length);
        to.append(static_cast<const char*>(data), size);
    };
    append(model.data(), model.size());
    for (std::string_view rule : rules) append(rule.data(), rule.size());
}

void RfmSettings::decode(std::string_view from) {
    StateReader reader({reinterpret_cast<const std::byte*>(from.data()), from.size()}, "rfm_summary",
                       "rfm_report");
    const auto word = reader.number<std::uint8_t>();
    if (word >= static_cast<std::uint8_t>(RfmMethod::fixed)) reader.fail("unknown method");
    method = static_cast<RfmMethod>(word);
    bins = reader.number<std::uint8_t>();
    const std::string_view bytes = reader.text();
    model = {reinterpret_cast<const std::byte*>(bytes.data()), bytes.size()};
    rules.clear();
    while (reader.left() > 0) rules.push_back(reader.text());
}

void RfmSummary::set(std::string_view settings) {
    if (settings_ == settings) return;
    if (!settings_.empty()) {
        throw Error(ErrorCode::invalid_argument, "method",
                    "method, bins, model or segments differ between rows")
            .hint("Group by what they depend on.");
    }
    settings_ = settings;
}

void RfmSummary::add(const std::optional<RfmValue>& value) {
    if (value) values_.push_back(*value);
}

void RfmSummary::add(const std::optional<RfmValue>& before, const std::optional<RfmValue>& after) {
    if (!before && !after) return;
    earlier_.push_back(before.value_or(absent));
    values_.push_back(after.value_or(absent));
}

void RfmSummary::merge(const RfmSummary& other) {
    if (!other.settings_.empty()) set(other.settings_);
    if (!values_.empty() && !other.values_.empty() && earlier_.empty() != other.earlier_.empty()) {
        throw Error(ErrorCode::invalid_argument, "",
                    "states of rfm_movement and of another aggregate are mixed")
            .hint("Combine states of one aggregate only.");
    }
    values_.insert(values_.end(), other.values_.begin(), other.values_.end());
    earlier_.insert(earlier_.end(), other.earlier_.begin(), other.earlier_.end());
}

void RfmSummary::make_model(RfmModel& model, const std::pmr::vector<RfmValue>& values,
                            const RfmSettings& settings) const {
    if (!settings.model.empty()) return model.decode(settings.model);
    std::pmr::vector<RfmValue> there(&memory());
    for (const RfmValue& value : values) {
        if (present(value)) there.push_back(value);
    }
    model.fit(there, settings.method, settings.bins);
}

void RfmSummary::fit(RfmModel& model) const {
    RfmSettings settings(memory());
    settings.decode(settings_);
    make_model(model, values_, settings);
}

std::pmr::vector<RfmReportRow> RfmSummary::report(std::pmr::memory_resource& memory) const {
    RfmSettings settings(memory);
    settings.decode(settings_);
    RfmModel model(memory);
    make_model(model, values_, settings);
    RfmSegments segments(memory);
    if (!settings.rules.empty()) segments.parse(settings.rules, model.bins());

    struct Totals {
        explicit Totals(std::pmr::memory_resource& its_memory) : revenue(its_memory) {}
        std::int64_t customers = 0;
        __int128 recency = 0, frequency = 0;
        ExactSum revenue;
    };
    std::pmr::vector<Totals> totals(&memory);
    totals.reserve(segments.size());
    while (totals.size() < segments.size()) totals.emplace_back(memory);
    ExactSum revenue(memory);
    Poll poll;
    for (const RfmValue& value : values_) {
        poll();
        Totals& its = totals[segments.find(model.score(value), model.bins())];
        ++its.customers;
        its.recency += value.recency;
        its.frequency += value.frequency;
        its.revenue.add(value.monetary);
        revenue.add(value.monetary);
    }
    std::pmr::vector<RfmReportRow> rows(&memory);
    for (std::size_t i = 0; i < totals.size(); ++i) {
        const Totals& its = totals[i];
        const bool rest = !settings.rules.empty() && i + 1 == totals.size();
        if (segments.first_of(i) != i || (rest && its.customers == 0)) continue;
        RfmReportRow row;
        row.segment = segments.name(i);
        row.customers = its.customers;
        row.revenue = its.revenue.value();
        if (!values_.empty())
            row.share = static_cast<double>(its.customers) / static_cast<double>(values_.size());
        if (revenue.value() != 0) row.revenue_share = row.revenue / revenue.value();
        if (its.customers > 0) {
            const auto n = static_cast<double>(its.customers);
            row.avg_recency = static_cast<std::int64_t>(its.recency / its.customers);
            row.avg_frequency = static_cast<double>(its.frequency) / n;
            row.avg_monetary = row.revenue / n;
        }
        rows.push_back(row);
    }
    return rows;
}

std::pmr::vector<RfmMovementRow> RfmSummary::movement(std::pmr::memory_resource& memory) const {
    RfmSettings settings(memory);
    settings.decode(settings_);
    RfmModel before(memory), after(memory);
    make_model(before, earlier_, settings);
    make_model(after, values_, settings);
    RfmSegments segments(memory);
    if (!settings.rules.empty()) segments.parse(settings.rules, after.bins());

    if (earlier_.size() != values_.size()) {
        throw Error(ErrorCode::invalid_argument, "", "the state is not one of rfm_movement");
    }
    const std::size_t names = segments.size();  // this index: no customer at that moment
    struct Totals {
        explicit Totals(std::pmr::memory_resource& its_memory) : value(its_memory) {}
        std::int64_t customers = 0;
        ExactSum value;
    };
    std::pmr::vector<Totals> totals(&memory);
    totals.reserve((names + 1) * (names + 1));
    while (totals.size() < (names + 1) * (names + 1)) totals.emplace_back(memory);
    const auto segment = [&](const RfmModel& model, const RfmValue& value) {
        return present(value) ? segments.find(model.score(value), model.bins()) : names;
    };
    Poll poll;
    for (std::size_t i = 0; i < values_.size(); ++i) {
        poll();
        Totals& its = totals[segment(before, earlier_[i]) * (names + 1) + segment(after, values_[i])];
        ++its.customers;
        its.value.add(present(values_[i]) ? values_[i].monetary : earlier_[i].monetary);
    }
    std::pmr::vector<RfmMovementRow> rows(&memory);
    for (std::size_t i = 0; i < totals.size(); ++i) {
        if (totals[i].customers == 0) continue;
        RfmMovementRow row;
        if (i / (names + 1) < names) row.from = segments.name(i / (names + 1));
        if (i % (names + 1) < names) row.to = segments.name(i % (names + 1));
        row.customers = totals[i].customers;
        row.value = totals[i].value.value();
        rows.push_back(row);
    }
    return rows;
}

std::size_t RfmSummary::encoded_size() const {
    return 2 + 4 + settings_.size() + 8 + 24 * (values_.size() + earlier_.size());
}

void RfmSummary::encode(std::byte* to) const {
    *to++ = std::byte{rfm_summary_version};
    *to++ = static_cast<std::byte>((settings_.empty() ? 0 : 1) + (earlier_.empty() ? 0 : 2));
    to = store_text(to, settings_);
    to = store(to, std::uint64_t{values_.size()});
    const auto write = [&](const RfmValue& value) {
        to = store(to, value.recency);
        to = store(to, value.frequency);
        to = store_real(to, value.monetary);
    };
    for (std::size_t i = 0; i < values_.size(); ++i) {
        write(values_[i]);
        if (!earlier_.empty()) write(earlier_[i]);
    }
}

void RfmSummary::decode(std::span<const std::byte> bytes) {
    StateReader reader(bytes, "rfm_summary", "rfm_report");
    reader.version(rfm_summary_version);
    const auto flags = reader.number<std::uint8_t>();
    if (flags > 3) reader.fail("unknown flags");
    settings_ = reader.text();
    if (settings_.empty() != ((flags & 1) == 0)) reader.fail("settings and flags differ");
    if (!settings_.empty()) {
        RfmSettings settings(memory());
        settings.decode(settings_);
        settings.check(memory());
    }
    const bool pairs = (flags & 2) != 0;
    const std::size_t count = reader.count<std::uint64_t>(pairs ? 48 : 24);
    values_.clear();
    earlier_.clear();
    const auto read = [&] {
        RfmValue value;
        value.recency = reader.number<std::int64_t>();
        value.frequency = reader.number<std::int64_t>();
        value.monetary = reader.real();
        if (!(std::fabs(value.monetary) <= exact_sum_limit) || value.recency < 0 ||
            value.frequency < (pairs ? -1 : 0)) {
            reader.fail("a value out of range");
        }
        return value;
    };
    for (std::size_t i = 0; i < count; ++i) {
        values_.push_back(read());
        if (pairs) earlier_.push_back(read());
    }
    reader.end();
}

}  // namespace journey
