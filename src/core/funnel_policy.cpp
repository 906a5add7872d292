#include "core/funnel_policy.hpp"

#include <iterator>
#include <utility>

#include "core/error.hpp"

namespace journey {

namespace {

constexpr Span second = 1'000'000, day = 86'400 * second;

constexpr FunnelPolicy policies[] = {
    {.name = "journey"},
    {.name = "posthog", .within = 14 * day, .on_exclusion = OnExclusion::discard},
    {.name = "mixpanel", .within = 7 * day, .entry = Entry::earliest, .grace = 2 * second},
    {.name = "amplitude",
     .within = 1 * day,
     .entry = Entry::earliest,
     .grace = 1 * second,
     .on_exclusion = OnExclusion::discard},
    {.name = "ga4", .entry = Entry::earliest, .window_from_previous = true},
    {.name = "adobe", .entry = Entry::earliest, .ties = Ties::in_order},
    {.name = "clickhouse", .reuse_event = true},
};

template <class T>
struct Word {
    std::string_view text;
    T setting;
};

constexpr Word<StepOrder> step_orders[] = {{"any gap", StepOrder::any_gap},
                                           {"next event", StepOrder::next_event},
                                           {"unordered", StepOrder::unordered}};
constexpr Word<Entry> entries[] = {
    {"latest", Entry::latest}, {"earliest", Entry::earliest}, {"first", Entry::first}};
constexpr Word<Ties> tie_rules[] = {
    {"favourable", Ties::favourable}, {"in_order", Ties::in_order}, {"strict", Ties::strict}};
constexpr Word<OnExclusion> exclusion_rules[] = {{"stop", OnExclusion::stop},
                                                 {"discard", OnExclusion::discard}};
constexpr Word<bool> window_starts[] = {{"start", false}, {"previous", true}};
constexpr Word<bool> countings[] = {{"once", false}, {"every", true}};

[[noreturn]] void fail_unknown(const char* argument, std::string_view text, const char* valid) {
    throw Error(ErrorCode::invalid_argument, argument, "unknown %s: \"%.*s\"", argument,
                static_cast<int>(text.size()), text.data())
        .hint("Valid values are: %s.", valid);
}

template <class T, std::size_t N>
T parse(const Word<T> (&words)[N], std::string_view text, const char* argument, const char* valid) {
    for (const Word<T>& candidate : words) {
        if (candidate.text == text) return candidate.setting;
    }
    fail_unknown(argument, text, valid);
}

template <class T, std::size_t N>
const char* find_word(const Word<T> (&words)[N], T setting) {
    for (const Word<T>& candidate : words) {
        if (candidate.setting == setting) return candidate.text.data();
    }
    return "";
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

}  // namespace

std::span<const FunnelPolicy> funnel_policies() {
    return policies;
}

const FunnelPolicy& funnel_policy(std::string_view name) {
    for (const FunnelPolicy& policy : policies) {
        if (policy.name == name) return policy;
    }
    fail_unknown("policy", name, "journey, posthog, mixpanel, amplitude, ga4, adobe, clickhouse");
}

StepOrder parse_step_order(std::string_view text) {
    return parse(step_orders, text, "step_order", "any gap, next event, unordered");
}
Entry parse_entry(std::string_view text) {
    return parse(entries, text, "entry", "latest, earliest, first");
}
Ties parse_ties(std::string_view text) {
    return parse(tie_rules, text, "ties", "favourable, in_order, strict");
}
OnExclusion parse_on_exclusion(std::string_view text) {
    return parse(exclusion_rules, text, "on_exclusion", "stop, discard");
}
bool parse_window_from(std::string_view text) {
    return parse(window_starts, text, "window_from", "start, previous");
}
bool parse_counting(std::string_view text) {
    return parse(countings, text, "counting", "once, every");
}

const char* word(StepOrder order) {
    return find_word(step_orders, order);
}
const char* word(Entry entry) {
    return find_word(entries, entry);
}
const char* word(Ties ties) {
    return find_word(tie_rules, ties);
}
const char* word(OnExclusion on_exclusion) {
    return find_word(exclusion_rules, on_exclusion);
}

void parse_funnel_modes(std::string_view modes, FunnelOptions& options) {
    constexpr const char* valid =
        "strict_order, strict_deduplication, strict_increase, strict_once, allow_reentry, "
        "dialect=clickhouse|duckdb|doris|pinot";
    while (true) {
        const std::size_t comma = modes.find(',');
        const std::string_view mode = trimmed(modes.substr(0, comma));
        if (mode == "strict_order") {
            options.order = StepOrder::next_event;
        } else if (mode == "strict_deduplication") {
            options.deduplicate = true;
        } else if (mode == "strict_increase") {
            options.ties = Ties::strict;
        } else if (mode == "allow_reentry") {
            options.reentry = true;
        } else if (mode != "strict_once" && !(mode.empty() && comma == std::string_view::npos)) {
            fail_unknown("mode", mode, valid);  // strict_once is how every funnel counts
        }
        if (comma == std::string_view::npos) break;
        modes.remove_prefix(comma + 1);
    }
    if (options.reentry && options.order != StepOrder::next_event) {
        throw Error(ErrorCode::invalid_argument, "mode", "mode allow_reentry needs strict_order")
            .hint("Write 'strict_order,allow_reentry'.");
    }
}

}  // namespace journey
