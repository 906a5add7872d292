// funnel_report: all customers' funnels as one row a step.

#include "core/funnel_report.hpp"
#include "core/edit.hpp"

#include "pg/funnel_arguments.hpp"
#include "pg/journey_argument.hpp"
#include "pg/state_type.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

using Summary = Expanded<FunnelSummary>;

// timestamptz[] → times, absent where NULL.
std::span<const Time> times_argument(FunctionCallInfo fcinfo, int n) {
    ArrayType* array = PG_GETARG_ARRAYTYPE_P(n);
    if (ARR_NDIM(array) > 1) {
        throw Error(ErrorCode::invalid_argument, "times", "times must have one dimension")
            .hint("Pass what funnel_times() or window_funnel_events() returns.");
    }
    Datum* elements;
    bool* nulls;
    int count;
    deconstruct_array(array, TIMESTAMPTZOID, sizeof(Time), true, TYPALIGN_DOUBLE, &elements, &nulls, &count);
    auto* times = static_cast<Time*>(palloc(sizeof(Time) * static_cast<Size>(count + 1)));
    for (int i = 0; i < count; ++i) {
        times[i] = nulls[i] ? FunnelSummary::absent_time : DatumGetTimestampTz(elements[i]);
        if (!nulls[i] && TIMESTAMP_NOT_FINITE(times[i])) {
            throw Error(ErrorCode::invalid_argument, "times", "times must not be infinite")
                .hint("A step that was not reached is NULL.");
        }
    }
    return {times, static_cast<std::size_t>(count)};
}

void label_steps(FunnelSummary& summary, NameList labels) {
    for (std::uint32_t i = 0; i < labels.size(); ++i) summary.label(i + 1, labels[i]);
}

// The steps and window of funnel_report(journey, …), read once a query if constant.
struct ReportQuery {
    FunnelCall call;
    bool constant;
};

FunnelCall report_funnel(FunctionCallInfo fcinfo) {
    const auto read = [&](ContextMemory& memory) {
        MemoryContext caller = MemoryContextSwitchTo(memory.context());
        const auto steps = texts_argument(fcinfo, 2, "steps");
        const std::string_view policy =
            PG_NARGS() > 4 && !PG_ARGISNULL(4) ? text_argument(fcinfo, 4) : std::string_view{};
        const Interval open = {0, 0, no_limit_years * MONTHS_PER_YEAR};
        const Interval* within = &open;
        if (PG_NARGS() > 3) within = PG_ARGISNULL(3) ? nullptr : PG_GETARG_INTERVAL_P(3);
        const FunnelCall call = read_simple_funnel(steps, within, policy, memory);
        MemoryContextSwitchTo(caller);
        return call;
    };
    const auto& query = per_query<ReportQuery>(fcinfo, [&](ContextMemory& memory) {
        auto* made = make_in<ReportQuery>(memory);
        made->constant = is_constant_argument(fcinfo, 2) &&
                         (PG_NARGS() < 4 || is_constant_argument(fcinfo, 3)) &&
                         (PG_NARGS() < 5 || is_constant_argument(fcinfo, 4));
        if (made->constant) made->call = read(memory);
        return made;
    });
    return query.constant ? query.call : read(ContextMemory::make(CurrentMemoryContext));
}

// What the report says of steps that occur nowhere.
void see_names(FunnelSummary& summary, const JourneyView& journey, const Funnel& funnel) {
    for (std::string_view name : journey.event_names()) {
        const std::uint32_t kind = funnel.names.kind(name);
        for (std::uint32_t step = 1; kind != 0 && step <= funnel.options.steps; ++step) {
            if (funnel.names.kinds().satisfies(kind, step)) summary.see_step(step);
        }
        summary.see_name(name);
    }
}

int distance(std::string_view a, std::string_view b) {
    constexpr std::size_t longest = 255;  // the server's limit
    const auto length_a = static_cast<int>(std::min(a.size(), longest)),
               length_b = static_cast<int>(std::min(b.size(), longest));
    return varstr_levenshtein(a.data(), pg_mbcliplen(a.data(), length_a, length_a), b.data(),
                              pg_mbcliplen(b.data(), length_b, length_b), 1, 1, 1, true);
}

// What a query was told already: one warning a step, however many groups it has.
struct Warned {
    bool step[max_steps + 1];
};

void warn_of_unknown_steps(FunctionCallInfo fcinfo, FunnelSummary& summary) {
    if (!summary.knows_names()) return;
    auto& warned = per_query<Warned>(fcinfo, [](ContextMemory& memory) {
        return static_cast<Warned*>(MemoryContextAllocZero(memory.context(), sizeof(Warned)));
    });
    for (std::uint32_t step = 1; step <= summary.steps(); ++step) {
        if (summary.saw_step(step) || warned.step[step]) continue;
        warned.step[step] = true;
        const std::string_view label = summary.label(step);
        const std::pmr::string* nearest = nullptr;
        int least = 0;
        for (const std::pmr::string& name : summary.names()) {
            const int its_distance = distance(label, name);
            if (nearest != nullptr && its_distance >= least) continue;
            nearest = &name;
            least = its_distance;
        }
        if (nearest == nullptr) return;
        const bool near = least <= static_cast<int>(label.size()) / 2;
        ereport(WARNING,
                (errmsg("step %u \"%.*s\" occurs in no journey", step, static_cast<int>(label.size()),
                        label.data()),
                 near ? errhint("The nearest event name is \"%s\".", nearest->c_str())
                      : errhint("No event name is near it; event_names() lists those of a journey.")));
    }
}

Datum report_rows(FunnelSummary& summary, TupleDesc columns) {
    auto* rows = static_cast<Datum*>(palloc(sizeof(Datum) * (summary.steps() + 1)));
    for (std::uint32_t step = 1; step <= summary.steps(); ++step) {
        const FunnelStepRow row = summary.row(step);
        Datum values[12] = {};
        bool nulls[12] = {};
        values[0] = Int32GetDatum(static_cast<std::int32_t>(row.step_no));
        nulls[1] = row.step.empty();
        if (!nulls[1]) values[1] = text_datum(row.step);
        values[2] = Int64GetDatum(row.customers);
        values[3] = Float8GetDatum(row.from_start.value_or(0));
        nulls[3] = !row.from_start;
        values[4] = Float8GetDatum(row.from_previous.value_or(0));
        nulls[4] = !row.from_previous;
        values[5] = Int64GetDatum(row.dropped);
        const auto lengths = [&](int first, const std::optional<FunnelStepRow::Lengths>& its) {
            nulls[first] = nulls[first + 1] = nulls[first + 2] = !its;
            if (!its) return;
            values[first] = interval_datum(its->median);
            values[first + 1] = interval_datum(its->p90);
            values[first + 2] = interval_datum(its->average);
        };
        lengths(6, row.since_previous);
        lengths(9, row.since_start);
        rows[step - 1] = HeapTupleGetDatum(heap_form_tuple(columns, values, nulls));
    }
    return PointerGetDatum(construct_array(rows, static_cast<int>(summary.steps()), columns->tdtypeid, -1,
                                           false, TYPALIGN_DOUBLE));
}

}  // namespace

// (state, times [, steps])
JOURNEY_FUNCTION(funnel_report_add) {
    MemoryContext context = aggregate_context(fcinfo);
    Summary& state = Summary::state(fcinfo, context);
    const auto times = PG_ARGISNULL(1) ? std::span<const Time>{} : times_argument(fcinfo, 1);
    if (PG_NARGS() > 2) {
        const auto labels = texts_argument(fcinfo, 2, "steps");
        if (times.size() > labels.size()) {
            throw Error(ErrorCode::invalid_argument, "steps", "steps has %zu names for %zu times",
                        labels.size(), times.size())
                .hint("Name every step of the funnel.");
        }
        label_steps(*state, labels);
    }
    if (!PG_ARGISNULL(1)) state->add(times);
    return state.datum();
}

// (state, journey, steps [, within [, policy]])
JOURNEY_FUNCTION(funnel_report_add_journey) {
    MemoryContext context = aggregate_context(fcinfo);
    const FunnelCall call = report_funnel(fcinfo);
    Summary& state = Summary::state(fcinfo, context);
    label_steps(*state, call.labels);
    if (PG_ARGISNULL(1)) return state.datum();
    const JourneyView journey = journey_argument(fcinfo, 1);
    ContextMemory memory;
    const Chain chain = funnel_chain(journey, *call.funnel, memory);
    auto* times = static_cast<Time*>(palloc(sizeof(Time) * chain.rows.size()));
    for (std::size_t i = 0; i < chain.rows.size(); ++i) {
        times[i] = chain.rows[i] == no_row ? FunnelSummary::absent_time : chain.times[i];
    }
    state->add({times, chain.rows.size()});
    see_names(*state, journey, *call.funnel);
    return state.datum();
}

JOURNEY_FUNCTION(funnel_report_combine) {
    return state_combine<FunnelSummary>(fcinfo);
}

JOURNEY_FUNCTION(funnel_report_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    FunnelSummary& summary = *Summary::read_only(PG_GETARG_DATUM(0));
    const Oid element = get_element_type(get_fn_expr_rettype(fcinfo->flinfo));
    TupleDesc columns = lookup_rowtype_tupdesc_copy(element, -1);
    warn_of_unknown_steps(fcinfo, summary);
    return report_rows(summary, BlessTupleDesc(columns));
}

// The text form is that of bytea: hexadecimal digits.
JOURNEY_STATE_TYPE(funnel_summary, FunnelSummary);
