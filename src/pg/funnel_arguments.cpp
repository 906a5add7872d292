#include "core/edit.hpp"
#include "core/funnel_policy.hpp"

#include "pg/funnel_arguments.hpp"

namespace journey::pg {

namespace {

bool is_no_limit(const Interval& interval) {
    return interval.month == no_limit_years * MONTHS_PER_YEAR && interval.day == 0 && interval.time == 0;
}

// For the arguments of one call: NULL means as the policy says.
class FunnelReader {
  public:
    FunnelReader(FunctionCallInfo fcinfo, Funnel& funnel)
        : fcinfo_(fcinfo), options_(funnel.options), funnel_(funnel) {}

    void read(const FunnelPolicy& policy) {
        if (given(funnel_step_order)) options_.order = parse_step_order(text(funnel_step_order));
        if (given(funnel_entry)) options_.entry = parse_entry(text(funnel_entry));
        if (given(funnel_ties)) options_.ties = parse_ties(text(funnel_ties));
        if (given(funnel_grace)) options_.grace = span_argument(fcinfo_, funnel_grace, "grace");
        if (given(funnel_hold_channel)) options_.hold_channel = flag(funnel_hold_channel);
        if (given(funnel_reuse_event)) options_.reuse_event = flag(funnel_reuse_event);
        if (given(funnel_on_exclusion)) options_.on_exclusion = parse_on_exclusion(text(funnel_on_exclusion));
        bool from_previous = policy.window_from_previous && options_.order != StepOrder::unordered;
        if (given(funnel_window_from)) from_previous = parse_window_from(text(funnel_window_from));
        drop_policy_conflicts();
        read_limits(from_previous);
        read_exclusions();
        read_optional();
        check();
    }

  private:
    bool given(int n) const { return !fcinfo_->args[n].isnull; }
    std::string_view text(int n) const { return text_of(fcinfo_->args[n].value); }
    bool flag(int n) const { return DatumGetBool(fcinfo_->args[n].value); }

    void read_limits(bool from_previous) {
        if (from_previous) {
            options_.limits.assign(options_.steps, options_.within);
            options_.within = no_limit;
        }
        if (!given(funnel_step_within)) return;
        Datum* limits;
        bool* nulls;
        int count;
        deconstruct_array(DatumGetArrayTypeP(fcinfo_->args[funnel_step_within].value), INTERVALOID,
                          sizeof(Interval), false, TYPALIGN_DOUBLE, &limits, &nulls, &count);
        if (count != 1 && static_cast<std::uint32_t>(count) + 1 != options_.steps) {
            throw Error(ErrorCode::invalid_argument, "step_within", "step_within has %d limits for %u steps",
                        count, options_.steps)
                .hint("Give one limit for all steps, or one for each step after the first.");
        }
        options_.limits.resize(options_.steps, no_limit);
        for (std::uint32_t step = 2; step <= options_.steps; ++step) {
            const int i = count == 1 ? 0 : static_cast<int>(step) - 2;
            if (!nulls[i]) options_.limits[step - 1] = span_of(*DatumGetIntervalP(limits[i]), "step_within");
        }
    }

    void read_exclusions() {
        const auto bounds = [&](int n, const char* argument, std::size_t count) {
            std::span<const std::int32_t> steps;
            if (!given(n)) return steps;
            steps = ints_argument(fcinfo_, n, argument);
            if (steps.size() != count) {
                throw Error(ErrorCode::invalid_argument, argument, "%s has %zu elements, exclude has %zu",
                            argument, steps.size(), count)
                    .hint("Give one step number for each excluded event.");
            }
            return steps;
        };
        const auto events =
            given(funnel_exclude) ? texts_argument(fcinfo_, funnel_exclude, "exclude") : NameList{};
        const auto from = bounds(funnel_exclude_from, "exclude_from", events.size());
        const auto to = bounds(funnel_exclude_to, "exclude_to", events.size());
        const auto last = static_cast<std::int32_t>(options_.steps);
        for (std::size_t i = 0; i < events.size(); ++i) {
            const std::int32_t first = from.empty() ? 1 : from[i], end = to.empty() ? last : to[i];
            if (last > 1 && (first < 1 || end > last || first >= end)) {
                throw Error(ErrorCode::invalid_argument, from.empty() ? "exclude_to" : "exclude_from",
                            "exclude_from and exclude_to do not enclose a gap: %d and %d", first, end)
                    .hint("An event is excluded between two different steps from 1 to %d.", last);
            }
            if (last == 1) continue;
            funnel_.names.exclude(events[i], static_cast<std::uint32_t>(i) + 1,
                                  static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(end));
            options_.exclusions = true;
        }
    }

    void read_optional() {
        if (!given(funnel_optional)) return;
        for (std::int32_t step : ints_argument(fcinfo_, funnel_optional, "optional")) {
            if (step <= 1 || step >= static_cast<std::int32_t>(options_.steps)) {
                throw Error(ErrorCode::invalid_argument, "optional", "step %d cannot be optional", step)
                    .hint("The first and the last step are never optional; steps are numbered from 1.");
            }
            options_.optional.resize(options_.steps, 0);
            options_.optional[static_cast<std::size_t>(step) - 1] = 1;
        }
    }

    // An option that is given overrules what the policy says and it cannot go with.
    void drop_policy_conflicts() {
        const bool unordered = options_.order == StepOrder::unordered;
        if (unordered && !given(funnel_ties)) options_.ties = Ties::favourable;
        if (options_.order != StepOrder::any_gap && !given(funnel_reuse_event)) options_.reuse_event = false;
        if (options_.ties != Ties::favourable && !given(funnel_grace)) options_.grace = 0;
    }

    // What has no meaning together is an error, not a silent choice.
    void check() const {
        const auto refuse = [&](int n, const char* argument, const char* other) {
            if (!given(n)) return;
            throw Error(ErrorCode::invalid_argument, argument, "%s cannot be combined with %s", argument,
                        other)
                .hint("Leave one of the two out.");
        };
        if (options_.order == StepOrder::unordered) {
            constexpr const char* unordered = "step_order 'unordered'";
            refuse(funnel_step_within, "step_within", unordered);
            refuse(funnel_optional, "optional", unordered);
            refuse(funnel_exclude_from, "exclude_from", unordered);
            refuse(funnel_exclude_to, "exclude_to", unordered);
            if (options_.reuse_event) refuse(funnel_reuse_event, "reuse_event", unordered);
            if (options_.ties != Ties::favourable) refuse(funnel_ties, "ties", unordered);
            if (!options_.limits.empty()) refuse(funnel_window_from, "window_from", unordered);
        }
        if (options_.reuse_event && options_.order == StepOrder::next_event) {
            refuse(funnel_reuse_event, "reuse_event", "step_order 'next event'");
        }
        if (options_.grace != 0 && options_.ties == Ties::in_order)
            refuse(funnel_grace, "grace", "ties 'in_order'");
        if (options_.grace != 0 && options_.ties == Ties::strict)
            refuse(funnel_grace, "grace", "ties 'strict'");
    }

    FunctionCallInfo fcinfo_;
    FunnelOptions& options_;
    Funnel& funnel_;
};

void apply(const FunnelPolicy& policy, FunnelOptions& options) {
    options.order = policy.order;
    options.entry = policy.entry;
    options.ties = policy.ties;
    options.grace = policy.grace;
    options.reuse_event = policy.reuse_event;
    options.on_exclusion = policy.on_exclusion;
}

Funnel* make_funnel(NameList steps, ContextMemory& memory) {
    if (steps.empty()) {
        throw Error(ErrorCode::invalid_argument, "steps", "steps must not be empty")
            .hint("Give at least one step.");
    }
    if (steps.size() > max_steps) {
        throw Error(ErrorCode::limit, "steps", "steps has too many steps: %zu", steps.size())
            .hint("A funnel has at most %u steps.", max_steps);
    }
    const auto count = static_cast<std::uint32_t>(steps.size());
    auto* funnel = make_in<Funnel>(memory, count, memory);
    for (std::uint32_t i = 0; i < count; ++i) funnel->names.add_step(i + 1, steps[i], "steps");
    return funnel;
}

Span read_within(const Interval* within, const FunnelPolicy& policy) {
    if (within == nullptr) {
        throw Error(ErrorCode::null_argument, "within", "within must not be null")
            .hint("Write a length of time such as interval '7 days', or leave within out for no limit.");
    }
    return is_no_limit(*within) ? policy.within : span_of(*within, "within");
}

// The call read last and copies of the arguments it was read from. A parameter
// can change between two calls (PL/pgSQL keeps an expression for all values of its
// variables), so the arguments are compared: a few dozen bytes.
struct FunnelCache {
    FunnelCall call;
    MemoryContext context;  // of the call and the copies
    Datum arguments[funnel_counting];
    bool nulls[funnel_counting];
    bool constant;  // they cannot differ from call to call
};

struct ArgumentType {
    bool by_value;
    std::int16_t length;
};

ArgumentType argument_type(int n) {
    switch (n) {
        case funnel_hold_channel:
        case funnel_reuse_event:
            return {true, 1};
        case funnel_within:
        case funnel_grace:
            return {false, sizeof(Interval)};
        default:
            return {false, -1};
    }
}

bool same_arguments(FunctionCallInfo fcinfo, const FunnelCache& cache) {
    for (int n = funnel_steps; n < funnel_counting; ++n) {
        const NullableDatum& given = fcinfo->args[n];
        if (given.isnull != cache.nulls[n]) return false;
        if (given.isnull) continue;
        const ArgumentType type = argument_type(n);
        if (!datumIsEqual(given.value, cache.arguments[n], type.by_value, type.length)) return false;
    }
    return true;
}

void keep_arguments(FunctionCallInfo fcinfo, FunnelCache& cache) {
    MemoryContext caller = MemoryContextSwitchTo(cache.context);
    for (int n = funnel_steps; n < funnel_counting; ++n) {
        const ArgumentType type = argument_type(n);
        cache.nulls[n] = fcinfo->args[n].isnull;
        if (!cache.nulls[n])
            cache.arguments[n] = datumCopy(fcinfo->args[n].value, type.by_value, type.length);
    }
    MemoryContextSwitchTo(caller);
}

}  // namespace

FunnelCall read_funnel(FunctionCallInfo fcinfo, ContextMemory& memory) {
    MemoryContext caller = MemoryContextSwitchTo(memory.context());
    const FunnelPolicy& policy = funnel_policy(
        PG_ARGISNULL(funnel_policy_name) ? "journey" : text_argument(fcinfo, funnel_policy_name));
    const auto steps = texts_argument(fcinfo, funnel_steps, "steps");
    Funnel* funnel = make_funnel(steps, memory);
    apply(policy, funnel->options);
    funnel->options.within =
        read_within(PG_ARGISNULL(funnel_within) ? nullptr : PG_GETARG_INTERVAL_P(funnel_within), policy);
    FunnelReader(fcinfo, *funnel).read(policy);
    MemoryContextSwitchTo(caller);
    return {funnel, steps};
}

FunnelCall read_simple_funnel(NameList steps, const Interval* within, std::string_view policy_name,
                              ContextMemory& memory) {
    const FunnelPolicy& policy = funnel_policy(policy_name.empty() ? "journey" : policy_name);
    Funnel* funnel = make_funnel(steps, memory);
    apply(policy, funnel->options);
    funnel->options.within = read_within(within, policy);
    if (policy.window_from_previous) {
        funnel->options.limits.assign(funnel->options.steps, funnel->options.within);
        funnel->options.within = no_limit;
    }
    return {funnel, steps};
}

FunnelCall cached_funnel(FunctionCallInfo fcinfo) {
    auto* cache = static_cast<FunnelCache*>(fcinfo->flinfo->fn_extra);
    if (cache != nullptr && (cache->constant || same_arguments(fcinfo, *cache))) return cache->call;
    if (cache == nullptr) {
        cache =
            static_cast<FunnelCache*>(MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(FunnelCache)));
        cache->context =
            AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "journey funnel", ALLOCSET_SMALL_SIZES);
    }
    fcinfo->flinfo->fn_extra = nullptr;  // no half-made cache if reading raises
    MemoryContextReset(cache->context);
    cache->call = read_funnel(fcinfo, ContextMemory::make(cache->context));
    keep_arguments(fcinfo, *cache);
    cache->constant = has_constant_arguments(fcinfo, funnel_steps, funnel_counting);
    fcinfo->flinfo->fn_extra = cache;
    return cache->call;
}

}  // namespace journey::pg
