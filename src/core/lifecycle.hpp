// Lifecycle, growth and stickiness: who is active in which period.
//
// A customer is active in a period if enough of his events lie in it. From his
// first active period on, each period finds him in exactly one state:
//
//   new           active, for the first time
//   returning     active, and in the period before too
//   resurrecting  active again after at least one period without
//   dormant       not active, but in the period before
//   inactive      not active, and not in the period before either
//
// The whole journey until as_of counts, also before the range of a report. In a
// period that has not ended nobody is dormant or inactive yet.
//
// ActivitySummary is the state of the aggregates: 32 bytes a period and 8 for each
// number of active periods, whatever the number of customers. O(events) a journey.
#pragma once

#include <cstdint>
#include <map>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/interrupt.hpp"
#include "core/periods.hpp"

namespace journey {

enum class LifecycleState : std::uint8_t { fresh, returning, resurrecting, dormant, inactive };
std::string_view name_of(LifecycleState state);
// Those that a report counts: all but inactive.
inline constexpr std::uint32_t counted_states = 4;

struct ActivityOptions {
    explicit ActivityOptions(std::pmr::memory_resource& memory) : frame(memory), events(memory) {}

    PeriodFrame frame;
    EventFilter events;
    std::uint32_t min_events = 1;
};

// The periods a customer is active in.
class ActivityReader {
  public:
    ActivityReader(const ActivityOptions& options, Spine& spine, std::pmr::memory_resource& memory);

    struct Active {
        std::uint32_t position = 0;  // of the period in the spine
        std::uint64_t events = 0;
    };
    // Ascending; valid until the next call.
    std::span<const Active> read(const JourneyView& journey);

  private:
    const ActivityOptions* options_;
    Spine* spine_;
    std::pmr::vector<std::uint8_t> is_meant_;
    std::pmr::vector<Active> active_;
    Poll poll_;
};

// The finished periods of the range with activity.
std::uint32_t active_periods(const ActivityOptions& options, const Spine& spine,
                             std::span<const ActivityReader::Active> active);

// One customer, period by period, from his first active period or the range's first.
class LifecycleRows {
  public:
    struct Row {
        Time period_start = 0;
        std::optional<LifecycleState> state;  // none: the period has not ended, and he was not there yet
        std::uint64_t events = 0;
        bool complete = false;
    };
    LifecycleRows(const ActivityOptions& options, const Spine& spine,
                  std::span<const ActivityReader::Active> active);
    std::optional<Row> next();

  private:
    const Spine* spine_;
    std::span<const ActivityReader::Active> active_;
    std::uint32_t position_ = 0;
    std::size_t upcoming_ = 0;  // the first active period at or after position_
};

inline constexpr std::uint8_t activity_summary_version = 1;

// Bytes: u8 version, u8 used, the frame, u32 periods, then for each its start (i64)
// and the customers in each counted state (u64), u32 numbers of active periods
// and the customers with 1, 2, … of them (u64).
class ActivitySummary {
  public:
    explicit ActivitySummary(std::pmr::memory_resource& memory)
        : frame_(memory), periods_(&memory), sticky_(&memory) {}

    // The frame of the first rows; another one is an error.
    void use(const PeriodFrame& frame);
    void add(const ActivityOptions& options, const Spine& spine,
             std::span<const ActivityReader::Active> active);
    void merge(const ActivitySummary& other);

    struct States {
        std::uint64_t customers[counted_states] = {};
        std::uint64_t operator[](LifecycleState state) const {
            return customers[static_cast<std::size_t>(state)];
        }
    };
    bool used() const { return used_; }
    const PeriodFrame& frame() const { return frame_; }
    // Those of this period; zeros if it has none.
    States states(Time period_start) const;
    // Customers with exactly this many active periods, from 1.
    std::uint64_t with_periods(std::uint32_t periods) const {
        return periods <= sticky_.size() ? sticky_[periods - 1] : 0;
    }
    // The periods of the report are [first, spine.size()). Reaches for the first one.
    std::uint32_t first_period(Spine& spine) const;

    std::size_t encoded_size() const;
    void encode(std::byte* to) const;
    // Throws ErrorCode::invalid_binary.
    void decode(std::span<const std::byte> bytes);

  private:
    PeriodFrame frame_;
    bool used_ = false;
    std::pmr::map<Time, States> periods_;  // by their start
    std::pmr::vector<std::uint64_t> sticky_;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
