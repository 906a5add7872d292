// Attempts: what must hold for any journey and any options.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/events.hpp"
#include "funnel_case.hpp"

namespace journey::test {
namespace {

std::string fault_of(const FunnelCase& given) {
    std::pmr::memory_resource& memory = *std::pmr::new_delete_resource();
    const Bytes bytes = encode_case(given, memory);
    const JourneyView view({bytes.data, bytes.size});
    Funnel funnel(given.options.steps, memory);
    fill(funnel, given);
    const std::uint32_t level = funnel_level(view, funnel, memory);
    const auto attempts = funnel_attempts(view, funnel, memory);
    memory.deallocate(bytes.data, bytes.size);

    FunnelCase any_entry = given;  // Entry::first is about the first attempt only
    any_entry.options.entry = Entry::latest;
    std::string fault, text;
    std::set<std::uint32_t> used;
    std::uint32_t best = 0;
    Time last_start = INT64_MIN;
    for (const Chain& attempt : attempts) {
        text += "\n  attempt: " + describe(attempt);
        if (attempt.level == 0) fault = "an attempt that is none";
        std::vector<int> rows;
        for (const std::uint32_t row : attempt.rows) {
            rows.push_back(row == no_row ? none : static_cast<int>(row));
            const bool again = row != no_row && !used.insert(row).second;
            if (again && !given.options.reuse_event) fault = "an event in two places";
        }
        if (!is_chain(any_entry, rows)) fault = "a chain that is none";
        if (attempt.level > 0 && attempt.start() < last_start) fault = "attempts out of order";
        if (attempt.level > 0) last_start = attempt.start();
        best = std::max(best, attempt.level);
    }
    if (best > level && given.options.entry != Entry::first)
        fault = "an attempt that comes further than the funnel";
    if ((level == 0) != attempts.empty() && given.options.on_exclusion == OnExclusion::stop) {
        fault = "no attempt though there is an entry, or the other way round";
    }
    // With the earliest entry an attempt that fails takes later entries with it.
    const bool free = given.options.entry == Entry::latest && !given.options.exclusions;
    if (free && (best == given.options.steps) != (level == given.options.steps)) {
        fault = "completed attempts and the funnel's level contradict each other";
    }
    return fault.empty()
               ? ""
               : fault + "\n  case: " + describe(given) + "\n  level " + std::to_string(level) + text;
}

void expect_sound_attempts(std::uint64_t salt, std::uint32_t usual, const Mix& mix) {
    Random random(salt);
    for (std::uint32_t i = 0; i < cases(usual); ++i) {
        const FunnelCase given = random_case(random, mix);
        if (given.options.steps == 0 || fault_of(given).empty()) continue;
        FAIL() << fault_of(shrink(
                      given, [](const FunnelCase& c) { return c.options.steps > 0 && !fault_of(c).empty(); }))
               << "\n  (case " << i << " of JOURNEY_SEED=" << seed() << ")";
    }
}

TEST(FunnelAttempts, AreChainsThatShareNothing) {
    expect_sound_attempts(401, 4000, {});
}

TEST(FunnelAttempts, AreChainsThatShareNothingWhicheverTheEntry) {
    Mix mix;
    mix.earliest = 50;
    mix.first = 50;
    expect_sound_attempts(402, 3000, mix);
}

TEST(FunnelAttempts, AreChainsThatShareNothingUnderAnyOptions) {
    Mix mix;
    mix.limits = mix.optional = mix.next_event = mix.reentry = mix.exclusions = mix.discard = 25;
    mix.earliest = mix.in_order = mix.strict = mix.hold_channel = mix.reuse_event = 20;
    expect_sound_attempts(403, 5000, mix);
}

}  // namespace
}  // namespace journey::test
