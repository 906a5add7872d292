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
        std::stable_sort(rows_.begin(), rows_.end(), [&](const FunnelRow& a, const FunnelRow& b) {
            return a.time != b.time ? a.time < b.time : lowest[a.kind] < lowest[b.kind];
        });
    }

    Chain best() {
        Chain chain(memory_);
        chain.rows.assign(kinds_.steps(), no_row);
        chain.times.assign(kinds_.steps(), 0);
        Poll poll;
        std::pmr::vector<Run> runs(kinds_.steps() + 1, &memory_);
        Run best;
        for (std::uint32_t i = 0; i < rows_.size(); ++i) {
            poll();
            for (std::uint32_t level = kinds_.steps() - 1; level >= 1; --level) {
                Run& run = runs[level];
                if (run.level == 0) continue;
                const Fate fate = meet(run, rows_[i]);
                if (fate == Fate::goes_on) {
                    ++run.level;
                    run.last = rows_[i].time;
                    note(best, run);
                    runs[level + 1] = run;  // later-started than any there
                }
                if (fate != Fate::stays) run = {};
            }
            if (kinds_.satisfies(rows_[i].kind, 1)) {
                runs[1] = {1, i, rows_[i].time};
                note(best, runs[1]);
            }
        }
        chain.level = best.level;
        if (best.level > 0) replay(best, chain);
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

    // Entries come in order: of equal levels the later-noted entry is kept if it is later.
    static void note(Run& best, const Run& run) {
        if (run.level > best.level || (run.level == best.level && run.entry > best.entry)) best = run;
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
