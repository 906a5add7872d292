// journey @> names and journey && names, and the index that answers them.

#include "pg/guard.hpp"
#include "pg/memory.hpp"
#include "pg/values.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

// As the operator class numbers its operators, and as array_ops does. A strategy
// for patterns would be the third: its names a match must contain, as clauses.
constexpr StrategyNumber any_strategy = 1, all_strategy = 2;

// The names of a question: elements that are not NULL. As in arrays, NULL is
// equal to nothing.
struct AskedNames {
    std::span<const std::string_view> names;
    bool has_null;
};

AskedNames asked_names(Datum array) {
    Datum* elements;
    bool* nulls;
    int count;
    deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &count);
    auto* names =
        static_cast<std::string_view*>(palloc(sizeof(std::string_view) * static_cast<Size>(count + 1)));
    std::size_t size = 0;
    for (int i = 0; i < count; ++i) {
        if (!nulls[i]) new (&names[size++]) std::string_view(text_of(elements[i]));
    }
    return {{names, size}, size < static_cast<std::size_t>(count)};
}

// The same, read once as long as the array stays the same from row to row.
struct OperatorQuery {
    Datum array = 0;
    AskedNames asked{};
};

const AskedNames& operator_names(FunctionCallInfo fcinfo) {
    auto* query = static_cast<OperatorQuery*>(fcinfo->flinfo->fn_extra);
    const Datum array = PG_GETARG_DATUM(1);
    if (query != nullptr) {
        const auto old = bytes_of(query->array), now = bytes_of(array);
        if (old.size() == now.size() && memcmp(old.data(), now.data(), old.size()) == 0) return query->asked;
    }
    MemoryContext caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
    if (query == nullptr) {
        query = new (palloc(sizeof(OperatorQuery))) OperatorQuery;
        fcinfo->flinfo->fn_extra = query;
    } else {
        pfree(const_cast<std::string_view*>(query->asked.names.data()));
        pfree(DatumGetPointer(query->array));
        query->array = 0;
    }
    query->array = PointerGetDatum(PG_DETOAST_DATUM_COPY(array));
    query->asked = asked_names(query->array);
    MemoryContextSwitchTo(caller);
    return query->asked;
}

// What stands for a name in the index: itself, or if it is long its beginning and
// a hash, which fit an index page.
Datum index_key(std::string_view name) {
    if (name.size() <= max_index_name_bytes) return text_datum(name);
    constexpr int start = 200, digits = 16;
    const int kept = pg_mbcliplen(name.data(), static_cast<int>(name.size()), start);
    const std::uint64_t hash = DatumGetUInt64(hash_any_extended(
        reinterpret_cast<const unsigned char*>(name.data()), static_cast<int>(name.size()), 0));
    char key[start + digits + 1];
    memcpy(key, name.data(), static_cast<std::size_t>(kept));
    snprintf(key + kept, digits + 1, "%016llx", static_cast<unsigned long long>(hash));
    return text_datum({key, static_cast<std::size_t>(kept + digits)});
}

// A question as the index is asked it; hangs on its first key.
struct IndexQuestion {
    bool inexact = false;  // a key stands for more than one name
    std::uint32_t clause_of[FLEXIBLE_ARRAY_MEMBER];
};

template <class Has>
Ternary answer(FunctionCallInfo fcinfo, Has has) {
    const auto keys = static_cast<std::size_t>(PG_GETARG_INT32(3));
    if (keys == 0) return Ternary::yes;  // asked for all journeys
    auto** extra = reinterpret_cast<Pointer*>(PG_GETARG_POINTER(4));
    const auto* question = reinterpret_cast<const IndexQuestion*>(extra[0]);
    return index_answer({question->clause_of, keys}, question->inexact, has);
}

}  // namespace

// --- the operators ----------------------------------------------------------

JOURNEY_FUNCTION(has_all_events) {
    const AskedNames& asked = operator_names(fcinfo);
    if (asked.has_null) PG_RETURN_BOOL(false);
    PG_RETURN_BOOL(has_all_events(JourneyView(bytes_argument(fcinfo, 0)), asked.names));
}

JOURNEY_FUNCTION(has_any_event) {
    const AskedNames& asked = operator_names(fcinfo);
    PG_RETURN_BOOL(has_any_event(JourneyView(bytes_argument(fcinfo, 0)), asked.names));
}

// --- the operator class -----------------------------------------------------

// (journey, int4 *keys)
JOURNEY_FUNCTION(gin_extract_value) {
    const Names names = JourneyView(bytes_argument(fcinfo, 0)).event_names();
    auto* keys = static_cast<Datum*>(palloc(sizeof(Datum) * (names.size() + 1)));
    std::int32_t count = 0;
    for (const std::string_view name : names) keys[count++] = index_key(name);
    *reinterpret_cast<std::int32_t*>(PG_GETARG_POINTER(1)) = count;
    PG_RETURN_POINTER(keys);
}

// (text[], int4 *keys, strategy, bool **partial, Pointer **extra, bool **nulls, int4 *mode)
JOURNEY_FUNCTION(gin_extract_query) {
    const AskedNames asked = asked_names(PG_GETARG_DATUM(0));
    auto* count = reinterpret_cast<std::int32_t*>(PG_GETARG_POINTER(1));
    const bool all = PG_GETARG_UINT16(2) == all_strategy;
    auto*** extra = reinterpret_cast<Pointer**>(PG_GETARG_POINTER(4));
    auto* mode = reinterpret_cast<std::int32_t*>(PG_GETARG_POINTER(6));

    *count = 0;
    if (all && asked.has_null) PG_RETURN_POINTER(nullptr);  // no journey has it
    if (asked.names.empty()) {
        // All journeys have all of nothing; none has any of nothing.
        if (all) *mode = GIN_SEARCH_MODE_ALL;
        PG_RETURN_POINTER(nullptr);
    }
    const std::size_t keys = asked.names.size();
    auto* question = static_cast<IndexQuestion*>(
        palloc(offsetof(IndexQuestion, clause_of) + sizeof(std::uint32_t) * keys));
    question->inexact = false;
    auto* key = static_cast<Datum*>(palloc(sizeof(Datum) * keys));
    for (std::size_t i = 0; i < keys; ++i) {
        key[i] = index_key(asked.names[i]);
        question->clause_of[i] = all ? static_cast<std::uint32_t>(i) : 0;
        question->inexact = question->inexact || asked.names[i].size() > max_index_name_bytes;
    }
    *extra = static_cast<Pointer*>(palloc0(sizeof(Pointer) * keys));
    (*extra)[0] = reinterpret_cast<Pointer>(question);
    *count = static_cast<std::int32_t>(keys);
    PG_RETURN_POINTER(key);
}

// (bool *check, strategy, text[], int4 keys, Pointer *extra, bool *recheck, …)
JOURNEY_FUNCTION(gin_consistent) {
    const auto* check = reinterpret_cast<const bool*>(PG_GETARG_POINTER(0));
    auto* recheck = reinterpret_cast<bool*>(PG_GETARG_POINTER(5));
    const Ternary result =
        answer(fcinfo, [&](std::size_t key) { return check[key] ? Ternary::yes : Ternary::no; });
    *recheck = result == Ternary::maybe;
    PG_RETURN_BOOL(result != Ternary::no);
}

// (ternary *check, strategy, text[], int4 keys, Pointer *extra, …)
JOURNEY_FUNCTION(gin_triconsistent) {
    const auto* check = reinterpret_cast<const GinTernaryValue*>(PG_GETARG_POINTER(0));
    const Ternary result = answer(fcinfo, [&](std::size_t key) {
        return check[key] == GIN_TRUE ? Ternary::yes : check[key] == GIN_FALSE ? Ternary::no : Ternary::maybe;
    });
    PG_RETURN_GIN_TERNARY_VALUE(result == Ternary::yes  ? GIN_TRUE
                                : result == Ternary::no ? GIN_FALSE
                                                        : GIN_MAYBE);
}
