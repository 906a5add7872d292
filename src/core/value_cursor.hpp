// Values of events read mostly one after the other: O(1) for the next event's, where
// NumberColumn::rank would count from the beginning.
#pragma once

#include <optional>

#include "core/journey.hpp"

namespace journey {

class ValueCursor {
  public:
    ValueCursor() = default;  // no values
    explicit ValueCursor(const NumberColumn& column) : column_(column) {}

    std::optional<double> at(std::uint32_t row) {
        if (column_.numbers == nullptr) return std::nullopt;
        rank_ = row < row_ ? column_.rank(row) : column_.rank(row, row_, rank_);
        row_ = row;
        if (!column_.has(row, rank_)) return std::nullopt;
        return column_.number(rank_);
    }

  private:
    NumberColumn column_;
    std::uint32_t row_ = 0, rank_ = 0;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
