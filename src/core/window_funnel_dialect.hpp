// window_funnel as other engines count it: `dialect=…` in its list of modes.
//
// Each dialect follows its engine's own source step by step, oddities included,
// so that a query moved here gives the numbers it gave there:
//
//   clickhouse  windowFunnel as of 26.7: one pass, one chain kept for each level,
//               overwritten by later ones; strict_once follows every chain.
//   duckdb      window_funnel of the community extension behavioral, its source
//               after 0.8: ClickHouse's pass, but strict_increase loses no chain.
//   doris       window_funnel of Apache Doris 4.1 (V2): rows that are no step do
//               not count; but for the default mode every entry is tried.
//   pinot       funnelMaxStep of Apache Pinot: a row is its first step only, the
//               window is exclusive.
//
// Where an engine takes rows of one time as they arrived, ours stand in a fixed
// order: by the lowest step they satisfy (doris), then by their steps read as a
// binary number. So no answer depends on the order of the rows.
//
// Complexity: clickhouse and duckdb O(rows · steps), with strict_once one matching
// (matching.hpp) for each step and kind of row of a time; doris O(rows · steps) in
// the default mode, else O(entries · rows in a window), as pinot.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

#include "core/funnel.hpp"

namespace journey {

enum class Dialect : std::uint8_t { journey, clickhouse, duckdb, doris, pinot };

// A dialect and its modes; an engine's own names for them in the comments.
struct DialectRules {
    Dialect dialect = Dialect::journey;  // journey: none, our own way
    bool deduplicate = false;            // strict_deduplication, deduplication
    bool strict_order = false;           // strict_order, fixed
    bool strict_increase = false;        // strict_increase, increase
    bool strict_once = false;
    bool reentry = false;   // allow_reentry
    bool keep_all = false;  // rows that satisfy no step count

    bool operator==(const DialectRules&) const = default;
    bool given() const { return dialect != Dialect::journey; }
    // Is a row with a NULL condition as if it were not there?
    bool skips_null() const { return dialect == Dialect::clickhouse || dialect == Dialect::doris; }

    std::uint8_t flags() const;
    static DialectRules from(std::uint8_t dialect, std::uint8_t flags);
};

// The dialect in a comma-separated list of modes and the modes beside it, or
// Dialect::journey if there is none; then the list is parse_funnel_modes's.
// Throws for a mode that the engine does not know and for modes it does not combine.
DialectRules parse_dialect(std::string_view modes);
// Throws for a window that the engine refuses.
void check_dialect_window(const DialectRules& rules, Span within);

struct DialectChain {
    explicit DialectChain(std::pmr::memory_resource& memory) : times(&memory) {}
    std::uint32_t level = 0;
    std::pmr::vector<Time> times;  // of the steps, if asked for
};

// `rows` in any order; they are put into the dialect's. `rules` name a dialect.
// The chain is the one the engine keeps for the level (clickhouse, duckdb, doris
// by default), or of the first entry that reaches it (doris, pinot).
DialectChain dialect_funnel(std::span<FunnelRow> rows, const StepKinds& kinds, const DialectRules& rules,
                            Span within, bool want_times, std::pmr::memory_resource& memory);

// --- the engines: rows in the dialect's order -------------------------------

DialectChain clickhouse_funnel(std::span<const FunnelRow> rows, const StepKinds& kinds,
                               const DialectRules& rules, Span within, bool want_times,
                               std::pmr::memory_resource& memory);
DialectChain doris_funnel(std::span<const FunnelRow> rows, const StepKinds& kinds, const DialectRules& rules,
                          Span within, bool want_times, std::pmr::memory_resource& memory);
DialectChain pinot_funnel(std::span<const FunnelRow> rows, const StepKinds& kinds, const DialectRules& rules,
                          Span within, std::pmr::memory_resource& memory);

// Chains that share their beginnings, as links from each step to the one before.
class Trails {
  public:
    static constexpr std::uint32_t none = UINT32_MAX;

    Trails(bool wanted, std::pmr::memory_resource& memory) : wanted_(wanted), links_(&memory) {}
    // The trail that goes on from `before` (or none) at this time.
    std::uint32_t extend(std::uint32_t before, Time time) {
        if (!wanted_) return none;
        links_.push_back({time, before});
        return static_cast<std::uint32_t>(links_.size() - 1);
    }
    // The times of a trail of this length.
    void times(std::uint32_t trail, std::uint32_t length, std::pmr::vector<Time>& times) const {
        if (!wanted_) return;
        times.resize(length);
        for (; length > 0; trail = links_[trail].before) times[--length] = links_[trail].time;
    }

  private:
    struct Link {
        Time time;
        std::uint32_t before;
    };
    bool wanted_;
    std::pmr::vector<Link> links_;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
