// lead_points and its reasons, over rows and over a journey; weighted_score.

#include "core/lead_points.hpp"

#include "pg/aggregate.hpp"
#include "pg/journey_argument.hpp"
#include "pg/real_arrays.hpp"
#include "pg/state_type.hpp"
#include "pg/values.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

// The rules of a query: one list of events and points, one half-life.
struct PointsQuery {
    explicit PointsQuery(ContextMemory& query_memory) : memory(query_memory), rules(query_memory.context()) {}
    ContextMemory& memory;
    ContextMemories contexts;
    ReadOnce<PointsRules> rules;
    std::uint64_t half_life = 0;
    bool read = false;
};

PointsQuery& points_query(FunctionCallInfo fcinfo) {
    return per_query<PointsQuery>(fcinfo,
                                  [](ContextMemory& memory) { return make_in<PointsQuery>(memory, memory); });
}

std::uint64_t half_life_argument(FunctionCallInfo fcinfo, int n) {
    if (PG_NARGS() <= n || PG_ARGISNULL(n)) return 0;
    const auto half_life = static_cast<std::uint64_t>(span_of(*PG_GETARG_INTERVAL_P(n), "half_life"));
    if (half_life > 0) return half_life;
    throw Error(ErrorCode::invalid_argument, "half_life", "half_life must be longer than 0")
        .hint("NULL stands for points that do not fade.");
}

std::optional<double> cap_argument(FunctionCallInfo fcinfo, int n) {
    if (PG_NARGS() <= n || PG_ARGISNULL(n)) return std::nullopt;
    const double cap = PG_GETARG_FLOAT8(n);
    if (!std::isnan(cap)) return cap;
    throw Error(ErrorCode::invalid_argument, "cap", "cap must be a number").hint("NULL stands for no cap.");
}

Time as_of_argument(FunctionCallInfo fcinfo, int n) {
    if (PG_ARGISNULL(n)) fail_null("as_of");
    const Time as_of = PG_GETARG_TIMESTAMPTZ(n);
    if (!TIMESTAMP_NOT_FINITE(as_of)) return as_of;
    throw Error(ErrorCode::invalid_argument, "as_of", "as_of must not be infinite")
        .hint("Give the moment to look back from, such as now().");
}

// What stands for a customer without a counted event: 0 or NULL.
bool null_if_none_argument(FunctionCallInfo fcinfo, int n) {
    if (PG_NARGS() <= n) return false;
    if (PG_ARGISNULL(n)) fail_null("if_none");
    const std::string_view word = text_argument(fcinfo, n);
    if (word == "zero" || word == "null") return word == "null";
    throw Error(ErrorCode::invalid_argument, "if_none", "unknown if_none: \"%.*s\"",
                static_cast<int>(word.size()), word.data())
        .hint("Valid values are: zero, null.");
}

// Rules from events (argument n), points (n + 1); read anew only where they differ.
const PointsRules& rules_argument(FunctionCallInfo fcinfo, int n, std::uint64_t half_life, bool may_change) {
    if (PG_ARGISNULL(n)) fail_null("events");
    if (PG_ARGISNULL(n + 1)) fail_null("points");
    PointsQuery& query = points_query(fcinfo);
    const auto events = bytes_argument(fcinfo, n), points = bytes_argument(fcinfo, n + 1);
    const Size size = events.size() + points.size() + sizeof half_life;
    auto* key = static_cast<std::byte*>(palloc(size));
    memcpy(key, &half_life, sizeof half_life);
    memcpy(key + sizeof half_life, events.data(), events.size());
    memcpy(key + sizeof half_life + events.size(), points.data(), points.size());
    const PointsRules& rules =
        query.rules.of({key, size}, [&](ContextMemory& memory, std::span<const std::byte>) {
            if (query.read && !may_change) {
                throw Error(ErrorCode::invalid_argument, "events",
                            "events, points or half_life differ between rows")
                    .hint("Use the same for all customers of a query.");
            }
            MemoryContext caller = MemoryContextSwitchTo(memory.context());
            auto* made = make_in<PointsRules>(memory, memory);
            // Copies: names outlive the row.
            const Datum names = PointerGetDatum(PG_GETARG_ARRAYTYPE_P_COPY(n));
            if (ARR_NDIM(DatumGetArrayTypeP(names)) > 1) {
                throw Error(ErrorCode::invalid_argument, "events", "events must have one dimension")
                    .hint("Write ARRAY['view', 'purchase'].");
            }
            made->set(texts_of(names, "events"), reals_of(PG_GETARG_DATUM(n + 1), "points"), half_life);
            MemoryContextSwitchTo(caller);
            query.read = true;
            return made;
        });
    pfree(key);
    return rules;
}

// The state of the aggregate: points, and how the score is read from them.
struct LeadState {
    LeadState(Time as_of, std::optional<double> its_cap, bool null, ContextMemory& memory)
        : points(as_of, memory), cap(its_cap), null_if_none(null) {}
    PointsState points;
    std::optional<double> cap;
    bool null_if_none;
};

LeadState& state_of(FunctionCallInfo fcinfo, MemoryContext context, Time as_of, std::optional<double> cap,
                    bool null_if_none) {
    if (auto* state = state_argument<LeadState>(fcinfo, 0)) {
        if (state->points.as_of() == as_of && state->cap == cap && state->null_if_none == null_if_none)
            return *state;
        throw Error(ErrorCode::invalid_argument, "as_of",
                    "as_of, cap and if_none must be the same in every row of a group")
            .hint("Write a constant, or group by what it depends on.");
    }
    PointsQuery& query = points_query(fcinfo);
    ContextMemory& memory = query.contexts.of(context, query.memory);
    return *make_in<LeadState>(memory, as_of, cap, null_if_none, memory);
}

void add_row(FunctionCallInfo fcinfo, LeadState& state, const PointsRules& rules) {
    if (PG_ARGISNULL(1) || PG_ARGISNULL(2)) return;
    const Time ts = PG_GETARG_TIMESTAMPTZ(1);
    if (TIMESTAMP_NOT_FINITE(ts)) {
        throw Error(ErrorCode::invalid_argument, "ts", "ts must not be infinite")
            .hint("Leave such rows out with a WHERE clause.");
    }
    state.points.add(rules, rules.find(text_argument(fcinfo, 2)), ts);
}

void merge(LeadState& state, const LeadState& other, MemoryContext context) {
    for (const PointsState::Entry& from : other.points.entries()) {
        std::string_view name = from.name;
        if (!state.points.has(from.rule)) {
            auto* copy = static_cast<char*>(MemoryContextAlloc(context, name.size() + 1));
            memcpy(copy, name.data(), name.size());
            name = {copy, name.size()};
        }
        PointsState::Entry& to = state.points.entry(from.rule, name);
        to.times += from.times;
        to.last = std::max(to.last, from.last);
        to.points.add(from.points);
    }
}

void reason_columns(const PointsRow& row, Datum* values) {
    values[0] = text_datum(row.event);
    values[1] = Int64GetDatum(row.times);
    values[2] = TimestampTzGetDatum(row.last);
    values[3] = Float8GetDatum(row.points);
}

struct ReasonStream {
    explicit ReasonStream(ContextMemory& memory) : rows(&memory) {}
    std::pmr::vector<PointsRow> rows;
    std::size_t next = 0;
};

}  // namespace

// (state, ts, event, events, points, as_of [, half_life [, cap [, if_none]]])
JOURNEY_FUNCTION(lead_points_add) {
    MemoryContext context = aggregate_context(fcinfo);
    const Time as_of = as_of_argument(fcinfo, 5);
    const PointsRules& rules = rules_argument(fcinfo, 3, half_life_argument(fcinfo, 6), false);
    LeadState& state =
        state_of(fcinfo, context, as_of, cap_argument(fcinfo, 7), null_if_none_argument(fcinfo, 8));
    add_row(fcinfo, state, rules);
    PG_RETURN_POINTER(&state);
}

JOURNEY_FUNCTION(lead_points_combine) {
    MemoryContext context = aggregate_context(fcinfo);
    const auto* other = state_argument<LeadState>(fcinfo, 1);
    if (other == nullptr) return unchanged_state(fcinfo);
    LeadState& state = state_of(fcinfo, context, other->points.as_of(), other->cap, other->null_if_none);
    merge(state, *other, context);
    PG_RETURN_POINTER(&state);
}

JOURNEY_FUNCTION(lead_points_serialise) {
    aggregate_context(fcinfo);
    const auto* state = state_argument<LeadState>(fcinfo, 0);
    StringInfoData buffer;
    pq_begintypsend(&buffer);
    pq_sendint64(&buffer, state->points.as_of());
    pq_sendbyte(&buffer, static_cast<std::uint8_t>((state->cap ? 1 : 0) + (state->null_if_none ? 2 : 0)));
    pq_sendfloat8(&buffer, state->cap.value_or(0));
    pq_sendint32(&buffer, static_cast<std::uint32_t>(state->points.entries().size()));
    for (const PointsState::Entry& each : state->points.entries()) {
        pq_sendint32(&buffer, each.rule);
        pq_sendint32(&buffer, static_cast<std::uint32_t>(each.name.size()));
        pq_sendbytes(&buffer, each.name.data(), static_cast<int>(each.name.size()));
        pq_sendint64(&buffer, each.times);
        pq_sendint64(&buffer, each.last);
        pq_sendint32(&buffer, static_cast<std::uint32_t>(each.points.parts()));
        for (std::size_t i = 0; i < each.points.parts(); ++i) pq_sendfloat8(&buffer, each.points.part(i));
    }
    return PointerGetDatum(pq_endtypsend(&buffer));
}

JOURNEY_FUNCTION(lead_points_deserialise) {
    aggregate_context(fcinfo);
    StringInfoData buffer = message_argument(fcinfo, 0);
    ContextMemory& memory = ContextMemory::make(CurrentMemoryContext);
    const Time as_of = pq_getmsgint64(&buffer);
    const int flags = pq_getmsgbyte(&buffer);
    const double cap = pq_getmsgfloat8(&buffer);
    auto* state =
        make_in<LeadState>(memory, as_of, (flags & 1) != 0 ? std::optional<double>(cap) : std::nullopt,
                           (flags & 2) != 0, memory);
    for (auto entries = pq_getmsgint(&buffer, 4); entries > 0; --entries) {
        const auto rule = static_cast<std::uint32_t>(pq_getmsgint(&buffer, 4));
        const auto size = static_cast<int>(pq_getmsgint(&buffer, 4));
        PointsState::Entry& entry =
            state->points.entry(rule, {pq_getmsgbytes(&buffer, size), static_cast<std::size_t>(size)});
        entry.times = pq_getmsgint64(&buffer);
        entry.last = pq_getmsgint64(&buffer);
        for (auto parts = pq_getmsgint(&buffer, 4); parts > 0; --parts)
            entry.points.add(pq_getmsgfloat8(&buffer));
    }
    PG_RETURN_POINTER(state);
}

JOURNEY_FUNCTION(lead_points_finish) {
    aggregate_context(fcinfo);
    const auto* state = state_argument<LeadState>(fcinfo, 0);
    if (state == nullptr) PG_RETURN_NULL();
    const std::optional<double> score = state->points.score(state->cap);
    if (!score && state->null_if_none) PG_RETURN_NULL();
    PG_RETURN_FLOAT8(score.value_or(0));
}

JOURNEY_FUNCTION(lead_points_reasons_finish) {
    aggregate_context(fcinfo);
    const auto* state = state_argument<LeadState>(fcinfo, 0);
    if (state == nullptr) PG_RETURN_NULL();
    TupleDesc columns = result_columns(fcinfo);
    auto& memory = ContextMemory::make(CurrentMemoryContext);
    const auto* rows = make_in<std::pmr::vector<PointsRow>>(memory, state->points.rows(memory));
    auto* data = static_cast<Datum*>(palloc(sizeof(Datum) * (rows->size() + 1)));
    for (std::size_t i = 0; i < rows->size(); ++i) {
        Datum values[4];
        bool nulls[4] = {};
        reason_columns((*rows)[i], values);
        data[i] = HeapTupleGetDatum(heap_form_tuple(columns, values, nulls));
    }
    return PointerGetDatum(
        construct_array(data, static_cast<int>(rows->size()), columns->tdtypeid, -1, false, TYPALIGN_DOUBLE));
}

// (journey, events, points, as_of, half_life, cap, if_none)
JOURNEY_FUNCTION(lead_points) {
    const Time as_of = as_of_argument(fcinfo, 3);
    const PointsRules& rules = rules_argument(fcinfo, 1, half_life_argument(fcinfo, 4), true);
    const std::optional<double> cap = cap_argument(fcinfo, 5);
    const bool null_if_none = null_if_none_argument(fcinfo, 6);
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const JourneyView journey = journey_argument(fcinfo, 0);
    ContextMemory memory;
    std::optional<double> score;
    {
        PointsState state(as_of, memory);
        add_journey(state, rules, journey, memory);
        score = state.score(cap);
    }
    if (!score && null_if_none) PG_RETURN_NULL();
    PG_RETURN_FLOAT8(score.value_or(0));
}

// (journey, events, points, as_of, half_life) → event, times, last_at, points
JOURNEY_FUNCTION(lead_points_reasons) {
    if (SRF_IS_FIRSTCALL() && PG_ARGISNULL(0)) {
        FuncCallContext* calls = SRF_FIRSTCALL_INIT();
        SRF_RETURN_DONE(calls);
    }
    const auto stream = row_stream<ReasonStream>(fcinfo, [&](ContextMemory& memory) {
        auto* made = make_in<ReasonStream>(memory, memory);
        auto* rules = make_in<PointsRules>(memory, memory);
        if (PG_ARGISNULL(2)) fail_null("points");
        rules->set(texts_argument(fcinfo, 1, "events"), reals_of(PG_GETARG_DATUM(2), "points"),
                   half_life_argument(fcinfo, 4));
        PointsState state(as_of_argument(fcinfo, 3), memory);
        add_journey(state, *rules, journey_argument(fcinfo, 0), memory);
        made->rows = state.rows(memory);
        return made;
    });
    ReasonStream& state = *stream.state;
    if (state.next == state.rows.size()) SRF_RETURN_DONE(stream.calls);
    Datum values[4];
    bool nulls[4] = {};
    reason_columns(state.rows[state.next++], values);
    SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, values, nulls));
}

// (figures, weights, nulls)
JOURNEY_FUNCTION(weighted_score) {
    if (PG_ARGISNULL(1)) fail_null("weights");
    if (PG_ARGISNULL(2)) fail_null("nulls");
    const Unknown unknown = parse_unknown(text_argument(fcinfo, 2));
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    bool has_null;
    const auto score = weighted_score(reals_of(PG_GETARG_DATUM(0), "figures", has_null),
                                      reals_of(PG_GETARG_DATUM(1), "weights"), unknown);
    if (!score) PG_RETURN_NULL();
    PG_RETURN_FLOAT8(*score);
}
