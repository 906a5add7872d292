// What every aggregate needs: the context its states live in, and what it keeps
// for the length of the query.
//
// The four functions of a family stand in this order in its file: add, combine,
// serialise and deserialise, finish.
#pragma once

#include "pg/guard.hpp"
#include "pg/memory.hpp"

namespace journey::pg {

// The context of the aggregate's states; raises if the function is called by hand.
inline MemoryContext aggregate_context(FunctionCallInfo fcinfo) {
    MemoryContext context;
    if (AggCheckCallContext(fcinfo, &context) == 0) {
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("the function can only be called as part of an aggregate")));
    }
    return context;
}

// The state of an aggregate, unchanged.
inline Datum unchanged_state(FunctionCallInfo fcinfo) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

// Memory resources for the contexts an aggregate meets (one for each grouping
// set). They outlive the states, which keep pointers to them.
class ContextMemories {
  public:
    ContextMemory& of(MemoryContext context, ContextMemory& query) {
        for (Entry* entry = first_; entry != nullptr; entry = entry->next) {
            if (entry->memory->context() == context) return *entry->memory;
        }
        first_ = make_in<Entry>(query, make_in<ContextMemory>(query, context), first_);
        return *first_->memory;
    }

  private:
    struct Entry {
        Entry(ContextMemory* its_memory, Entry* its_next) : memory(its_memory), next(its_next) {}
        ContextMemory* memory;
        Entry* next;
    };
    Entry* first_ = nullptr;
};

// The T of this function in this query, made by the first call: make(query memory).
template <class T, class Make>
T& per_query(FunctionCallInfo fcinfo, Make make) {
    if (fcinfo->flinfo->fn_extra == nullptr) {
        fcinfo->flinfo->fn_extra = make(ContextMemory::make(fcinfo->flinfo->fn_mcxt));
    }
    return *static_cast<T*>(fcinfo->flinfo->fn_extra);
}

template <class T>
T* state_argument(FunctionCallInfo fcinfo, int n) {
    return PG_ARGISNULL(n) ? nullptr : reinterpret_cast<T*>(PG_GETARG_POINTER(n));
}

// Is argument n (of the transition function; 0 is the state) the same in every row
// of this query: a constant or a parameter? Unknown counts as no. (An aggregate's
// function is set up anew for every execution, with its parameters.)
inline bool is_constant_argument(FunctionCallInfo fcinfo, int n) {
    const Aggref* aggregate = AggGetAggref(fcinfo);
    if (aggregate == nullptr || list_length(aggregate->args) < n) return false;
    const auto* entry = static_cast<const TargetEntry*>(list_nth(aggregate->args, n - 1));
    const Node* expression = reinterpret_cast<const Node*>(entry->expr);
    return IsA(expression, Const) ||
           (IsA(expression, Param) && reinterpret_cast<const Param*>(expression)->paramkind == PARAM_EXTERN);
}

}  // namespace journey::pg
