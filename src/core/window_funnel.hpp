// The state of window_funnel for one group: the rows that can matter, as time and
// satisfied steps, in any order; the answer from them.
//
// 16 bytes a kept row; the first six rows live inside the state. Rows that satisfy
// no step are kept only if they can break a chain (strict_order). Funnels of more
// than 32 steps keep 8 bytes more for each row and 64 steps.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <span>

#include "core/funnel.hpp"
#include "core/memory.hpp"

namespace journey {

// What all rows of a group have in common.
struct WindowFunnelRules {
    Span within = no_limit;
    std::uint32_t steps = 0;
    bool strict_order = false;
    bool deduplicate = false;
    bool strict_increase = false;
    bool reentry = false;

    bool operator==(const WindowFunnelRules&) const = default;
};

class WindowFunnelState {
  public:
    WindowFunnelState(const WindowFunnelRules& rules, std::pmr::memory_resource& memory)
        : rules_(rules), memory_(&memory), rows_(memory), words_(memory) {}

    const WindowFunnelRules& rules() const { return rules_; }
    std::size_t size() const { return rows_.size(); }

    // A row of a funnel of at most 32 steps: bit s - 1 of `satisfied` is step s.
    void add(Time time, std::uint32_t satisfied) {
        check(time);
        if (satisfied == 0 && !rules_.strict_order) return;
        push(time, satisfied);
    }
    // The same for any number of steps.
    void add(Time time, std::span<const std::uint64_t> satisfied);
    // All rows of a state of the same rules.
    void add(const WindowFunnelState& other);

    std::uint32_t level();
    Chain chain();

    Bytes encode(std::pmr::memory_resource& memory, std::size_t prefix) const;
    // Adds the rows of an encoded state whose rules are rules_of(bytes).
    void decode(std::span<const std::byte> bytes);
    static WindowFunnelRules rules_of(std::span<const std::byte> bytes);

  private:
    struct Row {
        Time time;
        std::uint32_t satisfied;  // steps, or the number of the row's words if there are more than 32 steps
    };

    static void check(Time time);
    bool wide() const { return rules_.steps > 32; }
    std::uint32_t words_per_row() const { return (rules_.steps + 63) / 64; }
    std::span<const std::uint64_t> words_of(const Row& row) const;
    void push(Time time, std::uint32_t satisfied) {
        if (!rows_.empty() && time < rows_.back().time) sorted_ = false;
        rows_.push_back({time, satisfied});
    }
    void sort();
    bool plain() const;
    FunnelOptions options() const;
    std::pmr::vector<FunnelRow> funnel_rows(StepKinds& kinds);

    WindowFunnelRules rules_;
    bool sorted_ = true;
    std::pmr::memory_resource* memory_;
    SmallVector<Row, 6> rows_;
    SmallVector<std::uint64_t, 0> words_;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
