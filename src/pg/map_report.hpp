// Reports over maps: their state holds the bytes of the map that its rows are read with.
#pragma once

#include <functional>

#include "pg/report.hpp"
#include "pg/stage_map.hpp"

namespace journey::pg {

// The final function: rows(state, map) → the rows, fill(cells, row) their columns.
// NULL if no row came.
template <class State, class Rows, class Fill>
Datum map_report(FunctionCallInfo fcinfo, Rows rows, Fill fill) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    State& state = *Expanded<State>::read_only(PG_GETARG_DATUM(0));
    if (state.map_bytes().empty()) PG_RETURN_NULL();
    ContextMemory memory;
    StageMap map(memory);
    map.decode(state.map_bytes());
    return report_array(fcinfo, std::invoke(rows, state, map), fill);
}

}  // namespace journey::pg
