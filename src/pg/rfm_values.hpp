// rfm_value, the SQL row (recency, frequency, monetary), read and made.
#pragma once

#include "core/rfm.hpp"

#include "pg/aggregate.hpp"
#include "pg/values.hpp"

namespace journey::pg {

// The value of argument n, or nothing if it is NULL. Throws for what cannot be.
std::optional<RfmValue> rfm_value_argument(FunctionCallInfo fcinfo, int n);

// Columns that live as long as the query.
TupleDesc rfm_value_columns(FunctionCallInfo fcinfo);
Datum rfm_value_datum(const RfmValue& value, TupleDesc columns);

}  // namespace journey::pg
