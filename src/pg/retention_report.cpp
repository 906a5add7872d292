// Retention over journeys: retention_periods of one customer, retention_report of all.

#include "core/retention_report.hpp"
#include "core/lifecycle.hpp"
#include "core/periods.hpp"

#include "pg/journey_argument.hpp"
#include "pg/periods.hpp"
#include "pg/state_type.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

using Summary = Expanded<RetentionSummary>;

enum RetentionOption {
    option_definition = option_week_start + 1,
    option_start_events,
    option_return_events,
    option_cohorts,
    option_min_events,
    option_first_period,
    option_last_period,
    option_brackets,
    option_window_length,
    option_start_counts,
};

constexpr std::string_view definitions[] = {"exact", "on_or_after", "on_or_before", "bracket", "streak"};
constexpr std::string_view cohort_modes[] = {"first", "first_in_range", "recurring"};

void read_brackets(const OptionRow& row, RetentionShape& shape) {
    const bool is_bracket = shape.definition == Returning::bracket;
    if (is_bracket == row.is_null(option_brackets)) {
        throw Error(
            ErrorCode::invalid_argument, "brackets",
            is_bracket ? "definition \"bracket\" needs brackets" : "brackets need definition \"bracket\"")
            .hint("Write definition => 'bracket', brackets => '{1,3,7,14}' for periods 1-2, 3-6 and 7-13.");
    }
    if (!is_bracket) return;
    if (!row.is_null(option_last_period) || shape.first_period != 0) {
        throw Error(ErrorCode::invalid_argument, "brackets",
                    "brackets take the place of first_period and last_period")
            .hint("The first and the last of them bound the periods.");
    }
    ArrayType* array = DatumGetArrayTypeP(row.value(option_brackets));
    Datum* bounds;
    bool* nulls;
    int count;
    deconstruct_array(array, INT4OID, sizeof(std::int32_t), true, TYPALIGN_INT, &bounds, &nulls, &count);
    for (int i = 0; i < count; ++i) {
        const std::int32_t bound = nulls[i] ? -1 : DatumGetInt32(bounds[i]);
        if (bound < 0 || (i > 0 && static_cast<std::uint32_t>(bound) <= shape.brackets.back())) count = 0;
        if (count > 0) shape.brackets.push_back(static_cast<std::uint32_t>(bound));
    }
    if (count < 2 || ARR_NDIM(array) != 1) {
        throw Error(ErrorCode::invalid_argument, "brackets",
                    "brackets must be at least two ascending numbers, the least 0")
            .hint("'{1,3,7}' stands for periods 1-2 and 3-6.");
    }
}

void read_options(const OptionRow& row, RetentionOptions& options) {
    RetentionShape& shape = options.shape;
    row.frame(shape.frame);
    shape.definition = static_cast<Returning>(row.word(option_definition, "definition", definitions));
    row.filter(option_start_events, "start_events", options.starts);
    row.filter(option_return_events, "return_events", options.returns);
    options.cohorts = static_cast<CohortMode>(row.word(option_cohorts, "cohorts", cohort_modes));
    options.min_events = row.number(option_min_events, "min_events", 1, 1);
    shape.first_period = row.number(option_first_period, "first_period", 0, 0);
    shape.last_period =
        row.number(option_last_period, "last_period", shape.first_period, RetentionShape::no_last);
    if (shape.first_period >= max_cells ||
        (shape.last_period != RetentionShape::no_last && shape.last_period >= max_cells)) {
        throw Error(ErrorCode::limit, "last_period", "period numbers must be less than %u", max_cells)
            .hint("Use a longer period.");
    }
    read_brackets(row, shape);
    if (!row.is_null(option_window_length)) {
        shape.window_length = span_of(*DatumGetIntervalP(row.value(option_window_length)), "window_length");
        if (shape.window_length == 0) {
            throw Error(ErrorCode::invalid_argument, "window_length", "window_length must be positive")
                .hint("Write a length of time such as interval '24 hours'.");
        }
    }
    options.start_counts = row.is_null(option_start_counts) || DatumGetBool(row.value(option_start_counts));
}

// All that reading one journey after the other takes.
struct RetentionCall {
    RetentionCall(HeapTupleHeader row, ContextMemory& memory, bool with_values = false)
        : options(read(row, memory)),
          calendar(options.shape.frame),
          spine(calendar, options.shape.frame.as_of, memory),
          reader(options, spine, with_values, memory) {}
    static RetentionOptions& read(HeapTupleHeader row, ContextMemory& memory) {
        auto* options = make_in<RetentionOptions>(memory, memory);
        read_options(*make_in<OptionRow>(memory, row), *options);
        return *options;
    }

    RetentionOptions& options;
    NamedPeriods calendar;
    Spine spine;
    RetentionReader reader;
};

// The rows of one customer, cohort by cohort.
struct PeriodStream {
    PeriodStream(HeapTupleHeader row, const JourneyView& journey, ContextMemory& memory)
        : call(row, memory, true), cells(&memory) {
        cohorts = call.reader.read(journey);
    }
    bool next() {
        for (; cohort < cohorts.size(); ++cohort, cell = 0) {
            if (cell == 0) begin();
            if (cell < cells.size()) return true;
        }
        return false;
    }
    void begin() {
        const Joined& joined = cohorts[cohort];
        const std::uint64_t count = call.options.shape.cells(joined.cohort, call.spine);
        if (count > max_cells) {
            throw Error(ErrorCode::limit, "last_period", "a cohort has more than %u periods", max_cells)
                .hint("Give last_period, or a longer window_length.");
        }
        cells.resize(count);
        returns = call.reader.returns(joined);
        retained_cells(call.options, returns, cells);
        upcoming = 0;
    }
    // The events and the value of the periods of this cell; cells come in order.
    ReturnPeriod take(std::uint32_t number) {
        ReturnPeriod sum;
        const std::uint32_t first = call.options.shape.first_of(number),
                            last = call.options.shape.last_of(number);
        for (; upcoming < returns.size() && returns[upcoming].period <= last; ++upcoming) {
            const ReturnPeriod& each = returns[upcoming];
            if (each.period < first) continue;
            sum.events += each.events;
            if (each.value) sum.value = sum.value.value_or(0) + *each.value;
        }
        return sum;
    }

    RetentionCall call;
    std::span<const Joined> cohorts;
    std::span<const ReturnPeriod> returns;
    std::pmr::vector<std::uint64_t> cells;
    std::size_t cohort = 0, cell = 0, upcoming = 0;
};

}  // namespace

// (journey, options): a row for each cohort he joined and each period.
JOURNEY_FUNCTION(retention_periods) {
    if (SRF_IS_FIRSTCALL() && PG_ARGISNULL(0)) {
        FuncCallContext* calls = SRF_FIRSTCALL_INIT();
        SRF_RETURN_DONE(calls);
    }
    const auto stream = row_stream<PeriodStream>(fcinfo, [&](ContextMemory& memory) {
        return make_in<PeriodStream>(memory, options_argument(fcinfo, 1), journey_argument(fcinfo, 0),
                                     memory);
    });
    PeriodStream& rows = *stream.state;
    if (!rows.next()) SRF_RETURN_DONE(stream.calls);
    const Joined& joined = rows.cohorts[rows.cohort];
    const RetentionShape& shape = rows.call.options.shape;
    const auto cell = static_cast<std::uint32_t>(rows.cell++);
    const ReturnPeriod sum = rows.take(cell);
    const bool complete = shape.complete(joined.cohort, cell, joined.started, rows.call.spine);
    Datum values[7] = {TimestampTzGetDatum(rows.call.spine.start(joined.cohort)),
                       TimestampTzGetDatum(joined.started),
                       Int32GetDatum(static_cast<std::int32_t>(shape.first_of(cell))),
                       BoolGetDatum(rows.cells[cell] != 0),
                       Int64GetDatum(static_cast<std::int64_t>(sum.events)),
                       Float8GetDatum(sum.value.value_or(0)),
                       BoolGetDatum(complete)};
    bool nulls[7] = {};
    nulls[3] = !complete;
    nulls[5] = !sum.value;
    SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, values, nulls));
}

// (state, journey, options)
JOURNEY_FUNCTION(retention_report_add) {
    MemoryContext context = aggregate_context(fcinfo);
    auto& call = OptionCache<RetentionCall>::get(fcinfo, 2);
    Summary& state = Summary::state(fcinfo, context);
    state->use(call.options.shape);
    if (PG_ARGISNULL(1)) return state.datum();
    for (const Joined& joined : call.reader.read(journey_argument(fcinfo, 1))) {
        state->add(call.options, call.spine.start(joined.cohort), joined.started,
                   call.reader.returns(joined));
    }
    return state.datum();
}

JOURNEY_FUNCTION(retention_report_combine) {
    return state_combine<RetentionSummary>(fcinfo);
}

JOURNEY_FUNCTION(retention_report_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    RetentionSummary& summary = *Summary::read_only(PG_GETARG_DATUM(0));
    const Oid element = get_element_type(get_fn_expr_rettype(fcinfo->flinfo));
    TupleDesc columns = BlessTupleDesc(lookup_rowtype_tupdesc_copy(element, -1));
    ContextMemory& memory = ContextMemory::make(CurrentMemoryContext);
    const PeriodFrame& frame = summary.shape().frame;
    auto* calendar = make_in<NamedPeriods>(memory, frame);
    auto* spine = make_in<Spine>(memory, *calendar, frame.as_of, memory);
    auto* rows = make_in<RetentionRows>(memory, summary, *spine, memory);
    const std::uint32_t count = rows->count();
    auto* elements = static_cast<Datum*>(palloc(sizeof(Datum) * (Size{count} + 1)));
    for (std::uint32_t i = 0; i < count; ++i) {
        CHECK_FOR_INTERRUPTS();
        const RetentionRow row = *rows->next();
        Datum values[6] = {TimestampTzGetDatum(row.cohort),      Int64GetDatum(row.cohort_size),
                           Int32GetDatum(row.period_no),         Int64GetDatum(row.retained.value_or(0)),
                           Float8GetDatum(row.rate.value_or(0)), BoolGetDatum(row.complete)};
        bool nulls[6] = {false, false, false, !row.retained, !row.rate, false};
        elements[i] = HeapTupleGetDatum(heap_form_tuple(columns, values, nulls));
    }
    return PointerGetDatum(
        construct_array(elements, static_cast<int>(count), element, -1, false, TYPALIGN_DOUBLE));
}

// The text form is that of bytea: hexadecimal digits.
JOURNEY_STATE_TYPE(retention_summary, RetentionSummary);
