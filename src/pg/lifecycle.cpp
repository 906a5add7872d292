// Lifecycle, growth and stickiness: lifecycle and active_periods of one customer;
// lifecycle_report, growth_report and stickiness_report of all, from one state.

#include "core/lifecycle.hpp"
#include "core/periods.hpp"
#include "core/retention_report.hpp"

#include "pg/journey_argument.hpp"
#include "pg/periods.hpp"
#include "pg/state_type.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

using Summary = Expanded<ActivitySummary>;

enum ActivityOption { option_events = option_week_start + 1, option_min_events };

struct ActivityCall {
    ActivityCall(HeapTupleHeader row, ContextMemory& memory)
        : options(read(row, memory)),
          calendar(options.frame),
          spine(calendar, options.frame.as_of, memory),
          reader(options, spine, memory) {}
    static ActivityOptions& read(HeapTupleHeader row, ContextMemory& memory) {
        auto* options = make_in<ActivityOptions>(memory, memory);
        const auto& given = *make_in<OptionRow>(memory, row);
        given.frame(options->frame);
        given.filter(option_events, "events", options->events);
        options->min_events = given.number(option_min_events, "min_events", 1, 1);
        return *options;
    }

    ActivityOptions& options;
    NamedPeriods calendar;
    Spine spine;
    ActivityReader reader;
};

struct LifecycleStream {
    LifecycleStream(HeapTupleHeader row, const JourneyView& journey, ContextMemory& memory)
        : call(row, memory), rows(call.options, call.spine, call.reader.read(journey)) {}
    ActivityCall call;
    LifecycleRows rows;
};

// The rows of a report, in the give phase: the state and its periods.
class Report {
  public:
    explicit Report(FunctionCallInfo fcinfo)
        : summary(*Summary::read_only(PG_GETARG_DATUM(0))),
          element_(get_element_type(get_fn_expr_rettype(fcinfo->flinfo))),
          columns_(BlessTupleDesc(lookup_rowtype_tupdesc_copy(element_, -1))) {
        ContextMemory& memory = ContextMemory::make(CurrentMemoryContext);
        const auto* calendar = make_in<NamedPeriods>(memory, summary.frame());
        spine = make_in<Spine>(memory, *calendar, summary.frame().as_of, memory);
        first = summary.first_period(*spine);
    }
    void reserve(std::uint64_t rows) {
        if (rows > max_cells) {
            throw Error(ErrorCode::limit, "period", "the report would have more than %u rows", max_cells)
                .hint("Give from_ts, or a longer period.");
        }
        elements_ = static_cast<Datum*>(palloc(sizeof(Datum) * (rows + 1)));
    }
    void row(Datum* values, bool* nulls) {
        CHECK_FOR_INTERRUPTS();
        elements_[count_++] = HeapTupleGetDatum(heap_form_tuple(columns_, values, nulls));
    }
    Datum array() const {
        return PointerGetDatum(construct_array(elements_, count_, element_, -1, false, TYPALIGN_DOUBLE));
    }

    ActivitySummary& summary;
    Spine* spine = nullptr;
    std::uint32_t first = 0;  // position of the first period

  private:
    Oid element_;
    TupleDesc columns_;
    Datum* elements_ = nullptr;
    int count_ = 0;
};
static_assert(std::is_trivially_destructible_v<Report>);

Datum count_datum(std::uint64_t count) {
    return Int64GetDatum(static_cast<std::int64_t>(count));
}

}  // namespace

// (journey, options): a row for each period since he was first active.
JOURNEY_FUNCTION(lifecycle) {
    if (SRF_IS_FIRSTCALL() && PG_ARGISNULL(0)) {
        FuncCallContext* calls = SRF_FIRSTCALL_INIT();
        SRF_RETURN_DONE(calls);
    }
    const auto stream = row_stream<LifecycleStream>(fcinfo, [&](ContextMemory& memory) {
        return make_in<LifecycleStream>(memory, options_argument(fcinfo, 1), journey_argument(fcinfo, 0),
                                        memory);
    });
    const auto row = stream.state->rows.next();
    if (!row) SRF_RETURN_DONE(stream.calls);
    Datum values[4] = {TimestampTzGetDatum(row->period_start), 0, count_datum(row->events),
                       BoolGetDatum(row->complete)};
    bool nulls[4] = {false, !row->state, false, false};
    if (row->state) values[1] = text_datum(name_of(*row->state));
    SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, values, nulls));
}

JOURNEY_FUNCTION(active_periods) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    auto& call = OptionCache<ActivityCall>::get(fcinfo, 1);
    const auto active = call.reader.read(journey_argument(fcinfo, 0));
    PG_RETURN_INT64(active_periods(call.options, call.spine, active));
}

// (state, journey, options)
JOURNEY_FUNCTION(activity_add) {
    MemoryContext context = aggregate_context(fcinfo);
    auto& call = OptionCache<ActivityCall>::get(fcinfo, 2);
    Summary& state = Summary::state(fcinfo, context);
    state->use(call.options.frame);
    if (PG_ARGISNULL(1)) return state.datum();
    const auto active = call.reader.read(journey_argument(fcinfo, 1));
    state->add(call.options, call.spine, active);
    return state.datum();
}

JOURNEY_FUNCTION(activity_combine) {
    return state_combine<ActivitySummary>(fcinfo);
}

// Four rows a period, one for each state.
JOURNEY_FUNCTION(lifecycle_report_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    Report report(fcinfo);
    report.reserve((std::uint64_t{report.spine->size()} - report.first) * counted_states);
    for (std::uint32_t period = report.first; period < report.spine->size(); ++period) {
        const Time start = report.spine->start(period);
        const bool complete = report.spine->complete(period);
        const ActivitySummary::States states = report.summary.states(start);
        for (std::uint32_t i = 0; i < counted_states; ++i) {
            const auto state = static_cast<LifecycleState>(i);
            Datum values[4] = {TimestampTzGetDatum(start), text_datum(name_of(state)),
                               count_datum(states[state]), BoolGetDatum(complete)};
            bool nulls[4] = {false, false, !complete, false};
            report.row(values, nulls);
        }
    }
    return report.array();
}

// One row a period.
JOURNEY_FUNCTION(growth_report_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    Report report(fcinfo);
    report.reserve(report.spine->size() - report.first);
    for (std::uint32_t period = report.first; period < report.spine->size(); ++period) {
        const Time start = report.spine->start(period);
        const bool complete = report.spine->complete(period);
        const ActivitySummary::States states = report.summary.states(start);
        const std::uint64_t fresh = states[LifecycleState::fresh],
                            retained = states[LifecycleState::returning],
                            resurrected = states[LifecycleState::resurrecting],
                            churned = states[LifecycleState::dormant];
        const std::uint64_t gained = fresh + resurrected;
        const double ratio = churned == 0 ? 0 : static_cast<double>(gained) / static_cast<double>(churned);
        Datum values[9] = {
            TimestampTzGetDatum(start),    count_datum(gained + retained), count_datum(fresh),
            count_datum(retained),         count_datum(resurrected),       count_datum(churned),
            count_datum(gained - churned), Float8GetDatum(ratio),          BoolGetDatum(complete)};
        bool nulls[9] = {};
        for (int i = 1; i < 8; ++i) nulls[i] = !complete;
        nulls[7] = !complete || churned == 0;
        report.row(values, nulls);
    }
    return report.array();
}

// One row for each number of periods that the finished part of the range has.
JOURNEY_FUNCTION(stickiness_report_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    Report report(fcinfo);
    std::uint32_t end = report.spine->size();
    while (end > report.first && !report.spine->complete(end - 1)) --end;
    const std::uint32_t periods = end - report.first;
    report.reserve(periods);
    std::uint64_t at_least = 0;
    for (std::uint32_t k = 1; k <= periods; ++k) at_least += report.summary.with_periods(k);
    const std::uint64_t active = at_least;
    for (std::uint32_t k = 1; k <= periods; ++k) {
        const std::uint64_t exactly = report.summary.with_periods(k);
        const auto share = [&](std::uint64_t of) {
            return Float8GetDatum(active == 0 ? 0 : static_cast<double>(of) / static_cast<double>(active));
        };
        Datum values[5] = {Int32GetDatum(static_cast<std::int32_t>(k)), count_datum(exactly),
                           count_datum(at_least), share(exactly), share(at_least)};
        bool nulls[5] = {false, false, false, active == 0, active == 0};
        report.row(values, nulls);
        at_least -= exactly;
    }
    return report.array();
}

// The text form is that of bytea: hexadecimal digits.
JOURNEY_STATE_TYPE(activity_summary, ActivitySummary);
