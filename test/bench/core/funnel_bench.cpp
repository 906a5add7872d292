// The inner loops alone, without a server: journeys as a shop has them, in the
// processor's cache. `make bench` measures what a user sees.

#include <benchmark/benchmark.h>

#include <memory_resource>
#include <random>
#include <vector>

#include "core/events.hpp"
#include "core/funnel.hpp"

namespace {

using namespace journey;

constexpr Time second = 1'000'000;
constexpr const char* names[] = {"view_page", "view_product",   "search",      "add_to_cart", "login",
                                 "remove",    "begin_checkout", "add_payment", "purchase",    "support"};
constexpr double weights[] = {36, 27, 13, 8, 6, 3, 3, 2, 1.6, 0.4};

// 1000 journeys of about 50 events in visits over 60 days.
std::vector<std::vector<std::byte>> make_journeys(std::size_t mean_events) {
    auto& memory = *std::pmr::new_delete_resource();
    std::mt19937_64 random(1);
    std::discrete_distribution<std::uint32_t> event(std::begin(weights), std::end(weights));
    std::vector<std::vector<std::byte>> journeys;
    for (int customer = 0; customer < 1000; ++customer) {
        Vocabulary vocabulary(memory);
        EventList events(vocabulary, memory);
        const std::size_t n = 1 + random() % (2 * mean_events);
        Time at = 0;
        for (std::size_t i = 0; i < n; ++i) {
            if (i % 8 == 0) at = static_cast<Time>(random() % (60 * 86400)) * second;
            if (random() % 25 != 0) at += static_cast<Time>(random() % 40) * second;
            events.add(at, vocabulary.events.intern(names[event(random)], "event"));
        }
        const Bytes bytes = events.encode(memory);
        journeys.emplace_back(bytes.data, bytes.data + bytes.size);
        memory.deallocate(bytes.data, bytes.size);
    }
    return journeys;
}

void funnel_level_of_journeys(benchmark::State& state) {
    const auto journeys = make_journeys(static_cast<std::size_t>(state.range(0)));
    std::pmr::monotonic_buffer_resource memory;
    Funnel funnel(3, memory);
    funnel.options.within = static_cast<Span>(7 * 86400 * second);
    funnel.names.add_step(1, "view_product", "steps");
    funnel.names.add_step(2, "add_to_cart", "steps");
    funnel.names.add_step(3, "purchase", "steps");
    std::size_t events = 0;
    for (auto _ : state) {
        std::uint32_t sum = 0;
        for (const auto& bytes : journeys) {
            const JourneyView journey(bytes);
            events += journey.size();
            sum += funnel_level(journey, funnel, memory);
        }
        benchmark::DoNotOptimize(sum);
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(events));
}
BENCHMARK(funnel_level_of_journeys)->Arg(50)->Arg(1000);

}  // namespace
