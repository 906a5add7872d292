// Markov attribution against a chain that is walked once more without each channel.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <memory>

#include "attribution_model.hpp"
#include "core/error.hpp"
#include "core/markov.hpp"
#include "poll.hpp"

namespace journey::test {
namespace {

std::pmr::memory_resource& heap() {
    return *std::pmr::new_delete_resource();
}

std::vector<std::byte> bytes_of(const MarkovSummary& summary) {
    std::vector<std::byte> bytes(summary.encoded_size());
    summary.encode(bytes.data());
    return bytes;
}

void add(MarkovSummary& summary, const CountedPath& path, std::uint32_t order) {
    const std::vector<std::string_view> names(path.channels.begin(), path.channels.end());
    summary.use(order, "(unattributed)");
    summary.add_path(names, path.conversions, path.value, path.nulls);
}

std::vector<CountedPath> random_paths(Random& random) {
    std::vector<CountedPath> paths(1 + random.below(12));
    const std::uint32_t channels = 1 + random.below(5);
    for (CountedPath& path : paths) {
        for (std::uint32_t n = random.below(7); n > 0; --n)
            path.channels.push_back(std::string(1, static_cast<char>('a' + random.below(channels))));
        path.conversions = random.below(4);
        path.nulls = random.below(6);
        if (path.conversions > 0) path.value = static_cast<double>(random.below(10000)) / 100;
    }
    return paths;
}

// Rows as text, to tell whether two reports are the same to the last bit.
std::string text_of(const MarkovSummary& summary) {
    std::string text;
    char line[300];
    for (const MarkovRow& row : summary.rows()) {
        std::snprintf(line, sizeof line, "%.*s %a %lld %lld %a\n", static_cast<int>(row.channel.size()),
                      row.channel.data(), row.removal_effect.value_or(-1),
                      static_cast<long long>(row.conversions.units),
                      static_cast<long long>(row.value ? row.value->units : -1), row.share);
        text += line;
    }
    for (const MarkovStep& step : summary.steps()) {
        std::snprintf(line, sizeof line, "%s to %.*s %llu %a\n", step.from.c_str(),
                      static_cast<int>(step.to.size()), step.to.data(),
                      static_cast<unsigned long long>(step.count), step.probability);
        text += line;
    }
    return text;
}

// The example of the literature: c1 > c2 > c3 converts, c1 does not, c2 > c3 does not.
TEST(MarkovExample, RemovalEffectsOfThreePaths) {
    MarkovSummary summary(heap());
    add(summary, {{"c1", "c2", "c3"}, 1, 0, 10}, 1);
    add(summary, {{"c1"}, 0, 1, 0}, 1);
    add(summary, {{"c2", "c3"}, 0, 1, 0}, 1);
    std::map<std::string, double> effects;
    for (const MarkovRow& row : summary.rows()) effects[std::string(row.channel)] = *row.removal_effect;
    EXPECT_DOUBLE_EQ(effects["c1"], 0.5);
    EXPECT_DOUBLE_EQ(effects["c2"], 1);
    EXPECT_DOUBLE_EQ(effects["c3"], 1);
}

TEST(MarkovExample, WhatHasNoTouchIsARowOfItsOwn) {
    MarkovSummary summary(heap());
    add(summary, {{"a"}, 3, 1, 30}, 1);
    add(summary, {{}, 2, 5, 7}, 1);
    const auto rows = summary.rows();
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].conversions.real(), 3);
    EXPECT_EQ(rows[1].channel, "(unattributed)");
    EXPECT_FALSE(rows[1].removal_effect.has_value());
    EXPECT_EQ(rows[1].conversions.real(), 2);
    EXPECT_EQ(rows[1].value->real(), 7);
}

TEST(MarkovExample, WithoutConversionsThereIsNoEffect) {
    MarkovSummary summary(heap());
    add(summary, {{"a", "b"}, 0, 1, 0}, 2);
    for (const MarkovRow& row : summary.rows()) {
        EXPECT_FALSE(row.removal_effect.has_value());
        EXPECT_EQ(row.conversions.units, 0);
        EXPECT_FALSE(row.value.has_value());
    }
}

TEST(MarkovExample, TooManyStatesAreRefused) {
    MarkovSummary summary(heap());
    for (std::uint32_t i = 0; i <= max_markov_states; ++i) add(summary, {{std::to_string(i)}, 1, 0, 1}, 1);
    EXPECT_THROW(summary.rows(), Error);
    EXPECT_EQ(summary.steps().size(), 2 * (max_markov_states + 1));
}

TEST(MarkovProperty, EffectsAreWhatIsLostWithoutAChannelAndDoNotDependOnTheOrder) {
    Random random(1);
    for (std::uint32_t i = 0; i < cases(600) && !testing::Test::HasFailure(); ++i) {
        SCOPED_TRACE("JOURNEY_SEED=" + std::to_string(seed()) + " case " + std::to_string(i));
        const std::vector<CountedPath> paths = random_paths(random);
        const std::uint32_t order = 1 + random.below(4);
        MarkovSummary straight(heap());
        straight.use(order, "(unattributed)");
        for (const CountedPath& path : paths) add(straight, path, order);
        // Backwards, in parts, through bytes.
        MarkovSummary first(heap()), second(heap());
        for (std::size_t n = paths.size(); n-- > 0;)
            add(random.percent(50) ? first : second, paths[n], order);
        MarkovSummary merged(heap());
        merged.use(order, "(unattributed)");
        merged.decode(bytes_of(second));
        merged.merge(first);
        EXPECT_EQ(text_of(straight), text_of(merged));

        std::uint64_t conversions = 0, credited = 0;
        double value = 0, credited_value = 0;
        for (const CountedPath& path : paths) {
            conversions += path.conversions;
            value += path.value;
            if (path.channels.empty()) continue;
            credited += path.conversions;
            credited_value += path.value;
        }
        const auto effects = model_removal(paths, order);
        std::int64_t credits = 0, values = 0;
        double sum = 0, value_sum = 0;
        for (const auto& [channel, effect] : effects) sum += effect.conversions, value_sum += effect.value;
        for (const MarkovRow& row : straight.rows()) {
            credits += row.conversions.units;
            if (row.value) values += row.value->units;
            if (!row.removal_effect) continue;
            const ModelEffect& effect = effects.at(std::string(row.channel));
            EXPECT_NEAR(*row.removal_effect, effect.conversions, 1e-9) << row.channel;
            EXPECT_NEAR(row.conversions.real(), static_cast<double>(credited) * effect.conversions / sum,
                        1e-9);
            if (credited_value == 0) continue;
            EXPECT_NEAR(row.value->real(), credited_value * effect.value / value_sum, 1e-8);
        }
        EXPECT_EQ(credits, decimal(static_cast<double>(conversions)).units);
        EXPECT_NEAR(static_cast<double>(values), static_cast<double>(decimal(value).units), 1);
    }
}

TEST(MarkovProperty, JourneysAreWalkedAsTheirPaths) {
    Random random(2);
    for (std::uint32_t i = 0; i < cases(500) && !testing::Test::HasFailure(); ++i) {
        ModelAttribution given = random_attribution(random);
        const std::uint32_t order = 1 + random.below(3);
        const AttributionRules& rules = given.rules(heap());
        AttributionReader reader(rules, heap());
        MarkovSummary from_journeys(heap()), from_paths(heap());
        std::string told;
        from_journeys.use(order, "(unattributed)");
        from_paths.use(order, "(unattributed)");
        for (std::uint32_t n = 1 + random.below(5); n > 0; --n) {
            const Events events = random_shopper(random);
            told += describe(events) + "\n\n";
            const Value value = encode(events);
            from_journeys.add(reader, value.view());
            const auto walk = [&](const std::vector<std::size_t>& touches, CountedPath path, bool valued) {
                for (std::size_t touch : touches)
                    path.channels.push_back(model_channel(events[touch], given));
                const std::vector<std::string_view> names(path.channels.begin(), path.channels.end());
                from_paths.add_path(names, path.conversions,
                                    valued ? std::optional(path.value) : std::nullopt, path.nulls);
            };
            for (const ModelPath& path : model_paths(events, given)) {
                const auto& own = events[path.conversion].value;
                walk(path.touches, {{}, 1, 0, own.value_or(0)}, own.has_value());
            }
            walk(model_rest(events, given), {{}, 0, 1, 0}, false);
        }
        SCOPED_TRACE("JOURNEY_SEED=" + std::to_string(seed()) + " case " + std::to_string(i) + "\n" + told);
        EXPECT_EQ(text_of(from_journeys), text_of(from_paths));
    }
}

// Each of many conversions has the path of the one before and one touch more. To walk every
// path from its start would take 10^10 steps.
TEST(MarkovProperty, ManyConversionsOfACustomerAreWalkedInLinearTime) {
    constexpr std::uint32_t visits = 100'000, before = 1000;
    for (bool fallback : {false, true}) {
        ModelAttribution given;
        if (fallback) given.direct = DirectRule::fallback;
        Events events;
        Time at = 0;
        const auto visit = [&](const char* channel) {
            events.push_back({at++, "see", channel, {}, {}});
            events.push_back({at++, "buy", {}, 2.0, {}});
        };
        // With direct touches as a fallback these paths are given up at the first other touch.
        for (std::uint32_t i = 0; i < before; ++i) visit("direct");
        for (std::uint32_t i = 0; i < visits; ++i) visit(i % 2 == 0 ? "a" : "b");
        const Value value = encode(events);
        AttributionReader reader(given.rules(heap()), heap());
        MarkovSummary summary(heap());
        summary.use(1, "(unattributed)");
        const std::uint64_t asked = polls_asked();
        summary.add(reader, value.view());
        EXPECT_LT(polls_asked() - asked, 1000u);

        // Conversion n has the touches 0 to n, of its own kind if direct ones are a fallback.
        std::map<std::string, std::uint64_t> wanted, found;
        const auto name = [&](std::uint64_t touch) -> std::string {
            return touch < before ? "direct" : (touch - before) % 2 == 0 ? "a" : "b";
        };
        constexpr std::uint64_t touches = before + visits;
        for (std::uint64_t touch = 0; touch < touches; ++touch) {
            const bool first = touch == 0 || (fallback && touch == before);
            const std::uint64_t paths = (fallback && touch < before ? before : touches) - touch;
            wanted[(first ? "(start)" : name(touch - 1)) + " to " + name(touch)] += paths;
            ++wanted[name(touch) + " to (conversion)"];
        }
        for (const MarkovStep& step : summary.steps())
            found[std::string(step.from) + " to " + std::string(step.to)] = step.count;
        EXPECT_EQ(found, wanted) << (fallback ? "fallback" : "any");
    }
}

TEST(MarkovProperty, TheFirstOrderChainConvertsAsOftenAsThePaths) {
    Random random(3);
    for (std::uint32_t i = 0; i < cases(300); ++i) {
        const std::vector<CountedPath> paths = random_paths(random);
        std::map<std::string, double> out;
        MarkovSummary summary(heap());
        double conversions = 0, walks = 0;
        for (const CountedPath& path : paths) {
            add(summary, path, 1);
            if (path.channels.empty()) continue;
            conversions += static_cast<double>(path.conversions);
            walks += static_cast<double>(path.conversions + path.nulls);
        }
        double found = 0, started = 0;
        for (const MarkovStep& step : summary.steps()) {
            if (step.from == "(start)") started += static_cast<double>(step.count);
            if (step.to == "(conversion)") found += static_cast<double>(step.count);
            out[std::string(step.from)] += step.probability;
        }
        EXPECT_EQ(found, conversions);
        EXPECT_EQ(started, walks);
        for (const auto& [from, sum] : out) EXPECT_NEAR(sum, 1, 1e-12) << from;
    }
}

// More states than the solver takes at once.
TEST(MarkovProperty, AChainOfManyStatesIsSolvedAsASmallOne) {
    Random random(6);
    std::vector<CountedPath> paths(400);
    for (CountedPath& path : paths) {
        for (std::uint32_t n = 1 + random.below(6); n > 0; --n)
            path.channels.push_back(std::string(1, static_cast<char>('a' + random.below(12))));
        path.conversions = random.below(3);
        path.nulls = random.below(3);
        path.value = static_cast<double>(path.conversions) * 10;
    }
    for (std::uint32_t order : {1u, 2u}) {
        MarkovSummary summary(heap());
        for (const CountedPath& path : paths) add(summary, path, order);
        const auto effects = model_removal(paths, order);
        EXPECT_EQ(effects.size(), 12u);
        for (const MarkovRow& row : summary.rows())
            EXPECT_NEAR(*row.removal_effect, effects.at(std::string(row.channel)).conversions, 1e-9);
    }
}

TEST(MarkovParts, BytesOfAStateAreNotTrusted) {
    Random random(4);
    MarkovSummary summary(heap());
    for (const CountedPath& path : random_paths(random)) add(summary, path, 2);
    const auto bytes = bytes_of(summary);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        MarkovSummary read(heap());
        EXPECT_THROW(read.decode({bytes.data(), length}), Error);
    }
    for (std::uint32_t i = 0; i < cases(3000); ++i) {
        auto damaged = bytes;
        damaged[random.below(damaged.size())] = static_cast<std::byte>(random.below(256));
        MarkovSummary read(heap());
        try {
            read.decode(damaged);
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::invalid_binary);
        }
    }
}

TEST(MarkovParts, ALargeChainIsSolvedAndCanBeCancelled) {
    Random random(5);
    MarkovSummary summary(heap());
    for (int i = 0; i < 3000; ++i) {
        CountedPath path;
        for (std::uint32_t n = 1 + random.below(10); n > 0; --n)
            path.channels.push_back(std::to_string(random.below(300)));
        path.conversions = random.below(3);
        path.nulls = 1;
        add(summary, path, 1);
    }
    const std::uint64_t before = polls_asked();
    double lost = 0;
    for (const MarkovRow& row : summary.rows()) lost += *row.removal_effect;
    EXPECT_GT(lost, 1);
    EXPECT_GT(polls_asked() - before, 300u);
    cancel_after(100);
    EXPECT_THROW(summary.rows(), Error);
    cancel_never();
}

}  // namespace
}  // namespace journey::test
