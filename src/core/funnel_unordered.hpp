// StepOrder::unordered: the most distinct steps whose events, all different, lie
// within one window, in any order. Excluded events are borders no window crosses.
//
// O(events · steps · kinds) time in the worst case, O(steps) where no event
// satisfies two steps; O(steps + kinds) memory.
#pragma once

#include <memory_resource>
#include <span>

#include "core/funnel.hpp"

namespace journey {

Chain unordered_chain(std::span<const FunnelRow> rows, const StepKinds& kinds, const FunnelOptions& options,
                      std::pmr::memory_resource& memory);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
