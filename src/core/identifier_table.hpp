// Identifiers of a graph on its way in: text → code, with what is known of each beside
// its text. Made for millions, where each look-up waits for memory: a slot holds 32
// bits of the hash, so that a wrong identifier is seldom looked at, and look-ups can be
// announced (prefetch) before they are made.
//
// Codes count from 0 in the order of arrival. 24 bytes and the text an identifier, and
// 16 to 32 of slots.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory_resource>
#include <string_view>
#include <vector>

#include "core/name_hash.hpp"

namespace journey {

class IdentifierTable {
  public:
    static constexpr std::uint32_t none = UINT32_MAX;

    struct Record {
        const char* text;
        std::uint32_t length;
        std::uint32_t mark;
        std::int64_t first_seen;
    };

    explicit IdentifierTable(std::pmr::memory_resource& memory)
        : records_(&memory), slots_(&memory), texts_(&memory) {}

    static std::uint32_t hash(std::string_view text) {
        const std::uint64_t hash = hash_name(text);
        return static_cast<std::uint32_t>(hash ^ (hash >> 32));
    }

    // Three steps of a look-up to come, each after the one before has had time.
    void expect(std::uint32_t hash) const {
        if (!slots_.empty()) __builtin_prefetch(&slots_[hash & mask()]);
    }
    // The code that the text most likely has; none: most likely new.
    std::uint32_t expect_record(std::uint32_t hash) const {
        if (slots_.empty()) return none;
        for (std::size_t slot = hash & mask(); slots_[slot].code != 0; slot = (slot + 1) & mask()) {
            if (slots_[slot].hash != hash) continue;
            __builtin_prefetch(&records_[slots_[slot].code - 1]);
            return slots_[slot].code - 1;
        }
        return none;
    }
    void expect_text(std::uint32_t code) const {
        if (code != none) __builtin_prefetch(records_[code].text);
    }

    // The code of the text, added if it is new, then with this time and no mark.
    std::uint32_t place(std::string_view text, std::uint32_t its_hash, std::int64_t time) {
        if (slots_.size() < 2 * (records_.size() + 1)) grow();
        std::size_t slot = its_hash & mask();
        for (; slots_[slot].code != 0; slot = (slot + 1) & mask()) {
            if (slots_[slot].hash != its_hash) continue;
            const Record& record = records_[slots_[slot].code - 1];
            if (record.length == text.size() && std::memcmp(record.text, text.data(), text.size()) == 0)
                return slots_[slot].code - 1;
        }
        auto* kept = static_cast<char*>(texts_.allocate(text.size(), 1));
        std::memcpy(kept, text.data(), text.size());
        records_.push_back({kept, static_cast<std::uint32_t>(text.size()), 0, time});
        slots_[slot] = {its_hash, size()};
        return size() - 1;
    }

    Record& operator[](std::uint32_t code) { return records_[code]; }
    const Record& operator[](std::uint32_t code) const { return records_[code]; }
    std::string_view text(std::uint32_t code) const { return {records_[code].text, records_[code].length}; }
    std::uint32_t size() const { return static_cast<std::uint32_t>(records_.size()); }

  private:
    struct Slot {
        std::uint32_t hash, code;  // code + 1, 0 = free
    };
    std::size_t mask() const { return slots_.size() - 1; }
    void grow() {
        std::pmr::vector<Slot> grown(slots_.empty() ? 32 : slots_.size() * 2, Slot{0, 0},
                                     slots_.get_allocator());
        for (const Slot& each : slots_) {
            if (each.code == 0) continue;
            std::size_t slot = each.hash & (grown.size() - 1);
            while (grown[slot].code != 0) slot = (slot + 1) & (grown.size() - 1);
            grown[slot] = each;
        }
        slots_ = std::move(grown);
    }

    std::pmr::vector<Record> records_;
    std::pmr::vector<Slot> slots_;  // a power of two
    std::pmr::monotonic_buffer_resource texts_;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
