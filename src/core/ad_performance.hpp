// How ads perform: views, clicks and the customers behind them, conversions and their
// value, for each ad. An ad is the channel of a view or a click (or any other name that a
// channel carries: a campaign, a creative, a keyword).
//
// AdSummary is the state of the aggregate: mergeable, and writable as bytes. Conversions
// are credited as by AttributionSummary under one model, whose touches are the views and
// the clicks. O(events) time for a journey; about 130 bytes for each ad. Bytes: u8
// version, names of the ads, four counts (u64) for each; then the bytes of an
// AttributionSummary.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/attribution_report.hpp"
#include "core/channel_codes.hpp"
#include "core/dictionary.hpp"

namespace journey {

inline constexpr std::uint8_t ad_summary_version = 1;

// What is an ad's view, what is a click; a name is one of them.
struct AdEvents {
    NameList views, clicks;
};

struct AdRow {
    std::string_view ad;
    std::int64_t views = 0, viewers = 0, clicks = 0, clickers = 0;
    std::optional<double> click_rate;  // clicks / views
    Decimal conversions;
    std::optional<Decimal> value;           // none if no conversion has a value
    std::optional<double> conversion_rate;  // conversions / clicks
};

// Reads the views and clicks of one journey after the other.
class AdReader {
  public:
    AdReader(const AdEvents& events, const AttributionRules& rules, std::pmr::memory_resource& memory)
        : events_(events), credits_(rules, memory), tables_(memory), many_(&memory) {}

    AttributionReader& credits() { return credits_; }
    // By event code: 0 neither, 1 view, 2 click.
    std::span<const std::uint8_t> kinds(const Names& names);

  private:
    struct Table {
        std::uint8_t kind[256];
    };
    std::uint8_t kind(std::string_view name) const;

    AdEvents events_;
    AttributionReader credits_;
    NameCache<Table> tables_;
    std::pmr::vector<std::uint8_t> many_;
};

class AdSummary {
  public:
    explicit AdSummary(std::pmr::memory_resource& memory)
        : memory_(&memory), ads_(memory), counts_(&memory), credits_(memory), codes_(memory) {}

    void use(const AttributionRules& rules) { credits_.use(rules); }
    void add(AdReader& reader, const JourneyView& journey);
    void merge(const AdSummary& other);

    // By name; what is unattributed last, if there is any.
    std::pmr::vector<AdRow> rows() const;

    std::size_t encoded_size() const;
    void encode(std::byte* to) const;
    // Throws ErrorCode::invalid_binary.
    void decode(std::span<const std::byte> bytes);

  private:
    struct Counts {
        std::uint64_t views = 0, viewers = 0, clicks = 0, clickers = 0;
        std::uint64_t last_viewer = 0, last_clicker = 0;  // who was counted last
    };
    std::uint32_t intern(std::string_view ad);

    std::pmr::memory_resource* memory_;
    Dictionary ads_;
    std::pmr::vector<Counts> counts_;
    AttributionSummary credits_;
    std::uint64_t customer_ = 0;
    ChannelCodes codes_;  // remembered, never an answer
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
