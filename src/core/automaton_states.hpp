// An automaton without limits of time as a deterministic machine whose states are
// made when a journey first needs them: then an event costs one look into a table.
//
// A state is what matters of the past: the positions at which the event just passed was
// taken, and those from which a gap is open. Made states stay for the next journeys; a
// pattern that needs too many of them is left to the Sweep.
#pragma once

#include <memory_resource>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/automaton.hpp"

namespace journey {

class StateMachine {
  public:
    static constexpr std::uint32_t max_machine_positions = 64;
    static constexpr std::uint32_t max_states = 2000;
    static constexpr std::uint32_t start_state = 0;
    static constexpr std::uint32_t no_state = std::numeric_limits<std::uint32_t>::max();

    // Only for automata that suit(). `kinds` must outlive it and not grow.
    StateMachine(const Automaton& automaton, const EventKinds& kinds, std::pmr::memory_resource& memory);
    static bool suits(const Automaton& automaton);

    // The state after an event of this kind, every event being told; no_state: there are
    // too many.
    std::uint32_t next(std::uint32_t state, std::uint32_t kind) {
        const std::uint32_t known = next_[std::size_t{state} * kinds_->size() + kind];
        return known != unknown ? known : make(state, kind);
    }
    // Whether a match ends with the event that led here; whether one does if it was the last.
    bool accepts(std::uint32_t state) const { return (taken_[state] & ends_) != 0; }
    bool accepts_at_end(std::uint32_t state) const { return (taken_[state] & (ends_ | ends_last_)) != 0; }

  private:
    static constexpr std::uint32_t unknown = no_state - 1;
    struct Key {
        std::uint64_t taken, open;
        bool operator==(const Key&) const = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const {
            return static_cast<std::size_t>(
                (key.taken * 0x9e3779b97f4a7c15u ^ key.open) * 0xff51afd7ed558ccdu >> 17);
        }
    };
    std::uint32_t make(std::uint32_t state, std::uint32_t kind);
    std::uint32_t add(const Key& key);

    const EventKinds* kinds_;
    std::uint64_t begins_ = 0, begins_first_ = 0, ends_ = 0, ends_last_ = 0;
    std::uint64_t opens_ = 0;                      // positions with a gap after them
    std::pmr::vector<std::uint64_t> adjacent_to_;  // bit p of [q]: from p to q without a gap
    std::pmr::vector<std::uint64_t> gap_to_;
    std::pmr::vector<std::uint64_t> taken_;  // of each state
    std::pmr::vector<std::uint64_t> open_;
    std::pmr::vector<std::uint32_t> next_;  // by state and kind
    std::pmr::unordered_map<Key, std::uint32_t, Hash> known_;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
