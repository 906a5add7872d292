#include "core/funnel_scan.hpp"

#include <algorithm>

#include "core/matching.hpp"

namespace journey {

void LevelScan::flush_tie() {
    const bool one_step_each =
        std::all_of(tie_.begin(), tie_.end(), [](std::uint64_t m) { return std::has_single_bit(m); });
    if (one_step_each) {
        // From the first step to the last: each step has its own event here.
        std::uint64_t steps = 0;
        for (std::uint64_t satisfied : tie_) steps |= satisfied;
        while (steps != 0) {
            const int step = std::countr_zero(steps);
            steps &= steps - 1;
            if (step == 0 || ((alive_ >> (step - 1)) & 1) != 0) take(step);
        }
    } else {
        match_tie();
    }
    tie_.clear();
}

// A chain at step a before the tie reaches step b in it if the steps a+1 … b can
// be served by different events. Starts fall with the step: the least a is best.
void LevelScan::match_tie() {
    const auto steps = static_cast<std::uint32_t>(std::bit_width(complete_));
    StepKinds kinds(steps, *memory_);
    std::pmr::vector<std::uint32_t> kind_of_event(memory_);
    std::sort(tie_.begin(), tie_.end());
    for (std::size_t i = 0; i < tie_.size(); ++i) {
        kind_of_event.push_back(i > 0 && tie_[i] == tie_[i - 1] ? kind_of_event.back()
                                                                : kinds.add({&tie_[i], 1}));
    }
    StepMatching matching(kinds, *memory_);

    Time next[64];
    std::uint64_t next_alive = 0;
    std::uint32_t done = 0;  // steps up to this one have got their best start
    for (std::uint32_t from = 0; from < steps && done < steps; ++from) {
        if (from > 0 && (((alive_ >> (from - 1)) & 1) == 0 || elapsed(start_[from - 1], time_) > within_))
            continue;
        matching.clear();
        for (std::uint32_t kind : kind_of_event) matching.add_event(kind);
        for (std::uint32_t to = from + 1; to <= steps && matching.match(to); ++to) {
            if (to <= done) continue;
            done = to;
            next[to - 1] = from == 0 ? time_ : start_[from - 1];
            next_alive |= std::uint64_t{1} << (to - 1);
        }
        done = std::max(done, from);
    }
    for (std::uint32_t step = 0; step < steps; ++step) {
        const std::uint64_t bit = std::uint64_t{1} << step;
        if ((next_alive & bit) == 0) continue;
        start_[step] = next[step];
        alive_ |= bit;
        if (bit >= std::bit_floor(reached_)) best_start_ = next[step];
        reached_ |= bit;
    }
}

}  // namespace journey
