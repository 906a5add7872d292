#include "funnel_oracle.hpp"

#include <algorithm>
#include <functional>

namespace journey::test {

namespace {

// The time each row counts at: its own, or with grace its group's first.
std::vector<Time> counted_times(const FunnelCase& given) {
    std::vector<Time> counted;
    for (const OracleRow& row : given.rows) {
        const bool same_group = !counted.empty() && elapsed(counted.back(), row.time) <= given.options.grace;
        counted.push_back(same_group ? counted.back() : row.time);
    }
    return counted;
}

// The order of preference among chains of one entry policy: smaller is better.
class Preference {
  public:
    Preference(const FunnelOptions& options, const std::vector<std::optional<Time>>& times,
               const std::vector<int>& rows, std::uint32_t level)
        : key_{-static_cast<__int128>(level)} {
        std::vector<__int128> moments;
        __int128 start = far, end = -far;
        for (std::size_t step = 0; step < times.size(); ++step) {
            // Where the order of events counts, it tells simultaneous ones apart.
            const bool by_order = options.ties == Ties::in_order && !options.deduplicate &&
                                  options.order != StepOrder::unordered;
            moments.push_back(!times[step] ? far : by_order ? __int128{rows[step]} : __int128{*times[step]});
            if (!times[step]) continue;
            start = std::min(start, moments.back());
            end = std::max(end, moments.back());
        }
        key_.push_back(options.entry == Entry::latest ? -start : start);
        key_.push_back(end);
        // Which event of an unordered funnel serves which step is not promised.
        if (options.order == StepOrder::unordered) return;
        key_.insert(key_.end(), moments.begin() + (level > 0 ? 1 : 0), moments.end());
    }
    bool operator<(const Preference& other) const { return key_ < other.key_; }
    bool operator==(const Preference& other) const { return key_ == other.key_; }

  private:
    static constexpr __int128 far = static_cast<__int128>(1) << 80;
    std::vector<__int128> key_;
};

// Keeps the best chains offered.
class Best {
  public:
    Best(const FunnelOptions& options, std::size_t steps) : options_(options) {
        outcome_.times.resize(steps);
    }
    void offer(std::uint32_t level, const std::vector<std::optional<Time>>& times,
               const std::vector<int>& rows) {
        const Preference preference(options_, times, rows, level);
        if (best_ && *best_ < preference) return;
        if (!best_ || preference < *best_) {
            best_ = preference;
            outcome_ = {level, times, {}};
        }
        outcome_.rows.insert(rows);
    }
    void offer(const Outcome& other) {
        if (other.level == 0) return;
        for (const auto& rows : other.rows) offer(other.level, other.times, rows);
    }
    const Outcome& outcome() const { return outcome_; }

  private:
    const FunnelOptions& options_;
    std::optional<Preference> best_;
    Outcome outcome_;
};

class ChainSearch {
  public:
    using Visit = std::function<void(std::uint32_t level, const std::vector<std::optional<Time>>& times,
                                     const std::vector<int>& rows)>;

    ChainSearch(const FunnelCase& given, Visit visit)
        : given_(given),
          options_(given.options),
          visit_(std::move(visit)),
          counted_(counted_times(given)),
          times_(options_.steps),
          rows_(options_.steps, none) {}

    // Every chain in every order allowed.
    void run() {
        order_.resize(given_.rows.size());
        for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = static_cast<int>(i);
        if (options_.ties == Ties::in_order) {
            search();
        } else {
            permute(0);
        }
    }

  private:
    const OracleKind& kind(std::size_t position) const {
        return given_.kinds[given_.rows[static_cast<std::size_t>(order_[position])].kind];
    }
    Time time(std::size_t position) const { return counted_[static_cast<std::size_t>(order_[position])]; }

    void permute(std::size_t first) {
        if (first == order_.size()) {
            search();
            return;
        }
        std::size_t last = first;
        while (last < order_.size() && counted_[last] == counted_[first]) ++last;
        const auto begin = order_.begin() + static_cast<std::ptrdiff_t>(first);
        const auto end = order_.begin() + static_cast<std::ptrdiff_t>(last);
        std::sort(begin, end);
        do {
            permute(last);
        } while (std::next_permutation(begin, end));
    }

    void search() {
        for (std::size_t p = 0; p < order_.size(); ++p) {
            if (options_.steps == 0 || !kind(p).satisfies(1)) continue;
            if (options_.entry == Entry::first && first_entry_time_differs(p)) break;
            take(p, 1);
            visit_(1, times_, rows_);
            extend(p, p, 1);
            drop(1);
            // In the given order the first entry is one row, else any of its time.
            if (options_.entry == Entry::first && options_.ties == Ties::in_order) break;
        }
    }

    bool first_entry_time_differs(std::size_t p) const {
        for (std::size_t q = 0; q < p; ++q) {
            if (kind(q).satisfies(1) && time(q) != time(p)) return true;
        }
        return false;
    }

    void extend(std::size_t start, std::size_t at, std::uint32_t step) {
        for (std::uint32_t next = step + 1; next <= options_.steps; ++next) {
            for (std::size_t p = first_candidate(at); p < order_.size(); ++p) {
                if (!kind(p).satisfies(next) || !may_follow(start, at, step, p, next)) continue;
                take(p, next);
                visit_(next, times_, rows_);
                extend(start, std::max(at, p), next);
                drop(next);
            }
            if (!options_.is_optional(next)) break;
        }
    }

    // An event that may serve several steps may do so in turn with others of its time.
    std::size_t first_candidate(std::size_t at) const {
        if (!options_.reuse_event) return at + 1;
        if (options_.ties == Ties::in_order) return at;
        std::size_t first = at;
        while (first > 0 && time(first - 1) == time(at)) --first;
        return first;
    }

    bool may_follow(std::size_t start, std::size_t at, std::uint32_t step, std::size_t p,
                    std::uint32_t next) const {
        if (elapsed(time(start), time(p)) > options_.within) return false;
        if (elapsed(time(at), time(p)) > options_.limit(next)) return false;
        if (options_.ties == Ties::strict && time(p) <= time(at)) return false;
        for (std::size_t between = at + 1; between < p; ++between) {
            if (options_.order == StepOrder::next_event &&
                (!options_.reentry || kind(between).satisfied == 0)) {
                return false;
            }
            if (!options_.exclusions) continue;
            // In force is the gap after the step taken last, skipped steps or not.
            if (kind(between).excluded_in(step)) return false;
        }
        return true;
    }

    void take(std::size_t p, std::uint32_t step) {
        times_[step - 1] = time(p);
        rows_[step - 1] = order_[p];
    }
    void drop(std::uint32_t step) {
        times_[step - 1].reset();
        rows_[step - 1] = none;
    }

    const FunnelCase& given_;
    const FunnelOptions& options_;
    Visit visit_;
    std::vector<Time> counted_;
    std::vector<int> order_;
    std::vector<std::optional<Time>> times_;
    std::vector<int> rows_;
};

// Every way to give rows to steps in any order.
class SetSearch {
  public:
    SetSearch(const FunnelCase& given, ChainSearch::Visit visit)
        : given_(given),
          options_(given.options),
          visit_(std::move(visit)),
          counted_(counted_times(given)),
          rows_(options_.steps, none) {}

    void run() { assign(1, 0); }

  private:
    void assign(std::uint32_t step, std::uint32_t level) {
        if (step > options_.steps) {
            if (level > 0) offer(level);
            return;
        }
        assign(step + 1, level);
        for (std::size_t r = 0; r < given_.rows.size(); ++r) {
            const int row = static_cast<int>(r);
            if (!given_.kinds[given_.rows[r].kind].satisfies(step)) continue;
            if (!options_.reuse_event && std::find(rows_.begin(), rows_.end(), row) != rows_.end()) continue;
            rows_[step - 1] = row;
            assign(step + 1, level + 1);
            rows_[step - 1] = none;
        }
    }

    void offer(std::uint32_t level) {
        int first = static_cast<int>(given_.rows.size()), last = -1;
        for (const int row : rows_) {
            if (row == none) continue;
            first = std::min(first, row);
            last = std::max(last, row);
        }
        const Time start = counted_[static_cast<std::size_t>(first)],
                   end = counted_[static_cast<std::size_t>(last)];
        if (elapsed(start, end) > options_.within) return;
        if (options_.entry == Entry::first && start != first_step_time()) return;
        for (std::size_t r = 0; options_.exclusions && r < given_.rows.size(); ++r) {
            if (given_.kinds[given_.rows[r].kind].excluded == 0) continue;
            if (start < counted_[r] && counted_[r] < end) return;
        }
        std::vector<std::optional<Time>> times(options_.steps);
        for (std::size_t s = 0; s < rows_.size(); ++s) {
            if (rows_[s] != none) times[s] = counted_[static_cast<std::size_t>(rows_[s])];
        }
        visit_(level, times, rows_);
    }

    Time first_step_time() const {
        for (std::size_t r = 0; r < given_.rows.size(); ++r) {
            if (given_.kinds[given_.rows[r].kind].satisfied != 0) return counted_[r];
        }
        return 0;
    }

    const FunnelCase& given_;
    const FunnelOptions& options_;
    ChainSearch::Visit visit_;
    std::vector<Time> counted_;
    std::vector<int> rows_;
};

// strict_deduplication: no choice at all, so a plain replay from each entry.
void replay_runs(const FunnelCase& given, const ChainSearch::Visit& visit) {
    const FunnelOptions& options = given.options;
    std::vector<int> order(given.rows.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
    const auto kind = [&](int row) { return given.kinds[given.rows[static_cast<std::size_t>(row)].kind]; };
    const auto time = [&](int row) { return given.rows[static_cast<std::size_t>(row)].time; };
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
        if (time(a) != time(b)) return time(a) < time(b);
        // Unsigned: the lowest set bit first, and no bit at all last.
        const auto lowest = [&](int row) {
            const std::uint32_t steps = kind(row).satisfied;
            return (steps & (~steps + 1)) - 1;
        };
        if (lowest(a) != lowest(b)) return lowest(a) < lowest(b);
        return kind(a).satisfied < kind(b).satisfied;
    });
    for (std::size_t entry = 0; entry < order.size(); ++entry) {
        if (options.steps == 0 || !kind(order[entry]).satisfies(1)) continue;
        std::vector<std::optional<Time>> times(options.steps);
        std::vector<int> rows(options.steps, none);
        times[0] = time(order[entry]);
        rows[0] = order[entry];
        std::uint32_t level = 1;
        for (std::size_t p = entry + 1; p < order.size() && level < options.steps; ++p) {
            const int row = order[p];
            const bool in_time = elapsed(*times[0], time(row)) <= options.within &&
                                 (options.ties != Ties::strict || time(row) > *times[level - 1]);
            if (kind(row).satisfies(level + 1) && in_time) {
                times[level] = time(row);
                rows[level] = row;
                ++level;
                continue;
            }
            bool repeats = false;
            for (std::uint32_t step = 2; step <= level; ++step)
                repeats = repeats || kind(row).satisfies(step);
            if (repeats) break;
            if (options.order == StepOrder::next_event && (!options.reentry || kind(row).satisfied == 0))
                break;
        }
        visit(level, times, rows);
    }
}

Outcome search_one(const FunnelCase& given) {
    Best best(given.options, given.options.steps);
    const auto visit = [&](std::uint32_t level, const std::vector<std::optional<Time>>& times,
                           const std::vector<int>& rows) { best.offer(level, times, rows); };
    if (given.options.deduplicate) {
        replay_runs(given, visit);
    } else if (given.options.order == StepOrder::unordered) {
        SetSearch(given, visit).run();
    } else {
        ChainSearch(given, visit).run();
    }
    return best.outcome();
}

Outcome with_discard(const FunnelCase& given) {
    Outcome outcome = search_one(given);
    const FunnelOptions& options = given.options;
    if (options.exclusions && options.on_exclusion == OnExclusion::discard && outcome.level < options.steps) {
        FunnelCase free = given;
        free.options.exclusions = false;
        if (search_one(free).level == options.steps) {
            outcome = {};
            outcome.times.resize(options.steps);
        }
    }
    return outcome;
}

// The rows that a chain may see: with hold_channel one channel's, and without
// next_event not those that are nothing to the funnel.
struct Lane {
    FunnelCase alone;
    std::vector<int> back;

    std::vector<int> widen(std::vector<int> rows) const {
        for (int& row : rows) row = row == none ? none : back[static_cast<std::size_t>(row)];
        return rows;
    }
    Outcome widen(const Outcome& inner) const {
        Outcome outer{inner.level, inner.times, {}};
        for (const std::vector<int>& rows : inner.rows) outer.rows.insert(widen(rows));
        return outer;
    }
};

std::vector<Lane> lanes(const FunnelCase& given) {
    std::set<int> channels = {none};
    if (given.options.hold_channel) {
        for (const OracleRow& row : given.rows) channels.insert(row.channel);
        channels.erase(none);
    }
    std::vector<Lane> result;
    for (const int channel : channels) {
        Lane lane{given, {}};
        lane.alone.rows.clear();
        for (std::size_t i = 0; i < given.rows.size(); ++i) {
            const OracleRow& row = given.rows[i];
            if (given.options.hold_channel && row.channel != channel) continue;
            if (given.options.order != StepOrder::next_event && given.kinds[row.kind].is_nothing()) continue;
            lane.alone.rows.push_back(row);
            lane.back.push_back(static_cast<int>(i));
        }
        result.push_back(lane);
    }
    return result;
}

}  // namespace

Outcome funnel_outcome(const FunnelCase& given) {
    Best best(given.options, given.options.steps);
    for (const Lane& lane : lanes(given)) best.offer(lane.widen(with_discard(lane.alone)));
    return best.outcome();
}

bool is_chain(const FunnelCase& given, const std::vector<int>& rows) {
    bool found = false;
    for (const Lane& lane : lanes(given)) {
        ChainSearch(lane.alone, [&](std::uint32_t, const auto&, const std::vector<int>& other) {
            found = found || lane.widen(other) == rows;
        }).run();
    }
    return found;
}

}  // namespace journey::test
