// Walks the times of events, latest first, with the sums over everybody at risk.
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/interrupt.hpp"
#include "core/survival_model.hpp"
#include "core/survival_rows.hpp"

namespace journey {

// Sums of risk (weight * exp(predictor)), risk * x and, where asked for, risk * x * x' (lower triangle, row
// after row).
class RiskSums {
  public:
    RiskSums(std::size_t width, std::pmr::memory_resource& memory)
        : first(width, 0, &memory), second(width * (width + 1) / 2, 0, &memory) {}
    void clear() {
        zeroth = 0;
        std::fill(first.begin(), first.end(), 0);
        if (has_squares) std::fill(second.begin(), second.end(), 0);
        has_squares = false;
    }
    void add(double risk, const double* x) {
        zeroth += risk;
        for (std::size_t i = 0; i < first.size(); ++i) first[i] += risk * x[i];
    }
    void add_squares(double risk, const double* x) {
        has_squares = true;
        double* to = second.data();
        for (std::size_t i = 0; i < first.size(); ++i) {
            const double weighted = risk * x[i];
            for (std::size_t j = 0; j <= i; ++j) to[j] += weighted * x[j];
            to += i + 1;
        }
    }
    double zeroth = 0;
    std::pmr::vector<double> first, second;
    bool has_squares = false;
};

// One event of several at one time. Efron: the k-th of d is met by those at risk less
// k/d of the dying; Breslow: by all at risk, so that all d are alike. Each counts
// `weight`, the mean weight of the dying.
struct Tie {
    double fraction, times;
};
template <class Visit>
void for_each_tie(CoxTies ties, std::size_t events, double weight, Visit visit) {
    if (ties == CoxTies::breslow || events == 1) return visit(Tie{0, weight * static_cast<double>(events)});
    for (std::size_t k = 0; k < events; ++k) {
        visit(Tie{static_cast<double>(k) / static_cast<double>(events), weight});
    }
}

// One time with events: rows [from, to) end at it, the last `events` of them with one,
// of the mean weight `weight`.
struct EventTime {
    std::uint32_t stratum;
    double time;
    std::size_t from, to, events;
    double weight;
    const RiskSums& at_risk;
    const RiskSums& dying;
};

class RiskWalk {
  public:
    RiskWalk(const OrderedRows& rows, std::pmr::memory_resource& memory)
        : rows_(rows),
          by_entry_(&memory),
          risk_(rows.size(), 0, &memory),
          predictor_(rows.size(), 0, &memory),
          at_risk_(rows.width, memory),
          dying_(rows.width, memory) {
        if (rows.entry.empty()) return;
        by_entry_.resize(rows.size());
        std::iota(by_entry_.begin(), by_entry_.end(), std::uint32_t{0});
        std::sort(by_entry_.begin(), by_entry_.end(), [&](std::uint32_t a, std::uint32_t b) {
            if (rows.stratum[a] != rows.stratum[b]) return rows.stratum[a] < rows.stratum[b];
            if (rows.entry[a] != rows.entry[b]) return rows.entry[a] > rows.entry[b];
            return a < b;
        });
    }

    // Predictors are taken relative to the largest of the stratum, so that exp() stays in range.
    double predictor(std::size_t row) const { return predictor_[row]; }
    double risk(std::size_t row) const { return risk_[row]; }
    double weight(std::size_t row) const { return rows_.weight.empty() ? 1 : rows_.weight[row]; }
    double shift(std::uint32_t stratum) const { return shift_[stratum]; }

    void set_predictors(const double* beta) {
        Poll poll;
        shift_.assign(rows_.strata.size(), -INFINITY);
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            const double* x = rows_.covariates.data() + i * rows_.width;
            double eta = 0;
            for (std::size_t k = 0; k < rows_.width; ++k) eta += x[k] * beta[k];
            predictor_[i] = eta;
            double& largest = shift_[rows_.stratum[i]];
            largest = std::max(largest, eta);
            poll();
        }
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            predictor_[i] -= shift_[rows_.stratum[i]];
            risk_[i] = weight(i) * std::exp(predictor_[i]);
            poll();
        }
    }

    template <class Visit>
    void operator()(Visit visit, bool squares = false) {
        squares_ = squares;
        Poll poll;
        for (std::size_t end = rows_.size(); end > 0;) {
            const std::uint32_t stratum = rows_.stratum[end - 1];
            std::size_t begin = end;
            while (begin > 0 && rows_.stratum[begin - 1] == stratum) --begin;
            walk_stratum(begin, end, visit, poll);
            end = begin;
        }
    }

  private:
    template <class Visit>
    void walk_stratum(std::size_t begin, std::size_t end, Visit& visit, Poll& poll) {
        at_risk_.clear();
        std::size_t next_entry = begin, present = 0;
        for (std::size_t to = end; to > begin;) {
            const double time = rows_.duration[to - 1];
            std::size_t from = to, events = 0;
            double weights = 0;
            dying_.clear();
            for (; from > begin && rows_.duration[from - 1] == time; --from) {
                const double* x = rows_.covariates.data() + (from - 1) * rows_.width;
                add(at_risk_, risk_[from - 1], x);
                if (rows_.event[from - 1] != 0) {
                    add(dying_, risk_[from - 1], x);
                    weights += weight(from - 1);
                    ++events;
                }
                ++present;
                poll();
            }
            // Who enters at this time or later is not at risk yet.
            for (; !by_entry_.empty() && next_entry < end && rows_.entry[by_entry_[next_entry]] >= time;
                 ++next_entry) {
                const std::uint32_t row = by_entry_[next_entry];
                add(at_risk_, -risk_[row], rows_.covariates.data() + row * rows_.width);
                if (--present == 0) at_risk_.clear();
                poll();
            }
            if (events > 0) {
                visit(EventTime{rows_.stratum[from], time, from, to, events,
                                weights / static_cast<double>(events), at_risk_, dying_});
            }
            to = from;
        }
    }

    void add(RiskSums& sums, double risk, const double* x) const {
        sums.add(risk, x);
        if (squares_) sums.add_squares(risk, x);
    }

    const OrderedRows& rows_;
    bool squares_ = false;
    std::pmr::vector<std::uint32_t> by_entry_;  // within strata, the latest first
    std::pmr::vector<double> risk_, predictor_;
    std::vector<double> shift_;
    RiskSums at_risk_, dying_;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
