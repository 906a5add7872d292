// journey_agg: rows, or journeys, into one journey.

#include "pg/aggregate.hpp"
#include "pg/journey_argument.hpp"
#include "pg/values.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

// All groups share one vocabulary: a name is looked up once a row, kept once a query.
struct JourneyAggQuery {
    explicit JourneyAggQuery(ContextMemory& query_memory) : memory(query_memory), vocabulary(query_memory) {}
    ContextMemory& memory;
    ContextMemories contexts;
    Vocabulary vocabulary;
};

JourneyAggQuery& query_of(FunctionCallInfo fcinfo) {
    return per_query<JourneyAggQuery>(
        fcinfo, [](ContextMemory& memory) { return make_in<JourneyAggQuery>(memory, memory); });
}

EventList& state_of(FunctionCallInfo fcinfo, JourneyAggQuery& query) {
    MemoryContext context = aggregate_context(fcinfo);
    if (auto* state = state_argument<EventList>(fcinfo, 0)) return *state;
    ContextMemory& memory = query.contexts.of(context, query.memory);
    return *make_in<EventList>(memory, query.vocabulary, memory);
}

// A partial state between processes is the journey itself, not yet unpacked.
struct PackedState {
    varlena* bytes;
};

}  // namespace

// (state, ts, event [, channel [, value [, tiebreak]]])
JOURNEY_FUNCTION(agg_add) {
    JourneyAggQuery& query = query_of(fcinfo);
    if (PG_ARGISNULL(1) || PG_ARGISNULL(2)) return unchanged_state(fcinfo);
    EventList& state = state_of(fcinfo, query);
    const int arguments = PG_NARGS();
    std::uint32_t channel = no_channel;
    EventExtra extra;
    const std::uint32_t event = query.vocabulary.events.intern(text_argument(fcinfo, 2), "event");
    if (arguments > 3 && !PG_ARGISNULL(3)) {
        channel = query.vocabulary.channels.intern(text_argument(fcinfo, 3), "channel");
    }
    if (arguments > 4 && !PG_ARGISNULL(4)) extra.value = PG_GETARG_FLOAT8(4);
    if (arguments > 5 && !PG_ARGISNULL(5)) {
        extra.tiebreak = PG_GETARG_INT64(5);
        if (!extra.has_tiebreak()) {
            throw Error(ErrorCode::overflow, "tiebreak", "tiebreak is out of range")
                .hint("The least bigint is reserved.");
        }
    }
    state.add(PG_GETARG_TIMESTAMPTZ(1), event, channel, extra);
    PG_RETURN_POINTER(&state);
}

// (state, journey)
JOURNEY_FUNCTION(agg_add_journey) {
    JourneyAggQuery& query = query_of(fcinfo);
    if (PG_ARGISNULL(1)) return unchanged_state(fcinfo);
    EventList& state = state_of(fcinfo, query);
    state.add(journey_argument(fcinfo, 1));
    PG_RETURN_POINTER(&state);
}

// (state, packed state)
JOURNEY_FUNCTION(agg_combine) {
    JourneyAggQuery& query = query_of(fcinfo);
    const auto* packed = state_argument<PackedState>(fcinfo, 1);
    if (packed == nullptr) return unchanged_state(fcinfo);
    EventList& state = state_of(fcinfo, query);
    state.add(JourneyView(bytes_of(PointerGetDatum(packed->bytes))));
    PG_RETURN_POINTER(&state);
}

JOURNEY_FUNCTION(agg_serialise) {
    aggregate_context(fcinfo);
    ContextMemory memory;
    return journey_datum(state_argument<EventList>(fcinfo, 0)->encode(memory, VARHDRSZ));
}

JOURNEY_FUNCTION(agg_deserialise) {
    aggregate_context(fcinfo);
    auto* packed = static_cast<PackedState*>(palloc(sizeof(PackedState)));
    packed->bytes = PG_GETARG_BYTEA_P(0);
    PG_RETURN_POINTER(packed);
}

JOURNEY_FUNCTION(agg_finish) {
    aggregate_context(fcinfo);
    auto* state = state_argument<EventList>(fcinfo, 0);
    if (state == nullptr) PG_RETURN_NULL();
    ContextMemory memory;
    return journey_datum(state->encode(memory, VARHDRSZ));
}
