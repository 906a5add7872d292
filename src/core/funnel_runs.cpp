#include "core/funnel_runs.hpp"

#include <algorithm>

#include "core/interrupt.hpp"

namespace journey {

namespace {

class Runs {
  public:
    Runs(std::span<const FunnelRow> rows, const StepKinds& kinds, const FunnelOptions& options,
         std::pmr::memory_resource& memory)
        : rows_(rows.begin(), rows.end(), &memory), kinds_(kinds), options_(options), memory_(memory) {
        std::pmr::vector<std::uint32_t> lowest(kinds.size(), kinds.steps() + 1, &memory);
        for (std::uint32_t kind = 0; kind < kinds.size(); ++kind) {
            for (std::uint32_t step = kinds.steps(); step >= 1; --step) {
                if (kinds.satisfies(kind, step)) lowest[kind] = step;
            }
        }
        // Equal steps are interchangeable, so the order given never matters.
        std::stable_sort(rows_.begin(), rows_.end(), [&](const FunnelRow& a, const FunnelRow& b) {
            if (a.time != b.time) return a.time < b.time;
            if (lowest[a.kind] != lowest[b.kind]) return lowest[a.kind] < lowest[b.kind];
            const auto x = kinds.satisfied(a.kind), y = kinds.satisfied(b.kind);
            return std::lexicographical_compare(x.rbegin(), x.rend(), y.rbegin(), y.rend());
        });
    }

    Chain best() {
        Chain chain(memory_);
        chain.rows.assign(kinds_.steps(), no_row);
        chain.times.assign(kinds_.steps(), 0);
        Poll poll;
        // Runs that took an event of this time stay apart: where times must rise
        // the older run at the same step may still take another event of it.
        std::pmr::vector<Run> runs(kinds_.steps() + 1, &memory_), fresh(kinds_.steps() + 1, &memory_);
        Run best;
        for (std::uint32_t i = 0; i < rows_.size(); ++i) {
            poll();
            if (i > 0 && rows_[i].time != rows_[i - 1].time) settle(fresh, runs);
            for (std::uint32_t level = kinds_.steps() - 1; level >= 1; --level) {
                for (Run* run : {&runs[level], &fresh[level]}) {
                    if (run->level == 0) continue;
                    const Fate fate = meet(*run, rows_[i]);
                    if (fate == Fate::goes_on) {
                        ++run->level;
                        run->last = rows_[i].time;
                        note(best, *run);
                        keep_later(fresh[level + 1], *run);
                    }
                    if (fate != Fate::stays) *run = {};
                }
            }
            if (kinds_.satisfies(rows_[i].kind, 1)) {
                const Run entry{1, i, rows_[i].time};
                keep_later(fresh[1], entry);
                note(best, entry);
            }
        }
        chain.level = best.level;
        if (best.level > 0) {
            replay(best, chain);
            chain.counted_start = chain.start();
            chain.counted_end = chain.end();
        }
        return chain;
    }

  private:
    struct Run {
        std::uint32_t level = 0;
        std::uint32_t entry = 0;
        Time last = 0;
    };
    enum class Fate { stays, goes_on, ends };

    Fate meet(const Run& run, const FunnelRow& row) const {
        const bool in_time = elapsed(rows_[run.entry].time, row.time) <= options_.within &&
                             (options_.ties != Ties::strict || row.time > run.last);
        if (in_time && kinds_.satisfies(row.kind, run.level + 1)) return Fate::goes_on;
        for (std::uint32_t step = 2; step <= run.level; ++step) {
            if (kinds_.satisfies(row.kind, step)) return Fate::ends;
        }
        if (options_.order == StepOrder::next_event) {
            return options_.reentry && kinds_.satisfies_any(row.kind) ? Fate::stays : Fate::ends;
        }
        return Fate::stays;
    }

    bool starts_later(const Run& a, const Run& b) const { return rows_[a.entry].time > rows_[b.entry].time; }
    // Of runs that start together the first one at a step took its steps no later.
    void keep_later(Run& kept, const Run& run) const {
        if (kept.level == 0 || starts_later(run, kept)) kept = run;
    }
    void note(Run& best, const Run& run) const {
        if (run.level > best.level || (run.level == best.level && starts_later(run, best))) best = run;
    }
    void settle(std::pmr::vector<Run>& fresh, std::pmr::vector<Run>& runs) const {
        for (std::size_t level = 1; level < runs.size(); ++level) {
            if (fresh[level].level != 0) keep_later(runs[level], fresh[level]);
            fresh[level] = {};
        }
    }

    void replay(const Run& best, Chain& chain) const {
        Run run{1, best.entry, rows_[best.entry].time};
        const auto take = [&](const FunnelRow& row) {
            chain.rows[run.level - 1] = row.row;
            chain.times[run.level - 1] = row.time;
            run.last = row.time;
        };
        take(rows_[best.entry]);
        for (std::uint32_t i = best.entry + 1; run.level < best.level; ++i) {
            if (meet(run, rows_[i]) != Fate::goes_on) continue;
            ++run.level;
            take(rows_[i]);
        }
    }

    std::pmr::vector<FunnelRow> rows_;
    const StepKinds& kinds_;
    const FunnelOptions& options_;
    std::pmr::memory_resource& memory_;
};

}  // namespace

Chain deduplicated_run(std::span<const FunnelRow> rows, const StepKinds& kinds, const FunnelOptions& options,
                       std::pmr::memory_resource& memory) {
    return Runs(rows, kinds, options, memory).best();
}

}  // namespace journey
