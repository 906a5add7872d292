// Journeys from journeys.

#include "core/edit.hpp"

#include "pg/journey_argument.hpp"
#include "pg/values.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

template <class Make>
Datum edited(FunctionCallInfo fcinfo, Make make) {
    const JourneyView journey = journey_argument(fcinfo, 0);
    ContextMemory memory;
    return journey_datum(make(journey, memory));
}

template <class Combine>
Datum combined(FunctionCallInfo fcinfo, Combine combine) {
    const JourneyView a = journey_argument(fcinfo, 0), b = journey_argument(fcinfo, 1);
    ContextMemory memory;
    return journey_datum(combine(a, b, memory, VARHDRSZ));
}

Datum cut(FunctionCallInfo fcinfo, Time from, Time to) {
    return edited(fcinfo, [&](const JourneyView& journey, ContextMemory& memory) {
        return during(journey, from, to, memory, VARHDRSZ);
    });
}

}  // namespace

JOURNEY_FUNCTION(concat) {
    return combined(fcinfo, merge);
}
JOURNEY_FUNCTION(union) {
    return combined(fcinfo, unite);
}

JOURNEY_FUNCTION(before) {
    return cut(fcinfo, min_time, PG_GETARG_TIMESTAMPTZ(1));
}
JOURNEY_FUNCTION(since) {
    return cut(fcinfo, PG_GETARG_TIMESTAMPTZ(1), max_time);
}
JOURNEY_FUNCTION(during) {
    const Time from = PG_GETARG_TIMESTAMPTZ(1), to = PG_GETARG_TIMESTAMPTZ(2);
    if (to < from) {
        throw Error(ErrorCode::invalid_argument, "to_ts", "to_ts is before from_ts")
            .hint("during(journey, from_ts, to_ts) gives the events with from_ts <= ts < to_ts.");
    }
    return cut(fcinfo, from, to);
}

JOURNEY_FUNCTION(keep) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const auto events = texts_argument(fcinfo, 1, "events");
    return edited(fcinfo, [&](const JourneyView& journey, ContextMemory& memory) {
        return keep_events(journey, events, memory, VARHDRSZ);
    });
}

// A list that is NULL, such as an aggregate over an empty table, drops nothing.
JOURNEY_FUNCTION(drop) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const auto events = PG_ARGISNULL(1) ? NameList{} : texts_argument(fcinfo, 1, "events");
    return edited(fcinfo, [&](const JourneyView& journey, ContextMemory& memory) {
        return drop_events(journey, events, {}, memory, VARHDRSZ);
    });
}

JOURNEY_FUNCTION(forget) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const auto events = PG_ARGISNULL(1) ? NameList{} : texts_argument(fcinfo, 1, "events");
    const auto channels = PG_ARGISNULL(2) ? NameList{} : texts_argument(fcinfo, 2, "channels");
    return edited(fcinfo, [&](const JourneyView& journey, ContextMemory& memory) {
        return drop_events(journey, events, channels, memory, VARHDRSZ);
    });
}

JOURNEY_FUNCTION(relabel) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const auto from = texts_argument(fcinfo, 1, "from_events"), to = texts_argument(fcinfo, 2, "to_events");
    if (from.size() != to.size()) {
        throw Error(ErrorCode::invalid_argument, "to_events", "from_events and to_events differ in length")
            .detail("from_events has %zu elements, to_events has %zu.", from.size(), to.size())
            .hint("Give one new name for each old name.");
    }
    return edited(fcinfo, [&](const JourneyView& journey, ContextMemory& memory) {
        return relabel(journey, from, to, "from_events", memory, VARHDRSZ);
    });
}

// The same for a mapping: nothing is renamed.
JOURNEY_FUNCTION(relabel_mapping) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    if (PG_ARGISNULL(1)) PG_RETURN_DATUM(PG_GETARG_DATUM(0));
    ArrayType* array = PG_GETARG_ARRAYTYPE_P(1);
    if (ARR_NDIM(array) != 0 && (ARR_NDIM(array) != 2 || ARR_DIMS(array)[1] != 2)) {
        throw Error(ErrorCode::invalid_argument, "mapping", "mapping is not a list of pairs")
            .hint("Use (SELECT array_agg(ARRAY[event, label]) FROM mapping_table).");
    }
    const auto pairs = texts_of(PointerGetDatum(array), "mapping");
    const std::size_t count = pairs.size() / 2;
    auto* names = static_cast<std::string_view*>(palloc(sizeof(std::string_view) * (pairs.size() + 1)));
    for (std::size_t i = 0; i < count; ++i) {
        new (&names[i]) std::string_view(pairs[2 * i]);
        new (&names[count + i]) std::string_view(pairs[2 * i + 1]);
    }
    return edited(fcinfo, [&](const JourneyView& journey, ContextMemory& memory) {
        return relabel(journey, {names, count}, {names + count, count}, "mapping", memory, VARHDRSZ);
    });
}

JOURNEY_FUNCTION(collapse) {
    const std::string_view which = text_argument(fcinfo, 1);
    if (which != "first" && which != "last") {
        throw Error(ErrorCode::invalid_argument, "keep", "unknown keep: \"%.*s\"",
                    static_cast<int>(which.size()), which.data())
            .hint("Valid values are: first, last.");
    }
    return edited(fcinfo, [&](const JourneyView& journey, ContextMemory& memory) {
        return collapse(journey, which == "last", memory, VARHDRSZ);
    });
}

JOURNEY_FUNCTION(truncate_between) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const JourneyView journey = journey_argument(fcinfo, 0);
    const std::string_view from = PG_ARGISNULL(1) ? std::string_view{} : text_argument(fcinfo, 1);
    const std::string_view to = PG_ARGISNULL(2) ? std::string_view{} : text_argument(fcinfo, 2);
    ContextMemory memory;
    const Truncated result = truncate_between(journey, PG_ARGISNULL(1) ? nullptr : &from,
                                              PG_ARGISNULL(2) ? nullptr : &to, memory, VARHDRSZ);
    if (!result.found) PG_RETURN_NULL();
    return journey_datum(result.bytes);
}
