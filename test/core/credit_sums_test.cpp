// Sums of credits and values against sums of any length, which round once.
#include "core/credit_sums.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "support.hpp"

namespace journey::test {
namespace {

std::pmr::memory_resource& heap() {
    return *std::pmr::new_delete_resource();
}

double real(Random& random) {
    return std::ldexp(static_cast<double>(random.bits() >> 11), -53);
}

struct Gain {
    std::uint32_t channel = 0;
    std::vector<double> credits;
    std::optional<double> value;
};

double random_credit(Random& random) {
    switch (random.below(6)) {
        case 0:
            return 0;
        case 1:
            return 1;
        case 2:  // far below the last bin
            return std::ldexp(1.0 / 3, -static_cast<int>(random.below(80)));
        default:
            return real(random);
    }
}

std::optional<double> random_value(Random& random) {
    switch (random.below(8)) {
        case 0:
            return std::nullopt;
        case 1:
            return (random.below(2) == 0 ? -1 : 1) * std::ldexp(real(random), 960);
        case 2:
            return std::ldexp(real(random), -900);
        case 3:
            return std::ldexp(1, 31) * (random.below(2) == 0 ? -1 : 1);
        default:
            return static_cast<double>(static_cast<std::int64_t>(random.below(2'000'000)) - 300'000) / 100;
    }
}

std::vector<Gain> random_gains(Random& random, std::size_t models, std::size_t count) {
    const bool everyday = random.below(2) == 0;
    std::vector<Gain> gains(count);
    for (Gain& gain : gains) {
        gain.channel = static_cast<std::uint32_t>(random.below(3));
        for (std::size_t model = 0; model < models; ++model)
            gain.credits.push_back(everyday ? real(random) : random_credit(random));
        if (models % 2 != 0) gain.credits.push_back(0);
        if (everyday) {
            gain.value = static_cast<double>(random.below(100'000)) / 100;
        } else {
            gain.value = random_value(random);
        }
    }
    return gains;
}

template <class Check>
void for_random_cases(std::uint64_t salt, std::uint32_t usual, Check check) {
    Random random(salt);
    for (std::uint32_t i = 0; i < cases(usual) && !testing::Test::HasFailure(); ++i) {
        SCOPED_TRACE("JOURNEY_SEED=" + std::to_string(seed()) + " case " + std::to_string(i));
        check(random);
    }
}

struct Sums {
    explicit Sums(std::size_t models) : sums(heap()) {
        sums.use(models);
        for (int channel = 0; channel < 3; ++channel) sums.add_channel();
    }
    CreditSums sums;
};

// The credit as a whole multiple of 2^-60, to the nearest, and the product, rounded.
void add_plainly(const Gain& gain, std::size_t model, __int128& credit, ExactSum& value) {
    const double units = std::ldexp(gain.credits[model], 60);
    credit += static_cast<__int128>(units < 0x1p53 ? std::nearbyint(units) : units);
    if (gain.value) value.add(*gain.value * gain.credits[model]);
}

TEST(CreditSums, AreExactInAnyOrder) {
    for_random_cases(1, 60, [](Random& random) {
        const std::size_t models = 1 + random.below(11);
        // Bins are carried over after 2048 conversions of a channel.
        auto gains = random_gains(random, models, 1 + random.below(12'000));
        Sums in_order(models), shuffled(models), first(models), second(models);
        for (const Gain& gain : gains) in_order.sums.add(gain.channel, gain.credits.data(), gain.value);
        for (std::size_t i = gains.size(); i > 1; --i) std::swap(gains[i - 1], gains[random.below(i)]);
        for (const Gain& gain : gains) {
            shuffled.sums.add(gain.channel, gain.credits.data(), gain.value);
            (random.below(2) == 0 ? first : second).sums.add(gain.channel, gain.credits.data(), gain.value);
        }
        for (std::uint32_t channel = 0; channel < 3; ++channel) {
            for (std::size_t model = 0; model < models; ++model) {
                first.sums.add(channel, model, second.sums.total(channel, model));
                __int128 credit = 0;
                ExactSum value(heap());
                for (const Gain& gain : gains) {
                    if (gain.channel == channel) add_plainly(gain, model, credit, value);
                }
                for (const Sums* each : {&in_order, &shuffled, &first}) {
                    const CreditTotal total = each->sums.total(channel, model);
                    EXPECT_TRUE((static_cast<__int128>(total.high) << 64 | total.low) == credit);
                    EXPECT_EQ(total.value.value(), value.value());
                }
            }
        }
    });
}

TEST(CreditSums, OfManyConversionsAtOnce) {
    for_random_cases(2, 200, [](Random& random) {
        const Gain gain = random_gains(random, 3, 1).front();
        const std::uint32_t times = 1 + random.below(5000);
        Sums at_once(3), one_by_one(3);
        at_once.sums.add_at_length(gain.channel, gain.credits.data(), times, gain.value);
        for (std::uint32_t i = 0; i < times; ++i) {
            one_by_one.sums.add(gain.channel, gain.credits.data(), i == 0 ? gain.value : std::nullopt);
        }
        for (std::size_t model = 0; model < 3; ++model) {
            const CreditTotal a = at_once.sums.total(gain.channel, model);
            const CreditTotal b = one_by_one.sums.total(gain.channel, model);
            EXPECT_EQ(a.low, b.low);
            EXPECT_EQ(a.high, b.high);
            EXPECT_EQ(a.value.value(), b.value.value());
        }
    });
}

}  // namespace
}  // namespace journey::test
