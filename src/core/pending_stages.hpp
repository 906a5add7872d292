// Things of one journey that wait, each at its stage, until a later stage is reached.
// Each is handed out once for each time it was added: O(1) a thing, however often
// customers go back and forth.
#pragma once

#include <bit>
#include <cstdint>
#include <memory_resource>
#include <vector>

#include "core/stage_map.hpp"

namespace journey {

class PendingStages {
  public:
    explicit PendingStages(std::pmr::memory_resource& memory)
        : waiting_(max_stages, std::pmr::vector<std::uint32_t>(&memory), &memory) {}

    void begin() {
        for (std::uint64_t left = mask_; left != 0; left &= left - 1) waiting_[stage_of(left)].clear();
        mask_ = 0;
    }
    void add(std::uint32_t stage, std::uint32_t thing) {
        waiting_[stage].push_back(thing);
        mask_ |= std::uint64_t{1} << stage;
    }
    bool waits_before(std::uint32_t stage) const { return (mask_ & ((std::uint64_t{1} << stage) - 1)) != 0; }
    // Takes what waits at stages before this one.
    template <class Take>
    void reach(std::uint32_t stage, Take take) {
        const std::uint64_t before = mask_ & ((std::uint64_t{1} << stage) - 1);
        if (before == 0) return;
        for (std::uint64_t left = before; left != 0; left &= left - 1) {
            auto& things = waiting_[stage_of(left)];
            for (std::uint32_t thing : things) take(thing);
            things.clear();
        }
        mask_ &= ~before;
    }

  private:
    static std::size_t stage_of(std::uint64_t bits) {
        return static_cast<std::size_t>(std::countr_zero(bits));
    }

    std::pmr::vector<std::pmr::vector<std::uint32_t>> waiting_;  // by stage
    std::uint64_t mask_ = 0;                                     // stages where something waits
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
