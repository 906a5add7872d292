// Sessions: sessionize and session_start over a window, sessions and session_count
// of a journey.

#include "core/edit.hpp"

#include "pg/journey_argument.hpp"
#include "pg/values.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

enum WindowArgument { ts_argument, gap_argument, max_duration_argument, starts_argument, midnight_argument };

// Lives in the partition's memory, zeroed by the server.
struct WindowState {
    Sessionizer sessions;
    SessionRules rules;
    bool rules_known;
    bool rules_constant;
};

Span window_span(WindowObject window, int n, const char* argument, bool required) {
    bool is_null;
    const Datum interval = WinGetFuncArgCurrent(window, n, &is_null);
    if (!is_null) return span_of(*DatumGetIntervalP(interval), argument);
    if (!required) return no_limit;
    throw Error(ErrorCode::null_argument, argument, "%s must not be null", argument)
        .hint("Write a length of time such as interval '30 minutes'.");
}

void read_rules(FunctionCallInfo fcinfo, WindowObject window, WindowState& state) {
    state.rules.gap = window_span(window, gap_argument, "gap", true);
    state.rules.max_duration = window_span(window, max_duration_argument, "max_duration", false);
    bool is_null;
    const Datum zone = WinGetFuncArgCurrent(window, midnight_argument, &is_null);
    state.rules.calendar = nullptr;
    if (!is_null) {
        state.rules.calendar =
            new (MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(Midnights))) Midnights(text_of(zone));
    }
    state.rules_known = true;
    state.rules_constant = get_fn_expr_arg_stable(fcinfo->flinfo, gap_argument) &&
                           get_fn_expr_arg_stable(fcinfo->flinfo, max_duration_argument) &&
                           get_fn_expr_arg_stable(fcinfo->flinfo, midnight_argument);
}

// Puts the current row in its session; nullptr if it has no time.
const Sessionizer* sessionize_row(FunctionCallInfo fcinfo) {
    WindowObject window = PG_WINDOW_OBJECT();
    auto* state = static_cast<WindowState*>(WinGetPartitionLocalMemory(window, sizeof(WindowState)));
    bool is_null;
    const Datum ts = WinGetFuncArgCurrent(window, ts_argument, &is_null);
    if (is_null) return nullptr;
    const Time time = DatumGetTimestampTz(ts);
    if (TIMESTAMP_NOT_FINITE(time)) {
        throw Error(ErrorCode::invalid_argument, "ts", "ts must not be infinite")
            .hint("Leave such rows out with a WHERE clause.");
    }
    if (!state->rules_known || !state->rules_constant) read_rules(fcinfo, window, *state);
    const bool starts = DatumGetBool(WinGetFuncArgCurrent(window, starts_argument, &is_null)) && !is_null;
    state->sessions.opens(state->rules, time, starts);
    return &state->sessions;
}

SessionRules rules_arguments(FunctionCallInfo fcinfo) {
    SessionRules rules;
    rules.gap = span_argument(fcinfo, 1, "gap");
    if (!PG_ARGISNULL(2)) rules.max_duration = span_argument(fcinfo, 2, "max_duration");
    rules.calendar = calendar_argument(fcinfo, 4);
    return rules;
}

NameList starts_argument_of(FunctionCallInfo fcinfo) {
    return PG_ARGISNULL(3) ? NameList{} : texts_argument(fcinfo, 3, "starts");
}

struct SessionStream {
    SessionStream(const JourneyView& its_journey, const SessionRules& rules, NameList starts,
                  std::pmr::memory_resource& memory)
        : journey(its_journey), reader(its_journey, rules, starts, memory) {}
    JourneyView journey;
    SessionReader reader;
};

}  // namespace

JOURNEY_FUNCTION(sessionize) {
    const Sessionizer* session = sessionize_row(fcinfo);
    if (session == nullptr) PG_RETURN_NULL();
    PG_RETURN_INT64(session->number());
}

JOURNEY_FUNCTION(session_start) {
    const Sessionizer* session = sessionize_row(fcinfo);
    if (session == nullptr) PG_RETURN_NULL();
    PG_RETURN_TIMESTAMPTZ(session->started());
}

JOURNEY_FUNCTION(sessions) {
    if (SRF_IS_FIRSTCALL() && PG_ARGISNULL(0)) {
        FuncCallContext* calls = SRF_FIRSTCALL_INIT();
        SRF_RETURN_DONE(calls);
    }
    const auto stream = row_stream<SessionStream>(fcinfo, [&](ContextMemory& memory) {
        const SessionRules rules = rules_arguments(fcinfo);
        return make_in<SessionStream>(memory, journey_argument(fcinfo, 0), rules, starts_argument_of(fcinfo),
                                      memory);
    });
    const JourneyView& journey = stream.state->journey;
    const std::optional<Session> session = stream.state->reader.next();
    if (!session) SRF_RETURN_DONE(stream.calls);
    const std::uint32_t last = session->last - 1;
    Datum values[9] = {Int64GetDatum(session->number),
                       TimestampTzGetDatum(journey.time(session->first)),
                       TimestampTzGetDatum(journey.time(last)),
                       interval_datum(journey.time(session->first), journey.time(last)),
                       Int64GetDatum(static_cast<std::int64_t>(session->last - session->first)),
                       text_datum(journey.event_names()[journey.event(session->first)]),
                       text_datum(journey.event_names()[journey.event(last)]),
                       BoolGetDatum(session->last - session->first == 1),
                       Float8GetDatum(session->value.value_or(0))};
    bool nulls[9] = {};
    nulls[8] = !session->value.has_value();
    SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, values, nulls));
}

JOURNEY_FUNCTION(session_count) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const SessionRules rules = rules_arguments(fcinfo);
    const auto starts = starts_argument_of(fcinfo);
    const JourneyView journey = journey_argument(fcinfo, 0);
    ContextMemory memory;
    PG_RETURN_INT64(count_sessions(journey, rules, starts, memory));
}
