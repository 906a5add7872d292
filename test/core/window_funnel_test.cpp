// The state of window_funnel against the oracle: rows in any order, in any number
// of states merged in any order, written and read in between.
#include "core/window_funnel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "core/error.hpp"
#include "funnel_case.hpp"

namespace journey::test {
namespace {

WindowFunnelRules rules_for(const FunnelOptions& options) {
    WindowFunnelRules rules;
    rules.within = options.within;
    rules.steps = options.steps;
    rules.strict_order = options.order == StepOrder::next_event;
    rules.deduplicate = options.deduplicate;
    rules.strict_increase = options.ties == Ties::strict;
    rules.reentry = options.reentry;
    return rules;
}

struct Answer {
    std::uint32_t level = 0;
    std::vector<Time> times;
    bool operator==(const Answer&) const = default;
};

std::string describe(const Answer& answer) {
    std::string text = std::to_string(answer.level) + " at";
    for (const Time time : answer.times) text += " " + std::to_string(time);
    return text;
}

// Adds a row in one of the ways there are: put off, the short way where there is room,
// or the long way. The second never takes a row that is to be left out.
void add_somehow(Random& random, WindowFunnelState*& state, const WindowFunnelRules& rules, Time time,
                 std::uint64_t satisfied, std::pmr::memory_resource& memory) {
    const bool matters = satisfied != 0 || rules.keeps_all_rows();
    if (state != nullptr && WindowFunnelState::is_one_word(rules, time)) {
        const std::uint64_t word = WindowFunnelState::word_of(time, satisfied);
        if (random.percent(50)) return rules.pending.rows->push(state, word, matters);
        if (matters && random.percent(50) && state->add(word)) return;
    }
    if (state != nullptr) state->settle();
    state = WindowFunnelState::add(state, rules, time, {&satisfied, 1}, memory);
}

// The rows shuffled over some states, these merged into one.
Answer answer_in_any_order(Random& random, const FunnelCase& given) {
    std::pmr::monotonic_buffer_resource arena;  // states are never destroyed
    WindowFunnelRules rules = rules_for(given.options);
    PendingRows<WindowFunnelState> pending(arena);
    rules.pending.rows = &pending;
    std::vector<OracleRow> rows = given.rows;
    for (std::size_t i = rows.size(); i > 1; --i) std::swap(rows[i - 1], rows[random.below(i)]);
    WindowFunnelState* whole = nullptr;
    while (!rows.empty()) {
        WindowFunnelState* part = nullptr;
        for (std::size_t k = 1 + random.below(rows.size()); k > 0; --k) {
            const std::uint64_t satisfied = given.kinds[rows.back().kind].satisfied;
            add_somehow(random, part, rules, rows.back().time, satisfied, arena);
            rows.pop_back();
        }
        if (part == nullptr) continue;
        part->settle();
        if (random.percent(30)) window_funnel_level(*part, arena);  // a final function may run more than once
        if (random.percent(50)) {
            const Bytes bytes = encode(*part, arena, 0);
            EXPECT_EQ(window_funnel_rules({bytes.data, bytes.size}), rules);
            part = decode_window_funnel({bytes.data, bytes.size}, rules, arena);
        }
        if (part != nullptr) whole = WindowFunnelState::merge(whole, *part, rules, arena);
    }
    if (whole == nullptr) return {};
    Answer answer{window_funnel_level(*whole, arena), {}};
    const Chain chain = window_funnel_chain(*whole, arena);
    EXPECT_EQ(chain.level, answer.level);
    for (std::uint32_t s = 0; s < chain.level; ++s) answer.times.push_back(chain.times[s]);
    EXPECT_EQ(window_funnel_level(*whole, arena), answer.level);
    return answer;
}

// Runs take rows of one time by their lowest step; among rows that share it the
// definition is silent.
bool order_is_defined(const FunnelCase& given) {
    for (const OracleRow& a : given.rows) {
        for (const OracleRow& b : given.rows) {
            const std::uint32_t left = given.kinds[a.kind].satisfied, right = given.kinds[b.kind].satisfied;
            if (a.time == b.time && left != right && (left & (~left + 1)) == (right & (~right + 1)))
                return false;
        }
    }
    return true;
}

std::string fault_of(const FunnelCase& given, std::uint64_t salt) {
    Random random(salt);
    const Answer answer = answer_in_any_order(random, given);
    const Answer again = answer_in_any_order(random, given);
    if (!(answer == again)) {
        return "the order of rows matters: " + describe(answer) + ", then " + describe(again) + "\n  " +
               describe(given);
    }
    if (given.options.deduplicate && !order_is_defined(given)) return "";
    const Outcome outcome = funnel_outcome(given);
    Answer expected{outcome.level, {}};
    for (std::uint32_t s = 0; s < outcome.level; ++s) expected.times.push_back(*outcome.times[s]);
    if (answer == expected) return "";
    return "got " + describe(answer) + ", expected " + describe(expected) + "\n  " + describe(given);
}

void expect_sound_states(std::uint64_t salt, std::uint32_t usual, const Mix& mix) {
    Random random(salt);
    for (std::uint32_t i = 0; i < cases(usual); ++i) {
        FunnelCase given = random_case(random, mix);
        if (given.options.steps == 0) continue;
        if (random.percent(10)) given.options.steps = 40;  // as many steps as need another layout,
        const Time far = Time{1} << 55;                    // and times that do
        const Time base = random.percent(70) ? 0 : random.percent(50) ? far - 3 : -far - 3;
        for (OracleRow& row : given.rows) row.time += base;
        if (fault_of(given, i).empty()) continue;
        FAIL() << fault_of(shrink(given, [&](const FunnelCase& c) { return !fault_of(c, i).empty(); }), i)
               << "\n  (case " << i << " of JOURNEY_SEED=" << seed() << ")";
    }
}

// More rows than are put off at once, many of which do not matter.
TEST(WindowFunnel, RowsPutOffAllArriveInTheirOrder) {
    Random random(7);
    std::pmr::monotonic_buffer_resource arena;
    WindowFunnelRules rules;
    rules.steps = 3;
    PendingRows<WindowFunnelState> pending(arena);
    constexpr std::size_t groups = 5;
    WindowFunnelState *put_off[groups], *direct[groups];
    for (std::size_t g = 0; g < groups; ++g) {
        put_off[g] = WindowFunnelState::ensure(nullptr, rules, arena);
        direct[g] = WindowFunnelState::ensure(nullptr, rules, arena);
    }
    for (Time time = 0; time < 10'000; ++time) {
        const std::size_t group = random.below(groups);
        const std::uint64_t satisfied = random.below(8), word = WindowFunnelState::word_of(time, satisfied);
        pending.push(put_off[group], word, satisfied != 0);
        if (satisfied != 0) direct[group]->add(word, arena);
    }
    pending.settle();
    for (std::size_t g = 0; g < groups; ++g) {
        const Bytes a = encode(*put_off[g], arena, 0), b = encode(*direct[g], arena, 0);
        EXPECT_GT(direct[g]->rows(), 1000u);
        EXPECT_TRUE(std::equal(a.data, a.data + a.size, b.data, b.data + b.size));
    }
}

TEST(WindowFunnel, IsTheOraclesInAnyOrderOfRows) {
    expect_sound_states(501, 3000, {});
}

TEST(WindowFunnel, IsTheOraclesInEveryMode) {
    Mix mix;
    mix.strict = mix.next_event = mix.reentry = 50;
    expect_sound_states(502, 3000, mix);
}

TEST(WindowFunnel, IsTheOraclesInRuns) {
    Mix mix;
    mix.deduplicate = 100;
    mix.strict = mix.next_event = mix.reentry = 30;
    expect_sound_states(503, 3000, mix);
}

TEST(WindowFunnel, KeepsEveryRowOfALargeGroup) {
    Random random(504);
    std::pmr::monotonic_buffer_resource arena;
    for (const std::uint32_t steps : {3u, 8u, 9u, 64u, 65u, 200u}) {
        WindowFunnelRules rules;
        rules.steps = steps;
        std::vector<std::uint32_t> order;
        for (std::uint32_t step = 1; step <= steps; ++step) order.insert(order.end(), 50, step);
        for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
        WindowFunnelState* state = nullptr;
        for (const std::uint32_t step : order) {
            std::vector<std::uint64_t> satisfied((steps + 63) / 64);
            satisfied[(step - 1) / 64] = std::uint64_t{1} << ((step - 1) % 64);
            state = WindowFunnelState::add(state, rules, step * 10 + random.below(5), satisfied, arena);
        }
        EXPECT_EQ(state->rows(), order.size());
        EXPECT_EQ(window_funnel_level(*state, arena), steps);
        const Bytes bytes = encode(*state, arena, 0);
        const WindowFunnelState* again = decode_window_funnel({bytes.data, bytes.size}, rules, arena);
        EXPECT_EQ(again->rows(), order.size());
        EXPECT_EQ(window_funnel_level(*again, arena), steps);
        rules.within = 10 * (steps - 1) - 5;
        EXPECT_EQ(window_funnel_level(*again, arena), steps - 1);
    }
}

// Groups that come interleaved, and go away with rows pending.
TEST(WindowFunnel, PutsRowsOffToTheirGroups) {
    Random random(506);
    for (std::uint32_t round = 0; round < cases(300); ++round) {
        std::pmr::monotonic_buffer_resource arena;
        PendingRows<WindowFunnelState> pending(arena);
        WindowFunnelRules rules;
        rules.steps = 1 + random.below(9);
        const WindowFunnelRules at_once_rules = rules;
        rules.pending.rows = &pending;
        const std::uint32_t groups = 1 + random.below(40);
        std::vector<WindowFunnelState*> put_off(groups), at_once(groups);
        for (std::uint32_t row = 0; row < 400; ++row) {
            const std::uint32_t group = random.below(groups);
            // Now and then beyond what fits into a word.
            const Time time =
                random.percent(2) ? (Time{1} << 56) + random.below(9) : Time{random.below(1000)};
            const std::uint64_t satisfied = 1 + random.below((1u << rules.steps) - 1);
            add_somehow(random, put_off[group], rules, time, satisfied, arena);
            at_once[group] =
                WindowFunnelState::add(at_once[group], at_once_rules, time, {&satisfied, 1}, arena);
        }
        if (random.percent(20)) {
            pending.drop();
            continue;
        }
        for (std::uint32_t group = 0; group < groups; ++group) {
            if (at_once[group] == nullptr) continue;
            put_off[group]->settle();
            ASSERT_EQ(put_off[group]->rows(), at_once[group]->rows());
            ASSERT_EQ(window_funnel_level(*put_off[group], arena),
                      window_funnel_level(*at_once[group], arena));
        }
    }
}

TEST(WindowFunnel, RefusesBytesThatAreNoState) {
    Random random(505);
    std::pmr::monotonic_buffer_resource arena;
    WindowFunnelRules rules;
    rules.steps = 3;
    WindowFunnelState* state = nullptr;
    for (std::uint32_t i = 0; i < 20; ++i) {
        const std::uint64_t satisfied = 1 + random.below(7);
        state = WindowFunnelState::add(state, rules, random.below(9), {&satisfied, 1}, arena);
    }
    const Bytes sound = encode(*state, arena, 0);
    for (std::uint32_t i = 0; i < cases(20000); ++i) {
        std::size_t size = sound.size;
        if (random.percent(50)) size = random.below(sound.size);
        const auto bytes = std::make_unique<std::byte[]>(size);
        std::copy(sound.data, sound.data + size, bytes.get());
        for (std::uint32_t k = random.below(4); k > 0 && size > 0; --k) {
            bytes[random.below(random.percent(50) ? std::min<std::size_t>(size, 24) : size)] =
                static_cast<std::byte>(random.bits());
        }
        std::pmr::monotonic_buffer_resource scratch;
        try {
            const WindowFunnelRules read = window_funnel_rules({bytes.get(), size});
            const WindowFunnelState* again = decode_window_funnel({bytes.get(), size}, read, scratch);
            if (again != nullptr && read.steps <= 1600) window_funnel_level(*again, scratch);
        } catch (const Error&) {
        }
    }
}

}  // namespace
}  // namespace journey::test
