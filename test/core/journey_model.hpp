// Journeys as plain lists of events, to hold the compact ones against.
#pragma once

#include <compare>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/journey.hpp"
#include "core/memory.hpp"
#include "support.hpp"

namespace journey::test {

struct Event {
    Time time = 0;
    std::string name;
    std::optional<std::string> channel = {};
    std::optional<double> value = {};
    std::optional<std::int64_t> tiebreak = {};

    // The order of events in a journey; a NaN is equal to itself and after all numbers.
    std::strong_ordering operator<=>(const Event& other) const;
    bool operator==(const Event& other) const { return (*this <=> other) == 0; }
};
using Events = std::vector<Event>;

// Bytes that give themselves back.
class Value {
  public:
    explicit Value(Bytes bytes, std::pmr::memory_resource& memory = *std::pmr::new_delete_resource())
        : bytes_(bytes), memory_(&memory) {}
    Value(Value&& other) noexcept : bytes_(other.bytes_), memory_(other.memory_) { other.bytes_ = {}; }
    Value& operator=(Value&&) = delete;
    ~Value() {
        if (bytes_.data != nullptr) memory_->deallocate(bytes_.data, bytes_.size);
    }
    std::span<const std::byte> bytes() const { return {bytes_.data, bytes_.size}; }
    JourneyView view() const { return JourneyView(bytes()); }
    std::string hex() const;

  private:
    Bytes bytes_;
    std::pmr::memory_resource* memory_;
};

Value encode(const Events& events);
Events decode(const JourneyView& view);
Events sorted(Events events);

std::string describe(const Event& event);
std::string describe(const Events& events);

// What a random journey is made of.
struct Columns {
    std::uint32_t max_events = 12;
    bool channels = false;
    bool values = false;
    bool tiebreaks = false;
    bool all_present = false;  // every event has what the columns allow
    Time unit = 1'000'000;
    std::uint64_t span = 100;  // in units
    Time base = 0;
    std::uint32_t names = 4;
};
Columns random_columns(Random& random);
Events random_events(Random& random, const Columns& columns);

}  // namespace journey::test
