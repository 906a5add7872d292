// What aggregates across customers have in common beside their state type: rows
// returned as one array, and options.
#pragma once

#include "pg/aggregate.hpp"
#include "pg/cells.hpp"
#include "pg/state_type.hpp"
#include "pg/values.hpp"

namespace journey::pg {

// Rows of the type whose array the function returns.
class ReportRows {
  public:
    ReportRows(FunctionCallInfo fcinfo, std::size_t rows)
        : columns_(BlessTupleDesc(
              lookup_rowtype_tupdesc_copy(get_element_type(get_fn_expr_rettype(fcinfo->flinfo)), -1))),
          rows_(
              static_cast<Datum*>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * (rows + 1)))) {
    }

    void add(Datum* values, bool* nulls) {
        CHECK_FOR_INTERRUPTS();
        rows_[count_++] = HeapTupleGetDatum(heap_form_tuple(columns_, values, nulls));
    }
    Datum datum() const {
        return PointerGetDatum(
            construct_array(rows_, count_, columns_->tdtypeid, -1, false, TYPALIGN_DOUBLE));
    }

  private:
    TupleDesc columns_;
    Datum* rows_;
    int count_ = 0;
};

// fill(cells, row) for each row.
template <class Rows, class Fill>
Datum report_array(FunctionCallInfo fcinfo, const Rows& rows, Fill fill) {
    ReportRows report(fcinfo, rows.size());
    for (const auto& row : rows) {
        Cells cells;
        fill(cells, row);
        report.add(cells.values, cells.nulls);
    }
    return report.datum();
}

// What an aggregate's options were read to, once a query if arguments first.. of
// the transition function are constants, else row by row: read() → T.
template <class T, class Read>
T options_of(FunctionCallInfo fcinfo, int first, Read read) {
    struct Query {
        T options;
        bool constant;
    };
    const auto& query = per_query<Query>(fcinfo, [&](ContextMemory& memory) {
        auto* made = make_in<Query>(memory);
        made->constant = true;
        for (int n = first; n < PG_NARGS(); ++n) made->constant &= is_constant_argument(fcinfo, n);
        if (!made->constant) return made;
        MemoryContext caller = MemoryContextSwitchTo(memory.context());
        made->options = read();
        MemoryContextSwitchTo(caller);
        return made;
    });
    return query.constant ? query.options : read();
}

}  // namespace journey::pg
