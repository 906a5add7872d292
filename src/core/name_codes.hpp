// A summary's codes of single names, remembered: a name of at most 32 bytes that is met
// again is compared as words, which is exact, and costs a probe or two.
//
// A name takes 80 to 160 bytes; at most 2048 are remembered, others are looked up each time.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory_resource>
#include <string_view>
#include <vector>

#include "core/journey.hpp"

namespace journey {

class NameCodes {
  public:
    explicit NameCodes(std::pmr::memory_resource& memory) : slots_(&memory), beginnings_(&memory) {}

    // The code of a name of a journey (so 8 bytes before its end can be read); intern(name)
    // gives one that is not remembered.
    template <class Intern>
    std::uint32_t get(std::string_view name, Intern intern) {
        if (name.size() > longest) return intern(name);
        const Key key(name);
        if (used_ > 0) {
            const Slot& slot = slots_[place(key)];
            if (slot.size != nothing) return slot.code;
        }
        const std::uint32_t code = intern(name);
        if (used_ == most_names) return code;
        if (slots_.size() < 2 * (used_ + 1)) grow();
        put(key, code);
        ++used_;
        return code;
    }

  private:
    static constexpr std::size_t longest = 32, most_names = 2048;
    static constexpr std::uint32_t nothing = ~0u;

    // The words of a name but the last, where it has them; they may overlap.
    struct Beginning {
        bool operator==(const Beginning&) const = default;
        std::uint64_t first = 0, second = 0, third = 0;
    };
    struct Key {
        explicit Key(std::string_view name) : size(static_cast<std::uint32_t>(name.size())) {
            const auto* from = reinterpret_cast<const std::byte*>(name.data());
            if (size == 0) return;
            last = load<std::uint64_t>(from + size - 8);
            if (size < 8) last >>= 64 - 8 * size;
            if (size <= 8) return;
            beginning.first = load<std::uint64_t>(from);
            if (size <= 16) return;
            beginning.second = load<std::uint64_t>(from + 8);
            beginning.third = load<std::uint64_t>(from + size - 16);
        }

        std::uint32_t size;
        std::uint64_t last = 0;  // ends with the name
        Beginning beginning;
    };
    struct Slot {
        std::uint64_t last = 0;
        std::uint32_t size = nothing, code = 0;
    };

    // Where a name is or would be.
    std::size_t place(const Key& key) const {
        const std::uint64_t word = key.last ^ key.beginning.first * 0xd6e8feb86659fd93u;
        const Slot* slots = slots_.data();
        std::size_t at = word * 0x9e3779b97f4a7c15u >> shift_;
        for (;; at = (at + 1) & mask_) {
            const Slot& slot = slots[at];
            if (slot.last == key.last && slot.size == key.size &&
                (key.size <= 8 || beginnings_[at] == key.beginning))
                return at;
            if (slot.size == nothing) return at;
        }
    }
    void put(const Key& key, std::uint32_t code) {
        const std::size_t at = place(key);
        slots_[at] = {key.last, key.size, code};
        beginnings_[at] = key.beginning;
    }
    void grow() {
        const std::pmr::vector<Slot> slots = std::move(slots_);
        const std::pmr::vector<Beginning> beginnings = std::move(beginnings_);
        const std::size_t size = std::max<std::size_t>(8, slots.size() * 2);
        slots_.assign(size, Slot{});
        beginnings_.assign(size, Beginning{});
        mask_ = size - 1;
        shift_ = 64 - static_cast<std::uint32_t>(std::countr_zero(size));
        Key key("");
        for (std::size_t i = 0; i < slots.size(); ++i) {
            if (slots[i].size == nothing) continue;
            key.size = slots[i].size;
            key.last = slots[i].last;
            key.beginning = beginnings[i];
            put(key, slots[i].code);
        }
    }

    std::pmr::vector<Slot> slots_;  // a power of two, at most half of them used
    std::pmr::vector<Beginning> beginnings_;
    std::size_t used_ = 0, mask_ = 0;
    std::uint32_t shift_ = 0;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
