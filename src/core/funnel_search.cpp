#include "core/funnel_search.hpp"

#include <algorithm>
#include <limits>

#include "core/interrupt.hpp"

namespace journey {

ChainSearch::ChainSearch(std::span<const FunnelRow> rows, const StepKinds& kinds,
                         const FunnelOptions& options, std::pmr::memory_resource& memory)
    : rows_(rows),
      kinds_(kinds),
      options_(options),
      memory_(&memory),
      groups_(&memory),
      matching_(kinds, memory),
      taking_(kinds.steps() + 1, Taking::no, &memory),
      reach_(kinds, memory),
      arrivals_(&memory),
      waiting_(&memory),
      found_(&memory),
      mine_(&memory),
      other_(&memory) {
    make_groups();
}

void ChainSearch::make_groups() {
    Poll poll;
    for (std::uint32_t i = 0; i < rows_.size(); ++i) {
        poll();
        const bool together = !groups_.empty() && options_.ties != Ties::in_order &&
                              elapsed(groups_.back().time, rows_[i].time) <= options_.grace;
        if (together) {
            groups_.back().last = i + 1;
        } else {
            groups_.push_back({i, i + 1, rows_[i].time});
        }
    }
}

bool ChainSearch::satisfies(const Group& group, std::uint32_t step) const {
    for (std::uint32_t i = group.first; i < group.last; ++i) {
        if (kinds_.satisfies(rows_[i].kind, step)) return true;
    }
    return false;
}

std::uint32_t ChainSearch::next_entry(std::uint32_t group) const {
    while (group < groups() && !satisfies(groups_[group], 1)) ++group;
    return group;
}

// The steps a chain at `level` may take next: up to the first that is not optional.
template <class Try>
void ChainSearch::next_steps(std::uint32_t level, Try attempt) const {
    for (std::uint32_t step = level + 1; step <= kinds_.steps(); ++step) {
        attempt(step);
        if (level == 0 || !options_.is_optional(step)) return;
    }
}

// Calls found(to) for every step a chain can come to in this group if `first` is
// the first step it takes there.
template <class Found>
void ChainSearch::targets(const Group& group, std::uint32_t first, Found found) {
    if (!satisfies(group, first)) return;
    found(first);
    if (options_.ties == Ties::strict) return;
    if (options_.reuse_event) {
        for (std::uint32_t step = first + 1; step <= kinds_.steps(); ++step) {
            if (satisfies(group, step)) {
                found(step);
            } else if (!options_.is_optional(step)) {
                return;
            }
        }
        return;
    }
    if (group.last - group.first == 1) return;
    reach_.clear();
    for (std::uint32_t i = group.first; i < group.last; ++i) reach_.add_event(rows_[i].kind);
    reach_.match(first);
    for (std::uint32_t step = first + 1; step <= kinds_.steps(); ++step) {
        const bool reached = reach_.match(step);
        if (reached) found(step);
        if (!options_.is_optional(step)) {
            if (!reached) return;
        } else if (reached) {
            reach_.unmatch(step);  // what follows need not take it
        }
    }
}

// Which of the steps first … to a chain takes in this group: an optional one between them may
// be left out, and has to be if nothing satisfies it.
void ChainSearch::open_steps(const Group& group, std::uint32_t first, std::uint32_t to) {
    for (std::uint32_t step = first; first != 0 && step <= to; ++step) {
        const bool may_skip = step != first && step != to && options_.is_optional(step);
        taking_[step] = !may_skip ? Taking::must : satisfies(group, step) ? Taking::may : Taking::no;
    }
}

// Would this event, were it no step of the chain, end a chain that goes from step `from` over
// the steps first … to that are taken (`least`: those that must be, or may be) in the event's
// group? Events of one time stand in the order that suits the chain: an excluded one where it
// does no harm. In force is the exclusion of the step taken last.
bool ChainSearch::ends(const FunnelRow& row, std::uint32_t from, std::uint32_t first, std::uint32_t to,
                       Taking least) const {
    if (options_.order == StepOrder::next_event && (!options_.reentry || !kinds_.satisfies_any(row.kind)))
        return true;
    if (!options_.exclusions || !kinds_.excluded_in(row.kind, from)) return false;
    for (std::uint32_t step = first; first != 0 && step <= to; ++step) {
        if (taking_[step] >= least && !kinds_.excluded_in(row.kind, step)) return false;
    }
    return true;
}

// Matches the steps first … to to events of the group: those that must be taken, and optional
// ones as far as events are left; every event that would end the chain must be used or stand
// after a step where it does not. False: that cannot be.
bool ChainSearch::match_group(const Group& group, std::uint32_t from, std::uint32_t first, std::uint32_t to) {
    open_steps(group, first, to);
    return match_open(group, from, first, to);
}

// The same, for what is decided of the optional steps. Events that would end the chain wherever
// they stand are offered first, since an event once used stays used.
bool ChainSearch::match_open(const Group& group, std::uint32_t from, std::uint32_t first, std::uint32_t to) {
    poll_interrupt();
    const auto match_steps = [&](Taking taking) {
        for (std::uint32_t step = first; first != 0 && step <= to; ++step) {
            if (taking_[step] != taking || matching_.kind_of(step) != StepMatching::none) continue;
            if (!matching_.match(step) && taking == Taking::must) take_over(step, first, to);
        }
    };
    matching_.clear();
    std::uint32_t must_use = 0;
    for (std::uint32_t i = group.first; i < group.last && from != 0; ++i) {
        if (!ends(rows_[i], from, first, to, Taking::may)) continue;
        matching_.add_event(rows_[i].kind);
        ++must_use;
    }
    if (must_use > 0) {
        match_steps(Taking::must);
        match_steps(Taking::may);
        if (matching_.size() < must_use) return false;
    }
    for (std::uint32_t i = group.first; i < group.last; ++i) {
        if (from == 0 || !ends(rows_[i], from, first, to, Taking::may)) matching_.add_event(rows_[i].kind);
    }
    match_steps(Taking::must);
    match_steps(Taking::may);
    if (from == 0 || options_.optional.empty() || first == 0) return true;
    for (std::uint32_t step = first; step <= to; ++step) {
        if (taking_[step] == Taking::must && matching_.kind_of(step) == StepMatching::none) return false;
    }
    return place_excluded(group, from, first, to);
}

// Events that are left over and stand well only after an optional step: if that is not taken,
// either it is, or they have to do without it.
bool ChainSearch::place_excluded(const Group& group, std::uint32_t from, std::uint32_t first,
                                 std::uint32_t to) {
    for (std::uint32_t i = group.first; i < group.last; ++i) {
        const std::uint32_t kind = rows_[i].kind;
        if (!matching_.any_left(kind) || !ends(rows_[i], from, first, to, Taking::must)) continue;
        std::uint32_t untaken = 0;
        bool stands = false;
        for (std::uint32_t step = first; step <= to && !stands; ++step) {
            if (taking_[step] != Taking::may || kinds_.excluded_in(kind, step)) continue;
            if (matching_.kind_of(step) == StepMatching::none) {
                untaken = step;
            } else {
                stands = true;
            }
        }
        if (stands || untaken == 0) continue;
        taking_[untaken] = Taking::must;
        if (match_open(group, from, first, to)) return true;
        taking_[untaken] = Taking::no;
        if (match_open(group, from, first, to)) return true;
        taking_[untaken] = Taking::may;
        return false;
    }
    return true;
}

// Gives a step that must be taken the event of an optional one, if that helps.
void ChainSearch::take_over(std::uint32_t step, std::uint32_t first, std::uint32_t to) {
    for (std::uint32_t other = first + 1; other < to; ++other) {
        if (taking_[other] == Taking::must || matching_.kind_of(other) == StepMatching::none) continue;
        matching_.unmatch(other);
        if (matching_.match(step)) return;
        matching_.match(other);
    }
}

// Is a chain that was at step `from` before the group and is at `to` after it
// (first = 0: it took nothing there) still under way?
bool ChainSearch::survives(const Group& group, std::uint32_t from, std::uint32_t first, std::uint32_t to) {
    if (from == 0) return true;  // what would end it came before its entry
    if (options_.order != StepOrder::next_event && !options_.exclusions) return true;
    const bool reuse = options_.reuse_event && options_.ties != Ties::strict && first != 0;
    open_steps(group, first, to);
    for (std::uint32_t i = group.first; i < group.last; ++i) {
        if (!ends(rows_[i], from, first, to, reuse ? Taking::may : Taking::must)) continue;
        if (!reuse) return match_open(group, from, first, to);
        std::uint32_t step = first;
        while (step <= to && !kinds_.satisfies(rows_[i].kind, step)) ++step;
        if (step > to) return false;
    }
    return true;
}

bool ChainSearch::any_under_way(std::span<const Slot> slots, std::uint32_t highest, Time now) const {
    for (std::uint32_t level = 1; level <= highest; ++level) {
        if (slots[level].alive && elapsed(slots[level].start, now) <= options_.within) return true;
    }
    return false;
}

ChainSearch::Best ChainSearch::forward(std::uint32_t first_entry, std::uint32_t entries_end, Until until) {
    const std::uint32_t steps = kinds_.steps();
    std::pmr::vector<Slot> slots(steps + 1, memory_), next(steps + 1, memory_);
    Best best;
    std::uint32_t highest = 0;  // slots above are not alive
    Poll poll;
    std::uint32_t g = first_entry;
    for (; g < groups(); ++g) {
        poll();
        const Group& group = groups_[g];
        if (until == Until::complete_or_idle && g > first_entry && !any_under_way(slots, highest, group.time))
            break;
        next = slots;
        bool alive = false;
        std::uint32_t new_highest = 0;
        const auto offer = [&](std::uint32_t from, std::uint32_t first, std::uint32_t to, const Slot& chain) {
            if (to > best.level || (to == best.level && chain.group > best.group)) {
                best.level = to;
                best.group = chain.group;
            }
            if (to == steps || !survives(group, from, first, to)) return;
            if (!next[to].alive || chain.start >= next[to].start) next[to] = chain;
            new_highest = std::max(new_highest, to);
        };
        for (std::uint32_t level = highest; level >= 1; --level) {
            const Slot& slot = slots[level];
            if (!slot.alive) continue;
            if (elapsed(slot.start, group.time) > options_.within) {
                next[level].alive = false;
                continue;
            }
            next[level].alive = survives(group, level, 0, level);
            next_steps(level, [&](std::uint32_t step) {
                if (elapsed(slot.last, group.time) > options_.limit(step)) return;
                targets(group, step, [&](std::uint32_t to) {
                    offer(level, step, to, {true, slot.start, group.time, slot.group});
                });
            });
        }
        if (g < entries_end) {
            targets(group, 1, [&](std::uint32_t to) { offer(0, 1, to, {true, group.time, group.time, g}); });
        }
        slots.swap(next);
        for (std::uint32_t level = 1; level <= std::max(highest, new_highest); ++level) {
            if (!slots[level].alive) continue;
            alive = true;
            new_highest = std::max(new_highest, level);
        }
        highest = new_highest;
        if (until != Until::end && best.level == steps) break;
        if (!alive && (g + 1 >= entries_end || until == Until::complete_or_idle)) break;
    }
    best.closed = g;
    return best;
}

ChainSearch::Best ChainSearch::best(bool level_only) {
    if (options_.entry == Entry::first) {
        const std::uint32_t entry = next_entry(0);
        return entry == groups() ? Best{} : from(entry);
    }
    Best latest = forward(0, groups(), level_only ? Until::complete : Until::end);
    if (level_only || latest.level == 0 || options_.entry == Entry::latest) return latest;
    for (std::uint32_t entry = next_entry(0); entry < latest.group; entry = next_entry(entry + 1)) {
        const Best candidate = from(entry);
        if (candidate.level == latest.level) return candidate;
    }
    return latest;
}

// Fills `rows` with the chain's event for each step.
void ChainSearch::steps_of(const Arrival& arrival, std::pmr::vector<std::uint32_t>& rows) {
    rows.assign(kinds_.steps(), no_row);
    const Arrival* at = &arrival;
    while (true) {
        assign(*at, rows);
        if (at->parent == no_row) return;
        at = &arrivals_[at->parent];
    }
}

void ChainSearch::assign(const Arrival& arrival, std::pmr::vector<std::uint32_t>& rows) {
    const Group& group = groups_[arrival.group];
    const auto first_event = [&](std::uint32_t step) {
        std::uint32_t i = group.first;
        while (i < group.last && !kinds_.satisfies(rows_[i].kind, step)) ++i;
        return i < group.last ? i : no_row;
    };
    if (options_.reuse_event || group.last - group.first == 1) {
        for (std::uint32_t step = arrival.first; step <= arrival.level; ++step)
            rows[step - 1] = first_event(step);
        return;
    }
    const std::uint32_t from = arrival.parent == no_row ? 0 : arrivals_[arrival.parent].level;
    // At its last step a chain need not go on.
    if (!match_group(group, from, arrival.first, arrival.level))
        match_group(group, 0, arrival.first, arrival.level);
    for (std::uint32_t step = arrival.first; step <= arrival.level; ++step) {
        const std::uint32_t kind = matching_.kind_of(step);
        if (kind == StepMatching::none) continue;
        for (std::uint32_t i = group.first; i < group.last; ++i) {
            const auto taken = rows.begin() + arrival.first - 1;
            if (rows_[i].kind != kind ||
                std::find(taken, rows.begin() + step - 1, i) != rows.begin() + step - 1)
                continue;
            rows[step - 1] = i;
            break;
        }
    }
}

std::uint32_t ChainSearch::group_of(std::uint32_t i) const {
    if (i == no_row) return no_row;
    const auto after =
        std::upper_bound(groups_.begin(), groups_.end(), i,
                         [](std::uint32_t row, const Group& group) { return row < group.first; });
    return static_cast<std::uint32_t>(after - groups_.begin() - 1);
}

// Does chain a take its steps earlier than chain b? Both end in the same group.
bool ChainSearch::earlier(const Arrival& a, const Arrival& b) {
    steps_of(a, mine_);
    steps_of(b, other_);
    for (std::uint32_t step = 0; step < mine_.size(); ++step) {
        const std::uint32_t mine = group_of(mine_[step]), other = group_of(other_[step]);
        if (mine != other) return mine < other;
    }
    return false;
}

// All arrivals in group g of chains that entered in `entry`, the best for each level.
void ChainSearch::collect(std::uint32_t g, std::uint32_t entry, std::uint32_t goal) {
    const Group& group = groups_[g];
    found_.assign(goal + 1, {no_row, no_row, 0, 0});
    if (g == entry) {
        targets(group, 1, [&](std::uint32_t to) {
            if (to <= goal) found_[to] = {g, no_row, to, 1};
        });
        return;
    }
    std::pmr::vector<Arrival> arriving(memory_);
    for (std::uint32_t level = 1; level < goal; ++level) {
        const auto& waiting = waiting_[level];
        if (waiting.empty()) continue;
        next_steps(level, [&](std::uint32_t step) {
            const auto parent =
                std::partition_point(waiting.begin(), waiting.end(), [&](std::uint32_t arrival) {
                    return elapsed(groups_[arrivals_[arrival].group].time, group.time) > options_.limit(step);
                });
            if (parent == waiting.end()) return;
            targets(group, step, [&](std::uint32_t to) {
                if (to > goal || (to < goal && !survives(group, level, step, to))) return;
                arriving.push_back({g, *parent, to, step});
            });
        });
    }
    for (const Arrival& arrival : arriving) {
        Arrival& best = found_[arrival.level];
        if (best.group == no_row || earlier(arrival, best)) best = arrival;
    }
}

Chain ChainSearch::chain(const Best& best, std::uint32_t* end_group) {
    Chain chain(*memory_);
    chain.level = best.level;
    chain.rows.assign(kinds_.steps(), no_row);
    chain.times.assign(kinds_.steps(), 0);
    if (best.level == 0) return chain;

    arrivals_.clear();
    waiting_.clear();
    waiting_.resize(best.level + 1);
    Poll poll;
    for (std::uint32_t g = best.group; g < groups(); ++g) {
        poll();
        collect(g, best.group, best.level);
        const Group& group = groups_[g];
        if (found_[best.level].group != no_row) {
            steps_of(found_[best.level], mine_);
            chain.counted_start = groups_[best.group].time;
            chain.counted_end = group.time;
            if (end_group != nullptr) *end_group = g;
            break;
        }
        for (std::uint32_t level = 1; level < best.level; ++level) {
            if (!waiting_[level].empty() && !survives(group, level, 0, level)) waiting_[level].clear();
        }
        for (std::uint32_t level = 1; level < best.level; ++level) {
            const Arrival& arrival = found_[level];
            if (arrival.group == no_row) continue;
            // A chain that skipped a step can come earlier and yet be the worse one.
            auto& waiting = waiting_[level];
            while (!options_.optional.empty() && !waiting.empty() &&
                   earlier(arrival, arrivals_[waiting.back()])) {
                waiting.pop_back();
            }
            arrivals_.push_back(arrival);
            waiting_[level].push_back(static_cast<std::uint32_t>(arrivals_.size() - 1));
        }
    }
    for (std::uint32_t step = 0; step < mine_.size(); ++step) {
        if (mine_[step] == no_row) continue;
        chain.rows[step] = rows_[mine_[step]].row;
        chain.times[step] = rows_[mine_[step]].time;
    }
    if (options_.grace > 0) date_by_group(chain);
    return chain;
}

void ChainSearch::date_by_group(Chain& chain) const {
    chain.group_times = chain.times;
    for (std::uint32_t step = 0; step < mine_.size(); ++step) {
        if (mine_[step] != no_row) chain.group_times[step] = groups_[group_of(mine_[step])].time;
    }
}

}  // namespace journey
