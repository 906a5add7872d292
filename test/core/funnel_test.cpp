// Funnels by example: each test is a sentence about what a customer is counted as.
#include "core/funnel.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <sstream>
#include <string>

#include "core/error.hpp"
#include "core/events.hpp"
#include "journey_model.hpp"
#include "poll.hpp"

namespace journey::test {
namespace {

// One customer: "view 0 cart 5 buy@app 9" is three events (the last on channel app).
Value customer(const std::string& text) {
    std::istringstream words(text);
    Events events;
    for (std::string name; words >> name;) {
        Event event;
        words >> event.time;
        const std::size_t at = name.find('@');
        event.name = name.substr(0, at);
        if (at != std::string::npos) event.channel = name.substr(at + 1);
        event.tiebreak = static_cast<std::int64_t>(events.size());
        events.push_back(event);
    }
    return encode(events);
}

class FunnelExample : public testing::Test {
  protected:
    // Steps as words: "view cart|basket buy".
    void steps(const std::string& text) {
        std::vector<std::string> list;
        std::istringstream words(text);
        for (std::string word; words >> word;) list.push_back(word);
        funnel_.emplace(static_cast<std::uint32_t>(list.size()), *std::pmr::new_delete_resource());
        for (std::uint32_t s = 0; s < list.size(); ++s) funnel_->names.add_step(s + 1, list[s], "steps");
    }
    FunnelOptions& options() { return funnel_->options; }
    void exclude(const char* event, std::uint32_t from, std::uint32_t to) {
        funnel_->names.exclude(event, 1, from, to);
        options().exclusions = true;
    }
    std::uint32_t level(const std::string& text) {
        const Value value = customer(text);
        const std::uint32_t level = funnel_level(value.view(), *funnel_, *std::pmr::new_delete_resource());
        const Chain chain = funnel_chain(value.view(), *funnel_, *std::pmr::new_delete_resource());
        EXPECT_EQ(chain.level, level) << text;
        return level;
    }
    static std::string times(const Chain& chain) {
        std::string result;
        for (std::size_t s = 0; s < chain.times.size(); ++s) {
            result += (s == 0 ? "" : " ") + (chain.rows[s] == no_row ? "-" : std::to_string(chain.times[s]));
        }
        return result;
    }
    // The time of each step, "-" where there is none.
    std::string times(const std::string& text) {
        const Value value = customer(text);
        return times(funnel_chain(value.view(), *funnel_, *std::pmr::new_delete_resource()));
    }
    std::string attempts(const std::string& text) {
        const Value value = customer(text);
        std::string result;
        for (const Chain& chain : funnel_attempts(value.view(), *funnel_, *std::pmr::new_delete_resource())) {
            result += (result.empty() ? "" : ", ") + times(chain);
        }
        return result;
    }

  private:
    std::optional<Funnel> funnel_;
};

TEST_F(FunnelExample, ACustomerComesAsFarAsTheirEventsInOrder) {
    steps("view cart buy");
    EXPECT_EQ(level(""), 0u);
    EXPECT_EQ(level("cart 1 buy 2"), 0u);
    EXPECT_EQ(level("view 1"), 1u);
    EXPECT_EQ(level("view 1 buy 2"), 1u);
    EXPECT_EQ(level("view 1 buy 2 cart 3"), 2u);
    EXPECT_EQ(level("view 1 search 2 cart 3 search 4 buy 5"), 3u);
}

TEST_F(FunnelExample, OneStepIsAFunnel) {
    steps("view");
    EXPECT_EQ(level("buy 1"), 0u);
    EXPECT_EQ(times("view 1 view 2"), "2");
}

TEST_F(FunnelExample, TheWindowIsInclusiveAndRunsFromTheFirstStep) {
    steps("view cart buy");
    options().within = 10;
    EXPECT_EQ(level("view 0 cart 5 buy 10"), 3u);
    EXPECT_EQ(level("view 0 cart 5 buy 11"), 2u);
    EXPECT_EQ(level("view 0 cart 11"), 1u);
    options().within = 0;
    EXPECT_EQ(level("view 3 cart 3 buy 3"), 3u);
}

TEST_F(FunnelExample, TheWinningChainStartsLateThenEndsEarly) {
    steps("view buy");
    EXPECT_EQ(times("view 1 view 2 buy 3 buy 4"), "2 3");
    EXPECT_EQ(times("view 1 buy 2 view 3"), "1 2");
    EXPECT_EQ(times("view 1 buy 2 view 5 buy 9"), "5 9");
    steps("view cart buy");
    EXPECT_EQ(times("view 1 cart 2 cart 3 buy 4 buy 5"), "1 2 4");
}

TEST_F(FunnelExample, ALaterEntryDoesNotSpoilAnEarlierChain) {
    // Engines that keep one slot for each level answer 2 here.
    steps("view cart buy");
    options().within = 10;
    EXPECT_EQ(times("view 0 cart 1 view 9 buy 10"), "0 1 10");
    EXPECT_EQ(times("view 0 cart 5 view 8 cart 9 buy 10"), "8 9 10");
    EXPECT_EQ(times("view 0 view 4 cart 9 view 11 cart 12 buy 14"), "11 12 14");
}

TEST_F(FunnelExample, OneEventIsOneStep) {
    steps("a|b|c a|b|c a|b|c");
    EXPECT_EQ(level("a 0"), 1u);
    EXPECT_EQ(level("a 0 b 0"), 2u);
    steps("view view");
    EXPECT_EQ(level("view 0"), 1u);
    EXPECT_EQ(times("view 0 view 1"), "0 1");
}

TEST_F(FunnelExample, OneEventMayBeSeveralStepsIfReused) {
    steps("a|b a|c a|d");
    options().reuse_event = true;
    EXPECT_EQ(times("a 7"), "7 7 7");
    EXPECT_EQ(times("b 1 a 7"), "7 7 7");
    EXPECT_EQ(times("b 1 c 2 d 3"), "1 2 3");
}

TEST_F(FunnelExample, EventsOfOneTimeCountInTheFunnelsFavour) {
    steps("view cart buy");
    EXPECT_EQ(level("buy 0 cart 0 view 0"), 3u);
    options().ties = Ties::in_order;
    EXPECT_EQ(level("buy 0 cart 0 view 0"), 1u);
    EXPECT_EQ(level("view 0 cart 0 buy 0"), 3u);
    options().ties = Ties::strict;
    EXPECT_EQ(level("view 0 cart 0 buy 0"), 1u);
    EXPECT_EQ(level("view 0 cart 0 cart 1 buy 2"), 3u);
}

TEST_F(FunnelExample, AStepThatAppearsTwiceNeedsTwoEventsEvenAtOnce) {
    steps("view cart view");
    EXPECT_EQ(level("view 0 cart 0"), 2u);
    EXPECT_EQ(level("view 0 cart 0 view 0"), 3u);
}

TEST_F(FunnelExample, TiesAreGivenToStepsSoThatAllFit) {
    // x can be step 1 or 2, y only step 1: x must leave step 1 to y.
    steps("x|y x|z y|w");
    EXPECT_EQ(level("x 0 y 0"), 2u);
    EXPECT_EQ(level("x 0 y 0 w 0"), 3u);
    EXPECT_EQ(level("y 0 y 0 x 0"), 3u);
}

TEST_F(FunnelExample, EntryChoosesAmongChainsThatComeEquallyFar) {
    steps("view buy");
    options().within = 10;
    const std::string text = "view 0 view 2 buy 5 view 20 buy 29";
    EXPECT_EQ(times(text), "20 29");
    options().entry = Entry::earliest;
    EXPECT_EQ(times(text), "0 5");
    options().entry = Entry::first;
    EXPECT_EQ(times(text), "0 5");
    EXPECT_EQ(times("view 0 view 20 buy 29"), "0 -");
}

TEST_F(FunnelExample, ALimitIsForOneStep) {
    steps("view cart buy");
    options().limits = {no_limit, 5, 3};
    EXPECT_EQ(level("view 0 cart 5 buy 8"), 3u);
    EXPECT_EQ(level("view 0 cart 5 buy 9"), 2u);
    EXPECT_EQ(level("view 0 cart 6 buy 7"), 1u);
    // The first cart is too early for this buy; the second is in time.
    EXPECT_EQ(times("view 0 cart 1 cart 4 buy 7"), "0 4 7");
}

TEST_F(FunnelExample, OptionalStepsMayBeMissing) {
    steps("view cart buy");
    options().optional = {0, 1, 0};
    EXPECT_EQ(times("view 0 buy 2"), "0 - 2");
    EXPECT_EQ(times("view 0 cart 1 buy 2"), "0 1 2");
    EXPECT_EQ(times("view 0 cart 1"), "0 1 -");
    EXPECT_EQ(times("view 0 buy 1 cart 2"), "0 - 1");
}

TEST_F(FunnelExample, NextEventMeansTheVeryNext) {
    steps("a b c");
    options().order = StepOrder::next_event;
    EXPECT_EQ(level("a 0 b 1 c 2"), 3u);
    EXPECT_EQ(level("a 0 d 1 b 2 c 3"), 1u);
    EXPECT_EQ(level("a 0 b 1 a 2 c 3"), 2u);
    EXPECT_EQ(level("a 0 a 1 b 2 c 3"), 3u);
    // Of one time: the stranger may have come before.
    EXPECT_EQ(level("a 0 d 0 b 1 c 2"), 3u);
}

TEST_F(FunnelExample, NextEventTakesRepeatedStepsAsTheyAre) {
    // ClickHouse's documentation says 2 for this, its source 1.
    steps("bc vpd bc cp");
    options().order = StepOrder::next_event;
    EXPECT_EQ(level("bc 0 vpd 1 bc 2 cp 3"), 4u);
}

TEST_F(FunnelExample, TheNextEventMayBeAnyOfItsTime) {
    steps("a b c d");
    options().order = StepOrder::next_event;
    EXPECT_EQ(times("a 0 b 0 c 1 b 1 d 2"), "0 1 1 2");
    options().reentry = true;
    EXPECT_EQ(times("a 0 b 1 b 1 x 1 c 1"), "0 1 1 -");
    options().optional = {0, 0, 1, 0};
    EXPECT_EQ(times("a 0 b 1 c 1 x 1"), "0 1 1 -");
}

TEST_F(FunnelExample, ReentryForgivesStepsAtTheWrongMomentButNoStrangers) {
    steps("a b c d");
    options().order = StepOrder::next_event;
    options().reentry = true;
    EXPECT_EQ(level("a 0 c 1 b 2"), 2u);
    EXPECT_EQ(level("a 0 b 1 a 2 c 3 d 4"), 4u);
    EXPECT_EQ(level("a 0 b 1 x 2 c 3 d 4"), 2u);
}

TEST_F(FunnelExample, UnorderedCountsTheStepsOfTheBestWindow) {
    steps("a b c");
    options().order = StepOrder::unordered;
    EXPECT_EQ(level("c 0 b 1 a 2"), 3u);
    options().within = 1;
    EXPECT_EQ(level("c 0 b 1 a 2"), 2u);
    EXPECT_EQ(level("b 0 b 1"), 1u);
    EXPECT_EQ(times("a 0 b 1 c 9 a 10"), "10 - 9");
}

TEST_F(FunnelExample, UnorderedEndsAsEarlyAsItCan) {
    steps("a b");
    options().order = StepOrder::unordered;
    EXPECT_EQ(times("b 0 a 0 b 1"), "0 0");
}

TEST_F(FunnelExample, AStepTakenIsNotBetweenSteps) {
    steps("view cart buy");
    exclude("cart", 1, 3);
    EXPECT_EQ(level("view 0 cart 1 buy 2"), 3u);
    EXPECT_EQ(level("view 0 cart 1 cart 2 buy 3"), 2u);
}

TEST_F(FunnelExample, AnExclusionStopsTheChain) {
    steps("view cart buy");
    exclude("remove", 1, 3);
    EXPECT_EQ(level("view 0 cart 1 remove 2 buy 3"), 2u);
    EXPECT_EQ(level("remove 0 view 1 cart 2 buy 3 remove 4"), 3u);
    EXPECT_EQ(level("view 0 remove 1 view 2 cart 3 buy 4"), 3u);
    EXPECT_EQ(level("view 0 remove 0 cart 1 buy 2"), 3u);
}

TEST_F(FunnelExample, AnExclusionHoldsOnlyBetweenItsSteps) {
    steps("view cart buy");
    exclude("remove", 2, 3);
    EXPECT_EQ(level("view 0 remove 1 cart 2 buy 3"), 3u);
    EXPECT_EQ(level("view 0 cart 1 remove 2 buy 3"), 2u);
    EXPECT_EQ(level("view 0 cart 1 remove 2 cart 3 buy 4"), 3u);
}

TEST_F(FunnelExample, AnExclusionMayDiscardTheCustomer) {
    steps("view cart buy");
    exclude("remove", 1, 3);
    options().on_exclusion = OnExclusion::discard;
    EXPECT_EQ(level("view 0 cart 1 remove 2 buy 3"), 0u);
    EXPECT_EQ(level("view 0 cart 1 remove 2"), 2u);
    EXPECT_EQ(level("view 0 cart 1 remove 2 view 3 cart 4 buy 5"), 3u);
}

TEST_F(FunnelExample, AnExclusionIsInForceFromTheStepThatWasTaken) {
    steps("view cart buy");
    options().optional = {0, 1, 0};
    exclude("remove", 2, 3);
    EXPECT_EQ(level("view 0 remove 1 buy 2"), 3u);
    EXPECT_EQ(level("view 0 cart 1 remove 2"), 2u);
}

TEST_F(FunnelExample, AChannelMayHaveToBeHeld) {
    steps("view cart buy");
    options().hold_channel = true;
    EXPECT_EQ(level("view@web 0 cart@app 1 buy@web 2"), 1u);
    EXPECT_EQ(times("view@web 0 cart@app 1 cart@web 2 buy@web 3"), "0 2 3");
    EXPECT_EQ(level("view 0 cart 1 buy 2"), 0u);
    // Both channels' chains start and end together: the cart of the web is earlier.
    EXPECT_EQ(times("view@app 0 view@web 0 cart@web 0 cart@app 1 buy@app 1 buy@web 1"), "0 0 1");
}

TEST_F(FunnelExample, GraceMakesEventsSimultaneous) {
    steps("view cart buy");
    options().grace = 2;
    EXPECT_EQ(level("cart 0 view 2 buy 3"), 3u);
    EXPECT_EQ(level("cart 0 view 3 buy 4"), 1u);
    options().ties = Ties::strict;
    EXPECT_EQ(level("view 0 cart 2 buy 3"), 1u);
    EXPECT_EQ(level("view 0 cart 3 buy 6"), 3u);
}

TEST_F(FunnelExample, GraceCountsAtTheFirstEventsTime) {
    steps("view cart");
    options().grace = 1;
    options().within = 0;
    EXPECT_EQ(level("view 0 cart 1"), 2u);
    EXPECT_EQ(level("view 0 cart 2"), 1u);
    EXPECT_EQ(level("cart 0 view 1"), 2u);
}

TEST_F(FunnelExample, ARunTakesWhatComes) {
    steps("a b c d");
    options().deduplicate = true;
    EXPECT_EQ(level("a 0 b 1 c 2 d 3"), 4u);
    EXPECT_EQ(level("a 0 b 1 c 2 b 3 d 4"), 3u);
    EXPECT_EQ(level("a 0 b 1 a 2 c 3 d 4"), 4u);
    EXPECT_EQ(level("a 0 b 1 b 2 c 3 d 4"), 2u);
    EXPECT_EQ(level("a 0 b 1 b 2 a 3 b 4 c 5"), 3u);
}

TEST_F(FunnelExample, ARunStrictlyInTimeStartsAnywhere) {
    steps("a b");
    options().deduplicate = true;
    options().ties = Ties::strict;
    EXPECT_EQ(times("a 0 a 1 b 1"), "0 1");
}

TEST_F(FunnelExample, AttemptsFollowEachOther) {
    steps("view buy");
    options().within = 10;
    EXPECT_EQ(attempts(""), "");
    EXPECT_EQ(attempts("buy 0"), "");
    EXPECT_EQ(attempts("view 0 buy 5 view 20 view 40 buy 41"), "0 5, 20 -, 40 41");
    EXPECT_EQ(attempts("view 0 buy 1 buy 2 view 3 buy 4"), "0 1, 3 4");
}

TEST_F(FunnelExample, StepsMayBeSetsWithBarsAndBackslashesInNames) {
    steps("a\\|b c\\\\|d");
    EXPECT_EQ(level("a|b 0 c\\ 1"), 2u);
    EXPECT_EQ(level("a|b 0 d 1"), 2u);
    EXPECT_EQ(level("a 0 d 1"), 0u);
}

TEST_F(FunnelExample, AStepMustNameAnEvent) {
    EXPECT_THROW(steps("a|"), Error);
    EXPECT_THROW(steps("|a"), Error);
    EXPECT_THROW(steps("a||b"), Error);
    EXPECT_THROW(steps("a\\"), Error);
}

TEST_F(FunnelExample, TheWholeRangeOfTimesIsExact) {
    steps("view buy");
    const std::string ends =
        "view " + std::to_string(INT64_MIN + 1) + " buy " + std::to_string(INT64_MAX - 1);
    EXPECT_EQ(level(ends), 2u);
    options().within = no_limit - 2;
    EXPECT_EQ(level(ends), 2u);
    options().within = no_limit - 3;
    EXPECT_EQ(level(ends), 1u);
    options().limits = {no_limit, 5};
    options().within = no_limit;
    EXPECT_EQ(level(ends), 1u);
}

TEST_F(FunnelExample, NoStepsAreNoFunnel) {
    steps("");
    EXPECT_EQ(level("view 0"), 0u);
    EXPECT_EQ(level(""), 0u);
}

TEST_F(FunnelExample, ALongSearchCanBeCancelled) {
    std::string text;
    for (int i = 0; i < 30000; ++i) text += "view " + std::to_string(i) + " cart " + std::to_string(i) + " ";
    steps("view cart buy");
    for (const bool general : {false, true}) {
        if (general) options().limits = {no_limit, 5, 5};
        cancel_after(1);
        EXPECT_THROW(level(text), Error) << (general ? "general" : "plain");
        cancel_never();
    }
}

}  // namespace
}  // namespace journey::test
