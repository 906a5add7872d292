#include "core/journey_steps.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "core/error.hpp"
#include "core/funnel.hpp"
#include "core/quantiles.hpp"
#include "core/state_bytes.hpp"

namespace journey {

void JourneySteps::label(std::span<const std::byte> map_bytes, std::size_t touchpoints, Time as_of) {
    if (!labelled_) {
        labelled_ = true;
        as_of_ = as_of;
        touchpoints_ = static_cast<std::uint32_t>(touchpoints);
        map_bytes_.assign(map_bytes.begin(), map_bytes.end());
        return;
    }
    const bool same_map = map_bytes.size() == map_bytes_.size() &&
                          std::memcmp(map_bytes.data(), map_bytes_.data(), map_bytes.size()) == 0;
    if (same_map && as_of == as_of_) return;
    const char* argument = same_map ? "as_of" : "map";
    throw Error(ErrorCode::invalid_argument, argument, "%s differs between the rows of one report", argument)
        .hint("Give the same %s for every row.", argument);
}

std::uint32_t JourneySteps::place(std::uint32_t from, std::uint32_t to) {
    const std::uint32_t step = steps_.place(from, to);
    if (step == took_.size()) took_.emplace_back();
    return step;
}

// A step of the customer, from a place of `stage` (no_touchpoint: the start) to one of
// `to_stage` (no_touchpoint: the end).
std::uint32_t JourneySteps::take(std::uint32_t from, std::uint32_t to, std::uint32_t stage,
                                 std::uint32_t to_stage) {
    const std::uint32_t number = local_.number(from, to);
    if (number == taken_.size()) {
        taken_.push_back({place(from, to), false});
        if (stage != no_touchpoint) pending_.add(stage, number);
    }
    ++steps_[taken_[number].step].count;
    if (to_stage != no_touchpoint)
        pending_.reach(to_stage, [&](std::uint32_t waiting) { taken_[waiting].moved = true; });
    return taken_[number].step;
}

void JourneySteps::add(const JourneyView& journey, MapReader& reader, std::span<const std::byte> map_bytes,
                       Time as_of) {
    label(map_bytes, reader.map().touchpoints.size(), as_of);
    local_.begin(end() + 1, end() + 1);
    taken_.clear();
    pending_.begin();
    std::uint32_t here = 0, stage = no_touchpoint;
    Time since = 0;  // the last visit
    for (const PlacedEvent& event : reader.read(journey, as_of)) {
        if (!reader.is_visit(event)) continue;
        const std::uint32_t next = reader.touchpoint(event) + 1, next_stage = reader.stage(event);
        if (next != here) {
            const std::uint32_t step = take(here, next, stage, next_stage);
            if (here != 0) took_[step].push_back(static_cast<std::int64_t>(elapsed(since, event.time)));
            here = next;
            stage = next_stage;
        }
        since = event.time;
    }
    if (here == 0) return;
    take(here, end(), stage, no_touchpoint);
    for (const Taken& each : taken_) {
        ++steps_[each.step].customers;
        steps_[each.step].moved_on += each.moved ? 1 : 0;
    }
}

void JourneySteps::merge(const JourneySteps& other) {
    if (!other.labelled_) return;
    label(other.map_bytes(), other.touchpoints_, other.as_of_);
    for (std::uint32_t i = 0; i < other.steps_.size(); ++i) {
        poll_interrupt();
        const Step& from = other.steps_[i];
        const std::uint32_t step = place(from.from, from.to);
        steps_[step].count += from.count;
        steps_[step].customers += from.customers;
        steps_[step].moved_on += from.moved_on;
        took_[step].insert(took_[step].end(), other.took_[i].begin(), other.took_[i].end());
    }
}

std::pmr::vector<JourneyStepRow> JourneySteps::rows(const StageMap& map) {
    std::pmr::vector<std::uint32_t> order(memory_);
    std::pmr::vector<std::uint64_t> out(end() + 1, 0, memory_);
    for (std::uint32_t i = 0; i < steps_.size(); ++i) {
        order.push_back(i);
        out[steps_[i].from] += steps_[i].count;
    }
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return std::pair(steps_[a].from, steps_[a].to) < std::pair(steps_[b].from, steps_[b].to);
    });
    const auto stage = [&](std::uint32_t place) {
        return place == 0 || place == end() ? std::nullopt : std::optional(map.touchpoints[place - 1].stage);
    };
    const auto name = [&](std::uint32_t place) {
        return place == 0       ? start_of_journey
               : place == end() ? end_of_journey
                                : map.touchpoints[place - 1].name;
    };
    std::pmr::vector<JourneyStepRow> rows(memory_);
    for (std::uint32_t i : order) {
        const Step& step = steps_[i];
        JourneyStepRow row;
        row.from_stage = stage(step.from);
        row.to_stage = stage(step.to);
        row.from = name(step.from);
        row.to = name(step.to);
        row.count = static_cast<std::int64_t>(step.count);
        row.customers = static_cast<std::int64_t>(step.customers);
        row.share = static_cast<double>(step.count) / static_cast<double>(out[step.from]);
        if (row.from_stage && *row.from_stage + 1 < map.stages.size())
            row.moved_on = static_cast<std::int64_t>(step.moved_on);
        poll_interrupt();
        if (!took_[i].empty()) row.median_took = quantile(took_[i], 0.5);
        rows.push_back(row);
    }
    return rows;
}

std::size_t JourneySteps::encoded_size() const {
    std::size_t size = 1 + 8 + 4 + map_bytes_.size() + 4;
    for (const auto& each : took_) size += 4 + 4 + 3 * 8 + 8 + 8 * each.size();
    return size;
}

void JourneySteps::encode(std::byte* to) const {
    *to++ = std::byte{journey_steps_version};
    to = store(to, as_of_);
    to = store_text(to, {reinterpret_cast<const char*>(map_bytes_.data()), map_bytes_.size()});
    to = store(to, steps_.size());
    for (std::uint32_t i = 0; i < steps_.size(); ++i) {
        const Step& step = steps_[i];
        to = store(to, step.from);
        to = store(to, step.to);
        for (std::uint64_t each : {step.count, step.customers, step.moved_on}) to = store(to, each);
        to = store(to, std::uint64_t{took_[i].size()});
        for (std::int64_t each : took_[i]) to = store(to, each);
    }
}

void JourneySteps::decode(std::span<const std::byte> bytes) {
    StateReader reader(bytes, "journey_steps_summary", "journey_steps");
    reader.version(journey_steps_version);
    const auto as_of = reader.number<Time>();
    const std::string_view text = reader.text();
    const std::span map_bytes(reinterpret_cast<const std::byte*>(text.data()), text.size());
    auto left = reader.count<std::uint32_t>(40);
    if (!map_bytes.empty()) {
        StageMap map(*memory_);
        map.decode(map_bytes);
        label(map_bytes, map.touchpoints.size(), as_of);
    } else if (left > 0) {
        reader.fail("steps without a map");
    }
    for (; left > 0; --left) {
        const auto from = reader.number<std::uint32_t>(), to = reader.number<std::uint32_t>();
        if (from >= end() || to > end() || to == 0) reader.fail("unknown touchpoint");
        const std::uint32_t before = steps_.size(), step = place(from, to);
        if (step != before) reader.fail("a step is there twice");
        steps_[step].count = reader.tally();
        if (steps_[step].count == 0) reader.fail("a step without a count");
        steps_[step].customers = reader.tally();
        steps_[step].moved_on = reader.tally();
        reader.lengths(took_[step], reader.number<std::uint64_t>());
    }
    reader.end();
}

}  // namespace journey
