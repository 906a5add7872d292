// Periods of a calendar (hours, days, weeks, months, quarters, years), numbered.
//
// A period begins at a cut of the calendar and ends before the next one, so days
// may have 23 or 25 hours, and months 28 to 31 days. All moments are seen as of
// one: nothing at or after `as_of` exists, and a period is complete if it ended at
// or before it.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/edit.hpp"
#include "core/events.hpp"
#include "core/session.hpp"

namespace journey {

enum class PeriodUnit : std::uint8_t { hour, day, week, month, quarter, year };

class PeriodCalendar : public Calendar {
  public:
    // The cut at or before this moment with no other cut between.
    virtual Time period_start(Time at) const = 0;
};

// Which periods a report is about; equal for all its rows.
struct PeriodFrame {
    explicit PeriodFrame(std::pmr::memory_resource& memory) : zone(&memory) {}

    PeriodUnit unit = PeriodUnit::day;
    std::uint8_t week_start = 1;  // ISO: 1 Monday … 7 Sunday
    std::pmr::string zone;
    Time from = min_time;  // in the first period; min_time: the first there is
    Time as_of = 0;

    bool has_from() const { return from != min_time; }
    bool operator==(const PeriodFrame& other) const = default;
};

// No report has more cells, no spine more periods.
inline constexpr std::uint32_t max_cells = 4'000'000;

// The starts of all periods from the earliest one asked for until as_of.
// 8 bytes a period.
class Spine {
  public:
    Spine(const PeriodCalendar& calendar, Time as_of, std::pmr::memory_resource& memory)
        : calendar_(&calendar), as_of_(as_of), starts_(&memory) {}

    // Adds what is missing back to the period of `at`, before as_of. Positions
    // move. Throws ErrorCode::limit.
    void reach(Time at);

    // How many periods began before as_of.
    std::uint32_t size() const {
        return starts_.empty() ? 0 : static_cast<std::uint32_t>(starts_.size()) - 1;
    }
    // start(size()) is the end of the last one.
    Time start(std::uint32_t position) const { return starts_[position]; }
    // The period of a moment that was reached: O(log periods).
    std::uint32_t find(Time at) const;
    // The period of a later moment than `position` begins with, near it: O(distance).
    std::uint32_t advance(std::uint32_t position, Time at) const {
        while (position + 1 < starts_.size() && starts_[position + 1] <= at) ++position;
        return position;
    }
    bool complete(std::uint32_t position) const { return starts_[position + 1] <= as_of_; }
    Time as_of() const { return as_of_; }

  private:
    const PeriodCalendar* calendar_;
    Time as_of_;
    std::pmr::vector<Time> starts_;
};

// Which events are meant: these names, or any.
class EventFilter {
  public:
    explicit EventFilter(std::pmr::memory_resource& memory) : names_(&memory) {}

    // The names must outlive it.
    void only(NameList names) {
        any_ = false;
        names_.assign(names.begin(), names.end());
    }
    // One flag for each event code of the journey.
    void mark(const JourneyView& journey, std::pmr::vector<std::uint8_t>& flags) const;

  private:
    bool any_ = true;
    std::pmr::vector<std::string_view> names_;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
