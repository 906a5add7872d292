// Matches one after the other: where they begin and end and which events they take.
//
// A pass backwards finds for each event and each position it can be taken at the
// earliest end of a match that goes on from there. With that the way forwards
// never errs: the first start that can end in time is the leftmost match, and at
// each choice the first way that can still end in time is the preferred one.
//
// Time: the pass backwards is linear in events · edges; a match costs its length.
// Memory: 8 bytes for each event and position it can be taken at, 8 more for each of
// its gaps where there is a choice.
#pragma once

#include <memory_resource>
#include <span>
#include <vector>

#include "core/automaton.hpp"

namespace journey {

struct PatternMatch {
    struct Step {
        std::uint32_t event;  // number in PatternInput::events
        std::uint32_t position;
    };
    explicit PatternMatch(std::pmr::memory_resource& memory) : steps(&memory) {}

    std::uint32_t first = 0;  // where it begins; of a match without events, where that is
    std::pmr::vector<Step> steps;
};

class Matcher {
  public:
    // What is given must outlive it. `empty_matches`: a pattern that can match without
    // an event does so at every event where that is preferred (all must be in
    // `input`); else only matches with events count.
    Matcher(const Automaton& automaton, const EventKinds& kinds, const PatternInput& input,
            bool empty_matches, std::pmr::memory_resource& memory);

    // The first match that begins at event `from` of the input or later.
    bool find(std::uint32_t from, PatternMatch& match) const;
    // The first event at or after `from` at which a match begins; events.size(): none.
    std::uint32_t find_start(std::uint32_t from) const;

  private:
    // The slots of an event's position; nullptr if it cannot be taken there.
    const Time* slots(std::uint32_t event, std::uint32_t position) const;
    bool reaches(std::uint32_t event, std::uint32_t position, Time deadline) const;
    // The way on from a step, taken; false: the match is complete.
    bool go_on(PatternMatch& match, Time deadline) const;
    enum class Crossing { impossible, taken, complete };
    Crossing cross_gap(std::span<const Edge> edges, PatternMatch& match, Time deadline) const;
    bool take_one(std::span<const Edge> edges, std::uint32_t next, PatternMatch& match, Time deadline) const;
    // The preferred way to begin at an event; nullptr if there is none.
    const Edge* beginning(std::uint32_t event) const;

    const Automaton& automaton_;
    const EventKinds& kinds_;
    PatternInput input_;
    bool empty_matches_;
    std::pmr::vector<std::uint32_t> slots_of_;  // for each position
    std::pmr::vector<std::size_t> offset_;      // of each event's first slot in values_
    std::pmr::vector<Time> values_;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
