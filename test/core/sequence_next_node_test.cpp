// sequence_next_node: examples, and random rows against the definition in plain loops.
#include "core/sequence_next_node.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "core/error.hpp"
#include "support.hpp"

namespace journey::test {
namespace {

struct NodeRow {
    Time time;
    std::string value;
    bool base;
    std::uint64_t steps;
};

struct NodeCase {
    NextNodeRules rules;
    std::vector<NodeRow> rows;
};

// Straight from ClickHouse's documentation; "-" is none.
std::string next_node_oracle(NodeCase given) {
    const int steps = static_cast<int>(given.rules.steps);
    std::sort(given.rows.begin(), given.rows.end(), [](const NodeRow& a, const NodeRow& b) {
        return std::tuple(a.time, a.value, !a.base, a.steps) < std::tuple(b.time, b.value, !b.base, b.steps);
    });
    const int count = static_cast<int>(given.rows.size());
    int base = -1;
    for (int i = 0; i < count; ++i) {
        const bool match = given.rows[i].base && (given.rows[i].steps & 1) != 0;
        switch (given.rules.base) {
            case NextNodeBase::head:
                if (i == 0 && given.rows[i].base) base = i;
                break;
            case NextNodeBase::tail:
                if (i == count - 1 && given.rows[i].base) base = i;
                break;
            case NextNodeBase::first_match:
                if (match && base < 0) base = i;
                break;
            case NextNodeBase::last_match:
                if (match) base = i;
                break;
        }
    }
    if (base < 0) return "-";
    const int way = given.rules.backward ? -1 : 1;
    for (int step = 0; step < steps; ++step) {
        const int at = base + way * step;
        if (at < 0 || at >= count || (given.rows[at].steps >> step & 1) == 0) return "-";
    }
    const int answer = base + way * steps;
    return answer < 0 || answer >= count ? "-" : given.rows[answer].value;
}

void add(NextNodeState& state, const NodeRow& row) {
    NextNodeSteps steps;
    steps.words[0] = row.steps;
    state.add(row.time, row.value, row.base, steps);
}

// The rows shuffled over some states, these written and read into one.
std::string answer_in_any_order(Random& random, const NodeCase& given) {
    std::pmr::monotonic_buffer_resource arena;
    Dictionary names(arena), other_names(arena);
    std::vector<NodeRow> left = given.rows;
    for (std::size_t i = left.size(); i > 1; --i) std::swap(left[i - 1], left[random.below(i)]);
    NextNodeState whole(given.rules, names, arena);
    while (!left.empty()) {
        NextNodeState part(given.rules, other_names, arena);
        for (std::size_t k = 1 + random.below(left.size()); k > 0; --k) {
            add(random.percent(30) ? whole : part, left.back());
            left.pop_back();
        }
        const Bytes bytes = part.encode(arena, 0);
        EXPECT_EQ(NextNodeState::rules_of({bytes.data, bytes.size}), given.rules);
        whole.add_encoded({bytes.data, bytes.size});
    }
    const auto answer = whole.answer(arena);
    EXPECT_EQ(whole.answer(arena), answer);
    return answer.has_value() ? std::string(*answer) : "-";
}

// "a" to "z" are values, one second apart; `steps` names the value of each step.
std::string next_node(const char* direction, const char* base, const std::string& walk,
                      const std::string& steps, const std::string& base_values = "") {
    NodeCase given{parse_next_node(direction, base, static_cast<std::uint32_t>(steps.size())), {}};
    for (std::size_t i = 0; i < walk.size(); ++i) {
        NodeRow row{static_cast<Time>(i), walk.substr(i, 1), true, 0};
        row.base = base_values.empty() || base_values.find(walk[i]) != std::string::npos;
        for (std::size_t s = 0; s < steps.size(); ++s) {
            if (steps[s] == walk[i]) row.steps |= std::uint64_t{1} << s;
        }
        given.rows.push_back(row);
    }
    Random random(1);
    const std::string answer = answer_in_any_order(random, given);
    EXPECT_EQ(next_node_oracle(given), answer);
    return answer;
}

// ClickHouse, the examples of its documentation and of 01656_sequence_next_node.
TEST(SequenceNextNode, AnswersAsClickHouseDocuments) {
    EXPECT_EQ(next_node("forward", "head", "abcde", "ab"), "c");
    EXPECT_EQ(next_node("forward", "head", "abcde", "b"), "-");  // the head is not b
    EXPECT_EQ(next_node("forward", "head", "abcde", "ab", "b"), "-");
    EXPECT_EQ(next_node("backward", "tail", "abcde", "ed"), "c");
    EXPECT_EQ(next_node("forward", "first_match", "xabyabz", "ab"), "y");
    EXPECT_EQ(next_node("forward", "last_match", "xabyabz", "ab"), "z");
    EXPECT_EQ(next_node("backward", "first_match", "xabyabz", "ba"), "x");
    EXPECT_EQ(next_node("backward", "last_match", "xabyabz", "ba"), "y");
    // The first match is not given up for another one; steps are consecutive.
    EXPECT_EQ(next_node("forward", "first_match", "axabz", "ab"), "-");
    EXPECT_EQ(next_node("forward", "first_match", "axbz", "ab"), "-");
    // Nothing follows.
    EXPECT_EQ(next_node("forward", "first_match", "ab", "ab"), "-");
    EXPECT_EQ(next_node("backward", "last_match", "ab", "ba"), "-");
    // Without steps the base row itself.
    EXPECT_EQ(next_node("forward", "head", "abc", ""), "a");
    EXPECT_EQ(next_node("backward", "tail", "abc", ""), "c");
    EXPECT_EQ(next_node("forward", "head", "abc", "", "b"), "-");
    EXPECT_EQ(next_node("forward", "head", "", ""), "-");
}

TEST(SequenceNextNode, IsTheOraclesInAnyOrderOfRows) {
    Random random(701);
    const char* const pairs[][2] = {{"forward", "head"},         {"backward", "tail"},
                                    {"forward", "first_match"},  {"forward", "last_match"},
                                    {"backward", "first_match"}, {"backward", "last_match"}};
    for (std::uint32_t i = 0; i < cases(20000); ++i) {
        const auto& pair = pairs[random.below(6)];
        NodeCase given;
        const bool end = pair[1][0] == 'h' || pair[1][0] == 't';
        given.rules = parse_next_node(pair[0], pair[1], (end ? 0 : 1) + random.below(3));
        const std::uint32_t span = 1 + random.below(30), likely = 40 + random.below(60);
        for (std::uint32_t count = random.below(random.percent(20) ? 60 : 9); count > 0; --count) {
            NodeRow row{random.below(span), std::string(1, static_cast<char>('a' + random.below(4))),
                        random.percent(likely), 0};
            for (int step = 0; step < 3; ++step) {
                if (random.percent(likely)) row.steps |= std::uint64_t{1} << step;
            }
            given.rows.push_back(row);
        }
        const std::string answer = answer_in_any_order(random, given);
        ASSERT_EQ(answer, answer_in_any_order(random, given)) << "the order of rows matters";
        ASSERT_EQ(answer, next_node_oracle(given))
            << pair[0] << " " << pair[1] << " of case " << i << " of JOURNEY_SEED=" << seed();
    }
}

TEST(SequenceNextNode, KeepsFewRowsOfALargeGroupAtItsEnds) {
    std::pmr::monotonic_buffer_resource arena;
    Dictionary names(arena);
    NextNodeState head(parse_next_node("forward", "head", 2), names, arena);
    NextNodeState tail(parse_next_node("backward", "tail", 2), names, arena);
    for (Time time = 0; time < 100000; ++time) {
        add(head, {time, std::to_string(time % 1000), true, 3});
        add(tail, {time, std::to_string(time % 1000), true, 3});
    }
    EXPECT_EQ(head.answer(arena), "2");
    EXPECT_EQ(tail.answer(arena), "997");
    EXPECT_LE(head.rows(), 20u);
    EXPECT_LE(tail.rows(), 20u);
}

TEST(SequenceNextNode, RefusesWhatHasNoMeaning) {
    EXPECT_THROW(parse_next_node("up", "head", 1), Error);
    EXPECT_THROW(parse_next_node("forward", "middle", 1), Error);
    EXPECT_THROW(parse_next_node("forward", "tail", 1), Error);
    EXPECT_THROW(parse_next_node("backward", "head", 1), Error);
    EXPECT_THROW(parse_next_node("forward", "first_match", 0), Error);
    EXPECT_THROW(parse_next_node("forward", "head", 129), Error);
    EXPECT_NO_THROW(parse_next_node("forward", "head", 128));
}

TEST(SequenceNextNode, RefusesBytesThatAreNoState) {
    Random random(702);
    std::pmr::monotonic_buffer_resource arena;
    Dictionary names(arena);
    NextNodeState state(parse_next_node("forward", "first_match", 2), names, arena);
    for (int i = 0; i < 9; ++i) add(state, {i, std::string(random.below(5), 'v'), true, random.below(4)});
    const Bytes sound = state.encode(arena, 0);
    for (std::uint32_t i = 0; i < cases(20000); ++i) {
        const std::size_t size = random.percent(50) ? random.below(sound.size) : sound.size;
        std::vector<std::byte> bytes(sound.data, sound.data + size);
        bytes.shrink_to_fit();
        for (std::uint32_t k = random.below(4); k > 0 && size > 0; --k) {
            bytes[random.below(size)] = static_cast<std::byte>(random.bits());
        }
        std::pmr::monotonic_buffer_resource scratch;
        try {
            Dictionary read_names(scratch);
            NextNodeState read(NextNodeState::rules_of(bytes), read_names, scratch);
            read.add_encoded(bytes);
            read.answer(scratch);
        } catch (const Error&) {
        }
    }
}

}  // namespace
}  // namespace journey::test
