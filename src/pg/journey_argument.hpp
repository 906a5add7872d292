// The journey a SQL function is given.
#pragma once

#include "core/journey.hpp"

#include "pg/arguments.hpp"

namespace journey::pg {

// A page is filled downward, so the next row of a scan lies right below this one. Fetching it
// while this one is worked on saves most of the wait for memory, which was half of the time
// of a funnel (docs/benchmarks.md); where something else lies there, it costs next to nothing.
inline void prefetch_below(const void* datum) {
    constexpr int lines = 8, line_size = 64;
    const auto* at = static_cast<const char*>(datum);
    for (int line = 1; line <= lines; ++line) __builtin_prefetch(at - line * line_size);
}

// Reads in place what need not be detoasted; good as long as the argument.
inline JourneyView journey_argument(FunctionCallInfo fcinfo, int n) {
    prefetch_below(PG_GETARG_POINTER(n));
    return JourneyView(bytes_argument(fcinfo, n));
}

}  // namespace journey::pg
