#include "core/automaton_sweep.hpp"

#include <algorithm>

namespace journey {

void GapWindow::Queue::pop_front() {
    ++first;
    if (first == items.size()) {
        items.clear();
        first = 0;
    } else if (first >= 64 && first * 2 >= items.size()) {
        items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(first));
        first = 0;
    }
}

// A later candidate stays longer: what is not better than it is never needed again.
void GapWindow::enter(Time time, Time value) {
    while (!open_.empty() && open_.items.back().value >= value) open_.items.pop_back();
    if (open_.first == open_.items.size()) {
        open_.items.clear();
        open_.first = 0;
    }
    open_.push_back({time, value});
}

Time GapWindow::best(Time now) {
    while (!unripe_.empty() && elapsed(unripe_.front().time, now) >= range_.least) {
        enter(unripe_.front().time, unripe_.front().value);
        unripe_.pop_front();
    }
    while (!open_.empty() && elapsed(open_.front().time, now) > range_.most) open_.pop_front();
    return open_.empty() ? no_value : open_.front().value;
}

Sweep::Sweep(const Automaton& automaton, const EventKinds& kinds, Direction direction, std::uint32_t total,
             std::pmr::memory_resource& memory)
    : kinds_(&kinds),
      direction_(direction),
      total_(total),
      within_(automaton.within),
      memory_(&memory),
      places_(automaton.positions(), &memory),
      sources_(&memory),
      fed_(&memory),
      windows_(&memory),
      arrived_(automaton.positions(), no_value, &memory) {
    connect(automaton);
}

// Edges as sources: of the place they lead to, in the direction of the sweep.
void Sweep::connect(const Automaton& automaton) {
    const bool forward = direction_ == Direction::forward;
    const auto target = [&](const Edge& edge) { return forward ? edge.to : edge.from; };
    const auto origin = [&](const Edge& edge) { return forward ? edge.from : edge.to; };
    const auto is_inner = [&](const Edge& edge) {
        return edge.to != Automaton::accept && edge.from != automaton.start();
    };
    for (const Edge& edge : automaton.edges) {
        if (edge.from == automaton.start() && edge.to != Automaton::accept) {
            Place& place = places_[edge.to];
            bool& flag = forward ? (edge.bound ? place.begins_at_end : place.begins)
                                 : (edge.bound ? place.ends_at_end : place.ends);
            flag = true;
        } else if (edge.to == Automaton::accept && edge.from != automaton.start()) {
            Place& place = places_[edge.from];
            const bool only_last = edge.bound && !edge.gap;
            bool& flag = forward ? (only_last ? place.ends_at_end : place.ends)
                                 : (only_last ? place.begins_at_end : place.begins);
            flag = true;
        } else if (is_inner(edge)) {
            ++places_[target(edge)].last_source;
            if (edge.gap && edge.range.limited()) ++places_[origin(edge)].last_fed;
        }
    }
    std::uint32_t sources = 0, fed = 0;
    for (Place& place : places_) {
        place.first_source = sources;
        sources += place.last_source;
        place.last_source = place.first_source;
        place.first_fed = fed;
        fed += place.last_fed;
        place.last_fed = place.first_fed;
    }
    sources_.resize(sources);
    fed_.resize(fed);
    windows_.reserve(fed);
    for (std::uint32_t position = 0; position < automaton.positions(); ++position) {
        const auto edges = automaton.from(position);
        // One way to go on needs no choice.
        const bool choice = std::any_of(edges.begin(), edges.end(), [&](const Edge& edge) {
            return edge.group != edges.front().group || !edge.gap;
        });
        std::uint32_t group = 0;
        for (const Edge& edge : edges) {
            if (!is_inner(edge)) continue;
            Source source{origin(edge), edge.gap ? any_time : adjacent, 0, edge.range};
            if (edge.gap && edge.range.limited()) {
                source.window = static_cast<std::int32_t>(windows_.size());
                windows_.emplace_back(edge.range, *memory_);
                fed_[places_[origin(edge)].last_fed++] = static_cast<std::uint32_t>(source.window);
            }
            if (!forward && edge.gap && choice) {
                if (edge.group != group) ++places_[position].slots;
                group = edge.group;
                source.slot = places_[position].slots - 1;
            }
            sources_[places_[target(edge)].last_source++] = source;
        }
    }
}

Time Sweep::candidate(const Source& source, Time now, std::uint32_t index) {
    const Place& from = places_[source.place];
    if (source.window >= 0) return windows_[static_cast<std::size_t>(source.window)].best(now);
    if (source.window == any_time) return from.best;
    if (from.last_value == no_value || from.last_index + 1 != index) return no_value;
    const Span passed = elapsed(from.last_time, now);
    return source.range.least <= passed && passed <= source.range.most ? from.last_value : no_value;
}

// A value is the other end of the match as a time, turned so that less is better. What
// is further away than the whole match may be long is nothing.
Time Sweep::arrive(const Place& place, Time now, std::uint32_t index, Time* to) {
    // Where nothing is compared with the other end of a match, one is as good as another.
    const Time least = to == nullptr && within_ == no_limit ? 0 : -now;
    Time value = place.begins || (place.begins_at_end && index == 0) ? least : no_value;
    if (to != nullptr) std::fill_n(to, place.slots, no_value);
    for (std::uint32_t i = place.first_source; i < place.last_source; ++i) {
        const Source& source = sources_[i];
        if (to == nullptr && value == least) break;
        poll_();
        const Time found = candidate(source, now, index);
        value = std::min(value, found);
        if (source.slot != 0) to[source.slot] = std::min(to[source.slot], found);
    }
    if (value != no_value && within_ != no_limit && elapsed(-now, value) > within_) value = no_value;
    if (to != nullptr) to[0] = value;
    return value;
}

bool Sweep::take(const PatternEvent& event, Time* to) {
    const bool forward = direction_ == Direction::forward;
    const Time now = forward ? event.time : -event.time;
    const std::uint32_t index = forward ? event.index : total_ - 1 - event.index;
    const auto positions = kinds_->positions(event.kind);
    for (std::size_t i = 0; i < positions.size(); ++i) {
        const Place& place = places_[positions[i]];
        arrived_[i] = arrive(place, now, index, to);
        if (to != nullptr) to += place.slots;
    }
    bool whole = false;
    for (std::size_t i = 0; i < positions.size(); ++i) {
        const Time value = arrived_[i];
        if (value == no_value) continue;
        Place& place = places_[positions[i]];
        place.last_index = index;
        place.last_time = now;
        place.last_value = value;
        place.best = std::min(place.best, value);
        for (std::uint32_t fed = place.first_fed; fed < place.last_fed; ++fed)
            windows_[fed_[fed]].push(now, value);
        whole = whole || place.ends || (place.ends_at_end && index + 1 == total_);
    }
    return whole;
}

bool matches(const Automaton& automaton, const EventKinds& kinds, const PatternInput& input,
             std::pmr::memory_resource& memory) {
    Sweep sweep(automaton, kinds, Direction::forward, input.total, memory);
    Poll poll;
    for (const PatternEvent& event : input.events) {
        poll();
        if (sweep.take(event)) return true;
    }
    return false;
}

}  // namespace journey
