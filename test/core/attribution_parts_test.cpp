// The parts of attribution: sums, powers and divisions to the last digit; states as bytes;
// memory that ends; long journeys.
#include <gtest/gtest.h>

#include <cmath>

#include "attribution_model.hpp"
#include "core/apportion.hpp"
#include "core/attribution_report.hpp"
#include "core/error.hpp"
#include "core/half_life.hpp"
#include "core/value_sum.hpp"
#include "poll.hpp"
#include "summary_parts.hpp"

namespace journey::test {
namespace {

constexpr Time day = 86'400'000'000;

TEST(AttributionParts, AHalfLifeIsRightToTheLastDigits) {
    Random random(6);
    for (std::uint32_t i = 0; i < cases(100000); ++i) {
        // From a microsecond to thousands of years, asked for in any unit of a journey.
        const auto half_life = std::uint64_t{1} << random.below(58) | std::uint64_t{random.below(1u << 31)};
        const std::uint64_t unit = unit_length[random.below(unit_count)];
        const HalfLife weight(half_life, unit);
        const auto age = [&](std::uint64_t units) {
            return static_cast<long double>(units) * static_cast<long double>(unit) /
                   static_cast<long double>(half_life);
        };
        EXPECT_LE(age(weight.furthest()), 60);
        EXPECT_GT(age(weight.furthest() + 1), 60);
        const auto part = static_cast<long double>(random.below(1u << 31)) / (1u << 31);
        const auto units = static_cast<std::uint64_t>(static_cast<long double>(weight.furthest()) * part);
        const auto exact = static_cast<double>(std::exp2(age(units)));
        EXPECT_NEAR(weight.power(units) / exact, 1, 0x1p-50) << units << " of " << unit << " / " << half_life;
        EXPECT_NEAR(weight.decay(units) * exact, 1, 0x1p-49) << units << " of " << unit << " / " << half_life;
        const std::uint64_t beyond = weight.furthest() + 1 + random.below(1000);
        EXPECT_NEAR(weight.decay(beyond), static_cast<double>(std::exp2(-age(beyond))), 0x1p-100);
    }
    EXPECT_EQ(HalfLife(7, 1).power(0), 1);
    EXPECT_EQ(HalfLife(7, 1).decay(0), 1);
    EXPECT_EQ(HalfLife(1, 1).decay(1'000'000'000'000), 0);
}

TEST(AttributionParts, AValueSumIsTheExactSumInAnyOrder) {
    Random random(7);
    for (std::uint32_t i = 0; i < cases(2000); ++i) {
        std::vector<double> terms;
        for (std::uint32_t n = random.below(30); n > 0; --n) {
            const int exponent = random.percent(90) ? static_cast<int>(random.between(-16, 33))
                                                    : static_cast<int>(random.between(-900, 900));
            terms.push_back(std::ldexp(static_cast<double>(random.between(-1'000'000'000, 1'000'000'000)),
                                       exponent - 30));
        }
        ExactSum exact(heap());
        for (double term : terms) exact.add(term);
        ValueSum one(heap()), two(heap());
        for (double term : terms) (random.percent(50) ? one : two).add(term);
        one.add(two);
        EXPECT_EQ(one.value(), exact.value());
    }
}

TEST(AttributionParts, AValueSumDoesNotOverflow) {
    ValueSum sum(heap());
    sum.add(4e9);
    // Doubled 40 times: more than 128 bits of its unit.
    for (int i = 0; i < 40; ++i) {
        ValueSum again(heap());
        again.add(sum);
        sum.add(again);
    }
    EXPECT_EQ(sum.value(), std::ldexp(4e9, 40));
}

TEST(AttributionParts, PartsSumToTheirTotal) {
    Random random(8);
    for (std::uint32_t i = 0; i < cases(5000); ++i) {
        const int exponent = static_cast<int>(random.between(-200, 200));
        std::vector<double> parts;
        double total = 0;
        for (std::uint32_t n = 1 + random.below(20); n > 0; --n) {
            parts.push_back(
                random.percent(20) ? 0 : std::ldexp(static_cast<double>(random.bits() >> 11), exponent));
            total += parts.back();
        }
        std::vector<Decimal> divided(parts.size());
        apportion(total, parts, divided, heap());
        std::int64_t units = 0;
        for (std::size_t n = 0; n < parts.size(); ++n) {
            EXPECT_EQ(divided[n].scale, decimal(total).scale);
            EXPECT_NEAR(divided[n].real(), parts[n], 2e-15 * total * 10);
            units += divided[n].units;
            if (parts[n] != 0) continue;
            EXPECT_EQ(divided[n].units, 0);
        }
        EXPECT_EQ(units, decimal(total).units);
    }
}

TEST(AttributionParts, DecimalsKeepFifteenDigits) {
    EXPECT_EQ(decimal(19.99).real(), 19.99);
    EXPECT_EQ(decimal(0).units, 0);
    EXPECT_EQ(decimal(-0.1).units, -100'000'000'000'000);
    EXPECT_EQ(decimal(1e200).real(), 1e200);
    EXPECT_EQ(decimal(123456789012345).units, 123456789012345);
}

TEST(AttributionParts, BytesOfAStateAreNotTrusted) {
    Random random(9);
    ModelAttribution given = random_attribution(random);
    const AttributionRules& rules = given.rules(heap());
    AttributionReader reader(rules, heap());
    AttributionSummary summary(heap());
    summary.use(rules);
    for (int i = 0; i < 20; ++i) {
        const Value value = encode(random_shopper(random));
        summary.add(reader, value.view());
    }
    const auto bytes = bytes_of(summary);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        AttributionSummary read(heap());
        EXPECT_THROW(read.decode({bytes.data(), length}), Error);
    }
    for (std::uint32_t i = 0; i < cases(3000); ++i) {
        auto damaged = bytes;
        damaged[random.below(damaged.size())] = static_cast<std::byte>(random.below(256));
        AttributionSummary read(heap());
        try {
            read.decode(damaged);
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::invalid_binary);
        }
    }
}

TEST(AttributionParts, NothingLeaksWhenMemoryEnds) {
    Random random(10);
    ModelAttribution given = random_attribution(random);
    std::vector<Events> customers;
    for (int i = 0; i < 4; ++i) customers.push_back(random_shopper(random));
    const auto values = encoded(customers);
    for (std::uint64_t fail_at = 1;; ++fail_at) {
        WatchedMemory memory(fail_at);
        try {
            const AttributionRules& rules = given.rules(memory);
            AttributionReader reader(rules, memory);
            AttributionSummary summary(memory);
            summary.use(rules);
            for (const Value& value : values) summary.add(reader, value.view());
            summary.rows();
        } catch (const std::bad_alloc&) {
        }
        given.rules(heap());
        EXPECT_EQ(memory.alive(), 0u);
        EXPECT_FALSE(memory.misused());
        if (!memory.failed() || fail_at > 300) break;
    }
}

TEST(AttributionParts, ALongJourneyCanBeCancelledAndIsLinear) {
    Events events;
    for (int i = 0; i < 60000; ++i) {
        Event event;
        event.time = i * day / 100;
        event.name = i % 3 == 0 ? "buy" : "visit";
        event.channel = i % 2 == 0 ? "ads" : "email";
        events.push_back(event);
    }
    const Value value = encode(events);
    ModelAttribution given;
    given.models = {AttributionModel::linear, AttributionModel::time_decay, AttributionModel::position};
    given.lookback = 100 * Span{day};
    const AttributionRules& rules = given.rules(heap());
    AttributionReader reader(rules, heap());
    AttributionSummary summary(heap());
    summary.use(rules);
    const std::uint64_t before = polls_asked();
    summary.add(reader, value.view());
    // A few passes over 60000 events, not 20000 times 10000 touches.
    EXPECT_LT(polls_asked() - before, 100u);
    cancel_after(3);
    EXPECT_THROW(summary.add(reader, value.view()), Error);
    cancel_never();
}

}  // namespace
}  // namespace journey::test
