
#include "pg/values.hpp"

namespace journey::pg {

Datum interval_datum(std::int64_t microseconds) {
    auto* interval = static_cast<Interval*>(palloc0(sizeof(Interval)));
    interval->day = static_cast<std::int32_t>(microseconds / USECS_PER_DAY);
    interval->time = microseconds % USECS_PER_DAY;
    return IntervalPGetDatum(interval);
}

Datum names_datum(const Names& names) {
    auto* elements = static_cast<Datum*>(palloc(sizeof(Datum) * (names.size() + 1)));
    int count = 0;
    for (std::string_view name : names) elements[count++] = text_datum(name);
    return PointerGetDatum(construct_array(elements, count, TEXTOID, -1, false, TYPALIGN_INT));
}

Datum times_datum(std::span<const std::uint32_t> rows, std::span<const Time> times, std::size_t count) {
    auto* elements = static_cast<Datum*>(palloc0(sizeof(Datum) * (count + 1)));
    auto* nulls = static_cast<bool*>(palloc(sizeof(bool) * (count + 1)));
    for (std::size_t i = 0; i < count; ++i) {
        nulls[i] = rows[i] == no_row;
        if (!nulls[i]) elements[i] = TimestampTzGetDatum(times[i]);
    }
    int dimensions[] = {static_cast<int>(count)};
    int lower_bounds[] = {1};
    return PointerGetDatum(construct_md_array(elements, nulls, count == 0 ? 0 : 1, dimensions, lower_bounds,
                                              TIMESTAMPTZOID, sizeof(std::int64_t), true, TYPALIGN_DOUBLE));
}

EventReader::EventReader(const JourneyView& journey, std::pmr::memory_resource& memory)
    : journey_(journey),
      values_(journey.values()),
      tiebreaks_(journey.tiebreaks()),
      events_(&memory),
      channels_(&memory) {
    for (std::string_view name : journey.event_names()) events_.push_back(name);
    for (std::string_view name : journey.channel_names()) channels_.push_back(name);
}

void EventReader::columns(std::uint32_t row, EventColumns& to) {
    if (row != next_row_) {
        value_rank_ = values_.rank(row);
        tiebreak_rank_ = tiebreaks_.rank(row);
    }
    next_row_ = row + 1;
    const std::uint32_t event = journey_.event(row), channel = journey_.channel(row);
    if (event >= events_.size() || channel > channels_.size()) fail_corrupted("code");
    to = {};
    to.values[0] = Int64GetDatum(static_cast<std::int64_t>(row) + 1);
    to.values[1] = TimestampTzGetDatum(journey_.time(row));
    to.values[2] = text_datum(events_[event]);
    to.nulls[3] = channel == 0;
    if (channel != 0) to.values[3] = text_datum(channels_[channel - 1]);
    to.nulls[4] = !values_.has(row, value_rank_);
    if (!to.nulls[4]) to.values[4] = Float8GetDatum(values_.number(value_rank_++));
    to.nulls[5] = !tiebreaks_.has(row, tiebreak_rank_);
    if (!to.nulls[5]) to.values[5] = Int64GetDatum(tiebreaks_.integer(tiebreak_rank_++));
}

}  // namespace journey::pg
