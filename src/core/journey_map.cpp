#include "core/journey_map.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/error.hpp"
#include "core/funnel.hpp"
#include "core/state_bytes.hpp"
#include "core/value_cursor.hpp"

namespace journey {

namespace {

const SurveyScale& scale_of(EventRole role) {
    return role == EventRole::nps ? nps_scale : role == EventRole::csat ? csat_scale : ces_scale;
}

}  // namespace

MapDetail parse_map_detail(std::string_view word) {
    if (word == "channel") return MapDetail::channel;
    if (word == "touchpoint") return MapDetail::touchpoint;
    if (word == "stage") return MapDetail::stage;
    throw Error(ErrorCode::invalid_argument, "detail", "unknown detail \"%.*s\"",
                static_cast<int>(word.size()), word.data())
        .hint("Valid are channel, touchpoint, stage.");
}

JourneyMap::JourneyMap(std::pmr::memory_resource& memory)
    : memory_(&memory),
      map_bytes_(&memory),
      median_kpi_(&memory),
      channels_(memory),
      events_(memory),
      cells_(memory),
      took_(&memory),
      value_(&memory),
      touchpoint_places_(&memory),
      channel_places_(&memory),
      places_(memory),
      off_map_(memory),
      visits_(&memory),
      off_map_events_(&memory),
      last_visit_(&memory),
      by_touchpoint_(&memory),
      known_channels_(memory),
      channel_codes_(&memory),
      names_(&memory),
      pending_(memory),
      plain_events_(&memory),
      plain_channels_(&memory),
      slots_(&memory),
      slot_events_(&memory),
      slot_places_(&memory),
      tied_(&memory),
      plain_walk_(&memory) {}

void JourneyMap::label(const StageMap& map, std::span<const std::byte> map_bytes,
                       const JourneyMapOptions& options) {
    if (!labelled_) {
        labelled_ = true;
        options_ = options;
        map_bytes_.assign(map_bytes.begin(), map_bytes.end());
        for (const Touchpoint& each : map.touchpoints)
            median_kpi_.push_back(each.kpi == Kpi::hours_to_next ? 1 : 0);
        last_visit_.assign(map.touchpoints.size(), 0);
        by_touchpoint_.resize(map.touchpoints.size());
        touchpoint_places_.resize(map.touchpoints.size());
        return;
    }
    const bool same_map = map_bytes.size() == map_bytes_.size() &&
                          std::memcmp(map_bytes.data(), map_bytes_.data(), map_bytes.size()) == 0;
    if (same_map && options == options_) return;
    const char* argument = !same_map                           ? "map"
                           : options.detail != options_.detail ? "detail"
                           : options.as_of != options_.as_of   ? "as_of"
                                                               : "idle";
    throw Error(ErrorCode::invalid_argument, argument, "%s differs between the rows of one map", argument)
        .hint("Give the same %s for every row.", argument);
}

std::uint32_t JourneyMap::place(std::uint32_t group, std::uint32_t channel) {
    const std::uint32_t cell = cells_.place(group, channel);
    if (cell == took_.size()) {
        took_.emplace_back();
        value_.emplace_back(*memory_);
    }
    return cell;
}

std::uint32_t JourneyMap::remembered(std::uint32_t& entry, std::uint32_t group, std::uint32_t channel) {
    if (entry == 0) entry = place(group, channel) + 1;
    return entry - 1;
}

std::uint32_t JourneyMap::visit_place(std::uint32_t touchpoint, std::uint32_t channel) {
    constexpr std::size_t most_remembered = 1u << 16;
    const std::size_t touchpoints = touchpoint_places_.size();
    if (channel >= channel_width_ && touchpoints * 2 * (channel + 1) <= most_remembered) {
        channel_width_ = 2 * (channel + 1);
        channel_places_.assign(touchpoints * channel_width_, 0);
    }
    if (channel >= channel_width_) return place(touchpoint, channel);
    return remembered(channel_places_[touchpoint * channel_width_ + channel], touchpoint, channel);
}

void JourneyMap::intern_channels(const JourneyView& journey) {
    channel_codes_.assign(1, 0);
    if (options_.detail != MapDetail::channel) return;
    for (std::uint32_t code : known_channels_.get(
             journey.channel_names(), [&](std::string_view name) { return channels_.intern(name, "j"); }))
        channel_codes_.push_back(code + 1);
}

// Of an event: its channel, or the one there is if they are not told apart.
std::uint32_t JourneyMap::channel_code(const JourneyView& journey, std::uint32_t row) {
    const std::uint32_t channel = options_.detail == MapDetail::channel ? journey.channel(row) : 0;
    if (channel >= channel_codes_.size()) fail_corrupted("channel code");
    return channel;
}

void JourneyMap::add(const JourneyView& journey, MapReader& reader, std::span<const std::byte> map_bytes,
                     const JourneyMapOptions& options) {
    if (!journey.empty()) journey.prefetch();
    label(reader.map(), map_bytes, options);
    if (journey.empty()) return;
    intern_channels(journey);
    const auto channels = static_cast<std::uint32_t>(channel_codes_.size());
    const auto touchpoints = static_cast<std::uint32_t>(reader.map().touchpoints.size());
    for (std::uint32_t i = 0; i < places_.size(); ++i) last_visit_[places_.pair(i).from] = 0;
    places_.begin(touchpoints, channels);
    off_map_.begin(options_.detail == MapDetail::stage ? 1 : journey.event_names().size(), channels);
    visits_.clear();
    names_.clear();
    off_map_events_.clear();
    pending_.begin();
    last_ = no_visit;
    if (add_plain(journey, reader)) return;
    const auto placed = reader.read(journey, options.as_of, [&](std::uint32_t row, std::uint32_t code) {
        const std::uint32_t number =
            off_map_.number(options_.detail == MapDetail::stage ? 0 : code, channel_code(journey, row));
        if (number == off_map_events_.size()) off_map_events_.push_back(0);
        ++off_map_events_[number];
    });
    add_placed(journey, reader, placed);
    if (off_map_.size() > 0) add_off_map(journey);
}

void JourneyMap::add_placed(const JourneyView& journey, const MapReader& reader,
                            std::span<const PlacedEvent> placed) {
    ValueCursor cursor(journey.values());
    Time last_at = 0;
    for (const PlacedEvent& event : placed) {
        const std::optional<double> value = cursor.at(event.row);
        if (reader.is_visit(event)) {
            visit(reader.rule(event), channel_code(journey, event.row), event.time);
            if (value) add_value(visits_[last_].place, *value);
            last_at = event.time;
        } else {
            answer(journey, reader, event, value);
        }
    }
    if (!visits_.empty()) count_end_of_journey(last_at);
}

void JourneyMap::count_end_of_journey(Time last_at) {
    count_visits();
    const Place& end = visits_[last_].place;
    const bool open = options_.as_of != std::numeric_limits<Time>::max() &&
                      elapsed(last_at, options_.as_of) < options_.idle;
    count_end(end.cell, open);
    if (end.touchpoint_cell != end.cell) count_end(end.touchpoint_cell, open);
    count_end(end.stage_cell, open);
}

void JourneyMap::visit(const MapReader::Rule& rule, std::uint32_t channel, Time time) {
    const std::uint32_t touchpoint = rule.touchpoint, stage = rule.stage;
    const std::uint32_t number = places_.number(touchpoint, channel);
    // Where the customer is already, nobody waits to be overtaken.
    if (last_ == no_visit || visits_[last_].place.stage != stage) reach(stage, time);
    if (number == visits_.size()) begin_visit(place_of(rule, channel), time);
    Visit& made = visits_[number];
    ++made.seen.events;
    if (rule.role == EventRole::problem && made.seen.problems++ == 0) pending_.add(stage, number);
    last_ = number;
    last_visit_[touchpoint] = number + 1;
}

void JourneyMap::reach(std::uint32_t stage, Time time) {
    pending_.reach(stage, [&](std::uint32_t waiting) {
        Seen& seen = visits_[waiting].seen;
        if (!seen.moved) seen.moved = time;
        seen.problem_moved = seen.problem_moved || seen.problems > 0;
    });
}

auto JourneyMap::place_of(const MapReader::Rule& rule, std::uint32_t channel) -> Place {
    Place place;
    place.touchpoint = rule.touchpoint;
    place.stage = rule.stage;
    place.touchpoint_cell = remembered(touchpoint_places_[rule.touchpoint], rule.touchpoint, all_channels);
    place.cell = options_.detail == MapDetail::channel ? visit_place(rule.touchpoint, channel_codes_[channel])
                                                       : place.touchpoint_cell;
    place.stage_cell = remembered(stage_places_[rule.stage], stage_group + rule.stage, all_channels);
    return place;
}

// The customer's first event at a place.
auto JourneyMap::begin_visit(const Place& place, Time time) -> Visit& {
    const auto number = static_cast<std::uint32_t>(visits_.size());
    Visit& made = visits_.emplace_back();
    made.place = place;
    made.first_here = last_visit_[place.touchpoint] == 0;
    made.seen.first = time;
    pending_.add(place.stage, number);
    return made;
}

void JourneyMap::add_value(const Place& place, double value) {
    if (!std::isfinite(value)) return;
    if (std::fabs(value) > exact_sum_limit) {
        throw Error(ErrorCode::overflow, "j", "a value of the journey is too large to be summed: %g", value)
            .hint("Values up to %g can be summed.", exact_sum_limit);
    }
    const auto add_to = [&](std::uint32_t cell) {
        ++cells_[cell].counts[values];
        value_[cell].add(value);
    };
    add_to(place.cell);
    if (place.touchpoint_cell != place.cell) add_to(place.touchpoint_cell);
    add_to(place.stage_cell);
}

void JourneyMap::add_answer(Cell& cell, EventRole role, std::optional<double> value) {
    SurveyCounts one;
    one.add(scale_of(role), value);
    const std::size_t at =
        surveys + (static_cast<std::size_t>(role) - static_cast<std::size_t>(EventRole::nps)) * survey_counts;
    cell.counts[at + asked_n] += static_cast<std::uint64_t>(one.n);
    cell.counts[at + asked_top] += static_cast<std::uint64_t>(one.top);
    cell.counts[at + asked_bottom] += static_cast<std::uint64_t>(one.bottom);
    cell.counts[at + asked_missing] += static_cast<std::uint64_t>(one.missing);
    cell.counts[at + asked_off] += static_cast<std::uint64_t>(one.out_of_scale);
}

void JourneyMap::answer(const JourneyView& journey, const MapReader& reader, const PlacedEvent& event,
                        std::optional<double> value) {
    const MapReader::Rule& rule = reader.rule(event);
    const std::uint32_t channel = channel_code(journey, event.row);
    std::uint32_t touchpoint = rule.touchpoint;
    if (touchpoint == no_touchpoint && last_ != no_visit) touchpoint = visits_[last_].place.touchpoint;
    if (touchpoint == no_touchpoint) {
        const std::uint32_t code = options_.detail == MapDetail::stage ? 0 : journey.event(event.row);
        const std::uint32_t number = off_map_.number(code, channel);
        if (number == off_map_events_.size()) off_map_events_.push_back(0);
        ++off_map_events_[number];
        add_answer(cells_[off_map_cell(journey, code, channel)], rule.role, value);
        return;
    }
    const std::uint32_t all = place(touchpoint, all_channels);
    const std::uint32_t stage = place(stage_group + reader.map().touchpoints[touchpoint].stage, all_channels);
    if (options_.detail == MapDetail::channel) {
        const std::uint32_t visited = last_visit_[touchpoint];
        const std::uint32_t cell =
            visited > 0 ? visits_[visited - 1].place.cell : place(touchpoint, channel_codes_[channel]);
        add_answer(cells_[cell], rule.role, value);
    }
    add_answer(cells_[all], rule.role, value);
    add_answer(cells_[stage], rule.role, value);
}

// Visits stand in the order of their first event, so the first of a touchpoint or of
// a stage says when the customer came there first, and when went on.
void JourneyMap::Seen::add(const Seen& visit) {
    events += visit.events;
    problems += visit.problems;
    problem_moved = problem_moved || visit.problem_moved;
}

inline void JourneyMap::count_customer(std::uint32_t cell, const Seen& seen, bool stage_moved,
                                       bool keep_length) {
    auto& counts = cells_[cell].counts;
    ++counts[customers];
    counts[events] += seen.events;
    counts[problems] += seen.problems;
    counts[moved_on] += seen.moved ? 1 : 0;
    counts[stage_moved_on] += stage_moved ? 1 : 0;
    if (seen.problems > 0) {
        ++counts[problem_customers];
        counts[problem_moved_on] += seen.problem_moved ? 1 : 0;
    } else {
        counts[calm_moved_on] += seen.moved ? 1 : 0;
    }
    if (keep_length && seen.moved)
        took_[cell].push_back(static_cast<std::int64_t>(elapsed(seen.first, *seen.moved)));
}

void JourneyMap::count_visits() {
    std::uint64_t stages = 0;
    const bool by_channel = options_.detail == MapDetail::channel;
    for (const Visit& visit : visits_) {
        const std::uint64_t stage = std::uint64_t{1} << visit.place.stage;
        Seen& of_stage = by_stage_[visit.place.stage];
        if ((stages & stage) == 0) {
            of_stage = visit.seen;
            stage_cells_[visit.place.stage] = visit.place.stage_cell;
        } else {
            of_stage.add(visit.seen);
        }
        stages |= stage;
        if (by_channel) {
            count_customer(visit.place.cell, visit.seen, of_stage.moved.has_value(), true);
            Seen& here = by_touchpoint_[visit.place.touchpoint];
            if (visit.first_here) {
                here = visit.seen;
            } else {
                here.add(visit.seen);
            }
        }
    }
    for (const Visit& visit : visits_) {
        if (!visit.first_here) continue;
        count_customer(visit.place.touchpoint_cell,
                       by_channel ? by_touchpoint_[visit.place.touchpoint] : visit.seen,
                       by_stage_[visit.place.stage].moved.has_value(),
                       options_.detail == MapDetail::touchpoint || median_kpi_[visit.place.touchpoint] != 0);
    }
    for (; stages != 0; stages &= stages - 1) {
        const auto stage = static_cast<std::size_t>(std::countr_zero(stages));
        const Seen& seen = by_stage_[stage];
        count_customer(stage_cells_[stage], seen, seen.moved.has_value(),
                       options_.detail == MapDetail::stage);
    }
}

std::uint32_t JourneyMap::off_map_cell(const JourneyView& journey, std::uint32_t code,
                                       std::uint32_t channel) {
    if (options_.detail == MapDetail::stage) return place(event_group, all_channels);
    if (names_.empty()) {
        for (std::string_view name : journey.event_names()) names_.push_back(name);
    }
    if (code >= names_.size()) fail_corrupted("event code");
    const std::uint32_t group = event_group + events_.intern(names_[code], "j");
    return place(group, options_.detail == MapDetail::channel ? channel_codes_[channel] : all_channels);
}

void JourneyMap::add_off_map(const JourneyView& journey) {
    for (std::uint32_t i = 0; i < off_map_.size(); ++i) {
        auto& counts = cells_[off_map_cell(journey, off_map_.pair(i).from, off_map_.pair(i).to)].counts;
        ++counts[customers];
        counts[events] += off_map_events_[i];
    }
}

void JourneyMap::merge(const JourneyMap& other) {
    if (!other.labelled_) return;
    if (!labelled_) {
        labelled_ = true;
        options_ = other.options_;
        map_bytes_.assign(other.map_bytes_.begin(), other.map_bytes_.end());
        median_kpi_.assign(other.median_kpi_.begin(), other.median_kpi_.end());
        last_visit_.assign(other.median_kpi_.size(), 0);
        by_touchpoint_.resize(other.median_kpi_.size());
        touchpoint_places_.resize(other.median_kpi_.size());
    }
    // Throws if they differ; a map that is labelled needs no other.
    label(StageMap(*memory_), other.map_bytes(), other.options_);
    std::pmr::vector<std::uint32_t> channels(memory_), names(memory_);
    for (std::uint32_t i = 0; i < other.channels_.size(); ++i)
        channels.push_back(channels_.intern(other.channels_.name(i), "j") + 1);
    for (std::uint32_t i = 0; i < other.events_.size(); ++i)
        names.push_back(events_.intern(other.events_.name(i), "j"));
    for (std::uint32_t i = 0; i < other.cells_.size(); ++i) {
        poll_interrupt();
        const Cell& from = other.cells_[i];
        // In the detail of stages there is one cell for all names.
        const bool named = from.from >= event_group && !names.empty();
        const std::uint32_t group = named ? event_group + names[from.from - event_group] : from.from;
        const std::uint32_t channel =
            from.to == 0 || from.to == all_channels ? from.to : channels[from.to - 1];
        const std::uint32_t cell = place(group, channel);
        for (std::size_t k = 0; k < count_size; ++k) cells_[cell].counts[k] += from.counts[k];
        took_[cell].insert(took_[cell].end(), other.took_[i].begin(), other.took_[i].end());
        value_[cell].add(other.value_[i]);
    }
}

std::size_t JourneyMap::encoded_size() const {
    std::size_t size =
        1 + 1 + 8 + 8 + 4 + map_bytes_.size() + names_size(channels_) + names_size(events_) + 4;
    for (std::uint32_t i = 0; i < cells_.size(); ++i)
        size += 8 + 8 * count_size + 4 + 8 * value_[i].parts() + 8 + 8 * took_[i].size();
    return size;
}

void JourneyMap::encode(std::byte* to) const {
    *to++ = std::byte{journey_map_version};
    *to++ = static_cast<std::byte>(options_.detail);
    to = store(to, options_.as_of);
    to = store(to, options_.idle);
    to = store_text(to, {reinterpret_cast<const char*>(map_bytes_.data()), map_bytes_.size()});
    to = store_names(to, channels_);
    to = store_names(to, events_);
    to = store(to, cells_.size());
    for (std::uint32_t i = 0; i < cells_.size(); ++i) {
        to = store(to, cells_[i].from);
        to = store(to, cells_[i].to);
        for (std::uint64_t each : cells_[i].counts) to = store(to, each);
        to = store(to, static_cast<std::uint32_t>(value_[i].parts()));
        for (std::size_t k = 0; k < value_[i].parts(); ++k)
            to = store(to, std::bit_cast<std::uint64_t>(value_[i].part(k)));
        to = store(to, std::uint64_t{took_[i].size()});
        for (std::int64_t each : took_[i]) to = store(to, each);
    }
}

void JourneyMap::decode(std::span<const std::byte> bytes) {
    StateReader reader(bytes, "journey_map_summary", "journey_map");
    reader.version(journey_map_version);
    const auto detail = reader.number<std::uint8_t>();
    if (detail > static_cast<std::uint8_t>(MapDetail::stage)) reader.fail("unknown detail");
    JourneyMapOptions options{static_cast<MapDetail>(detail)};
    options.as_of = reader.number<Time>();
    options.idle = reader.number<std::uint64_t>();
    const std::string_view text = reader.text();
    const std::span map_bytes(reinterpret_cast<const std::byte*>(text.data()), text.size());
    StageMap map(*memory_);
    if (!map_bytes.empty()) {  // else no customer came yet
        map.decode(map_bytes);
        label(map, map_bytes, options);
    }
    reader.names(channels_);
    reader.names(events_);
    for (auto left = reader.count<std::uint32_t>(8 + 8 * count_size + 12); left > 0; --left) {
        const auto group = reader.number<std::uint32_t>(), channel = reader.number<std::uint32_t>();
        const bool known_group =
            group < map.touchpoints.size() ||
            (group >= stage_group && group < stage_group + map.stages.size()) ||
            (labelled_ && group >= event_group && group - event_group < std::max(1u, events_.size()));
        if (!known_group || (channel != all_channels && channel > channels_.size()))
            reader.fail("unknown cell");
        const std::uint32_t before = cells_.size(), cell = place(group, channel);
        if (cell != before) reader.fail("a cell is there twice");
        for (std::uint64_t& each : cells_[cell].counts) each = reader.tally();
        for (auto parts = reader.count<std::uint32_t>(8); parts > 0; --parts) {
            const auto part = std::bit_cast<double>(reader.number<std::uint64_t>());
            if (!(std::fabs(part) < 1e300)) reader.fail("a sum is no number");
            value_[cell].add(part);
        }
        reader.lengths(took_[cell], reader.number<std::uint64_t>());
    }
    reader.end();
}

}  // namespace journey
