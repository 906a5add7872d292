#include "core/automaton_states.hpp"

#include <algorithm>

namespace journey {

bool StateMachine::suits(const Automaton& automaton) {
    return automaton.positions() <= max_machine_positions && automaton.within == no_limit &&
           std::none_of(automaton.edges.begin(), automaton.edges.end(),
                        [](const Edge& edge) { return edge.range.limited(); });
}

StateMachine::StateMachine(const Automaton& automaton, const EventKinds& kinds,
                           std::pmr::memory_resource& memory)
    : kinds_(&kinds),
      adjacent_to_(automaton.positions(), 0, &memory),
      gap_to_(automaton.positions(), 0, &memory),
      taken_(&memory),
      open_(&memory),
      next_(&memory),
      known_(&memory) {
    const auto bit = [](std::uint32_t position) { return std::uint64_t{1} << position; };
    for (const Edge& edge : automaton.edges) {
        const bool starts = edge.from == automaton.start();
        if (edge.to == Automaton::accept) {
            if (!starts) (edge.bound && !edge.gap ? ends_last_ : ends_) |= bit(edge.from);
        } else if (starts) {
            (edge.bound ? begins_first_ : begins_) |= bit(edge.to);
        } else {
            (edge.gap ? gap_to_ : adjacent_to_)[edge.to] |= bit(edge.from);
            if (edge.gap) opens_ |= bit(edge.from);
        }
    }
    // The start is the one state before any event: it has no key.
    taken_.push_back(0);
    open_.push_back(0);
    next_.resize(kinds.size(), unknown);
}

std::uint32_t StateMachine::make(std::uint32_t state, std::uint32_t kind) {
    Key key{0, open_[state]};
    const std::uint64_t begins = state == start_state ? begins_ | begins_first_ : begins_;
    for (const std::uint32_t position : kinds_->positions(kind)) {
        const bool reached = ((begins >> position) & 1) != 0 ||
                             (taken_[state] & adjacent_to_[position]) != 0 ||
                             (open_[state] & gap_to_[position]) != 0;
        if (reached) key.taken |= std::uint64_t{1} << position;
    }
    key.open |= key.taken & opens_;
    const std::uint32_t to = add(key);
    if (to != no_state) next_[std::size_t{state} * kinds_->size() + kind] = to;
    return to;
}

std::uint32_t StateMachine::add(const Key& key) {
    const auto known = known_.find(key);
    if (known != known_.end()) return known->second;
    if (taken_.size() == max_states) return no_state;
    const auto state = static_cast<std::uint32_t>(taken_.size());
    next_.resize(next_.size() + kinds_->size(), unknown);
    open_.push_back(key.open);
    taken_.push_back(key.taken);
    known_.emplace(key, state);
    return state;
}

}  // namespace journey
