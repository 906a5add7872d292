// Results: journeys, texts, intervals and rows. The give phase: may raise.
#pragma once

#include "pg/arguments.hpp"
#include "pg/guard.hpp"
#include "pg/memory.hpp"

namespace journey::pg {

// A finished journey, encoded with VARHDRSZ bytes free in front, as a datum.
inline Datum journey_datum(const Bytes& bytes) {
    SET_VARSIZE(bytes.data, bytes.size);
    return PointerGetDatum(bytes.data);
}

inline Datum text_datum(std::string_view text) {
    return PointerGetDatum(cstring_to_text_with_len(text.data(), static_cast<int>(text.size())));
}

// As timestamp subtraction gives it: days and a time of day.
Datum interval_datum(std::int64_t microseconds);
inline Datum interval_datum(Time from, Time to) {
    return interval_datum(static_cast<std::int64_t>(elapsed(from, to)));
}

// text[] of names.
Datum names_datum(const Names& names);

// timestamptz[] in which rows[i] == no_row is NULL; only `count` elements.
Datum times_datum(std::span<const std::uint32_t> rows, std::span<const Time> times, std::size_t count);

// Columns of one event: event_no, ts, event, channel, value, tiebreak.
inline constexpr int event_columns = 6;
struct EventColumns {
    Datum values[event_columns];
    bool nulls[event_columns];
};

// Reads events of a journey one after the other, or any one of them.
class EventReader {
  public:
    EventReader(const JourneyView& journey, std::pmr::memory_resource& memory);
    std::uint32_t size() const { return journey_.size(); }
    // Allocates the texts in the current memory context. O(1) for one row after
    // the other, O(row / 64) for any other.
    void columns(std::uint32_t row, EventColumns& to);

  private:
    JourneyView journey_;
    NumberColumn values_, tiebreaks_;
    std::uint32_t next_row_ = 0, value_rank_ = 0, tiebreak_rank_ = 0;
    std::pmr::vector<std::string_view> events_, channels_;
};

// Value-per-call: `init` makes the state (in the context that lives as long as
// the calls), `next` fills a row or returns false. Rows go out one by one: no
// tuplestore in the select list.
template <class State>
struct RowStream {
    FuncCallContext* calls;
    State* state;
};

template <class State, class Init>
RowStream<State> row_stream(FunctionCallInfo fcinfo, Init init) {
    if (SRF_IS_FIRSTCALL()) {
        FuncCallContext* first = SRF_FIRSTCALL_INIT();
        MemoryContext caller = MemoryContextSwitchTo(first->multi_call_memory_ctx);
        TupleDesc columns;
        if (get_call_result_type(fcinfo, nullptr, &columns) != TYPEFUNC_COMPOSITE) {
            elog(ERROR, "journey: the function does not return rows");
        }
        first->tuple_desc = BlessTupleDesc(columns);
        first->user_fctx = init(ContextMemory::make(first->multi_call_memory_ctx));
        MemoryContextSwitchTo(caller);
    }
    FuncCallContext* calls = SRF_PERCALL_SETUP();
    return {calls, static_cast<State*>(calls->user_fctx)};
}

inline Datum row_datum(FuncCallContext* calls, Datum* values, bool* nulls) {
    return HeapTupleGetDatum(heap_form_tuple(calls->tuple_desc, values, nulls));
}

// The single row of a function that returns a record.
inline Datum record_datum(FunctionCallInfo fcinfo, Datum* values, bool* nulls) {
    TupleDesc columns;
    if (get_call_result_type(fcinfo, nullptr, &columns) != TYPEFUNC_COMPOSITE) {
        elog(ERROR, "journey: the function does not return a row");
    }
    return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(columns), values, nulls));
}

}  // namespace journey::pg
