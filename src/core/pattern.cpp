#include "core/pattern.hpp"

#include <algorithm>
#include <bit>

#include "core/automaton_sweep.hpp"
#include "core/code_scan.hpp"
#include "core/pattern_order.hpp"

namespace journey {

namespace {

// Runs the pattern's machine of states over a journey without tie-breakers; nothing: the
// machine has no more states.
class MachineRun {
  public:
    MachineRun(const JourneyView& journey, const JourneyPattern& pattern, std::pmr::memory_resource& memory)
        : journey_(journey),
          kinds_(pattern.kinds()),
          machine_(*pattern.machine()),
          kind_of_(memory),
          tie_(memory) {
        for (const std::string_view name : journey.event_names())
            kind_of_.push_back(pattern.kind(pattern.name(name)));
    }

    std::optional<bool> run() {
        Poll poll;
        const std::uint32_t size = journey_.size();
        Time time = journey_.time(0);
        for (std::uint32_t row = 0; row < size;) {
            poll();
            std::uint32_t next = row + 1;
            Time next_time = time;
            if (next == size || (next_time = journey_.time(next)) != time) [[likely]] {
                step(kind(row));
            } else {
                next = tie_from(row, time);
                if (next < size) next_time = journey_.time(next);
            }
            if (done()) return state_ != StateMachine::no_state ? std::optional(true) : std::nullopt;
            row = next;
            time = next_time;
        }
        return machine_.accepts_at_end(state_);
    }

  private:
    std::uint32_t kind(std::uint32_t row) const {
        const std::uint32_t event = journey_.event(row);
        if (event >= kind_of_.size()) fail_corrupted("event code");
        return kind_of_[event];
    }
    bool done() const { return state_ == StateMachine::no_state || machine_.accepts(state_); }
    void step(std::uint32_t kind) { state_ = machine_.next(state_, kind); }
    // The events of one time in the order of the pattern; returns the row after them.
    std::uint32_t tie_from(std::uint32_t row, Time time) {
        tie_.clear();
        Poll poll;
        for (; row < journey_.size() && journey_.time(row) == time; ++row) {
            poll();
            tie_.push_back(kind(row));
        }
        std::sort(tie_.begin(), tie_.end(), [&](std::uint32_t a, std::uint32_t b) {
            poll();
            return kinds_.before(a, b);
        });
        for (const std::uint32_t kind : tie_) {
            step(kind);
            if (done()) break;
        }
        return row;
    }

    const JourneyView& journey_;
    const EventKinds& kinds_;
    StateMachine& machine_;
    SmallVector<std::uint32_t, 16> kind_of_;  // by event code
    SmallVector<std::uint32_t, 16> tie_;
    std::uint32_t state_ = StateMachine::start_state;
};

}  // namespace

bool journey_match(const JourneyView& journey, const JourneyPattern& pattern,
                   std::pmr::memory_resource& memory) {
    if (journey.empty()) return false;
    journey.prefetch();
    if (pattern.chain() && !pattern.has_tests() && journey.events().bits <= 8) {
        // A chain whose events are one place each: found by code, taken without a branch.
        const Names& names = journey.event_names();
        const PlaceTable& table = pattern.tables().get(names, [&](PlaceTable& made) {
            made.fill(names, [&](std::string_view name) { return pattern.places(pattern.name(name)); });
        });
        if (std::popcount(table.present) != static_cast<int>(pattern.chain()->places)) return false;
        if (table.single && journey.tiebreaks().count == 0) {
            ChainScan scan(*pattern.chain());
            for_each_placed(
                journey, table, [&](Time time, std::uint8_t place) { scan.add_single(time, place); },
                [&] { return scan.complete(); });
            return scan.complete();
        }
    } else if (!has_required_names(journey, pattern)) {
        return false;
    }
    if (pattern.machine() != nullptr && journey.tiebreaks().count == 0) {
        if (const auto found = MachineRun(journey, pattern, memory).run()) return *found;
    }
    EventOrder order(journey, pattern, memory);
    Sweep sweep(pattern.automaton(), order.kinds(), Direction::forward, journey.size(), memory);
    bool found = false;
    order.for_each([&](const PatternEvent& event, std::uint32_t) { return found = sweep.take(event); });
    return found;
}

}  // namespace journey
