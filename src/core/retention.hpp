// The state of retention(): which conditions were ever true. O(conditions / 64)
// memory, whatever the number of rows.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <span>

#include "core/memory.hpp"

namespace journey {

class RetentionState {
  public:
    RetentionState(std::uint32_t conditions, std::pmr::memory_resource& memory)
        : conditions_(conditions), words_(memory) {
        words_.resize((conditions + 63) / 64, 0);
    }

    std::uint32_t conditions() const { return conditions_; }
    std::span<std::uint64_t> words() { return {words_.data(), words_.size()}; }
    void set(std::uint32_t condition) { words_[condition / 64] |= std::uint64_t{1} << (condition % 64); }
    bool ever(std::uint32_t condition) const {
        return ((words_[condition / 64] >> (condition % 64)) & 1) != 0;
    }
    // Condition 0 was met, and this one too.
    bool retained(std::uint32_t condition) const { return ever(0) && ever(condition); }

    void add(const RetentionState& other) {
        for (std::size_t i = 0; i < words_.size() && i < other.words_.size(); ++i)
            words_[i] |= other.words_[i];
    }

  private:
    std::uint32_t conditions_;
    SmallVector<std::uint64_t, 1> words_;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
