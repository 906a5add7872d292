// The dialects that try every entry, a row of step 1: Apache Doris (V2) in all but
// its default mode, and Apache Pinot.
#include <algorithm>
#include <bit>

#include "core/interrupt.hpp"
#include "core/window_funnel_dialect.hpp"

namespace journey {

namespace {

class DorisPass {
  public:
    DorisPass(std::span<const FunnelRow> rows, const StepKinds& kinds, const DialectRules& rules, Span within,
              bool want_times, std::pmr::memory_resource& memory)
        : rows_(rows),
          kinds_(kinds),
          rules_(rules),
          within_(within),
          want_times_(want_times),
          best_(memory),
          times_(&memory),
          memory_(memory) {}

    DialectChain run() {
        if (!rules_.deduplicate && !rules_.strict_order && !rules_.strict_increase) return one_pass();
        if (rules_.strict_increase) times_.resize(kinds_.steps());
        for (std::size_t entry = 0; entry < rows_.size() && best_.level < kinds_.steps(); ++entry) {
            poll_();
            if (!kinds_.satisfies(rows_[entry].kind, 1)) continue;
            if (rules_.strict_increase) {
                try_increase(entry);
            } else {
                try_run(entry);
            }
        }
        return std::move(best_);
    }

  private:
    // Calls visit(step) from the last step the row satisfies to the first, until it
    // returns false: so a row takes a chain on by one step.
    template <class Visit>
    void for_each_step_downwards(std::uint32_t kind, Visit visit) {
        const auto words = kinds_.satisfied(kind);
        for (std::size_t word = words.size(); word-- > 0;) {
            for (std::uint64_t steps = words[word]; steps != 0;) {
                poll_();
                const auto bit = static_cast<std::uint32_t>(std::bit_width(steps)) - 1;
                steps ^= std::uint64_t{1} << bit;
                if (!visit(static_cast<std::uint32_t>(word * 64) + bit + 1)) return;
            }
        }
    }

    // The default mode: one chain kept for each level, overwritten by later ones.
    DialectChain one_pass() {
        struct Kept {
            Time first = 0;
            std::uint32_t trail = Trails::none;
        };
        Trails trails(want_times_, memory_);
        std::pmr::vector<Kept> levels(kinds_.steps() + 1, &memory_);
        std::uint32_t reached = 0;  // levels are reached in order and stay reached
        for (std::size_t at = 0; at < rows_.size() && reached < kinds_.steps(); ++at) {
            const Time time = rows_[at].time;
            for_each_step_downwards(rows_[at].kind, [&](std::uint32_t step) {
                if (step == 1) {
                    levels[1] = {time, trails.extend(Trails::none, time)};
                } else if (step - 1 <= reached && elapsed(levels[step - 1].first, time) <= within_) {
                    levels[step] = {levels[step - 1].first, trails.extend(levels[step - 1].trail, time)};
                } else {
                    return true;
                }
                reached = std::max(reached, step);
                return reached < kinds_.steps();
            });
        }
        best_.level = reached;
        if (reached > 0) trails.times(levels[reached].trail, reached, best_.times);
        return std::move(best_);
    }

    // increase: the last time each level was reached from this entry, overwritten
    // even where the earlier one would have served better.
    void try_increase(std::size_t entry) {
        const Time first = rows_[entry].time;
        Trails trails(want_times_, memory_);
        std::pmr::vector<std::uint32_t> trail(want_times_ ? kinds_.steps() + 1 : 0, Trails::none, &memory_);
        std::uint32_t reached = 1;
        times_[0] = first;
        if (want_times_) trail[1] = trails.extend(Trails::none, first);
        for (std::size_t at = entry + 1; at < rows_.size() && reached < kinds_.steps(); ++at) {
            const Time time = rows_[at].time;
            if (elapsed(first, time) > within_) break;
            for_each_step_downwards(rows_[at].kind, [&](std::uint32_t step) {
                if (step == 1 || step - 1 > reached || times_[step - 2] >= time) return true;
                times_[step - 1] = time;
                if (want_times_) trail[step] = trails.extend(trail[step - 1], time);
                reached = std::max(reached, step);
                return reached < kinds_.steps();
            });
        }
        if (reached <= best_.level) return;
        best_.level = reached;
        if (want_times_) trails.times(trail[reached], reached, best_.times);
    }

    // deduplication and fixed: step by step, each by the first row that has it.
    void try_run(std::size_t entry) {
        const Time first = rows_[entry].time;
        times_.assign(1, first);
        bool repeated = false;  // a step taken before has come again since the last one
        for (std::size_t at = entry + 1; at < rows_.size() && times_.size() < kinds_.steps(); ++at) {
            const auto next = static_cast<std::uint32_t>(times_.size()) + 1;
            poll_();
            if (elapsed(first, rows_[at].time) > within_) break;
            if (kinds_.satisfies(rows_[at].kind, next)) {
                if (repeated) break;
                times_.push_back(rows_[at].time);
            } else if (rules_.strict_order) {
                if (kinds_.satisfies_any(rows_[at].kind)) break;
            } else {
                repeated = repeated || satisfies_below(rows_[at].kind, next);
            }
        }
        if (times_.size() <= best_.level) return;
        best_.level = static_cast<std::uint32_t>(times_.size());
        if (want_times_) best_.times = times_;
    }

    bool satisfies_below(std::uint32_t kind, std::uint32_t step) const {
        const auto words = kinds_.satisfied(kind);
        const std::uint32_t bits = step - 1;
        for (std::uint32_t word = 0; word < bits / 64; ++word) {
            if (words[word] != 0) return true;
        }
        return (words[bits / 64] & ((std::uint64_t{1} << (bits % 64)) - 1)) != 0;
    }

    std::span<const FunnelRow> rows_;
    const StepKinds& kinds_;
    DialectRules rules_;
    Span within_;
    bool want_times_;
    DialectChain best_;
    std::pmr::vector<Time> times_;  // of the steps from the entry at hand
    std::pmr::memory_resource& memory_;
    Poll poll_;
};

// A row of Pinot: its first step, or 0 if none.
struct PinotRow {
    Time time;
    std::uint32_t step;
};

std::pmr::vector<PinotRow> pinot_rows(std::span<const FunnelRow> rows, const StepKinds& kinds, bool keep_all,
                                      std::pmr::memory_resource& memory) {
    std::pmr::vector<std::uint32_t> first(kinds.size(), 0, &memory);
    for (std::uint32_t kind = 0; kind < kinds.size(); ++kind) {
        if (!kinds.satisfies_any(kind)) continue;
        first[kind] = 1;
        while (!kinds.satisfies(kind, first[kind])) ++first[kind];
    }
    std::pmr::vector<PinotRow> kept(&memory);
    kept.reserve(rows.size());
    for (const FunnelRow& row : rows) {
        if (first[row.kind] != 0 || keep_all) kept.push_back({row.time, first[row.kind]});
    }
    return kept;
}

}  // namespace

DialectChain doris_funnel(std::span<const FunnelRow> rows, const StepKinds& kinds, const DialectRules& rules,
                          Span within, bool want_times, std::pmr::memory_resource& memory) {
    return DorisPass(rows, kinds, rules, within, want_times, memory).run();
}

DialectChain pinot_funnel(std::span<const FunnelRow> rows, const StepKinds& kinds, const DialectRules& rules,
                          Span within, std::pmr::memory_resource& memory) {
    const auto kept = pinot_rows(rows, kinds, rules.keep_all, memory);
    DialectChain best(memory);
    std::pmr::vector<Time> times(&memory);
    Poll poll;
    // The window slides over [begin, end). Pinot stops as soon as it holds the last
    // row: entries still in it are not tried, which matters where a mode ends the
    // earlier entry's chain.
    std::size_t begin = 0, end = 0;
    while (end < kept.size() && best.level < kinds.steps()) {
        while (begin < end && kept[begin].step != 1) ++begin;
        if (begin == end) {
            while (end < kept.size() && kept[end].step != 1) ++end;
            if (end == kept.size()) break;
            begin = end++;
        }
        while (end < kept.size() && elapsed(kept[begin].time, kept[end].time) < within) ++end;
        times.clear();
        for (std::size_t at = begin; at < end && times.size() < kinds.steps(); ++at) {
            poll();
            const auto level = static_cast<std::uint32_t>(times.size());
            const auto [time, step] = kept[at];
            if (rules.deduplicate && level > 0 && step == level) break;
            if (rules.strict_order && step != level + 1) break;
            if (rules.strict_increase && level > 0 && times.back() == time) continue;
            if (step == level + 1) times.push_back(time);
        }
        if (times.size() > best.level) {
            best.level = static_cast<std::uint32_t>(times.size());
            best.times = times;
        }
        ++begin;
    }
    return best;
}

}  // namespace journey
