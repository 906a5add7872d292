// How the states of reports over periods are written and read: a PeriodFrame as
// unit and week start (u8), from, as_of (i64), and the zone (u32 length, bytes).
#pragma once

#include "core/periods.hpp"
#include "core/state_bytes.hpp"

namespace journey {

inline std::size_t frame_size(const PeriodFrame& frame) {
    return 1 + 1 + 8 + 8 + text_size(frame.zone);
}

inline std::byte* store_frame(std::byte* to, const PeriodFrame& frame) {
    *to++ = static_cast<std::byte>(frame.unit);
    *to++ = static_cast<std::byte>(frame.week_start);
    to = store(to, frame.from);
    to = store(to, frame.as_of);
    return store_text(to, frame.zone);
}

inline void read_frame(StateReader& reader, PeriodFrame& frame) {
    const auto unit = reader.number<std::uint8_t>();
    if (unit > static_cast<std::uint8_t>(PeriodUnit::year)) reader.fail("unknown period");
    frame.unit = static_cast<PeriodUnit>(unit);
    frame.week_start = reader.number<std::uint8_t>();
    if (frame.week_start < 1 || frame.week_start > 7) reader.fail("unknown start of the week");
    frame.from = reader.number<std::int64_t>();
    frame.as_of = reader.number<std::int64_t>();
    if (frame.has_from() && frame.from >= frame.as_of) reader.fail("its range");
    frame.zone = reader.text();
}

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
