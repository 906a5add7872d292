// The journey value: one customer's ordered events in one compact run of bytes.
//
// Format, version 1 (all numbers little-endian; no alignment):
//
//   0  u8   version            1
//   1  u8   columns            bit 0 channels, bit 1 values, bit 2 tie-breakers
//   2  u8   time layout        low 4 bits: bytes an offset takes (1..8),
//                              high 4 bits: unit of the offsets (TimeUnit)
//   3  u8   code layout        low 4 bits: width of event codes, high 4 bits: of
//                              channel codes; 0 to 8 are bits, 9 is 16 bits, 10 is 32
//   4  n                       number of events (numbers without a type are varints, see
//                              encoding.hpp); 0 is the last byte of an empty journey
//      i64  base               time of the first event, microseconds since 2000-01-01 UTC
//      names of events         count, bytes that follow, then length and bytes of each
//                              name in byte order
//      names of channels       the same, if there is a channel column
//      times                   n offsets from base in the unit
//      event codes             n codes, an index into the names
//      channel codes           n codes, 0 = no channel, else index + 1 (if every
//                              event has a channel: the index itself; the column
//                              byte's bit 3 says so)
//      values, tie-breakers    number columns, if present:
//        u8   number layout    low 4 bits: bytes a number takes (1..8), high 4 bits:
//                              decimal exponent e (number = integer / 10^e), 15 = IEEE double
//        u8   flags            bit 0 every event has one, bit 1 integers are signed,
//                              bit 2 positions instead of a bitmap
//        count                 how many numbers there are
//        bitmap                (n + 7) / 8 bytes, unless every event has one
//        or positions          of the events that have one, each in as many bytes as n - 1
//                              takes, where that is less than a bitmap
//        numbers
//
// Offsets are fixed-width, in the coarsest unit that is exact for all of them:
// any event's time is one load away, and widths are whole bytes because a scan
// that must add up varints cannot be vectorised. The time column starts at
// least 8 bytes into the value, so an offset of any width is read by one 8-byte
// load that ends with it.
//
// Canonical: equal journeys have equal bytes. Events are ordered by (time,
// tie-breaker, event name, channel, value), what is absent first; every width is
// the least that fits. An empty journey is the version and four zeros.
//
// Reading checks the extents of the columns once, in constant time; names, codes
// and numbers are checked where they are used, so that a scan pays for what it
// reads. is_canonical() (edit.hpp) checks everything.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>

#include "core/encoding.hpp"

namespace journey {

inline constexpr std::uint8_t journey_version = 1;
inline constexpr std::size_t empty_journey_size = 5;
inline constexpr std::uint32_t max_name_bytes = 8191;
// A varlena is less than 1 GB, its 4-byte header included.
inline constexpr std::size_t max_journey_bytes = 0x3fffffff - 4;

// Microseconds since 2000-01-01 UTC, as in PostgreSQL.
using Time = std::int64_t;

enum class TimeUnit : std::uint8_t { microsecond, millisecond, second, minute, hour, day };
inline constexpr std::uint64_t unit_length[] = {1,          1'000,         1'000'000,
                                                60'000'000, 3'600'000'000, 86'400'000'000};
inline constexpr std::size_t unit_count = std::size(unit_length);

[[noreturn]] void fail_corrupted(const char* what);

// n codes of 0 to 8, 16 or 32 bits.
struct PackedCodes {
    const std::byte* data = nullptr;
    std::uint32_t bits = 0;

    std::uint32_t operator[](std::uint32_t i) const {
        switch (bits) {
            case 8:
                return static_cast<std::uint8_t>(data[i]);
            case 16:
                return load<std::uint16_t>(data + std::size_t{i} * 2);
            case 32:
                return load<std::uint32_t>(data + std::size_t{i} * 4);
            case 0:
                return 0;
            default: {
                const std::size_t bit = std::size_t{i} * bits;
                const std::uint32_t shift = bit % 8;
                auto word = static_cast<std::uint32_t>(data[bit / 8]);
                if (shift + bits > 8) word |= static_cast<std::uint32_t>(data[bit / 8 + 1]) << 8;
                return (word >> shift) & ((1u << bits) - 1);
            }
        }
    }
};

// Offsets of times, each of 1 to 8 bytes.
struct TimeOffsets {
    const std::byte* data = nullptr;
    std::uint32_t width = 1, shift = 56;

    std::uint64_t operator[](std::uint32_t i) const { return *from(i); }

    // Offset after offset.
    struct Cursor {
        std::uint64_t operator*() const { return load<std::uint64_t>(at) >> shift; }
        Cursor& operator++() {
            at += width;
            return *this;
        }
        const std::byte* at;  // its last byte is the 8th from here
        std::uint32_t width, shift;
    };
    Cursor from(std::uint32_t i) const { return {data + std::size_t{i} * width + width - 8, width, shift}; }
};

// Names as they are stored: a forward range of string_views.
class Names {
  public:
    class Iterator {
      public:
        using value_type = std::string_view;
        using difference_type = std::ptrdiff_t;
        Iterator(const std::byte* at, const std::byte* end) : at_(at), end_(end) { read(); }
        std::string_view operator*() const { return name_; }
        Iterator& operator++() {
            read();
            return *this;
        }
        // Only for telling whether the end is reached.
        bool operator!=(const Iterator& other) const { return done_ != other.done_; }

      private:
        // Takes the next name, or none at the end; never reads past it.
        void read();

        const std::byte* at_;  // after name_
        const std::byte* end_;
        std::string_view name_;
        bool done_ = false;
    };

    std::uint32_t size() const { return count_; }
    // The names as they are stored: equal names have equal bytes.
    std::span<const std::byte> bytes() const { return {first_, end_}; }
    Iterator begin() const { return {first_, end_}; }
    Iterator end() const { return {end_, end_}; }
    // O(code); throws if there is no such name.
    std::string_view operator[](std::uint32_t code) const;
    // The code of a name, if it is there. O(names).
    std::optional<std::uint32_t> find(std::string_view name) const;

    // Checks the extent and returns the byte after the names: O(1).
    const std::byte* parse(const std::byte* from, const std::byte* end);

  private:
    const std::byte* first_ = nullptr;
    const std::byte* end_ = nullptr;
    std::uint32_t count_ = 0;
};

inline void Names::Iterator::read() {
    if (at_ == end_) {
        done_ = true;
        return;
    }
    std::uint32_t length = 0;
    const std::byte* text = load_varint(at_, end_, length);
    if (text == nullptr || length > static_cast<std::size_t>(end_ - text)) fail_corrupted("names");
    name_ = {reinterpret_cast<const char*>(text), length};
    at_ = text + length;
}

// A column in which some events may have no number.
struct NumberColumn {
    const std::byte* bitmap = nullptr;     // the events that have one,
    const std::byte* positions = nullptr;  // or their numbers; both null: every event
    const std::byte* numbers = nullptr;    // null: there is no such column
    std::uint32_t count = 0;
    std::uint8_t position_width = 0;
    std::uint8_t width = 0;
    std::uint8_t exponent = 0;
    bool is_signed = false;

    static constexpr std::uint8_t raw_double = 15;

    bool has(std::uint32_t i) const { return has(i, positions == nullptr ? 0 : rank(i)); }
    // The same, O(1), where `before` events before event i have a number.
    bool has(std::uint32_t i, std::uint32_t before) const {
        if (numbers == nullptr) return false;
        if (positions != nullptr) return before < count && position(before) == i;
        return bitmap == nullptr || ((static_cast<std::uint8_t>(bitmap[i / 8]) >> (i % 8)) & 1) != 0;
    }
    // How many events before event i have a number: O(log count) or O(i / 64).
    std::uint32_t rank(std::uint32_t i) const;
    // The same for i >= from, where `before` events before event `from` have a number: what
    // it takes to count on, or to count anew if that is less.
    std::uint32_t rank(std::uint32_t i, std::uint32_t from, std::uint32_t before) const {
        if (positions != nullptr) {
            while (before < count && position(before) < i) ++before;
            return before;
        }
        if (bitmap == nullptr) return i;
        if (i - from > 512) return rank(i);
        for (; from < i; ++from) before += has(from, before) ? 1 : 0;
        return before;
    }
    // The number of this rank.
    std::int64_t integer(std::uint32_t rank) const;
    double number(std::uint32_t rank) const;

    const std::byte* parse(const std::byte* from, const std::byte* end, std::uint32_t n);

  private:
    std::uint32_t position(std::uint32_t rank) const {
        return static_cast<std::uint32_t>(
            load_bytes(positions + std::size_t{rank} * position_width, position_width));
    }
};

// Reads a journey in place. Copy it freely; it lives as long as the bytes.
class JourneyView {
  public:
    // An empty journey.
    JourneyView() = default;
    // Throws ErrorCode::corrupted or ::unsupported.
    explicit JourneyView(std::span<const std::byte> bytes);

    std::uint32_t size() const { return n_; }
    bool empty() const { return n_ == 0; }

    Time time(std::uint32_t i) const {
        return static_cast<Time>(static_cast<std::uint64_t>(base_) + time_offset(i) * unit_);
    }
    // Units after the first time: enough to tell whether two events have the same time.
    std::uint64_t time_offset(std::uint32_t i) const { return times_[i]; }
    const TimeOffsets& time_offsets() const { return times_; }
    std::uint64_t time_unit() const { return unit_; }  // of offsets, in microseconds
    Time first_time() const { return base_; }
    Time last_time() const { return time(n_ - 1); }
    // First event from number `from` on with time >= at: O(log n).
    std::uint32_t lower_bound(Time at, std::uint32_t from = 0) const;

    // Starts to fetch the columns a scan needs first: most journeys are not in the cache.
    void prefetch() const {
        __builtin_prefetch(events_.data);
        __builtin_prefetch(times_.data);
        __builtin_prefetch(times_.data + 64);
    }

    // Code into event_names(); not checked against its size.
    std::uint32_t event(std::uint32_t i) const { return events_[i]; }
    const PackedCodes& events() const { return events_; }
    // 0: no channel, else the code into channel_names() plus 1.
    std::uint32_t channel(std::uint32_t i) const { return has_channels_ ? channels_[i] + channel_shift_ : 0; }
    bool has_channels() const { return has_channels_; }
    // As they are packed: channel(i) is channels()[i] + channel_shift(), if there are channels.
    const PackedCodes& channels() const { return channels_; }
    std::uint32_t channel_shift() const { return channel_shift_; }

    const Names& event_names() const { return event_names_; }
    const Names& channel_names() const { return channel_names_; }
    // Found and checked by each call: keep what it returns.
    NumberColumn values() const;
    NumberColumn tiebreaks() const;

  private:
    Time base_ = 0;
    std::uint64_t unit_ = 1;
    TimeOffsets times_;
    std::uint32_t n_ = 0;
    std::uint32_t channel_shift_ = 0;
    PackedCodes events_;
    PackedCodes channels_;
    bool has_channels_ = false;
    Names event_names_;
    Names channel_names_;
    bool has_values_ = false;
    bool has_tiebreaks_ = false;
    const std::byte* numbers_ = nullptr;  // the number columns, to the end of the value
    const std::byte* end_ = nullptr;
};

// Total order: first event's time, number of events, bytes. The empty journey is first.
int compare_journeys(std::span<const std::byte> a, std::span<const std::byte> b);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
