// sequence_match, sequence_count and sequence_match_events as other engines answer
// them: `dialect=…` as their mode.
//
//   clickhouse  sequenceMatch, sequenceCount and sequenceMatchEvents: the search of
//               ClickHouse's source, that of 26.7 and the correction of 26.9 (#118497).
//   duckdb      the functions of the community extension behavioral, its source after 0.8.
//
// Both know (?N), ".", ".*" and (?t…) and try ways in one order: the earliest row
// first, backwards where it leads nowhere. They differ in what a time limit counts
// from (clickhouse: the row at which the part before it stopped, a row passed over
// too; duckdb: the row taken last) and at the last row: clickhouse, where there is
// a time limit and in counting, gives up when a way has taken it and is not done.
//
// What led nowhere once is not tried again, which changes no answer, so neither
// needs its engine's limit on steps: time O(rows · places), and for each time limit
// the rows within its reach of each row. Memory 32 bytes a row, a bit for each place.
//
// Rows of one time, whose order is open in both: by the first condition in which
// two differ, the row that satisfies it first.
#pragma once

#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

#include "core/sequence.hpp"

namespace journey {

// The dialect that a mode names; Dialect::journey for an empty one.
Dialect parse_sequence_mode(std::string_view mode);

// A pattern of a dialect.
class DialectPattern {
  public:
    enum class Kind : std::uint8_t { condition, any, gap, at_most, below, at_least, above, equal, different };
    struct Part {
        Kind kind;
        bool once = false;         // its first row alone is tried
        std::uint32_t number = 0;  // condition, from 0, or seconds

        bool takes_row() const { return kind <= Kind::any; }
        bool limits_time() const { return kind > Kind::gap; }
        // May it stand after the last row?
        bool takes_nothing() const {
            return kind == Kind::gap || kind == Kind::at_most || kind == Kind::below ||
                   (kind == Kind::at_least && number == 0);
        }
        bool holds(Span seconds) const;
    };

    DialectPattern(std::string_view pattern, std::uint32_t conditions, Dialect dialect,
                   std::pmr::memory_resource& memory);

    Dialect dialect() const { return dialect_; }
    // The first one is a gap: a match may begin at any row.
    std::span<const Part> parts() const { return parts_; }
    bool limits_time() const { return limits_time_; }
    std::uint32_t tail() const { return tail_; }  // the first part after the last one that takes a row

  private:
    Dialect dialect_;
    std::pmr::vector<Part> parts_;
    bool limits_time_ = false;
    std::uint32_t tail_ = 0;
};

// Of a state whose rules name a dialect.
bool dialect_match(const SequenceState& state, std::pmr::memory_resource& memory);
std::int64_t dialect_count(const SequenceState& state, std::pmr::memory_resource& memory);
// Without a match: of the longest beginning of the pattern that was found.
std::pmr::vector<Time> dialect_match_events(const SequenceState& state, std::pmr::memory_resource& memory);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
