#include "core/matching.hpp"

#include <algorithm>

namespace journey {

void StepMatching::clear() {
    for (std::uint32_t kind : present_) capacity_[kind] = used_[kind] = 0;
    for (std::uint32_t step : matched_) kind_of_[step] = none;
    present_.clear();
    matched_.clear();
}

void StepMatching::add_event(std::uint32_t kind) {
    if (capacity_[kind]++ == 0) present_.push_back(kind);
}

void StepMatching::remove_event(std::uint32_t kind) {
    if (--capacity_[kind] == 0) std::erase(present_, kind);
    if (used_[kind] <= capacity_[kind]) return;
    for (std::uint32_t step : matched_) {
        if (kind_of_[step] == kind) {
            unmatch(step);
            return;
        }
    }
}

void StepMatching::unmatch(std::uint32_t step) {
    --used_[kind_of_[step]];
    kind_of_[step] = none;
    std::erase(matched_, step);
}

bool StepMatching::match(std::uint32_t step) {
    ++search_;
    queue_.assign(1, step);
    for (std::size_t head = 0; head < queue_.size(); ++head) {
        const std::uint32_t from = queue_[head];
        for (std::uint32_t kind : present_) {
            if (seen_[kind] == search_ || !kinds_->satisfies(kind, from)) continue;
            seen_[kind] = search_;
            via_[kind] = from;
            if (used_[kind] < capacity_[kind]) {
                augment(kind);
                matched_.push_back(step);
                return true;
            }
            for (std::uint32_t other : matched_) {
                if (kind_of_[other] == kind) queue_.push_back(other);
            }
        }
    }
    return false;
}

void StepMatching::augment(std::uint32_t free_kind) {
    ++used_[free_kind];
    for (std::uint32_t kind = free_kind; kind != none;) {
        const std::uint32_t step = via_[kind];
        const std::uint32_t left = kind_of_[step];
        kind_of_[step] = kind;
        kind = left;
    }
}

}  // namespace journey
