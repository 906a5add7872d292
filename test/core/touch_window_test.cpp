// A window that moves over touches, against counting and weighing all of them each time.
#include "core/touch_window.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "journey_model.hpp"
#include "support.hpp"

namespace journey::test {
namespace {

std::pmr::memory_resource& heap() {
    return *std::pmr::new_delete_resource();
}

Events random_events(Random& random, std::uint32_t channels) {
    static constexpr Time units[] = {1, 1'000'000, 86'400'000'000};
    const Time unit = units[random.below(3)];
    const std::int64_t most = random.percent(50) ? 100 : 100'000;
    Events events(1 + random.below(300));
    const std::uint32_t touched = random.percent(50) ? 95 : 20;
    for (Event& event : events) {
        event.time = unit * random.between(0, most);
        event.name = "visit";
        if (random.percent(touched))
            event.channel = std::string(1, static_cast<char>('a' + random.below(channels)));
    }
    return sorted(events);
}

// Neither bound goes back.
std::vector<RowRange> random_windows(Random& random, std::uint32_t rows) {
    std::vector<RowRange> windows(1 + random.below(40));
    for (RowRange& window : windows) window = {random.below(rows + 1), random.below(rows + 1)};
    std::vector<std::uint32_t> from, to;
    for (const RowRange& window : windows) {
        from.push_back(std::min(window.from, window.to));
        to.push_back(std::max(window.from, window.to));
    }
    std::sort(from.begin(), from.end());
    std::sort(to.begin(), to.end());
    for (std::size_t i = 0; i < windows.size(); ++i) windows[i] = {from[i], to[i]};
    return windows;
}

void check(const TouchWindow& window, RowRange rows, const JourneyView& journey, Span half_life) {
    const std::uint32_t channels = journey.channel_names().size();
    std::vector<std::uint32_t> counts(channels, 0);
    std::vector<double> weights(channels, 0);
    std::uint32_t size = 0, first = no_row, last = no_row;
    for (std::uint32_t row = rows.from; row < rows.to; ++row) {
        if (journey.channel(row) == 0) continue;
        ++counts[journey.channel(row) - 1];
        ++size;
        first = std::min(first, row);
        last = row;
    }
    ASSERT_EQ(window.size(), size);
    ASSERT_EQ(window.empty(), size == 0);
    if (size == 0) return;
    EXPECT_EQ(window.first(), first);
    EXPECT_EQ(window.last(), last);
    double total = 0, expected = 0;
    for (std::uint32_t row = first; row <= last; ++row) {
        if (journey.channel(row) == 0) continue;
        const auto age = static_cast<double>(elapsed(journey.time(row), journey.time(last)));
        weights[journey.channel(row) - 1] += std::exp2(-age / static_cast<double>(half_life));
    }
    for (std::uint32_t channel = 0; channel < channels; ++channel) {
        EXPECT_EQ(window.count(channel), counts[channel]);
        total += window.weight(channel, window.weight_scale());
        expected += weights[channel];
    }
    for (std::uint32_t channel = 0; channel < channels; ++channel) {
        EXPECT_NEAR(window.weight(channel, window.weight_scale()) / total, weights[channel] / expected,
                    1e-13);
    }
}

TEST(TouchWindow, CountsAndWeighsWhatIsInIt) {
    Random random(1);
    // A window has one half-life.
    const Span half_lives[] = {5'000'000, 7 * Span{86'400'000'000}};
    TouchWindow windows_of[] = {TouchWindow(heap()), TouchWindow(heap())};
    for (std::uint32_t i = 0; i < cases(3000) && !testing::Test::HasFailure(); ++i) {
        const Events events = random_events(random, 1 + random.below(6));
        SCOPED_TRACE("JOURNEY_SEED=" + std::to_string(seed()) + " case " + std::to_string(i) + "\n" +
                     describe(events));
        const Value value = encode(events);
        const JourneyView journey = value.view();
        const auto windows = random_windows(random, journey.size());
        const std::size_t which = random.below(2);
        const Span half_life = half_lives[which];
        TouchWindow& window = windows_of[which];
        const RowRange rows{windows.front().from, windows.back().to};
        window.begin(journey, journey.channel_names().size(), rows, {true, half_life}, windows);
        if (journey.has_channels()) {
            window.codes().set_all(journey, journey.channel_names().size(), {});
        } else {
            for (std::uint32_t row = rows.from; row < rows.to; ++row) window.codes().set(row, 0);
        }
        for (const RowRange& each : windows) {
            if (random.percent(20)) continue;
            window.move(each);
            check(window, each, journey, half_life);
        }
    }
}

}  // namespace
}  // namespace journey::test
