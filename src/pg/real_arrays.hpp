// float8[] arguments.
#pragma once

#include "pg/arguments.hpp"

namespace journey::pg {

// The numbers of a float8[]; `has_null`, or an error, where some are NULL (then NaN).
// Valid as long as the detoasted datum. An array of more than one dimension is an error.
std::span<const double> reals_of(Datum datum, const char* argument, bool& has_null);
std::span<const double> reals_of(Datum datum, const char* argument);

}  // namespace journey::pg
