// A journey map as one value: stages in order, touchpoints with their stage, rules
// that say which events are which touchpoint, and customer levels. It is made from
// tables that a team edits and given to functions that read journeys, so that these
// read no table.
//
// A rule is about an event name, on one channel or on any; the rule for the channel
// goes before the rule for any. No event of a channel has two rules, so each event
// that happened is at one touchpoint, of one stage, or on no map.
//
// Bytes: u8 version; stages (name each); touchpoints (name, u32 stage, optional
// channel, u8 importance, optional owner, u8 kpi, f64 target, NaN = none); rules
// (event, optional channel, u32 touchpoint or no_touchpoint, u8 role); levels (name,
// i64 at_least, i64 within or -1, events). Lists and texts have a u32 count before
// them; an optional text a u8 that says whether it is there.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/journey.hpp"

namespace journey {

inline constexpr std::uint8_t stage_map_version = 1;
inline constexpr std::uint32_t max_stages = 64, max_touchpoints = 4096, max_map_rules = 65535;
inline constexpr std::uint32_t no_touchpoint = UINT32_MAX;

// Names of what is no touchpoint or stage; a map may not use them.
inline constexpr std::string_view not_on_map = "(not on the map)", no_event_yet = "(no event yet)",
                                  start_of_journey = "(start)", end_of_journey = "(end)";

// What an event says: the customer was there, had a problem there, or answers a survey.
enum class EventRole : std::uint8_t { visit, problem, nps, csat, ces };
enum class Importance : std::uint8_t { none, primary, secondary };
// What a touchpoint is measured by; see journey_map.hpp.
enum class Kpi : std::uint8_t {
    none,
    customers,
    events,
    value,
    conversion,
    exit_rate,
    problem_rate,
    hours_to_next,
    nps,
    csat,
    ces
};

// Words of the tables. Throw for others, and list the valid ones.
EventRole parse_role(std::string_view word);
Importance parse_importance(std::string_view word);
Kpi parse_kpi(std::string_view word);
const char* role_word(EventRole role);
const char* importance_word(Importance importance);
const char* kpi_word(Kpi kpi);
inline bool lower_is_better(Kpi kpi) {
    return kpi == Kpi::exit_rate || kpi == Kpi::problem_rate || kpi == Kpi::hours_to_next;
}
inline bool is_visit(EventRole role) {
    return role <= EventRole::problem;
}

using OptionalText = std::optional<std::string_view>;

struct Touchpoint {
    std::string_view name;
    std::uint32_t stage = 0;  // from 0
    OptionalText channel, owner;
    Importance importance = Importance::none;
    Kpi kpi = Kpi::none;
    std::optional<double> target;
};
struct MapRule {
    std::string_view event;
    OptionalText channel;                      // none: any
    std::uint32_t touchpoint = no_touchpoint;  // none: where the customer was last (surveys)
    EventRole role = EventRole::visit;
};
// A customer has the level after at_least of these events, within so many
// microseconds before the moment asked for.
struct LevelRule {
    std::string_view name;
    std::size_t first_event = 0, events = 0;  // in level_events
    std::int64_t at_least = 1;
    std::optional<std::int64_t> within;
};

class StageMap {
  public:
    explicit StageMap(std::pmr::memory_resource& memory)
        : stages(&memory),
          touchpoints(&memory),
          rules(&memory),
          levels(&memory),
          level_events(&memory),
          events_(&memory),
          channels_(&memory),
          found_(&memory) {}

    std::pmr::vector<std::string_view> stages;
    std::pmr::vector<Touchpoint> touchpoints;
    std::pmr::vector<MapRule> rules;
    std::pmr::vector<LevelRule> levels;  // the highest last
    std::pmr::vector<std::string_view> level_events;

    // Adds by name, as the tables have it; throws for a stage or touchpoint that is not there.
    std::uint32_t stage_named(std::string_view name) const;
    std::uint32_t touchpoint_named(std::string_view name) const;

    // Call it once after the lists are filled: checks them and makes what lookups need.
    // Throws for a map without stages, a name twice, an event with two touchpoints.
    void finish();

    // The rule of an event is found in two steps: its name's number once a journey,
    // and then, by the channel's, its rule; no_rule if there is none.
    static constexpr std::uint32_t no_rule = UINT32_MAX;
    std::uint32_t event_number(std::string_view event) const;      // no_rule: on no map
    std::uint32_t channel_number(std::string_view channel) const;  // 0: no rule names it
    std::uint32_t rule(std::uint32_t event_number, std::uint32_t channel_number) const {
        return found_[std::size_t{event_number} * (channels_.size() + 1) + channel_number];
    }
    bool by_channel() const { return !channels_.empty(); }
    std::size_t event_count() const { return events_.size(); }

    std::size_t encoded_size() const;
    void encode(std::byte* to) const;
    // Keeps views of the bytes. Throws ErrorCode::invalid_binary.
    void decode(std::span<const std::byte> bytes);

  private:
    void check_names() const;
    void check_rules() const;

    std::pmr::vector<std::string_view> events_, channels_;  // that rules name, in byte order
    std::pmr::vector<std::uint32_t> found_;                 // event × (any channel, channels_)
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
