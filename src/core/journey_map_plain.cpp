// Plain journeys: their events are placed by their names alone, and no answers to
// surveys, which belong to the visits before them, are among them. Then all that an
// event needs is its visit's number, found in a table by touchpoint and channel;
// values are added afterwards, in any order.
#include <algorithm>
#include <bit>
#include <limits>

#include "core/code_lanes.hpp"
#include "core/encoding.hpp"
#include "core/journey_map.hpp"

namespace journey {

// The codes of the first n events, into plain_events_ and plain_channels_.
void JourneyMap::unpack(const JourneyView& journey, std::uint32_t n) {
    if (plain_events_.size() < n) {
        plain_events_.resize(n);
        plain_channels_.resize(n);
    }
    Poll poll;
    std::uint32_t most = 0;
    const PackedCodes& codes = journey.events();
    if (codes.bits == 0) {
        std::fill_n(plain_events_.begin(), n, std::uint8_t{0});
    } else {
        const CodeLanes lanes(codes, n);
        const std::uint32_t mask = (1u << codes.bits) - 1;
        for (std::uint32_t chunk = 0, first = 0; first < n; ++chunk, first += lanes.lanes()) {
            poll();
            std::uint64_t word = lanes.word(chunk);
            const std::uint32_t end = std::min(n, first + lanes.lanes());
            for (std::uint32_t i = first; i < end; ++i, word >>= codes.bits) {
                const std::uint32_t code = static_cast<std::uint32_t>(word) & mask;
                most = std::max(most, code);
                plain_events_[i] = static_cast<std::uint8_t>(code);
            }
        }
    }
    if (most >= journey.event_names().size()) fail_corrupted("event code");
    if (options_.detail != MapDetail::channel || !journey.has_channels()) {
        std::fill_n(plain_channels_.begin(), n, std::uint8_t{0});
        return;
    }
    most = 0;
    for (std::uint32_t i = 0; i < n; ++i) {
        poll();
        const std::uint32_t channel = journey.channel(i);
        most = std::max(most, channel);
        plain_channels_[i] = static_cast<std::uint8_t>(channel);
    }
    if (most >= channel_codes_.size()) fail_corrupted("channel code");
}

// The rows of one time in the order they are walked in: by tie-breaker, then by stage.
void JourneyMap::order_tied(const JourneyView& journey, std::span<const MapReader::Rule* const> rules) {
    const auto stage = [&](std::uint32_t row) { return rules[plain_events_[row]]->stage; };
    const NumberColumn tiebreaks = journey.tiebreaks();
    const auto before = [&](std::uint32_t a, std::uint32_t b) {
        const bool a_has = tiebreaks.has(a), b_has = tiebreaks.has(b);
        if (a_has != b_has) return b_has;
        if (a_has) {
            const std::int64_t of_a = tiebreaks.integer(tiebreaks.rank(a)),
                               of_b = tiebreaks.integer(tiebreaks.rank(b));
            if (of_a != of_b) return of_a < of_b;
        }
        return stage(a) < stage(b);
    };
    constexpr std::size_t few = 16;
    if (tied_.size() > few) {
        std::stable_sort(tied_.begin(), tied_.end(), before);
        return;
    }
    for (std::size_t i = 1; i < tied_.size(); ++i) {
        for (std::size_t k = i; k > 0 && before(tied_[k], tied_[k - 1]); --k)
            std::swap(tied_[k], tied_[k - 1]);
    }
}

void JourneyMap::plain_off_map(std::uint32_t row) {
    const std::uint32_t code = options_.detail == MapDetail::stage ? 0 : plain_events_[row];
    const std::uint32_t number = off_map_.number(code, plain_channels_[row]);
    if (number == off_map_events_.size()) off_map_events_.push_back(0);
    ++off_map_events_[number];
}

void JourneyMap::plain_visit(const MapReader::Rule& rule, std::uint32_t channel, Time time) {
    const std::uint32_t slot = rule.touchpoint * slot_width_ + channel_codes_[channel];
    std::uint32_t& number = slots_[slot];
    reach(rule.stage, time);
    if (number == 0) {
        begin_visit(rule.touchpoint, rule.stage, channel, time);
        visits_.back().slot = slot;
        number = static_cast<std::uint32_t>(visits_.size());
        last_visit_[rule.touchpoint] = number;
    }
    Seen& seen = visits_[number - 1].seen;
    ++seen.events;
    if (rule.role == EventRole::problem && seen.problems++ == 0) pending_.add(rule.stage, number - 1);
    last_ = number - 1;
}

void JourneyMap::walk_plain(const JourneyView& journey, std::span<const MapReader::Rule* const> rules,
                            std::uint32_t n) {
    Poll poll;
    Time time = journey.time(0), next = time, last_at = time;
    for (std::uint32_t row = 0, end = 1; row < n; row = end++, time = next) {
        poll();
        if (end < n) next = journey.time(end);
        if (end == n || next != time) {
            const MapReader::Rule* rule = rules[plain_events_[row]];
            if (rule == nullptr) {
                plain_off_map(row);
                continue;
            }
            plain_visit(*rule, plain_channels_[row], time);
            last_at = time;
            continue;
        }
        for (++end; end < n && (next = journey.time(end)) == time;) ++end;
        tied_.clear();
        for (std::uint32_t i = row; i < end; ++i) {
            if (rules[plain_events_[i]] == nullptr) {
                plain_off_map(i);
            } else {
                tied_.push_back(i);
            }
        }
        if (tied_.size() > 1) order_tied(journey, rules);
        for (std::uint32_t i : tied_) {
            plain_visit(*rules[plain_events_[i]], plain_channels_[i], time);
            last_at = time;
        }
    }
    if (!visits_.empty()) count_end_of_journey(last_at);
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
        const std::uint32_t slot = rule->touchpoint * slot_width_ + channel_codes_[plain_channels_[row]];
        add_value(visits_[slots_[slot] - 1], value);
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
    const std::size_t touchpoints = touchpoint_places_.size();
    const auto width = static_cast<std::uint32_t>(
        options_.detail == MapDetail::channel ? std::size_t{channels_.size()} + 1 : std::size_t{1});
    if (touchpoints == 0 || touchpoints * width > most_slots) return false;
    const auto rules = reader.plain_rules(journey);
    if (rules.empty()) return false;
    const std::uint32_t n = options_.as_of == std::numeric_limits<Time>::max()
                                ? journey.size()
                                : journey.lower_bound(options_.as_of + 1);
    if (n == 0) return true;
    if (width > slot_width_) {
        slot_width_ = std::min(2 * width, static_cast<std::uint32_t>(most_slots / touchpoints));
        slots_.assign(touchpoints * slot_width_, 0);
    }
    unpack(journey, n);
    walk_plain(journey, rules, n);
    add_plain_values(journey, rules, n);
    for (const Visit& each : visits_) {
        slots_[each.slot] = 0;
        last_visit_[each.touchpoint] = 0;
    }
    if (off_map_.size() > 0) add_off_map(journey);
    return true;
}

}  // namespace journey
