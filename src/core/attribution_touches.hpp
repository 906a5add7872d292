// The conversions of a journey, and the touches before each.
//
// A journey takes O(events + conversions · channels), however long the look-back is and
// however many conversions share a touch (touch_window.hpp).
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <vector>

#include "core/attribution.hpp"
#include "core/journey.hpp"
#include "core/name_cache.hpp"
#include "core/touch_window.hpp"
#include "core/value_cursor.hpp"

namespace journey {

struct AttributedConversion {
    std::uint32_t row = no_row;
    Time at = 0;
    std::optional<double> value;
    const TouchWindow* path = nullptr;  // its window is the path; empty: unattributed
};

class AttributionReader {
  public:
    AttributionReader(const AttributionRules& rules, std::pmr::memory_resource& memory);

    // Starts a journey, which must live until it is read; false if it has no conversion.
    // With `rest`, touches after the last conversion are read too, and paths have no counts
    // and weights.
    bool read(const JourneyView& journey, bool rest = false);
    // How many there are. If paths_grow(), each path is the one before and what follows it,
    // or the first that is not of direct touches alone.
    std::size_t conversions() const { return conversions_.size(); }
    bool paths_grow() const { return rules_.reuse_touches && rules_.lookback == no_limit; }
    // Conversions in the journey's order; each is good until the next call. Throws
    // for a value that is not a number that can be summed.
    bool next(AttributedConversion& conversion);
    // Nothing converted, and rest() is just every event that has a channel: who needs only
    // those can read them from the journey.
    bool all_rest() const { return all_rest_; }
    // After the last conversion: the touches that led to none, those of the last
    // `lookback` before the last of them.
    const TouchWindow& rest();

    const AttributionRules& rules() const { return rules_; }
    const JourneyView& journey() const { return *journey_; }
    // The names of channel codes.
    const Names& channel_names() const {
        return rules_.channel_from_event ? journey_->event_names() : journey_->channel_names();
    }
    // The shares of a path by places.
    PlaceShares places(const AttributedConversion& conversion, AttributionModel model) const;

  private:
    static constexpr std::uint32_t few = 4;
    static constexpr std::uint8_t converts = 1, touches = 2, first_milestone = 4;
    struct RoleTable {
        std::uint8_t role[256];
    };
    struct DirectTable {
        bool any = false;
        std::uint8_t direct[256];
    };

    std::uint8_t role(std::string_view name) const;
    void find_roles();
    void find_direct();
    void find_conversions();
    void find_few_conversions();
    void find_touches(RowRange rows, bool rest);
    std::uint32_t path_start(Time at, std::uint32_t from = 0) const;
    void set_touch(std::uint32_t row, std::uint32_t code);
    void find_windows();
    const TouchWindow& window(RowRange rows);
    std::uint32_t end_of_moment(std::uint32_t row) const;
    void read_value(AttributedConversion& conversion);
    std::uint32_t last_non_direct(const TouchWindow& path) const;
    void milestones(const AttributedConversion& conversion, PlaceShares& shares) const;

    const AttributionRules& rules_;
    Span half_life_;  // 0: nobody asks
    bool asks_direct_;
    const JourneyView* journey_ = nullptr;
    NameCache<RoleTable> role_tables_;
    NameCache<DirectTable> direct_tables_;
    // Of the journey: by event code and by channel code.
    std::span<const std::uint8_t> roles_, direct_;
    bool plain_;  // exactly the events that are no conversions are touches
    bool splits_ = false, all_rest_ = false;
    std::pmr::vector<std::uint8_t> many_roles_, many_direct_;
    std::pmr::vector<std::uint32_t> conversions_;
    std::pmr::vector<RowRange> windows_;  // of each conversion
    std::pmr::vector<std::pmr::vector<std::uint32_t>> milestone_rows_;
    std::size_t next_ = 0;
    ValueCursor values_;
    // Direct touches are kept apart where they are a fallback.
    TouchWindow touches_, direct_touches_;
    // By row from first_row_ on, where there are direct channels: the last touch up to it
    // that is of none of them, plus 1.
    std::pmr::vector<std::uint32_t> non_direct_;
    std::uint32_t first_row_ = 0;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
