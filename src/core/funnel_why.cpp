#include "core/funnel_why.hpp"

#include <algorithm>

#include "core/interrupt.hpp"

namespace journey {

namespace {

class Inquiry {
  public:
    Inquiry(const JourneyView& journey, const Funnel& funnel, std::pmr::memory_resource& memory)
        : journey_(journey), options_(funnel.options), kinds_(funnel.names.kinds()), kind_(&memory) {
        for (std::string_view name : journey.event_names()) kind_.push_back(funnel.names.kind(name));
    }

    FunnelStop stop(const Chain& chain) {
        FunnelStop stop;
        stop.level = chain.level;
        if (chain.level == kinds_.steps()) return stop;
        if (options_.order == StepOrder::unordered) {
            stop.step = 1;
            while (stop.step < kinds_.steps() && chain.rows[stop.step - 1] != no_row) ++stop.step;
            explain_unordered(chain, stop);
        } else {
            stop.step = chain.level + 1;
            while (options_.is_optional(stop.step)) ++stop.step;
            explain(chain, stop);
        }
        return stop;
    }

    // The excluded event that broke a chain which would have come through.
    FunnelStop discarded(const Chain& open) {
        FunnelStop stop;
        stop.reason = StopReason::excluded;
        std::uint32_t from = 1;
        for (std::uint32_t to = 2; to <= kinds_.steps(); ++to) {
            if (open.rows[to - 1] == no_row) continue;
            stop.row = excluded_between(open.rows[from - 1], open.rows[to - 1], from, to);
            stop.step = to;
            if (stop.row != no_row) return stop;
            from = to;
        }
        return stop;
    }

  private:
    std::uint32_t kind(std::uint32_t row) const { return kind_[journey_.event(row)]; }
    bool is_step(std::uint32_t row, std::uint32_t step) const { return kinds_.satisfies(kind(row), step); }

    std::uint32_t excluded_between(std::uint32_t first, std::uint32_t last, std::uint32_t from,
                                   std::uint32_t to) const {
        if (!options_.exclusions) return no_row;
        for (std::uint32_t row = std::min(first, last) + 1; row < std::max(first, last); ++row) {
            for (std::uint32_t gap = from; gap < to; ++gap) {
                if (kinds_.excluded_in(kind(row), gap)) return row;
            }
        }
        return no_row;
    }

    void explain(const Chain& chain, FunnelStop& stop) {
        const std::uint32_t last = chain.level == 0 ? no_row : chain.rows[chain.level - 1];
        const std::uint32_t channel = last == no_row ? 0 : journey_.channel(last);
        std::uint32_t before = no_row, after = no_row, elsewhere = no_row;
        Poll poll;
        for (std::uint32_t row = 0; row < journey_.size(); ++row) {
            poll();
            if (!is_step(row, stop.step)) continue;
            if (std::find(chain.rows.begin(), chain.rows.end(), row) != chain.rows.end()) continue;
            if (options_.hold_channel && (last == no_row || journey_.channel(row) != channel)) {
                if (elsewhere == no_row) elsewhere = row;
            } else if (last != no_row && is_before(row, last)) {
                before = row;
            } else if (after == no_row) {
                after = row;
            }
        }
        if (last == no_row) {
            stop.reason = elsewhere == no_row ? StopReason::never_happened : StopReason::other_channel;
            stop.row = elsewhere;
        } else if (after != no_row) {
            explain_later(chain, last, after, stop);
        } else if (before != no_row) {
            stop.reason = StopReason::before_previous;
            stop.row = before;
        } else {
            stop.reason = elsewhere == no_row ? StopReason::never_happened : StopReason::other_channel;
            stop.row = elsewhere;
        }
    }

    bool is_before(std::uint32_t row, std::uint32_t last) const {
        if (journey_.time(row) != journey_.time(last)) return journey_.time(row) < journey_.time(last);
        return options_.ties == Ties::strict || (options_.ties == Ties::in_order && row < last);
    }

    // The step did happen after the chain's last event: which rule kept it out?
    void explain_later(const Chain& chain, std::uint32_t last, std::uint32_t after, FunnelStop& stop) {
        const Span since_start = elapsed(chain.start(), journey_.time(after));
        const Span since_last = elapsed(journey_.time(last), journey_.time(after));
        const Span limit = options_.limit(stop.step);
        stop.row = after;
        if (since_start > options_.within || since_last > limit) {
            stop.reason = StopReason::too_late;
            stop.late_by = std::max(since_start > options_.within ? since_start - options_.within : 0,
                                    since_last > limit ? since_last - limit : 0);
            return;
        }
        if (const std::uint32_t row = excluded_between(last, after, chain.level, stop.step); row != no_row) {
            stop.reason = StopReason::excluded;
            stop.row = row;
            return;
        }
        stop.reason = StopReason::order_broken;
        if (last + 1 < journey_.size()) stop.row = last + 1;
    }

    void explain_unordered(const Chain& chain, FunnelStop& stop) {
        stop.reason = StopReason::never_happened;
        Poll poll;
        for (std::uint32_t row = 0; row < journey_.size(); ++row) {
            poll();
            if (!is_step(row, stop.step)) continue;
            if (std::find(chain.rows.begin(), chain.rows.end(), row) != chain.rows.end()) continue;
            if (chain.level == 0 || (options_.hold_channel && other_channel(chain, row))) {
                if (stop.reason == StopReason::never_happened)
                    stop.reason = StopReason::other_channel, stop.row = row;
                continue;
            }
            const Time time = journey_.time(row);
            const Span needed =
                std::max(elapsed(std::min(time, chain.start()), std::max(time, chain.end())), Span{0});
            if (needed <= options_.within) {
                stop.reason = StopReason::excluded;
                stop.row = border_between(chain, row);
                return;
            }
            const Span late_by = needed - options_.within;
            if (stop.late_by != 0 && late_by >= stop.late_by) continue;
            stop.reason = time < chain.start() ? StopReason::too_early : StopReason::too_late;
            stop.late_by = late_by;
            stop.row = row;
        }
    }

    std::uint32_t border_between(const Chain& chain, std::uint32_t row) const {
        for (std::uint32_t taken : chain.rows) {
            if (taken == no_row) continue;
            if (const std::uint32_t border = excluded_between(taken, row, 1, kinds_.steps());
                border != no_row)
                return border;
        }
        return row;
    }

    bool other_channel(const Chain& chain, std::uint32_t row) const {
        return std::any_of(chain.rows.begin(), chain.rows.end(), [&](std::uint32_t taken) {
            return taken != no_row && journey_.channel(taken) != journey_.channel(row);
        });
    }

    const JourneyView& journey_;
    const FunnelOptions& options_;
    const StepKinds& kinds_;
    std::pmr::vector<std::uint32_t> kind_;  // by event code
};

}  // namespace

const char* word(StopReason reason) {
    switch (reason) {
        case StopReason::completed:
            return "completed";
        case StopReason::never_happened:
            return "never_happened";
        case StopReason::too_late:
            return "too_late";
        case StopReason::too_early:
            return "too_early";
        case StopReason::before_previous:
            return "before_previous";
        case StopReason::excluded:
            return "excluded";
        case StopReason::order_broken:
            return "order_broken";
        case StopReason::other_channel:
            return "other_channel";
    }
    return "";
}

FunnelStop funnel_why(const JourneyView& journey, const Funnel& funnel, std::pmr::memory_resource& memory) {
    const Chain chain = funnel_chain(journey, funnel, memory);
    Inquiry inquiry(journey, funnel, memory);
    if (chain.level == 0 && funnel.options.exclusions &&
        funnel.options.on_exclusion == OnExclusion::discard) {
        FunnelOptions open = funnel.options;
        open.exclusions = false;
        const Chain without = funnel_chain(journey, funnel.names, open, memory);
        if (without.level == funnel.options.steps) return inquiry.discarded(without);
    }
    return inquiry.stop(chain);
}

}  // namespace journey
