// What the index says of a question, against each clause read out in full; and
// names of journeys against their events.
#include "core/gin.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/events.hpp"
#include "support.hpp"

namespace journey::test {
namespace {

// The answer is certain if it is the same whatever the keys that may be there are.
Ternary index_oracle(const std::vector<std::uint32_t>& clause_of, const std::vector<Ternary>& keys) {
    bool some_yes = false, some_no = false;
    for (std::uint32_t world = 0; world < (1u << keys.size()); ++world) {
        bool possible = true;
        for (std::size_t key = 0; key < keys.size(); ++key) {
            const bool there = (world >> key & 1) != 0;
            possible = possible && (keys[key] == Ternary::maybe || (keys[key] == Ternary::yes) == there);
        }
        if (!possible) continue;
        bool all = true;
        for (const std::uint32_t clause : clause_of) {
            bool any = false;
            for (std::size_t key = 0; key < keys.size(); ++key) {
                any = any || (clause_of[key] == clause && (world >> key & 1) != 0);
            }
            all = all && any;
        }
        (all ? some_yes : some_no) = true;
    }
    return some_yes && some_no ? Ternary::maybe : some_yes ? Ternary::yes : Ternary::no;
}

TEST(Gin, AnswersAsEveryClauseReadOut) {
    Random random(801);
    for (std::uint32_t i = 0; i < cases(20000); ++i) {
        std::vector<std::uint32_t> clause_of;
        std::vector<Ternary> keys;
        std::uint32_t clause = 0;
        for (std::uint32_t count = random.below(7); count > 0; --count) {
            if (!clause_of.empty() && random.percent(40)) ++clause;
            clause_of.push_back(clause);
            keys.push_back(static_cast<Ternary>(random.below(3)));
        }
        const auto has = [&](std::size_t key) { return keys[key]; };
        const Ternary expected = index_oracle(clause_of, keys);
        ASSERT_EQ(index_answer(clause_of, false, has), expected) << "JOURNEY_SEED=" << seed();
        ASSERT_EQ(index_answer(clause_of, true, has), expected == Ternary::yes ? Ternary::maybe : expected);
    }
}

TEST(Gin, FindsTheNamesOfAJourney) {
    Random random(802);
    for (std::uint32_t i = 0; i < cases(2000); ++i) {
        std::pmr::monotonic_buffer_resource arena;
        Vocabulary vocabulary(arena);
        EventList events(vocabulary, arena);
        std::vector<bool> there(30, false);
        for (std::uint32_t count = random.below(20); count > 0; --count) {
            const std::uint32_t name = random.below(30);
            there[name] = true;
            events.add(random.below(100), vocabulary.events.intern("name " + std::to_string(name), "event"));
        }
        const Bytes bytes = events.encode(arena);
        const JourneyView journey({bytes.data, bytes.size});
        std::vector<std::string> names;
        bool all = true, any = false;
        for (std::uint32_t count = random.below(4); count > 0; --count) {
            const std::uint32_t name = random.below(30);
            names.push_back("name " + std::to_string(name));
            all = all && there[name];
            any = any || there[name];
        }
        const std::vector<std::string_view> asked(names.begin(), names.end());
        ASSERT_EQ(has_all_events(journey, asked), all) << "JOURNEY_SEED=" << seed();
        ASSERT_EQ(has_any_event(journey, asked), any);
        ASSERT_FALSE(has_event(journey, "name"));
    }
}

}  // namespace
}  // namespace journey::test
