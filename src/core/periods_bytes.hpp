// How the states of reports over periods are written and read: a PeriodFrame as
// unit and week start (u8), from, as_of (i64), and the zone (u32 length, bytes).
#pragma once

#include <cstring>
#include <span>

#include "core/encoding.hpp"
#include "core/error.hpp"
#include "core/periods.hpp"

namespace journey {

inline std::size_t frame_size(const PeriodFrame& frame) {
    return 1 + 1 + 8 + 8 + 4 + frame.zone.size();
}

inline std::byte* store_frame(std::byte* to, const PeriodFrame& frame) {
    *to++ = static_cast<std::byte>(frame.unit);
    *to++ = static_cast<std::byte>(frame.week_start);
    to = store(to, frame.from);
    to = store(to, frame.as_of);
    to = store(to, static_cast<std::uint32_t>(frame.zone.size()));
    std::memcpy(to, frame.zone.data(), frame.zone.size());
    return to + frame.zone.size();
}

// Reads a state, never past its end.
class PeriodBytes {
  public:
    PeriodBytes(std::span<const std::byte> bytes, const char* type, const char* maker)
        : at_(bytes.data()), end_(bytes.data() + bytes.size()), type_(type), maker_(maker) {}

    [[noreturn]] void fail(const char* what) const {
        throw Error(ErrorCode::invalid_binary, "", "invalid %s: %s", type_, what)
            .hint("It is made by %s(); it is not written by hand.", maker_);
    }
    template <class T>
    T number() {
        return load<T>(take(sizeof(T)));
    }
    void expect(std::uint8_t number_expected, const char* otherwise) {
        if (number<std::uint8_t>() != number_expected) fail(otherwise);
    }
    // How many things of at least `size` bytes follow.
    std::size_t count(std::size_t size) {
        const auto count = number<std::uint32_t>();
        if (count > left() / size) fail("it ends too early");
        return count;
    }
    void frame(PeriodFrame& frame) {
        const auto unit = number<std::uint8_t>();
        if (unit > static_cast<std::uint8_t>(PeriodUnit::year)) fail("unknown period");
        frame.unit = static_cast<PeriodUnit>(unit);
        frame.week_start = number<std::uint8_t>();
        if (frame.week_start < 1 || frame.week_start > 7) fail("unknown start of the week");
        frame.from = number<std::int64_t>();
        frame.as_of = number<std::int64_t>();
        if (frame.has_from() && frame.from >= frame.as_of) fail("its range");
        const std::size_t length = count(1);
        frame.zone.assign(reinterpret_cast<const char*>(take(length)), length);
    }
    void end() const {
        if (left() != 0) fail("it is too long");
    }

  private:
    std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
    const std::byte* take(std::size_t size) {
        if (left() < size) fail("it ends too early");
        const std::byte* start = at_;
        at_ += size;
        return start;
    }

    const std::byte* at_;
    const std::byte* end_;
    const char* type_;
    const char* maker_;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
