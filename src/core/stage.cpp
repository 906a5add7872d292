#include "core/stage.hpp"

#include <algorithm>
#include <limits>

#include "core/error.hpp"
#include "core/events.hpp"

namespace journey {

namespace {

// Keeps the order of what is equal. Few events come at one time, as a rule.
template <class Before>
void sort_ties(std::span<PlacedEvent> events, Before before) {
    constexpr std::size_t few = 16;
    if (events.size() > few) {
        std::stable_sort(events.begin(), events.end(), before);
        return;
    }
    for (std::size_t i = 1; i < events.size(); ++i) {
        for (std::size_t k = i; k > 0 && before(events[k], events[k - 1]); --k)
            std::swap(events[k], events[k - 1]);
    }
}

}  // namespace

MapReader::MapReader(const StageMap& map, std::pmr::memory_resource& memory)
    : map_(&map),
      rules_(&memory),
      cache_(memory),
      long_numbers_(&memory),
      channel_numbers_(&memory),
      code_rules_(&memory),
      placed_(&memory) {
    for (const MapRule& rule : map.rules) {
        const bool visit = journey::is_visit(rule.role);
        surveys_ = surveys_ || !visit;
        rules_.push_back(
            {rule.touchpoint, visit ? map.touchpoints[rule.touchpoint].stage : no_touchpoint, rule.role});
    }
}

const std::uint32_t* MapReader::numbers_of(const JourneyView& journey) {
    const Names& names = journey.event_names();
    if (names.size() <= most_cached_names) {
        return cache_
            .get(names,
                 [&](Numbers& numbers) {
                     std::uint32_t code = 0;
                     for (std::string_view name : names) {
                         if (code == most_cached_names) fail_corrupted("names");
                         numbers.of[code++] = map_->event_number(name);
                     }
                     if (code != names.size()) fail_corrupted("names");
                 })
            .of;
    }
    long_numbers_.clear();
    for (std::string_view name : names) long_numbers_.push_back(map_->event_number(name));
    if (long_numbers_.size() != names.size()) fail_corrupted("names");
    return long_numbers_.data();
}

std::span<const MapReader::Rule* const> MapReader::plain_rules(const JourneyView& journey) {
    static_assert(most_plain_names == most_cached_names);
    const std::uint32_t names = journey.event_names().size();
    if (surveys_ || map_->by_channel() || names > most_plain_names) return {};
    const std::uint32_t* numbers = numbers_of(journey);
    for (std::uint32_t code = 0; code < names; ++code) {
        const std::uint32_t number = numbers[code];
        const std::uint32_t found = number == StageMap::no_rule ? number : map_->rule(number, 0);
        plain_[code] = found == StageMap::no_rule ? nullptr : &rules_[found];
    }
    return {plain_, names};
}

std::optional<MapReader::Present> MapReader::present(const JourneyView& journey, Time as_of) {
    if (map_->by_channel() || journey.event_names().size() > most_cached_names) return std::nullopt;
    const std::uint32_t n =
        as_of == std::numeric_limits<Time>::max() ? journey.size() : journey.lower_bound(as_of + 1);
    Present present;
    if (n == 0) return present;
    const std::uint32_t* numbers = numbers_of(journey);
    const std::uint32_t names = journey.event_names().size();
    // The stage of each name, and as a bit of a set; none: no_touchpoint and no bit.
    std::uint32_t stages[most_cached_names];
    std::uint64_t bits[most_cached_names];
    for (std::uint32_t code = 0; code < names; ++code) {
        const std::uint32_t found =
            numbers[code] == StageMap::no_rule ? StageMap::no_rule : map_->rule(numbers[code], 0);
        stages[code] = found == StageMap::no_rule ? no_touchpoint : rules_[found].stage;
        bits[code] = stages[code] == no_touchpoint ? 0 : std::uint64_t{1} << stages[code];
    }
    Poll poll;
    // Every name of a journey occurs in it, so all of it needs no look at its events.
    const std::uint32_t looked_at = n == journey.size() ? 0 : n;
    for (std::uint32_t code = 0; code < names && looked_at == 0; ++code) present.seen |= bits[code];
    for (std::uint32_t row = 0; row < looked_at; ++row) {
        poll();
        const std::uint32_t code = journey.event(row);
        if (code >= names) fail_corrupted("event code");
        present.seen |= bits[code];
    }
    if (present.seen == 0) return present;
    // Back from the end to where the present stay began. Simultaneous events of
    // several stages are left to the walk.
    std::optional<std::uint32_t> first;
    Time later = 0;
    for (std::uint32_t row = n; row-- > 0;) {
        poll();
        const std::uint32_t code = journey.event(row);
        if (code >= names) fail_corrupted("event code");
        if (stages[code] == no_touchpoint) continue;
        const Time time = journey.time(row);
        if (!first) {
            present.stage = stages[code];
        } else if (stages[code] != present.stage) {
            if (time == later) return std::nullopt;
            break;
        }
        first = row;
        later = present.entered = time;
    }
    return present;
}

void MapReader::number_channels(const JourneyView& journey) {
    channel_numbers_.assign(1, 0);
    for (std::string_view name : journey.channel_names())
        channel_numbers_.push_back(map_->channel_number(name));
}

void MapReader::find_rules(std::span<const std::uint32_t> numbers) {
    code_rules_.clear();
    for (std::uint32_t number : numbers)
        code_rules_.push_back(number == StageMap::no_rule ? number : map_->rule(number, 0));
}

void MapReader::order_ties(const JourneyView& journey, std::span<PlacedEvent> placed) {
    const NumberColumn tiebreaks = journey.tiebreaks();
    const auto tiebreak = [&](const PlacedEvent& event) {
        const std::uint32_t rank = tiebreaks.has(event.row) ? tiebreaks.rank(event.row) : 0;
        return tiebreaks.has(event.row) ? std::pair(true, tiebreaks.integer(rank))
                                        : std::pair(false, std::int64_t{0});
    };
    const auto before = [&](const PlacedEvent& a, const PlacedEvent& b) {
        const auto of_a = tiebreak(a), of_b = tiebreak(b);
        if (of_a != of_b) return of_a < of_b;
        // What is no visit has the greatest number.
        return stage(a) < stage(b);
    };
    for (std::size_t first = 0, last = 0; first < placed.size(); first = last) {
        for (last = first + 1; last < placed.size() && placed[last].time == placed[first].time;) ++last;
        sort_ties({placed.data() + first, last - first}, before);
    }
}

void read_stays(std::span<const PlacedEvent> placed, const MapReader& reader, bool backward,
                std::pmr::vector<Stay>& stays) {
    stays.clear();
    for (const PlacedEvent& event : placed) {
        if (!reader.is_visit(event)) continue;
        const std::uint32_t stage = reader.stage(event);
        const bool same =
            !stays.empty() && (stays.back().stage == stage || (!backward && stage < stays.back().stage));
        if (!same) {
            if (!stays.empty()) {
                stays.back().left = event.time;
                stays.back().open = false;
            }
            Stay stay;
            stay.stage = stage;
            stay.touchpoint = reader.touchpoint(event);
            stay.entered = event.time;
            stays.push_back(stay);
        }
        ++stays.back().events;
    }
}

std::optional<StageStatus> stage_status(const JourneyView& journey, MapReader& reader, Time as_of,
                                        bool backward, std::pmr::memory_resource& memory) {
    const auto placed = reader.read(journey, as_of);
    std::pmr::vector<Stay> stays(&memory);
    read_stays(placed, reader, backward, stays);
    if (stays.empty()) return std::nullopt;
    StageStatus status;
    std::uint64_t seen = 0;
    status.deepest = stays.front().stage;
    status.deepest_at = stays.front().entered;
    for (std::size_t i = 0; i < stays.size(); ++i) {
        seen |= std::uint64_t{1} << stays[i].stage;
        if (stays[i].stage > status.deepest) {
            status.deepest = stays[i].stage;
            status.deepest_at = stays[i].entered;
        }
        if (i > 0) ++(stays[i].stage > stays[i - 1].stage ? status.forward : status.backward);
    }
    status.current = stays.back();
    status.stages = std::popcount(seen);
    for (const PlacedEvent& event : placed) {
        if (!reader.is_visit(event)) continue;
        status.touchpoint = reader.touchpoint(event);
        status.last_at = event.time;
    }
    return status;
}

OptionalText customer_level(const JourneyView& journey, const StageMap& map, Time as_of) {
    const std::uint32_t n =
        as_of == std::numeric_limits<Time>::max() ? journey.size() : journey.lower_bound(as_of + 1);
    Poll poll;
    for (std::size_t i = map.levels.size(); i-- > 0;) {
        const LevelRule& level = map.levels[i];
        std::uint32_t first = 0;
        if (level.within && as_of > std::numeric_limits<Time>::min() + *level.within)
            first = std::min(n, journey.lower_bound(as_of - *level.within));
        const auto* names = map.level_events.data() + level.first_event;
        std::uint64_t codes[4] = {};  // a set, for as many names as fit
        bool any = false;
        std::uint32_t code = 0;
        for (std::string_view name : journey.event_names()) {
            const bool counts = std::find(names, names + level.events, name) != names + level.events;
            any = any || counts;
            if (code < 256 && counts) codes[code / 64] |= std::uint64_t{1} << (code % 64);
            ++code;
        }
        if (!any) continue;
        std::int64_t found = 0;
        for (std::uint32_t row = first; row < n && found < level.at_least; ++row) {
            poll();
            const std::uint32_t event = journey.event(row);
            if (event < 256) {
                found += static_cast<std::int64_t>(codes[event / 64] >> (event % 64) & 1);
            } else {
                found += std::find(names, names + level.events, journey.event_names()[event]) !=
                         names + level.events;
            }
        }
        if (found >= level.at_least) return level.name;
    }
    return std::nullopt;
}

MapWord parse_map_word(std::string_view word) {
    if (word == "stage") return MapWord::stage;
    if (word == "touchpoint") return MapWord::touchpoint;
    throw Error(ErrorCode::invalid_argument, "what", "unknown what \"%.*s\"", static_cast<int>(word.size()),
                word.data())
        .hint("Valid are stage, touchpoint.");
}

Bytes on_map(const JourneyView& journey, MapReader& reader, MapWord word, std::pmr::memory_resource& memory,
             std::size_t prefix) {
    Vocabulary vocabulary(memory);
    EventList list(vocabulary, memory);
    const NumberColumn values = journey.values(), tiebreaks = journey.tiebreaks();
    std::pmr::vector<std::uint32_t> channels(&memory);
    for (std::string_view name : journey.channel_names())
        channels.push_back(vocabulary.channels.intern(name, "j"));
    for (const PlacedEvent& event : reader.read(journey, std::numeric_limits<Time>::max())) {
        if (!reader.is_visit(event)) continue;
        const std::string_view name = word == MapWord::stage
                                          ? reader.map().stages[reader.stage(event)]
                                          : reader.map().touchpoints[reader.touchpoint(event)].name;
        EventExtra extra;
        if (values.has(event.row)) extra.value = values.number(values.rank(event.row));
        if (tiebreaks.has(event.row)) extra.tiebreak = tiebreaks.integer(tiebreaks.rank(event.row));
        const std::uint32_t channel = journey.channel(event.row);
        if (channel > channels.size()) fail_corrupted("channel code");
        list.add(event.time, vocabulary.events.intern(name, "map"),
                 channel == 0 ? no_channel : channels[channel - 1], extra);
    }
    return list.encode(memory, prefix);
}

}  // namespace journey
