#include "core/survival_score.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/interrupt.hpp"
#include "core/survival.hpp"

namespace journey {

namespace {

// Counts of ranks with sums of prefixes (Fenwick 1994).
class Counts {
  public:
    Counts(std::size_t size, std::pmr::memory_resource& memory) : sums_(size + 1, 0, &memory) {}
    void add(std::size_t rank) {
        for (std::size_t i = rank + 1; i < sums_.size(); i += i & -i) ++sums_[i];
    }
    // How many have a rank below.
    std::int64_t below(std::size_t rank) const {
        std::int64_t sum = 0;
        for (std::size_t i = rank; i > 0; i -= i & -i) sum += sums_[i];
        return sum;
    }

  private:
    std::pmr::vector<std::int64_t> sums_;
};

std::int64_t pairs(std::int64_t n) {
    return n * (n - 1) / 2;
}

}  // namespace

Concordance concordance(const OrderedRows& rows, std::pmr::memory_resource& memory) {
    const std::size_t n = rows.size();
    std::pmr::vector<double> values(rows.covariates, &memory);
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    std::pmr::vector<std::size_t> rank(n, 0, &memory);
    for (std::size_t i = 0; i < n; ++i) {
        rank[i] = static_cast<std::size_t>(
            std::lower_bound(values.begin(), values.end(), rows.covariates[i]) - values.begin());
    }
    Concordance result;
    Counts later(values.size(), memory);
    std::int64_t waiting = 0;
    Poll poll;
    for (std::size_t to = n; to > 0;) {
        std::size_t from = to;
        while (from > 0 && rows.duration[from - 1] == rows.duration[to - 1]) --from;
        // Who is censored at a time was seen beyond the events of that time.
        for (std::size_t i = from; i < to; ++i) {
            if (rows.event[i] == 0) later.add(rank[i]), ++waiting;
        }
        std::int64_t events = 0;
        for (std::size_t i = from; i < to; ++i) {
            if (rows.event[i] == 0) continue;
            const std::int64_t below = later.below(rank[i]), equal = later.below(rank[i] + 1) - below;
            result.concordant += below;
            result.tied_risk += equal;
            result.discordant += waiting - below - equal;
            ++events;
            poll();
        }
        for (std::size_t i = from; i < to; ++i) {
            if (rows.event[i] != 0) later.add(rank[i]), ++waiting;
        }
        result.tied_time += pairs(events);
        to = from;
    }
    const auto concordant = static_cast<double>(result.concordant),
               tied = static_cast<double>(result.tied_risk);
    const double all = concordant + tied + static_cast<double>(result.discordant);
    result.concordance = all > 0 ? (concordant + tied / 2) / all : no_number;
    return result;
}

double brier_score(const OrderedRows& rows, double horizon) {
    if (rows.size() == 0) return no_number;
    double sum = 0, uncensored = 1;  // P(not censored before this time)
    auto at_risk = static_cast<double>(rows.size());
    Poll poll;
    std::size_t from = 0;
    for (; from < rows.size() &&
           (rows.duration[from] <= horizon || is_same_time(horizon, rows.duration[from]));) {
        std::size_t to = from, events = 0;
        for (; to < rows.size() && rows.duration[to] == rows.duration[from]; ++to) {
            const double survival = rows.covariates[to];
            if (rows.event[to] != 0) {
                sum += survival * survival / uncensored;
                ++events;
            }
            poll();
        }
        // Events of a time come before its censorings.
        const double left = at_risk - static_cast<double>(events),
                     censored = static_cast<double>(to - from - events);
        if (censored > 0) uncensored *= (left - censored) / left;
        at_risk = left - censored;
        from = to;
    }
    for (; from < rows.size(); ++from) {
        const double missed = 1 - rows.covariates[from];
        sum += missed * missed / uncensored;
        poll();
    }
    return sum / static_cast<double>(rows.size());
}

std::pmr::vector<SurvivalCalibrationRow> calibration(const OrderedRows& rows, double horizon,
                                                     std::int64_t bins, double level,
                                                     std::pmr::memory_resource& memory) {
    std::pmr::vector<std::size_t> order(rows.size(), 0, &memory);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return rows.covariates[a] < rows.covariates[b]; });
    std::pmr::vector<SurvivalCalibrationRow> result(&memory);
    const auto n = static_cast<std::int64_t>(rows.size());
    // The bin of equal predictions is that of their first place.
    const auto bin_at = [&](std::int64_t place) {
        return 1 + static_cast<std::int64_t>(static_cast<__int128>(place) * bins / n);
    };
    Poll poll;
    for (std::int64_t from = 0; from < n;) {
        SurvivalCalibrationRow row;
        row.bin = bin_at(from);
        SurvivalTable table(memory);
        std::int64_t to = from;
        double last = 0;
        for (; to < n; ++to) {
            const std::size_t i = order[static_cast<std::size_t>(to)];
            if (to > from && rows.covariates[i] != last && bin_at(to) != row.bin) break;
            last = rows.covariates[i];
            row.predicted += last;
            table.add(rows.duration[i], rows.event[i] != 0, std::nullopt);
            poll();
        }
        row.customers = to - from;
        row.predicted /= static_cast<double>(row.customers);
        const auto curve = table.kaplan_meier({level, IntervalType::log}, memory);
        row.observed = 1 - survival_at(curve, horizon);
        for (const CurvePoint& point : curve) {
            if (point.time > horizon && !is_same_time(horizon, point.time)) break;
            row.lower = 1 - point.estimate.upper;
            row.upper = 1 - point.estimate.lower;
        }
        if (std::isnan(row.observed)) row.lower = row.upper = no_number;
        result.push_back(row);
        from = to;
    }
    return result;
}

}  // namespace journey
