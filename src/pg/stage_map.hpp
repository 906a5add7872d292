// A map_definition as an argument.
#pragma once

#include "core/stage.hpp"

#include "pg/state_type.hpp"
#include "pg/values.hpp"

namespace journey::pg {

// The value read, with what reads journeys by it. Keeps views of the bytes.
struct LoadedMap {
    LoadedMap(std::pmr::memory_resource& memory, std::span<const std::byte> its_bytes)
        : bytes(its_bytes), map(memory), reader((map.decode(its_bytes), map), memory) {}
    std::span<const std::byte> bytes;
    StageMap map;
    MapReader reader;
};

// What a function that takes a map keeps for the length of a query.
struct MapQuery {
    explicit MapQuery(MemoryContext context) : maps(context) {}
    ReadOnce<LoadedMap> maps;
    TupleDesc columns = nullptr;
};

// Argument n; NULL is an error.
LoadedMap& map_argument(FunctionCallInfo fcinfo, int n);
// The same, made anew in this memory: for functions that return rows one by one.
LoadedMap* map_in(FunctionCallInfo fcinfo, int n, ContextMemory& memory);

// as_of: NULL or not given stands for the end of time; infinity is an error.
Time as_of_argument(FunctionCallInfo fcinfo, int n, const char* argument, bool may_be_null);
// NULL is an error; not given: true.
bool backward_argument(FunctionCallInfo fcinfo, int n);

// The columns of the row the function returns, once a query.
inline TupleDesc row_columns(FunctionCallInfo fcinfo, MapQuery& query) {
    if (query.columns == nullptr) {
        MemoryContext caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
        TupleDesc columns;
        if (get_call_result_type(fcinfo, nullptr, &columns) != TYPEFUNC_COMPOSITE)
            elog(ERROR, "journey: the function does not return a row");
        query.columns = BlessTupleDesc(columns);
        MemoryContextSwitchTo(caller);
    }
    return query.columns;
}

}  // namespace journey::pg
