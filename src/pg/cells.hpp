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
    void text(std::string_view text) { datum(text_datum(text)); }
    void text(const std::optional<std::string_view>& text) {
        if (text) {
            datum(text_datum(*text));
        } else {
            null();
        }
    }
    void boolean(const std::optional<bool>& value) {
        if (value) {
            datum(BoolGetDatum(*value));
        } else {
            null();
        }
    }
    void count(const std::optional<std::int64_t>& value) {
        if (value) {
            datum(Int64GetDatum(*value));
        } else {
            null();
        }
    }
    void real(const std::optional<double>& value) {
        if (value && !std::isnan(*value)) {
            datum(Float8GetDatum(*value));
        } else {
            null();
        }
    }
    void share(const std::optional<std::int64_t>& part, std::int64_t all) {
        if (part && all > 0) {
            real(static_cast<double>(*part) / static_cast<double>(all));
        } else {
            null();
        }
    }
    void length(const std::optional<std::int64_t>& microseconds) {
        if (microseconds) {
            datum(interval_datum(*microseconds));
        } else {
            null();
        }
    }
    // Stages count from 0 inside and from 1 in SQL.
    void stage(const std::optional<std::uint32_t>& stage) {
        if (stage) {
            datum(Int32GetDatum(static_cast<std::int32_t>(*stage) + 1));
        } else {
            null();
        }
    }
};

}  // namespace journey::pg
