// What the names of a journey mean to a query, remembered from journey to journey:
// customers of one shop have the same few sets of names, and comparing the bytes of
// a set is much cheaper than looking up each name.
//
// At most `slots` sets of at most `longest` bytes, the newest wins; others are looked
// up each time.
#pragma once

#include <cstring>
#include <memory_resource>
#include <new>
#include <type_traits>

#include "core/journey.hpp"

namespace journey {

template <class Table>
class NameCache {
    static_assert(std::is_trivially_destructible_v<Table>);

  public:
    explicit NameCache(std::pmr::memory_resource& memory) : memory_(&memory) {}
    NameCache(const NameCache&) = delete;
    NameCache& operator=(const NameCache&) = delete;
    ~NameCache() {
        for (Slot* slot : slots_) {
            if (slot != nullptr) memory_->deallocate(slot, sizeof(Slot), alignof(Slot));
        }
    }

    // The table for these names: the remembered one, or one that fill(table) makes.
    // Good until the next call.
    template <class Fill>
    const Table& get(const Names& names, Fill fill) {
        const auto bytes = names.bytes();
        Slot*& slot = slots_[slot_of(bytes)];
        if (slot == nullptr) slot = new (memory_->allocate(sizeof(Slot), alignof(Slot))) Slot;
        if (slot->size == bytes.size() && std::memcmp(slot->names, bytes.data(), bytes.size()) == 0)
            return slot->table;
        slot->size = 0;
        fill(slot->table);
        if (bytes.size() <= longest) {
            std::memcpy(slot->names, bytes.data(), bytes.size());
            slot->size = bytes.size();
        }
        return slot->table;
    }

  private:
    static constexpr std::size_t slots = 512, longest = 248;
    struct Slot {
        std::size_t size = 0;  // 0: nothing is remembered; no set of names is empty
        Table table;           // what is read of it mostly lies beside the size, in one cache line
        std::byte names[longest];
    };

    static std::size_t slot_of(std::span<const std::byte> bytes) {
        std::uint64_t hash = bytes.size();
        const auto mix = [&](std::uint64_t word) { hash = (hash ^ word) * 0x9e3779b97f4a7c15u; };
        std::size_t at = 0;
        for (; at + 8 <= bytes.size(); at += 16) mix(load<std::uint64_t>(bytes.data() + at));
        if (bytes.size() >= 8) mix(load<std::uint64_t>(bytes.data() + bytes.size() - 8));
        return hash >> 55;
    }
    static_assert(slots == 512);

    std::pmr::memory_resource* memory_;
    Slot* slots_[slots] = {};
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
