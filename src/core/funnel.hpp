// Funnels: how far did a customer come on a list of steps, by which events, and
// what stopped them.
//
// A *chain* takes an event for step 1, a later event for step 2, and so on. The
// answer is always the true optimum over all chains: the furthest step any chain
// reaches. Among the chains that reach it the entry option decides (by default
// the one that starts latest), then the one that ends earliest, then each step
// 2, 3, … as early as possible (a skipped optional step counts as latest).
//
// Windows and limits are inclusive, in microseconds. Events of equal time may be
// taken in any order (Ties::favourable), in the journey's order (in_order), or
// never one after the other (strict).
//
// Complexity: O(events · steps) time and O(steps) memory for the level; O(events)
// memory more for options beyond window and entry, and for the chain's events.
// Events of one time that satisfy several steps each are assigned to steps by
// bipartite matching (Kuhn's augmenting paths), O(steps² · kinds) for such a tie.
// Entry::earliest costs O(events in a window) for each entry.
#pragma once

#include <cstdint>
#include <limits>
#include <memory_resource>
#include <span>
#include <vector>

#include "core/journey.hpp"
#include "core/place_table.hpp"
#include "core/step.hpp"

namespace journey {

using Span = std::uint64_t;  // a length of time in microseconds
inline constexpr Span no_limit = std::numeric_limits<Span>::max();

// Later minus earlier: exact over the whole range of timestamps.
inline Span elapsed(Time from, Time to) {
    return static_cast<Span>(to) - static_cast<Span>(from);
}

enum class StepOrder { any_gap, next_event, unordered };
enum class Entry { latest, earliest, first };
enum class Ties { favourable, in_order, strict };
enum class OnExclusion { stop, discard };

struct FunnelOptions {
    explicit FunnelOptions(std::pmr::memory_resource& memory) : limits(&memory), optional(&memory) {}

    std::uint32_t steps = 0;
    Span within = no_limit;
    // limits[s]: the most time between the step taken before step s + 1 and step
    // s + 1; empty = no limits. (limits[0] is not used.)
    std::pmr::vector<Span> limits;
    // optional[s] != 0: step s + 1 may be skipped; empty = none.
    std::pmr::vector<std::uint8_t> optional;
    StepOrder order = StepOrder::any_gap;
    Entry entry = Entry::latest;
    Ties ties = Ties::favourable;
    Span grace = 0;
    bool hold_channel = false;
    bool reuse_event = false;
    OnExclusion on_exclusion = OnExclusion::stop;
    bool exclusions = false;
    // strict_deduplication and allow_reentry of window_funnel.
    bool deduplicate = false;
    bool reentry = false;

    bool is_optional(std::uint32_t step) const { return !optional.empty() && optional[step - 1] != 0; }
    Span limit(std::uint32_t step) const { return limits.empty() ? no_limit : limits[step - 1]; }
    // Neither the order nor the ties nor the gaps need more than one pass over
    // the events that are steps.
    bool plain() const {
        return steps <= 64 && limits.empty() && optional.empty() && order == StepOrder::any_gap &&
               entry != Entry::first && ties == Ties::favourable && grace == 0 && !hold_channel &&
               !reuse_event && !exclusions && !deduplicate;
    }
};

// An event as the search sees it; `row` is its number in the journey, from 0.
struct FunnelRow {
    Time time;
    std::uint32_t row;
    std::uint32_t kind;
};

inline constexpr std::uint32_t no_row = std::numeric_limits<std::uint32_t>::max();

struct Chain {
    explicit Chain(std::pmr::memory_resource& memory) : rows(&memory), times(&memory), group_times(&memory) {}

    // The furthest step reached (StepOrder::unordered: how many steps).
    std::uint32_t level = 0;
    // For each step its event's row and time; no_row where not reached or skipped.
    std::pmr::vector<std::uint32_t> rows;
    std::pmr::vector<Time> times;
    // When the chain starts and ends as limits see it: events within the grace of
    // another count at its time.
    Time counted_start = 0, counted_end = 0;
    // The same for each step; empty without a grace.
    std::pmr::vector<Time> group_times;

    Time counted(std::size_t i) const { return group_times.empty() ? times[i] : group_times[i]; }
    Time start() const;
    Time end() const;
};

// --- over rows ------------------------------------------------------------
// `rows` in the order of a journey. With StepOrder::next_event they are all rows
// of the group, else those of kind 0 may be left out.

std::uint32_t funnel_level(std::span<const FunnelRow> rows, const StepKinds& kinds,
                           const FunnelOptions& options, std::pmr::memory_resource& memory);
Chain funnel_chain(std::span<const FunnelRow> rows, const StepKinds& kinds, const FunnelOptions& options,
                   std::pmr::memory_resource& memory);

// --- over journeys --------------------------------------------------------

struct Funnel {
    Funnel(std::uint32_t steps, std::pmr::memory_resource& memory)
        : options(memory), names(steps, memory), tables(memory) {
        options.steps = steps;
    }
    FunnelOptions options;
    StepNames names;
    mutable PlaceTables tables;  // remembered, never an answer
};

std::uint32_t funnel_level(const JourneyView& journey, const Funnel& funnel,
                           std::pmr::memory_resource& memory);
Chain funnel_chain(const JourneyView& journey, const Funnel& funnel, std::pmr::memory_resource& memory);
// The same names under other options.
Chain funnel_chain(const JourneyView& journey, const StepNames& names, const FunnelOptions& options,
                   std::pmr::memory_resource& memory);

// Every attempt, in the order of their entries. An attempt begins with an entry and
// is over when it converts, its window is over, or an exclusion ends it; the next
// one begins after it. Entries while it is open belong to it: with Entry::latest
// they are followed together with it, as long as any is under way, and the attempt
// is the furthest of them, then the latest to start; else they are passed over.
// O(events · steps) time. Not for StepOrder::unordered.
std::pmr::vector<Chain> funnel_attempts(const JourneyView& journey, const Funnel& funnel,
                                        std::pmr::memory_resource& memory);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
