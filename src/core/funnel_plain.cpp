#include "core/funnel_plain.hpp"

#include <algorithm>
#include <bit>

#include "core/code_scan.hpp"
#include "core/funnel_scan.hpp"
#include "core/interrupt.hpp"

namespace journey {

namespace {

// Every event is one step or none. Kept for every step is the latest start of a
// chain that reached it (see LevelScan), after a step zero that every event is:
// then all steps are taken alike, without a branch.
class SingleStepScan {
  public:
    SingleStepScan(std::uint32_t steps, Span within) : within_(within), complete_(std::uint64_t{1} << steps) {
        start_[0] = std::numeric_limits<Time>::min();
    }

    void add(Time time, std::uint32_t step) {
        const std::uint64_t bit = std::uint64_t{1} << step;
        const bool tie = time == start_[0];
        start_[0] = time;
        if (tie && (tied_ | bit) != bit) [[unlikely]] {
            // Simultaneous events count in the order of their steps.
            tied_ |= bit;
            for (std::uint64_t steps = tied_; steps != 0; steps &= steps - 1) take(std::countr_zero(steps));
            return;
        }
        tied_ = bit;
        take(static_cast<int>(step));
    }
    bool complete() const { return (reached_ & complete_) != 0; }
    std::uint32_t level() const { return static_cast<std::uint32_t>(std::bit_width(reached_)) - 1; }

  private:
    // Arithmetic instead of branches: whether an event is in time is as good as
    // random, and a wrong guess costs more than all of this.
    void take(int step) {
        const auto start = static_cast<std::uint64_t>(start_[step]);
        const auto in_window =
            static_cast<std::uint64_t>(static_cast<std::uint64_t>(start_[0]) - start <= within_);
        const std::uint64_t taken = (reached_ >> step) & in_window;
        const std::uint64_t mask = std::uint64_t{0} - taken;
        start_[step + 1] =
            static_cast<Time>((start & mask) | (static_cast<std::uint64_t>(start_[step + 1]) & ~mask));
        reached_ |= taken << (step + 1);
    }

    Span within_;
    std::uint64_t complete_;
    std::uint64_t reached_ = 1;
    std::uint64_t tied_ = 0;  // the steps of the events at start_[0]
    Time start_[65];          // start_[s] means something if bit s of reached_ is set
};

}  // namespace

std::uint32_t plain_level(const JourneyView& journey, const StepNames& names, const FunnelOptions& options,
                          std::pmr::memory_resource& memory) {
    journey.prefetch();
    const StepKinds& kinds = names.kinds();
    SmallVector<std::uint64_t, 16> masks(memory);
    std::uint64_t all = 0;
    bool single = options.steps < 64;
    for (std::string_view name : journey.event_names()) {
        masks.push_back(kinds.mask(names.kind(name)));
        all |= masks.back();
        single = single && (masks.back() & (masks.back() - 1)) == 0;
    }
    if ((all & 1) == 0) return 0;

    if (!single || journey.events().bits > 8) {
        LevelScan scan(options.steps, options.within, memory);
        Poll poll;
        for (std::uint32_t i = 0; i < journey.size() && !scan.complete(); ++i) {
            poll();
            const std::uint32_t event = journey.event(i);
            if (event >= masks.size()) fail_corrupted("event code");
            if (masks[event] != 0) scan.add(journey.time(i), masks[event]);
        }
        return scan.finish();
    }
    // Large enough for any code of so few bits: no check for each.
    std::uint8_t step_of[256];
    std::fill_n(step_of, std::size_t{1} << journey.events().bits, no_place);
    for (std::size_t code = 0; code < std::min<std::size_t>(masks.size(), 256); ++code) {
        if (masks[code] != 0) step_of[code] = static_cast<std::uint8_t>(std::countr_zero(masks[code]));
    }
    SingleStepScan scan(options.steps, options.within);
    for_each_placed(
        journey, step_of, [&](Time time, std::uint8_t code) { scan.add(time, step_of[code]); },
        [&] { return scan.complete(); });
    return scan.level();
}

}  // namespace journey
