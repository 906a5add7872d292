// Numbers the pairs that occur while one journey is read: a table if there can be
// few pairs, else a hash table. begin() takes time for the pairs of the journey
// before, not for the table.
#pragma once

#include <memory_resource>
#include <optional>
#include <vector>

#include "core/node_pairs.hpp"

namespace journey {

class LocalPairs {
  public:
    explicit LocalPairs(std::pmr::memory_resource& memory)
        : memory_(&memory), pairs_(&memory), table_(&memory) {}

    struct Pair {
        std::uint32_t from, to;
    };
    // Pairs of numbers below these.
    void begin(std::uint32_t from_size, std::uint32_t to_size) {
        for (const Pair& pair : pairs_) {
            if (!hashed_) table_[std::size_t{pair.from} * width_ + pair.to] = 0;
        }
        pairs_.clear();
        hashed_.reset();
        width_ = to_size;
        const std::size_t size = std::size_t{from_size} * to_size;
        if (size > most_in_table) {
            hashed_.emplace(*memory_);
        } else if (table_.size() < size) {
            table_.resize(size, 0);
        }
    }
    // The pair's number, from 0 in the order in which they first occur.
    std::uint32_t number(std::uint32_t from, std::uint32_t to) {
        if (hashed_) {
            const std::uint32_t place = hashed_->place(from, to);
            if (place == pairs_.size()) pairs_.push_back({from, to});
            return place;
        }
        std::uint32_t& entry = table_[std::size_t{from} * width_ + to];
        if (entry == 0) {
            pairs_.push_back({from, to});
            entry = static_cast<std::uint32_t>(pairs_.size());
        }
        return entry - 1;
    }
    std::uint32_t size() const { return static_cast<std::uint32_t>(pairs_.size()); }
    const Pair& pair(std::uint32_t number) const { return pairs_[number]; }

  private:
    static constexpr std::size_t most_in_table = 1u << 16;

    std::pmr::memory_resource* memory_;
    std::pmr::vector<Pair> pairs_;
    std::pmr::vector<std::uint32_t> table_;  // number + 1
    std::uint32_t width_ = 1;
    std::optional<PairTable<Pair>> hashed_;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
