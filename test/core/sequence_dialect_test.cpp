// The dialects of sequence_match: each engine's own search, written down plainly,
// against ours on random rows and patterns; and what the engines' tests say.
#include "core/sequence_dialect.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>

#include "core/error.hpp"
#include "support.hpp"

namespace journey::test {
namespace {

struct DialectRow {
    Time time;
    std::uint64_t mask;
};

struct Answer {
    bool match = false;
    std::int64_t count = 0;
    std::vector<Time> events;
    bool operator==(const Answer&) const = default;
};

Answer ours(const std::vector<DialectRow>& rows, const std::string& pattern, std::uint32_t conditions,
            Dialect dialect) {
    std::pmr::monotonic_buffer_resource arena;  // states are never destroyed
    const DialectPattern compiled(pattern, conditions, dialect, arena);
    const SequenceRules rules{
        .steps = conditions, .text = pattern, .dialect = dialect, .dialect_pattern = &compiled};
    SequenceState* state = SequenceState::ensure(nullptr, rules, arena);
    for (const DialectRow& row : rows)
        state = SequenceState::add(state, rules, row.time, {&row.mask, 1}, arena);
    const auto events = sequence_match_events(*state, arena);
    return {sequence_match(*state, arena), sequence_count(*state, arena), {events.begin(), events.end()}};
}

// --- the plain searches ------------------------------------------------------

struct Step {
    std::string op;  // "1", ".", ".*", "<=" ...
    std::int64_t number = 0;
};

std::vector<Step> steps_of(const std::string& pattern) {
    std::vector<Step> steps;
    for (std::size_t i = 0; i < pattern.size();) {
        if (pattern.compare(i, 2, ".*") == 0) {
            steps.push_back({".*"});
            i += 2;
        } else if (pattern[i] == '.') {
            steps.push_back({"."});
            ++i;
        } else {
            const std::size_t end = pattern.find(')', i), digit = pattern.find_first_of("0123456789", i);
            std::string op = pattern.substr(i + 2, digit - i - 2);
            steps.push_back(
                {op.empty() ? "1" : op.substr(1), std::stoll(pattern.substr(digit, end - digit))});
            i = end + 1;
        }
    }
    return steps;
}

bool holds(const Step& step, std::int64_t seconds) {
    if (step.op == "<=") return seconds <= step.number;
    if (step.op == "<") return seconds < step.number;
    if (step.op == ">=") return seconds >= step.number;
    if (step.op == ">") return seconds > step.number;
    return step.op == "==" ? seconds == step.number : seconds != step.number;
}
bool is_limit(const Step& step) {
    return step.op.find_first_of("<>=!") != std::string::npos;
}
bool takes_nothing(const Step& step) {
    return step.op == ".*" || step.op == "<=" || step.op == "<" || (step.op == ">=" && step.number == 0);
}
std::int64_t whole(Time time) {
    return time >= 0 ? time / 1000000 : -((-time + 999999) / 1000000);
}
bool satisfies(const DialectRow& row, std::int64_t condition) {
    return ((row.mask >> (condition - 1)) & 1) != 0;
}

// ClickHouse's backtracking: turns to come back to; the whole attempt ends where a way
// has used up the rows. `any_way`: its automaton for patterns without time limits.
struct ClickHouseSearch {
    std::vector<DialectRow> rows;
    std::vector<Step> steps;
    std::vector<Time> longest;

    bool attempt(std::size_t& from, bool any_way) {
        struct Turn {
            std::size_t step, row, base;
            std::vector<Time> taken;
        };
        std::vector<Turn> turns;
        Turn at{0, from, from, {}};
        const std::size_t begin = from;
        const auto back = [&] {
            while (!turns.empty()) {
                at = turns.back();
                turns.pop_back();
                if (++at.row != rows.size()) return true;
            }
            return false;
        };
        const auto rest = [&] {
            return std::all_of(steps.begin() + static_cast<std::ptrdiff_t>(at.step), steps.end(),
                               takes_nothing);
        };
        while (at.step < steps.size()) {
            if (at.row == rows.size()) {
                if (!any_way || rest() || !back()) break;
                continue;
            }
            const Step& step = steps[at.step];
            if (step.op == "1" || step.op == ".") {
                if (step.op == "1" && !satisfies(rows[at.row], step.number)) {
                    if (!back()) break;
                    continue;
                }
                if (step.op == "1") at.taken.push_back(rows[at.row].time);
                if (at.taken.size() > longest.size()) longest = at.taken;
                at.base = at.row++;
                ++at.step;
            } else if (step.op == ".*" || holds(step, whole(rows[at.row].time) - whole(rows[at.base].time))) {
                turns.push_back(at);
                at.base = at.row;
                ++at.step;
            } else if (step.op[0] == '<') {
                if (!back()) break;
            } else if (++at.row == rows.size() && !back()) {
                break;
            }
        }
        const bool found = rest();
        from = std::max(at.row, begin + 1);
        return found;
    }
    Answer answer() {
        steps.insert(steps.begin(), {".*"});
        Answer answer;
        std::size_t from = 0;
        answer.match = attempt(from, std::none_of(steps.begin(), steps.end(), is_limit));
        longest.clear();
        for (from = 0; from < rows.size() && attempt(from, false); ++answer.count) {
        }
        longest.clear();
        if (from = 0; !rows.empty()) attempt(from, false);
        answer.events = longest;
        return answer;
    }
};

// DuckDB's: depth first from every row, every limit from the row taken last.
struct DuckDbSearch {
    std::vector<DialectRow> rows;
    std::vector<Step> steps;
    std::vector<Time> longest, taken;

    // Where the first way on ends, or -1.
    std::int64_t go(std::size_t step, std::size_t row, std::size_t last) {
        if (taken.size() > longest.size()) longest = taken;
        if (step == steps.size()) return static_cast<std::int64_t>(row);
        const Step& s = steps[step];
        if (row == rows.size()) return takes_nothing(s) ? go(step + 1, row, last) : -1;
        if (s.op == "." || s.op == "1") {
            if (s.op == "1" && !satisfies(rows[row], s.number)) return -1;
            if (s.op == "1") taken.push_back(rows[row].time);
            const std::int64_t end = go(step + 1, row + 1, row);
            if (s.op == "1") taken.pop_back();
            return end;
        }
        bool passes = true, skips = true;
        if (is_limit(s)) {
            const std::int64_t seconds = (rows[row].time - rows[last].time) / 1000000;
            passes = holds(s, seconds);
            if (s.op[0] == '<') skips = passes;
            if (s.op == "==") skips = seconds <= s.number;
        }
        if (passes) {
            if (const std::int64_t end = go(step + 1, row, last); end >= 0) return end;
        }
        return skips ? go(step, row + 1, last) : -1;
    }
    Answer answer() {
        Answer answer;
        for (std::size_t from = 0; from < rows.size();) {
            const std::int64_t end = go(0, from, 0);
            if (end >= 0 && answer.count++ == 0) answer.events = longest;
            from = std::max(from + 1, end < 0 ? 0 : static_cast<std::size_t>(end));
        }
        if (answer.count == 0) answer.events = longest;
        answer.match = answer.count > 0;
        return answer;
    }
};

std::string random_pattern(Random& random, std::uint32_t conditions, bool duckdb) {
    const char* limits[] = {"<=", "<", ">=", ">", "==", "!="};
    std::string pattern;
    bool may_limit = !duckdb;
    for (int parts = random.between(1, 7); parts > 0; --parts) {
        const int kind = random.between(0, 9);
        if (kind < 3 && may_limit) {
            pattern += std::string("(?t") + limits[random.between(0, duckdb ? 5 : 4)] +
                       std::to_string(random.between(0, 5)) + ")";
            may_limit = duckdb;
        } else if (kind == 3) {
            pattern += ".*";
            may_limit = may_limit || !duckdb;
        } else {
            pattern +=
                kind == 4 ? std::string(".") : "(?" + std::to_string(random.between(1, conditions)) + ")";
            may_limit = true;
        }
    }
    return pattern;
}

TEST(SequenceDialect, AgreesWithThePlainSearches) {
    Random random(77);
    for (std::uint32_t round = 0; round < cases(40000); ++round) {
        const bool duckdb = round % 2 == 0;
        const auto conditions = static_cast<std::uint32_t>(random.between(1, 4));
        std::vector<DialectRow> rows;
        const int span = random.between(1, 14) * 4;
        for (int n = random.between(0, 10); n > 0; --n) {
            rows.push_back({Time{random.between(-4, span)} * 250000,
                            std::uint64_t(random.between(1, (1 << conditions) - 1))});
        }
        const std::string pattern = random_pattern(random, conditions, duckdb);
        auto sorted = rows;
        std::sort(sorted.begin(), sorted.end(), [](const DialectRow& a, const DialectRow& b) {
            const std::uint64_t differ = a.mask ^ b.mask;
            return a.time != b.time ? a.time < b.time : (a.mask & differ & (~differ + 1)) != 0;
        });
        Answer wanted;
        if (duckdb) {
            DuckDbSearch search{sorted, steps_of(pattern), {}, {}};
            wanted = search.answer();
        } else {
            ClickHouseSearch search{sorted, steps_of(pattern), {}};
            wanted = search.answer();
        }
        const Answer got = ours(rows, pattern, conditions, duckdb ? Dialect::duckdb : Dialect::clickhouse);
        std::string told = pattern;
        for (const DialectRow& row : sorted)
            told += " " + std::to_string(row.time) + "@" + std::to_string(row.mask);
        ASSERT_EQ(got.match, wanted.match) << told << (duckdb ? " duckdb" : " clickhouse");
        ASSERT_EQ(got.count, wanted.count) << told << (duckdb ? " duckdb" : " clickhouse");
        ASSERT_EQ(got.events, wanted.events) << told << (duckdb ? " duckdb" : " clickhouse");
    }
}

// What ClickHouse says of its correction of sequenceMatchEvents, and DuckDB's tests.
TEST(SequenceDialect, AnswersTheEnginesExamples) {
    constexpr Time second = 1000000;
    const std::vector<DialectRow> gated = {{0, 1}, {5 * second, 2}, {100 * second, 2}, {101 * second, 4}};
    EXPECT_EQ(ours(gated, "(?1)(?t<=10)(?2)(?3)", 3, Dialect::clickhouse),
              (Answer{false, 0, {0, 5 * second}}));
    EXPECT_EQ(ours({{0, 1}, {3 * second, 2}}, "(?1)(?t>=2)(?2)", 2, Dialect::duckdb),
              (Answer{true, 1, {0, 3 * second}}));
    EXPECT_FALSE(ours({{0, 1}, {3 * second, 2}}, "(?1)(?t>=5)(?2)", 2, Dialect::duckdb).match);
    EXPECT_TRUE(ours({}, "", 1, Dialect::clickhouse).match);
    EXPECT_FALSE(ours({}, ".*", 1, Dialect::duckdb).match);
}

TEST(SequenceDialect, RefusesWhatTheEngineRefuses) {
    std::pmr::monotonic_buffer_resource arena;
    for (const char* pattern :
         {"((?1))", "(?1)+", "(?1)|(?2)", "(?within<=5)(?1)", "(?1) (?2)", "(?1)(?t!=5)(?2)",
          "(?1)(?t<=0.5)(?2)", "(?1)(?t<5)(?t>1)(?2)", "(?0)", "(?3)", "(?1", "(?t)"}) {
        EXPECT_THROW(DialectPattern(pattern, 2, Dialect::clickhouse, arena), Error) << pattern;
    }
    for (const char* pattern :
         {"", " ", "((?1))", "(?1)+", "(?1)|(?2)", "(?t<5)(?1)", "(?1)(?t<+5)(?2)", "(?0)"}) {
        EXPECT_THROW(DialectPattern(pattern, 2, Dialect::duckdb, arena), Error) << pattern;
    }
    EXPECT_THROW(parse_sequence_mode("dialect=doris"), Error);
    EXPECT_THROW(parse_sequence_mode("strict_order"), Error);
    EXPECT_EQ(parse_sequence_mode(" dialect=duckdb "), Dialect::duckdb);
    EXPECT_EQ(parse_sequence_mode(""), Dialect::journey);
}

// The rules, and the dialect with them, survive a state's way to another process.
TEST(SequenceDialect, TravelsWithTheState) {
    std::pmr::monotonic_buffer_resource arena;
    const SequenceRules rules{.steps = 2, .text = "(?1)", .dialect = Dialect::duckdb};
    SequenceState* state = SequenceState::ensure(nullptr, rules, arena);
    const Bytes bytes = encode(*state, arena, 0);
    EXPECT_EQ(sequence_rules({bytes.data, bytes.size}), rules);
    EXPECT_FALSE(rules == (SequenceRules{.steps = 2, .text = "(?1)"}));
}

// Rows and patterns that take an engine millions of steps.
TEST(SequenceDialect, HardPatternsAreQuick) {
    std::vector<DialectRow> rows;
    for (int i = 0; i < 3000; ++i) rows.push_back({Time{i} * 1000000, 1});
    std::string pattern;
    for (int i = 0; i < 20; ++i) pattern += "(?1).*";
    pattern += "(?t<5)(?2)";
    for (const Dialect dialect : {Dialect::clickhouse, Dialect::duckdb})
        EXPECT_FALSE(ours(rows, pattern, 2, dialect).match);
}

}  // namespace
}  // namespace journey::test
