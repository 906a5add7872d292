// Which events of a journey are touches, and of which channel: a code for each row, 0 for
// what is no touch, else that of its channel plus 1. 4 bytes a row.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

#include "core/journey.hpp"

namespace journey {

// Rows [from, to).
struct RowRange {
    std::uint32_t from = 0, to = 0;
};

class TouchCodes {
  public:
    explicit TouchCodes(std::pmr::memory_resource& memory) : codes_(&memory) {}

    // Starts a journey: these rows are to be set, each.
    void begin(RowRange rows);
    void set(std::uint32_t row, std::uint32_t code) { codes_[row - first_] = code; }
    // All rows: the events that have one of so many channels, but for `others`, which ascend.
    void set_all(const JourneyView& journey, std::uint32_t channels, std::span<const std::uint32_t> others);

    std::uint32_t operator[](std::uint32_t row) const { return codes_[row - first_]; }
    RowRange rows() const { return rows_; }
    // From this row on.
    const std::uint32_t* at(std::uint32_t row) const { return codes_.data() + (row - first_); }

  private:
    RowRange rows_;
    std::uint32_t first_ = 0;  // whose code is codes_[0]; a multiple of 8
    std::pmr::vector<std::uint32_t> codes_;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
