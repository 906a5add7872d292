// Paths: the nodes a customer went through, one after the other.
//
// Of a journey's events some are shown (keep, drop); a run of one name may be
// collapsed to its first or last event; what is left are the *nodes*, in the
// journey's order. Sessions are cut before anything is hidden, so a hidden
// heartbeat still keeps a session open, and a run ends with its session. A
// session without a node is passed over; its number is not given to another.
//
// O(events) time. Readers take O(names) memory; a path takes 16 bytes a node.
#pragma once

#include <limits>
#include <memory_resource>
#include <optional>
#include <string_view>
#include <vector>

#include "core/edit.hpp"
#include "core/funnel.hpp"
#include "core/interrupt.hpp"
#include "core/journey.hpp"
#include "core/memory.hpp"
#include "core/session.hpp"

namespace journey {

enum class Collapse { none, first, last };
enum class Occurrence { first, last };

// Words of options; an unknown one is an error that lists the valid ones.
Collapse parse_collapse(std::string_view word);
Occurrence parse_occurrence(std::string_view word, const char* argument);

struct PathRules {
    Span gap = no_limit;  // sessions are cut by longer pauses ...
    NameList starts;      // ... and before these events
    Collapse collapse = Collapse::none;
    std::optional<NameList> keep;  // only these events
    NameList drop;                 // not these

    bool cuts_sessions() const { return gap != no_limit || !starts.empty(); }
    bool hides() const { return keep.has_value() || !drop.empty(); }
};

// Tables by event code have an element for each code a reader returns: throws if a
// damaged journey has fewer names than it says.
inline void check_names_read(const JourneyView& journey, std::size_t names) {
    if (names != journey.event_names().size()) fail_corrupted("names");
}

struct PathNode {
    std::uint32_t row = no_row;  // its event in the journey, from 0
    std::uint32_t event = 0;     // code into event_names()
    std::int64_t session = 1;
};

// The nodes of a journey, or of its rows [first, last). What it is made from must
// outlive it.
class NodeReader {
  public:
    NodeReader(const JourneyView& journey, const PathRules& rules, std::pmr::memory_resource& memory)
        : NodeReader(journey, rules, 0, journey.size(), memory) {}
    NodeReader(const JourneyView& journey, const PathRules& rules, std::uint32_t first, std::uint32_t last,
               std::pmr::memory_resource& memory);

    bool next(PathNode& node) {
        while (at_ < last_) {
            poll_();
            const PathNode read = {at_, journey_.event(at_), session()};
            ++at_;
            if (!flags_.empty() && (flags_[read.event] & shown) == 0) continue;
            const bool runs_on = collapse_ != Collapse::none && open_.row != no_row &&
                                 open_.event == read.event && open_.session == read.session;
            if (runs_on && collapse_ == Collapse::last) open_.row = read.row;
            if (runs_on) continue;
            node = open_;
            open_ = read;
            if (node.row != no_row) return true;
        }
        node = open_;
        open_.row = no_row;
        return node.row != no_row;
    }

  private:
    static constexpr std::uint8_t shown = 1, opens = 2;

    // The session of the event at at_.
    std::int64_t session() {
        const std::uint32_t event = journey_.event(at_);
        if (event >= names_) fail_corrupted("event code");
        if (!cuts_sessions_) return 1;
        sessionizer_.opens(sessions_, journey_.time(at_), !flags_.empty() && (flags_[event] & opens) != 0);
        return sessionizer_.number();
    }

    JourneyView journey_;
    std::uint32_t at_, last_;
    std::uint32_t names_;
    Collapse collapse_;
    bool cuts_sessions_;
    SessionRules sessions_;
    Sessionizer sessionizer_;
    SmallVector<std::uint8_t, 64> flags_;  // by event code; empty: all are shown and none opens
    PathNode open_;                        // read, but its run may go on
    Poll poll_;
};

// From one node to the next. A row of no_row stands for the start or the end of
// the session.
struct Transition {
    PathNode from, to;
};

class TransitionReader {
  public:
    TransitionReader(const JourneyView& journey, const PathRules& rules, std::pmr::memory_resource& memory)
        : nodes_(journey, rules, memory) {}

    bool next(Transition& transition) {
        if (starting_) {
            starting_ = false;
            transition = {PathNode{}, last_};
            return true;
        }
        PathNode node;
        const bool more = nodes_.next(node);
        const bool within = more && last_.row != no_row && node.session == last_.session;
        transition = {last_, within ? node : PathNode{}};
        last_ = more ? node : PathNode{};
        if (within) return true;
        starting_ = more;
        if (transition.from.row != no_row) return true;
        // The first node of all.
        starting_ = false;
        transition.to = last_;
        return more;
    }

  private:
    NodeReader nodes_;
    PathNode last_;          // what the next transition starts from
    bool starting_ = false;  // last_ begins a session
};

// Where a path begins and ends, and how long it may be. With both bounds `from`
// is the first (last) event of that name that has a `to` after it, and `to` the
// first (last) one after that.
struct PathBounds {
    std::optional<std::string_view> from, to;
    Occurrence from_which = Occurrence::first, to_which = Occurrence::first;
    // At most so many nodes: the first ones; the last ones if only `to` is given;
    // with both bounds one place is for the mark of what was left out between.
    std::uint32_t max_length = std::numeric_limits<std::uint32_t>::max();
};

struct NodePath {
    explicit NodePath(std::pmr::memory_resource& memory) : nodes(&memory) {}

    std::int64_t session = 1;
    std::pmr::vector<PathNode> nodes;
    // Nodes were left out before this one; no_row: none were.
    std::uint32_t cut_at = no_row;
};

// The paths of a journey's sessions, one after the other; sessions without the
// bounds are passed over.
class PathReader {
  public:
    PathReader(const JourneyView& journey, const PathRules& rules, const PathBounds& bounds,
               std::pmr::memory_resource& memory);
    bool next(NodePath& path);

  private:
    NodeReader nodes_;
    PathBounds bounds_;
    std::optional<std::uint32_t> from_, to_;  // their codes
    bool possible_ = true;                    // both names are in the journey
    PathNode ahead_;                          // the first node of the next session
};

// What a customer did between two steps of a funnel, of whom `chain` is the winning
// chain: from the event of from_step to that of to_step; or, if to_step was not
// reached, until the chain could not have gone on any more. None if from_step was
// not reached. Where the chain takes events of one time (or grace) against the
// journey's order, only the two are on the path.
struct FunnelPath {
    bool converted = false;
    NodePath path;
};
std::optional<FunnelPath> funnel_path(const JourneyView& journey, const Chain& chain,
                                      const FunnelOptions& options, std::uint32_t from_step,
                                      std::uint32_t to_step, const PathRules& rules, std::uint32_t max_length,
                                      std::pmr::memory_resource& memory);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
