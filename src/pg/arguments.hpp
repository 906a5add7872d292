// Arguments of SQL functions, checked and named. Everything here is the take
// phase: it may raise, and may throw Error.
#pragma once

#include "pg/postgres.hpp"

namespace journey::pg {

// The bytes of a journey (or any varlena); valid as long as its (detoasted) datum. Most
// are as they are needed, and a call for each row is worth sparing.
inline std::span<const std::byte> bytes_of(Datum datum) {
    const auto* bytes = reinterpret_cast<const varlena*>(datum);
    if (VARATT_IS_EXTERNAL(bytes) || VARATT_IS_COMPRESSED(bytes)) {
        bytes = reinterpret_cast<const varlena*>(PG_DETOAST_DATUM_PACKED(datum));
    }
    return {reinterpret_cast<const std::byte*>(VARDATA_ANY(bytes)),
            static_cast<std::size_t>(VARSIZE_ANY_EXHDR(bytes))};
}
inline std::span<const std::byte> bytes_argument(FunctionCallInfo fcinfo, int n) {
    return bytes_of(PG_GETARG_DATUM(n));
}

// The same as a message, for pq_getmsg…: what a serialise function wrote.
inline StringInfoData message_argument(FunctionCallInfo fcinfo, int n) {
    const auto bytes = bytes_argument(fcinfo, n);
    StringInfoData message;
    initStringInfo(&message);
    appendBinaryStringInfo(&message, reinterpret_cast<const char*>(bytes.data()),
                           static_cast<int>(bytes.size()));
    return message;
}

// A text of the server, as long as its (detoasted) datum.
inline std::string_view text_of(Datum datum) {
    const auto bytes = bytes_of(datum);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline std::string_view text_argument(FunctionCallInfo fcinfo, int n) {
    return text_of(PG_GETARG_DATUM(n));
}

// Microseconds of an interval as PostgreSQL compares intervals: a month is 30
// days, a day 24 hours. Throws if negative or beyond the range of timestamps.
Span span_of(const Interval& interval, const char* argument);
// The same of an argument; NULL is an error.
Span span_argument(FunctionCallInfo fcinfo, int n, const char* argument);

[[noreturn]] void fail_null(const char* argument);

// The place of a word among those that are valid.
std::uint32_t word_of(std::string_view given, const char* name, std::span<const std::string_view> words);

// text[] → views, in the current memory context. Throws for NULL elements.
std::span<const std::string_view> texts_of(Datum array, const char* argument);
std::span<const std::string_view> texts_argument(FunctionCallInfo fcinfo, int n, const char* argument);

// int[] → numbers; throws for NULL elements.
std::span<const std::int32_t> ints_argument(FunctionCallInfo fcinfo, int n, const char* argument);

// Midnights of a named time zone.
class Midnights final : public Calendar {
  public:
    explicit Midnights(std::string_view zone);
    Time next_cut(Time after) const override;

  private:
    pg_tz* zone_;
};

// A Calendar in the current memory context, or nullptr if the argument is NULL.
const Calendar* calendar_argument(FunctionCallInfo fcinfo, int n);

// Are the arguments [first, last) of this function constants? Parameters are not: an
// expression of PL/pgSQL is evaluated again and again with others.
bool has_constant_arguments(FunctionCallInfo fcinfo, int first, int last);

}  // namespace journey::pg
