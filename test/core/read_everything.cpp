#include "read_everything.hpp"

#include <memory_resource>
#include <string_view>

#include "core/edit.hpp"
#include "core/error.hpp"
#include "core/events.hpp"
#include "core/funnel.hpp"
#include "core/journey.hpp"
#include "core/session.hpp"

namespace journey::test {

namespace {

// Damage found late must not hide what another function would read.
template <class Work>
bool survives(Work work) {
    try {
        work();
        return true;
    } catch (const Error&) {
        return false;
    }
}

volatile std::uint64_t sink;

void read_columns(const JourneyView& view) {
    std::uint64_t sum = 0;
    for (const std::string_view name : view.event_names()) {
        for (const char c : name) sum += static_cast<unsigned char>(c);
    }
    for (std::uint32_t i = 0; i < view.size(); ++i) {
        sum += static_cast<std::uint64_t>(view.time(i));
        sum += view.event_names()[view.event(i)].size();
        if (const std::uint32_t channel = view.channel(i); channel != 0) {
            sum += view.channel_names()[channel - 1].size();
        }
        if (view.values().has(i)) sum += view.values().number(view.values().rank(i)) > 0 ? 1 : 0;
        if (view.tiebreaks().has(i)) {
            sum += static_cast<std::uint64_t>(view.tiebreaks().integer(view.tiebreaks().rank(i)));
        }
        sum += view.lower_bound(view.time(i));
    }
    sink = sum;
}

}  // namespace

bool read_everything(std::span<const std::byte> bytes) {
    std::pmr::monotonic_buffer_resource arena;
    JourneyView view;
    if (!survives([&] { view = JourneyView(bytes); })) return false;
    bool sound = survives([&] { read_columns(view); });
    const auto also = [&](auto work) { sound = survives(work) && sound; };

    bool canonical = false;
    also([&] { canonical = is_canonical(bytes, arena); });
    sound = sound && canonical;
    also([&] { sink = static_cast<std::uint64_t>(compare_journeys(bytes, bytes)); });
    also([&] { merge(view, view, arena, 4); });
    also([&] { unite(view, view, arena, 4); });
    if (view.empty()) return sound;
    const Time middle = view.time(view.size() / 2);
    also([&] { during(view, view.first_time(), middle, arena, 0); });
    also([&] { collapse(view, true, arena, 0); });
    std::string_view names[2] = {"a", "b"};
    also([&] {
        names[0] = view.event_names()[0];
        names[1] = view.event_names()[view.event(view.size() - 1)];
    });
    also([&] { keep_events(view, {names, 1}, arena, 0); });
    also([&] { drop_events(view, {names, 1}, {names + 1, 1}, arena, 0); });
    also([&] { relabel(view, {names, 1}, {names + 1, 1}, "mapping", arena, 0); });
    also([&] { truncate_between(view, &names[0], &names[1], arena, 0); });
    also([&] {
        SessionRules rules;
        rules.gap = 1'000'000;
        SessionReader sessions(view, rules, {names, 1}, arena);
        while (sessions.next()) {
        }
    });
    for (int variant = 0; variant < 7; ++variant) {
        Funnel funnel(3, arena);
        funnel.options.within = 3'600'000'000;
        funnel.options.hold_channel = variant == 1;
        if (variant == 2) funnel.options.order = StepOrder::next_event;
        if (variant == 3) funnel.options.order = StepOrder::unordered;
        if (variant == 4) funnel.options.entry = Entry::first;
        if (variant >= 5) {
            // Chains that pass a moment are matched anew while its targets are sought.
            funnel.options.optional = {0, 1, 0};
            funnel.options.order = variant == 5 ? StepOrder::next_event : StepOrder::any_gap;
            funnel.names.exclude("view", 1, 1, 3);
            funnel.options.exclusions = true;
        }
        funnel.names.add_step(1, "a", "steps");
        funnel.names.add_step(2, "b|view|event1", "steps");
        funnel.names.add_step(3, "a|c|buy", "steps");
        also([&] { sink = funnel_level(view, funnel, arena); });
        also([&] { funnel_chain(view, funnel, arena); });
        if (variant != 3) also([&] { funnel_attempts(view, funnel, arena); });
    }
    return sound;
}

}  // namespace journey::test
