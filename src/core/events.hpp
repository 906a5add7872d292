// Events on their way into a journey: collected in any order, from rows or from
// journeys, then put in order and encoded.
//
// Complexity: add is O(1) amortised, sorting O(n log n), O(n) if the events came
// in time order. Memory: 16 bytes an event, 16 more if values or tie-breakers are
// kept.
#pragma once

#include <cstdint>
#include <limits>
#include <memory_resource>
#include <span>

#include "core/dictionary.hpp"
#include "core/journey.hpp"
#include "core/memory.hpp"

namespace journey {

inline constexpr std::uint32_t no_channel = std::numeric_limits<std::uint32_t>::max();
inline constexpr Time min_time = std::numeric_limits<Time>::min();
inline constexpr Time max_time = std::numeric_limits<Time>::max();
inline bool is_finite(Time time) {
    return time != min_time && time != max_time;
}

struct EventRecord {
    Time time;
    std::uint32_t event;    // code in Vocabulary::events
    std::uint32_t channel;  // code in Vocabulary::channels, or no_channel
};

// What most events lack. Absent numbers are marked inside their own range: a
// NaN nobody computes, and the least bigint.
struct EventExtra {
    static constexpr std::uint64_t absent_value_bits = 0x7ff8'dead'0000'0001;
    static constexpr std::int64_t absent_tiebreak = std::numeric_limits<std::int64_t>::min();

    double value = std::bit_cast<double>(absent_value_bits);
    std::int64_t tiebreak = absent_tiebreak;

    bool has_value() const { return std::bit_cast<std::uint64_t>(value) != absent_value_bits; }
    bool has_tiebreak() const { return tiebreak != absent_tiebreak; }
};

// The names of many event lists, and the scratch to encode one after the other.
struct Vocabulary {
    explicit Vocabulary(std::pmr::memory_resource& memory)
        : events(memory), channels(memory), event_codes(memory), channel_codes(memory) {}

    Dictionary events;
    Dictionary channels;
    LocalCodes event_codes;
    LocalCodes channel_codes;
};

// Never destroyed inside an aggregate: dropping its memory is the destructor.
class EventList {
  public:
    EventList(Vocabulary& vocabulary, std::pmr::memory_resource& memory)
        : vocabulary_(&vocabulary), memory_(&memory), records_(memory), extras_(memory) {}

    // Throws for an infinite time. Values: -0 becomes 0, any NaN the one NaN.
    void add(Time time, std::uint32_t event, std::uint32_t channel = no_channel,
             const EventExtra& extra = {});
    // All events of a journey.
    void add(const JourneyView& journey);
    // Events [first, last) of a journey; event_codes and channel_codes turn the
    // journey's codes into the vocabulary's, or say `dropped`. Of these events
    // only those with keep[i - first] != 0, if `keep` is given.
    static constexpr std::uint32_t dropped = std::numeric_limits<std::uint32_t>::max();
    void add(const JourneyView& journey, std::uint32_t first, std::uint32_t last,
             std::span<const std::uint32_t> event_codes, std::span<const std::uint32_t> channel_codes,
             std::span<const std::uint8_t> keep = {});
    // All events of another list.
    void add(const EventList& other);

    std::uint32_t size() const { return static_cast<std::uint32_t>(records_.size()); }
    bool has_extras() const { return !extras_.empty(); }
    Vocabulary& vocabulary() const { return *vocabulary_; }
    std::span<const EventRecord> records() const { return {records_.data(), records_.size()}; }
    EventExtra extra(std::uint32_t i) const { return extras_.empty() ? EventExtra{} : extras_[i]; }

    // Puts the events in the order of a journey. Changes no answer.
    void sort();
    // Removes the events that `seen` (of the same vocabulary) has too, one for
    // one. Sorts both.
    void remove_matches(EventList& seen);
    // Writes the journey; sorts first.
    Bytes encode(std::pmr::memory_resource& memory, std::size_t prefix = 0);

  private:
    void push(const EventRecord& record, const EventExtra& extra);
    void sort_range(std::uint32_t first, std::uint32_t last);

    Vocabulary* vocabulary_;
    std::pmr::memory_resource* memory_;
    SmallVector<EventRecord, 6> records_;
    SmallVector<EventExtra, 0> extras_;  // empty, or as long as records_
    bool time_ordered_ = true;           // as added: times never went back
    bool sorted_ = true;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
