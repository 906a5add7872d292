
#include "pg/arguments.hpp"
#include "pg/memory.hpp"

namespace journey::pg {

void fail_null(const char* argument) {
    throw Error(ErrorCode::null_argument, argument, "%s must not be null", argument)
        .hint("Give a value, or leave such rows out with a WHERE clause.");
}

std::uint32_t word_of(std::string_view given, const char* name, std::span<const std::string_view> words) {
    char valid[200] = "";
    for (std::uint32_t i = 0; i < words.size(); ++i) {
        if (words[i] == given) return i;
        const std::size_t length = strlen(valid);
        snprintf(valid + length, sizeof valid - length, "%s%.*s", i == 0 ? "" : ", ",
                 static_cast<int>(words[i].size()), words[i].data());
    }
    throw Error(ErrorCode::invalid_argument, name, "unknown %s: \"%.*s\"", name,
                static_cast<int>(given.size()), given.data())
        .hint("Valid values are: %s.", valid);
}

Span span_of(const Interval& interval, const char* argument) {
    const __int128 days = static_cast<__int128>(interval.month) * DAYS_PER_MONTH + interval.day;
    const __int128 total = days * USECS_PER_DAY + interval.time;
    if (total < 0) {
        throw Error(ErrorCode::invalid_argument, argument, "%s must not be negative", argument)
            .hint("Write a length of time such as interval '30 minutes'.");
    }
    if (total > INT64_MAX) {
        throw Error(ErrorCode::overflow, argument, "%s is out of range", argument)
            .hint("Timestamps span less than 300000 years.");
    }
    return static_cast<Span>(total);
}

Span span_argument(FunctionCallInfo fcinfo, int n, const char* argument) {
    if (PG_ARGISNULL(n)) {
        throw Error(ErrorCode::null_argument, argument, "%s must not be null", argument)
            .hint("Write a length of time such as interval '30 minutes'.");
    }
    return span_of(*PG_GETARG_INTERVAL_P(n), argument);
}

std::span<const std::string_view> texts_of(Datum array, const char* argument) {
    Datum* elements;
    bool* nulls;
    int count;
    deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &count);
    auto* texts =
        static_cast<std::string_view*>(palloc(sizeof(std::string_view) * static_cast<Size>(count + 1)));
    for (int i = 0; i < count; ++i) {
        if (nulls[i]) {
            throw Error(ErrorCode::null_argument, argument, "%s must not contain nulls", argument)
                .detail("Element %d is null.", i + 1)
                .hint("Remove it, for example with array_remove(%s, NULL).", argument);
        }
        new (&texts[i]) std::string_view(text_of(elements[i]));
    }
    return {texts, static_cast<std::size_t>(count)};
}

std::span<const std::string_view> texts_argument(FunctionCallInfo fcinfo, int n, const char* argument) {
    if (PG_ARGISNULL(n)) fail_null(argument);
    ArrayType* array = PG_GETARG_ARRAYTYPE_P(n);
    if (ARR_NDIM(array) > 1) {
        throw Error(ErrorCode::invalid_argument, argument, "%s must have one dimension", argument)
            .hint("Write ARRAY['a', 'b'].");
    }
    return texts_of(PointerGetDatum(array), argument);
}

std::span<const std::int32_t> ints_argument(FunctionCallInfo fcinfo, int n, const char* argument) {
    Datum* elements;
    bool* nulls;
    int count;
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(n), INT4OID, sizeof(std::int32_t), true, TYPALIGN_INT, &elements,
                      &nulls, &count);
    auto* numbers = static_cast<std::int32_t*>(palloc(sizeof(std::int32_t) * static_cast<Size>(count + 1)));
    for (int i = 0; i < count; ++i) {
        if (nulls[i]) {
            throw Error(ErrorCode::null_argument, argument, "%s must not contain nulls", argument)
                .hint("Remove them, for example with array_remove(%s, NULL).", argument);
        }
        numbers[i] = DatumGetInt32(elements[i]);
    }
    return {numbers, static_cast<std::size_t>(count)};
}

Midnights::Midnights(std::string_view zone) : zone_(nullptr) {
    char name[TZ_STRLEN_MAX + 1] = {};
    if (zone.size() <= TZ_STRLEN_MAX) {
        memcpy(name, zone.data(), zone.size());
        zone_ = pg_tzset(name);
    }
    if (zone_ == nullptr) {
        throw Error(ErrorCode::invalid_argument, "midnight_in", "unknown time zone in midnight_in: \"%.*s\"",
                    static_cast<int>(zone.size()), zone.data())
            .hint("Use a name of pg_timezone_names, such as 'Europe/Berlin' or 'UTC'.");
    }
}

Time Midnights::next_cut(Time after) const {
    pg_tm local;
    fsec_t fraction;
    int offset;
    if (timestamp2tm(after, &offset, &local, &fraction, nullptr, zone_) != 0) return max_time;
    local.tm_hour = local.tm_min = local.tm_sec = 0;
    for (int days = 1; days <= 2; ++days) {
        j2date(date2j(local.tm_year, local.tm_mon, local.tm_mday) + 1, &local.tm_year, &local.tm_mon,
               &local.tm_mday);
        local.tm_hour = 0;
        offset = DetermineTimeZoneOffset(&local, zone_);
        Time midnight;
        if (tm2timestamp(&local, 0, &offset, &midnight) != 0) return max_time;
        // Where clocks go back over midnight the next one can be the same moment.
        if (midnight > after) return midnight;
    }
    return max_time;
}

const Calendar* calendar_argument(FunctionCallInfo fcinfo, int n) {
    if (PG_ARGISNULL(n)) return nullptr;
    return new (palloc(sizeof(Midnights))) Midnights(text_argument(fcinfo, n));
}

bool has_constant_arguments(FunctionCallInfo fcinfo, int first, int last) {
    const auto* call = reinterpret_cast<const FuncExpr*>(fcinfo->flinfo->fn_expr);
    if (call == nullptr || !IsA(call, FuncExpr) || list_length(call->args) < last) return false;
    for (int n = first; n < last; ++n) {
        if (!IsA(list_nth(call->args, n), Const)) return false;
    }
    return true;
}

}  // namespace journey::pg
