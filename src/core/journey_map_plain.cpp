// Plain journeys: their events are placed by their names alone, and no answers to
// surveys, which belong to the visits before them, are among them. Then a *slot* for
// each touchpoint and channel counts the events, and only a few of them need a look
// at the visits; values are added in any order.
#include <algorithm>
#include <bit>
#include <limits>

#include "core/encoding.hpp"
#include "core/journey_map.hpp"
#include "core/unpack_codes.hpp"

namespace journey {

namespace {

// The rows that have the next one's time.
std::uint32_t find_ties(const JourneyView& journey, std::uint32_t n, std::uint32_t* to) {
    std::uint32_t ties = 0;
    std::uint64_t time = journey.time_offset(0);
    Poll poll;
    for (std::uint32_t row = 1; row < n; ++row) {
        poll();
        const std::uint64_t next = journey.time_offset(row);
        to[ties] = row - 1;
        ties += next == time ? 1 : 0;
        time = next;
    }
    return ties;
}

}  // namespace

// The codes of the first n events, into plain_events_ and plain_channels_.
void JourneyMap::unpack(const JourneyView& journey, std::uint32_t n) {
    if (tied_.size() < n) {
        for (auto* each : {&plain_events_, &plain_channels_}) each->resize(n + 7);
        tied_.resize(n);
        plain_walk_.resize(n);
    }
    if (!unpack_codes(journey.events(), 0, n, 0, journey.event_names().size(), plain_events_.data()))
        fail_corrupted("event code");
    if (options_.detail != MapDetail::channel || !journey.has_channels()) {
        std::fill_n(plain_channels_.begin(), n, std::uint8_t{0});
    } else if (!unpack_codes(journey.channels(), 0, n, journey.channel_shift(),
                             static_cast<std::uint32_t>(channel_codes_.size()), plain_channels_.data())) {
        fail_corrupted("channel code");
    }
}

// The events of one time, from row `first` to before `end`: by tie-breaker, then by
// stage; where those on no map stand does not matter.
void JourneyMap::order_tied(const JourneyView& journey, std::span<const MapReader::Rule* const> rules,
                            std::uint32_t first, std::uint32_t end) {
    struct Tied {
        bool has_tiebreak;
        std::int64_t tiebreak;
        std::uint32_t stage;
        std::uint8_t event, channel;
    };
    const NumberColumn tiebreaks = journey.tiebreaks();
    const auto tied = [&](std::uint32_t row) {
        const MapReader::Rule* rule = rules[plain_events_[row]];
        const bool has = tiebreaks.has(row);
        return Tied{has, has ? tiebreaks.integer(tiebreaks.rank(row)) : 0,
                    rule == nullptr ? no_touchpoint : rule->stage, plain_events_[row], plain_channels_[row]};
    };
    const auto before = [](const Tied& a, const Tied& b) {
        if (a.has_tiebreak != b.has_tiebreak) return b.has_tiebreak;
        return a.tiebreak != b.tiebreak ? a.tiebreak < b.tiebreak : a.stage < b.stage;
    };
    const auto put = [&](std::uint32_t row, const Tied& event) {
        plain_events_[row] = event.event;
        plain_channels_[row] = event.channel;
    };
    if (end - first == 2) {
        const Tied a = tied(first), b = tied(first + 1);
        if (!before(b, a)) return;
        put(first, b);
        put(first + 1, a);
        return;
    }
    std::pmr::vector<Tied> group(memory_);
    for (std::uint32_t row = first; row < end; ++row) group.push_back(tied(row));
    std::stable_sort(group.begin(), group.end(), before);
    for (std::uint32_t row = first; row < end; ++row) put(row, group[row - first]);
}

// Brings events of one time into the order they are walked in. Only their codes are
// moved: from here on rows mean nothing but their times.
void JourneyMap::order_ties(const JourneyView& journey, std::span<const MapReader::Rule* const> rules,
                            std::uint32_t n) {
    const std::uint32_t ties = find_ties(journey, n, tied_.data());
    for (std::uint32_t i = 0, next = 0; i < ties; i = next) {
        for (next = i + 1; next < ties && tied_[next] == tied_[next - 1] + 1;) ++next;
        order_tied(journey, rules, tied_[i], tied_[next - 1] + 2);
    }
}

// What the events of a code do, for the scan. Slots of names on no map follow those of
// the touchpoints.
struct JourneyMap::PlainCode {
    std::uint32_t slot;
    std::uint32_t always;  // 1: a problem
    std::uint64_t stage, earlier;
};

// Counts the events of each slot, and lists those that may do more than be counted: the
// first of a slot, problems, and those of a stage after one where visits may wait. No
// branch depends on the events, for it could not be foreseen.
std::uint32_t JourneyMap::scan_plain(std::span<const PlainCode> codes, std::uint32_t n) {
    const std::uint8_t* event_codes = plain_events_.data();
    const std::uint8_t* channels = plain_channels_.data();
    const std::uint32_t* channel_slots = channel_codes_.data();
    std::uint32_t* counts = slot_events_.data();
    PlainEvent* walk = plain_walk_.data();
    std::uint64_t waiting = 0;
    std::uint32_t size = 0;
    Poll poll;
    for (std::uint32_t row = 0; row < n; ++row) {
        poll();
        const PlainCode& code = codes[event_codes[row]];
        const std::uint32_t slot = code.slot + channel_slots[channels[row]];
        const std::uint32_t begins = (counts[slot]++ == 0 ? 1u : 0u) | code.always;
        walk[size] = {row, slot};
        size += begins | ((waiting & code.earlier) != 0 ? 1u : 0u);
        waiting = (waiting & ~code.earlier) | (code.stage & (0 - std::uint64_t{begins}));
    }
    return size;
}

void JourneyMap::plain_off_map(const PlainEvent& event) {
    const std::uint32_t code = options_.detail == MapDetail::stage ? 0 : plain_events_[event.row];
    const std::uint32_t number = off_map_.number(code, plain_channels_[event.row]);
    if (number == off_map_events_.size()) off_map_events_.push_back(0);
    off_map_events_[number] += slot_events_[event.slot];
    slot_events_[event.slot] = 0;
}

auto JourneyMap::slot_place(std::uint32_t slot, const MapReader::Rule& rule, std::uint32_t channel)
    -> const Place& {
    Place& place = slot_places_[slot];
    if (place.touchpoint == no_touchpoint) place = place_of(rule, channel);
    return place;
}

inline void JourneyMap::plain_visit(const MapReader::Rule& rule, const PlainEvent& event, Time time) {
    std::uint32_t& number = slots_[event.slot];
    if (pending_.waits_before(rule.stage)) reach(rule.stage, time);
    if (number == 0) {
        begin_visit(slot_place(event.slot, rule, plain_channels_[event.row]), time).slot = event.slot;
        number = static_cast<std::uint32_t>(visits_.size());
        last_visit_[rule.touchpoint] = number;
    }
    Seen& seen = visits_[number - 1].seen;
    if (rule.role == EventRole::problem && seen.problems++ == 0) pending_.add(rule.stage, number - 1);
}

void JourneyMap::walk_plain(const JourneyView& journey, std::span<const MapReader::Rule* const> rules,
                            std::uint32_t n) {
    PlainCode codes[MapReader::most_plain_names];
    for (std::uint32_t code = 0; code < rules.size(); ++code) {
        const MapReader::Rule* rule = rules[code];
        if (rule == nullptr) {
            const auto touchpoints = static_cast<std::uint32_t>(touchpoint_places_.size());
            codes[code] = {(touchpoints + code) * slot_width_, 0, 0, 0};
        } else {
            const std::uint64_t stage = std::uint64_t{1} << rule->stage;
            codes[code] = {rule->touchpoint * slot_width_, rule->role == EventRole::problem ? 1u : 0u, stage,
                           stage - 1};
        }
    }
    const std::uint32_t size = scan_plain({codes, rules.size()}, n);
    Poll poll;
    for (std::uint32_t i = 0; i < size; ++i) {
        poll();
        const PlainEvent& event = plain_walk_[i];
        const MapReader::Rule* rule = rules[plain_events_[event.row]];
        if (rule == nullptr) {
            plain_off_map(event);
        } else {
            plain_visit(*rule, event, journey.time(event.row));
        }
    }
    if (visits_.empty()) return;
    for (Visit& each : visits_) {
        each.seen.events = slot_events_[each.slot];
        slot_events_[each.slot] = 0;
    }
    std::uint32_t last = n - 1;
    while (rules[plain_events_[last]] == nullptr) --last;
    last_ = slots_[codes[plain_events_[last]].slot + channel_codes_[plain_channels_[last]]] - 1;
    for (const Visit& each : visits_) {
        slots_[each.slot] = 0;
        last_visit_[each.place.touchpoint] = 0;
    }
    count_end_of_journey(journey.time(last));
}

void JourneyMap::add_plain_values(const JourneyView& journey, std::span<const MapReader::Rule* const> rules,
                                  std::uint32_t n) {
    const NumberColumn column = journey.values();
    if (column.numbers == nullptr) return;
    std::uint32_t rank = 0;
    const auto add = [&](std::uint32_t row) {
        if (rank >= column.count) fail_corrupted("values");
        const double value = column.number(rank++);
        const MapReader::Rule* rule = rules[plain_events_[row]];
        if (rule == nullptr) return;
        const std::uint32_t channel = plain_channels_[row];
        const std::uint32_t slot = rule->touchpoint * slot_width_ + channel_codes_[channel];
        add_value(slot_place(slot, *rule, channel), value);
    };
    Poll poll;
    if (column.positions != nullptr) {
        const std::size_t width = column.position_width;
        std::uint32_t row = 0;
        for (std::uint32_t i = 0; i < column.count; ++i) {
            poll();
            const auto at = static_cast<std::uint32_t>(load_bytes(column.positions + i * width, width));
            if (at >= n) return;
            if (at < row) fail_corrupted("positions");
            row = at + 1;
            add(at);
        }
    } else if (column.bitmap == nullptr) {
        for (std::uint32_t row = 0; row < n; ++row) {
            poll();
            add(row);
        }
    } else {
        for (std::uint32_t first = 0; first < n; first += 8) {
            poll();
            auto bits = static_cast<std::uint32_t>(column.bitmap[first / 8]);
            for (; bits != 0; bits &= bits - 1) {
                const std::uint32_t row = first + static_cast<std::uint32_t>(std::countr_zero(bits));
                if (row < n) add(row);
            }
        }
    }
}

// False if the journey is not plain; then nothing is done.
bool JourneyMap::add_plain(const JourneyView& journey, MapReader& reader) {
    constexpr std::size_t most_slots = 1u << 16, most_channels = 256;
    if (channel_codes_.size() > most_channels || journey.events().bits > 8) return false;
    if (journey.has_channels() && journey.channels().bits > 8) return false;
    const std::size_t touchpoints = touchpoint_places_.size();
    const auto width = static_cast<std::uint32_t>(
        options_.detail == MapDetail::channel ? std::size_t{channels_.size()} + 1 : std::size_t{1});
    if (touchpoints == 0) return false;
    const std::size_t slots = touchpoints + MapReader::most_plain_names;
    if (slots * width > most_slots) return false;
    const auto rules = reader.plain_rules(journey);
    if (rules.empty()) return false;
    const std::uint32_t n = options_.as_of == std::numeric_limits<Time>::max()
                                ? journey.size()
                                : journey.lower_bound(options_.as_of + 1);
    if (n == 0) return true;
    if (width > slot_width_) {
        slot_width_ = std::min(2 * width, static_cast<std::uint32_t>(most_slots / slots));
        slots_.assign(slots * slot_width_, 0);
        slot_events_.assign(slots * slot_width_, 0);
        slot_places_.assign(slots * slot_width_, Place());
    }
    unpack(journey, n);
    add_plain_values(journey, rules, n);
    order_ties(journey, rules, n);
    walk_plain(journey, rules, n);
    if (off_map_.size() > 0) add_off_map(journey);
    return true;
}

}  // namespace journey
