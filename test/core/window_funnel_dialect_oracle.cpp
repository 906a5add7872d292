#include "window_funnel_dialect_oracle.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <queue>

namespace journey::test {
namespace {

struct Entry {
    Time time;
    int step;  // 0: the row satisfies none
    int row;
};

bool has(const DialectRow& row, int step) {
    return (row.mask >> (step - 1) & 1) != 0;
}

// ClickHouse's add(): one entry for each condition; a row without any only with strict_order.
std::vector<Entry> entries_of(const DialectCase& given) {
    std::vector<Entry> entries;
    for (int row = 0; row < static_cast<int>(given.rows.size()); ++row) {
        bool any = false;
        for (int step = 1; step <= static_cast<int>(given.steps); ++step) {
            if (!has(given.rows[row], step)) continue;
            entries.push_back({given.rows[row].time, step, row});
            any = true;
        }
        if (!any && given.rules.strict_order) entries.push_back({given.rows[row].time, 0, row});
    }
    std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        return a.time != b.time ? a.time < b.time : a.step != b.step ? a.step < b.step : a.row < b.row;
    });
    return entries;
}

// A slot for each level: the chain written there last.
DialectAnswer clickhouse(const DialectCase& given) {
    const DialectRules& rules = given.rules;
    std::vector<std::optional<std::vector<Time>>> slot(given.steps + 1);
    const auto answer = [&] {
        DialectAnswer result;
        for (std::uint32_t level = 1; level <= given.steps; ++level) {
            if (slot[level].has_value()) result = {level, {*slot[level]}};
        }
        return result;
    };
    bool entered = false;
    for (const Entry& entry : entries_of(given)) {
        if (entry.step == 0) {
            if (entered) break;
            continue;
        }
        if (entry.step == 1) {
            slot[1] = std::vector<Time>{entry.time};
            entered = true;
            if (given.steps == 1) break;
            continue;
        }
        auto& mine = slot[entry.step];
        const auto& before = slot[entry.step - 1];
        if (rules.deduplicate && mine.has_value()) return answer();
        if (rules.strict_order && entered && !before.has_value()) {
            if (rules.reentry) continue;
            return answer();
        }
        if (!before.has_value()) continue;
        if (entry.time - before->front() > static_cast<Time>(given.within)) continue;
        if (rules.strict_increase && !(before->back() < entry.time)) continue;
        mine = before;
        mine->push_back(entry.time);
        if (entry.step == static_cast<int>(given.steps)) break;
    }
    return answer();
}

// Every chain of every level: DuckDB, and ClickHouse with strict_once.
DialectAnswer every_chain(const DialectCase& given) {
    const DialectRules& rules = given.rules;
    std::vector<std::vector<std::vector<Entry>>> chains(given.steps + 1);
    bool entered = false, over = false;
    for (const Entry& entry : entries_of(given)) {
        if (over) break;
        if (entry.step == 0) {
            if (entered) break;
            continue;
        }
        if (entry.step == 1) {
            chains[1].push_back({entry});
            entered = true;
            if (given.steps == 1) break;
            continue;
        }
        if (rules.deduplicate && !chains[entry.step].empty()) break;
        if (rules.strict_order && entered && chains[entry.step - 1].empty()) {
            if (rules.reentry) continue;
            break;
        }
        for (const auto& chain : chains[entry.step - 1]) {
            if (entry.time - chain.front().time > static_cast<Time>(given.within)) continue;
            if (rules.strict_increase && !(chain.back().time < entry.time)) continue;
            const bool used = std::any_of(chain.begin(), chain.end(),
                                          [&](const Entry& taken) { return taken.row == entry.row; });
            if (rules.strict_once && used) continue;
            auto longer = chain;
            longer.push_back(entry);
            chains[entry.step].push_back(longer);
            over = over || entry.step == static_cast<int>(given.steps);
        }
    }
    DialectAnswer result;
    for (std::uint32_t level = given.steps; level >= 1 && result.level == 0; --level) {
        if (chains[level].empty()) continue;
        result.level = level;
        Time latest = chains[level][0][0].time;
        for (const auto& chain : chains[level]) latest = std::max(latest, chain[0].time);
        for (const auto& chain : chains[level]) {
            if (chain[0].time != latest) continue;
            std::vector<Time> times;
            for (const Entry& entry : chain) times.push_back(entry.time);
            result.chains.push_back(times);
        }
    }
    return result;
}

// Doris V2's list: the entries of a row from its last step to its first; `goes_on`
// marks those that are not the first of their row.
struct DorisEntry {
    Time time;
    int step;
    bool goes_on;
};

class Doris {
  public:
    explicit Doris(const DialectCase& given) : given_(given), last_(static_cast<int>(given.steps)) {
        for (const DialectRow& row : given.rows) {
            bool goes_on = false;
            for (int step = last_; step >= 1; --step) {
                if (!has(row, step)) continue;
                list_.push_back({row.time, step, goes_on});
                goes_on = true;
            }
        }
    }

    DialectAnswer answer() {
        if (given_.rules.strict_increase) return best_entry(&Doris::increase);
        if (given_.rules.deduplicate) return best_entry(&Doris::deduplication);
        if (given_.rules.strict_order) return best_entry(&Doris::fixed);
        return by_default();
    }

  private:
    using Times = std::vector<Time>;
    bool in_window(Time first, Time time) const { return time - first <= static_cast<Time>(given_.within); }
    std::size_t row_start(std::size_t i) const {
        while (list_[i].goes_on) --i;
        return i;
    }
    std::size_t row_end(std::size_t i) const {
        for (++i; i < list_.size() && list_[i].goes_on;) ++i;
        return i;
    }
    bool same_row(std::size_t a, std::size_t b) const { return row_start(a) == row_start(b); }

    DialectAnswer by_default() {
        struct Slot {
            Times times;
            std::size_t at;
        };
        std::vector<std::optional<Slot>> slot(given_.steps + 1);
        for (std::size_t i = 0; i < list_.size(); ++i) {
            const auto [time, step, goes_on] = list_[i];
            if (step == 1) {
                slot[1] = Slot{{time}, i};
                if (last_ == 1) break;
                continue;
            }
            const auto& before = slot[step - 1];
            if (!before || same_row(before->at, i) || !in_window(before->times.front(), time)) continue;
            Slot next{before->times, i};
            next.times.push_back(time);
            slot[step] = next;
            if (step == last_) break;
        }
        DialectAnswer result;
        for (int level = 1; level <= last_; ++level) {
            if (slot[level]) result = {static_cast<std::uint32_t>(level), {slot[level]->times}};
        }
        return result;
    }

    DialectAnswer best_entry(Times (Doris::*from)(std::size_t)) {
        DialectAnswer result;
        for (std::size_t i = 0; i < list_.size(); ++i) {
            if (list_[i].step != 1) continue;
            const Times times = (this->*from)(i);
            if (times.size() > result.level) result = {static_cast<std::uint32_t>(times.size()), {times}};
            if (result.level == given_.steps) break;
        }
        return result;
    }

    Times increase(std::size_t start) {
        std::vector<Times> slot(given_.steps + 1);
        slot[1] = {list_[start].time};
        for (std::size_t i = start + 1; i < list_.size() && slot[last_].empty(); ++i) {
            const auto [time, step, goes_on] = list_[i];
            if (step == 1 || slot[step - 1].empty()) continue;
            if (!in_window(list_[start].time, time) || slot[step - 1].back() >= time) continue;
            slot[step] = slot[step - 1];
            slot[step].push_back(time);
        }
        Times best;
        for (const Times& times : slot) {
            if (times.size() > best.size()) best = times;
        }
        return best;
    }

    Times deduplication(std::size_t start) {
        Times times{list_[start].time};
        std::size_t taken = start;
        for (std::size_t i = start + 1; i < list_.size(); ++i) {
            const int next = static_cast<int>(times.size()) + 1;
            if (next > last_) break;
            if (list_[i].step != next || same_row(taken, i)) continue;
            if (!in_window(times.front(), list_[i].time)) break;
            for (std::size_t gap = row_end(taken); gap < row_start(i); ++gap) {
                if (list_[gap].step < next) return times;
            }
            times.push_back(list_[i].time);
            taken = i;
        }
        return times;
    }

    Times fixed(std::size_t start) {
        Times times{list_[start].time};
        for (std::size_t i = row_end(start); i < list_.size(); i = row_end(i)) {
            const int next = static_cast<int>(times.size()) + 1;
            if (next > last_ || !in_window(times.front(), list_[i].time)) break;
            bool found = false;
            for (std::size_t j = i; j < row_end(i); ++j) found = found || list_[j].step == next;
            if (!found) break;
            times.push_back(list_[i].time);
        }
        return times;
    }

    const DialectCase& given_;
    int last_;
    std::vector<DorisEntry> list_;
};

// Pinot's queue and sliding window; steps from 0, -1: none.
DialectAnswer pinot(const DialectCase& given) {
    using Event = std::pair<Time, int>;
    std::priority_queue<Event, std::vector<Event>, std::greater<>> queue;
    for (const DialectRow& row : given.rows) {
        int step = -1;
        for (int candidate = static_cast<int>(given.steps); candidate >= 1; --candidate) {
            if (has(row, candidate)) step = candidate - 1;
        }
        if (step >= 0 || given.rules.keep_all) queue.emplace(row.time, step);
    }
    const auto pop = [&] {
        const Event event = queue.top();
        queue.pop();
        return event;
    };
    DialectAnswer result;
    std::deque<Event> window;
    while (!queue.empty()) {
        while (!window.empty() && window.front().second != 0) window.pop_front();
        if (window.empty()) {
            while (!queue.empty() && queue.top().second != 0) pop();
            if (queue.empty()) break;
            window.push_back(pop());
        }
        const Time end = window.front().first + static_cast<Time>(given.within);
        while (!queue.empty() && queue.top().first < end) window.push_back(pop());
        std::vector<Time> times;
        for (const auto& [time, step] : window) {
            const int level = static_cast<int>(times.size());
            if (given.rules.deduplicate && level > 0 && step == level - 1) break;
            if (given.rules.strict_order && step != level) break;
            if (given.rules.strict_increase && level > 0 && times.back() == time) continue;
            if (step == level) times.push_back(time);
            if (times.size() == given.steps) break;
        }
        if (times.size() > result.level) result = {static_cast<std::uint32_t>(times.size()), {times}};
        if (result.level == given.steps) break;
        window.pop_front();
    }
    return result;
}

}  // namespace

DialectAnswer dialect_oracle(DialectCase given) {
    // The order in which rows of one time are taken to have arrived.
    const bool by_step = given.rules.dialect == Dialect::doris;
    std::sort(given.rows.begin(), given.rows.end(), [&](const DialectRow& a, const DialectRow& b) {
        if (a.time != b.time) return a.time < b.time;
        const std::uint64_t low_a = a.mask & (~a.mask + 1), low_b = b.mask & (~b.mask + 1);
        if (by_step && low_a != low_b) return low_a < low_b;
        return a.mask < b.mask;
    });
    switch (given.rules.dialect) {
        case Dialect::clickhouse:
            return given.rules.strict_once ? every_chain(given) : clickhouse(given);
        case Dialect::duckdb:
            return every_chain(given);
        case Dialect::doris:
            return Doris(given).answer();
        default:
            return pinot(given);
    }
}

std::string describe(const DialectCase& given) {
    std::string text = "dialect " + std::to_string(static_cast<int>(given.rules.dialect)) + " flags " +
                       std::to_string(given.rules.flags()) + " steps " + std::to_string(given.steps) +
                       " within " + std::to_string(given.within) + ":";
    for (const DialectRow& row : given.rows) {
        text += " " + std::to_string(row.time) + "@";
        for (std::uint32_t step = 1; step <= given.steps; ++step) {
            if ((row.mask >> (step - 1) & 1) != 0) text += static_cast<char>('a' + step - 1);
        }
    }
    return text;
}

}  // namespace journey::test
