// The columns of one row of a result, filled from left to right.
#pragma once

#include "pg/values.hpp"

namespace journey::pg {

struct Cells {
    static constexpr int most = 40;
    Datum values[most] = {};
    bool nulls[most] = {};
    int n = 0;

    void null() { nulls[n++] = true; }
    void datum(Datum value) { values[n++] = value; }
    // make(what is there) → the datum; NULL if nothing is.
    template <class T, class Make>
    void optional(const std::optional<T>& value, Make make) {
        if (value) {
            datum(make(*value));
        } else {
            null();
        }
    }
    void text(const std::optional<std::string_view>& text) { optional(text, text_datum); }
    void boolean(const std::optional<bool>& value) {
        optional(value, [](bool each) { return BoolGetDatum(each); });
    }
    void whole(const std::optional<std::int32_t>& value) {
        optional(value, [](std::int32_t each) { return Int32GetDatum(each); });
    }
    void count(const std::optional<std::int64_t>& value) {
        optional(value, [](std::int64_t each) { return Int64GetDatum(each); });
    }
    // NaN is NULL.
    void real(const std::optional<double>& value) {
        const bool known = value && !std::isnan(*value);
        optional(known ? value : std::nullopt, [](double each) { return Float8GetDatum(each); });
    }
    void share(const std::optional<std::int64_t>& part, std::int64_t all) {
        real(part && all > 0 ? std::optional(static_cast<double>(*part) / static_cast<double>(all))
                             : std::nullopt);
    }
    void length(const std::optional<std::int64_t>& microseconds) {
        optional(microseconds, [](std::int64_t each) { return interval_datum(each); });
    }
    // Stages count from 0 inside and from 1 in SQL.
    void stage(const std::optional<std::uint32_t>& stage) {
        optional(stage,
                 [](std::uint32_t each) { return Int32GetDatum(static_cast<std::int32_t>(each) + 1); });
    }
};

inline Datum record_datum(FunctionCallInfo fcinfo, Cells& cells) {
    return record_datum(fcinfo, cells.values, cells.nulls);
}
inline Datum row_datum(FuncCallContext* calls, Cells& cells) {
    return row_datum(calls, cells.values, cells.nulls);
}

}  // namespace journey::pg
