// The general search for chains in order: all options but StepOrder::unordered
// and deduplication.
//
// Events are taken in *groups*: those of one time (or within the grace of it) at
// once, or each event alone with Ties::in_order. Within a group a chain goes from
// step a to step b if different events can serve the steps between.
//
// The level: for each step the best chain so far is kept, the one with the latest
// start. It is the best for all that can follow, whatever limits and exclusions
// there are: what ends a chain at a step ends the earlier-started chains at that
// step too, and since starts never fall over time the latest-started is also the
// latest to have taken the step.
//
// The chain: from the entry found, chains are followed forward; for each step its
// arrivals wait in a queue, and the earliest one within the limit is taken, which
// is the lexicographically earliest by induction over the steps (with optional
// steps a better arrival removes the worse ones before it from the queue).
#pragma once

#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

#include "core/funnel.hpp"
#include "core/matching.hpp"

namespace journey {

class ChainSearch {
    enum class Until { end, complete, complete_or_idle };

  public:
    struct Best {
        std::uint32_t level = 0;
        std::uint32_t group = 0;  // of the entry
        // The first group at which no chain from these entries was under way any more.
        std::uint32_t closed = 0;
    };

    ChainSearch(std::span<const FunnelRow> rows, const StepKinds& kinds, const FunnelOptions& options,
                std::pmr::memory_resource& memory);

    // The best chain by Entry; `level_only`: the entry does not matter.
    Best best(bool level_only = false);
    // The best chain that enters in this group.
    Best from(std::uint32_t group) { return forward(group, group + 1, Until::complete); }
    // The best chain of this entry and all that follow while one is under way, up
    // to the first that completes.
    Best from_entries(std::uint32_t group) { return forward(group, groups(), Until::complete_or_idle); }
    // The first group at or after this one with an event for step 1; groups() if none.
    std::uint32_t next_entry(std::uint32_t group) const;
    std::uint32_t groups() const { return static_cast<std::uint32_t>(groups_.size()); }

    // The chain of a Best; `end_group` gets the group of its last event.
    Chain chain(const Best& best, std::uint32_t* end_group = nullptr);

  private:
    struct Group {
        std::uint32_t first, last;
        Time time;
    };
    struct Slot {
        bool alive = false;
        Time start = 0;
        Time last = 0;
        std::uint32_t group = 0;
    };
    // A chain that arrived at `level` in `group`, from `parent`, `first` being the
    // first step it took there.
    struct Arrival {
        std::uint32_t group, parent, level, first;
    };

    void make_groups();
    bool any_under_way(std::span<const Slot> slots, std::uint32_t highest, Time now) const;
    Best forward(std::uint32_t first_entry, std::uint32_t entries_end, Until until);
    bool satisfies(const Group& group, std::uint32_t step) const;
    // May a chain take this step in the group that is matched? Must it, or is it decided that it does?
    enum class Taking : std::uint8_t { no, may, must };

    void open_steps(const Group& group, std::uint32_t first, std::uint32_t to);
    bool ends(const FunnelRow& row, std::uint32_t from, std::uint32_t first, std::uint32_t to,
              Taking least) const;
    void take_over(std::uint32_t step, std::uint32_t first, std::uint32_t to);
    bool match_open(const Group& group, std::uint32_t from, std::uint32_t first, std::uint32_t to);
    bool place_excluded(const Group& group, std::uint32_t from, std::uint32_t first, std::uint32_t to);
    bool match_group(const Group& group, std::uint32_t from, std::uint32_t first, std::uint32_t to);
    bool survives(const Group& group, std::uint32_t from, std::uint32_t first, std::uint32_t to);
    template <class Found>
    void targets(const Group& group, std::uint32_t first, Found found);
    template <class Try>
    void next_steps(std::uint32_t level, Try attempt) const;

    std::uint32_t group_of(std::uint32_t i) const;
    void collect(std::uint32_t g, std::uint32_t entry, std::uint32_t goal);
    bool earlier(const Arrival& a, const Arrival& b);
    void steps_of(const Arrival& arrival, std::pmr::vector<std::uint32_t>& rows);
    void assign(const Arrival& arrival, std::pmr::vector<std::uint32_t>& rows);
    void date_by_group(Chain& chain) const;

    std::span<const FunnelRow> rows_;
    const StepKinds& kinds_;
    const FunnelOptions& options_;
    std::pmr::memory_resource* memory_;
    std::pmr::vector<Group> groups_;
    StepMatching matching_;            // of match_group and what reads it
    std::pmr::vector<Taking> taking_;  // by step
    StepMatching reach_;               // of targets, whose callbacks may match groups

    // While a chain is built:
    std::pmr::vector<Arrival> arrivals_;
    std::pmr::vector<std::pmr::vector<std::uint32_t>> waiting_;  // level → arrivals, oldest first
    std::pmr::vector<Arrival> found_;                            // level → the best arrival in this group
    std::pmr::vector<std::uint32_t> mine_, other_;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
