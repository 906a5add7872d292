// rfm: one customer's recency, frequency and monetary value, from rows and from a
// journey.

#include "core/rfm.hpp"
#include "core/edit.hpp"

#include "pg/journey_argument.hpp"
#include "pg/rfm_values.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

struct OrdersQuery {
    explicit OrdersQuery(ContextMemory& query_memory) : memory(query_memory) {}
    ContextMemory& memory;
    ContextMemories contexts;
    TupleDesc columns = nullptr;
};

OrdersQuery& orders_query(FunctionCallInfo fcinfo) {
    return per_query<OrdersQuery>(fcinfo,
                                  [](ContextMemory& memory) { return make_in<OrdersQuery>(memory, memory); });
}

Time moment_argument(FunctionCallInfo fcinfo, int n) {
    if (PG_ARGISNULL(n)) fail_null("as_of");
    const Time as_of = PG_GETARG_TIMESTAMPTZ(n);
    if (TIMESTAMP_NOT_FINITE(as_of)) {
        throw Error(ErrorCode::invalid_argument, "as_of", "as_of must not be infinite")
            .hint("Give the moment to look back from, such as now().");
    }
    return as_of;
}

Returns returns_argument(FunctionCallInfo fcinfo, int n) {
    if (PG_NARGS() <= n) return Returns::subtract;
    if (PG_ARGISNULL(n)) fail_null("returns");
    return parse_returns(text_argument(fcinfo, n));
}

RfmOrders& state_of(FunctionCallInfo fcinfo, MemoryContext context, Time as_of, Returns returns) {
    if (auto* state = state_argument<RfmOrders>(fcinfo, 0)) {
        if (state->as_of() != as_of || state->returns() != returns) {
            throw Error(ErrorCode::invalid_argument, "as_of",
                        "as_of and returns must be the same in every row")
                .hint("Write a constant, or group by what it depends on.");
        }
        return *state;
    }
    OrdersQuery& query = orders_query(fcinfo);
    ContextMemory& memory = query.contexts.of(context, query.memory);
    return *make_in<RfmOrders>(memory, as_of, returns, memory);
}

// Adds the events of these names.
void add_events(RfmOrders& orders, const JourneyView& journey, NameList events, ContextMemory& memory) {
    std::pmr::vector<bool> wanted(journey.event_names().size(), false, &memory);
    for (std::string_view name : events) {
        if (const auto code = journey.event_names().find(name)) wanted[*code] = true;
    }
    const NumberColumn values = journey.values();
    std::uint32_t rank = 0;
    Poll poll;
    for (std::uint32_t i = 0; i < journey.size() && journey.time(i) <= orders.as_of(); ++i) {
        poll();
        std::optional<double> value;
        if (values.has(i)) value = values.number(rank++);
        const std::uint32_t code = journey.event(i);
        if (code >= wanted.size()) fail_corrupted("code");
        if (wanted[code]) orders.add(journey.time(i), value);
    }
}

}  // namespace

// (state, ts, amount, as_of [, returns])
JOURNEY_FUNCTION(rfm_add) {
    MemoryContext context = aggregate_context(fcinfo);
    const Time as_of = moment_argument(fcinfo, 3);
    RfmOrders& state = state_of(fcinfo, context, as_of, returns_argument(fcinfo, 4));
    if (PG_ARGISNULL(1)) PG_RETURN_POINTER(&state);
    const Time ts = PG_GETARG_TIMESTAMPTZ(1);
    if (TIMESTAMP_NOT_FINITE(ts)) {
        throw Error(ErrorCode::invalid_argument, "ts", "ts must not be infinite")
            .hint("Leave such rows out with a WHERE clause.");
    }
    std::optional<double> amount;
    if (!PG_ARGISNULL(2)) amount = PG_GETARG_FLOAT8(2);
    state.add(ts, amount);
    PG_RETURN_POINTER(&state);
}

JOURNEY_FUNCTION(rfm_combine) {
    MemoryContext context = aggregate_context(fcinfo);
    const auto* other = state_argument<RfmOrders>(fcinfo, 1);
    if (other == nullptr) return unchanged_state(fcinfo);
    RfmOrders& state = state_of(fcinfo, context, other->as_of(), other->returns());
    state.merge(*other);
    PG_RETURN_POINTER(&state);
}

JOURNEY_FUNCTION(rfm_serialise) {
    aggregate_context(fcinfo);
    const auto* state = state_argument<RfmOrders>(fcinfo, 0);
    StringInfoData buffer;
    pq_begintypsend(&buffer);
    pq_sendint64(&buffer, state->as_of());
    pq_sendbyte(&buffer, static_cast<std::uint8_t>(state->returns()));
    pq_sendint64(&buffer, state->count());
    pq_sendint64(&buffer, state->last());
    for (std::size_t i = 0; i < state->sum().parts(); ++i) pq_sendfloat8(&buffer, state->sum().part(i));
    return PointerGetDatum(pq_endtypsend(&buffer));
}

JOURNEY_FUNCTION(rfm_deserialise) {
    aggregate_context(fcinfo);
    StringInfoData buffer = message_argument(fcinfo, 0);
    ContextMemory& memory = ContextMemory::make(CurrentMemoryContext);
    const Time as_of = pq_getmsgint64(&buffer);
    const auto returns = static_cast<Returns>(pq_getmsgbyte(&buffer));
    auto* state = make_in<RfmOrders>(memory, as_of, returns, memory);
    const std::int64_t count = pq_getmsgint64(&buffer);
    const Time last = pq_getmsgint64(&buffer);
    const std::size_t parts = static_cast<std::size_t>(buffer.len - buffer.cursor) / sizeof(double);
    auto* sum = static_cast<double*>(palloc(sizeof(double) * (parts + 1)));
    for (std::size_t i = 0; i < parts; ++i) sum[i] = pq_getmsgfloat8(&buffer);
    state->restore(count, last, {sum, parts});
    PG_RETURN_POINTER(state);
}

JOURNEY_FUNCTION(rfm_finish) {
    aggregate_context(fcinfo);
    const auto* state = state_argument<RfmOrders>(fcinfo, 0);
    if (state == nullptr) PG_RETURN_NULL();
    const std::optional<RfmValue> value = state->value();
    if (!value) PG_RETURN_NULL();
    OrdersQuery& query = orders_query(fcinfo);
    if (query.columns == nullptr) query.columns = rfm_value_columns(fcinfo);
    return rfm_value_datum(*value, query.columns);
}

// (journey, events, as_of, returns)
JOURNEY_FUNCTION(rfm_of_journey) {
    const auto events = texts_argument(fcinfo, 1, "events");
    const Time as_of = moment_argument(fcinfo, 2);
    const Returns returns = returns_argument(fcinfo, 3);
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    OrdersQuery& query = orders_query(fcinfo);
    if (query.columns == nullptr) query.columns = rfm_value_columns(fcinfo);
    const JourneyView journey = journey_argument(fcinfo, 0);
    ContextMemory memory;
    std::optional<RfmValue> value;
    {
        RfmOrders orders(as_of, returns, memory);
        add_events(orders, journey, events, memory);
        value = orders.value();
    }
    if (!value) PG_RETURN_NULL();
    return rfm_value_datum(*value, query.columns);
}
