// The options of attribution, as arguments of attribute() or as the row that
// attribution_options() makes.
#pragma once

#include "core/apportion.hpp"
#include "core/attribution_touches.hpp"

#include "pg/periods.hpp"

namespace journey::pg {

// In the order of attribute()'s arguments after the journey.
enum AttributionOption {
    option_conversion,
    option_models,
    option_lookback,
    option_touches,
    option_conversion_is_touch,
    option_channel_from,
    option_direct,
    option_direct_channels,
    option_reuse_touches,
    option_half_life,
    option_position_shares,
    option_milestones,
    option_w_shares,
    option_unattributed,
    attribution_options
};

struct AttributionArguments {
    Datum values[attribution_options];
    bool nulls[attribution_options];
};

// What the rules point to lives in the current memory context. Without journeys there are
// no conversions to be named.
AttributionRules& attribution_rules(const AttributionArguments& given, bool of_journeys,
                                    ContextMemory& memory);
// Of the row that argument n is; copied.
AttributionRules& attribution_rules(HeapTupleHeader row, bool of_journeys, ContextMemory& memory);

// Raises if argument n, an options row, is NULL; `maker` makes one.
void check_options(FunctionCallInfo fcinfo, int n, const char* maker);

// Names that must be given, and be some.
NameList names_of(Datum array, bool null, const char* name);

// path, conversions and value, from argument n on. No path, no touches; no conversions,
// none.
struct PathArguments {
    NameList channels;
    std::uint64_t conversions = 0;
    std::optional<double> value;
};
PathArguments path_arguments(FunctionCallInfo fcinfo, int n);

// A bigint from 0; NULL is 0.
std::uint64_t whole_argument(FunctionCallInfo fcinfo, int n, const char* name);

// As numeric, without zeros at its end.
Datum decimal_datum(Decimal number);

// A channel must not have the name of what is left over.
void check_unattributed(const AttributionRules& rules, const Names& channels);

}  // namespace journey::pg
