#include "stage_model.hpp"

#include <algorithm>

namespace journey::test {

std::string ModelMap::describe() const {
    std::string text = "stages " + std::to_string(stages) + ", touchpoints in";
    for (std::size_t stage : touchpoints) text += " " + std::to_string(stage);
    for (const ModelRule& rule : rules) {
        text += "\n  \"" + rule.event + "\" on " + rule.channel.value_or("any") + " → " +
                (rule.touchpoint ? std::to_string(*rule.touchpoint) : "last") + " " + role_word(rule.role);
    }
    return text;
}

const ModelRule* ModelMap::rule(const Event& event) const {
    const ModelRule* found = nullptr;
    for (const ModelRule& each : rules) {
        if (each.event != event.name) continue;
        if (each.channel && each.channel == event.channel) return &each;
        if (!each.channel) found = &each;
    }
    return found;
}

ModelMap random_map(Random& random, const std::vector<Events>& customers) {
    ModelMap map;
    map.stages = 1 + random.below(4);
    for (std::size_t i = 0; i < map.stages; ++i) map.stage_names.push_back("s" + std::to_string(i));
    for (std::uint32_t i = 1 + random.below(5); i > 0; --i)
        map.touchpoints.push_back(random.below(map.stages));
    for (std::size_t i = 0; i < map.touchpoints.size(); ++i)
        map.touchpoint_names.push_back("t" + std::to_string(i));
    std::vector<std::string> names = {"nowhere"}, channels = {"no channel"};
    for (const Events& events : customers) {
        for (const Event& event : events) {
            names.push_back(event.name);
            if (event.channel) channels.push_back(*event.channel);
        }
    }
    const bool plain = random.percent(40);  // no rule asks for a channel or is a survey's
    for (std::uint32_t i = random.below(8); i > 0; --i) {
        ModelRule rule;
        rule.event = names[random.below(names.size())];
        if (!plain && random.percent(30)) rule.channel = channels[random.below(channels.size())];
        rule.role = random.percent(70) ? EventRole::visit
                    : plain            ? EventRole::problem
                                       : static_cast<EventRole>(1 + random.below(4));
        if (is_visit(rule.role) || random.percent(40)) rule.touchpoint = random.below(map.touchpoints.size());
        const bool taken = std::any_of(map.rules.begin(), map.rules.end(), [&](const ModelRule& each) {
            return each.event == rule.event && each.channel == rule.channel;
        });
        if (!taken) map.rules.push_back(rule);
    }
    return map;
}

BuiltMap::BuiltMap(const ModelMap& its_model) : model(its_model), map(*std::pmr::new_delete_resource()) {
    StageMap built(*std::pmr::new_delete_resource());
    for (const std::string& name : model.stage_names) built.stages.push_back(name);
    for (std::size_t i = 0; i < model.touchpoints.size(); ++i) {
        Touchpoint point;
        point.name = model.touchpoint_names[i];
        point.stage = static_cast<std::uint32_t>(model.touchpoints[i]);
        if (i % 2 == 0) point.kpi = Kpi::hours_to_next;
        built.touchpoints.push_back(point);
    }
    for (const ModelRule& each : model.rules) {
        MapRule rule;
        rule.event = each.event;
        if (each.channel) rule.channel = *each.channel;
        if (each.touchpoint) rule.touchpoint = static_cast<std::uint32_t>(*each.touchpoint);
        rule.role = each.role;
        built.rules.push_back(rule);
    }
    built.finish();
    bytes.resize(built.encoded_size());
    built.encode(bytes.data());
    map.decode(bytes);
    reader.emplace(map, *std::pmr::new_delete_resource());
}

std::vector<ModelPlaced> model_placed(const Events& events, const ModelMap& map, Time as_of) {
    std::vector<ModelPlaced> placed;
    for (const Event& event : events) {
        const ModelRule* rule = map.rule(event);
        if (rule != nullptr && event.time <= as_of) placed.push_back({event, rule});
    }
    std::stable_sort(placed.begin(), placed.end(), [&](const ModelPlaced& a, const ModelPlaced& b) {
        if (a.event.time != b.event.time) return a.event.time < b.event.time;
        if (a.event.tiebreak != b.event.tiebreak) return a.event.tiebreak < b.event.tiebreak;
        const auto stage = [&](const ModelPlaced& each) {
            return each.visit() ? map.stage(*each.rule) : 1000;
        };
        return stage(a) < stage(b);
    });
    return placed;
}

std::vector<ModelStay> model_stays(const Events& events, const ModelMap& map, Time as_of, bool backward) {
    std::vector<ModelStay> stays;
    for (const ModelPlaced& each : model_placed(events, map, as_of)) {
        if (!each.visit()) continue;
        std::size_t stage = map.stage(*each.rule);
        if (!backward && !stays.empty()) stage = std::max(stage, stays.back().stage);
        if (stays.empty() || stays.back().stage != stage) {
            if (!stays.empty()) stays.back().left = each.event.time;
            stays.push_back({stage, each.event.time, std::nullopt, 0});
        }
        ++stays.back().events;
    }
    return stays;
}

}  // namespace journey::test
