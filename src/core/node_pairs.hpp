// A table by pairs of numbers: what is counted for each transition.
//
// Entry has members `from` and `to`; a new one is otherwise Entry{}. Entries keep
// their place, so other tables can go by it. O(1) on average; 4 to 8 bytes a pair
// beside the entry.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

namespace journey {

template <class Entry>
class PairTable {
  public:
    explicit PairTable(std::pmr::memory_resource& memory) : entries_(&memory), slots_(&memory) {}

    // The place of the pair's entry, which is added if it is new.
    std::uint32_t place(std::uint32_t from, std::uint32_t to) {
        if (slots_.size() < 2 * (entries_.size() + 1)) grow();
        const std::size_t mask = slots_.size() - 1;
        std::size_t slot = hash(from, to) & mask;
        for (; slots_[slot] != 0; slot = (slot + 1) & mask) {
            const Entry& entry = entries_[slots_[slot] - 1];
            if (entry.from == from && entry.to == to) return slots_[slot] - 1;
        }
        Entry entry{};
        entry.from = from;
        entry.to = to;
        entries_.push_back(entry);
        slots_[slot] = static_cast<std::uint32_t>(entries_.size());
        return slots_[slot] - 1;
    }
    // The pair's entry, or null.
    const Entry* find(std::uint32_t from, std::uint32_t to) const {
        if (slots_.empty()) return nullptr;
        const std::size_t mask = slots_.size() - 1;
        for (std::size_t slot = hash(from, to) & mask; slots_[slot] != 0; slot = (slot + 1) & mask) {
            const Entry& entry = entries_[slots_[slot] - 1];
            if (entry.from == from && entry.to == to) return &entry;
        }
        return nullptr;
    }
    Entry& operator[](std::uint32_t place) { return entries_[place]; }
    const Entry& operator[](std::uint32_t place) const { return entries_[place]; }
    std::uint32_t size() const { return static_cast<std::uint32_t>(entries_.size()); }
    std::span<const Entry> entries() const { return {entries_.data(), entries_.size()}; }

  private:
    static std::size_t hash(std::uint32_t from, std::uint32_t to) {
        const std::uint64_t key = (std::uint64_t{from} << 32 | to) * 0x9e3779b97f4a7c15u;
        return static_cast<std::size_t>(key ^ (key >> 32));
    }
    void grow() {
        const std::size_t size = slots_.empty() ? 16 : slots_.size() * 2;
        slots_.assign(size, 0);
        for (std::uint32_t i = 0; i < entries_.size(); ++i) {
            std::size_t slot = hash(entries_[i].from, entries_[i].to) & (size - 1);
            while (slots_[slot] != 0) slot = (slot + 1) & (size - 1);
            slots_[slot] = i + 1;
        }
    }

    std::pmr::vector<Entry> entries_;
    std::pmr::vector<std::uint32_t> slots_;  // place + 1, 0 = free; a power of two
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
