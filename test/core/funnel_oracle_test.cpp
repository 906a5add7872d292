// The oracle itself, against answers worked out by hand.
#include "funnel_oracle.hpp"

#include <gtest/gtest.h>

namespace journey::test {
namespace {

// Rows written as {time, "12"}: the steps the row satisfies; "x" is a row excluded
// in every gap, "." a row that is nothing.
struct Written {
    Time time;
    const char* steps;
    int channel = none;
};

FunnelCase written(std::uint32_t steps, std::initializer_list<Written> rows) {
    FunnelCase given;
    given.options.steps = steps;
    for (const Written& row : rows) {
        OracleKind kind;
        for (const char* c = row.steps; *c != 0; ++c) {
            if (*c == 'x') kind.excluded = (1u << steps) - 2;
            if (*c >= '1') kind.satisfied |= *c <= '9' ? 1u << (*c - '1') : 0;
        }
        std::uint32_t number = 0;
        if (kind.satisfied != 0 || kind.excluded != 0) {
            number = static_cast<std::uint32_t>(given.kinds.size());
            given.kinds.push_back(kind);
        }
        given.rows.push_back({row.time, number, row.channel});
        given.options.exclusions = given.options.exclusions || kind.excluded != 0;
    }
    return given;
}

std::uint32_t level(const FunnelCase& given) {
    return funnel_outcome(given).level;
}
using Rows = std::set<std::vector<int>>;

TEST(FunnelOracle, NothingReachesNothing) {
    EXPECT_EQ(level(written(2, {})), 0u);
    EXPECT_EQ(level(written(0, {{1, "."}})), 0u);
    EXPECT_EQ(level(written(2, {{1, "2"}})), 0u);
}

TEST(FunnelOracle, TakesTheFurthestThenTheLatestStart) {
    const Outcome got = funnel_outcome(written(3, {{1, "1"}, {2, "1"}, {3, "2"}, {4, "2"}, {9, "1"}}));
    EXPECT_EQ(got.level, 2u);
    EXPECT_EQ(got.rows, (Rows{{1, 2, none}}));
}

TEST(FunnelOracle, EntryDecidesAmongEqualLevels) {
    FunnelCase given = written(2, {{1, "1"}, {2, "1"}, {3, "2"}});
    given.options.entry = Entry::earliest;
    EXPECT_EQ(funnel_outcome(given).rows, (Rows{{0, 2}}));
    given = written(2, {{1, "1"}, {5, "1"}, {6, "2"}});
    given.options.within = 2;
    given.options.entry = Entry::first;
    EXPECT_EQ(level(given), 1u);
    given.options.entry = Entry::earliest;
    EXPECT_EQ(level(given), 2u);
}

TEST(FunnelOracle, WindowsAndLimitsAreInclusive) {
    FunnelCase given = written(3, {{0, "1"}, {2, "2"}, {5, "3"}});
    given.options.within = 5;
    EXPECT_EQ(level(given), 3u);
    given.options.within = 4;
    EXPECT_EQ(level(given), 2u);
    given.options.within = no_limit;
    given.options.limits = {no_limit, 2, 3};
    EXPECT_EQ(level(given), 3u);
    given.options.limits = {no_limit, 2, 2};
    EXPECT_EQ(level(given), 2u);
}

TEST(FunnelOracle, OneRowIsOneStepUnlessReused) {
    FunnelCase given = written(3, {{0, "123"}});
    EXPECT_EQ(level(given), 1u);
    given.options.reuse_event = true;
    EXPECT_EQ(level(given), 3u);
}

TEST(FunnelOracle, TiesAreFavourableUnlessOrdered) {
    FunnelCase given = written(3, {{0, "3"}, {0, "2"}, {0, "1"}});
    EXPECT_EQ(level(given), 3u);
    given.options.ties = Ties::in_order;
    EXPECT_EQ(level(given), 1u);
    given.options.ties = Ties::strict;
    EXPECT_EQ(level(given), 1u);
}

TEST(FunnelOracle, GraceMakesRunsSimultaneous) {
    FunnelCase given = written(2, {{0, "2"}, {1, "1"}, {2, "."}});
    EXPECT_EQ(level(given), 1u);
    given.options.grace = 1;
    EXPECT_EQ(level(given), 2u);
    given = written(2, {{0, "3"}, {1, "2"}, {2, "1"}});
    given.options.grace = 1;  // {0, 1} and {2}
    EXPECT_EQ(level(given), 1u);
}

TEST(FunnelOracle, NextEventSeesEveryRow) {
    FunnelCase given = written(3, {{0, "1"}, {1, "."}, {2, "2"}});
    given.options.order = StepOrder::next_event;
    EXPECT_EQ(level(given), 1u);
    given.options.reentry = true;
    EXPECT_EQ(level(given), 1u);
    given = written(3, {{0, "1"}, {1, "1"}, {2, "3"}, {3, "2"}, {4, "3"}});
    given.options.order = StepOrder::next_event;
    EXPECT_EQ(level(given), 1u);
    given.options.reentry = true;
    EXPECT_EQ(level(given), 3u);
    given = written(2, {{0, "1"}, {1, "."}, {1, "2"}});
    given.options.order = StepOrder::next_event;
    EXPECT_EQ(level(given), 2u);
}

TEST(FunnelOracle, ExclusionsBreakOrDiscard) {
    FunnelCase given = written(3, {{0, "1"}, {1, "2"}, {2, "x"}, {3, "3"}});
    EXPECT_EQ(level(given), 2u);
    given.options.on_exclusion = OnExclusion::discard;
    EXPECT_EQ(level(given), 0u);
    EXPECT_EQ(level(written(2, {{0, "1"}, {1, "x"}, {1, "2"}})), 2u);  // a tie: the exclusion comes after
}

TEST(FunnelOracle, OptionalStepsAreTakenEarlyIfTheEndIsTheSame) {
    FunnelCase given = written(3, {{0, "1"}, {1, "2"}, {2, "2"}, {3, "3"}});
    given.options.optional = {0, 1, 0};
    EXPECT_EQ(funnel_outcome(given).rows, (Rows{{0, 1, 3}}));
    given = written(3, {{0, "1"}, {3, "3"}});
    given.options.optional = {0, 1, 0};
    EXPECT_EQ(funnel_outcome(given).rows, (Rows{{0, none, 1}}));
}

TEST(FunnelOracle, ChannelsAreJourneysOfTheirOwn) {
    FunnelCase given =
        written(3, {{0, "1", 0}, {1, "2", 1}, {2, "1", 1}, {3, "2"}, {4, "2", 0}, {5, "3", 0}});
    given.options.hold_channel = true;
    EXPECT_EQ(funnel_outcome(given).rows, (Rows{{0, 4, 5}}));
}

TEST(FunnelOracle, UnorderedCountsDistinctSteps) {
    FunnelCase given = written(3, {{0, "3"}, {1, "1"}, {2, "12"}});
    given.options.order = StepOrder::unordered;
    EXPECT_EQ(level(given), 3u);
    given.options.within = 1;
    EXPECT_EQ(level(given), 2u);
    given = written(3, {{0, "3"}, {1, "x"}, {1, "1"}, {2, "2"}});
    given.options.order = StepOrder::unordered;
    EXPECT_EQ(level(given), 2u);
}

TEST(FunnelOracle, ARunEndsWhenAReachedStepRepeats) {
    FunnelCase given = written(4, {{0, "1"}, {1, "2"}, {2, "3"}, {3, "2"}, {4, "4"}});
    given.options.deduplicate = true;
    EXPECT_EQ(level(given), 3u);
    given = written(3, {{0, "1"}, {1, "1"}, {2, "2"}, {3, "3"}});
    given.options.deduplicate = true;
    EXPECT_EQ(funnel_outcome(given).rows, (Rows{{1, 2, 3}}));
}

TEST(FunnelOracle, KnowsAChain) {
    FunnelCase given = written(2, {{0, "1"}, {1, "2"}, {9, "2"}});
    given.options.within = 5;
    EXPECT_TRUE(is_chain(given, {0, 1}));
    EXPECT_TRUE(is_chain(given, {0, none}));
    EXPECT_FALSE(is_chain(given, {0, 2}));
    EXPECT_FALSE(is_chain(given, {none, 1}));
}

}  // namespace
}  // namespace journey::test
