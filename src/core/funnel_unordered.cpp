#include "core/funnel_unordered.hpp"

#include <algorithm>

#include "core/interrupt.hpp"
#include "core/matching.hpp"

namespace journey {

namespace {

struct Window {
    std::uint32_t level = 0;
    std::size_t first = 0;  // its first row
    Time start = 0;
    // Of windows that start together the first has all the rows of that time.
    bool better_than(const Window& other, Entry entry) const {
        return level > other.level ||
               (level == other.level && level > 0 && entry == Entry::latest && start > other.start);
    }
};

class UnorderedSearch {
  public:
    UnorderedSearch(std::span<const FunnelRow> rows, const StepKinds& kinds, const FunnelOptions& options,
                    std::pmr::memory_resource& memory)
        : rows_(rows), kinds_(kinds), options_(options), memory_(memory), matching_(kinds, memory) {}

    Chain chain() {
        const Window best = best_window();
        Chain chain(memory_);
        chain.rows.assign(kinds_.steps(), no_row);
        chain.times.assign(kinds_.steps(), 0);
        chain.level = best.level;
        if (best.level > 0) assign(best, chain);
        return chain;
    }

  private:
    bool is_border(const FunnelRow& row) const {
        return options_.exclusions && !kinds_.satisfies_any(row.kind) && kinds_.excludes_any(row.kind);
    }
    // Simultaneous events count at the time of the first of them.
    Time time_of(std::size_t i) const { return group_time_[i]; }

    void add(std::uint32_t kind) {
        matching_.add_event(kind);
        for (std::uint32_t step = 1; step <= kinds_.steps() && matching_.size() < kinds_.steps(); ++step) {
            if (matching_.kind_of(step) == StepMatching::none && matching_.match(step)) return;
        }
    }
    void remove(std::uint32_t kind) {
        const std::uint32_t before = matching_.size();
        matching_.remove_event(kind);
        if (matching_.size() == before) return;
        for (std::uint32_t step = 1; step <= kinds_.steps(); ++step) {
            if (matching_.kind_of(step) == StepMatching::none && matching_.match(step)) return;
        }
    }

    // Rows that are steps, cut into stretches by the borders.
    void prepare() {
        const Span grace = options_.ties == Ties::in_order ? 0 : options_.grace;
        Time time = 0;
        std::uint32_t stretch = 0, tie_stretch = 0;
        for (std::size_t i = 0; i < rows_.size();) {
            time = rows_[i].time;
            std::size_t end = i;
            bool border = false;
            while (end < rows_.size() && elapsed(time, rows_[end].time) <= grace) {
                border |= is_border(rows_[end]);
                ++end;
            }
            // A border at the same time as steps comes before or after them all,
            // whichever suits: they may belong to either side, not to both.
            tie_stretch = border ? stretch + 1 : stretch;
            for (; i < end; ++i) {
                if (!kinds_.satisfies_any(rows_[i].kind)) continue;
                steps_.push_back(static_cast<std::uint32_t>(i));
                group_time_.push_back(time);
                stretch_begin_.push_back(stretch);
                stretch_end_.push_back(tie_stretch);
            }
            stretch = tie_stretch;
        }
    }
    // May row `last` be in a window that begins with row `first`?
    bool fits(std::size_t first, std::size_t last) const {
        if (elapsed(time_of(first), time_of(last)) > options_.within) return false;
        if (time_of(first) == time_of(last)) return true;
        return stretch_end_[first] >= stretch_begin_[last];
    }

    Window best_window() {
        prepare();
        Window best;
        std::size_t end = 0;
        Poll poll;
        for (std::size_t first = 0; first < steps_.size(); ++first) {
            poll();
            while (end < steps_.size() && fits(first, end)) add(rows_[steps_[end++]].kind);
            const Window window{matching_.size(), first, time_of(first)};
            if (window.better_than(best, options_.entry)) best = window;
            if (options_.entry == Entry::first) break;
            remove(rows_[steps_[first]].kind);
        }
        return best;
    }

    // Row by row: those that raise the level are the earliest that can make it.
    void assign(const Window& window, Chain& chain) {
        matching_.clear();
        std::pmr::vector<std::uint32_t> taken(&memory_);
        for (std::size_t i = window.first; matching_.size() < window.level; ++i) {
            const std::uint32_t before = matching_.size();
            add(rows_[steps_[i]].kind);
            if (matching_.size() == before) continue;
            taken.push_back(steps_[i]);
            chain.counted_end = time_of(i);
        }
        chain.counted_start = window.start;
        for (std::uint32_t step = 1; step <= kinds_.steps(); ++step) {
            const std::uint32_t kind = matching_.kind_of(step);
            if (kind == StepMatching::none) continue;
            const auto row = std::find_if(taken.begin(), taken.end(), [&](std::uint32_t i) {
                return i != no_row && rows_[i].kind == kind;
            });
            chain.rows[step - 1] = rows_[*row].row;
            chain.times[step - 1] = rows_[*row].time;
            *row = no_row;
        }
    }

    std::span<const FunnelRow> rows_;
    const StepKinds& kinds_;
    const FunnelOptions& options_;
    std::pmr::memory_resource& memory_;
    StepMatching matching_;
    std::pmr::vector<std::uint32_t> steps_{&memory_};
    std::pmr::vector<Time> group_time_{&memory_};
    std::pmr::vector<std::uint32_t> stretch_begin_{&memory_}, stretch_end_{&memory_};
};

}  // namespace

Chain unordered_chain(std::span<const FunnelRow> rows, const StepKinds& kinds, const FunnelOptions& options,
                      std::pmr::memory_resource& memory) {
    return UnorderedSearch(rows, kinds, options, memory).chain();
}

}  // namespace journey
