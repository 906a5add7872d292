// Kaplan-Meier and Nelson-Aalen: by their definitions, and figures of R.
#include <gtest/gtest.h>

#include <set>

#include "core/error.hpp"
#include "survival_case.hpp"

namespace journey::test {
namespace {

void put(SurvivalTable& table, const SurvivalCase& given) {
    for (const auto& row : given.rows) {
        std::optional<double> entry;
        if (row.entry != from_the_start) entry = row.entry;
        table.add(row.duration, row.event, entry);
    }
}

std::vector<std::byte> bytes_of(SurvivalTable& table) {
    std::vector<std::byte> bytes(table.encoded_size());
    table.encode(bytes.data());
    return bytes;
}

struct Definition {
    double time;
    std::int64_t at_risk = 0, events = 0, censored = 0;
};

// Who is at risk at a time: entered before it, and not gone before it.
std::vector<Definition> by_definition(const SurvivalCase& given) {
    std::set<double> times;
    for (const auto& row : given.rows) times.insert(row.duration);
    std::vector<Definition> result;
    for (const double time : times) {
        Definition at{time};
        for (const auto& row : given.rows) {
            at.at_risk += row.entry < time && row.duration >= time;
            at.events += row.event && row.duration == time;
            at.censored += !row.event && row.duration == time;
        }
        result.push_back(at);
    }
    return result;
}

TEST(Survival, CurvesAreWhatTheirDefinitionsSay) {
    Random random(701);
    for (std::uint32_t c = 0; c < cases(2000); ++c) {
        const SurvivalCase given = random_survival(random, {40, 0, c % 2 == 1, 1, 1, 12});
        SurvivalTable table(heap());
        put(table, given);
        const auto expected = by_definition(given);
        const auto curve = table.kaplan_meier({}, heap());
        const auto hazard = table.nelson_aalen({}, false, heap());
        const auto stepwise = table.nelson_aalen({}, true, heap());
        ASSERT_EQ(curve.size(), expected.size());
        double survival = 1, greenwood = 0, sum = 0, sum_stepwise = 0, variance = 0;
        for (std::size_t i = 0; i < curve.size(); ++i) {
            const Definition& at = expected[i];
            const auto n = static_cast<double>(at.at_risk), d = static_cast<double>(at.events);
            ASSERT_EQ(curve[i].time, at.time);
            ASSERT_EQ(curve[i].at_risk, at.at_risk);
            ASSERT_EQ(curve[i].events, at.events);
            ASSERT_EQ(curve[i].censored, at.censored);
            survival *= 1 - d / n;
            if (n > d) greenwood += d / (n * (n - d));
            sum += d / n;
            variance += d / n / n;
            for (std::int64_t k = 0; k < at.events; ++k) sum_stepwise += 1 / (n - static_cast<double>(k));
            EXPECT_NEAR(curve[i].estimate.value, survival, 1e-13);
            if (survival > 1e-12) {
                EXPECT_NEAR(curve[i].estimate.std_error, survival * std::sqrt(greenwood), 1e-13);
            }
            EXPECT_NEAR(hazard[i].estimate.value, sum, 1e-12);
            EXPECT_NEAR(hazard[i].estimate.std_error, std::sqrt(variance), 1e-12);
            EXPECT_NEAR(stepwise[i].estimate.value, sum_stepwise, 1e-12);
            EXPECT_EQ(survival_at(curve, at.time), curve[i].estimate.value);
        }
        double area = 0;  // in small steps
        const double horizon = curve.back().time;
        for (int step = 0; step < 1200; ++step)
            area += survival_at(curve, horizon * (step + 0.5) / 1200) * horizon / 1200;
        EXPECT_NEAR(restricted_mean(curve, horizon, {}).value, area, 1e-9 + 12 * horizon / 1200);
    }
}

TEST(Survival, StatesInAnyPiecesAreTheSameBytes) {
    Random random(702);
    for (std::uint32_t c = 0; c < cases(300); ++c) {
        SurvivalCase given = random_survival(random, {400, 0, true, 1, 1, 60});
        SurvivalTable whole(heap()), joined(heap());
        put(whole, given);
        shuffle(given, random);
        for (std::size_t from = 0; from < given.rows.size();) {
            SurvivalCase piece;
            const std::size_t size = 1 + random.below(given.rows.size());
            for (; piece.rows.size() < size && from < given.rows.size(); ++from)
                piece.rows.push_back(given.rows[from]);
            SurvivalTable part(heap()), read(heap());
            put(part, piece);
            read.decode(bytes_of(part));
            joined.merge(read);
        }
        ASSERT_EQ(bytes_of(joined), bytes_of(whole));
    }
}

TEST(Survival, DamagedTablesAreRefused) {
    Random random(703);
    const SurvivalCase given = random_survival(random, {20, 0, true, 1, 1, 6});
    SurvivalTable table(heap());
    put(table, given);
    const auto bytes = bytes_of(table);
    for (std::uint32_t c = 0; c < cases(5000); ++c) {
        auto damaged = bytes;
        if (random.percent(30)) damaged.resize(random.below(damaged.size()));
        if (!damaged.empty())
            damaged[random.below(damaged.size())] ^= static_cast<std::byte>(1 + random.below(255));
        SurvivalTable read(heap());
        try {
            read.decode(damaged);
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::invalid_binary);
            continue;
        }
        // What was accepted can be read like any other.
        read.kaplan_meier({}, heap());
        read.nelson_aalen({}, false, heap());
    }
}

TEST(Survival, NearlyEqualTimesAreOne) {
    SurvivalTable table(heap());
    table.add(0.1 + 0.2, true, {});
    table.add(0.3, true, {});
    table.add(0.4, false, {});
    const auto curve = table.kaplan_meier({}, heap());
    ASSERT_EQ(curve.size(), 2u);
    EXPECT_EQ(curve[0].events, 2);
}

TEST(Survival, TheMedianOfAFlatStretchIsItsMiddle) {
    SurvivalTable table(heap());
    for (const double time : {1, 2, 3, 4}) table.add(time, true, {});
    EXPECT_EQ(survival_quantile(table.kaplan_meier({}, heap()), 0.5).value, 2.5);
}

TEST(Survival, BeyondTheLastTimeNothingIsKnown) {
    SurvivalTable table(heap());
    table.add(1, true, {});
    table.add(5, false, {});
    const auto curve = table.kaplan_meier({}, heap());
    EXPECT_EQ(survival_at(curve, 0.5), 1);
    EXPECT_EQ(survival_at(curve, 5), 0.5);
    EXPECT_TRUE(std::isnan(survival_at(curve, 5.1)));
    EXPECT_TRUE(std::isnan(restricted_mean(curve, 6, {}).value));
    EXPECT_TRUE(std::isnan(survival_quantile(curve, 0.6).value));
}

TEST(Survival, BadNumbersAreRefused) {
    SurvivalTable table(heap());
    EXPECT_THROW(table.add(-1, true, {}), Error);
    EXPECT_THROW(table.add(INFINITY, true, {}), Error);
    EXPECT_THROW(table.add(NAN, true, {}), Error);
    EXPECT_THROW(table.add(2, true, 2), Error);
    EXPECT_THROW(table.add(2, true, -1), Error);
    EXPECT_NO_THROW(table.add(0, true, {}));
}

}  // namespace
}  // namespace journey::test
