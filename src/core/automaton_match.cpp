#include "core/automaton_match.hpp"

#include <algorithm>

#include "core/automaton_sweep.hpp"

namespace journey {

Matcher::Matcher(const Automaton& automaton, const EventKinds& kinds, const PatternInput& input,
                 bool empty_matches, std::pmr::memory_resource& memory)
    : automaton_(automaton),
      kinds_(kinds),
      input_(input),
      empty_matches_(empty_matches),
      slots_of_(&memory),
      offset_(input.events.size(), 0, &memory),
      values_(&memory) {
    Sweep sweep(automaton, kinds, Direction::backward, input.total, memory);
    for (std::uint32_t position = 0; position < automaton.positions(); ++position)
        slots_of_.push_back(sweep.slots(position));
    std::pmr::vector<std::uint32_t> slots_of_kind(kinds.size(), 0, &memory);
    for (std::uint32_t kind = 0; kind < kinds.size(); ++kind) {
        for (const std::uint32_t position : kinds.positions(kind)) slots_of_kind[kind] += slots_of_[position];
    }
    Poll poll;
    std::size_t size = 0;
    for (std::size_t i = 0; i < input.events.size(); ++i) {
        poll();
        offset_[i] = size;
        size += slots_of_kind[input.events[i].kind];
    }
    values_.resize(size);
    for (std::size_t i = input.events.size(); i-- > 0;) {
        poll();
        sweep.take(input.events[i], values_.data() + offset_[i]);
    }
}

const Time* Matcher::slots(std::uint32_t event, std::uint32_t position) const {
    const Time* at = values_.data() + offset_[event];
    for (const std::uint32_t candidate : kinds_.positions(input_.events[event].kind)) {
        if (candidate == position) return at;
        if (candidate > position) break;
        at += slots_of_[candidate];
    }
    return nullptr;
}

bool Matcher::reaches(std::uint32_t event, std::uint32_t position, Time deadline) const {
    const Time* at = slots(event, position);
    return at != nullptr && *at != Sweep::no_value && *at <= deadline;
}

namespace {

bool is_inner(const Edge& edge) {
    return edge.to != Automaton::accept;
}

// The last moment at which a match that begins now may end.
Time deadline_of(Time start, Span within) {
    constexpr Time last = Sweep::no_value - 1;
    return elapsed(start, last) <= within ? last : start + static_cast<Time>(within);
}

}  // namespace

const Edge* Matcher::beginning(std::uint32_t event) const {
    const PatternEvent& first = input_.events[event];
    const Time deadline = deadline_of(first.time, automaton_.within);
    for (const Edge& edge : automaton_.from(automaton_.start())) {
        if (edge.to == Automaton::accept) {
            if (empty_matches_) return &edge;
        } else if ((!edge.bound || first.index == 0) && reaches(event, edge.to, deadline)) {
            return &edge;
        }
    }
    return nullptr;
}

std::uint32_t Matcher::find_start(std::uint32_t from) const {
    Poll poll;
    const auto end = static_cast<std::uint32_t>(input_.events.size());
    for (; from < end; ++from) {
        poll();
        if (beginning(from) != nullptr) break;
    }
    return from;
}

bool Matcher::find(std::uint32_t from, PatternMatch& match) const {
    match.steps.clear();
    match.first = find_start(from);
    if (match.first >= input_.events.size()) return false;
    const Edge* edge = beginning(match.first);
    if (edge->to == Automaton::accept) return true;
    match.steps.push_back({match.first, edge->to});
    const Time deadline = deadline_of(input_.events[match.first].time, automaton_.within);
    Poll poll;
    while (go_on(match, deadline)) poll();
    return true;
}

bool Matcher::go_on(PatternMatch& match, Time deadline) const {
    const PatternMatch::Step step = match.steps.back();
    const PatternEvent& event = input_.events[step.event];
    const Time* own = slots(step.event, step.position);
    const bool choice = slots_of_[step.position] > 1;
    const auto edges = automaton_.from(step.position);
    std::uint32_t gaps = 0;
    for (std::size_t i = 0; i < edges.size();) {
        const Edge& edge = edges[i];
        if (edge.gap) {
            std::size_t last = i + 1;
            while (last < edges.size() && edges[last].gap && edges[last].group == edge.group) ++last;
            const auto group = edges.subspan(i, last - i);
            i = last;
            const bool leads_on = std::any_of(group.begin(), group.end(), is_inner);
            if (leads_on) ++gaps;
            const bool ends = !std::all_of(group.begin(), group.end(), is_inner);
            if (!ends && choice && own[gaps] > deadline) continue;
            const Crossing crossing = cross_gap(group, match, deadline);
            if (crossing != Crossing::impossible) return crossing == Crossing::taken;
            continue;
        }
        ++i;
        if (edge.to == Automaton::accept) {
            if (!edge.bound || event.index + 1 == input_.total) return false;
            continue;
        }
        const std::uint32_t next = step.event + 1;
        if (next < input_.events.size() && input_.events[next].index == event.index + 1 &&
            take_one({&edge, 1}, next, match, deadline))
            return true;
    }
    return false;
}

// To the first event after the gap from which the match can go on; the match may also
// be complete before it, or when there is none.
Matcher::Crossing Matcher::cross_gap(std::span<const Edge> edges, PatternMatch& match, Time deadline) const {
    const PatternMatch::Step step = match.steps.back();
    const PatternEvent& event = input_.events[step.event];
    Span most = 0;
    bool complete_at_last = false;
    for (const Edge& edge : edges) {
        most = std::max(most, edge.range.most);
        if (is_inner(edge)) continue;
        if (edge.bound) {
            complete_at_last = true;
            continue;
        }
        // Complete with nothing passed over, unless a way before it takes the very next event.
        const std::uint32_t next = step.event + 1;
        const bool adjacent = next < input_.events.size() && input_.events[next].index == event.index + 1;
        const auto before = edges.first(static_cast<std::size_t>(&edge - edges.data()));
        return adjacent && take_one(before, next, match, deadline) ? Crossing::taken : Crossing::complete;
    }
    Poll poll;
    for (std::uint32_t next = step.event + 1; next < input_.events.size(); ++next) {
        poll();
        if (elapsed(event.time, input_.events[next].time) > most) break;
        if (take_one(edges, next, match, deadline)) return Crossing::taken;
    }
    return complete_at_last ? Crossing::complete : Crossing::impossible;
}

// Takes an event by the first edge that allows it.
bool Matcher::take_one(std::span<const Edge> edges, std::uint32_t next, PatternMatch& match,
                       Time deadline) const {
    const Span passed = elapsed(input_.events[match.steps.back().event].time, input_.events[next].time);
    for (const Edge& edge : edges) {
        if (is_inner(edge) && edge.range.least <= passed && passed <= edge.range.most &&
            reaches(next, edge.to, deadline)) {
            match.steps.push_back({next, edge.to});
            return true;
        }
    }
    return false;
}

}  // namespace journey
