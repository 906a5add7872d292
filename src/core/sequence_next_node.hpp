// The state of sequence_next_node for one group: which value follows, or precedes,
// a chain of consecutive rows. The meaning is that of ClickHouse's sequenceNextNode.
//
// Rows stand in the order of time, then of value (bytes), then base condition
// before none, then steps, so that the answer never depends on how they came. The
// chain begins at the base row: the first row of all (head) or the last (tail), if
// it satisfies the base condition; or the first or last row that satisfies the base
// condition and step 1. From there each step must be satisfied by the very next row
// (backward: the row before). The answer is the value of the row after the chain.
// Without steps it is the value of the base row itself.
//
// Complexity: O(1) amortised to add, O(n log n) to answer. Memory: 32 bytes a row;
// with head and tail O(steps) rows, whatever the group's size.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>

#include "core/dictionary.hpp"
#include "core/events.hpp"
#include "core/memory.hpp"

namespace journey {

enum class NextNodeBase : std::uint8_t { head, tail, first_match, last_match };

inline constexpr std::uint32_t max_next_node_steps = 128;

struct NextNodeRules {
    bool backward = false;
    NextNodeBase base = NextNodeBase::head;
    std::uint32_t steps = 0;

    bool operator==(const NextNodeRules&) const = default;
};

// Throws for unknown words, listing the valid ones, and for what has no meaning
// together: forward from the tail, backward from the head, a match without steps.
NextNodeRules parse_next_node(std::string_view direction, std::string_view base, std::uint32_t steps);

// What a row satisfies: step s is bit s - 1.
struct NextNodeSteps {
    std::uint64_t words[max_next_node_steps / 64] = {};

    void set(std::uint32_t step) { words[(step - 1) / 64] |= std::uint64_t{1} << ((step - 1) % 64); }
    bool has(std::uint32_t step) const { return ((words[(step - 1) / 64] >> ((step - 1) % 64)) & 1) != 0; }
};

// Never destroyed inside an aggregate: dropping its memory is the destructor.
class NextNodeState {
  public:
    NextNodeState(const NextNodeRules& rules, Dictionary& values, std::pmr::memory_resource& memory)
        : rules_(rules), values_(&values), rows_(memory) {}

    const NextNodeRules& rules() const { return rules_; }
    std::size_t rows() const { return rows_.size(); }

    // Throws for an infinite time and for a value of more than max_name_bytes.
    void add(Time time, std::string_view value, bool base, const NextNodeSteps& steps);

    // The value; valid as long as the dictionary. Changes no answer.
    std::optional<std::string_view> answer(std::pmr::memory_resource& memory) const;

    Bytes encode(std::pmr::memory_resource& memory, std::size_t prefix) const;
    static NextNodeRules rules_of(std::span<const std::byte> bytes);
    // Adds the rows of an encoded state with the same rules.
    void add_encoded(std::span<const std::byte> bytes);

  private:
    struct Row {
        Time time;
        std::uint32_t value;  // code in the dictionary
        bool base;
        NextNodeSteps steps;
    };

    bool before(const Row& a, const Row& b) const;
    // Head and tail need the first or the last rows only.
    void trim();

    NextNodeRules rules_;
    Dictionary* values_;
    SmallVector<Row, 4> rows_;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
