#include "core/aft.hpp"

#include <algorithm>
#include <cmath>

#include "core/cox.hpp"
#include "core/error.hpp"
#include "core/failure_time.hpp"
#include "core/information.hpp"
#include "core/interrupt.hpp"

namespace journey {

namespace {

constexpr int max_iterations = 50;
constexpr double precise = 1e-12;  // Newton decrement, relative to the log-likelihood
constexpr double still_moving = 1.5e-8;

struct Optimum {
    Eigen::VectorXd parameters;
    AftTerms terms;
    int iterations = 0;
    bool converged = false;
};

Optimum maximise(const OrderedRows& rows, std::span<const double> log_times, AftDistribution distribution,
                 const Eigen::VectorXd& from, const std::vector<std::uint8_t>& usable) {
    Optimum best{from, aft_terms(rows, log_times, distribution, from)};
    while (best.iterations < max_iterations) {
        Eigen::VectorXd step = Information(best.terms.information, usable).solve(best.terms.score);
        const double decrement = step.dot(best.terms.score) / 2;
        best.converged = decrement <= precise * (1 + std::fabs(best.terms.loglik));
        bool moved = false;
        for (int halvings = 0; halvings < 40 && !moved; ++halvings, step /= 2) {
            const Eigen::VectorXd next = best.parameters + step;
            AftTerms terms = aft_terms(rows, log_times, distribution, next);
            if (!std::isfinite(terms.loglik) || !terms.score.allFinite() || !terms.information.allFinite())
                continue;
            // At the top rounding may lower the sum by a little.
            const double loss = best.terms.loglik - terms.loglik;
            if (loss > (best.converged ? 1e-12 * (1 + std::fabs(terms.loglik)) : 0)) continue;
            best = {next, std::move(terms), best.iterations + 1, best.converged};
            moved = true;
        }
        if (best.converged || !moved) break;  // with the last step for the last digits
    }
    return best;
}

// Parameters of the standardised rows → those of the user's, a linear map but
// for the scale: log(scale) = log(unit) - log(1 / scale').
struct Unscaled {
    Eigen::VectorXd coefficients;
    Eigen::MatrixXd variance;
};

Unscaled unscale(const Optimum& best, const Eigen::MatrixXd& variance, const Standardised& standard,
                 double middle, double unit, bool has_scale) {
    const Eigen::Index k = best.parameters.size(), p = standard.means.size();
    const double inverse = has_scale ? best.parameters(k - 1) : 1;
    Unscaled made{Eigen::VectorXd::Zero(k), Eigen::MatrixXd::Zero(k, k)};
    Eigen::MatrixXd jacobian = Eigen::MatrixXd::Zero(k, k);
    made.coefficients(0) = middle + unit * best.parameters(0) / inverse;
    jacobian(0, 0) = unit / inverse;
    for (Eigen::Index i = 1; i <= p; ++i) {
        const double factor = unit / inverse / standard.scales(i - 1);
        made.coefficients(i) = factor * best.parameters(i);
        made.coefficients(0) -= made.coefficients(i) * standard.means(i - 1);
        jacobian(i, i) = factor;
        jacobian(0, i) = -factor * standard.means(i - 1);
    }
    if (has_scale) {
        made.coefficients(k - 1) = std::log(unit) - std::log(inverse);
        for (Eigen::Index i = 0; i <= p; ++i) {
            // d(b / a) / da = -b / a^2, summed as the coefficient is.
            const double value = i == 0 ? made.coefficients(0) - middle : made.coefficients(i);
            jacobian(i, k - 1) = -value / inverse;
        }
        jacobian(k - 1, k - 1) = -1 / inverse;
    }
    made.variance = jacobian * variance * jacobian.transpose();
    return made;
}

void check_times(const OrderedRows& rows) {
    for (const double time : rows.duration) {
        if (time > 0) continue;
        throw Error(ErrorCode::invalid_argument, "duration", "duration must be above 0 for aft_fit")
            .detail("A model of log(duration) has no place for 0.")
            .hint("Count the first day as 0.5 or 1, or leave such rows out.");
    }
}

double sum_of_logs(const OrderedRows& rows, std::span<const double> log_times) {
    double sum = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) sum += rows.event[i] != 0 ? log_times[i] : 0;
    return sum;
}

}  // namespace

AftTerms aft_terms(const OrderedRows& rows, std::span<const double> log_times, AftDistribution distribution,
                   const Eigen::VectorXd& parameters) {
    const bool has_scale = distribution != AftDistribution::exponential;
    const Eigen::Index k = parameters.size();
    const auto p = static_cast<Eigen::Index>(rows.width);
    const double inverse = has_scale ? parameters(k - 1) : 1;
    AftTerms terms{0, Eigen::VectorXd::Zero(k), Eigen::MatrixXd::Zero(k, k)};
    if (!(inverse > 0)) {
        terms.loglik = -INFINITY;
        return terms;
    }
    const double log_inverse = std::log(inverse);
    Eigen::VectorXd slope(k);  // of z = inverse * log t - x * parameters
    slope(0) = -1;
    Poll poll;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const double* x = rows.covariates.data() + i * rows.width;
        double z = inverse * log_times[i] - parameters(0);
        for (Eigen::Index j = 0; j < p; ++j) {
            z -= x[j] * parameters(j + 1);
            slope(j + 1) = -x[j];
        }
        if (has_scale) slope(k - 1) = log_times[i];
        const bool event = rows.event[i] != 0;
        const LogTerm term = event ? log_density(distribution, z) : log_survival(distribution, z);
        terms.loglik += term.value + (event ? log_inverse : 0);
        for (Eigen::Index a = 0; a < k; ++a) {
            terms.score(a) += term.first * slope(a);
            const double weighted = term.second * slope(a);
            for (Eigen::Index b = 0; b <= a; ++b) terms.information(b, a) -= weighted * slope(b);
        }
        if (event && has_scale) {
            terms.score(k - 1) += 1 / inverse;
            terms.information(k - 1, k - 1) += 1 / (inverse * inverse);
        }
        poll();
    }
    terms.information = Eigen::MatrixXd(terms.information.selfadjointView<Eigen::Upper>());
    return terms;
}

SurvivalModel fit_aft(OrderedRows& rows, const SurvivalRows& given, std::pmr::memory_resource& memory) {
    SurvivalModel model(memory);
    model.kind = ModelKind::aft;
    model.distribution = distribution_of(given.word());
    check_fit(rows);
    check_times(rows);
    const Standardised standard = standardise(rows);
    const bool has_scale = model.has_scale();
    std::pmr::vector<double> log_times(&memory);
    double middle = 0, unit = 0;
    for (const double time : rows.duration) middle += log_times.emplace_back(std::log(time));
    middle /= static_cast<double>(rows.size());
    for (double& time : log_times) unit += std::fabs(time -= middle);
    unit = has_scale && unit > 0 ? unit / static_cast<double>(rows.size()) : 1;
    for (double& time : log_times) time /= unit;

    // The intercept alone, then the covariates from there.
    const auto p = static_cast<Eigen::Index>(rows.width), k = p + (has_scale ? 2 : 1);
    std::vector<std::uint8_t> usable(static_cast<std::size_t>(k), 0);
    Eigen::VectorXd start = Eigen::VectorXd::Zero(k);
    usable[0] = 1;
    if (has_scale) start(k - 1) = usable[static_cast<std::size_t>(k - 1)] = 1;
    const Optimum null = maximise(rows, log_times, model.distribution, start, usable);
    const Information at_start(null.terms.information, {});
    const Optimum best = maximise(rows, log_times, model.distribution, null.parameters, at_start.taken());
    const Information information(best.terms.information, at_start.taken());
    const Eigen::VectorXd step = information.solve(best.terms.score);
    const Unscaled made = unscale(best, information.inverse(), standard, middle, unit, has_scale);

    model.customers = static_cast<std::int64_t>(rows.size());
    model.events = std::count(rows.event.begin(), rows.event.end(), 1);
    model.excluded = given.excluded();
    model.iterations = best.iterations;
    model.converged = best.converged && null.converged;
    // The terms left away: -log t of each event, and of its unit.
    const double constant =
        -unit * sum_of_logs(rows, log_times) - static_cast<double>(model.events) * (middle + std::log(unit));
    model.loglik_null = null.terms.loglik + constant;
    model.loglik = best.terms.loglik + constant;
    model.names.emplace_back("(intercept)");
    name_covariates(model, given);
    if (has_scale) model.names.emplace_back("log(scale)");
    for (Eigen::Index i = 0; i < k; ++i) {
        const bool moves =
            std::fabs(step(i)) > 1e-9 && std::fabs(step(i)) > still_moving * std::fabs(best.parameters(i));
        const bool infinite = at_start.takes(i) && (moves || !information.takes(i));
        if (infinite) model.converged = false;
        model.notes.push_back(!at_start.takes(i) ? CoefficientNote::collinear
                              : infinite         ? CoefficientNote::infinite
                                                 : CoefficientNote::none);
        model.coefficients.push_back(made.coefficients(i));
        for (Eigen::Index j = 0; j < k; ++j) model.variance.push_back(made.variance(i, j));
    }
    for (Eigen::Index i = 0; i < p; ++i) model.means.push_back(standard.means(i));
    return model;
}

}  // namespace journey
