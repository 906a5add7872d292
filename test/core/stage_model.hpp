// Maps and what happens on them as plain lists, to hold the engines against.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/journey_map.hpp"
#include "core/stage.hpp"
#include "journey_model.hpp"

namespace journey::test {

struct ModelRule {
    std::string event;
    std::optional<std::string> channel;
    std::optional<std::size_t> touchpoint;
    EventRole role = EventRole::visit;
};
struct ModelMap {
    std::size_t stages = 1;
    std::vector<std::size_t> touchpoints;  // the stage of each
    std::vector<ModelRule> rules;
    std::vector<std::string> stage_names, touchpoint_names;

    std::string describe() const;
    // The rule of an event: that of its channel before that of any.
    const ModelRule* rule(const Event& event) const;
    std::size_t stage(const ModelRule& rule) const { return touchpoints[*rule.touchpoint]; }
};
ModelMap random_map(Random& random, const std::vector<Events>& customers);

// The map as the core has it; keeps what it needs alive.
struct BuiltMap {
    explicit BuiltMap(const ModelMap& model);
    BuiltMap(const BuiltMap&) = delete;
    BuiltMap& operator=(const BuiltMap&) = delete;
    ModelMap model;
    StageMap map;
    std::vector<std::byte> bytes;
    std::optional<MapReader> reader;
};

// An event on the map, in the order in which it is walked.
struct ModelPlaced {
    Event event;
    const ModelRule* rule;
    bool visit() const { return is_visit(rule->role); }
};
std::vector<ModelPlaced> model_placed(const Events& events, const ModelMap& map, Time as_of);

struct ModelStay {
    std::size_t stage;
    Time entered;
    std::optional<Time> left;
    std::int64_t events;
    bool operator==(const ModelStay&) const = default;
};
std::vector<ModelStay> model_stays(const Events& events, const ModelMap& map, Time as_of, bool backward);

}  // namespace journey::test
