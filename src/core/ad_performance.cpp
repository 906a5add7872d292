#include "core/ad_performance.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "core/state_bytes.hpp"

namespace journey {

namespace {

constexpr std::uint8_t view = 1, click = 2;

}  // namespace

std::uint8_t AdReader::kind(std::string_view name) const {
    if (std::find(events_.clicks.begin(), events_.clicks.end(), name) != events_.clicks.end()) return click;
    return std::find(events_.views.begin(), events_.views.end(), name) != events_.views.end() ? view : 0;
}

std::span<const std::uint8_t> AdReader::kinds(const Names& names) {
    if (names.size() <= 256) {
        const Table& table = tables_.get(names, [&](Table& made) {
            std::fill(std::begin(made.kind), std::end(made.kind), std::uint8_t{0});
            std::uint32_t code = 0;
            for (std::string_view name : names) {
                if (code == 256) fail_corrupted("names");
                made.kind[code++] = kind(name);
            }
        });
        return table.kind;
    }
    many_.clear();
    for (std::string_view name : names) many_.push_back(kind(name));
    return many_;
}

std::uint32_t AdSummary::intern(std::string_view ad) {
    const std::uint32_t code = ads_.intern(ad, "channel");
    if (code == counts_.size()) counts_.emplace_back();
    return code;
}

void AdSummary::add(AdReader& reader, const JourneyView& journey) {
    if (journey.empty()) return;
    ++customer_;
    credits_.add(reader.credits(), journey);
    if (!journey.has_channels()) return;
    const auto kinds = reader.kinds(journey.event_names());
    const auto ads = codes_.get(journey.channel_names(), [&](std::string_view name) { return intern(name); });
    Poll poll;
    for (std::uint32_t row = 0; row < journey.size(); ++row) {
        poll();
        const std::uint32_t event = journey.event(row);
        if (event >= kinds.size()) fail_corrupted("event code");
        if (kinds[event] == 0) continue;
        const std::uint32_t channel = journey.channel(row);
        if (channel > ads.size()) fail_corrupted("channel code");
        if (channel == 0) continue;
        Counts& counts = counts_[ads[channel - 1]];
        const bool viewed = kinds[event] == view;
        ++(viewed ? counts.views : counts.clicks);
        std::uint64_t& last = viewed ? counts.last_viewer : counts.last_clicker;
        if (last == customer_) continue;
        last = customer_;
        ++(viewed ? counts.viewers : counts.clickers);
    }
}

void AdSummary::merge(const AdSummary& other) {
    credits_.merge(other.credits_);
    for (std::uint32_t theirs = 0; theirs < other.ads_.size(); ++theirs) {
        Counts& to = counts_[intern(other.ads_.name(theirs))];
        const Counts& from = other.counts_[theirs];
        to.views += from.views;
        to.viewers += from.viewers;
        to.clicks += from.clicks;
        to.clickers += from.clickers;
    }
}

std::pmr::vector<AdRow> AdSummary::rows() const {
    const auto credits = credits_.rows();
    std::pmr::vector<AdRow> rows(memory_);
    const auto by_name = [](const AdRow& row, std::string_view name) { return row.ad < name; };
    for (std::uint32_t code = 0; code < ads_.size(); ++code) {
        const Counts& counts = counts_[code];
        if (counts.views == 0 && counts.clicks == 0) continue;
        AdRow& row = rows.emplace_back();
        row.ad = ads_.name(code);
        row.views = static_cast<std::int64_t>(counts.views);
        row.viewers = static_cast<std::int64_t>(counts.viewers);
        row.clicks = static_cast<std::int64_t>(counts.clicks);
        row.clickers = static_cast<std::int64_t>(counts.clickers);
        if (counts.views > 0)
            row.click_rate = static_cast<double>(counts.clicks) / static_cast<double>(counts.views);
    }
    const auto by_ad = [](const AdRow& a, const AdRow& b) { return a.ad < b.ad; };
    std::sort(rows.begin(), rows.end(), by_ad);
    if (!credits.empty() && credits.front().value) {
        for (AdRow& row : rows) row.value = Decimal{};
    }
    const auto ads = static_cast<std::ptrdiff_t>(rows.size());
    for (const AttributionRow& credit : credits) {
        const auto found = std::lower_bound(rows.begin(), rows.begin() + ads, credit.channel, by_name);
        const bool known = found != rows.begin() + ads && found->ad == credit.channel;
        AdRow& row = known ? *found : rows.emplace_back();
        row.ad = credit.channel;
        row.conversions = credit.conversions;
        row.value = credit.value;
    }
    for (AdRow& row : rows) {
        if (row.clicks > 0) row.conversion_rate = row.conversions.real() / static_cast<double>(row.clicks);
    }
    // Channels of touches that are neither views nor clicks are among them.
    std::sort(rows.begin(), rows.end() - (credits_.has_unattributed() ? 1 : 0), by_ad);
    return rows;
}

std::size_t AdSummary::encoded_size() const {
    return 1 + names_size(ads_) + 32 * counts_.size() + 4 + credits_.encoded_size();
}

void AdSummary::encode(std::byte* to) const {
    *to++ = std::byte{ad_summary_version};
    to = store_names(to, ads_);
    for (const Counts& each : counts_) {
        for (std::uint64_t count : {each.views, each.viewers, each.clicks, each.clickers})
            to = store(to, count);
    }
    to = store(to, static_cast<std::uint32_t>(credits_.encoded_size()));
    credits_.encode(to);
}

void AdSummary::decode(std::span<const std::byte> bytes) {
    StateReader reader(bytes, "ad_summary", "ad_performance");
    reader.version(ad_summary_version);
    reader.names(ads_);
    for (std::uint32_t code = 0; code < ads_.size(); ++code) {
        Counts& to = counts_.emplace_back();
        for (std::uint64_t* count : {&to.views, &to.viewers, &to.clicks, &to.clickers})
            *count = reader.tally();
    }
    const std::string_view credits = reader.text();
    credits_.decode({reinterpret_cast<const std::byte*>(credits.data()), credits.size()});
    reader.end();
}

}  // namespace journey
