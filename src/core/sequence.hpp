// sequence_match, sequence_count, sequence_match_events: a pattern of conditions over
// the rows of a group.
//
//   pattern    = [ "(?within" ("<=" | "<") seconds ")" ] [ choice ]
//   choice     = sequence { "|" sequence }
//   sequence   = part { part }
//   part       = ( "(?" number ")" | "." | "(" choice ")" ) [ quantifier ]
//              | "(?t" ("<=" | "<" | ">=" | ">" | "==" | "!=") seconds ")"
//   quantifier = ( "*" | "+" | "?" | "{n}" | "{n,}" | "{n,m}" ) [ "?" ]
//
// (?N) is a row that satisfies condition N, "." any row, (?t…) a limit on the time
// from the row matched before to the row matched after, with any rows between. A "."
// repeated without an upper bound passes over as few rows as it can, and what it
// passes over beyond the required ones does not count as matched. Rows that satisfy
// no condition do not exist. Simultaneous rows stand in the order in which the
// pattern names their conditions.
//
// Parts without groups, choices and other quantifiers than ".*" are ClickHouse's.
//
// Time: as the automaton's (automaton_sweep.hpp, automaton_match.hpp) over the rows
// kept, after sorting them. Memory: 8 bytes a row while collecting (at most 8
// conditions), 24 more a row for the answer.
#pragma once

#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/automaton.hpp"
#include "core/chain_scan.hpp"
#include "core/condition_rows.hpp"
#include "core/pending_rows.hpp"
#include "core/window_funnel_dialect.hpp"

namespace journey {

class DialectPattern;  // sequence_dialect.hpp

// A pattern, compiled for a number of conditions.
class SequencePattern {
  public:
    SequencePattern(std::string_view pattern, std::uint32_t conditions, std::pmr::memory_resource& memory);
    // Its parts point to each other.
    SequencePattern(const SequencePattern&) = delete;
    SequencePattern& operator=(const SequencePattern&) = delete;

    const Automaton& automaton() const { return automaton_; }
    std::uint32_t conditions() const { return conditions_; }
    const std::optional<ChainLimits>& chain() const { return chain_; }

    // Of predicates the automaton speaks, numbered in the order in which the pattern
    // names the conditions; the last one is that of ".".
    bool names_condition(std::uint32_t predicate) const { return predicate < conditions_; }
    EventKinds make_kinds(std::pmr::memory_resource& memory) const {
        return EventKinds(automaton_, conditions_ + 1, conditions_, memory);
    }
    std::uint32_t add_kind(std::span<const std::uint64_t> conditions, EventKinds& kinds) const;

    // Rows of at most 8 conditions: the kind and the positions of each combination.
    bool narrow() const { return !narrow_kind_.empty(); }
    const EventKinds& narrow_kinds() const { return *narrow_kinds_; }
    std::uint32_t narrow_kind(std::uint64_t conditions) const { return narrow_kind_[conditions]; }
    std::uint64_t narrow_places(std::uint64_t conditions) const { return narrow_places_[conditions]; }

  private:
    std::uint32_t conditions_;
    std::pmr::vector<std::uint32_t> predicate_of_;  // each condition's; unbounded: not named
    Automaton automaton_;
    std::optional<ChainLimits> chain_;
    std::optional<EventKinds> narrow_kinds_;
    std::pmr::vector<std::uint32_t> narrow_kind_;
    std::pmr::vector<std::uint64_t> narrow_places_;
};

struct SequenceRules;
using SequenceState = ConditionRows<SequenceRules>;

// What all rows of a group have in common. The text lives as long as the rules.
struct SequenceRules {
    std::uint32_t steps = 0;  // conditions
    std::string_view text = {};
    Dialect dialect = Dialect::journey;  // else clickhouse or duckdb
    // The one of the dialect; null where a state has just come from another process.
    const SequencePattern* pattern = nullptr;
    const DialectPattern* dialect_pattern = nullptr;
    PendingRowsLink<SequenceState> pending = {};

    bool operator==(const SequenceRules& other) const {
        return steps == other.steps && text == other.text && dialect == other.dialect;
    }
    static constexpr bool keeps_all_rows() { return false; }
};

bool sequence_match(const SequenceState& state, std::pmr::memory_resource& memory);
std::int64_t sequence_count(const SequenceState& state, std::pmr::memory_resource& memory);
// The times of the rows that the first match takes by (?N).
std::pmr::vector<Time> sequence_match_events(const SequenceState& state, std::pmr::memory_resource& memory);

Bytes encode(const SequenceState& state, std::pmr::memory_resource& memory, std::size_t prefix);
// The text points into the bytes.
SequenceRules sequence_rules(std::span<const std::byte> bytes);
SequenceState* decode_sequence(std::span<const std::byte> bytes, const SequenceRules& rules,
                               std::pmr::memory_resource& memory);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
