// The conversions of a journey, and the touches before each.
//
// TouchWindow keeps what models ask of the touches in a window that only moves forward:
// how many each channel has, and how much weight if weights halve with age. A touch comes
// and goes once, so a journey takes O(events + conversions · channels), however long the
// look-back is and however many conversions share a touch. No sum is ever lessened:
// touches that may leave the window are summed up from its end back to its start, those
// after them from there on (the queue of two stacks).
//
// Memory: 16 bytes a touch of the longest journey read.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <vector>

#include "core/attribution.hpp"
#include "core/interrupt.hpp"
#include "core/journey.hpp"
#include "core/name_cache.hpp"
#include "core/power_of_two.hpp"

namespace journey {

class TouchWindow {
  public:
    explicit TouchWindow(std::pmr::memory_resource& memory)
        : rows_(&memory),
          channels_(&memory),
          after_(&memory),
          counts_(&memory),
          front_(&memory),
          back_(&memory) {}

    // What is asked for beside the touches themselves.
    struct Sums {
        bool counts = true;
        Span half_life = 0;  // of weights; 0: none
    };
    // Starts a journey with room for `touches`.
    void begin(const JourneyView& journey, std::uint32_t channels, std::uint32_t touches, Sums sums);
    // Touches come in the order of their rows.
    void append(std::uint32_t row, std::uint32_t channel) {
        rows_[size_] = row;
        channels_[size_++] = channel;
    }
    std::uint32_t appended() const { return size_; }
    // Every event of rows [from, to) that has a channel.
    void append_all(std::uint32_t from, std::uint32_t to);
    // The window is the touches of rows [from, to); neither bound goes back.
    void move(std::uint32_t from, std::uint32_t to);

    // Touches [first(), last()) are in the window.
    std::uint32_t first() const { return first_; }
    std::uint32_t last() const { return last_; }
    std::uint32_t size() const { return last_ - first_; }
    std::uint32_t row(std::uint32_t touch) const { return rows_[touch]; }
    std::uint32_t channel(std::uint32_t touch) const { return channels_[touch]; }
    std::span<const std::uint32_t> channels() const { return {channels_.data() + first_, size()}; }
    // The last touch of the window before this row, if any.
    std::optional<std::uint32_t> last_before(std::uint32_t row) const;

    // By channel code.
    std::span<const std::uint32_t> counts() const { return {counts_.data(), channel_count_}; }
    // How much of the weight of all touches in the window a channel has: times weight(channel).
    double weight_scale() const { return back_empty_ ? 1 : decay(elapsed(front_at_, back_at_)); }
    double weight(std::uint32_t channel, double scale) const {
        return front_[channel] * scale + back_[channel];
    }

  private:
    double decay(Span age) const { return power_of_two(-static_cast<double>(age) * per_half_life_); }
    void enter(std::uint32_t entered);
    void weigh(std::uint32_t entered);
    void turn();

    JourneyView journey_;
    bool counted_ = true;
    std::uint32_t size_ = 0, channel_count_ = 0, first_ = 0, last_ = 0;
    double per_half_life_ = 0;
    std::pmr::vector<std::uint32_t> rows_, channels_;
    // Weights of touches [first_, turn_) are in front_, relative to those at front_at_;
    // after_[touch]: what is in front_ of its channel when it has left. Those of
    // [turn_, last_) are in back_, relative to back_at_; after_[touch] is the weight of
    // each, unless back_at_ has moved.
    std::uint32_t turn_ = 0;
    Time front_at_ = 0, back_at_ = 0;
    bool back_empty_ = true, back_moved_ = false;
    std::pmr::vector<double> after_;
    std::pmr::vector<std::uint32_t> counts_;
    std::pmr::vector<double> front_, back_;
};

struct AttributedConversion {
    std::uint32_t row = no_row;
    Time at = 0;
    std::optional<double> value;
    const TouchWindow* path = nullptr;          // its window is the path; empty: unattributed
    std::uint32_t first_row = 0, last_row = 0;  // the path is within rows [first_row, last_row)
};

class AttributionReader {
  public:
    AttributionReader(const AttributionRules& rules, std::pmr::memory_resource& memory);

    // Starts a journey; false if it has no conversion. With `rest`, touches after the
    // last conversion are read too, and paths have no counts and weights.
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
    const JourneyView& journey() const { return journey_; }
    // The names of channel codes.
    const Names& channel_names() const {
        return rules_.channel_from_event ? journey_.event_names() : journey_.channel_names();
    }
    // The shares of a path by places.
    PlaceShares places(const AttributedConversion& conversion, AttributionModel model) const;

  private:
    static constexpr std::uint32_t most_codes = 16;
    static constexpr std::uint8_t converts = 1, touches = 2, first_milestone = 4;
    struct RoleTable {
        std::uint32_t conversions = 0;
        bool plain = false;              // exactly the events that are no conversions are touches
        std::uint8_t codes[most_codes];  // the first codes of conversions
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
    void find_touches(std::uint32_t from, std::uint32_t to, bool rest);
    std::uint32_t path_start(Time at) const;
    void add_touch(std::uint32_t row, std::uint32_t channel);
    const TouchWindow& window(std::uint32_t from, std::uint32_t to);
    std::uint32_t end_of_moment(std::uint32_t row) const;
    void read_value(AttributedConversion& conversion);
    std::uint32_t last_non_direct(const TouchWindow& path) const;
    void milestones(const AttributedConversion& conversion, PlaceShares& shares) const;

    const AttributionRules& rules_;
    Span half_life_;  // 0: nobody asks
    bool asks_direct_;
    JourneyView journey_;
    NameCache<RoleTable> role_tables_;
    NameCache<DirectTable> direct_tables_;
    // Of the journey: by event code and by channel code.
    std::span<const std::uint8_t> roles_, direct_;
    const RoleTable* table_ = nullptr;  // none: more names than a table has
    bool plain_ = false, splits_ = false, all_rest_ = false;
    std::pmr::vector<std::uint8_t> many_roles_, many_direct_;
    std::pmr::vector<std::uint32_t> conversions_;
    std::pmr::vector<std::pmr::vector<std::uint32_t>> milestone_rows_;
    std::size_t next_ = 0;
    // Of the conversions at one moment: when it is, its path's rows; what is used up.
    std::optional<Time> moment_;
    std::uint32_t first_start_ = 0, moment_first_ = 0, moment_end_ = 0, used_ = 0;
    NumberColumn values_;
    std::uint32_t value_row_ = 0, value_rank_ = 0;
    // Direct touches are kept apart where they are a fallback.
    TouchWindow touches_, direct_touches_;
    std::pmr::vector<std::uint32_t> non_direct_;  // by touch: the last one up to it, plus 1
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
