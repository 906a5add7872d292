// sequence_match, sequence_count, sequence_match_events: a pattern of conditions over
// the rows of a group.
//
//   pattern   = [ "(?within" ("<=" | "<") seconds ")" ] choice
//   choice    = sequence { "|" sequence }
//   sequence  = { part }                      empty only as the whole pattern
//   part      = ( "(?" number ")" | "." | "(" choice ")" ) [ quantifier ]
//             | "(?t" ("<=" | "<" | ">=" | ">" | "==" | "!=") seconds ")"
//   quantifier = ( "*" | "+" | "?" | "{n}" | "{n,}" | "{n,m}" ) [ "?" ]
//
// (?N) is a row that satisfies condition N, "." any row, (?t…) a limit on the time
// from the row matched before to the row matched after, with any rows between. A "."
// repeated without an upper bound passes over as few rows as it can, and what it
// passes over beyond the required ones does not count as matched. Rows that satisfy
// no condition do not exist. Simultaneous rows stand in the order in which the
// pattern names their conditions.
//
// The grammar of parts, and what they mean, is ClickHouse's; the rest is ours.
#pragma once

#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/automaton.hpp"
#include "core/chain_scan.hpp"
#include "core/condition_rows.hpp"

namespace journey {

// What other engines mean by the same text.
struct SequenceDialect {
    bool operator==(const SequenceDialect&) const = default;
    bool time_opens_gap = true;  // else the row after a time element is the very next one
};

// A pattern, compiled for a number of conditions.
class SequencePattern {
  public:
    SequencePattern(std::string_view pattern, std::uint32_t conditions, const SequenceDialect& dialect,
                    std::pmr::memory_resource& memory);

    const Automaton& automaton() const { return automaton_; }
    // The conditions in the order the pattern names them, from 0: predicate p is
    // condition named()[p]; after them comes the predicate of ".".
    std::span<const std::uint32_t> named() const { return named_; }
    // The kinds of rows with at most 8 conditions: kind c satisfies the conditions in
    // the bits of c.
    const EventKinds* narrow_kinds() const { return narrow_ ? &*narrow_ : nullptr; }
    std::uint32_t narrow_kind(std::uint64_t conditions) const { return narrow_kind_[conditions]; }
    const std::optional<Chain_>& chain() const { return chain_; }

  private:
    friend class SequenceParser;
    std::uint32_t conditions_;
    Automaton automaton_;
    std::pmr::vector<std::uint32_t> named_;
};

}  // namespace journey
