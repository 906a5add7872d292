// The state of window_funnel for one group: the rows that can matter, as time and
// satisfied steps, in any order; the answer from them.
// (condition_rows.hpp). Rows that satisfy no step are kept only where they can break
// a chain (strict_order).
#pragma once

#include <cstdint>
#include <memory_resource>
#include <span>

#include "core/condition_rows.hpp"
#include "core/funnel.hpp"
#include "core/memory.hpp"
#include "core/pending_rows.hpp"
#include "core/window_funnel_dialect.hpp"

namespace journey {

struct WindowFunnelRules;
using WindowFunnelState = ConditionRows<WindowFunnelRules>;

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
    PendingRowsLink<WindowFunnelState> pending = {};

    bool operator==(const WindowFunnelRules&) const = default;
    // Can a row that satisfies no step change the answer?
    bool keeps_all_rows() const { return strict_order || dialect.keep_all; }
    bool plain() const {
        return !strict_order && !deduplicate && !strict_increase && steps <= 64 && !dialect.given();
    }
};

std::uint32_t window_funnel_level(const WindowFunnelState& state, std::pmr::memory_resource& memory);
Chain window_funnel_chain(const WindowFunnelState& state, std::pmr::memory_resource& memory);

Bytes encode(const WindowFunnelState& state, std::pmr::memory_resource& memory, std::size_t prefix);
WindowFunnelRules window_funnel_rules(std::span<const std::byte> bytes);
// The encoded state; `rules` are window_funnel_rules(bytes). Null if it has no rows.
WindowFunnelState* decode_window_funnel(std::span<const std::byte> bytes, const WindowFunnelRules& rules,
                                        std::pmr::memory_resource& memory);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
