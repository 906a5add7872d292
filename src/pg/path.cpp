// Paths of a journey: transitions, next and previous events, journey_path,
// journey_paths, funnel_paths.

#include "core/path.hpp"
#include "core/edit.hpp"
#include "core/funnel_policy.hpp"
#include "core/transition_report.hpp"

#include "pg/funnel_arguments.hpp"
#include "pg/journey_argument.hpp"
#include "pg/path_arguments.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

Datum time_of(const JourneyView& journey, const PathNode& node) {
    return TimestampTzGetDatum(journey.time(node.row));
}
Datum number_of(const PathNode& node) {
    return Int64GetDatum(static_cast<std::int64_t>(node.row) + 1);
}

// Transitions with the names of their nodes, those that are to be seen.
struct TransitionStream {
    TransitionStream(const JourneyView& its_journey, const PathRules& rules, const EdgeNames& its_edges,
                     std::pmr::memory_resource& memory)
        : journey(its_journey), edges(its_edges), reader(its_journey, rules, memory), names(&memory) {
        check_edge_names(journey, edges);
        for (std::string_view name : journey.event_names()) names.push_back(text_datum(name));
        check_names_read(journey, names.size());
    }

    bool next(Transition& transition) {
        while (reader.next(transition)) {
            if (transition.from.row == no_row ? edges.start.has_value()
                                              : transition.to.row != no_row || edges.end.has_value())
                return true;
        }
        return false;
    }
    Datum from_name(const Transition& transition) const {
        return transition.from.row == no_row ? text_datum(*edges.start) : names[transition.from.event];
    }
    Datum to_name(const Transition& transition) const {
        return transition.to.row == no_row ? text_datum(*edges.end) : names[transition.to.event];
    }
    // The length of time; NULL at the start and the end.
    Datum took(const Transition& transition) const {
        const bool inner = transition.from.row != no_row && transition.to.row != no_row;
        return inner ? interval_datum(journey.time(transition.from.row), journey.time(transition.to.row))
                     : Datum{0};
    }

    JourneyView journey;
    EdgeNames edges;
    TransitionReader reader;
    std::pmr::vector<Datum> names;
    std::optional<std::uint32_t> event;  // next_events and previous_events: whose
    std::int64_t count = 0;              // rows so far
};

struct PathStream {
    PathStream(const JourneyView& its_journey, const PathRules& rules, const PathBounds& bounds,
               std::pmr::memory_resource& memory)
        : journey(its_journey), reader(its_journey, rules, bounds, memory), path(memory) {}
    JourneyView journey;
    PathReader reader;
    NodePath path;
};

struct FunnelPathStream {
    explicit FunnelPathStream(std::pmr::memory_resource& memory) : attempts(&memory) {}
    JourneyView journey;
    FunnelCall call{};
    PathRules rules;
    std::uint32_t from_step = 0, to_step = 0, max_length = 0;
    std::pmr::vector<Chain> attempts;
    std::size_t at = 0;
};

// A NULL journey has no rows; its other arguments are checked all the same.
JourneyView journey_or_none(FunctionCallInfo fcinfo) {
    return PG_ARGISNULL(0) ? JourneyView() : journey_argument(fcinfo, 0);
}

std::uint32_t max_length_argument(FunctionCallInfo fcinfo, int n, bool both_bounds) {
    return count_argument(fcinfo, n, "max_length", both_bounds ? 3 : 1, UINT32_MAX);
}

// from_event, to_event, from_which, to_which stand at 1 to 4, max_length at 5.
PathBounds bounds_arguments(FunctionCallInfo fcinfo) {
    PathBounds bounds;
    if (!PG_ARGISNULL(1)) bounds.from = text_argument(fcinfo, 1);
    if (!PG_ARGISNULL(2)) bounds.to = text_argument(fcinfo, 2);
    if (!PG_ARGISNULL(3)) bounds.from_which = parse_occurrence(text_argument(fcinfo, 3), "from_which");
    if (!PG_ARGISNULL(4)) bounds.to_which = parse_occurrence(text_argument(fcinfo, 4), "to_which");
    bounds.max_length = max_length_argument(fcinfo, 5, bounds.from && bounds.to);
    return bounds;
}
constexpr int paths_gap = 6, paths_collapse = 7, path_session = 11;

// The session asked for, counted from the last one if negative; 0: whichever has
// a path first.
std::int64_t session_argument(FunctionCallInfo fcinfo, const JourneyView& journey, const PathRules& rules,
                              std::pmr::memory_resource& memory) {
    if (PG_ARGISNULL(path_session)) return 0;
    const std::int64_t session = PG_GETARG_INT64(path_session);
    if (session == 0) {
        throw Error(ErrorCode::invalid_argument, "session_no", "session_no must not be 0")
            .hint("Sessions are numbered from 1, and backwards from -1, the last.");
    }
    if (session > 0) return session;
    SessionRules sessions;
    sessions.gap = rules.gap;
    const std::int64_t count =
        rules.cuts_sessions() ? count_sessions(journey, sessions, rules.starts, memory) : 1;
    return session < -count ? -1 : count + 1 + session;
}

std::uint32_t step_argument(FunctionCallInfo fcinfo, int n, const char* argument, std::uint32_t steps,
                            std::uint32_t otherwise) {
    if (PG_ARGISNULL(n)) return otherwise;
    const std::int32_t step = PG_GETARG_INT32(n);
    if (step < 1 || static_cast<std::uint32_t>(step) > steps) {
        throw Error(ErrorCode::invalid_argument, argument, "%s is not a step: %d", argument, step)
            .hint("Steps are numbered from 1 to %u.", steps);
    }
    return static_cast<std::uint32_t>(step);
}

enum FunnelPathArgument {
    fp_from_step = funnel_counting + 1,
    fp_to_step,
    fp_max_length,
    fp_collapse,  // keep and drop after it
};

FunnelPathStream* read_funnel_paths(FunctionCallInfo fcinfo, ContextMemory& memory) {
    auto* stream = make_in<FunnelPathStream>(memory, memory);
    stream->call = read_funnel(fcinfo, memory);
    const Funnel& funnel = *stream->call.funnel;
    if (funnel.options.order == StepOrder::unordered) {
        throw Error(ErrorCode::invalid_argument, "step_order",
                    "step_order 'unordered' has no path between steps")
            .hint("Use funnel_times() for the time of each step.");
    }
    const std::uint32_t steps = funnel.options.steps;
    stream->from_step = step_argument(fcinfo, fp_from_step, "from_step", steps, 1);
    stream->to_step = step_argument(fcinfo, fp_to_step, "to_step", steps, steps);
    if (stream->from_step >= stream->to_step) {
        throw Error(ErrorCode::invalid_argument, "to_step", "to_step must be after from_step")
            .hint("They are %u and %u.", stream->to_step, stream->from_step);
    }
    stream->max_length = max_length_argument(fcinfo, fp_max_length, true);
    stream->rules = path_rules(fcinfo, -1, fp_collapse);
    const bool every =
        !PG_ARGISNULL(funnel_counting) && parse_counting(text_argument(fcinfo, funnel_counting));
    if (PG_ARGISNULL(funnel_journey)) return stream;
    stream->journey = journey_argument(fcinfo, funnel_journey);
    if (every) {
        stream->attempts = funnel_attempts(stream->journey, funnel, memory);
    } else {
        stream->attempts.push_back(funnel_chain(stream->journey, funnel, memory));
    }
    return stream;
}

// Times of a path's first and last node, NULL if it has none.
void set_ends(const JourneyView& journey, const NodePath& path, Datum* values, bool* nulls, int first) {
    nulls[first] = nulls[first + 1] = path.nodes.empty();
    if (path.nodes.empty()) return;
    values[first] = time_of(journey, path.nodes.front());
    values[first + 1] = time_of(journey, path.nodes.back());
}

}  // namespace

// (j, gap, collapse, keep, drop, starts, start_name, end_name)
JOURNEY_FUNCTION(transitions) {
    const auto stream = row_stream<TransitionStream>(fcinfo, [&](ContextMemory& memory) {
        const PathRules rules = path_rules(fcinfo, 1, 2);
        return make_in<TransitionStream>(memory, journey_or_none(fcinfo), rules, edge_names(fcinfo, 6),
                                         memory);
    });
    TransitionStream& rows = *stream.state;
    Transition transition;
    if (!rows.next(transition)) SRF_RETURN_DONE(stream.calls);
    const PathNode& node = transition.to.row == no_row ? transition.from : transition.to;
    Datum values[7] = {Int64GetDatum(++rows.count),
                       Int64GetDatum(node.session),
                       rows.from_name(transition),
                       rows.to_name(transition),
                       time_of(rows.journey, node),
                       rows.took(transition),
                       number_of(node)};
    bool nulls[7] = {};
    nulls[5] = transition.from.row == no_row || transition.to.row == no_row;
    SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, values, nulls));
}

namespace {

// What came after (before) each occurrence of an event.
// (j, event, gap, collapse, keep, drop, starts, end_name or start_name)
Datum neighbours(FunctionCallInfo fcinfo, bool after) {
    const auto stream = row_stream<TransitionStream>(fcinfo, [&](ContextMemory& memory) {
        const PathRules rules = path_rules(fcinfo, 2, 3);
        if (PG_ARGISNULL(1)) fail_null("event");
        EdgeNames edges{std::nullopt, std::nullopt};
        if (!PG_ARGISNULL(7)) (after ? edges.end : edges.start) = text_argument(fcinfo, 7);
        auto* made = make_in<TransitionStream>(memory, journey_or_none(fcinfo), rules, edges, memory);
        made->event = made->journey.event_names().find(text_argument(fcinfo, 1));
        return made;
    });
    TransitionStream& rows = *stream.state;
    if (!rows.event) SRF_RETURN_DONE(stream.calls);
    for (Transition transition; rows.next(transition);) {
        const PathNode& own = after ? transition.from : transition.to;
        const PathNode& other = after ? transition.to : transition.from;
        if (own.row == no_row || own.event != *rows.event) continue;
        const bool edge = other.row == no_row;
        Datum values[7] = {Int64GetDatum(++rows.count),
                           Int64GetDatum(own.session),
                           time_of(rows.journey, own),
                           after ? rows.to_name(transition) : rows.from_name(transition),
                           edge ? Datum{0} : time_of(rows.journey, other),
                           rows.took(transition),
                           number_of(own)};
        bool nulls[7] = {};
        nulls[4] = nulls[5] = edge;
        SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, values, nulls));
    }
    SRF_RETURN_DONE(stream.calls);
}

}  // namespace

JOURNEY_FUNCTION(next_events) {
    return neighbours(fcinfo, true);
}
JOURNEY_FUNCTION(previous_events) {
    return neighbours(fcinfo, false);
}

// (j, from_event, to_event, from_which, to_which, max_length, gap, collapse, keep,
// drop, starts, session_no)
JOURNEY_FUNCTION(path) {
    const PathBounds bounds = bounds_arguments(fcinfo);
    const PathRules rules = path_rules(fcinfo, paths_gap, paths_collapse);
    ContextMemory memory;
    const JourneyView journey = journey_or_none(fcinfo);
    const std::int64_t session = session_argument(fcinfo, journey, rules, memory);
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    PathReader reader(journey, rules, bounds, memory);
    NodePath path(memory);
    bool found = reader.next(path);
    while (found && session != 0 && path.session < session) found = reader.next(path);
    if (found && session != 0 && path.session != session) found = false;
    // Nothing to see is an empty path, unless something was asked for.
    if (!found && (session != 0 || bounds.from || bounds.to)) PG_RETURN_NULL();
    if (!found) path.nodes.clear();
    return path_datum(journey, path);
}

// The same without session_no.
JOURNEY_FUNCTION(paths) {
    const auto stream = row_stream<PathStream>(fcinfo, [&](ContextMemory& memory) {
        const PathBounds bounds = bounds_arguments(fcinfo);
        const PathRules rules = path_rules(fcinfo, paths_gap, paths_collapse);
        return make_in<PathStream>(memory, journey_or_none(fcinfo), rules, bounds, memory);
    });
    PathStream& rows = *stream.state;
    if (!rows.reader.next(rows.path)) SRF_RETURN_DONE(stream.calls);
    Datum values[4] = {Int64GetDatum(rows.path.session), 0, 0, path_datum(rows.journey, rows.path)};
    bool nulls[4] = {};
    set_ends(rows.journey, rows.path, values, nulls, 1);
    SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, values, nulls));
}

// (the arguments of funnel_trace, from_step, to_step, max_length, collapse, keep, drop)
JOURNEY_FUNCTION(funnel_paths) {
    const auto stream = row_stream<FunnelPathStream>(
        fcinfo, [&](ContextMemory& memory) { return read_funnel_paths(fcinfo, memory); });
    FunnelPathStream& rows = *stream.state;
    ContextMemory memory;
    while (rows.at < rows.attempts.size()) {
        const Chain& chain = rows.attempts[rows.at++];
        const std::optional<FunnelPath> found =
            funnel_path(rows.journey, chain, rows.call.funnel->options, rows.from_step, rows.to_step,
                        rows.rules, rows.max_length, memory);
        if (!found) continue;
        Datum values[5] = {Int32GetDatum(static_cast<std::int32_t>(rows.at)), BoolGetDatum(found->converted),
                           0, 0, path_datum(rows.journey, found->path)};
        bool nulls[5] = {};
        set_ends(rows.journey, found->path, values, nulls, 2);
        SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, values, nulls));
    }
    SRF_RETURN_DONE(stream.calls);
}
