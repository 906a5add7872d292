// What a model says of one customer.
#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/failure_time.hpp"
#include "core/survival.hpp"
#include "core/survival_model.hpp"

namespace journey {

namespace {

// Cumulative baseline hazard; NaN beyond the last time seen.
double baseline_at(const SurvivalModel::Stratum& stratum, double time) {
    if (time > stratum.last_time && !is_same_time(stratum.last_time, time)) return no_number;
    auto after = std::upper_bound(stratum.times.begin(), stratum.times.end(), time);
    if (after != stratum.times.end() && is_same_time(time, *after)) ++after;
    return after == stratum.times.begin()
               ? 0
               : stratum.hazards[static_cast<std::size_t>(after - stratum.times.begin()) - 1];
}

// log S(time); `scale` is the model's.
double aft_log_survival(const SurvivalModel& model, double scale, double predictor, double time) {
    return time <= 0 ? 0 : log_survival(model.distribution, (std::log(time) - predictor) / scale).value;
}

void check_time(const char* argument, double time) {
    if (time >= 0 && std::isfinite(time)) return;
    throw Error(ErrorCode::invalid_argument, argument, "%s must be a finite number of at least 0", argument)
        .hint("Write it in the unit of the durations the model was fitted to.");
}

}  // namespace

double linear_predictor(const SurvivalModel& model, std::span<const double> covariates) {
    if (covariates.size() != model.covariates()) {
        throw Error(ErrorCode::invalid_argument, "covariates",
                    "covariates has %zu elements, the model has %zu", covariates.size(), model.covariates())
            .hint(
                "Pass the covariates of the fit in the same order; cox_coefficients() and aft_coefficients() "
                "list them.");
    }
    const std::size_t first = model.first_covariate();
    const bool centred = model.is_cox();
    double sum = centred ? 0 : model.coefficients[0];
    bool finite = true;
    for (std::size_t i = 0; i < covariates.size(); ++i) {
        finite &= std::isfinite(covariates[i]);
        sum += model.coefficients[first + i] * (covariates[i] - (centred ? model.means[i] : 0));
    }
    if (!finite) {
        throw Error(ErrorCode::invalid_argument, "covariates", "covariates must be finite")
            .hint("Pass NULL where a customer's figures are not known: the answer is NULL then.");
    }
    return sum;
}

double survival_probability(const SurvivalModel& model, double predictor, std::size_t stratum, double time) {
    check_time("time", time);
    if (!model.is_cox()) return std::exp(aft_log_survival(model, model.scale(), predictor, time));
    const double hazard = baseline_at(model.strata[stratum], time);
    return hazard == 0 ? 1 : std::exp(-hazard * std::exp(predictor));
}

double event_probability(const SurvivalModel& model, double predictor, std::size_t stratum, double survived,
                         double horizon) {
    check_time("survived", survived);
    check_time("horizon", horizon);
    const double until = survived + horizon;
    if (!model.is_cox()) {
        const double scale = model.scale(), before = aft_log_survival(model, scale, predictor, survived);
        // So late that both are 0: nobody is left to ask about.
        if (!std::isfinite(before)) return no_number;
        return -std::expm1(aft_log_survival(model, scale, predictor, until) - before);
    }
    const double before = baseline_at(model.strata[stratum], survived),
                 after = baseline_at(model.strata[stratum], until);
    if (std::isnan(before) || std::isnan(after)) return no_number;
    return after == before ? 0 : -std::expm1(-(after - before) * std::exp(predictor));
}

double survival_quantile(const SurvivalModel& model, double predictor, std::size_t stratum, double p) {
    if (!(p > 0 && p < 1)) {
        throw Error(ErrorCode::invalid_argument, "p", "p must be between 0 and 1, both excluded")
            .hint("Write 0.5 for the median.");
    }
    if (!model.is_cox()) {
        return std::exp(predictor + model.scale() * failure_quantile(model.distribution, p));
    }
    // The first time at which hazard * e^predictor >= -log(1 - p).
    const SurvivalModel::Stratum& its = model.strata[stratum];
    const double wanted = -std::log1p(-p), factor = std::exp(predictor);
    const auto at = std::partition_point(its.hazards.begin(), its.hazards.end(),
                                         [&](double hazard) { return !(hazard * factor >= wanted); });
    return at == its.hazards.end() ? no_number
                                   : its.times[static_cast<std::size_t>(at - its.hazards.begin())];
}

}  // namespace journey
