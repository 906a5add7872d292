// The arguments that the functions of paths share.
#pragma once

#include "core/path.hpp"
#include "core/transition_report.hpp"

#include "pg/values.hpp"

namespace journey::pg {

// `gap` is the number of that argument, or -1 if the function cuts no sessions;
// collapse, keep and drop stand one after the other from `collapse` on, and after
// them, if there are sessions, starts. Arguments beyond the last one are not given.
PathRules path_rules(FunctionCallInfo fcinfo, int gap, int collapse);

// start_name at n and end_name at n + 1; beyond the last argument: the usual names.
EdgeNames edge_names(FunctionCallInfo fcinfo, int n);

// A count that must be at least `least`; NULL or not given: `otherwise`.
std::uint32_t count_argument(FunctionCallInfo fcinfo, int n, const char* argument, std::uint32_t least,
                             std::uint32_t otherwise);

// The names on a path: '...' where nodes were left out.
Datum path_datum(const JourneyView& journey, const NodePath& path);

}  // namespace journey::pg
