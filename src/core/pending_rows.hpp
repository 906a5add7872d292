// Rows on their way to the states of their groups (condition_rows.hpp).
//
// Rows of all groups come interleaved, so a row's state is seldom in the processor's
// cache, and reading it at once means waiting for memory. A row is put off instead
// until `depth` rows more have come, and its state is fetched meanwhile.
#pragma once

#include <cstdint>
#include <memory_resource>

namespace journey {

// State has add(word, memory), which takes a row and leaves the state where it is. Whoever
// reads a state or adds to it otherwise calls settle() before.
template <class State>
class PendingRows {
  public:
    explicit PendingRows(std::pmr::memory_resource& memory) : memory_(&memory) {}

    void push(State* state, std::uint64_t word) {
        // Its counter and, most likely, the place of the row.
        __builtin_prefetch(state, 1);
        __builtin_prefetch(reinterpret_cast<const char*>(state) + 64, 1);
        Row& row = rows_[next_];
        next_ = (next_ + 1) % depth;
        const Row oldest = row;
        row = {state, word};
        if (oldest.state != nullptr) oldest.state->add(oldest.word, *memory_);
    }
    // Every row into its state, in the order in which they came.
    void settle() {
        for (std::size_t i = 0; i < depth; ++i) {
            Row& row = rows_[(next_ + i) % depth];
            const Row pending = row;
            row = {};
            if (pending.state != nullptr) pending.state->add(pending.word, *memory_);
        }
    }
    // The states are going away.
    void drop() {
        for (Row& row : rows_) row = {};
    }

  private:
    static constexpr std::size_t depth = 16;
    struct Row {
        State* state = nullptr;
        std::uint64_t word = 0;
    };

    std::pmr::memory_resource* memory_;
    std::size_t next_ = 0;  // the oldest row, and the place of the next
    Row rows_[depth];
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
