// Which rule stopped a customer in a funnel.
//
// Told of the winning chain: its next step either never happened, or happened at
// the wrong time, and then one rule kept it out. O(events · steps) beyond funnel_chain.
#pragma once

#include <memory_resource>

#include "core/funnel.hpp"

namespace journey {

enum class StopReason {
    completed,
    never_happened,
    too_late,         // only after the window or the step's limit was over
    too_early,        // unordered: only before a window that has the other steps
    before_previous,  // only before the step before it
    excluded,         // an excluded event came between
    order_broken,     // another event stood where the step had to be
    other_channel,    // only on another channel than the steps before
};

const char* word(StopReason reason);

struct FunnelStop {
    std::uint32_t level = 0;
    std::uint32_t step = 0;  // the step that was not reached; 0 if completed
    StopReason reason = StopReason::completed;
    std::uint32_t row = no_row;  // the event that tells: the late one, the excluded one …
    Span late_by = 0;            // too_late, too_early: by how much
};

FunnelStop funnel_why(const JourneyView& journey, const Funnel& funnel, std::pmr::memory_resource& memory);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
