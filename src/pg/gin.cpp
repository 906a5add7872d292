// journey @> names and journey && names, and the index that answers them and
// journey ~ pattern.

#include "core/gin.hpp"
#include "core/pattern.hpp"

#include "pg/guard.hpp"
#include "pg/journey_argument.hpp"
#include "pg/memory.hpp"
#include "pg/values.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

// As the operator class numbers its operators, the first two as array_ops does.
constexpr StrategyNumber all_strategy = 2, pattern_strategy = 3;

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

// A question in names: `clause_of` has the clause of each, ascending from 0.
struct Question {
    std::span<const std::string_view> names;
    const std::uint32_t* clause_of;
};

Question question_of_names(std::span<const std::string_view> names, bool all) {
    auto* clause_of = static_cast<std::uint32_t*>(palloc(sizeof(std::uint32_t) * (names.size() + 1)));
    for (std::size_t i = 0; i < names.size(); ++i) clause_of[i] = all ? static_cast<std::uint32_t>(i) : 0;
    return {names, clause_of};
}

// The names that a match must contain. Without any the index cannot help.
Question question_of_pattern(std::string_view written, ContextMemory& memory) {
    const auto* pattern = make_in<JourneyPattern>(memory, written, no_limit, memory);
    std::size_t size = 0;
    for (const auto& clause : pattern->required_names()) size += clause.size();
    const std::span names(static_cast<std::string_view*>(memory.allocate(sizeof(std::string_view) * size)),
                          size);
    auto* clause_of = static_cast<std::uint32_t*>(memory.allocate(sizeof(std::uint32_t) * size));
    std::size_t key = 0;
    std::uint32_t number = 0;
    for (const auto& clause : pattern->required_names()) {
        for (const std::string_view name : clause) {
            clause_of[key] = number;
            new (&names[key++]) std::string_view(name);
        }
        ++number;
    }
    return {names, clause_of};
}

// A question as the index is asked it; hangs on its first key.
struct IndexQuestion {
    bool inexact = false;  // what the index finds must be checked
    std::uint32_t clause_of[FLEXIBLE_ARRAY_MEMBER];
};

struct IndexKeys {
    Datum* keys;
    Pointer* extra;
};

IndexKeys ask_index(const Question& question, bool inexact) {
    const std::size_t size = question.names.size();
    auto* asked = static_cast<IndexQuestion*>(
        palloc(offsetof(IndexQuestion, clause_of) + sizeof(std::uint32_t) * size));
    asked->inexact = inexact;
    auto* keys = static_cast<Datum*>(palloc(sizeof(Datum) * size));
    for (std::size_t i = 0; i < size; ++i) {
        keys[i] = index_key(question.names[i]);
        asked->clause_of[i] = question.clause_of[i];
        asked->inexact = asked->inexact || question.names[i].size() > max_index_name_bytes;
    }
    auto* extra = static_cast<Pointer*>(palloc0(sizeof(Pointer) * size));
    extra[0] = reinterpret_cast<Pointer>(asked);
    return {keys, extra};
}

template <class Has>
Ternary answer(FunctionCallInfo fcinfo, Has has) {
    const bool pattern = PG_GETARG_UINT16(1) == pattern_strategy;
    const auto keys = static_cast<std::size_t>(PG_GETARG_INT32(3));
    if (keys == 0) return pattern ? Ternary::maybe : Ternary::yes;  // asked for all journeys
    auto** extra = reinterpret_cast<Pointer*>(PG_GETARG_POINTER(4));
    const auto* asked = reinterpret_cast<const IndexQuestion*>(extra[0]);
    return index_answer({asked->clause_of, keys}, asked->inexact, has);
}

}  // namespace

// --- the operators ----------------------------------------------------------

JOURNEY_FUNCTION(has_all_events) {
    const AskedNames& asked = operator_names(fcinfo);
    if (asked.has_null) PG_RETURN_BOOL(false);
    PG_RETURN_BOOL(has_all_events(journey_argument(fcinfo, 0), asked.names));
}

JOURNEY_FUNCTION(has_any_event) {
    const AskedNames& asked = operator_names(fcinfo);
    PG_RETURN_BOOL(has_any_event(journey_argument(fcinfo, 0), asked.names));
}

// --- the operator class -----------------------------------------------------

// (journey, int4 *keys)
JOURNEY_FUNCTION(gin_extract_value) {
    const Names names = journey_argument(fcinfo, 0).event_names();
    auto* keys = static_cast<Datum*>(palloc(sizeof(Datum) * (names.size() + 1)));
    std::int32_t count = 0;
    for (const std::string_view name : names) keys[count++] = index_key(name);
    *reinterpret_cast<std::int32_t*>(PG_GETARG_POINTER(1)) = count;
    PG_RETURN_POINTER(keys);
}

// (text[] or text, int4 *keys, strategy, bool **partial, Pointer **extra, bool **nulls, int4 *mode)
JOURNEY_FUNCTION(gin_extract_query) {
    auto* count = reinterpret_cast<std::int32_t*>(PG_GETARG_POINTER(1));
    const StrategyNumber strategy = PG_GETARG_UINT16(2);
    auto*** extra = reinterpret_cast<Pointer**>(PG_GETARG_POINTER(4));
    auto* mode = reinterpret_cast<std::int32_t*>(PG_GETARG_POINTER(6));

    *count = 0;
    Question question{};
    MemoryContext scratch = nullptr;  // of the pattern, which lasts longer than its names are needed
    if (strategy == pattern_strategy) {
        const std::string_view pattern = text_argument(fcinfo, 0);
        scratch = AllocSetContextCreate(CurrentMemoryContext, "journey pattern", ALLOCSET_SMALL_SIZES);
        question = question_of_pattern(pattern, ContextMemory::make(scratch));
    } else {
        const AskedNames asked = asked_names(PG_GETARG_DATUM(0));
        const bool all = strategy == all_strategy;
        if (all && asked.has_null) PG_RETURN_POINTER(nullptr);  // no journey has it
        question = question_of_names(asked.names, all);
    }
    IndexKeys asked{};
    if (question.names.empty()) {
        // All journeys have all of nothing; none has any of nothing.
        if (strategy == all_strategy || strategy == pattern_strategy) *mode = GIN_SEARCH_MODE_ALL;
    } else {
        asked = ask_index(question, strategy == pattern_strategy);
        *extra = asked.extra;
        *count = static_cast<std::int32_t>(question.names.size());
    }
    if (scratch != nullptr) MemoryContextDelete(scratch);
    PG_RETURN_POINTER(asked.keys);
}

// (bool *check, strategy, text[] or text, int4 keys, Pointer *extra, bool *recheck, …)
JOURNEY_FUNCTION(gin_consistent) {
    const auto* check = reinterpret_cast<const bool*>(PG_GETARG_POINTER(0));
    auto* recheck = reinterpret_cast<bool*>(PG_GETARG_POINTER(5));
    const Ternary result =
        answer(fcinfo, [&](std::size_t key) { return check[key] ? Ternary::yes : Ternary::no; });
    *recheck = result == Ternary::maybe;
    PG_RETURN_BOOL(result != Ternary::no);
}

// (ternary *check, strategy, text[] or text, int4 keys, Pointer *extra, …)
JOURNEY_FUNCTION(gin_triconsistent) {
    const auto* check = reinterpret_cast<const GinTernaryValue*>(PG_GETARG_POINTER(0));
    const Ternary result = answer(fcinfo, [&](std::size_t key) {
        return check[key] == GIN_TRUE ? Ternary::yes : check[key] == GIN_FALSE ? Ternary::no : Ternary::maybe;
    });
    PG_RETURN_GIN_TERNARY_VALUE(result == Ternary::yes  ? GIN_TRUE
                                : result == Ternary::no ? GIN_FALSE
                                                        : GIN_MAYBE);
}
