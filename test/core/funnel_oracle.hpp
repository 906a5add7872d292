// Funnels by brute force: what funnel.hpp promises, decided by trying every chain
// in every order that events of equal time may be taken in. Only for a handful of
// events and steps; shares no code with the implementation.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <set>
#include <vector>

#include "core/funnel.hpp"

namespace journey::test {

// What a kind of event is good for: bit s - 1 says it satisfies step s, bit g that
// it is excluded between steps g and g + 1.
struct OracleKind {
    std::uint32_t satisfied = 0;
    std::uint32_t excluded = 0;
    bool is_nothing() const { return satisfied == 0 && excluded == 0; }
    bool satisfies(std::uint32_t step) const { return ((satisfied >> (step - 1)) & 1) != 0; }
    bool excluded_in(std::uint32_t gap) const { return ((excluded >> gap) & 1) != 0; }
};

inline constexpr int none = -1;

struct OracleRow {
    Time time = 0;
    std::uint32_t kind = 0;
    int channel = none;
};

struct FunnelCase {
    std::vector<OracleKind> kinds = {{}};  // kind 0 is good for nothing
    std::vector<OracleRow> rows;           // in the order of a journey
    FunnelOptions options{*std::pmr::new_delete_resource()};
};

struct Outcome {
    std::uint32_t level = 0;
    // For each step the time of its event, with grace the time its group counts at.
    std::vector<std::optional<Time>> times;
    // Every choice of rows (none: not reached or skipped) that gives these times.
    std::set<std::vector<int>> rows;
};

// The best chain.
Outcome funnel_outcome(const FunnelCase& given);
// Is this choice of rows a chain at all? Not for unordered funnels and runs.
bool is_chain(const FunnelCase& given, const std::vector<int>& rows);

}  // namespace journey::test
