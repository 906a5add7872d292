// Where on a map a customer is: the stages one after the other, the current and the
// deepest one, the level.
//
// Events of one time and one tie-breaker are walked in the order of their stages, so
// that nothing depends on how events are named. A *stay* begins with the first event
// of a stage and ends where the next stay begins; events on no map and answers to
// surveys end none. If customers cannot go back, an event of an earlier stage belongs
// to the stay it falls in.
//
// O(events) time, 16 bytes an event on the map while it works.
#pragma once

#include <memory_resource>
#include <optional>
#include <string_view>
#include <vector>

#include "core/interrupt.hpp"
#include "core/journey.hpp"
#include "core/memory.hpp"
#include "core/name_cache.hpp"
#include "core/stage_map.hpp"

namespace journey {

// An event on the map.
struct PlacedEvent {
    Time time;
    std::uint32_t row, rule;
};

// Reads journeys by a map; remembers what the names of journeys mean. Both it and
// the map outlive its use.
class MapReader {
  public:
    MapReader(const StageMap& map, std::pmr::memory_resource& memory);

    // What a rule says, as it is needed for every event.
    struct Rule {
        std::uint32_t touchpoint;
        std::uint32_t stage;  // no_touchpoint for answers to surveys
        EventRole role;
    };

    const StageMap& map() const { return *map_; }
    const Rule& rule(const PlacedEvent& event) const { return rules_[event.rule]; }
    std::uint32_t touchpoint(const PlacedEvent& event) const { return rule(event).touchpoint; }
    std::uint32_t stage(const PlacedEvent& event) const { return rule(event).stage; }
    bool is_visit(const PlacedEvent& event) const { return stage(event) != no_touchpoint; }

    // What each event code of a journey means, no rule being null, if the channel does
    // not matter and there is no survey whose answers are placed by the visits before;
    // else, or if there are many names, nothing. Good until the next call.
    static constexpr std::uint32_t most_plain_names = 64;
    std::span<const Rule* const> plain_rules(const JourneyView& journey);

    // The present stage, since when, and all stages that were visited until `as_of`,
    // for customers who can go back: what a full walk would say, without one. None if
    // it takes a walk to know.
    struct Present {
        std::uint64_t seen = 0;  // stages; none: nothing is on the map
        std::uint32_t stage = 0;
        Time entered = 0;
    };
    std::optional<Present> present(const JourneyView& journey, Time as_of);

    // The events of a journey until `as_of`, that included, in the order they are
    // walked in; good until the next call. off_map(row, code) for those on no map.
    template <class OffMap>
    std::span<const PlacedEvent> read(const JourneyView& journey, Time as_of, OffMap off_map) {
        const std::uint32_t n =
            as_of == std::numeric_limits<Time>::max() ? journey.size() : journey.lower_bound(as_of + 1);
        if (n == 0) return {};
        if (placed_.size() < n) placed_.resize(n);
        const std::uint32_t names = journey.event_names().size();
        const std::uint32_t* numbers = numbers_of(journey);
        if (map_->by_channel()) {
            number_channels(journey);
        } else {
            find_rules({numbers, names});
        }
        const std::uint32_t* rules = map_->by_channel() ? nullptr : code_rules_.data();
        PlacedEvent* const placed = placed_.data();
        std::uint32_t size = 0;
        bool ties = false;
        Time last = std::numeric_limits<Time>::min();
        Poll poll;
        for (std::uint32_t i = 0; i < n; ++i) {
            poll();
            const std::uint32_t code = journey.event(i);
            if (code >= names) fail_corrupted("event code");
            std::uint32_t rule = rules != nullptr ? rules[code] : numbers[code];
            if (rules == nullptr && rule != StageMap::no_rule)
                rule = map_->rule(rule, channel_number(journey, i));
            if (rule == StageMap::no_rule) {
                off_map(i, code);
                continue;
            }
            const Time time = journey.time(i);
            ties = ties || time == last;
            last = time;
            placed[size++] = {time, i, rule};
        }
        if (ties) order_ties(journey, {placed, size});
        return {placed, size};
    }
    std::span<const PlacedEvent> read(const JourneyView& journey, Time as_of) {
        return read(journey, as_of, [](std::uint32_t, std::uint32_t) {});
    }

  private:
    static constexpr std::uint32_t most_cached_names = 64;
    struct Numbers {
        bool all = false;
        std::uint32_t of[most_cached_names];
    };
    const std::uint32_t* numbers_of(const JourneyView& journey);
    void number_channels(const JourneyView& journey);
    std::uint32_t channel_number(const JourneyView& journey, std::uint32_t row) const {
        if (!map_->by_channel()) return 0;
        const std::uint32_t channel = journey.channel(row);
        if (channel >= channel_numbers_.size()) fail_corrupted("channel code");
        return channel_numbers_[channel];
    }
    void find_rules(std::span<const std::uint32_t> numbers);
    void order_ties(const JourneyView& journey, std::span<PlacedEvent> placed);

    const StageMap* map_;
    std::pmr::vector<Rule> rules_;
    NameCache<Numbers> cache_;
    std::pmr::vector<std::uint32_t> long_numbers_;     // of a journey with many names
    std::pmr::vector<std::uint32_t> channel_numbers_;  // by channel code
    std::pmr::vector<std::uint32_t> code_rules_;       // by event code, if the channel does not matter
    std::pmr::vector<PlacedEvent> placed_;
    const Rule* plain_[most_plain_names] = {};
    bool surveys_ = false;
};

struct Stay {
    std::uint32_t stage = 0, touchpoint = 0;  // where it began
    Time entered = 0, left = 0;
    bool open = true;  // not left yet
    std::int64_t events = 0;
};
// The stays of events that a MapReader read, into `stays`.
void read_stays(std::span<const PlacedEvent> placed, const MapReader& reader, bool backward,
                std::pmr::vector<Stay>& stays);

struct StageStatus {
    Stay current;
    std::uint32_t deepest = 0;               // stage
    Time deepest_at = 0;                     // first reached
    std::int64_t stages = 0;                 // different ones
    std::int64_t forward = 0, backward = 0;  // moves
    std::uint32_t touchpoint = 0;            // the last one, and when
    Time last_at = 0;
};
// None if nothing is on the map.
std::optional<StageStatus> stage_status(const JourneyView& journey, MapReader& reader, Time as_of,
                                        bool backward, std::pmr::memory_resource& memory);

// The highest level whose rule holds as of a moment; none if none does.
OptionalText customer_level(const JourneyView& journey, const StageMap& map, Time as_of);

// The journey in the words of the map: each event is renamed to its stage, or its
// touchpoint; answers to surveys and events on no map are left out.
enum class MapWord { stage, touchpoint };
MapWord parse_map_word(std::string_view word);
Bytes on_map(const JourneyView& journey, MapReader& reader, MapWord word, std::pmr::memory_resource& memory,
             std::size_t prefix);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
