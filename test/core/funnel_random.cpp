#include <algorithm>

#include "funnel_case.hpp"

namespace journey::test {

namespace {

std::vector<OracleKind> random_kinds(Random& random, const Mix& mix, const FunnelOptions& options) {
    std::vector<OracleKind> kinds(1);
    const std::uint32_t steps = options.steps;
    const std::uint32_t count = 1 + random.below(steps + 1);
    for (std::uint32_t k = 0; k < count; ++k) {
        OracleKind kind;
        if (steps > 0) kind.satisfied = 1u << random.below(steps);
        while (steps > 0 && random.percent(mix.several_steps)) kind.satisfied |= 1u << random.below(steps);
        kinds.push_back(kind);
    }
    if (steps > 0) kinds[1].satisfied |= 1;  // else most cases end at level 0
    if (!options.exclusions) return kinds;
    for (std::uint32_t k = 0; k < 1 + random.below(2); ++k) {
        if (mix.whole_exclusions != 0) {
            if (steps > 1) kinds.push_back({0, (1u << steps) - 2});
            continue;
        }
        // A new kind, or a step that is excluded elsewhere.
        const bool is_step = random.percent(mix.excluded_steps);
        if (!is_step) kinds.push_back({});
        OracleKind& kind = is_step ? kinds[1 + random.below(kinds.size() - 1)] : kinds.back();
        for (std::uint32_t gap = 1; gap < steps; ++gap) kind.excluded |= random.percent(60) ? 1u << gap : 0;
        if (kind.satisfied == 0 && kind.excluded == 0) kinds.pop_back();
    }
    return kinds;
}

FunnelOptions random_options(Random& random, const Mix& mix) {
    FunnelOptions options(*std::pmr::new_delete_resource());
    options.steps = 1 + random.below(mix.max_steps);
    if (random.percent(70)) options.within = random.below(6);
    if (random.percent(mix.limits)) {
        for (std::uint32_t s = 0; s < options.steps; ++s) {
            options.limits.push_back(random.percent(30) ? no_limit : random.below(4));
        }
    }
    if (random.percent(mix.optional)) {
        for (std::uint32_t s = 0; s < options.steps; ++s) {
            options.optional.push_back(s > 0 && random.percent(50) ? 1 : 0);
        }
    }
    if (random.percent(mix.next_event)) {
        options.order = StepOrder::next_event;
        options.reentry = random.percent(mix.reentry);
    } else if (random.percent(mix.unordered)) {
        options.order = StepOrder::unordered;
    }
    if (random.percent(mix.earliest)) {
        options.entry = Entry::earliest;
    } else if (random.percent(mix.first)) {
        options.entry = Entry::first;
    }
    if (random.percent(mix.in_order)) {
        options.ties = Ties::in_order;
    } else if (random.percent(mix.strict)) {
        options.ties = Ties::strict;
    }
    // Options that have no meaning together are an error before the core is asked:
    // ties in unordered funnels, grace with ties that are not favourable, events
    // reused where each step is the next event.
    if (options.order == StepOrder::unordered) options.ties = Ties::favourable;
    if (random.percent(mix.grace) && options.ties == Ties::favourable) options.grace = 1 + random.below(3);
    options.hold_channel = random.percent(mix.hold_channel);
    options.reuse_event = random.percent(mix.reuse_event) && options.order == StepOrder::any_gap;
    options.exclusions = random.percent(std::max(mix.exclusions, mix.whole_exclusions));
    if (options.exclusions && random.percent(mix.discard)) options.on_exclusion = OnExclusion::discard;
    options.deduplicate = random.percent(mix.deduplicate);
    return options;
}

}  // namespace

FunnelCase random_case(Random& random, const Mix& mix) {
    FunnelCase result;
    result.options = random_options(random, mix);
    result.kinds = random_kinds(random, mix, result.options);
    const Time last_time = random.between(0, 8);
    const std::uint32_t count = random.percent(2) ? 0 : 1 + random.below(mix.max_rows);
    for (std::uint32_t i = 0; i < count; ++i) {
        OracleRow row;
        row.time = random.between(0, last_time);
        row.kind = result.kinds.size() < 2 || random.percent(mix.nothing)
                       ? 0
                       : 1 + random.below(result.kinds.size() - 1);
        if (result.options.hold_channel && !random.percent(15))
            row.channel = static_cast<int>(random.below(2));
        result.rows.push_back(row);
    }
    std::stable_sort(result.rows.begin(), result.rows.end(),
                     [](const OracleRow& a, const OracleRow& b) { return a.time < b.time; });
    return result;
}

}  // namespace journey::test
