// The level of a plain funnel in one pass: any gap, window from step 1, ties in
// the funnel's favour, at most 64 steps.
//
// For every step the latest start of a chain that reached it is kept. A later
// start is never worse: it leaves more of the window. Starts fall from step to
// step, so taking over the previous step's start is taking the best.
#pragma once

#include <bit>
#include <cstdint>
#include <memory_resource>

#include "core/funnel.hpp"
#include "core/memory.hpp"

namespace journey {

class LevelScan {
  public:
    // start_ is read only where alive_ says it was set.
    // cppcheck-suppress uninitMemberVar
    LevelScan(std::uint32_t steps, Span within, std::pmr::memory_resource& memory)
        : within_(within), complete_(std::uint64_t{1} << (steps - 1)), tie_(memory), memory_(&memory) {}

    // Events in time order; `satisfied` is not 0: bit s - 1 is step s.
    void add(Time time, std::uint64_t satisfied) {
        if (time == time_ && pending_ != 0) {
            add_tie(satisfied);
            return;
        }
        flush();
        time_ = time;
        pending_ = satisfied;
    }
    // No further event can change the level.
    bool complete() const { return (reached_ & complete_) != 0; }
    std::uint32_t finish() {
        flush();
        return level();
    }
    std::uint32_t level() const { return static_cast<std::uint32_t>(std::bit_width(reached_)); }
    // The latest start of a chain that reaches the level (0 < level).
    Time start() const { return best_start_; }

  private:
    void flush() {
        if (tie_.empty()) {
            take_one(pending_);
        } else {
            flush_tie();
        }
    }
    // From the last step to the first: one event serves one step.
    void take_one(std::uint64_t satisfied) {
        std::uint64_t steps = satisfied & ((alive_ << 1) | 1);
        while (steps != 0) {
            const int step = std::bit_width(steps) - 1;
            steps ^= std::uint64_t{1} << step;
            take(step);
        }
    }
    void take(int step) {
        const std::uint64_t bit = std::uint64_t{1} << step;
        if (step == 0) {
            start_[0] = time_;
        } else {
            if (elapsed(start_[step - 1], time_) > within_) {
                alive_ &= ~(bit >> 1);
                return;
            }
            start_[step] = start_[step - 1];
        }
        alive_ |= bit;
        // Starts only grow, so the last one at the highest step is the latest.
        if (bit >= std::bit_floor(reached_)) best_start_ = start_[step];
        reached_ |= bit;
    }
    void add_tie(std::uint64_t satisfied) {
        if (tie_.empty()) tie_.push_back(pending_);
        tie_.push_back(satisfied);
    }
    void flush_tie();
    void match_tie();

    Span within_;
    std::uint64_t complete_;
    std::uint64_t reached_ = 0;  // steps some chain reached
    std::uint64_t alive_ = 0;    // steps whose start_ is set
    std::uint64_t pending_ = 0;  // what the event(s) at time_ satisfy, not yet taken
    Time time_ = 0;
    Time best_start_ = 0;
    SmallVector<std::uint64_t, 4> tie_;  // if more than one event has time_
    std::pmr::memory_resource* memory_;
    Time start_[64];
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
