// Funnels over journeys.

#include <cstdio>

#include "core/edit.hpp"
#include "core/funnel_policy.hpp"
#include "core/funnel_why.hpp"

#include "pg/funnel_arguments.hpp"
#include "pg/journey_argument.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

// As the server prints intervals: days, and the time of day unless it is zero.
void format_span(Span microseconds, char* to, std::size_t size) {
    const Span seconds = microseconds / USECS_PER_SEC, days = seconds / SECS_PER_DAY;
    const auto fraction = static_cast<unsigned>(microseconds % USECS_PER_SEC);
    char days_text[32] = "", time_text[32] = "", fraction_text[16] = "";
    if (days > 0) {
        snprintf(days_text, sizeof days_text, days == 1 ? "%llu day" : "%llu days",
                 static_cast<unsigned long long>(days));
    }
    if (fraction > 0) snprintf(fraction_text, sizeof fraction_text, ".%06u", fraction);
    if (days == 0 || seconds % SECS_PER_DAY != 0 || fraction > 0) {
        snprintf(time_text, sizeof time_text, "%02u:%02u:%02u%s", static_cast<unsigned>(seconds / 3600 % 24),
                 static_cast<unsigned>(seconds / 60 % 60), static_cast<unsigned>(seconds % 60),
                 fraction_text);
    }
    snprintf(to, size, "%s%s%s", days_text, *days_text != 0 && *time_text != 0 ? " " : "", time_text);
}

// One sentence for people; names are the steps as they were written.
text* sentence(const FunnelStop& stop, const JourneyView& journey, const FunnelCall& call,
               std::string_view event) {
    const NameList labels = call.labels;
    const bool unordered = call.funnel->options.order == StepOrder::unordered;
    StringInfoData out;
    initStringInfo(&out);
    const auto step = [&](std::uint32_t number) {
        appendStringInfo(&out, "step %u \"%.*s\"", number, static_cast<int>(labels[number - 1].size()),
                         labels[number - 1].data());
    };
    char late[64];
    if (stop.reason == StopReason::completed) {
        appendStringInfo(&out, "all %zu steps were reached", labels.size());
    } else if (stop.reason == StopReason::excluded) {
        appendStringInfo(&out, "\"%.*s\" came %s", static_cast<int>(event.size()), event.data(),
                         unordered ? "between the steps" : "before ");
        if (!unordered) step(stop.step);
    } else if (stop.reason == StopReason::order_broken) {
        appendStringInfo(&out, "\"%.*s\" came where ", static_cast<int>(event.size()), event.data());
        step(stop.step);
        appendStringInfoString(&out, " had to be");
    } else {
        step(stop.step);
        switch (stop.reason) {
            case StopReason::never_happened:
                appendStringInfoString(&out, " never happened");
                break;
            case StopReason::before_previous:
                appendStringInfoString(&out, " happened only before the step before it");
                break;
            case StopReason::other_channel:
                appendStringInfoString(&out, journey.channel(stop.row) == 0
                                                 ? " happened only without a channel"
                                                 : " happened only on another channel");
                break;
            case StopReason::too_early:
                format_span(stop.late_by, late, sizeof late);
                appendStringInfo(&out, " came too early, by %s", late);
                break;
            default:
                format_span(stop.late_by, late, sizeof late);
                appendStringInfo(&out, " came too late, by %s", late);
        }
    }
    return cstring_to_text_with_len(out.data, out.len);
}

struct TraceStream {
    TraceStream(const FunnelCall& its_call, std::pmr::vector<Chain>&& its_attempts,
                std::pmr::memory_resource& memory)
        : call(its_call), attempts(std::move(its_attempts)), order(&memory) {}

    // The steps of an attempt in the order they were taken.
    void begin(std::size_t number) {
        const Chain& chain = attempts[number];
        order.clear();
        taken = 0;
        for (std::uint32_t step = 0; step < chain.rows.size(); ++step) {
            if (chain.rows[step] == no_row) continue;
            order.push_back(step);
            for (std::size_t i = order.size() - 1; i > 0 && chain.times[order[i - 1]] > chain.times[step];
                 --i) {
                std::swap(order[i - 1], order[i]);
            }
        }
    }

    FunnelCall call;
    std::pmr::vector<Chain> attempts;
    std::pmr::vector<std::uint32_t> order;
    std::size_t attempt = 0;  // attempts begun
    std::size_t taken = 0;    // steps of it that are rows already
};

// The attempts the call asks for: the winning chain, or every one.
TraceStream* read_attempts(FunctionCallInfo fcinfo, ContextMemory& memory) {
    const FunnelCall call = read_funnel(fcinfo, memory);
    const bool every =
        !PG_ARGISNULL(funnel_counting) && parse_counting(text_argument(fcinfo, funnel_counting));
    if (every && call.funnel->options.order == StepOrder::unordered) {
        throw Error(ErrorCode::invalid_argument, "counting",
                    "counting 'every' cannot be combined with step_order 'unordered'")
            .hint("Leave one of the two out.");
    }
    std::pmr::vector<Chain> attempts(&memory);
    if (!PG_ARGISNULL(funnel_journey)) {
        const JourneyView journey = journey_argument(fcinfo, funnel_journey);
        if (every) {
            attempts = funnel_attempts(journey, *call.funnel, memory);
        } else {
            attempts.push_back(funnel_chain(journey, *call.funnel, memory));
            if (attempts.back().level == 0) attempts.clear();
        }
    }
    return make_in<TraceStream>(memory, call, std::move(attempts), memory);
}

}  // namespace

JOURNEY_FUNCTION(funnel_level) {
    if (PG_ARGISNULL(funnel_journey)) PG_RETURN_NULL();
    const FunnelCall call = cached_funnel(fcinfo);
    const JourneyView journey = journey_argument(fcinfo, funnel_journey);
    ContextMemory memory;
    PG_RETURN_INT32(static_cast<std::int32_t>(funnel_level(journey, *call.funnel, memory)));
}

JOURNEY_FUNCTION(funnel_times) {
    if (PG_ARGISNULL(funnel_journey)) PG_RETURN_NULL();
    const FunnelCall call = cached_funnel(fcinfo);
    const JourneyView journey = journey_argument(fcinfo, funnel_journey);
    ContextMemory memory;
    const Chain chain = funnel_chain(journey, *call.funnel, memory);
    return times_datum(chain.rows, chain.times, chain.rows.size());
}

JOURNEY_FUNCTION(funnel_trace) {
    const auto stream =
        row_stream<TraceStream>(fcinfo, [&](ContextMemory& memory) { return read_attempts(fcinfo, memory); });
    TraceStream& trace = *stream.state;
    while (trace.attempt < trace.attempts.size() && trace.taken == trace.order.size()) {
        trace.begin(trace.attempt++);
    }
    if (trace.taken == trace.order.size()) SRF_RETURN_DONE(stream.calls);
    const Chain& chain = trace.attempts[trace.attempt - 1];
    const std::uint32_t step = trace.order[trace.taken];
    const bool is_first = trace.taken == 0;
    const auto since = [&](std::uint32_t other) {
        return interval_datum(chain.times[other], chain.times[step]);
    };
    Datum values[7] = {Int32GetDatum(static_cast<std::int32_t>(trace.attempt)),
                       Int32GetDatum(static_cast<std::int32_t>(step) + 1),
                       text_datum(trace.call.labels[step]),
                       TimestampTzGetDatum(chain.times[step]),
                       Int64GetDatum(static_cast<std::int64_t>(chain.rows[step]) + 1),
                       is_first ? Datum{0} : since(trace.order[trace.taken - 1]),
                       since(trace.order.front())};
    bool nulls[7] = {};
    nulls[5] = is_first;
    ++trace.taken;
    SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, values, nulls));
}

JOURNEY_FUNCTION(funnel_attempts) {
    const auto stream =
        row_stream<TraceStream>(fcinfo, [&](ContextMemory& memory) { return read_attempts(fcinfo, memory); });
    TraceStream& trace = *stream.state;
    if (trace.attempt == trace.attempts.size()) SRF_RETURN_DONE(stream.calls);
    const Chain& chain = trace.attempts[trace.attempt++];
    Datum values[3] = {Int32GetDatum(static_cast<std::int32_t>(trace.attempt)),
                       Int32GetDatum(static_cast<std::int32_t>(chain.level)),
                       times_datum(chain.rows, chain.times, chain.rows.size())};
    bool nulls[3] = {};
    SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, values, nulls));
}

JOURNEY_FUNCTION(funnel_why) {
    if (PG_ARGISNULL(funnel_journey)) PG_RETURN_NULL();
    const FunnelCall call = cached_funnel(fcinfo);
    const JourneyView journey = journey_argument(fcinfo, funnel_journey);
    ContextMemory memory;
    const FunnelStop stop = funnel_why(journey, *call.funnel, memory);
    const bool completed = stop.reason == StopReason::completed, has_row = stop.row != no_row;
    const std::string_view event =
        has_row ? journey.event_names()[journey.event(stop.row)] : std::string_view{};
    Datum values[8] = {Int32GetDatum(static_cast<std::int32_t>(stop.level)),
                       Int32GetDatum(static_cast<std::int32_t>(stop.step)),
                       completed ? Datum{0} : text_datum(call.labels[stop.step - 1]),
                       text_datum(word(stop.reason)),
                       has_row ? TimestampTzGetDatum(journey.time(stop.row)) : Datum{0},
                       has_row ? text_datum(event) : Datum{0},
                       interval_datum(static_cast<std::int64_t>(stop.late_by)),
                       PointerGetDatum(sentence(stop, journey, call, event))};
    bool nulls[8] = {};
    nulls[1] = nulls[2] = completed;
    nulls[4] = nulls[5] = !has_row;
    nulls[6] = stop.late_by == 0;
    return record_datum(fcinfo, values, nulls);
}

namespace {

struct PolicyStream {
    const FunnelPolicy* policy;
    int option;
};

// One option of a policy as words.
std::pair<const char*, const char*> policy_option(const FunnelPolicy& policy, int option) {
    char* text = static_cast<char*>(palloc(64));
    switch (option) {
        case 0:
            if (policy.within == no_limit) return {"within", "no limit"};
            format_span(policy.within, text, 64);
            return {"within", text};
        case 1:
            return {"window_from", policy.window_from_previous ? "previous" : "start"};
        case 2:
            return {"step_order", word(policy.order)};
        case 3:
            return {"entry", word(policy.entry)};
        case 4:
            return {"ties", word(policy.ties)};
        case 5:
            format_span(policy.grace, text, 64);
            return {"grace", text};
        case 6:
            return {"reuse_event", policy.reuse_event ? "true" : "false"};
        case 7:
            return {"on_exclusion", word(policy.on_exclusion)};
        default:
            return {nullptr, nullptr};
    }
}

}  // namespace

JOURNEY_FUNCTION(funnel_policy) {
    const auto stream = row_stream<PolicyStream>(fcinfo, [&](ContextMemory& memory) {
        if (PG_ARGISNULL(0)) fail_null("policy");
        return make_in<PolicyStream>(memory, &funnel_policy(text_argument(fcinfo, 0)), 0);
    });
    const auto [option, setting] = policy_option(*stream.state->policy, stream.state->option++);
    if (option == nullptr) SRF_RETURN_DONE(stream.calls);
    Datum values[2] = {text_datum(option), text_datum(setting)};
    bool nulls[2] = {};
    SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, values, nulls));
}
