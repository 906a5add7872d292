// Journey patterns: a small language over event names.
//
//   pattern   = choice [ "within" length ]             a limit on the whole match
//   choice    = sequence { "|" sequence }
//   sequence  = item { [ link ] item }                  inside brackets also
//             [ link ] item { [ link ] item } [ link ]  (the last one with "...")
//   link      = [ "..." ] { ( "within" | "after" ) length }
//   item      = part | "^" | "$"
//   part      = event [ quantifier ] [ "where" test { "and" test } ] [ "as" name ]
//             | "(" choice ")" [ quantifier ] [ "as" name ]
//   event     = "." | name | "[" [ "^" ] name { "|" name } "]"
//   test      = "channel" ( "=" | "!=" ) ( name | "[" … "]" )
//             | "value" ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) number
//   quantifier = ( "*" | "+" | "?" | "{n}" | "{n,}" | "{n,m}" ) [ "?" ]
//   length    = number unit { number unit }            30 minutes, 1 day 12 hours
//   name      = letters, digits, "_", "-", "/" (not beginning with a digit or "-"),
//               or anything in double quotes ("" is a quote in it)
//
// Parts that follow each other are events that follow each other; "..." lets any
// events lie between. Limits are inclusive and count from the last event of the part
// before to the first event of the part after. A match takes at least one event.
// Simultaneous events without a tie-breaker stand in the order in which the pattern
// names them.
#pragma once

#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/automaton.hpp"
#include "core/automaton_states.hpp"
#include "core/chain_scan.hpp"
#include "core/edit.hpp"
#include "core/journey.hpp"
#include "core/place_table.hpp"

namespace journey {

// What one event must be.
struct EventTest {
    enum class Subject : std::uint8_t { channel, value };
    enum class Comparison : std::uint8_t { equal, different, less, at_most, greater, at_least };
    Subject subject;
    Comparison comparison;
    double number = 0;
    std::pmr::vector<std::string_view> channels;

    bool operator==(const EventTest&) const = default;
};
struct EventPredicate {
    bool negated = false;  // any name but these
    std::pmr::vector<std::uint32_t> names;
    std::pmr::vector<EventTest> tests;

    bool operator==(const EventPredicate&) const = default;
    bool takes_name(std::uint32_t name) const;
};

class JourneyPattern {
  public:
    static constexpr std::uint32_t other_name = std::numeric_limits<std::uint32_t>::max();

    // Throws for a pattern that cannot be read. `within` is a limit beside the text's own.
    JourneyPattern(std::string_view text, Span within, std::pmr::memory_resource& memory);
    JourneyPattern(const JourneyPattern&) = delete;
    JourneyPattern& operator=(const JourneyPattern&) = delete;

    const Automaton& automaton() const { return automaton_; }
    const std::optional<ChainLimits>& chain() const { return chain_; }
    // Whether some part looks at channel or value: else the name alone decides.
    bool has_tests() const { return has_tests_; }
    std::span<const EventPredicate> predicates() const { return predicates_; }

    // The captured parts in the order of the text.
    NameList parts() const { return parts_; }

    // The pattern's number of an event name.
    std::uint32_t name(std::string_view event) const;
    // The kind of events of a name, if the name alone decides; of other_name: of all others.
    std::uint32_t kind(std::uint32_t name) const {
        return name == other_name ? kind_of_name_.back() : kind_of_name_[name];
    }
    const EventKinds& kinds() const { return kinds_; }
    // Of a chain without tests: the places an event of this name can take.
    std::uint64_t places(std::uint32_t name) const {
        return name == other_name ? places_of_name_.back() : places_of_name_[name];
    }
    EventKinds make_kinds(std::pmr::memory_resource& memory) const;

    // The pattern as a machine of states, if it has neither tests nor limits of time. It
    // learns while it is used.
    StateMachine* machine() const { return machine_ ? &*machine_ : nullptr; }
    // Of a chain without tests: where names of journeys stand in it, remembered.
    PlaceTables& tables() const { return tables_; }

    // Names of which every match must contain one of each list; none: no list.
    std::span<const std::pmr::vector<std::string_view>> required_names() const { return required_; }

  private:
    friend class PatternParser;
    void index_names(std::pmr::memory_resource& memory);
    void read_required(const Clauses& clauses, std::pmr::memory_resource& memory);
    std::uint32_t any_predicate() const;

    std::pmr::monotonic_buffer_resource storage_;
    std::pmr::vector<std::string_view> names_;
    std::pmr::vector<EventPredicate> predicates_;
    std::pmr::vector<std::string_view> parts_;
    std::pmr::vector<std::pmr::vector<std::string_view>> required_;
    bool has_tests_ = false;
    Automaton automaton_;
    std::optional<ChainLimits> chain_;
    EventKinds kinds_;
    mutable std::optional<StateMachine> machine_;
    mutable PlaceTables tables_;
    std::pmr::vector<std::uint32_t> kind_of_name_;
    std::pmr::vector<std::uint64_t> places_of_name_;
    std::pmr::unordered_map<std::string_view, std::uint32_t> known_names_;
};

// Is there a match? One pass, which ends with the first match.
bool journey_match(const JourneyView& journey, const JourneyPattern& pattern,
                   std::pmr::memory_resource& memory);

// Where the search goes on after a match, in the words of SQL:2016. Where that would
// not move on, it is the row after the match's first.
struct AfterMatch {
    enum class Skip { past_last_row, to_next_row, to_first, to_last };
    Skip skip = Skip::past_last_row;
    std::uint32_t part = 0;
};
AfterMatch parse_after_match(std::string_view text, const JourneyPattern& pattern);

enum class MatchChoice { all, first, last };
MatchChoice parse_match_choice(std::string_view text);

// Events of a match: rows of the journey from 0, and how many.
struct MatchRange {
    std::uint32_t first_row = 0, last_row = 0;
    std::uint64_t events = 0;
};

// All matches, one after the other. The journey and the pattern must outlive it.
class JourneyMatches {
  public:
    JourneyMatches(const JourneyView& journey, const JourneyPattern& pattern, const AfterMatch& after,
                   std::pmr::memory_resource& memory);
    ~JourneyMatches();
    JourneyMatches(const JourneyMatches&) = delete;
    JourneyMatches& operator=(const JourneyMatches&) = delete;

    bool next();
    // Goes to the last match; false: there is none.
    bool go_to_last();
    std::int64_t number() const;  // from 1
    MatchRange whole() const;
    // The events taken inside a captured part; none: no event.
    std::optional<MatchRange> part(std::uint32_t number) const;
    // How many there are from here on.
    std::int64_t count_rest();

  private:
    struct Search;
    Search* search_;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
