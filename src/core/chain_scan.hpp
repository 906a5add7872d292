// Is there a match of a chain: one event after the other, any events between, each
// within a limit of the one before, or all within a limit of the first?
//
// For every place the latest moment that counts is kept: of the event taken there, or
// of the chain's start. A later one is never worse, and one number for each place is
// all there is to know. Whether an event is in time is as good as random, so it is
// arithmetic instead of a branch.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <optional>

#include "core/automaton.hpp"

namespace journey {

struct ChainLimits {
    static constexpr std::uint32_t max_places = 63;

    std::uint32_t places = 0;
    bool from_start = false;      // limits count from the first event, else from the one before
    Span limit[max_places] = {};  // limit[p]: on the way to place p
};

// The limits of an automaton that is such a chain.
std::optional<ChainLimits> chain_limits(const Automaton& automaton);

class ChainScan {
  public:
    // moment_ is read only where reached_ says it was set.
    // cppcheck-suppress uninitMemberVar
    explicit ChainScan(const ChainLimits& limits)
        : limits_(limits), complete_(std::uint64_t{1} << limits.places) {
        moment_[0] = std::numeric_limits<Time>::min();
    }

    // Events in order, at the places of the mask: from the last to the first, since one
    // event is taken once.
    void add(Time time, std::uint64_t places) {
        places &= reached_;
        while (places != 0) {
            const int place = std::bit_width(places) - 1;
            places ^= std::uint64_t{1} << place;
            take(time, place);
        }
    }
    // The same where each event has one place, and simultaneous events stand in the
    // order of their places: those that came too early are taken again.
    void add_single(Time time, std::uint32_t place) {
        const std::uint64_t bit = std::uint64_t{1} << place;
        if (time == moment_[0] && (tied_ | bit) != bit) [[unlikely]] {
            tied_ |= bit;
            for (std::uint64_t places = tied_; places != 0; places &= places - 1)
                take(time, std::countr_zero(places));
            return;
        }
        tied_ = bit;
        take(time, static_cast<int>(place));
    }
    void take(Time time, int place) {
        moment_[0] = time;
        const auto from = static_cast<std::uint64_t>(moment_[place]), now = static_cast<std::uint64_t>(time);
        const std::uint64_t in_time = now - from <= limits_.limit[place] ? 1 : 0;
        const std::uint64_t taken = (reached_ >> place) & in_time, mask = std::uint64_t{0} - taken;
        const std::uint64_t moment = limits_.from_start ? from : now;
        moment_[place + 1] =
            static_cast<Time>((moment & mask) | (static_cast<std::uint64_t>(moment_[place + 1]) & ~mask));
        reached_ |= taken << (place + 1);
    }
    bool complete() const { return (reached_ & complete_) != 0; }

  private:
    const ChainLimits& limits_;
    std::uint64_t complete_;
    std::uint64_t reached_ = 1;
    std::uint64_t tied_ = 0;                    // places of the events at moment_[0]
    Time moment_[ChainLimits::max_places + 1];  // moment_[p + 1]: of place p, if bit p + 1 is set
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
