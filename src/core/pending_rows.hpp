// Rows on their way to the states of their groups (condition_rows.hpp).
//
// Rows of all groups come interleaved, so a row's state is seldom in the processor's
// cache, and whether a row matters at all is as hard to foresee. So rows are written down
// one after the other, which waits for nothing and branches on nothing, and go to their
// states many at a time, each state being fetched some rows ahead.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory_resource>
#include <utility>

namespace journey {

// State has add(word, memory), which takes a row and leaves the state where it is. Whoever
// reads a state or adds to it otherwise calls settle() before.
template <class State>
class PendingRows {
  public:
    explicit PendingRows(std::pmr::memory_resource& memory) : memory_(&memory) {}

    // Counts only if it `matters`.
    void push(State* state, std::uint64_t word, bool matters) {
        if (size_ == most) settle();
        rows_[size_] = {state, word};
        size_ += matters ? 1 : 0;
    }
    // Every row into its state, in the order in which they came.
    void settle() {
        constexpr std::size_t ahead = 16;
        const std::size_t size = std::exchange(size_, 0);
        for (std::size_t i = 0; i < size; ++i) {
            // Its counter and, most likely, the place of the row.
            const auto* next = reinterpret_cast<const char*>(rows_[std::min(i + ahead, size - 1)].state);
            __builtin_prefetch(next, 1);
            __builtin_prefetch(next + 64, 1);
            rows_[i].state->add(rows_[i].word, *memory_);
        }
    }
    // The states are going away.
    void drop() { size_ = 0; }

  private:
    static constexpr std::size_t most = 1024;
    struct Row {
        State* state = nullptr;
        std::uint64_t word = 0;
    };

    std::pmr::memory_resource* memory_;
    std::size_t size_ = 0;
    Row rows_[most];
};

// Where the rules of states point to the rows pending for them; no part of the rules.
template <class State>
struct PendingRowsLink {
    PendingRows<State>* rows = nullptr;
    bool operator==(const PendingRowsLink&) const { return true; }
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
