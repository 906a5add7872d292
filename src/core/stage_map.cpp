#include "core/stage_map.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/error.hpp"
#include "core/state_bytes.hpp"

namespace journey {

namespace {

constexpr const char* role_words[] = {"visit", "problem", "nps", "csat", "ces"};
constexpr const char* importance_words[] = {"", "primary", "secondary"};
constexpr const char* kpi_words[] = {"",           "customers", "events",       "value",
                                     "conversion", "exit_rate", "problem_rate", "hours_to_next",
                                     "nps",        "csat",      "ces"};

template <class Word, std::size_t n>
Word parse(const char* const (&words)[n], std::string_view word, const char* argument, const char* valid) {
    for (std::size_t i = 0; i < n; ++i) {
        if (*words[i] != 0 && word == words[i]) return static_cast<Word>(i);
    }
    throw Error(ErrorCode::invalid_argument, argument, "unknown %s \"%.*s\"", argument,
                static_cast<int>(word.size()), word.data())
        .hint("Valid are %s.", valid);
}

Error about(const char* argument, const char* message, std::string_view name) {
    Error error(ErrorCode::invalid_argument, argument, "%s \"%.*s\" %s", argument,
                static_cast<int>(std::min<std::size_t>(name.size(), 100)), name.data(), message);
    return error;
}

void check_name(const char* argument, std::string_view name) {
    if (name.empty()) {
        throw Error(ErrorCode::invalid_argument, argument, "a %s has an empty name", argument)
            .hint("Give it a name.");
    }
    for (std::string_view reserved : {not_on_map, no_event_yet, start_of_journey, end_of_journey}) {
        if (name == reserved)
            throw about(argument, "has a name that results use for what is on no map", name)
                .hint("Give it another name.");
    }
}

std::uint32_t find(const std::pmr::vector<std::string_view>& sorted, std::string_view name) {
    const auto at = std::lower_bound(sorted.begin(), sorted.end(), name);
    return at == sorted.end() || *at != name ? StageMap::no_rule
                                             : static_cast<std::uint32_t>(at - sorted.begin());
}

void sort_unique(std::pmr::vector<std::string_view>& names) {
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
}

std::size_t optional_size(const OptionalText& text) {
    return 1 + (text ? text_size(*text) : 0);
}
std::byte* store_optional(std::byte* to, const OptionalText& text) {
    *to++ = static_cast<std::byte>(text ? 1 : 0);
    return text ? store_text(to, *text) : to;
}
OptionalText read_optional(StateReader& reader) {
    const auto there = reader.number<std::uint8_t>();
    if (there > 1) reader.fail("a mark is neither 0 nor 1");
    return there == 1 ? OptionalText(reader.text()) : std::nullopt;
}

template <class Word, std::size_t n>
Word read_word(StateReader& reader, const char* const (&)[n]) {
    const auto word = reader.number<std::uint8_t>();
    if (word >= n) reader.fail("unknown word");
    return static_cast<Word>(word);
}

}  // namespace

EventRole parse_role(std::string_view word) {
    return parse<EventRole>(role_words, word, "role", "visit, problem, nps, csat, ces");
}
Importance parse_importance(std::string_view word) {
    return parse<Importance>(importance_words, word, "importance", "primary, secondary");
}
Kpi parse_kpi(std::string_view word) {
    return parse<Kpi>(kpi_words, word, "kpi",
                      "customers, events, value, conversion, exit_rate, problem_rate, hours_to_next, nps, "
                      "csat, ces");
}
const char* role_word(EventRole role) {
    return role_words[static_cast<std::size_t>(role)];
}
const char* importance_word(Importance importance) {
    return importance_words[static_cast<std::size_t>(importance)];
}
const char* kpi_word(Kpi kpi) {
    return kpi_words[static_cast<std::size_t>(kpi)];
}

std::uint32_t StageMap::stage_named(std::string_view name) const {
    for (std::uint32_t i = 0; i < stages.size(); ++i) {
        if (stages[i] == name) return i;
    }
    throw about("stage", "is not a stage of the map", name).hint("Add it to the stages, or correct it.");
}

std::uint32_t StageMap::touchpoint_named(std::string_view name) const {
    for (std::uint32_t i = 0; i < touchpoints.size(); ++i) {
        if (touchpoints[i].name == name) return i;
    }
    throw about("touchpoint", "is not a touchpoint of the map", name)
        .hint("Add it to the touchpoints, or correct it.");
}

void StageMap::check_names() const {
    if (stages.empty()) {
        throw Error(ErrorCode::invalid_argument, "map", "the map has no stages")
            .hint("Add stages to journey_stage; stage_template() gives six to begin with.");
    }
    if (stages.size() > max_stages) {
        throw Error(ErrorCode::limit, "stage", "the map has %zu stages", stages.size())
            .hint("At most %u stages are possible.", max_stages);
    }
    if (touchpoints.size() > max_touchpoints) {
        throw Error(ErrorCode::limit, "touchpoint", "the map has %zu touchpoints", touchpoints.size())
            .hint("At most %u touchpoints are possible.", max_touchpoints);
    }
    std::pmr::vector<std::string_view> names(stages, stages.get_allocator());
    const auto unique = [&](const char* argument) {
        std::sort(names.begin(), names.end());
        for (std::size_t i = 0; i < names.size(); ++i) {
            check_name(argument, names[i]);
            if (i > 0 && names[i] == names[i - 1])
                throw about(argument, "is there twice", names[i]).hint("Give each another name.");
        }
        names.clear();
    };
    unique("stage");
    for (const Touchpoint& each : touchpoints) names.push_back(each.name);
    unique("touchpoint");
    for (const LevelRule& each : levels) names.push_back(each.name);
    unique("level");
    for (const Touchpoint& each : touchpoints) {
        if (each.target && !std::isfinite(*each.target))
            throw about("touchpoint", "has a target that is no number", each.name)
                .hint("Write a number, or NULL for none.");
    }
    for (const LevelRule& each : levels) {
        if (each.at_least < 1 || each.events == 0)
            throw about("level", "needs at least one event", each.name)
                .hint("Give it events and a number at_least of 1 or more.");
        if (each.within && *each.within < 0)
            throw about("level", "has a negative length of time", each.name)
                .hint("Write within as '90 days', or NULL for any time.");
    }
}

void StageMap::check_rules() const {
    if (rules.size() > max_map_rules) {
        throw Error(ErrorCode::limit, "event", "the map has %zu rules", rules.size())
            .hint("At most %u rules are possible.", max_map_rules);
    }
    for (const MapRule& rule : rules) {
        if (rule.touchpoint == no_touchpoint && is_visit(rule.role))
            throw about("event", "has no touchpoint", rule.event)
                .hint("Only the answer to a survey can do without: it is about where the customer was last.");
    }
    std::pmr::vector<const MapRule*> ordered(rules.get_allocator().resource());
    for (const MapRule& rule : rules) ordered.push_back(&rule);
    std::sort(ordered.begin(), ordered.end(), [](const MapRule* a, const MapRule* b) {
        return a->event != b->event ? a->event < b->event : a->channel < b->channel;
    });
    for (std::size_t i = 1; i < ordered.size(); ++i) {
        const MapRule &a = *ordered[i - 1], &b = *ordered[i];
        if (a.event != b.event || a.channel != b.channel) continue;
        const auto place = [&](const MapRule& rule) {
            return rule.touchpoint == no_touchpoint ? std::string_view("(where the customer was last)")
                                                    : touchpoints[rule.touchpoint].name;
        };
        const bool two_stages = a.touchpoint != no_touchpoint && b.touchpoint != no_touchpoint &&
                                touchpoints[a.touchpoint].stage != touchpoints[b.touchpoint].stage;
        const std::string_view first = place(a), second = place(b);
        throw about("event", two_stages ? "is assigned to two stages" : "is assigned twice", a.event)
            .detail("Its touchpoints are \"%.*s\" and \"%.*s\".", static_cast<int>(first.size()),
                    first.data(), static_cast<int>(second.size()), second.data())
            .hint("Keep one, or tell them apart by channel.");
    }
}

void StageMap::finish() {
    check_names();
    check_rules();
    events_.clear();
    channels_.clear();
    for (const MapRule& rule : rules) {
        events_.push_back(rule.event);
        if (rule.channel) channels_.push_back(*rule.channel);
    }
    sort_unique(events_);
    sort_unique(channels_);
    const std::size_t width = channels_.size() + 1;
    found_.assign(events_.size() * width, no_rule);
    for (std::uint32_t i = 0; i < rules.size(); ++i) {
        if (rules[i].channel) continue;
        const std::size_t row = find(events_, rules[i].event) * width;
        std::fill_n(found_.begin() + static_cast<std::ptrdiff_t>(row), width, i);
    }
    for (std::uint32_t i = 0; i < rules.size(); ++i) {
        if (rules[i].channel)
            found_[find(events_, rules[i].event) * width + 1 + find(channels_, *rules[i].channel)] = i;
    }
}

std::uint32_t StageMap::event_number(std::string_view event) const {
    return find(events_, event);
}
std::uint32_t StageMap::channel_number(std::string_view channel) const {
    return find(channels_, channel) + 1;  // no_rule + 1 is 0
}

std::size_t StageMap::encoded_size() const {
    std::size_t size = 1 + 4 + 4 + 4 + 4;
    for (std::string_view stage : stages) size += text_size(stage);
    for (const Touchpoint& each : touchpoints) {
        size +=
            text_size(each.name) + 4 + optional_size(each.channel) + 1 + optional_size(each.owner) + 1 + 8;
    }
    for (const MapRule& each : rules) size += text_size(each.event) + optional_size(each.channel) + 4 + 1;
    for (const LevelRule& each : levels) {
        size += text_size(each.name) + 8 + 8 + 4;
        for (std::size_t i = 0; i < each.events; ++i) size += text_size(level_events[each.first_event + i]);
    }
    return size;
}

void StageMap::encode(std::byte* to) const {
    const auto list = [&](const auto& items) { to = store(to, static_cast<std::uint32_t>(items.size())); };
    *to++ = std::byte{stage_map_version};
    list(stages);
    for (std::string_view stage : stages) to = store_text(to, stage);
    list(touchpoints);
    for (const Touchpoint& each : touchpoints) {
        to = store_text(to, each.name);
        to = store(to, each.stage);
        to = store_optional(to, each.channel);
        *to++ = static_cast<std::byte>(each.importance);
        to = store_optional(to, each.owner);
        *to++ = static_cast<std::byte>(each.kpi);
        to = store(
            to, std::bit_cast<std::uint64_t>(each.target.value_or(std::numeric_limits<double>::quiet_NaN())));
    }
    list(rules);
    for (const MapRule& each : rules) {
        to = store_text(to, each.event);
        to = store_optional(to, each.channel);
        to = store(to, each.touchpoint);
        *to++ = static_cast<std::byte>(each.role);
    }
    list(levels);
    for (const LevelRule& each : levels) {
        to = store_text(to, each.name);
        to = store(to, each.at_least);
        to = store(to, each.within.value_or(-1));
        to = store(to, static_cast<std::uint32_t>(each.events));
        for (std::size_t i = 0; i < each.events; ++i) to = store_text(to, level_events[each.first_event + i]);
    }
}

void StageMap::decode(std::span<const std::byte> bytes) {
    StateReader reader(bytes, "map_definition", "stage_map");
    reader.version(stage_map_version);
    for (auto left = reader.count<std::uint32_t>(4); left > 0; --left) stages.push_back(reader.text());
    for (auto left = reader.count<std::uint32_t>(19); left > 0; --left) {
        Touchpoint each;
        each.name = reader.text();
        each.stage = reader.number<std::uint32_t>();
        each.channel = read_optional(reader);
        each.importance = read_word<Importance>(reader, importance_words);
        each.owner = read_optional(reader);
        each.kpi = read_word<Kpi>(reader, kpi_words);
        const auto target = std::bit_cast<double>(reader.number<std::uint64_t>());
        if (!std::isnan(target)) each.target = target;
        if (each.stage >= stages.size()) reader.fail("unknown stage");
        touchpoints.push_back(each);
    }
    for (auto left = reader.count<std::uint32_t>(10); left > 0; --left) {
        MapRule each;
        each.event = reader.text();
        each.channel = read_optional(reader);
        each.touchpoint = reader.number<std::uint32_t>();
        each.role = read_word<EventRole>(reader, role_words);
        if (each.touchpoint != no_touchpoint && each.touchpoint >= touchpoints.size())
            reader.fail("unknown touchpoint");
        rules.push_back(each);
    }
    for (auto left = reader.count<std::uint32_t>(24); left > 0; --left) {
        LevelRule each;
        each.name = reader.text();
        each.at_least = reader.number<std::int64_t>();
        const auto within = reader.number<std::int64_t>();
        if (within != -1) each.within = within;
        each.first_event = level_events.size();
        each.events = reader.count<std::uint32_t>(4);
        for (std::size_t i = 0; i < each.events; ++i) level_events.push_back(reader.text());
        levels.push_back(each);
    }
    reader.end();
    try {
        finish();
    } catch (const Error& error) {
        if (error.code() == ErrorCode::invalid_argument || error.code() == ErrorCode::limit)
            reader.fail(error.message());
        throw;
    }
}

}  // namespace journey
