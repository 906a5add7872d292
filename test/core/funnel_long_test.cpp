// Funnels of no steps, of more steps than a machine word has bits, and journeys longer than the
// oracle can take: known answers, and small cases in disguise.
#include <gtest/gtest.h>

#include "core/events.hpp"
#include "funnel_case.hpp"

namespace journey::test {
namespace {

std::pmr::memory_resource& heap() {
    return *std::pmr::new_delete_resource();
}

// One kind for each step, one row for each kind in the order given.
struct Long {
    explicit Long(std::uint32_t steps) : options(heap()), kinds(steps, heap()) {
        options.steps = steps;
        for (std::uint32_t step = 1; step <= steps; ++step) kinds.satisfy(kinds.add(), step);
    }
    void row(Time time, std::uint32_t kind) {
        rows.push_back({time, static_cast<std::uint32_t>(rows.size()), kind});
    }
    std::uint32_t level() const {
        const std::uint32_t level = funnel_level(rows, kinds, options, heap());
        const Chain chain = funnel_chain(rows, kinds, options, heap());
        EXPECT_EQ(chain.level, level);
        for (std::uint32_t step = 1; step <= level && options.optional.empty(); ++step) {
            EXPECT_NE(chain.rows[step - 1], no_row) << "step " << step;
        }
        return level;
    }
    FunnelOptions options;
    StepKinds kinds;
    std::vector<FunnelRow> rows;
};

TEST(FunnelLong, NoStepsAtAll) {
    Long given(0);
    for (int i = 0; i < 3; ++i) given.row(i, 0);
    EXPECT_EQ(given.level(), 0u);
    given.options.order = StepOrder::next_event;
    EXPECT_EQ(given.level(), 0u);
    given.options.deduplicate = true;
    EXPECT_EQ(given.level(), 0u);
}

TEST(FunnelLong, ManyStepsInOrder) {
    for (const std::uint32_t steps : {63u, 64u, 65u, 128u, 129u, 1600u}) {
        Long given(steps);
        for (std::uint32_t step = 1; step <= steps; ++step) given.row(step, step);
        EXPECT_EQ(given.level(), steps);
        given.options.within = steps - 2;
        EXPECT_EQ(given.level(), steps - 1);
        given.options.within = no_limit;
        given.rows.erase(given.rows.begin() + 60);
        EXPECT_EQ(given.level(), 60u);
    }
}

TEST(FunnelLong, ManyStepsAtOnce) {
    for (const std::uint32_t steps : {64u, 65u, 130u}) {
        Long given(steps);
        for (std::uint32_t step = steps; step >= 1; --step) given.row(0, step);
        EXPECT_EQ(given.level(), steps);
        given.options.ties = Ties::in_order;
        EXPECT_EQ(given.level(), 1u);
        given.options.ties = Ties::strict;
        EXPECT_EQ(given.level(), 1u);
    }
}

TEST(FunnelLong, ManyStepsOfOneKind) {
    Long given(100);
    const std::uint32_t all = given.kinds.add();
    for (std::uint32_t step = 1; step <= 100; ++step) given.kinds.satisfy(all, step);
    for (int i = 0; i < 70; ++i) given.row(i / 20, all);
    EXPECT_EQ(given.level(), 70u);
    given.options.reuse_event = true;
    EXPECT_EQ(given.level(), 100u);
}

TEST(FunnelLong, ManyStepsWithOptions) {
    Long given(100);
    const std::uint32_t excluded = given.kinds.add();
    given.kinds.exclude(excluded, 80, 90);
    for (std::uint32_t step = 1; step <= 100; ++step) given.row(step, step);
    given.row(101, 0);
    given.options.exclusions = true;
    EXPECT_EQ(given.level(), 100u);
    given.rows.insert(given.rows.begin() + 85, {85, 200, excluded});
    EXPECT_EQ(given.level(), 85u);
    given.rows.erase(given.rows.begin() + 85);
    given.options.order = StepOrder::next_event;
    EXPECT_EQ(given.level(), 100u);
    given.rows.insert(given.rows.begin() + 70, {70, 200, 0});
    given.options.ties = Ties::in_order;
    EXPECT_EQ(given.level(), 70u);
}

TEST(FunnelLong, ManyStepsInRunsAndUnordered) {
    Long given(100);
    for (std::uint32_t step = 1; step <= 100; ++step) given.row(2 * step, step);
    given.options.deduplicate = true;
    EXPECT_EQ(given.level(), 100u);
    given.rows.insert(given.rows.begin() + 90, {181, 200, 70});
    EXPECT_EQ(given.level(), 90u);
    Long unordered(100);
    unordered.options.order = StepOrder::unordered;
    for (std::uint32_t step = 100; step >= 1; --step) unordered.row(-static_cast<Time>(step), step);
    EXPECT_EQ(funnel_level(unordered.rows, unordered.kinds, unordered.options, heap()), 100u);
}

// 70 steps nobody takes, behind the case's own or, optional, after its first.
struct Padded {
    Padded(const FunnelCase& given, bool behind) : options(heap()), kinds(given.options.steps + 70, heap()) {
        const auto widen = [&](std::uint32_t step) { return behind || step == 1 ? step : step + 70; };
        options = given.options;
        options.steps += 70;
        if (!behind) options.optional.resize(options.steps);
        if (!options.limits.empty() || !options.optional.empty())
            options.limits.assign(options.steps, no_limit);
        for (std::uint32_t step = 2; !behind && step <= 71; ++step) options.optional[step - 1] = 1;
        for (std::uint32_t step = 1; step <= given.options.steps; ++step) {
            if (!given.options.limits.empty())
                options.limits[widen(step) - 1] = given.options.limits[step - 1];
        }
        for (std::size_t k = 1; k < given.kinds.size(); ++k) {
            const std::uint32_t kind = kinds.add();
            for (std::uint32_t step = 1; step <= given.options.steps; ++step) {
                if (given.kinds[k].satisfies(step)) kinds.satisfy(kind, widen(step));
                // What is excluded up to step 2 is excluded all the way there.
                if (given.kinds[k].excluded_in(step)) kinds.exclude(kind, widen(step), widen(step + 1));
            }
        }
    }
    FunnelOptions options;
    StepKinds kinds;
};

TEST(FunnelLong, SmallCasesInDisguise) {
    Random random(301);
    Mix mix;
    mix.max_steps = 4;
    mix.limits = mix.next_event = mix.reentry = mix.exclusions = 30;
    mix.earliest = mix.first = mix.strict = mix.grace = mix.reuse_event = 15;
    for (std::uint32_t i = 0; i < cases(3000) && !testing::Test::HasFailure(); ++i) {
        const FunnelCase given = random_case(random, mix);
        if (given.options.steps == 0) continue;
        const Outcome expected = funnel_outcome(given);
        std::vector<FunnelRow> rows = rows_of(given);
        if (given.options.order != StepOrder::next_event) {
            std::erase_if(rows, [](const FunnelRow& row) { return row.kind == 0; });
        }
        for (const bool behind : {true, false}) {
            const Padded padded(given, behind);
            const Chain chain = funnel_chain(rows, padded.kinds, padded.options, heap());
            const std::uint32_t level = behind || expected.level < 2 ? expected.level : expected.level + 70;
            const std::string what = (behind ? "behind\n" : "between\n") + describe(given) + "\nexpected " +
                                     describe(expected) + "\ngot " + describe(chain) +
                                     "\nJOURNEY_SEED=" + std::to_string(seed());
            EXPECT_EQ(funnel_level(rows, padded.kinds, padded.options, heap()), level) << what;
            ASSERT_EQ(chain.level, level) << what;
            if (level == 0) continue;
            std::vector<int> chosen;
            for (std::uint32_t step = 1; step <= given.options.steps; ++step) {
                const std::uint32_t row = chain.rows[(behind || step == 1 ? step : step + 70) - 1];
                chosen.push_back(row == no_row ? none : static_cast<int>(row));
            }
            EXPECT_EQ(expected.rows.count(chosen), 1u) << what;
        }
    }
}

// A long journey of distinct times: from each entry the earliest next step is best.
TEST(FunnelLong, LongJourneysOfDistinctTimes) {
    Random random(302);
    for (std::uint32_t i = 0; i < cases(300); ++i) {
        const std::uint32_t steps = 1 + random.below(6), names = steps + random.below(3);
        Long given(steps);
        given.options.within = random.below(60);
        Time time = 0;
        for (int k = 0; k < 300; ++k) {
            const std::uint32_t kind = random.below(names + 1);
            given.row(time += 1 + random.below(5), kind > steps ? 0 : kind);
        }
        std::uint32_t best = 0;
        Time start = 0, end = 0;
        for (std::size_t entry = 0; entry < given.rows.size(); ++entry) {
            if (given.rows[entry].kind != 1) continue;
            std::uint32_t level = 1;
            Time last = given.rows[entry].time;
            for (std::size_t k = entry + 1; k < given.rows.size() && level < steps; ++k) {
                if (given.rows[k].kind != level + 1) continue;
                if (elapsed(given.rows[entry].time, given.rows[k].time) > given.options.within) break;
                last = given.rows[k].time;
                ++level;
            }
            if (level < best) continue;
            best = level;
            start = given.rows[entry].time;
            end = last;
        }
        const Chain chain = funnel_chain(given.rows, given.kinds, given.options, heap());
        ASSERT_EQ(given.level(), best) << "JOURNEY_SEED=" << seed() << " case " << i;
        if (best == 0) continue;
        EXPECT_EQ(chain.start(), start);
        EXPECT_EQ(chain.end(), end);
    }
}

// Longer than the oracle can take, with many ties: the fast path against the general one.
TEST(FunnelLong, FastAndGeneralPathsAgree) {
    Random random(303);
    Mix mix;
    mix.max_rows = 150;
    mix.earliest = 30;
    for (std::uint32_t i = 0; i < cases(1500); ++i) {
        FunnelCase given = random_case(random, mix);
        if (given.options.steps == 0) continue;
        const Time last = random.between(5, 60);
        Time time = 0;
        for (OracleRow& row : given.rows)
            row.time = time += random.percent(60) ? 0 : random.below(static_cast<std::uint64_t>(last) / 5);
        const StepKinds kinds = kinds_of(given, heap());
        const std::vector<FunnelRow> rows = rows_of(given);
        const Chain fast = funnel_chain(rows, kinds, given.options, heap());
        const std::uint32_t fast_level = funnel_level(rows, kinds, given.options, heap());
        given.options.limits.assign(given.options.steps, no_limit);
        const Chain general = funnel_chain(rows, kinds, given.options, heap());
        const std::string what = describe(given) + "\nfast " + describe(fast) + "\ngeneral " +
                                 describe(general) + "\nJOURNEY_SEED=" + std::to_string(seed());
        ASSERT_EQ(fast.level, general.level) << what;
        ASSERT_EQ(fast.level, fast_level) << what;
        ASSERT_EQ(funnel_level(rows, kinds, given.options, heap()), fast_level) << what;
        const auto times_of = [](const Chain& chain) {
            return std::vector<Time>(chain.times.begin(), chain.times.begin() + chain.level);
        };
        ASSERT_EQ(times_of(fast), times_of(general)) << what;
    }
}

}  // namespace
}  // namespace journey::test
