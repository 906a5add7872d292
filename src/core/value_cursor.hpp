// Values of events read mostly one after the other: O(1) for the next event's, where
// NumberColumn::rank would count from the beginning.
#pragma once

#include <optional>

#include "core/journey.hpp"

namespace journey {

class ValueCursor {
  public:
    explicit ValueCursor(const NumberColumn& column) : column_(column) {}

    std::optional<double> at(std::uint32_t row) {
        if (column_.numbers == nullptr) return std::nullopt;
        if (row < row_) {
            row_ = row;
            rank_ = column_.rank(row);
        }
        for (; row_ < row; ++row_) rank_ += column_.has(row_, rank_) ? 1 : 0;
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
