// The arguments that all funnel functions over journeys share, in this order.
#pragma once

#include "core/edit.hpp"

#include "pg/guard.hpp"
#include "pg/memory.hpp"
#include "pg/values.hpp"

namespace journey::pg {

enum FunnelArgument {
    funnel_journey,
    funnel_steps,
    funnel_within,
    funnel_step_order,
    funnel_step_within,
    funnel_exclude,
    funnel_exclude_from,
    funnel_exclude_to,
    funnel_optional,
    funnel_hold_channel,
    funnel_entry,
    funnel_ties,
    funnel_grace,
    funnel_reuse_event,
    funnel_window_from,
    funnel_on_exclusion,
    funnel_policy_name,
    funnel_counting,  // funnel_trace and funnel_attempts only
};

// The default of `within`: longer than any two timestamps can be apart.
inline constexpr std::int32_t no_limit_years = 100000;

// A funnel as the call asks for it, and its steps as they were written.
struct FunnelCall {
    Funnel* funnel;
    NameList labels;
};

// Reads and checks the arguments; all it makes lives in `memory`'s context.
FunnelCall read_funnel(FunctionCallInfo fcinfo, ContextMemory& memory);
// A funnel of steps, window and policy alone (funnel_report). `policy` may be "".
FunnelCall read_simple_funnel(NameList steps, const Interval* within, std::string_view policy,
                              ContextMemory& memory);

// The same, read again only where the arguments differ from the last call's. Not for functions
// that return rows: the server keeps their state where the cache would be.
FunnelCall cached_funnel(FunctionCallInfo fcinfo);

}  // namespace journey::pg
