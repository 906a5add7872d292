// The state of window_funnel for one group: the rows that can matter, as time and
// satisfied steps, in any order; the answer from them.
//
// Rows of all groups come interleaved, so nearly every row finds its group's state
// outside the processor's cache, and what a row costs is the number of cache lines
// it touches. Hence chunks of 128 bytes, the newest being the state itself: a row
// is written beside the counter that was just read. A row is one word (its time
// and up to 8 steps); for longer funnels and times beyond the year 3141 one word
// for the time and one for each 64 steps. Rows that satisfy no step are kept only
// where they can break a chain (strict_order).
#pragma once

#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

#include "core/funnel.hpp"
#include "core/memory.hpp"
#include "core/window_funnel_dialect.hpp"

namespace journey {

// What all rows of a group have in common.
struct WindowFunnelRules {
    Span within = no_limit;
    std::uint32_t steps = 0;
    std::uint64_t names = 0;  // which steps, if by name: a hash of them
    bool strict_order = false;
    bool deduplicate = false;
    bool strict_increase = false;
    bool reentry = false;
    DialectRules dialect;

    bool operator==(const WindowFunnelRules&) const = default;
    // Can a row that satisfies no step change the answer?
    bool keeps_all_rows() const { return strict_order || dialect.keep_all; }
    bool plain() const {
        return !strict_order && !deduplicate && !strict_increase && steps <= 64 && !dialect.given();
    }
};

// One chunk of a group's rows, and through `older` all of them. Never destroyed:
// dropping its memory is the destructor. The rules outlive the state.
class WindowFunnelState {
  public:
    // The state with a row more; `state` may be null. `satisfied` has 64 steps a
    // word, step 1 in bit 0 of the first. Throws for an infinite time.
    static WindowFunnelState* add(WindowFunnelState* state, const WindowFunnelRules& rules, Time time,
                                  std::span<const std::uint64_t> satisfied,
                                  std::pmr::memory_resource& memory);
    // The state, made if it is null: for rules that rows yet to come are compared with.
    static WindowFunnelState* ensure(WindowFunnelState* state, const WindowFunnelRules& rules,
                                     std::pmr::memory_resource& memory) {
        return state != nullptr ? state : make(rules, nullptr, rules.steps <= narrow_steps, memory);
    }
    // The same for funnels of at most 8 steps, where there is room.
    bool add(Time time, std::uint64_t satisfied) {
        if (!narrow_ || size_ == capacity_ || !fits(time)) return false;
        push_narrow(time, satisfied);
        return true;
    }
    // All rows of two states of the same rules; `state` may be null.
    static WindowFunnelState* merge(WindowFunnelState* state, const WindowFunnelState& other,
                                    const WindowFunnelRules& rules, std::pmr::memory_resource& memory);

    const WindowFunnelRules& rules() const { return *rules_; }
    std::size_t rows() const;

    std::uint32_t level(std::pmr::memory_resource& memory) const;
    Chain chain(std::pmr::memory_resource& memory) const;

    Bytes encode(std::pmr::memory_resource& memory, std::size_t prefix) const;
    static WindowFunnelRules rules_of(std::span<const std::byte> bytes);
    // The encoded state; `rules` are rules_of(bytes). Null if it has no rows.
    static WindowFunnelState* decode(std::span<const std::byte> bytes, const WindowFunnelRules& rules,
                                     std::pmr::memory_resource& memory);

  private:
    static constexpr std::uint32_t narrow_steps = 8;
    static constexpr std::uint64_t narrow_mask = 0xff;
    static constexpr std::size_t chunk_bytes = 128;

    WindowFunnelState(const WindowFunnelRules& rules, const WindowFunnelState* older, std::uint32_t capacity,
                      bool narrow)
        : rules_(&rules),
          older_(older),
          capacity_(static_cast<std::uint16_t>(capacity)),
          narrow_(narrow),
          sorted_(older == nullptr || older->sorted_) {}
    static WindowFunnelState* make(const WindowFunnelRules& rules, const WindowFunnelState* older,
                                   bool narrow, std::pmr::memory_resource& memory);

    static bool fits(Time time) { return time >> 55 == time >> 63; }
    void push_narrow(Time time, std::uint64_t satisfied) {
        if (time < last_time()) sorted_ = false;
        words()[size_++] = static_cast<std::uint64_t>(time) << narrow_steps | satisfied;
    }
    std::uint32_t words_for_steps() const { return (rules_->steps + 63) / 64; }
    std::uint32_t stride() const { return narrow_ ? 1 : 1 + words_for_steps(); }
    std::uint64_t* words() { return reinterpret_cast<std::uint64_t*>(this + 1); }
    const std::uint64_t* words() const { return reinterpret_cast<const std::uint64_t*>(this + 1); }
    // Of row `at` words into the chunk.
    Time time(std::uint32_t at) const {
        const auto word = static_cast<Time>(words()[at]);
        return narrow_ ? word >> narrow_steps : word;
    }
    // Of the row added last, in this chunk or, if it is empty, the one before.
    Time last_time() const {
        if (size_ > 0) return time(size_ - stride());
        return older_ == nullptr ? min_row_time : older_->last_time();
    }
    static constexpr Time min_row_time = INT64_MIN;
    std::span<const std::uint64_t> satisfied(std::uint32_t at, std::uint64_t& scratch) const;
    template <class Visit>
    void for_each(Visit visit) const;

    bool all_narrow() const;
    std::pmr::vector<std::uint64_t> narrow_rows(std::pmr::memory_resource& memory) const;
    FunnelOptions options(std::pmr::memory_resource& memory) const;
    std::pmr::vector<FunnelRow> funnel_rows(StepKinds& kinds, std::pmr::memory_resource& memory) const;

    const WindowFunnelRules* rules_;
    const WindowFunnelState* older_;
    std::uint32_t size_ = 0;  // words that follow
    std::uint16_t capacity_;
    bool narrow_;
    bool sorted_;  // the times never fell, up to here
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
