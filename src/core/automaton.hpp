// Patterns over events, compiled: what sequence_* and the journey patterns share.
//
// A pattern is a tree: events (places where one event is taken that satisfies a
// predicate), sequences, choices, repetitions, gaps (any number of events passed
// over, with limits on the time from the event taken before to the event taken
// after), captures and the two ends of the journey. compile() turns it into a
// position automaton: one state for each place an event is taken, and edges in the
// order of preference. Counted repetitions are written out, hence the limits.
//
// What a match is. It takes one event after the other; the next event taken is the
// very next event, or after a gap any later one within the gap's limits. Gaps that
// meet are one gap with all their limits. Among the matches that begin at one event
// the preferred one is that of backtracking: the first alternative of a choice, as
// many rounds as possible of a greedy repetition and as few as possible of a
// reluctant one, as few events as possible passed over by a gap. A round beyond the
// required ones takes at least one event.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/funnel.hpp"
#include "core/journey.hpp"

namespace journey {

inline constexpr std::uint32_t max_positions = 4000;
inline constexpr std::uint32_t max_edges = 100'000;
inline constexpr std::uint32_t max_captures = 64;
inline constexpr std::uint32_t max_nesting = 100;
inline constexpr std::uint32_t unbounded = std::numeric_limits<std::uint32_t>::max();

// Inclusive bounds of a length of time.
struct TimeRange {
    Span least = 0;
    Span most = no_limit;

    bool operator==(const TimeRange&) const = default;
    bool limited() const { return least != 0 || most != no_limit; }
    bool empty() const { return least > most; }
};

// Built bottom-up by a parser. Nesting is limited by the parser (max_nesting).
class PatternTree {
  public:
    using Node = std::uint32_t;
    enum class Kind : std::uint8_t { event, gap, sequence, choice, repeat, capture, begin, end };

    explicit PatternTree(std::pmr::memory_resource& memory) : nodes_(&memory), children_(&memory) {}

    Node event(std::uint32_t predicate) { return add({Kind::event, true, predicate, 0, {}, {}}, {}); }
    // A gap within one of two ranges, which may be the same. Without `passes` no event
    // is passed over: a limit on the time to the very next event.
    Node gap(TimeRange range, TimeRange other, bool passes = true) {
        return add({Kind::gap, passes, 0, 0, range, other}, {});
    }
    Node gap(TimeRange range, bool passes = true) { return gap(range, range, passes); }
    Node sequence(std::span<const Node> parts) { return add({Kind::sequence, true, 0, 0, {}, {}}, parts); }
    Node choice(std::span<const Node> parts) { return add({Kind::choice, true, 0, 0, {}, {}}, parts); }
    // `most` may be `unbounded`.
    Node repeat(Node part, std::uint32_t least, std::uint32_t most, bool greedy) {
        return add({Kind::repeat, greedy, least, most, {}, {}}, {&part, 1});
    }
    Node capture(Node part, std::uint32_t number) {
        return add({Kind::capture, true, number, 0, {}, {}}, {&part, 1});
    }
    Node begin() { return add({Kind::begin, true, 0, 0, {}, {}}, {}); }
    Node end() { return add({Kind::end, true, 0, 0, {}, {}}, {}); }

    Kind kind(Node node) const { return nodes_[node].kind; }
    bool greedy(Node node) const { return nodes_[node].flag; }
    bool passes(Node node) const { return nodes_[node].flag; }
    std::uint32_t predicate(Node node) const { return nodes_[node].a; }
    std::uint32_t capture_number(Node node) const { return nodes_[node].a; }
    std::uint32_t least(Node node) const { return nodes_[node].a; }
    std::uint32_t most(Node node) const { return nodes_[node].b; }
    TimeRange range(Node node) const { return nodes_[node].range; }
    TimeRange other_range(Node node) const { return nodes_[node].other; }
    std::span<const Node> parts(Node node) const {
        return std::span(children_).subspan(nodes_[node].first, nodes_[node].count);
    }

  private:
    struct Data {
        Kind kind;
        bool flag;  // greedy, or passes over events
        std::uint32_t a, b;
        TimeRange range, other;
        std::uint32_t first = 0, count = 0;
    };
    Node add(Data data, std::span<const Node> parts) {
        data.first = static_cast<std::uint32_t>(children_.size());
        data.count = static_cast<std::uint32_t>(parts.size());
        children_.insert(children_.end(), parts.begin(), parts.end());
        nodes_.push_back(data);
        return static_cast<Node>(nodes_.size() - 1);
    }

    std::pmr::vector<Data> nodes_;
    std::pmr::vector<Node> children_;
};

// From a position (or the start) to the next one (or to acceptance).
struct Edge {
    std::uint32_t from;
    std::uint32_t to;     // a position, or Automaton::accept
    std::uint32_t group;  // edges of one gap have one number and follow each other
    bool gap;             // else to the very next event (or, from the start, the first taken)
    bool bound;           // from the start: only to the first event; to acceptance: only from the last,
                          // or over a gap: only after all other ways across it
    TimeRange range;
};

struct Automaton {
    static constexpr std::uint32_t accept = std::numeric_limits<std::uint32_t>::max();

    explicit Automaton(std::pmr::memory_resource& memory)
        : predicate(&memory), captures(&memory), edges(&memory), first_edge(&memory) {}

    std::uint32_t positions() const { return static_cast<std::uint32_t>(predicate.size()); }
    std::uint32_t start() const { return positions(); }
    // In the order of preference.
    std::span<const Edge> from(std::uint32_t position) const {
        return std::span(edges).subspan(first_edge[position],
                                        first_edge[position + 1] - first_edge[position]);
    }
    // Can it match without an event?
    bool nullable() const;

    std::pmr::vector<std::uint32_t> predicate;  // of each position
    std::pmr::vector<std::uint64_t> captures;   // bit c: the position lies in capture c
    std::pmr::vector<Edge> edges;               // by position, those of the start last
    std::pmr::vector<std::uint32_t> first_edge;
    Span within = no_limit;  // from the first to the last event of a match
};

// Throws where a limit of the automaton is passed, and where a limited gap has no
// event before it or none after it.
Automaton compile(const PatternTree& tree, PatternTree::Node root, Span within,
                  std::pmr::memory_resource& memory);

// What every match must contain: one event of each clause. Clauses are sets of
// predicates; an empty list says nothing.
using Clauses = std::pmr::vector<std::pmr::vector<std::uint32_t>>;
Clauses required_predicates(const PatternTree& tree, PatternTree::Node root,
                            std::pmr::memory_resource& memory);

// Kinds of events: which positions an event may be taken at. Predicates are counted
// in the order the pattern names them; a kind's rank is the first of its predicates,
// `any_predicate` not counted: simultaneous events stand in the order of their ranks.
class EventKinds {
  public:
    static constexpr std::uint32_t no_rank = std::numeric_limits<std::uint32_t>::max();
    static constexpr std::uint32_t no_predicate = std::numeric_limits<std::uint32_t>::max();

    EventKinds(const Automaton& automaton, std::uint32_t predicates, std::uint32_t any_predicate,
               std::pmr::memory_resource& memory);

    std::uint32_t words() const { return words_; }
    std::uint32_t size() const { return static_cast<std::uint32_t>(rank_.size()); }
    // The kind of events that satisfy these predicates, bit p of the words. The
    // predicate that every event satisfies is added here.
    std::uint32_t add(std::span<const std::uint64_t> predicates);
    std::span<const std::uint32_t> positions(std::uint32_t kind) const {
        return std::span(positions_).subspan(first_[kind], first_[kind + 1] - first_[kind]);
    }
    std::uint32_t rank(std::uint32_t kind) const { return rank_[kind]; }
    // The order of simultaneous events: by rank, then by the predicates they satisfy.
    bool before(std::uint32_t a, std::uint32_t b) const;

  private:
    std::span<const std::uint64_t> predicates(std::uint32_t kind) const {
        return std::span(predicates_).subspan(std::size_t{kind} * words_, words_);
    }

    const Automaton* automaton_;
    std::uint32_t words_;
    std::uint32_t any_;
    std::pmr::vector<std::uint32_t> positions_;
    std::pmr::vector<std::uint32_t> first_;
    std::pmr::vector<std::uint32_t> rank_;
    std::pmr::vector<std::uint64_t> predicates_;
    std::pmr::unordered_map<std::pmr::string, std::uint32_t> known_;
};

// An event as the automaton sees it. Events that can be taken nowhere may be left out.
struct PatternEvent {
    Time time;
    std::uint32_t index;  // its place among all events, from 0: neighbours are adjacent
    std::uint32_t kind;
};

struct PatternInput {
    std::span<const PatternEvent> events;  // in order
    std::uint32_t total = 0;               // with those left out
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
