#include "core/chain_scan.hpp"

#include <algorithm>

namespace journey {

std::optional<ChainLimits> chain_limits(const Automaton& automaton) {
    ChainLimits limits;
    limits.places = automaton.positions();
    if (limits.places == 0 || limits.places > ChainLimits::max_places) return std::nullopt;
    limits.from_start = automaton.within != no_limit;
    for (std::uint32_t place = 0; place <= limits.places; ++place) {
        const std::uint32_t from = place == 0 ? automaton.start() : place - 1;
        const auto edges = automaton.from(from);
        const std::uint32_t to = place == limits.places ? Automaton::accept : place;
        if (edges.size() != 1 || edges[0].to != to || edges[0].bound) return std::nullopt;
        if (place == 0 || place == limits.places) continue;
        const TimeRange range = edges[0].range;
        if (!edges[0].gap || range.least != 0) return std::nullopt;
        if (limits.from_start && range.most != no_limit) return std::nullopt;
        limits.limit[place] = limits.from_start ? automaton.within : range.most;
    }
    limits.limit[0] = no_limit;
    return limits;
}

}  // namespace journey
