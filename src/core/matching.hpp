// Which events of one moment serve which steps: a maximum matching of steps to
// events, where events of one kind are interchangeable.
//
// Steps are matched one by one along augmenting paths (Kuhn 1955, breadth first,
// no recursion): a step once matched stays matched, though perhaps to another
// event. O(steps · kinds) for each step.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <vector>

#include "core/step.hpp"

namespace journey {

class StepMatching {
  public:
    static constexpr std::uint32_t none = UINT32_MAX;

    StepMatching(const StepKinds& kinds, std::pmr::memory_resource& memory)
        : kinds_(&kinds),
          capacity_(kinds.size(), 0, &memory),
          used_(kinds.size(), 0, &memory),
          via_(kinds.size(), 0, &memory),
          seen_(kinds.size(), 0, &memory),
          kind_of_(kinds.steps() + 1, none, &memory),
          present_(&memory),
          matched_(&memory),
          queue_(&memory) {}

    void clear();
    void add_event(std::uint32_t kind);
    // The event must be there; a step it served is freed if no other can serve it.
    void remove_event(std::uint32_t kind);
    // Matches a free step if any matching can hold it besides those matched.
    bool match(std::uint32_t step);
    void unmatch(std::uint32_t step);

    std::uint32_t size() const { return static_cast<std::uint32_t>(matched_.size()); }
    // Are there events of this kind that serve no step?
    bool any_left(std::uint32_t kind) const { return used_[kind] < capacity_[kind]; }
    // The kind of event that serves a step, or none.
    std::uint32_t kind_of(std::uint32_t step) const { return kind_of_[step]; }

  private:
    void augment(std::uint32_t free_kind);

    const StepKinds* kinds_;
    std::pmr::vector<std::uint32_t> capacity_;
    std::pmr::vector<std::uint32_t> used_;
    std::pmr::vector<std::uint32_t> via_;   // the step from which a kind was reached
    std::pmr::vector<std::uint32_t> seen_;  // == search_: reached in this search
    std::pmr::vector<std::uint32_t> kind_of_;
    std::pmr::vector<std::uint32_t> present_;  // kinds with events
    std::pmr::vector<std::uint32_t> matched_;  // steps
    std::pmr::vector<std::uint32_t> queue_;
    std::uint32_t search_ = 0;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
