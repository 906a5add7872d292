#include "core/lead_points.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/interrupt.hpp"

namespace journey {

void PointsRules::set(std::span<const std::string_view> events, std::span<const double> points,
                      std::uint64_t half_life) {
    if (events.size() != points.size()) {
        throw Error(ErrorCode::invalid_argument, "points", "events and points differ in length")
            .detail("events has %zu elements, points has %zu.", events.size(), points.size())
            .hint("Give points for each event name.");
    }
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (!(std::fabs(points[i]) <= exact_sum_limit)) {
            throw Error(std::isfinite(points[i]) ? ErrorCode::overflow : ErrorCode::invalid_argument,
                        "points", "points must be finite numbers of at most 1e290")
                .hint("Negative points are allowed.");
        }
        rules_.push_back({events[i], points[i] + 0.0});
    }
    std::sort(rules_.begin(), rules_.end(), [](const Rule& a, const Rule& b) { return a.name < b.name; });
    for (std::size_t i = 1; i < rules_.size(); ++i) {
        if (rules_[i].name != rules_[i - 1].name) continue;
        throw Error(ErrorCode::invalid_argument, "events", "events names \"%.*s\" twice",
                    static_cast<int>(rules_[i].name.size()), rules_[i].name.data())
            .hint("Give each event name once.");
    }
    half_life_ = half_life;
}

std::uint32_t PointsRules::find(std::string_view event) const {
    const auto at =
        std::lower_bound(rules_.begin(), rules_.end(), event,
                         [](const Rule& rule, std::string_view name) { return rule.name < name; });
    if (at == rules_.end() || at->name != event) return none;
    return static_cast<std::uint32_t>(at - rules_.begin());
}

bool PointsState::has(std::uint32_t rule) const {
    return std::any_of(entries_.begin(), entries_.end(),
                       [rule](const Entry& each) { return each.rule == rule; });
}

PointsState::Entry& PointsState::entry(std::uint32_t rule, std::string_view name) {
    for (Entry& each : entries_) {
        if (each.rule == rule) return each;
    }
    return entries_.emplace_back(rule, name, *entries_.get_allocator().resource());
}

void PointsState::add(const PointsRules& rules, std::uint32_t rule, Time ts) {
    if (rule == PointsRules::none || ts > as_of_) return;
    Entry& own = entry(rule, rules.name(rule));
    ++own.times;
    own.last = std::max(own.last, ts);
    own.points.add(rules.worth(rule, static_cast<std::uint64_t>(as_of_) - static_cast<std::uint64_t>(ts)));
}

std::optional<double> PointsState::score(std::optional<double> cap) const {
    if (entries_.empty()) return std::nullopt;
    ExactSum sum(*entries_.get_allocator().resource());
    for (const Entry& each : entries_) sum.add(each.points);
    return cap ? std::min(*cap, sum.value()) : sum.value();
}

std::pmr::vector<PointsRow> PointsState::rows(std::pmr::memory_resource& memory) const {
    std::pmr::vector<PointsRow> rows(&memory);
    for (const Entry& each : entries_)
        rows.push_back({each.name, each.times, each.last, each.points.value()});
    std::sort(rows.begin(), rows.end(), [](const PointsRow& a, const PointsRow& b) {
        const double x = std::fabs(a.points), y = std::fabs(b.points);
        return x != y ? x > y : a.event < b.event;
    });
    return rows;
}

void add_journey(PointsState& state, const PointsRules& rules, const JourneyView& journey,
                 std::pmr::memory_resource& memory) {
    std::pmr::vector<std::uint32_t> rule_of(&memory);
    for (std::string_view name : journey.event_names()) rule_of.push_back(rules.find(name));
    Poll poll;
    for (std::uint32_t i = 0; i < journey.size() && journey.time(i) <= state.as_of(); ++i) {
        poll();
        const std::uint32_t code = journey.event(i);
        if (code >= rule_of.size()) fail_corrupted("code");
        state.add(rules, rule_of[code], journey.time(i));
    }
}

Unknown parse_unknown(std::string_view word) {
    if (word == "reweight") return Unknown::reweight;
    if (word == "zero") return Unknown::zero;
    if (word == "null") return Unknown::null;
    throw Error(ErrorCode::invalid_argument, "nulls", "unknown nulls: \"%.*s\"",
                static_cast<int>(word.size()), word.data())
        .hint("Valid values are: reweight, zero, null.");
}

std::optional<double> weighted_score(std::span<const double> values, std::span<const double> weights,
                                     Unknown unknown) {
    if (values.size() != weights.size()) {
        throw Error(ErrorCode::invalid_argument, "weights", "weights and figures differ in length")
            .detail("figures has %zu elements, weights has %zu.", values.size(), weights.size())
            .hint("Give a weight for each figure.");
    }
    double sum = 0, weight = 0;
    bool known = false;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!(weights[i] >= 0) || weights[i] > 1e100) {
            throw Error(ErrorCode::invalid_argument, "weights", "weights must be numbers of 0 to 1e100")
                .detail("Element %zu is not.", i + 1)
                .hint("They need not sum to 1.");
        }
        if (std::isinf(values[i]) || std::fabs(values[i]) > 1e100) {
            throw Error(ErrorCode::invalid_argument, "figures",
                        "figures must be finite numbers of at most 1e100")
                .detail("Element %zu is not.", i + 1)
                .hint("NULL stands for what is not known.");
        }
        const bool its = !std::isnan(values[i]);
        if (!its && unknown == Unknown::null) return std::nullopt;
        if (!its && unknown == Unknown::reweight) continue;
        known |= its;
        weight += weights[i];
        if (its) sum += weights[i] * values[i];
    }
    if (!known || weight == 0) return std::nullopt;
    return sum / weight;
}

}  // namespace journey
