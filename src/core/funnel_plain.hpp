// The level of a plain funnel (FunnelOptions::plain) straight from a journey's
// columns: the fastest path there is, and the one most queries take.
#pragma once

#include <memory_resource>

#include "core/funnel.hpp"

namespace journey {

std::uint32_t plain_level(const JourneyView& journey, const Funnel& funnel,
                          std::pmr::memory_resource& memory);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
