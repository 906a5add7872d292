// Rows put off while the server hashes (core/pending_rows.hpp).
#pragma once

#include "core/pending_rows.hpp"

#include "pg/aggregate.hpp"

namespace journey::pg {

// The rows put off by a transition function (core/pending_rows.hpp). They are worth it
// where groups come interleaved, which is where the server hashes; there all states live
// in one context, and go together when it is reset.
template <class State>
class HashedRows {
  public:
    // Null where the server does not hash.
    static HashedRows* make(FunctionCallInfo fcinfo, ContextMemory& query) {
        if (fcinfo->context == nullptr || !IsA(fcinfo->context, AggState)) return nullptr;
        if (reinterpret_cast<const AggState*>(fcinfo->context)->aggstrategy != AGG_HASHED) return nullptr;
        return make_in<HashedRows>(query, *make_in<ContextMemory>(query, aggregate_context(fcinfo)));
    }
    explicit HashedRows(ContextMemory& states) : context_(states.context()), rows_(states) {}

    void push(State* state, std::uint64_t word, bool matters) {
        if (!watched_) watch();
        rows_.push(state, word, matters);
    }
    PendingRows<State>& rows() { return rows_; }

  private:
    void watch() {
        callback_.func = [](void* rows) {
            static_cast<HashedRows*>(rows)->watched_ = false;
            static_cast<HashedRows*>(rows)->rows_.drop();
        };
        callback_.arg = this;
        MemoryContextRegisterResetCallback(context_, &callback_);
        watched_ = true;
    }

    MemoryContext context_;
    PendingRows<State> rows_;
    MemoryContextCallback callback_ = {};
    bool watched_ = false;
};

}  // namespace journey::pg
