#include "core/funnel.hpp"

#include <algorithm>

#include "core/funnel_plain.hpp"
#include "core/funnel_runs.hpp"
#include "core/funnel_scan.hpp"
#include "core/funnel_search.hpp"
#include "core/funnel_unordered.hpp"
#include "core/interrupt.hpp"

namespace journey {

namespace {

std::uint32_t plain_level(std::span<const FunnelRow> rows, const StepKinds& kinds,
                          const FunnelOptions& options, std::pmr::memory_resource& memory) {
    LevelScan scan(options.steps, options.within, memory);
    Poll poll;
    for (const FunnelRow& row : rows) {
        poll();
        if (const std::uint64_t satisfied = kinds.mask(row.kind); satisfied != 0)
            scan.add(row.time, satisfied);
        if (scan.complete()) break;
    }
    return scan.finish();
}

// Without regard to on_exclusion.
Chain any_chain(std::span<const FunnelRow> rows, const StepKinds& kinds, const FunnelOptions& options,
                std::pmr::memory_resource& memory) {
    if (options.steps == 0) return Chain(memory);
    if (options.order == StepOrder::unordered) return unordered_chain(rows, kinds, options, memory);
    if (options.deduplicate) return deduplicated_run(rows, kinds, options, memory);
    ChainSearch search(rows, kinds, options, memory);
    return search.chain(search.best());
}

std::uint32_t any_level(std::span<const FunnelRow> rows, const StepKinds& kinds, const FunnelOptions& options,
                        std::pmr::memory_resource& memory) {
    if (options.steps == 0) return 0;
    if (options.plain()) return plain_level(rows, kinds, options, memory);
    if (options.order == StepOrder::unordered || options.deduplicate) {
        return any_chain(rows, kinds, options, memory).level;
    }
    return ChainSearch(rows, kinds, options, memory).best(true).level;
}

// Did an exclusion keep these events from completing the funnel?
bool is_discarded(std::uint32_t level, std::span<const FunnelRow> rows, const StepKinds& kinds,
                  const FunnelOptions& options, std::pmr::memory_resource& memory) {
    if (!options.exclusions || options.on_exclusion != OnExclusion::discard || level == options.steps)
        return false;
    FunnelOptions open = options;
    open.exclusions = false;
    return any_level(rows, kinds, open, memory) == options.steps;
}

std::pmr::vector<std::uint32_t> kinds_of_events(const JourneyView& journey, const StepNames& names,
                                                std::pmr::memory_resource& memory) {
    std::pmr::vector<std::uint32_t> kinds(&memory);
    kinds.reserve(journey.event_names().size());
    for (std::string_view name : journey.event_names()) kinds.push_back(names.kind(name));
    return kinds;
}

// The rows the search needs; of one channel (its code + 1), or of all (no_row).
std::pmr::vector<FunnelRow> relevant_rows(const JourneyView& journey, const StepNames& names,
                                          const FunnelOptions& options, std::uint32_t channel,
                                          std::pmr::memory_resource& memory) {
    const auto kinds = kinds_of_events(journey, names, memory);
    const bool all = options.order == StepOrder::next_event;
    std::pmr::vector<FunnelRow> rows(&memory);
    Poll poll;
    for (std::uint32_t i = 0; i < journey.size(); ++i) {
        poll();
        const std::uint32_t event = journey.event(i);
        if (event >= kinds.size()) fail_corrupted("event code");
        if ((kinds[event] == 0 && !all) || (channel != no_row && journey.channel(i) != channel)) continue;
        rows.push_back({journey.time(i), i, kinds[event]});
    }
    return rows;
}

// Which of two chains of two channels is the customer's. Where the order of events
// counts, simultaneous ones are told apart by it.
bool better(const Chain& a, const Chain& b, const FunnelOptions& options) {
    if (a.level != b.level) return a.level > b.level;
    if (a.level == 0) return false;
    const auto bounds = [&](const Chain& chain) {
        if (options.ties != Ties::in_order || options.order == StepOrder::unordered)
            return std::pair(chain.counted_start, chain.counted_end);
        const auto last = std::find_if(chain.rows.rbegin(), chain.rows.rend(),
                                       [](std::uint32_t row) { return row != no_row; });
        return std::pair(Time{chain.rows.front()}, Time{*last});
    };
    const auto [a_start, a_end] = bounds(a);
    const auto [b_start, b_end] = bounds(b);
    if (a_start != b_start) return (a_start > b_start) == (options.entry == Entry::latest);
    if (a_end != b_end) return a_end < b_end;
    for (std::size_t i = 0; i < a.rows.size(); ++i) {
        if (a.rows[i] == no_row && b.rows[i] == no_row) continue;
        if (a.rows[i] == no_row || b.rows[i] == no_row) return b.rows[i] == no_row;
        if (a.counted(i) != b.counted(i)) return a.counted(i) < b.counted(i);
    }
    return false;
}

// Calls visit(rows) for the journey, or for each channel if the channel is held.
template <class Visit>
void for_each_part(const JourneyView& journey, const StepNames& names, const FunnelOptions& options,
                   std::pmr::memory_resource& memory, Visit visit) {
    if (!options.hold_channel) {
        visit(relevant_rows(journey, names, options, no_row, memory));
        return;
    }
    for (std::uint32_t channel = 1; channel <= journey.channel_names().size(); ++channel) {
        visit(relevant_rows(journey, names, options, channel, memory));
    }
}

}  // namespace

Time Chain::start() const {
    Time start = std::numeric_limits<Time>::max();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i] != no_row) start = std::min(start, times[i]);
    }
    return start;
}

Time Chain::end() const {
    Time end = std::numeric_limits<Time>::min();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i] != no_row) end = std::max(end, times[i]);
    }
    return end;
}

std::uint32_t funnel_level(std::span<const FunnelRow> rows, const StepKinds& kinds,
                           const FunnelOptions& options, std::pmr::memory_resource& memory) {
    const std::uint32_t level = any_level(rows, kinds, options, memory);
    return is_discarded(level, rows, kinds, options, memory) ? 0 : level;
}

Chain funnel_chain(std::span<const FunnelRow> rows, const StepKinds& kinds, const FunnelOptions& options,
                   std::pmr::memory_resource& memory) {
    Chain chain = any_chain(rows, kinds, options, memory);
    if (is_discarded(chain.level, rows, kinds, options, memory)) {
        chain.level = 0;
        std::fill(chain.rows.begin(), chain.rows.end(), no_row);
    }
    return chain;
}

std::uint32_t funnel_level(const JourneyView& journey, const Funnel& funnel,
                           std::pmr::memory_resource& memory) {
    if (journey.empty() || funnel.options.steps == 0) return 0;
    if (funnel.options.plain()) return plain_level(journey, funnel, memory);
    std::uint32_t level = 0;
    for_each_part(
        journey, funnel.names, funnel.options, memory, [&](const std::pmr::vector<FunnelRow>& rows) {
            level = std::max(level, funnel_level(rows, funnel.names.kinds(), funnel.options, memory));
        });
    return level;
}

Chain funnel_chain(const JourneyView& journey, const StepNames& names, const FunnelOptions& options,
                   std::pmr::memory_resource& memory) {
    Chain best = funnel_chain(std::span<const FunnelRow>{}, names.kinds(), options, memory);
    for_each_part(journey, names, options, memory, [&](const std::pmr::vector<FunnelRow>& rows) {
        Chain chain = funnel_chain(rows, names.kinds(), options, memory);
        if (better(chain, best, options)) best = std::move(chain);
    });
    return best;
}

Chain funnel_chain(const JourneyView& journey, const Funnel& funnel, std::pmr::memory_resource& memory) {
    return funnel_chain(journey, funnel.names, funnel.options, memory);
}

std::pmr::vector<Chain> funnel_attempts(const JourneyView& journey, const Funnel& funnel,
                                        std::pmr::memory_resource& memory) {
    std::pmr::vector<Chain> attempts(&memory);
    const FunnelOptions& options = funnel.options;
    for_each_part(journey, funnel.names, options, memory, [&](const std::pmr::vector<FunnelRow>& rows) {
        const StepKinds& kinds = funnel.names.kinds();
        if (is_discarded(any_level(rows, kinds, options, memory), rows, kinds, options, memory)) return;
        ChainSearch search(rows, kinds, options, memory);
        Poll poll;
        for (std::uint32_t entry = search.next_entry(0); entry < search.groups();) {
            poll();
            const ChainSearch::Best best =
                options.entry == Entry::latest ? search.from_entries(entry) : search.from(entry);
            std::uint32_t end = 0;
            attempts.push_back(search.chain(best, &end));
            const std::uint32_t next = best.level == options.steps ? end + 1 : std::max(best.closed, end + 1);
            entry = search.next_entry(next);
        }
    });
    std::stable_sort(attempts.begin(), attempts.end(),
                     [](const Chain& a, const Chain& b) { return a.start() < b.start(); });
    return attempts;
}

}  // namespace journey
