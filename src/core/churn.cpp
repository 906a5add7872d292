#include "core/churn.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/btyd_summary.hpp"
#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "core/memory.hpp"
#include "core/survival.hpp"

namespace journey {

namespace {

constexpr double day = 86'400'000'000;

constexpr std::string_view method_names[churn_methods] = {
    "rfm", "bgnbd",       "mbgnbd",  "pareto_nbd", "nbd",
    "cox", "exponential", "weibull", "lognormal",  "loglogistic"};

std::uint64_t since(Time from, Time to) {
    return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
}

double overdue(const ChurnHistory& history) {
    constexpr double most = 20;
    if (history.tenure == 0) return 1;
    return std::min(most, static_cast<double>(history.rfm.recency) / static_cast<double>(history.tenure) *
                              static_cast<double>(history.rfm.frequency));
}

double signed_log(double amount) {
    return std::copysign(std::log1p(std::fabs(amount)), amount);
}

// The share of those who stayed away among customers like this one, in ever smaller groups.
struct BackOff {
    double everybody, recency, frequency, monetary;
};

double smoothed(double inactive, double customers, double larger) {
    return (inactive + ChurnModel::weight * larger) / (customers + ChurnModel::weight);
}

BackOff back_off(const ChurnModel& model, const RfmScores& scores) {
    constexpr auto bins = static_cast<std::size_t>(ChurnModel::bins);
    const auto share = [&](std::size_t first, std::size_t cells, double larger) {
        std::int64_t customers = 0, inactive = 0;
        for (std::size_t i = first; i < first + cells; ++i) {
            customers += model.cell_customers[i];
            inactive += model.cell_inactive[i];
        }
        return smoothed(static_cast<double>(inactive), static_cast<double>(customers), larger);
    };
    const std::size_t row = static_cast<std::size_t>(scores.r - 1) * bins * bins,
                      pair = row + static_cast<std::size_t>(scores.f - 1) * bins,
                      cell = pair + static_cast<std::size_t>(scores.m - 1);
    BackOff shares{};
    shares.everybody =
        (static_cast<double>(model.inactive) + 0.5) / (static_cast<double>(model.customers) + 1);
    shares.recency = share(row, bins * bins, shares.everybody);
    shares.frequency = share(pair, bins, shares.recency);
    shares.monetary = share(cell, 1, shares.frequency);
    return shares;
}

// Cox and AFT: a customer's covariates are those of the model's means but for `differs`.
struct Waiting {
    const SurvivalModel& model;
    double at_means, time;
    std::array<double, churn_covariates> moves{};  // of the predictor

    Waiting(const SurvivalModel& its_model, const ChurnHistory& history, double its_time)
        : model(its_model), at_means(linear_predictor(its_model, its_model.means)), time(its_time) {
        const auto covariates = covariates_of(history);
        for (std::size_t i = 0; i < churn_covariates; ++i) {
            moves[i] = model.coefficients[model.first_covariate() + i] * (covariates[i] - model.means[i]);
        }
    }
    double probability(std::uint32_t differs) const {
        double predictor = at_means;
        for (std::size_t i = 0; i < churn_covariates; ++i) {
            if (((differs >> i) & 1) != 0) predictor += moves[i];
        }
        return survival_probability(model, predictor, 0, time);
    }
};

// A Cox model knows nothing after the last time seen. Everybody was followed for the
// whole horizon: if the last time is before its end, everybody had come back by then.
double followed(const ChurnModel& model, double days) {
    if (!model.survival.is_cox()) return days;
    return std::min(days, model.survival.strata[0].last_time);
}

void check_horizon(const ChurnModel& model, std::uint64_t horizon) {
    const bool own_only = model.method == ChurnMethod::rfm && horizon != model.horizon;
    const bool too_long = model.method == ChurnMethod::cox && horizon > model.horizon;
    if (!own_only && !too_long) return;
    throw Error(ErrorCode::invalid_argument, "horizon",
                own_only ? "horizon differs from that of the model, which method rfm cannot answer"
                         : "horizon is longer than that of the model, which method cox cannot answer")
        .detail("The model was fitted for %.10g days, asked are %.10g.",
                static_cast<double>(model.horizon) / day, static_cast<double>(horizon) / day)
        .hint(own_only ? "Fit with this horizon, or by method btyd or survival."
                       : "Fit with this horizon, or by method btyd or weibull.");
}

// Shapley values of n players; probability(players) of each set of them.
template <std::size_t n, class Probability>
std::array<double, n> shapley(Probability probability) {
    std::array<double, std::size_t{1} << n> of{};
    for (std::uint32_t set = 0; set < of.size(); ++set) of[set] = probability(set);
    std::array<double, n> weight{};  // of a set of so many others: k! (n-1-k)! / n!
    weight[0] = 1.0 / n;
    for (std::size_t k = 1; k < n; ++k) {
        weight[k] = weight[k - 1] * static_cast<double>(k) / static_cast<double>(n - k);
    }
    std::array<double, n> values{};
    for (std::size_t player = 0; player < n; ++player) {
        const std::uint32_t its = 1u << player;
        for (std::uint32_t set = 0; set < of.size(); ++set) {
            if ((set & its) != 0) continue;
            values[player] +=
                weight[static_cast<std::size_t>(std::popcount(set))] * (of[set | its] - of[set]);
        }
    }
    return values;
}

double typical_of(const ChurnModel& model, std::size_t i) {
    return i < model.typical.size() ? model.typical[i] : no_number;
}

ChurnReasons rfm_reasons(const ChurnModel& model, const ChurnHistory& history) {
    const BackOff shares = back_off(model, model.rfm.score(history.rfm));
    ChurnReasons reasons;
    reasons.rows[0] = {"everybody", no_number, no_number, shares.everybody};
    reasons.rows[1] = {"recency", static_cast<double>(history.rfm.recency) / day, typical_of(model, 0),
                       shares.recency - shares.everybody};
    reasons.rows[2] = {"frequency", static_cast<double>(history.rfm.frequency), typical_of(model, 1),
                       shares.frequency - shares.recency};
    reasons.rows[3] = {"monetary", history.rfm.monetary, typical_of(model, 2),
                       shares.monetary - shares.frequency};
    reasons.count = 4;
    return reasons;
}

ChurnReasons btyd_reasons(const ChurnModel& model, const ChurnHistory& history, double days) {
    const BtydHistory& known = history.btyd;
    const double silence = known.age - known.recency;
    const auto inactive = [&](const BtydHistory& of) { return btyd_probability(model.btyd, 0, of, days); };
    const auto values = shapley<2>([&](std::uint32_t set) {
        switch (set) {
            case 0:
                return inactive({0, 0, 0});
            case 1:
                return inactive({known.x, known.recency, known.recency});
            case 2:
                return inactive({0, 0, silence});
            default:
                return inactive(known);
        }
    });
    ChurnReasons reasons;
    reasons.rows[0] = {"new customer", no_number, no_number, inactive({0, 0, 0})};
    reasons.rows[1] = {"frequency", known.x + 1, no_number, values[0]};
    reasons.rows[2] = {"recency", silence, no_number, values[1]};
    reasons.count = 3;
    return reasons;
}

ChurnReasons survival_reasons(const ChurnModel& model, const ChurnHistory& history, double days) {
    const Waiting waiting(model.survival, history, days);
    const auto values =
        shapley<churn_covariates>([&](std::uint32_t set) { return waiting.probability(set); });
    const std::array<double, churn_covariates> figures = {
        static_cast<double>(history.rfm.recency) / day,
        static_cast<double>(history.rfm.frequency),
        history.rfm.monetary,
        static_cast<double>(history.tenure) / day,
        overdue(history),
        static_cast<double>(1 + history.lately) / static_cast<double>(1 + history.earlier),
        static_cast<double>(history.names)};
    ChurnReasons reasons;
    reasons.rows[0] = {"typical customer", no_number, no_number, waiting.probability(0)};
    for (std::size_t i = 0; i < churn_covariates; ++i) {
        reasons.rows[i + 1] = {churn_covariate_names[i], figures[i], typical_of(model, i), values[i]};
    }
    reasons.count = churn_covariates + 1;
    return reasons;
}

}  // namespace

ChurnMethod parse_churn_method(std::string_view word) {
    if (word == "btyd") return ChurnMethod::mbgnbd;
    if (word == "survival") return ChurnMethod::cox;
    for (std::size_t i = 0; i < churn_methods; ++i) {
        if (method_names[i] == word) return static_cast<ChurnMethod>(i);
    }
    throw Error(ErrorCode::invalid_argument, "method", "unknown method: \"%.*s\"",
                static_cast<int>(word.size()), word.data())
        .hint(
            "Valid values are: rfm, btyd, survival, and in particular bgnbd, mbgnbd, pareto_nbd, nbd, cox, "
            "exponential, weibull, lognormal, loglogistic.");
}

std::string_view name_of(ChurnMethod method) {
    return method_names[static_cast<std::size_t>(method)];
}

std::optional<ChurnHistory> churn_history(const JourneyView& journey, std::span<const bool> is_activity,
                                          Time as_of, std::uint64_t horizon,
                                          std::pmr::memory_resource& memory) {
    const PurchasePeriods days({BtydUnit::Word::day, 1}, BtydUnit::Word::day);
    const NumberColumn values = journey.values();
    RfmOrders orders(as_of, Returns::count, memory);
    SmallVector<bool, 64> met(memory);
    met.resize(is_activity.size(), false);
    ChurnHistory history;
    std::optional<std::int64_t> first_day;
    std::int64_t last_day = 0;
    std::uint32_t rank = 0;
    Poll poll;
    for (std::uint32_t i = 0; i < journey.size() && journey.time(i) <= as_of; ++i) {
        poll();
        const Time time = journey.time(i);
        std::optional<double> value;
        if (values.has(i, rank)) value = values.number(rank++);
        const std::uint32_t code = journey.event(i);
        if (code >= is_activity.size()) fail_corrupted("code");
        if (!met[code]) {
            met[code] = true;
            ++history.names;
        }
        if (!is_activity[code]) continue;
        orders.add(time, value);
        const std::uint64_t age = since(time, as_of);
        if (age < horizon) {
            ++history.lately;
        } else if (age - horizon < horizon) {
            ++history.earlier;
        }
        const std::int64_t own_day = days.period(time);
        if (!first_day) {
            first_day = last_day = own_day;
            history.tenure = static_cast<std::int64_t>(age);
        }
        if (own_day != last_day) ++history.btyd.x;
        last_day = own_day;
    }
    const auto rfm = orders.value();
    if (!rfm) return std::nullopt;
    history.rfm = *rfm;
    history.btyd.recency = days.units(*first_day, last_day);
    history.btyd.age = days.units(*first_day, days.period(as_of));
    return history;
}

std::optional<std::uint64_t> next_activity(const JourneyView& journey, std::span<const bool> is_activity,
                                           Time moment, std::uint64_t horizon) {
    if (moment == INT64_MAX) return std::nullopt;
    Poll poll;
    for (std::uint32_t i = journey.lower_bound(moment + 1); i < journey.size(); ++i) {
        poll();
        const std::uint64_t wait = since(moment, journey.time(i));
        if (wait > horizon) break;
        const std::uint32_t code = journey.event(i);
        if (code >= is_activity.size()) fail_corrupted("code");
        if (is_activity[code]) return wait;
    }
    return std::nullopt;
}

const std::array<std::string_view, churn_covariates> churn_covariate_names = {
    "recency", "frequency", "monetary", "tenure", "overdue", "trend", "variety"};

std::array<double, churn_covariates> covariates_of(const ChurnHistory& history) {
    return {std::log1p(static_cast<double>(history.rfm.recency) / day),
            std::log(static_cast<double>(history.rfm.frequency)),
            signed_log(history.rfm.monetary),
            std::log1p(static_cast<double>(history.tenure) / day),
            overdue(history),
            std::log(static_cast<double>(1 + history.lately) / static_cast<double>(1 + history.earlier)),
            std::log(static_cast<double>(history.names))};
}

double churn_figure(std::size_t covariate, double value) {
    switch (covariate) {
        case 0:
        case 3:
            return std::expm1(value);
        case 2:
            return std::copysign(std::expm1(std::fabs(value)), value);
        case 4:
            return value;
        default:
            return std::exp(value);
    }
}

double churn_probability(const ChurnModel& model, const ChurnHistory& history, std::uint64_t horizon) {
    check_horizon(model, horizon);
    if (model.method == ChurnMethod::rfm) return back_off(model, model.rfm.score(history.rfm)).monetary;
    const double days = static_cast<double>(horizon) / day;
    if (is_btyd(model.method)) return std::min(1.0, btyd_probability(model.btyd, 0, history.btyd, days));
    return survival_probability(model.survival, linear_predictor(model.survival, covariates_of(history)), 0,
                                followed(model, days));
}

ChurnReasons churn_reasons(const ChurnModel& model, const ChurnHistory& history, std::uint64_t horizon) {
    check_horizon(model, horizon);
    const double days = static_cast<double>(horizon) / day;
    ChurnReasons reasons = model.method == ChurnMethod::rfm ? rfm_reasons(model, history)
                           : is_btyd(model.method)          ? btyd_reasons(model, history, days)
                                                   : survival_reasons(model, history, followed(model, days));
    std::stable_sort(
        reasons.rows.begin() + 1, reasons.rows.begin() + static_cast<std::ptrdiff_t>(reasons.count),
        [](const ChurnReason& a, const ChurnReason& b) { return std::fabs(a.effect) > std::fabs(b.effect); });
    return reasons;
}

}  // namespace journey
