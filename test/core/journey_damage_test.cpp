// What may go wrong under a journey: damaged bytes, memory that runs out, a user
// who cancels. Nothing may crash, leak or read out of bounds.
#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "core/edit.hpp"
#include "core/error.hpp"
#include "core/events.hpp"
#include "core/funnel.hpp"
#include "core/session.hpp"
#include "journey_model.hpp"
#include "poll.hpp"
#include "read_everything.hpp"

namespace journey::test {
namespace {

// On the heap in exactly this many bytes: the sanitizer sees every step beyond.
bool reads(const std::vector<std::byte>& bytes) {
    const auto exact = std::make_unique<std::byte[]>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), exact.get());
    return read_everything({exact.get(), bytes.size()});
}

std::vector<std::byte> copy_of(const Value& value) {
    return {value.bytes().begin(), value.bytes().end()};
}

std::vector<Events> samples() {
    Random random(201);
    std::vector<Events> all = {
        {},
        {{0, "a"}},
        {{0, "a"}, {1, "b"}, {1, "c"}, {7'000'000, "a"}},
        {{0, "a", "web", 1.5, 3}, {60'000'000, "b", {}, {}, 4}, {60'000'000, "a", "app", -2.0}},
        {{0, "a", "web", 1.5, 1}, {1, "b", "app", 2.5, 2}, {2, "c", "web", 3.5, 3}},
        {{min_time + 1, "a", {}, 1e300}, {max_time - 1, "view"}},
    };
    for (std::uint32_t i = 0; i < cases(6); ++i) all.push_back(random_events(random, random_columns(random)));
    return all;
}

TEST(JourneyDamage, SurvivesEveryChangedByte) {
    for (const Events& events : samples()) {
        const std::vector<std::byte> sound = copy_of(encode(events));
        ASSERT_TRUE(reads(sound));
        const std::size_t stride = sound.size() / 300 + 1;
        for (std::size_t at = 0; at < sound.size(); at += at < 40 ? 1 : stride) {
            for (unsigned change = 1; change < 256; change += at < 40 ? 1 : 7) {
                std::vector<std::byte> damaged = sound;
                damaged[at] ^= static_cast<std::byte>(change);
                reads(damaged);
            }
        }
    }
}

TEST(JourneyDamage, SurvivesEveryTruncationAndExtension) {
    for (const Events& events : samples()) {
        std::vector<std::byte> bytes = copy_of(encode(events));
        std::vector<std::byte> longer = bytes;
        longer.push_back(std::byte{0});
        // A value of another length is no value.
        EXPECT_FALSE(reads(longer));
        while (!bytes.empty()) {
            bytes.pop_back();
            EXPECT_FALSE(reads(bytes));
        }
    }
}

TEST(JourneyDamage, SurvivesSeveralChangedBytes) {
    Random random(202);
    const std::vector<Events> all = samples();
    for (std::uint32_t i = 0; i < cases(20000); ++i) {
        std::vector<std::byte> bytes = copy_of(encode(all[random.below(all.size())]));
        for (std::uint32_t k = 1 + random.below(4); k > 0; --k) {
            // Mostly the header and the layouts, where a change goes furthest.
            const std::size_t at = random.percent(50) ? random.below(std::min<std::size_t>(bytes.size(), 24))
                                                      : random.below(bytes.size());
            bytes[at] = random.percent(50)   ? static_cast<std::byte>(random.bits())
                        : random.percent(50) ? std::byte{0xff}
                                             : std::byte{0};
        }
        if (random.percent(20)) bytes.resize(random.below(bytes.size() + 20));
        reads(bytes);
    }
}

using Work = std::function<void(std::pmr::memory_resource&)>;

// Every way to work on these events that allocates, each giving back what it took.
std::vector<std::pair<const char*, Work>> workload(const Events& events, const JourneyView& a,
                                                   const JourneyView& b) {
    const auto bytes_from = [](auto make) {
        return [make](std::pmr::memory_resource& memory) { Value value(make(memory), memory); };
    };
    static const std::string_view name = "event1", label = "stage";
    const auto with_funnel = [](auto use) {
        return [use](std::pmr::memory_resource& memory) {
            Funnel funnel(3, memory);
            funnel.options.within = 1'000'000'000;
            funnel.options.limits.assign(3, 500'000'000);
            funnel.names.add_step(1, "event0|event1", "steps");
            funnel.names.add_step(2, "event1|event2", "steps");
            funnel.names.add_step(3, "event0|event3", "steps");
            funnel.names.exclude("event4", 1, 1, 3);
            funnel.options.exclusions = true;
            use(funnel, memory);
        };
    };
    return {
        {"encode",
         [&events](std::pmr::memory_resource& memory) {
             Vocabulary vocabulary(memory);
             EventList list(vocabulary, memory);
             for (const Event& event : events) {
                 EventExtra extra;
                 if (event.value) extra.value = *event.value;
                 if (event.tiebreak) extra.tiebreak = *event.tiebreak;
                 list.add(event.time, vocabulary.events.intern(event.name, "event"),
                          event.channel ? vocabulary.channels.intern(*event.channel, "channel") : no_channel,
                          extra);
             }
             Value value(list.encode(memory), memory);
         }},
        {"merge", bytes_from([&](auto& memory) { return merge(a, b, memory, 4); })},
        {"unite", bytes_from([&](auto& memory) { return unite(a, b, memory, 4); })},
        {"during", bytes_from([&](auto& memory) { return during(a, 0, max_time, memory, 4); })},
        {"keep", bytes_from([&](auto& memory) {
             return keep_events(a, {&name, 1}, memory, 4);
         })},
        {"drop", bytes_from([&](auto& memory) {
             return drop_events(a, {&name, 1}, {&name, 1}, memory, 4);
         })},
        {"relabel", bytes_from([&](auto& memory) {
             return relabel(a, {&name, 1}, {&label, 1}, "mapping", memory, 4);
         })},
        {"collapse", bytes_from([&](auto& memory) { return collapse(a, true, memory, 4); })},
        {"truncate_between",
         bytes_from([&](auto& memory) { return truncate_between(a, nullptr, nullptr, memory, 4).bytes; })},
        {"sessions",
         [&](std::pmr::memory_resource& memory) {
             count_sessions(a, {}, {&name, 1}, memory);
         }},
        {"funnel_level", with_funnel([&](const Funnel& f, auto& memory) { funnel_level(a, f, memory); })},
        {"funnel_chain", with_funnel([&](const Funnel& f, auto& memory) { funnel_chain(a, f, memory); })},
        {"funnel_attempts",
         with_funnel([&](const Funnel& f, auto& memory) { funnel_attempts(a, f, memory); })},
        {"funnel_level unordered", with_funnel([&](Funnel& f, auto& memory) {
             f.options.order = StepOrder::unordered;
             f.options.limits.clear();
             funnel_level(a, f, memory);
             funnel_chain(a, f, memory);
         })},
        {"funnel_level by channel", with_funnel([&](Funnel& f, auto& memory) {
             f.options.hold_channel = true;
             funnel_level(a, f, memory);
             funnel_chain(a, f, memory);
         })},
    };
}

Events varied_events(std::uint32_t count) {
    Events events;
    for (std::uint32_t i = 0; i < count; ++i) {
        Event event{static_cast<Time>(i / 3) * 1'000'000, "event" + std::to_string(i * 7 % 40)};
        if (i % 2 == 0) event.channel = "channel" + std::to_string(i % 5);
        if (i % 3 == 0) event.value = i * 0.25;
        if (i % 4 == 0) event.tiebreak = i;
        events.push_back(event);
    }
    return events;
}

TEST(JourneyDamage, SurvivesMemoryThatRunsOut) {
    const Events events = varied_events(100);
    const Value a = encode(events), b = encode(Events(events.begin() + 30, events.end()));
    const JourneyView a_view = a.view(), b_view = b.view();  // the work refers to them
    for (const auto& [name, work] : workload(events, a_view, b_view)) {
        SCOPED_TRACE(name);
        for (std::uint64_t fail_at = 1;; ++fail_at) {
            ASSERT_LT(fail_at, 10000u);
            WatchedMemory memory(fail_at);
            bool done = false;
            try {
                work(memory);
                done = true;
            } catch (const std::bad_alloc&) {
            }
            EXPECT_EQ(memory.alive(), 0u) << "after allocation " << fail_at;
            EXPECT_FALSE(memory.misused());
            EXPECT_NE(done, memory.failed()) << "allocation " << fail_at << " failed unnoticed";
            if (!memory.failed()) break;
        }
    }
}

TEST(JourneyDamage, CanBeCancelled) {
    const Events events = varied_events(60000);
    const Value a = encode(events), b = encode(Events(events.begin() + 30, events.end()));
    const JourneyView a_view = a.view(), b_view = b.view();  // the work refers to them
    for (const auto& [name, work] : workload(events, a_view, b_view)) {
        SCOPED_TRACE(name);
        std::pmr::monotonic_buffer_resource arena;
        const std::uint64_t before = polls_asked();
        work(arena);
        const std::uint64_t asked = polls_asked() - before;
        EXPECT_GE(asked, 1u) << "60000 events and nobody asked";
        for (std::uint64_t at = 1; at <= asked; at += asked / 20 + 1) {
            cancel_after(at);
            try {
                work(arena);
                ADD_FAILURE() << "not cancelled at question " << at;
            } catch (const Error& error) {
                EXPECT_EQ(error.code(), ErrorCode::cancelled);
            }
        }
        cancel_never();
    }
}

}  // namespace
}  // namespace journey::test
