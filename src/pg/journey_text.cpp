// Text and binary form of the journey type.

#include <charconv>
#include <cmath>

#include "core/edit.hpp"

#include "pg/journey_argument.hpp"
#include "pg/values.hpp"

namespace {

using namespace journey;
using namespace journey::pg;

// Collects events while the server's JSON parser calls back. Nothing in it needs
// a destructor: it lives in a memory context, and the server may jump out.
struct JsonReader {
    JsonLexContext* lex;
    Vocabulary* vocabulary;
    EventList* events;
    int depth;  // 1: in the array, 2: in an event
    std::int64_t event_no;
    const char* field;  // the key whose value comes next
    const char* ts;
    const char* event;
    const char* channel;
    const char* value;
    const char* tiebreak;
    Failure failure;

    // Raises at once: the parser is C and would read to the end of a long text.
    template <class Work>
    void guard(Work work) {
        if (!attempt(failure, work)) raise(failure);
    }
};

[[noreturn]] void fail_text(const JsonReader& reader, const char* what) {
    Error error(ErrorCode::invalid_text, "journey", "invalid input syntax for type journey: %s", what);
    if (reader.event_no > 0) error.detail("At event %lld.", static_cast<long long>(reader.event_no));
    throw error.hint(
        "A journey is a JSON array of events such as {\"ts\": \"2024-01-01T10:00:00Z\", \"event\": "
        "\"view\"}; "
        "\"channel\", \"value\" and \"tiebreak\" may be added.");
}

// Calls the server's input functions; their error becomes one of ours, with the
// event it happened at. An error always follows, so nothing needs rolling back.
template <class Call>
void call_server(JsonReader& reader, Call call) {
    MemoryContext context = CurrentMemoryContext;
    ErrorData* error = nullptr;
    PG_TRY();
    { call(); }
    PG_CATCH();
    {
        MemoryContextSwitchTo(context);
        error = CopyErrorData();
        FlushErrorState();
    }
    PG_END_TRY();
    if (error != nullptr) reader.guard([&] { fail_text(reader, error->message); });
}

void array_start(void* state) {
    auto& reader = *static_cast<JsonReader*>(state);
    reader.guard([&] {
        if (reader.depth != 0) fail_text(reader, "an array inside an event");
    });
    ++reader.depth;
}

void array_end(void* state) {
    --static_cast<JsonReader*>(state)->depth;
}

void object_start(void* state) {
    auto& reader = *static_cast<JsonReader*>(state);
    reader.guard([&] {
        if (reader.depth != 1)
            fail_text(reader, reader.depth == 0 ? "not an array" : "an object inside an event");
        ++reader.event_no;
    });
    ++reader.depth;
    reader.ts = reader.event = reader.channel = reader.value = reader.tiebreak = nullptr;
}

void object_end(void* state) {
    auto& reader = *static_cast<JsonReader*>(state);
    --reader.depth;
    reader.guard([&] {
        if (reader.ts == nullptr) fail_text(reader, "an event has no \"ts\"");
        // No 'yesterday', no 'infinity': a stored text means the same tomorrow.
        if (reader.ts[0] < '0' || reader.ts[0] > '9') fail_text(reader, "\"ts\" is no date and time");
        if (reader.event == nullptr) fail_text(reader, "an event has no \"event\"");
    });
    Time time = 0;
    EventExtra extra;
    call_server(reader, [&] {
        time = DatumGetTimestampTz(DirectFunctionCall3(timestamptz_in, CStringGetDatum(reader.ts),
                                                       ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
        if (reader.value != nullptr) {
            extra.value = DatumGetFloat8(DirectFunctionCall1(float8in, CStringGetDatum(reader.value)));
        }
        if (reader.tiebreak != nullptr) {
            extra.tiebreak = DatumGetInt64(DirectFunctionCall1(int8in, CStringGetDatum(reader.tiebreak)));
        }
    });
    reader.guard([&] {
        const std::uint32_t event = reader.vocabulary->events.intern(reader.event, "event");
        const std::uint32_t channel = reader.channel == nullptr
                                          ? no_channel
                                          : reader.vocabulary->channels.intern(reader.channel, "channel");
        reader.events->add(time, event, channel, extra);
        if (reader.event_no % 4096 == 0) poll_interrupt();
    });
    reader.field = nullptr;
}

void field_start(void* state, char* name, bool) {
    static_cast<JsonReader*>(state)->field = name;
}

void scalar(void* state, char* token, JsonTokenType type) {
    auto& reader = *static_cast<JsonReader*>(state);
    reader.guard([&] {
        if (reader.depth != 2)
            fail_text(reader, reader.depth == 0 ? "not an array" : "an event that is no object");
        struct Field {
            const char* name;
            const char*& slot;
            bool number;
        };
        const Field fields[] = {{"ts", reader.ts, false},
                                {"event", reader.event, false},
                                {"channel", reader.channel, false},
                                {"value", reader.value, true},
                                {"tiebreak", reader.tiebreak, true}};
        for (const Field& field : fields) {
            if (strcmp(field.name, reader.field) != 0) continue;
            if (type == JSON_TOKEN_NULL) return;
            if (type != JSON_TOKEN_STRING && !(field.number && type == JSON_TOKEN_NUMBER)) {
                char what[64];
                snprintf(what, sizeof what, "\"%s\" is no %s", field.name,
                         field.number ? "number" : "string");
                fail_text(reader, what);
            }
            field.slot = token;
            return;
        }
        char what[128];
        snprintf(what, sizeof what, "unknown key \"%.80s\"", reader.field);
        fail_text(reader, what);
    });
}

#if PG_VERSION_NUM >= 160000
// Later parsers want to hear that a callback went well.
template <auto callback, class... Args>
JsonParseErrorType wrapped(void* state, Args... args) {
    callback(state, args...);
    return JSON_SUCCESS;
}
#define JSON_CALLBACK(callback) &wrapped<callback>
#else
#define JSON_CALLBACK(callback) callback
#endif

void parse_json(JsonReader& reader, char* text) {
    JsonSemAction actions = {};
    actions.semstate = &reader;
    actions.array_start = array_start;
    actions.array_end = array_end;
    actions.object_start = object_start;
    actions.object_end = object_end;
    actions.object_field_start = field_start;
    actions.scalar = scalar;
    reader.lex =
        makeJsonLexContextCstringLen(text, static_cast<int>(strlen(text)), GetDatabaseEncoding(), true);
    const JsonParseErrorType result = pg_parse_json(reader.lex, &actions);
    if (result == JSON_SUCCESS) return;
    const char* detail = json_errdetail(result, reader.lex);
    reader.guard([&] { fail_text(reader, detail); });
}

void append_number(StringInfo out, double value) {
    if (!std::isfinite(value)) {
        appendStringInfoString(
            out, std::isnan(value) ? "\"NaN\"" : (value > 0 ? "\"Infinity\"" : "\"-Infinity\""));
        return;
    }
    char digits[32];  // the shortest that reads back as the same number
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    appendBinaryStringInfo(out, digits, static_cast<int>(end - digits));
}

// What is written beside times and codes, read from the front.
struct TextColumns {
    char** events;
    char** channels;
    NumberColumn values;
    NumberColumn tiebreaks;
    std::uint32_t value_rank = 0;
    std::uint32_t tiebreak_rank = 0;
};

void append_event(StringInfo out, const JourneyView& journey, std::uint32_t row, TextColumns& columns) {
    static const int utc = 0;
    char moment[MAXDATELEN + 1];
    JsonEncodeDateTime(moment, TimestampTzGetDatum(journey.time(row)), TIMESTAMPTZOID, &utc);
    appendStringInfo(out, "{\"ts\":\"%s\",\"event\":", moment);
    escape_json(out, columns.events[journey.event(row)]);
    if (const std::uint32_t channel = journey.channel(row); channel != 0) {
        appendStringInfoString(out, ",\"channel\":");
        escape_json(out, columns.channels[channel - 1]);
    }
    if (columns.values.has(row, columns.value_rank)) {
        appendStringInfoString(out, ",\"value\":");
        append_number(out, columns.values.number(columns.value_rank++));
    }
    if (columns.tiebreaks.has(row, columns.tiebreak_rank)) {
        appendStringInfo(out, ",\"tiebreak\":" INT64_FORMAT,
                         columns.tiebreaks.integer(columns.tiebreak_rank++));
    }
    appendStringInfoChar(out, '}');
}

char** name_cstrings(const Names& names) {
    auto** texts = static_cast<char**>(palloc(sizeof(char*) * (names.size() + 1)));
    int count = 0;
    for (std::string_view name : names) texts[count++] = pnstrdup(name.data(), name.size());
    return texts;
}

}  // namespace

JOURNEY_FUNCTION(in) {
    ContextMemory& memory = ContextMemory::make(CurrentMemoryContext);
    JsonReader reader = {};
    reader.vocabulary = make_in<Vocabulary>(memory, memory);
    reader.events = make_in<EventList>(memory, *reader.vocabulary, memory);
    parse_json(reader, PG_GETARG_CSTRING(0));
    return journey_datum(reader.events->encode(memory, VARHDRSZ));
}

JOURNEY_FUNCTION(out) {
    const JourneyView journey = journey_argument(fcinfo, 0);
    TextColumns columns{name_cstrings(journey.event_names()), name_cstrings(journey.channel_names()),
                        journey.values(), journey.tiebreaks()};
    StringInfoData out;
    initStringInfo(&out);
    appendStringInfoChar(&out, '[');
    for (std::uint32_t row = 0; row < journey.size(); ++row) {
        if (row % 4096 == 0) CHECK_FOR_INTERRUPTS();
        if (row > 0) appendStringInfoChar(&out, ',');
        if (journey.event(row) >= journey.event_names().size() ||
            journey.channel(row) > journey.channel_names().size()) {
            fail_corrupted("code");
        }
        append_event(&out, journey, row, columns);
    }
    appendStringInfoChar(&out, ']');
    PG_RETURN_CSTRING(out.data);
}

JOURNEY_FUNCTION(send) {
    const auto bytes = bytes_argument(fcinfo, 0);
    StringInfoData buffer;
    pq_begintypsend(&buffer);
    pq_sendbytes(&buffer, reinterpret_cast<const char*>(bytes.data()), static_cast<int>(bytes.size()));
    return PointerGetDatum(pq_endtypsend(&buffer));
}

JOURNEY_FUNCTION(recv) {
    auto* message = reinterpret_cast<StringInfo>(PG_GETARG_POINTER(0));
    const auto size = static_cast<std::size_t>(message->len - message->cursor);
    const char* wire = pq_getmsgbytes(message, static_cast<int>(size));
    auto* copy = static_cast<std::byte*>(palloc(size + VARHDRSZ));
    memcpy(copy + VARHDRSZ, wire, size);
    const std::span<const std::byte> bytes(copy + VARHDRSZ, size);

    const auto fail = [](const char* what) {
        throw Error(ErrorCode::invalid_binary, "journey", "invalid binary representation of a journey: %s",
                    what)
            .hint("Send what the journey type's binary output gave, unchanged.");
    };
    ContextMemory memory;
    bool canonical = false;
    Failure failure;
    if (!attempt(failure, [&] { canonical = is_canonical(bytes, memory); })) {
        // A later version of the format is no damage.
        const ErrorCode code = failure.error().code();
        if (code != ErrorCode::corrupted && code != ErrorCode::invalid_argument && code != ErrorCode::limit) {
            throw failure.error();
        }
        fail(failure.error().message());
    }
    if (!canonical) fail("it is not in canonical form");
    const JourneyView journey(bytes);
    if (!journey.empty() &&
        !(IS_VALID_TIMESTAMP(journey.first_time()) && IS_VALID_TIMESTAMP(journey.last_time()))) {
        fail("a time is out of the range of timestamps");
    }
    for (const Names* names : {&journey.event_names(), &journey.channel_names()}) {
        for (std::string_view name : *names) {
            if (!pg_verifymbstr(name.data(), static_cast<int>(name.size()), true)) {
                fail("a name is not valid in the database's encoding");
            }
        }
    }
    return journey_datum({copy, size + VARHDRSZ});
}
