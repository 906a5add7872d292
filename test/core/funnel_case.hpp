// Random funnels, put to the oracle and to the implementation.
#pragma once

#include <functional>
#include <memory_resource>
#include <string>

#include "core/memory.hpp"
#include "funnel_oracle.hpp"
#include "support.hpp"

namespace journey::test {

// How often (in percent) a random case uses an option.
struct Mix {
    std::uint32_t several_steps = 25;  // a kind of event satisfies more than one step
    std::uint32_t nothing = 15;        // a row is no step
    std::uint32_t limits = 0;
    std::uint32_t optional = 0;
    std::uint32_t next_event = 0;
    std::uint32_t reentry = 0;  // of those with next_event
    std::uint32_t unordered = 0;
    std::uint32_t exclusions = 0;
    std::uint32_t excluded_steps = 0;    // of those with exclusions: a step's event is excluded too
    std::uint32_t whole_exclusions = 0;  // exclusions from the first to the last step, of no steps
    std::uint32_t discard = 0;           // of those with exclusions
    std::uint32_t earliest = 0;
    std::uint32_t first = 0;
    std::uint32_t in_order = 0;
    std::uint32_t strict = 0;
    std::uint32_t grace = 0;
    std::uint32_t hold_channel = 0;
    std::uint32_t reuse_event = 0;
    std::uint32_t deduplicate = 0;
    std::uint32_t max_rows = 7;
    std::uint32_t max_steps = 5;
};

FunnelCase random_case(Random& random, const Mix& mix);

// The case as the core takes it.
StepKinds kinds_of(const FunnelCase& given, std::pmr::memory_resource& memory);
std::vector<FunnelRow> rows_of(const FunnelCase& given);
// Kind k is the event "k<k>"; the order of rows is kept by tie-breakers.
Bytes encode_case(const FunnelCase& given, std::pmr::memory_resource& memory);
void fill(Funnel& funnel, const FunnelCase& given);

std::string describe(const FunnelCase& given);
std::string describe(const Outcome& outcome);
std::string describe(const Chain& chain);

// What is wrong with the implementation's answers to this case, or "".
std::string disagreement(const FunnelCase& given);

// Makes a case that `fails` smaller as long as it still fails.
FunnelCase shrink(FunnelCase failing, const std::function<bool(const FunnelCase&)>& fails);

// Puts that many random cases to both and fails the test with a small one that they answer differently.
void expect_agreement(std::uint64_t salt, std::uint32_t usual_cases, const Mix& mix);

}  // namespace journey::test
