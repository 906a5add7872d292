// The journey type: comparing, hashing, looking.

#include "pg/journey_argument.hpp"
#include "pg/values.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

int compare(FunctionCallInfo fcinfo) {
    return compare_journeys(bytes_argument(fcinfo, 0), bytes_argument(fcinfo, 1));
}

// The value or NULL, for what an empty journey does not have.
template <class Make>
Datum of_events(FunctionCallInfo fcinfo, Make make) {
    const JourneyView journey = journey_argument(fcinfo, 0);
    if (journey.empty()) PG_RETURN_NULL();
    return make(journey);
}

Datum name_datum(const JourneyView& journey, std::uint32_t row) {
    return text_datum(journey.event_names()[journey.event(row)]);
}

}  // namespace

JOURNEY_FUNCTION(eq) {
    PG_RETURN_BOOL(compare(fcinfo) == 0);
}
JOURNEY_FUNCTION(ne) {
    PG_RETURN_BOOL(compare(fcinfo) != 0);
}
JOURNEY_FUNCTION(lt) {
    PG_RETURN_BOOL(compare(fcinfo) < 0);
}
JOURNEY_FUNCTION(le) {
    PG_RETURN_BOOL(compare(fcinfo) <= 0);
}
JOURNEY_FUNCTION(gt) {
    PG_RETURN_BOOL(compare(fcinfo) > 0);
}
JOURNEY_FUNCTION(ge) {
    PG_RETURN_BOOL(compare(fcinfo) >= 0);
}
JOURNEY_FUNCTION(cmp) {
    PG_RETURN_INT32(compare(fcinfo));
}

JOURNEY_FUNCTION(hash) {
    const auto bytes = bytes_argument(fcinfo, 0);
    return hash_any(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
}

JOURNEY_FUNCTION(hash_extended) {
    const auto bytes = bytes_argument(fcinfo, 0);
    return hash_any_extended(reinterpret_cast<const unsigned char*>(bytes.data()),
                             static_cast<int>(bytes.size()), static_cast<uint64>(PG_GETARG_INT64(1)));
}

JOURNEY_FUNCTION(event_count) {
    PG_RETURN_INT64(journey_argument(fcinfo, 0).size());
}

JOURNEY_FUNCTION(event_count_of) {
    const JourneyView journey = journey_argument(fcinfo, 0);
    const std::optional<std::uint32_t> code = journey.event_names().find(text_argument(fcinfo, 1));
    std::int64_t count = 0;
    Poll poll;
    for (std::uint32_t row = 0; code && row < journey.size(); ++row) {
        poll();
        count += journey.event(row) == *code ? 1 : 0;
    }
    PG_RETURN_INT64(count);
}

JOURNEY_FUNCTION(first_event) {
    return of_events(fcinfo, [](const JourneyView& journey) { return name_datum(journey, 0); });
}

JOURNEY_FUNCTION(last_event) {
    return of_events(fcinfo,
                     [](const JourneyView& journey) { return name_datum(journey, journey.size() - 1); });
}

JOURNEY_FUNCTION(started_at) {
    return of_events(fcinfo,
                     [](const JourneyView& journey) { return TimestampTzGetDatum(journey.first_time()); });
}

JOURNEY_FUNCTION(ended_at) {
    return of_events(fcinfo,
                     [](const JourneyView& journey) { return TimestampTzGetDatum(journey.last_time()); });
}

JOURNEY_FUNCTION(duration) {
    return of_events(fcinfo, [](const JourneyView& journey) {
        return interval_datum(journey.first_time(), journey.last_time());
    });
}

JOURNEY_FUNCTION(channels) {
    return names_datum(journey_argument(fcinfo, 0).channel_names());
}

JOURNEY_FUNCTION(event_names) {
    return names_datum(journey_argument(fcinfo, 0).event_names());
}

namespace {

struct EventStream {
    EventReader reader;
    std::uint32_t next;
};

}  // namespace

JOURNEY_FUNCTION(events) {
    const auto stream = row_stream<EventStream>(fcinfo, [&](ContextMemory& memory) {
        return make_in<EventStream>(memory, EventReader(journey_argument(fcinfo, 0), memory), 0u);
    });
    if (stream.state->next == stream.state->reader.size()) SRF_RETURN_DONE(stream.calls);
    EventColumns event;
    stream.state->reader.columns(stream.state->next++, event);
    SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, event.values, event.nulls));
}

JOURNEY_FUNCTION(event_at) {
    const JourneyView journey = journey_argument(fcinfo, 0);
    const std::int64_t n = journey.size(), event_no = PG_GETARG_INT64(1);
    const std::int64_t row = event_no < 0 ? n + event_no : event_no - 1;
    if (row < 0 || row >= n) PG_RETURN_NULL();
    ContextMemory memory;
    EventColumns event;
    EventReader(journey, memory).columns(static_cast<std::uint32_t>(row), event);
    return record_datum(fcinfo, event.values, event.nulls);
}
