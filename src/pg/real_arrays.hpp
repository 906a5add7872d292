// float8[] arguments.
#pragma once

#include <array>
#include <optional>
#include <span>

#include "pg/arguments.hpp"

namespace journey::pg {

// The numbers of a float8[]; `has_null`, or an error, where some are NULL (then NaN).
// Valid as long as the detoasted datum. An array of more than one dimension is an error.
std::span<const double> reals_of(Datum datum, const char* argument, bool& has_null);
std::span<const double> reals_of(Datum datum, const char* argument);

// Room for the numbers of an array that is stored with a short header, as small ones in
// tables are: they are not aligned, and copying them here spares detoasting them.
using ShortReals = std::array<double, 16>;
// The numbers of such an array of one dimension and without NULLs; else nothing.
std::optional<std::span<const double>> short_reals(Datum datum, ShortReals& room);

}  // namespace journey::pg
