// One pass of an automaton over events, forwards or backwards: for each event and
// each position it can be taken at, the best partial match that ends (begins) there.
//
// Forwards the best is the one that starts latest, backwards the one that ends
// earliest: nothing else about a partial match matters later, so one number for
// each (event, position) is enough, and a gap with limits needs the best number in a
// window of time that only moves on: a queue of candidates in falling quality.
//
// Time O(edges) an event at most, amortised; memory O(positions + edges), and for
// gaps with limits the events inside them.
#pragma once

#include <memory_resource>
#include <span>
#include <vector>

#include "core/automaton.hpp"
#include "core/interrupt.hpp"

namespace journey {

enum class Direction { forward, backward };

// The least of the values whose times lie within a range before now.
class GapWindow {
  public:
    GapWindow(TimeRange range, std::pmr::memory_resource& memory)
        : range_(range), unripe_(&memory), open_(&memory) {}

    // Times never fall.
    void push(Time time, Time value) {
        if (range_.least == 0) {
            enter(time, value);
        } else {
            unripe_.push_back({time, value});
        }
    }
    // no_value if there is none.
    Time best(Time now);

    static constexpr Time no_value = std::numeric_limits<Time>::max();

  private:
    struct Candidate {
        Time time, value;
    };
    // A queue that gives back what it has left behind.
    struct Queue {
        explicit Queue(std::pmr::memory_resource* memory) : items(memory) {}
        std::pmr::vector<Candidate> items;
        std::size_t first = 0;

        bool empty() const { return first == items.size(); }
        const Candidate& front() const { return items[first]; }
        void push_back(Candidate candidate) { items.push_back(candidate); }
        void pop_front();
    };
    void enter(Time time, Time value);

    TimeRange range_;
    Queue unripe_;
    Queue open_;  // values rise, so the front is the least
};

class Sweep {
  public:
    static constexpr Time no_value = GapWindow::no_value;

    // `total`: how many events there are.
    Sweep(const Automaton& automaton, const EventKinds& kinds, Direction direction, std::uint32_t total,
          std::pmr::memory_resource& memory);

    // Takes the next event (backwards: the one before). Returns whether a whole match
    // ends (begins) with it.
    bool take(const PatternEvent& event) { return take(event, nullptr); }
    // Backwards the same, and writes what Matcher chooses by: for each position of the
    // event's kind its slots (see slots()): the earliest end of a match that goes on
    // from there, then the same by way of each of its gaps.
    bool take(const PatternEvent& event, Time* to);
    std::uint32_t slots(std::uint32_t position) const { return places_[position].slots; }

  private:
    struct Source {
        std::uint32_t place;
        std::int32_t window;  // of the gap's limits; -1: without limits; -2: adjacent
        std::uint32_t slot;   // where the best of the edge's gap goes; 0: nowhere
        TimeRange range;      // if adjacent
    };
    struct Place {
        std::uint32_t first_source = 0, last_source = 0;
        std::uint32_t first_fed = 0, last_fed = 0;  // windows this place feeds
        std::uint32_t slots = 1;
        bool begins = false, begins_at_end = false;  // a match; only the journey's first (last) event
        bool ends = false, ends_at_end = false;
        std::uint32_t last_index = 0;
        Time last_time = 0;
        Time last_value = no_value;
        Time best = no_value;
    };
    static constexpr std::int32_t any_time = -1, adjacent = -2;

    void connect(const Automaton& automaton);
    Time arrive(const Place& place, Time now, std::uint32_t index, Time* to);
    Time candidate(const Source& source, Time now, std::uint32_t index);

    const EventKinds* kinds_;
    Direction direction_;
    std::uint32_t total_;
    Span within_;
    std::pmr::memory_resource* memory_;
    std::pmr::vector<Place> places_;
    std::pmr::vector<Source> sources_;
    std::pmr::vector<std::uint32_t> fed_;
    std::pmr::vector<GapWindow> windows_;
    std::pmr::vector<Time> arrived_;
    Poll poll_;
};

// Is there a match? Stops where the first one ends.
bool matches(const Automaton& automaton, const EventKinds& kinds, const PatternInput& input,
             std::pmr::memory_resource& memory);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
