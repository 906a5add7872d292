// The funnel against brute force: thousands of small random cases for each
// combination of options. JOURNEY_SEED repeats a run, JOURNEY_CASES multiplies it.
#include <gtest/gtest.h>

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
