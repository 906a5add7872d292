// The steps of a funnel: which step, or which forbidden gap, an event belongs to.
//
// Every event is of one *kind*: kind 0 is "neither step nor excluded"; each other
// kind stands for one distinct event name of the funnel (or one distinct
// combination of conditions) and says which steps it satisfies and in which gaps
// it is excluded. Gap g is the time after step g and before step g + 1.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

#include "core/name_hash.hpp"

namespace journey {

// As many as a table can have columns, rounded.
inline constexpr std::uint32_t max_steps = 1600;
inline constexpr std::uint32_t max_alternatives = 10000;

class StepKinds {
  public:
    StepKinds(std::uint32_t steps, std::pmr::memory_resource& memory)
        : steps_(steps), words_(steps / 64 + 1), satisfied_(&memory), excluded_(&memory) {
        add();
    }

    // Steps are counted from 1.
    std::uint32_t steps() const { return steps_; }
    std::uint32_t size() const { return size_; }
    std::uint32_t add();
    // A kind with these words of satisfied steps: bit s - 1 of word 0 is step s.
    std::uint32_t add(std::span<const std::uint64_t> satisfied);
    void satisfy(std::uint32_t kind, std::uint32_t step);
    void exclude(std::uint32_t kind, std::uint32_t from_step, std::uint32_t to_step);

    bool satisfies(std::uint32_t kind, std::uint32_t step) const { return bit(satisfied_, kind, step - 1); }
    bool satisfies_any(std::uint32_t kind) const;
    bool excluded_in(std::uint32_t kind, std::uint32_t gap) const { return bit(excluded_, kind, gap); }
    bool excludes_any(std::uint32_t kind) const;
    std::span<const std::uint64_t> satisfied(std::uint32_t kind) const {
        return {satisfied_.data() + std::size_t{kind} * words_, (steps_ + 63) / 64};
    }
    // The first 64 steps a kind satisfies, step 1 in bit 0.
    std::uint64_t mask(std::uint32_t kind) const { return satisfied_[std::size_t{kind} * words_]; }

  private:
    bool bit(const std::pmr::vector<std::uint64_t>& words, std::uint32_t kind, std::uint32_t index) const {
        return ((words[std::size_t{kind} * words_ + index / 64] >> (index % 64)) & 1) != 0;
    }

    std::uint32_t steps_;
    std::uint32_t words_;
    std::uint32_t size_ = 0;
    std::pmr::vector<std::uint64_t> satisfied_;
    std::pmr::vector<std::uint64_t> excluded_;
};

// Event names → kinds. A step is written as a name or as alternatives, 'a|b';
// '\|' is a bar and '\\' a backslash inside a name.
class StepNames {
  public:
    explicit StepNames(std::uint32_t steps, std::pmr::memory_resource& memory)
        : kinds_(steps, memory), slots_(mask_ + 1, &memory), storage_(&memory) {}

    // Throws if an alternative is empty or `text` ends in a lone backslash.
    void add_step(std::uint32_t step, std::string_view text, const char* argument);
    // Element `element` of the excluded events, written as a step is.
    void exclude(std::string_view text, std::uint32_t element, std::uint32_t from_step,
                 std::uint32_t to_step);

    const StepKinds& kinds() const { return kinds_; }
    // Which event comes next cannot be foreseen: where every name has a place of its own,
    // nothing branches on whether this is one of them.
    std::uint32_t kind(std::string_view event) const {
        const NameKey key(event);
        std::size_t place = home(key);
        if (!alone_) {
            while (slots_[place].kind != 0 && !(slots_[place].key == key)) place = (place + 1) & mask_;
            return slots_[place].kind;
        }
        return slots_[place].kind & (0 - static_cast<std::uint32_t>(slots_[place].key == key));
    }

  private:
    struct Slot {
        NameKey key;
        std::uint32_t kind = 0;  // 0: free
    };
    // So many names are moved until each is alone.
    static constexpr std::size_t few = 16;

    std::uint32_t kind_of(std::string_view event, const char* argument);
    std::size_t home(const NameKey& key) const { return key.hash() >> shift_ & mask_; }
    bool put(const Slot& slot);
    bool arrange(std::size_t size, std::uint32_t shift);
    template <class Visit>
    void for_each_alternative(std::string_view text, const char* argument, std::uint32_t number, Visit visit);

    StepKinds kinds_;
    std::size_t mask_ = 7;
    std::uint32_t shift_ = 0;       // of hashes
    bool alone_ = true;             // every name is at home
    std::pmr::vector<Slot> slots_;  // mask_ + 1, a power of two; at most half of them are taken
    std::pmr::monotonic_buffer_resource storage_;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
