// windowFunnel of ClickHouse, and the pass that DuckDB's behavioral took over.
//
// A row is one entry for each step it satisfies, and the entries are taken by time,
// then by step. For each level a chain is kept; an entry of step k takes on the
// chain of level k - 1. A level once reached stays reached, and levels are reached
// in order, so how far the pass came is one number.
#include <algorithm>
#include <bit>

#include "core/interrupt.hpp"
#include "core/matching.hpp"
#include "core/window_funnel_dialect.hpp"

namespace journey {

namespace {

struct Kept {
    bool set = false;
    Time first = 0;
    std::uint32_t trail = Trails::none;
};

// What one level keeps: of the chains that came to it before the time at hand,
// and of those that came at this time, the one that starts latest.
struct Level {
    Kept before, now;

    const Kept& best() const { return now.set && (!before.set || now.first >= before.first) ? now : before; }
    void settle() {
        before = best();
        now = {};
    }
};

class ClickHousePass {
  public:
    ClickHousePass(std::span<const FunnelRow> rows, const StepKinds& kinds, const DialectRules& rules,
                   Span within, bool want_times, std::pmr::memory_resource& memory)
        : rows_(rows),
          kinds_(kinds),
          rules_(rules),
          within_(within),
          trails_(want_times, memory),
          levels_(kinds.steps() + 1, &memory),
          fresh_(&memory),
          once_((kinds.steps() + 63) / 64, 0, &memory),
          twice_(once_),
          tie_(&memory),
          matching_(kinds, memory),
          memory_(memory) {}

    DialectChain run() {
        for (std::size_t begin = 0, end = 0; begin < rows_.size() && !over_; begin = end) {
            while (end < rows_.size() && rows_[end].time == rows_[begin].time) ++end;
            take(rows_.subspan(begin, end - begin));
        }
        DialectChain chain(memory_);
        chain.level = reached_;
        if (reached_ > 0) trails_.times(levels_[reached_].best().trail, reached_, chain.times);
        return chain;
    }

  private:
    struct TieKind {
        std::uint32_t kind;
        std::uint32_t rows;
    };

    // All rows of one time.
    void take(std::span<const FunnelRow> tie) {
        time_ = tie[0].time;
        for (const std::uint32_t level : fresh_) levels_[level].settle();
        fresh_.clear();
        note_steps(tie);
        if (over_) return;
        if (rules_.strict_once && tie.size() > 1) {
            matching_.clear();
            for (const FunnelRow& row : tie) matching_.add_event(row.kind);
        }
        for (std::size_t word = 0; word < once_.size(); ++word) {
            for (std::uint64_t steps = once_[word]; steps != 0 && !over_; steps &= steps - 1) {
                const int bit = std::countr_zero(steps);
                const auto step = static_cast<std::uint32_t>(word * 64) + static_cast<std::uint32_t>(bit) + 1;
                take_step(step, (twice_[word] >> bit & 1) != 0);
            }
        }
    }

    // Which steps the rows of this time satisfy, once and more than once.
    void note_steps(std::span<const FunnelRow> tie) {
        std::fill(once_.begin(), once_.end(), 0);
        std::fill(twice_.begin(), twice_.end(), 0);
        tie_.clear();
        for (const FunnelRow& row : tie) {
            poll_();
            if (!kinds_.satisfies_any(row.kind)) {
                over_ = over_ || (rules_.strict_order && entered_);
                continue;
            }
            if (!tie_.empty() && tie_.back().kind == row.kind) {
                ++tie_.back().rows;
                if (tie_.back().rows > 2) continue;
            } else {
                tie_.push_back({row.kind, 1});
            }
            const auto satisfied = kinds_.satisfied(row.kind);
            for (std::size_t word = 0; word < satisfied.size(); ++word) {
                twice_[word] |= once_[word] & satisfied[word];
                once_[word] |= satisfied[word];
            }
        }
    }

    // All entries of one step at this time. A third one does what the second does.
    void take_step(std::uint32_t step, bool more_than_one) {
        if (step == 1) {
            keep(1, {true, time_, trails_.extend(Trails::none, time_)});
            entered_ = true;
        } else if (!rules_.strict_once) {
            for (int entry = more_than_one ? 2 : 1; entry > 0 && may_take(step); --entry) {
                take_on(step, step - 1, source(levels_[step - 1]));
            }
        } else {
            for (const TieKind& candidate : tie_) {
                if (!kinds_.satisfies(candidate.kind, step)) continue;
                for (std::uint32_t entry = std::min(candidate.rows, 2u); entry > 0; --entry) {
                    poll_();
                    if (!may_take(step)) return;
                    take_on_by_itself(step, candidate.kind);
                }
            }
        }
    }

    // What the modes say of an entry before a chain is looked for. It may end the pass.
    bool may_take(std::uint32_t step) {
        if (over_) return false;
        if (rules_.deduplicate && step <= reached_) {
            over_ = true;
            return false;
        }
        if (step - 1 <= reached_) return true;
        over_ = rules_.strict_order && entered_ && !rules_.reentry;
        return false;
    }

    // The chain that an entry at this time may take on. ClickHouse keeps one chain a
    // level and so, if times must rise, loses one that ended earlier.
    Kept source(const Level& level) const {
        if (!rules_.strict_increase) return level.best();
        return rules_.dialect == Dialect::clickhouse && level.now.set ? Kept{} : level.before;
    }

    // Takes `chain`, at level `from`, on to `step`, with all steps after `from` at this time.
    void take_on(std::uint32_t step, std::uint32_t from, const Kept& chain) {
        if (!chain.set || elapsed(chain.first, time_) > within_) return;
        Kept longer = chain;
        for (std::uint32_t s = from; s < step; ++s) longer.trail = trails_.extend(longer.trail, time_);
        keep(step, longer);
    }

    // The same by a row of this kind that serves no other step (strict_once). Of
    // the chains it may take on the one that starts latest has the most steps by
    // other rows of this time.
    void take_on_by_itself(std::uint32_t step, std::uint32_t kind) {
        std::uint32_t from = step - 1;
        if (rules_.strict_increase || (tie_.size() == 1 && tie_[0].rows == 1)) {
            take_on(step, from, levels_[from].before);
            return;
        }
        matching_.remove_event(kind);
        while (from > 0 && matching_.match(from)) --from;
        for (std::uint32_t matched = from + 1; matched < step; ++matched) matching_.unmatch(matched);
        matching_.add_event(kind);
        take_on(step, from, from == 0 ? Kept{true, time_, Trails::none} : levels_[from].before);
    }

    void keep(std::uint32_t level, const Kept& chain) {
        Kept& now = levels_[level].now;
        if (!now.set) fresh_.push_back(level);
        if (!now.set || chain.first >= now.first) now = chain;
        reached_ = std::max(reached_, level);
        if (level == kinds_.steps()) over_ = true;
    }

    std::span<const FunnelRow> rows_;
    const StepKinds& kinds_;
    DialectRules rules_;
    Span within_;
    Trails trails_;
    std::pmr::vector<Level> levels_;         // of level 1 and up
    std::pmr::vector<std::uint32_t> fresh_;  // levels that chains came to at this time
    std::pmr::vector<std::uint64_t> once_, twice_;
    std::pmr::vector<TieKind> tie_;
    StepMatching matching_;
    std::pmr::memory_resource& memory_;
    Poll poll_;
    Time time_ = 0;
    std::uint32_t reached_ = 0;
    bool entered_ = false;
    bool over_ = false;
};

}  // namespace

DialectChain clickhouse_funnel(std::span<const FunnelRow> rows, const StepKinds& kinds,
                               const DialectRules& rules, Span within, bool want_times,
                               std::pmr::memory_resource& memory) {
    return ClickHousePass(rows, kinds, rules, within, want_times, memory).run();
}

}  // namespace journey
