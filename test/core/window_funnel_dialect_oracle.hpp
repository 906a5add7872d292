// Each engine's funnel once more, as its own source and documentation tell it:
// flat lists of entries, every chain written out, no sharing, no shortcut.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/window_funnel_dialect.hpp"

namespace journey::test {

struct DialectRow {
    Time time;
    std::uint64_t mask;  // step s is bit s - 1
};

struct DialectCase {
    DialectRules rules;
    std::uint32_t steps = 3;
    Span within = 10;
    std::vector<DialectRow> rows;
};

struct DialectAnswer {
    std::uint32_t level = 0;
    // Every chain that the engine could be said to follow, as times.
    std::vector<std::vector<Time>> chains;
};

DialectAnswer dialect_oracle(DialectCase given);
std::string describe(const DialectCase& given);

}  // namespace journey::test
