// One question, three ways to answer it: will a customer have no activity within a
// horizon, as of a moment?
//
//   rfm       the share of those who were alike (scores of recency, frequency and
//             monetary value) and stayed away, smoothed towards the share of a larger
//             group: cell (r, f, m) → (r, f) → r → everybody,
//             p = (stayed away + weight * p of the larger group) / (customers + weight)
//             (the m-estimate of B. Cestnik, 1990), weight 10; everybody: (k + 1/2) / (n + 1)
//   btyd      P(no purchase within the horizon | frequency, recency, age) of a
//             customers-alive model (btyd_score.hpp), in days, activities of one day as one
//   survival  the time to the next activity by Cox or accelerated failure times on
//             what was known at the moment (churn_covariates)
//
// Nothing after the moment is looked at. rfm and survival learn at `as_of` from what
// was known a horizon before it and what came since; so everybody was followed for
// just the horizon, and who did not come back is censored there. btyd needs no such
// cut: it is fitted to everything up to as_of.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/btyd_score.hpp"
#include "core/journey.hpp"
#include "core/rfm.hpp"
#include "core/survival_model.hpp"

namespace journey {

enum class ChurnMethod : std::uint8_t {
    rfm,
    bgnbd,
    mbgnbd,
    pareto_nbd,
    nbd,
    cox,
    exponential,
    weibull,
    lognormal,
    loglogistic,
};
inline constexpr std::size_t churn_methods = 10;
// 'btyd' is mbgnbd and 'survival' is cox; throws for an unknown word.
ChurnMethod parse_churn_method(std::string_view word);
std::string_view name_of(ChurnMethod method);
// Which of the three a method belongs to.
inline bool is_btyd(ChurnMethod method) {
    return method >= ChurnMethod::bgnbd && method <= ChurnMethod::nbd;
}
inline bool is_survival(ChurnMethod method) {
    return method >= ChurnMethod::cox;
}

// What is known of a customer at a moment.
struct ChurnHistory {
    RfmValue rfm;              // returns count, as activity does
    std::int64_t tenure = 0;   // microseconds since the first activity
    std::int64_t lately = 0;   // activities within the last horizon
    std::int64_t earlier = 0;  // and within the one before it
    std::int64_t names = 0;    // different events met, activity or not
    BtydHistory btyd;          // days
};
// Nothing if there was no activity up to as_of. `is_activity` has a flag for each of
// the journey's event names. O(events up to as_of).
std::optional<ChurnHistory> churn_history(const JourneyView& journey, std::span<const bool> is_activity,
                                          Time as_of, std::uint64_t horizon,
                                          std::pmr::memory_resource& memory);
// How long after `moment` the next activity came; nothing within `horizon` (inclusive).
std::optional<std::uint64_t> next_activity(const JourneyView& journey, std::span<const bool> is_activity,
                                           Time moment, std::uint64_t horizon);

// The covariates of the survival rung:
//   recency    ln(1 + days since the last activity)
//   frequency  ln(activities)
//   monetary   ± ln(1 + |sum of values|)
//   tenure     ln(1 + days since the first activity)
//   overdue    days since the last activity / (tenure / activities): how many of his own
//              mean gaps he is silent; at most 20, 1 on the first day
//   trend      ln((1 + activities within the last horizon) / (1 + within the one before))
//   variety    ln(different events)
inline constexpr std::size_t churn_covariates = 7;
extern const std::array<std::string_view, churn_covariates> churn_covariate_names;
std::array<double, churn_covariates> covariates_of(const ChurnHistory& history);
// Back from a covariate to days, counts, money.
double churn_figure(std::size_t covariate, double value);

// Durations of the survival rung are counted in so many parts of the horizon, each
// rounded up: a model has at most so many times.
inline constexpr std::int64_t churn_steps = 360;

struct ChurnModel {
    explicit ChurnModel(std::pmr::memory_resource& memory)
        : rfm(memory), cell_customers(&memory), cell_inactive(&memory), typical(&memory), survival(memory) {}

    static constexpr int bins = 5;
    static constexpr std::size_t cells = bins * bins * bins;  // 25 (r-1) + 5 (f-1) + m-1
    static constexpr double weight = 10;

    ChurnMethod method = ChurnMethod::rfm;
    std::uint64_t horizon = 0;   // microseconds
    std::int64_t customers = 0;  // learned from
    std::int64_t inactive = 0;   // of them, without activity in the horizon; not of btyd
    RfmModel rfm;
    std::pmr::vector<std::int64_t> cell_customers, cell_inactive;
    std::pmr::vector<double> typical;  // medians or means beside which reasons are given
    BtydModel btyd;
    SurvivalModel survival;
};

// The probability of no activity in the horizon. Throws for a horizon that the model
// cannot answer: rfm answers its own only, Cox none that is longer.
double churn_probability(const ChurnModel& model, const ChurnHistory& history, std::uint64_t horizon);

// Why: what moved the probability away from that of a customer of whom nothing is
// known (btyd), of everybody (rfm), of one with mean covariates (survival). The first
// row is that one; the effects of all rows sum to the probability.
//   rfm       the steps of the back-off
//   others    Shapley values (1953): the mean effect over all orders of learning; btyd
//             learns of the activity until its last, and of the silence since
struct ChurnReason {
    std::string_view reason;
    double value = 0, typical = 0;  // NaN: none
    double effect = 0;
};
struct ChurnReasons {
    std::array<ChurnReason, churn_covariates + 1> rows;
    std::size_t count = 0;
};
// Largest effects first, after the base.
ChurnReasons churn_reasons(const ChurnModel& model, const ChurnHistory& history, std::uint64_t horizon);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
