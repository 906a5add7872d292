// How known products count a funnel, as settings of ours: contract for
// funnel_policy() and the `policy` option.
//
// Sources: the products' public documentation as of 2026 (windows, ties, entry,
// exclusions, where the window is measured from). What a product does not
// document is set as in our default.
#pragma once

#include <span>
#include <string_view>

#include "core/funnel.hpp"

namespace journey {

struct FunnelPolicy {
    std::string_view name;
    Span within = no_limit;
    StepOrder order = StepOrder::any_gap;
    Entry entry = Entry::latest;
    Ties ties = Ties::favourable;
    Span grace = 0;
    bool reuse_event = false;
    bool window_from_previous = false;
    OnExclusion on_exclusion = OnExclusion::stop;
};

std::span<const FunnelPolicy> funnel_policies();
// Throws ErrorCode::invalid_argument, listing the names, if there is none.
const FunnelPolicy& funnel_policy(std::string_view name);

// Option words ↔ settings; parse_* throw and list the valid words.
StepOrder parse_step_order(std::string_view word);
Entry parse_entry(std::string_view word);
Ties parse_ties(std::string_view word);
OnExclusion parse_on_exclusion(std::string_view word);
bool parse_window_from(std::string_view word);  // is it 'previous'?
bool parse_counting(std::string_view word);     // is it 'every'?
const char* word(StepOrder order);
const char* word(Entry entry);
const char* word(Ties ties);
const char* word(OnExclusion on_exclusion);

// The modes of window_funnel, a comma-separated list, set in `options`.
void parse_funnel_modes(std::string_view modes, FunnelOptions& options);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
