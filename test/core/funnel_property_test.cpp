// The funnel against brute force: thousands of small random cases for each
// combination of options. JOURNEY_SEED repeats a run, JOURNEY_CASES multiplies it.
#include <gtest/gtest.h>

#include <algorithm>

#include "funnel_case.hpp"

namespace journey::test {
namespace {

TEST(FunnelProperty, Plain) {
    expect_agreement(1, 4000, {});
}

TEST(FunnelProperty, PlainWithEventsOfManySteps) {
    Mix mix;
    mix.several_steps = 60;
    expect_agreement(2, 3000, mix);
}

TEST(FunnelProperty, EntryEarliest) {
    Mix mix;
    mix.earliest = 100;
    expect_agreement(3, 3000, mix);
}

TEST(FunnelProperty, EntryFirst) {
    Mix mix;
    mix.first = 100;
    expect_agreement(4, 3000, mix);
}

TEST(FunnelProperty, TiesInOrder) {
    Mix mix;
    mix.in_order = 100;
    mix.earliest = mix.first = 30;
    expect_agreement(5, 3000, mix);
}

TEST(FunnelProperty, TiesStrict) {
    Mix mix;
    mix.strict = 100;
    mix.earliest = mix.first = 30;
    expect_agreement(6, 3000, mix);
}

TEST(FunnelProperty, Limits) {
    Mix mix;
    mix.limits = 100;
    mix.earliest = mix.first = mix.strict = mix.in_order = 20;
    expect_agreement(7, 4000, mix);
}

TEST(FunnelProperty, OptionalSteps) {
    Mix mix;
    mix.optional = 100;
    mix.earliest = mix.first = mix.strict = mix.in_order = 20;
    expect_agreement(8, 3000, mix);
}

TEST(FunnelProperty, OptionalStepsWithLimits) {
    Mix mix;
    mix.optional = mix.limits = 100;
    mix.earliest = mix.first = mix.strict = mix.in_order = 20;
    expect_agreement(9, 3000, mix);
}

TEST(FunnelProperty, NextEvent) {
    Mix mix;
    mix.next_event = 100;
    mix.reentry = 40;
    expect_agreement(10, 4000, mix);
}

TEST(FunnelProperty, NextEventWithOtherOptions) {
    Mix mix;
    mix.next_event = 100;
    mix.reentry = 30;
    mix.limits = mix.optional = mix.earliest = mix.first = mix.strict = mix.in_order = 25;
    expect_agreement(11, 4000, mix);
}

TEST(FunnelProperty, Exclusions) {
    Mix mix;
    mix.exclusions = 100;
    expect_agreement(12, 4000, mix);
}

TEST(FunnelProperty, ExclusionsOfEventsThatAreSteps) {
    Mix mix;
    mix.exclusions = 100;
    mix.excluded_steps = 60;
    expect_agreement(26, 3000, mix);
}

TEST(FunnelProperty, ExclusionsDiscard) {
    Mix mix;
    mix.exclusions = mix.discard = 100;
    mix.earliest = mix.first = mix.in_order = 20;
    expect_agreement(13, 3000, mix);
}

TEST(FunnelProperty, ExclusionsWithOtherOptions) {
    Mix mix;
    mix.exclusions = 100;
    mix.discard = mix.limits = mix.optional = mix.earliest = mix.first = mix.strict = mix.in_order = 25;
    expect_agreement(14, 4000, mix);
}

// An excluded event of the moment in which a chain goes on stands after a step that is taken
// there: which optional ones are?
TEST(FunnelProperty, ExclusionsAndOptionalStepsAtOneTime) {
    Random random(27);
    for (std::uint32_t i = 0; i < cases(6000) && !HasFailure(); ++i) {
        FunnelCase given;
        const std::uint32_t steps = 3 + random.below(3);
        given.options.steps = steps;
        given.options.exclusions = true;
        given.options.reuse_event = random.percent(15);
        if (random.percent(20)) given.options.grace = 1;
        for (std::uint32_t s = 0; s < steps; ++s)
            given.options.optional.push_back(s > 0 && random.percent(70) ? 1 : 0);
        for (std::uint32_t s = 0; s < steps; ++s) given.kinds.push_back({1u << s, 0});
        given.kinds.push_back({1u << random.below(steps) | 1u << random.below(steps), 0});
        for (std::uint32_t k = 0; k < 2; ++k) {
            OracleKind& kind = given.kinds.emplace_back();
            for (std::uint32_t gap = 1; gap < steps; ++gap)
                kind.excluded |= random.percent(70) ? 1u << gap : 0;
            if (random.percent(20)) kind.satisfied = 1u << random.below(steps);
            if (kind.is_nothing()) given.kinds.pop_back();
        }
        const auto times = static_cast<std::int64_t>(1 + random.below(2));
        for (std::uint32_t n = 4 + random.below(4); n > 0; --n)
            given.rows.push_back({random.between(0, times), 1 + random.below(given.kinds.size() - 1)});
        std::stable_sort(given.rows.begin(), given.rows.end(),
                         [](const OracleRow& a, const OracleRow& b) { return a.time < b.time; });
        EXPECT_EQ(disagreement(given), "") << "case " << i;
    }
}

// The event at 1 is excluded after step 1 as after step 4, and no step between them is taken.
TEST(FunnelProperty, AnExcludedEventStandsAfterNoSkippedStep) {
    FunnelCase given;
    given.options.steps = 5;
    given.options.exclusions = true;
    given.options.optional = {0, 1, 1, 0, 0};
    given.kinds = {{}, {1u << 0, 0}, {1u << 3, 0}, {0, 1u << 1 | 1u << 4}, {1u << 4, 0}};
    given.rows = {{0, 1}, {1, 2}, {1, 3}, {2, 4}};
    EXPECT_EQ(funnel_outcome(given).level, 4u);
    EXPECT_EQ(disagreement(given), "");
}

TEST(FunnelProperty, ExclusionsAndNextEvent) {
    Mix mix;
    mix.exclusions = mix.next_event = 100;
    mix.reentry = 30;
    expect_agreement(15, 3000, mix);
}

TEST(FunnelProperty, Grace) {
    Mix mix;
    mix.grace = 100;
    mix.earliest = mix.first = mix.strict = mix.limits = mix.exclusions = mix.next_event = 20;
    expect_agreement(16, 3000, mix);
}

TEST(FunnelProperty, HoldChannel) {
    Mix mix;
    mix.hold_channel = 100;
    mix.max_rows = 8;
    expect_agreement(17, 3000, mix);
}

TEST(FunnelProperty, HoldChannelWithOtherOptions) {
    Mix mix;
    mix.hold_channel = 100;
    mix.max_rows = 8;
    mix.exclusions = mix.discard = mix.next_event = mix.earliest = mix.first = mix.strict = mix.in_order = 25;
    expect_agreement(18, 3000, mix);
}

TEST(FunnelProperty, ReuseEvent) {
    Mix mix;
    mix.reuse_event = 100;
    mix.several_steps = 50;
    expect_agreement(19, 3000, mix);
}

TEST(FunnelProperty, ReuseEventWithOtherOptions) {
    Mix mix;
    mix.reuse_event = 100;
    mix.several_steps = 50;
    mix.exclusions = mix.optional = mix.limits = mix.next_event = mix.reentry = 25;
    mix.earliest = mix.first = mix.strict = mix.in_order = 20;
    expect_agreement(20, 4000, mix);
}

TEST(FunnelProperty, Unordered) {
    Mix mix;
    mix.unordered = 100;
    mix.several_steps = 40;
    expect_agreement(21, 1500, mix);
}

TEST(FunnelProperty, UnorderedWithOtherOptions) {
    Mix mix;
    mix.unordered = 100;
    mix.several_steps = 40;
    mix.max_steps = 4;
    mix.whole_exclusions = 60;
    mix.discard = mix.earliest = mix.first = mix.hold_channel = mix.grace = mix.in_order = 20;
    expect_agreement(22, 1500, mix);
}

TEST(FunnelProperty, Deduplicate) {
    Mix mix;
    mix.deduplicate = 100;
    mix.strict = mix.next_event = mix.reentry = 40;
    expect_agreement(23, 4000, mix);
}

TEST(FunnelProperty, AnythingAtOnce) {
    Mix mix;
    mix.limits = mix.optional = mix.next_event = mix.reentry = mix.exclusions = mix.discard = 30;
    mix.earliest = mix.first = mix.in_order = mix.strict = mix.grace = mix.hold_channel = mix.reuse_event =
        20;
    expect_agreement(24, 10000, mix);
}

}  // namespace
}  // namespace journey::test
