// strict_deduplication of window_funnel: runs in which a repeated step ends the
// run. Events of one time are taken in the order of the lowest step they satisfy, of
// equal ones that first whose other steps are lower.
//
// A run enters with an event for step 1 and must take every event that satisfies
// its next step within the window; an event that does not take it further but
// satisfies one of the steps 2 … reached ends it. O(events · steps) time, O(steps)
// memory: of the runs at one step the latest-started is the best from there on.
#pragma once

#include <memory_resource>
#include <span>

#include "core/funnel.hpp"

namespace journey {

Chain deduplicated_run(std::span<const FunnelRow> rows, const StepKinds& kinds, const FunnelOptions& options,
                       std::pmr::memory_resource& memory);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
