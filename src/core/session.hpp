// Sessions: a customer's events cut where they paused.
//
// An event opens a new session if it comes more than `gap` after the event
// before, more than `max_duration` after the session's start, if it is a start
// (a login, a new campaign), or if a cut of the calendar (midnight) lies after the
// event before and not after it. Gap and duration are inclusive: equal stays.
//
// O(1) an event, O(1) memory.
#pragma once

#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/funnel.hpp"
#include "core/interrupt.hpp"
#include "core/journey.hpp"

namespace journey {

// Moments at which sessions are cut.
class Calendar {
  public:
    virtual ~Calendar() = default;
    // The first cut after this moment.
    virtual Time next_cut(Time after) const = 0;
};

struct SessionRules {
    Span gap = no_limit;
    Span max_duration = no_limit;
    const Calendar* calendar = nullptr;
};

// Fed one event after the other, in time order.
class Sessionizer {
  public:
    // Does this event open a session? Throws if it is before the one before.
    bool opens(const SessionRules& rules, Time time, bool is_start);

    std::int64_t number() const { return number_; }  // from 1
    Time started() const { return started_; }

  private:
    std::int64_t number_ = 0;
    Time started_ = 0;
    Time last_ = 0;
    Time next_cut_ = 0;
};

struct Session {
    std::int64_t number = 0;
    std::uint32_t first = 0, last = 0;  // its events are [first, last)
    std::optional<double> value;        // sum of the values it has
};

// The sessions of a journey, one after the other. The journey and the rules must
// outlive it.
class SessionReader {
  public:
    SessionReader(const JourneyView& journey, const SessionRules& rules,
                  std::span<const std::string_view> starts, std::pmr::memory_resource& memory);
    std::optional<Session> next();

  private:
    JourneyView journey_;
    NumberColumn values_;
    SessionRules rules_;
    std::pmr::vector<std::uint8_t> is_start_;  // by event code
    Sessionizer sessionizer_;
    std::uint32_t at_ = 0;
    std::uint32_t value_rank_ = 0;
    Poll poll_;
    std::int64_t number_ = 0;
};

// How many sessions there are.
std::int64_t count_sessions(const JourneyView& journey, const SessionRules& rules,
                            std::span<const std::string_view> starts, std::pmr::memory_resource& memory);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
