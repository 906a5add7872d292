#include "core/periods.hpp"
#include "core/lifecycle.hpp"

#include "pg/periods.hpp"

namespace journey::pg {

namespace {

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
    return a / b - (a % b < 0 ? 1 : 0);
}

pg_tz* zone_of(std::string_view zone) {
    char name[TZ_STRLEN_MAX + 1] = {};
    pg_tz* found = nullptr;
    if (zone.size() <= TZ_STRLEN_MAX) {
        memcpy(name, zone.data(), zone.size());
        found = pg_tzset(name);
    }
    if (found == nullptr) {
        throw Error(ErrorCode::invalid_argument, "time_zone", "unknown time zone in time_zone: \"%.*s\"",
                    static_cast<int>(zone.size()), zone.data())
            .hint("Use a name of pg_timezone_names, such as 'Europe/Berlin' or 'UTC'.");
    }
    return found;
}

constexpr std::string_view unit_names[] = {"hour", "day", "week", "month", "quarter", "year"};

}  // namespace

// --- the calendar ---------------------------------------------------------------

NamedPeriods::NamedPeriods(const PeriodFrame& frame)
    : unit_(frame.unit), week_start_(frame.week_start), zone_(zone_of(frame.zone)) {}

Time NamedPeriods::hour_start(Time at) const {
    pg_tm local;
    fsec_t fraction;
    int offset = 0;
    if (timestamp2tm(at, &offset, &local, &fraction, nullptr, zone_) != 0) return MIN_TIMESTAMP;
    const Time west = offset * USECS_PER_SEC;
    return floor_div(at - west, USECS_PER_HOUR) * USECS_PER_HOUR + west;
}

std::int64_t NamedPeriods::number(Time at) const {
    pg_tm local;
    fsec_t fraction;
    int offset;
    if (timestamp2tm(at, &offset, &local, &fraction, nullptr, zone_) != 0) {
        throw Error(ErrorCode::overflow, "ts", "a time is out of the range of timestamps")
            .hint("Leave such events out.");
    }
    const std::int64_t day = date2j(local.tm_year, local.tm_mon, local.tm_mday);
    const std::int64_t month = std::int64_t{local.tm_year} * 12 + local.tm_mon - 1;
    switch (unit_) {
        case PeriodUnit::week:
            // Julian day 0 was a Monday.
            return floor_div(day - (week_start_ - 1), 7);
        case PeriodUnit::month:
            return month;
        case PeriodUnit::quarter:
            return floor_div(month, 3);
        case PeriodUnit::year:
            return local.tm_year;
        default:
            return day;
    }
}

Time NamedPeriods::begin(std::int64_t number) const {
    pg_tm local = {};
    local.tm_mday = 1;
    switch (unit_) {
        case PeriodUnit::month:
        case PeriodUnit::quarter: {
            const std::int64_t month = unit_ == PeriodUnit::month ? number : number * 3;
            local.tm_year = static_cast<int>(floor_div(month, 12));
            local.tm_mon = static_cast<int>(month - std::int64_t{local.tm_year} * 12) + 1;
            break;
        }
        case PeriodUnit::year:
            local.tm_year = static_cast<int>(number);
            local.tm_mon = 1;
            break;
        default: {
            const std::int64_t day = unit_ == PeriodUnit::week ? number * 7 + week_start_ - 1 : number;
            if (day < 0) return MIN_TIMESTAMP;
            j2date(static_cast<int>(day), &local.tm_year, &local.tm_mon, &local.tm_mday);
        }
    }
    int offset = DetermineTimeZoneOffset(&local, zone_);
    Time moment;
    if (tm2timestamp(&local, 0, &offset, &moment) != 0) return local.tm_year > 0 ? max_time : MIN_TIMESTAMP;
    return moment;
}

// Where clocks go back over midnight, a date can begin after some of its moments;
// where a date is skipped, two begin at once.
Time NamedPeriods::period_start(Time at) const {
    if (unit_ == PeriodUnit::hour) return hour_start(at);
    std::int64_t period = number(at);
    while (begin(period) > at) --period;
    while (begin(period + 1) <= at) ++period;
    return begin(period);
}

Time NamedPeriods::next_cut(Time after) const {
    if (unit_ == PeriodUnit::hour) {
        for (Time hour = hour_start(after) + USECS_PER_HOUR; IS_VALID_TIMESTAMP(hour);
             hour += USECS_PER_HOUR) {
            const Time cut = hour_start(hour);
            if (cut > after) return cut;
        }
        return max_time;
    }
    std::int64_t period = number(after);
    while (begin(period) > after) --period;
    while (begin(period) <= after) ++period;
    return begin(period);
}

// --- options --------------------------------------------------------------------

HeapTupleHeader options_argument(FunctionCallInfo fcinfo, int n) {
    if (PG_ARGISNULL(n)) {
        throw Error(ErrorCode::null_argument, "options", "options must not be null")
            .hint("Make them with retention_options() or activity_options().");
    }
    return PG_GETARG_HEAPTUPLEHEADER(n);
}

OptionRow::OptionRow(HeapTupleHeader row) {
    TupleDesc columns = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(row), HeapTupleHeaderGetTypMod(row));
    const int count = columns->natts;
    if (count > max_options) elog(ERROR, "journey: an options row has %d fields", count);
    HeapTupleData tuple = {};
    tuple.t_len = HeapTupleHeaderGetDatumLength(row);
    tuple.t_data = static_cast<HeapTupleHeader>(palloc(tuple.t_len));
    memcpy(tuple.t_data, row, tuple.t_len);
    heap_deform_tuple(&tuple, columns, values_, nulls_);
    ReleaseTupleDesc(columns);
}

std::uint32_t OptionRow::number(int n, const char* name, std::uint32_t least, std::uint32_t otherwise) const {
    if (is_null(n)) return otherwise;
    const std::int32_t number = DatumGetInt32(value(n));
    if (number < static_cast<std::int32_t>(least)) {
        throw Error(ErrorCode::invalid_argument, name, "%s must be at least %u, not %d", name, least, number)
            .hint("NULL stands for the default.");
    }
    return static_cast<std::uint32_t>(number);
}

std::uint32_t OptionRow::word(int n, const char* name, std::span<const std::string_view> words) const {
    return is_null(n) ? 0 : word_of(text(n), name, words);
}

void OptionRow::filter(int n, const char* name, EventFilter& events) const {
    if (is_null(n)) return;
    ArrayType* array = DatumGetArrayTypeP(value(n));
    if (ARR_NDIM(array) != 1) {
        throw Error(ErrorCode::invalid_argument, name,
                    ARR_NDIM(array) == 0 ? "%s must not be empty" : "%s must have one dimension", name)
            .hint("Write ARRAY['a', 'b'], or NULL for any event.");
    }
    events.only(texts_of(PointerGetDatum(array), name));
}

void OptionRow::frame(PeriodFrame& frame) const {
    if (is_null(option_period)) fail_null("period");
    if (is_null(option_as_of)) {
        throw Error(ErrorCode::null_argument, "as_of", "as_of must not be null")
            .hint("Give the moment up to which events are known, such as now().");
    }
    frame.unit = static_cast<PeriodUnit>(word(option_period, "period", unit_names));
    frame.as_of = DatumGetTimestampTz(value(option_as_of));
    if (!is_null(option_from_ts)) frame.from = DatumGetTimestampTz(value(option_from_ts));
    if (TIMESTAMP_NOT_FINITE(frame.as_of) || (frame.has_from() && TIMESTAMP_NOT_FINITE(frame.from)) ||
        (!is_null(option_from_ts) && !frame.has_from())) {
        throw Error(ErrorCode::invalid_argument, "as_of", "as_of and from_ts must not be infinite")
            .hint("Leave from_ts out to begin with the first period there is.");
    }
    if (frame.has_from() && frame.from >= frame.as_of) {
        throw Error(ErrorCode::invalid_argument, "from_ts", "from_ts must be before as_of")
            .hint("The report covers the time from from_ts to as_of.");
    }
    frame.zone = is_null(option_time_zone) ? std::string_view(pg_get_timezone_name(session_timezone))
                                           : text(option_time_zone);
    const std::uint32_t week_start = number(option_week_start, "week_start", 1, 1);
    if (week_start > 7) {
        throw Error(ErrorCode::invalid_argument, "week_start", "week_start must be 1 to 7, not %u",
                    week_start)
            .hint("1 is Monday, 7 is Sunday.");
    }
    frame.week_start = static_cast<std::uint8_t>(week_start);
}

}  // namespace journey::pg
