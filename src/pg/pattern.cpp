// Journey patterns: journey_match and its operators, counts, rows, and what the
// planner expects of them.

#include "core/pattern.hpp"
#include "core/edit.hpp"

#include "pg/journey_argument.hpp"
#include "pg/values.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

enum MatchArgument { match_journey, pattern_argument, within_argument, matches_argument, after_argument };

Span within_of(FunctionCallInfo fcinfo) {
    if (PG_NARGS() <= within_argument || PG_ARGISNULL(within_argument)) return no_limit;
    return span_argument(fcinfo, within_argument, "within");
}

// The pattern read last and what it was read from: a pattern that is no constant can
// change between two calls.
struct PatternCache {
    MemoryContext context;  // of the pattern and the text
    std::string_view text;
    Span within;
    const JourneyPattern* pattern;
};

JourneyPattern* read_pattern(std::string_view text, Span within, ContextMemory& memory) {
    return new (memory.allocate(sizeof(JourneyPattern), alignof(JourneyPattern)))
        JourneyPattern(text, within, memory);
}

const JourneyPattern& cached_pattern(FunctionCallInfo fcinfo) {
    auto* cache = static_cast<PatternCache*>(fcinfo->flinfo->fn_extra);
    const std::string_view text = text_argument(fcinfo, pattern_argument);
    const Span within = within_of(fcinfo);
    if (cache != nullptr && cache->text == text && cache->within == within) return *cache->pattern;
    if (cache == nullptr) {
        cache =
            static_cast<PatternCache*>(MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(PatternCache)));
        new (cache) PatternCache{};
        cache->context =
            AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "journey pattern", ALLOCSET_SMALL_SIZES);
    }
    fcinfo->flinfo->fn_extra = nullptr;  // no half-made cache if reading raises
    MemoryContextReset(cache->context);
    ContextMemory& memory = ContextMemory::make(cache->context);
    auto* copy = static_cast<char*>(memory.allocate(text.size() + 1));
    memcpy(copy, text.data(), text.size());
    cache->text = {copy, text.size()};
    cache->within = within;
    cache->pattern = read_pattern(cache->text, within, memory);
    fcinfo->flinfo->fn_extra = cache;
    return *cache->pattern;
}

bool match(FunctionCallInfo fcinfo) {
    const JourneyPattern& pattern = cached_pattern(fcinfo);
    const JourneyView journey = journey_argument(fcinfo, match_journey);
    ContextMemory memory;
    return journey_match(journey, pattern, memory);
}

struct MatchStream {
    JourneyView journey;
    const JourneyPattern* pattern;
    JourneyMatches* matches;  // null: no journey
    bool first_only;
    bool started;
    std::int64_t number;
    std::uint32_t part;
};

MatchStream* open_stream(FunctionCallInfo fcinfo, ContextMemory& memory) {
    if (PG_ARGISNULL(pattern_argument)) fail_null("pattern");
    if (PG_ARGISNULL(matches_argument)) fail_null("matches");
    if (PG_ARGISNULL(after_argument)) fail_null("after_match");
    const JourneyPattern* pattern =
        read_pattern(text_argument(fcinfo, pattern_argument), within_of(fcinfo), memory);
    const MatchChoice choice = parse_match_choice(text_argument(fcinfo, matches_argument));
    const AfterMatch after = parse_after_match(text_argument(fcinfo, after_argument), *pattern);
    auto* stream = make_in<MatchStream>(memory, JourneyView{}, pattern, nullptr, choice != MatchChoice::all,
                                        false, std::int64_t{0}, std::uint32_t{0});
    if (PG_ARGISNULL(match_journey)) return stream;
    stream->journey = journey_argument(fcinfo, match_journey);
    auto* place = memory.allocate(sizeof(JourneyMatches), alignof(JourneyMatches));
    auto* matches = new (place) JourneyMatches(stream->journey, *pattern, after, memory);
    stream->matches = matches;
    const bool found = choice == MatchChoice::last ? matches->go_to_last() : matches->next();
    if (!found) stream->matches = nullptr;
    return stream;
}

// To the next match; false: that was the last.
bool advance(MatchStream& stream) {
    if (stream.first_only || !stream.matches->next()) stream.matches = nullptr;
    stream.part = 0;
    return stream.matches != nullptr;
}

}  // namespace

JOURNEY_FUNCTION(match) {
    if (PG_ARGISNULL(match_journey) || PG_ARGISNULL(pattern_argument)) PG_RETURN_NULL();
    PG_RETURN_BOOL(match(fcinfo));
}

JOURNEY_FUNCTION(no_match) {
    if (PG_ARGISNULL(match_journey) || PG_ARGISNULL(pattern_argument)) PG_RETURN_NULL();
    PG_RETURN_BOOL(!match(fcinfo));
}

JOURNEY_FUNCTION(match_count) {
    if (PG_ARGISNULL(match_journey)) PG_RETURN_NULL();
    if (PG_ARGISNULL(pattern_argument)) fail_null("pattern");
    if (PG_ARGISNULL(matches_argument)) fail_null("after_match");
    const JourneyPattern& pattern = cached_pattern(fcinfo);
    // after_match stands where the other functions have matches.
    const AfterMatch after = parse_after_match(text_argument(fcinfo, matches_argument), pattern);
    const JourneyView journey = journey_argument(fcinfo, match_journey);
    ContextMemory memory;
    PG_RETURN_INT64(JourneyMatches(journey, pattern, after, memory).count_rest());
}

JOURNEY_FUNCTION(matches) {
    const auto calls =
        row_stream<MatchStream>(fcinfo, [&](ContextMemory& memory) { return open_stream(fcinfo, memory); });
    MatchStream& stream = *calls.state;
    if (stream.started && stream.matches != nullptr) advance(stream);
    stream.started = true;
    if (stream.matches == nullptr) SRF_RETURN_DONE(calls.calls);
    const MatchRange range = stream.matches->whole();
    const Time first = stream.journey.time(range.first_row), last = stream.journey.time(range.last_row);
    Datum values[7] = {Int64GetDatum(stream.matches->number()),
                       TimestampTzGetDatum(first),
                       TimestampTzGetDatum(last),
                       Int64GetDatum(static_cast<std::int64_t>(range.first_row) + 1),
                       Int64GetDatum(static_cast<std::int64_t>(range.last_row) + 1),
                       Int64GetDatum(static_cast<std::int64_t>(range.events)),
                       interval_datum(first, last)};
    bool nulls[7] = {};
    SRF_RETURN_NEXT(calls.calls, row_datum(calls.calls, values, nulls));
}

JOURNEY_FUNCTION(match_parts) {
    const auto calls =
        row_stream<MatchStream>(fcinfo, [&](ContextMemory& memory) { return open_stream(fcinfo, memory); });
    MatchStream& stream = *calls.state;
    std::optional<MatchRange> range;
    std::string_view name;
    while (stream.matches != nullptr && !range) {
        const NameList parts = stream.pattern->parts();
        if (stream.part == parts.size()) {
            if (parts.empty() || !advance(stream)) break;
            continue;
        }
        name = parts[stream.part];
        range = stream.matches->part(stream.part++);
    }
    if (!range) SRF_RETURN_DONE(calls.calls);
    Datum values[7] = {Int64GetDatum(stream.matches->number()),
                       text_datum(name),
                       TimestampTzGetDatum(stream.journey.time(range->first_row)),
                       TimestampTzGetDatum(stream.journey.time(range->last_row)),
                       Int64GetDatum(static_cast<std::int64_t>(range->first_row) + 1),
                       Int64GetDatum(static_cast<std::int64_t>(range->last_row) + 1),
                       Int64GetDatum(static_cast<std::int64_t>(range->events))};
    bool nulls[7] = {};
    SRF_RETURN_NEXT(calls.calls, row_datum(calls.calls, values, nulls));
}

namespace {

// Where the statistics hold journeys the pattern is tried on them; else this share matches.
constexpr double usual_share = 0.1;

Datum selectivity(FunctionCallInfo fcinfo, double share) {
    PG_RETURN_FLOAT8(generic_restriction_selectivity(
        reinterpret_cast<PlannerInfo*>(PG_GETARG_POINTER(0)), PG_GETARG_OID(1), PG_GET_COLLATION(),
        reinterpret_cast<List*>(PG_GETARG_POINTER(2)), PG_GETARG_INT32(3), share));
}

}  // namespace

JOURNEY_FUNCTION(match_selectivity) {
    return selectivity(fcinfo, usual_share);
}
JOURNEY_FUNCTION(no_match_selectivity) {
    return selectivity(fcinfo, 1 - usual_share);
}
JOURNEY_FUNCTION(match_join_selectivity) {
    PG_RETURN_FLOAT8(usual_share);
}
JOURNEY_FUNCTION(no_match_join_selectivity) {
    PG_RETURN_FLOAT8(1 - usual_share);
}
