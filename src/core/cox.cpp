#include "core/cox.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/cox_robust.hpp"
#include "core/error.hpp"
#include "core/information.hpp"
#include "core/risk_set.hpp"
#include "core/survival.hpp"

namespace journey {

namespace {

constexpr int max_iterations = 20;
constexpr double precise = 1e-9;         // relative change of the log-likelihood
constexpr double still_moving = 1.5e-8;  // R's toler.inf

// Mean and covariance of x over those at risk, summed over the events of a time.
struct Moments {
    explicit Moments(std::size_t width)
        : means(Eigen::VectorXd::Zero(static_cast<Eigen::Index>(width))),
          mean(means),
          covariances(Eigen::MatrixXd::Zero(means.size(), means.size())) {}

    void add(const EventTime& at, const Tie& tie) {
        const double rest = at.at_risk.zeroth - tie.fraction * at.dying.zeroth;
        const double *first = at.at_risk.first.data(), *dying_first = at.dying.first.data();
        const double *second = at.at_risk.second.data(), *dying_second = at.dying.second.data();
        const double weight = tie.times / rest;
        for (Eigen::Index i = 0; i < mean.size(); ++i) {
            const double sum = first[i] - tie.fraction * dying_first[i];
            mean(i) = sum / rest;
            means(i) += weight * sum;
            for (Eigen::Index j = 0; j <= i; ++j, ++second, ++dying_second) {
                covariances(j, i) +=
                    weight * (*second - tie.fraction * *dying_second) - tie.times * mean(i) * mean(j);
            }
        }
    }
    Eigen::VectorXd means, mean;
    Eigen::MatrixXd covariances;  // upper triangle
};

Eigen::MatrixXd both_triangles(const Eigen::MatrixXd& upper) {
    return upper.selfadjointView<Eigen::Upper>();
}

// Sum of v * v' over many vectors, some hundred at once, which is where the time
// of a fit goes.
class SquareSum {
  public:
    explicit SquareSum(Eigen::Index width)
        : block_(Eigen::MatrixXd::Zero(width, 256)), sum_(Eigen::MatrixXd::Zero(width, width)) {}
    template <class Vector>
    void add(const Vector& v) {
        block_.col(used_++) = v;
        if (used_ == block_.cols()) flush();
    }
    Eigen::MatrixXd take() {
        flush();
        return both_triangles(sum_);
    }

  private:
    void flush() {
        sum_.selfadjointView<Eigen::Upper>().rankUpdate(block_.leftCols(used_));
        used_ = 0;
    }
    Eigen::MatrixXd block_, sum_;
    Eigen::Index used_ = 0;
};

// What one time with events adds to the hazard of those at risk, how much less of
// it the dying bear (Efron), and the hazard so far in its stratum.
struct HazardStep {
    std::uint32_t stratum;
    double time, hazard, dying, cumulative;
};

// The sum over all events of the mean of x * x' over those at risk, turned
// around: each row counts with the hazard it was exposed to.
Eigen::MatrixXd exposed_squares(const RiskWalk& walk, const OrderedRows& rows,
                                std::vector<HazardStep>& steps) {
    std::reverse(steps.begin(), steps.end());  // now in the order of the rows
    for (std::size_t k = 0; k < steps.size(); ++k) {
        const bool first = k == 0 || steps[k - 1].stratum != steps[k].stratum;
        steps[k].cumulative = steps[k].hazard + (first ? 0 : steps[k - 1].cumulative);
    }
    const auto width = static_cast<Eigen::Index>(rows.width);
    SquareSum squares(width);
    std::size_t begin = 0, next = 0;
    Poll poll;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::uint32_t stratum = rows.stratum[i];
        if (i == 0 || stratum != rows.stratum[i - 1]) {
            while (next < steps.size() && steps[next].stratum < stratum) ++next;
            begin = next;
        }
        while (next < steps.size() && steps[next].stratum == stratum && steps[next].time <= rows.duration[i])
            ++next;
        if (next == begin) continue;
        double exposure = steps[next - 1].cumulative;
        if (rows.event[i] != 0) exposure -= steps[next - 1].dying;
        if (!rows.entry.empty()) {
            const auto from = steps.begin() + static_cast<std::ptrdiff_t>(begin);
            const auto after =
                std::upper_bound(from, steps.begin() + static_cast<std::ptrdiff_t>(next), rows.entry[i],
                                 [](double time, const HazardStep& step) { return time < step.time; });
            if (after != from) exposure -= (after - 1)->cumulative;
        }
        const double weight = std::sqrt(std::max(0.0, exposure * walk.risk(i)));
        squares.add(weight *
                    Eigen::Map<const Eigen::VectorXd>(rows.covariates.data() + i * rows.width, width));
        poll();
    }
    return squares.take();
}

CoxTerms terms_of(RiskWalk& walk, const OrderedRows& rows, CoxTies ties, const Eigen::VectorXd& beta) {
    walk.set_predictors(beta.data());
    const Eigen::Index width = beta.size();
    CoxTerms terms;
    terms.score = Eigen::VectorXd::Zero(width);
    SquareSum squares_of_means(width);
    std::vector<HazardStep> steps;
    Eigen::VectorXd mean(width);
    const auto vector_at = [&](const double* numbers) {
        return Eigen::Map<const Eigen::VectorXd>(numbers, width);
    };
    Poll poll;
    walk([&](const EventTime& at) {
        for (std::size_t row = at.to - at.events; row < at.to; ++row) {
            terms.loglik += walk.weight(row) * walk.predictor(row);
            terms.score += walk.weight(row) * vector_at(rows.covariates.data() + row * rows.width);
        }
        HazardStep step{at.stratum, at.time, 0, 0, 0};
        for_each_tie(ties, at.events, at.weight, [&](const Tie& tie) {
            const double rest = at.at_risk.zeroth - tie.fraction * at.dying.zeroth;
            terms.loglik -= tie.times * std::log(rest);
            mean =
                (vector_at(at.at_risk.first.data()) - tie.fraction * vector_at(at.dying.first.data())) / rest;
            terms.score -= tie.times * mean;
            squares_of_means.add(std::sqrt(tie.times) * mean);
            step.hazard += tie.times / rest;
            step.dying += tie.times * tie.fraction / rest;
            poll();
        });
        steps.push_back(step);
    });
    terms.information = exposed_squares(walk, rows, steps) - squares_of_means.take();
    return terms;
}

bool is_finite(const CoxTerms& terms) {
    return std::isfinite(terms.loglik) && terms.score.allFinite() && terms.information.allFinite();
}

// Newton's method from 0.
struct Optimum {
    Eigen::VectorXd beta;
    CoxTerms terms;
    int iterations = 0;
    bool converged = false;
};

Optimum maximise(RiskWalk& walk, const OrderedRows& rows, CoxTies ties, const CoxTerms& start,
                 const std::vector<std::uint8_t>& usable) {
    Optimum best{Eigen::VectorXd::Zero(start.score.size()), start};
    Eigen::VectorXd step = Information(start.information, usable).solve(start.score);
    bool polish = false;
    for (best.iterations = 1; best.iterations <= max_iterations; ++best.iterations) {
        const Eigen::VectorXd next = best.beta + step;
        CoxTerms terms = terms_of(walk, rows, ties, next);
        const bool usable_step = is_finite(terms);
        const double change = terms.loglik - best.terms.loglik;
        const double small = precise * std::max(std::fabs(terms.loglik), precise);
        if (polish) {  // the likelihood stands; one step more for the last digits
            if (usable_step && change >= -small) best = {next, terms, best.iterations, true};
            return best;
        }
        if (!usable_step || change < -small) {
            step /= 2;
            continue;
        }
        polish = std::fabs(change) <= small;
        best = {next, std::move(terms), best.iterations, polish};
        step = Information(best.terms.information, usable).solve(best.terms.score);
    }
    best.iterations = max_iterations;
    return best;
}

void set_baseline(SurvivalModel& model, RiskWalk& walk, const OrderedRows& rows) {
    for (const std::string_view label : rows.strata) model.strata.emplace_back().label = label;
    for (std::size_t i = 0; i < rows.size(); ++i) model.strata[rows.stratum[i]].last_time = rows.duration[i];
    walk([&](const EventTime& at) {
        double hazard = 0;
        for_each_tie(model.ties, at.events, at.weight, [&](const Tie& tie) {
            hazard += tie.times / (at.at_risk.zeroth - tie.fraction * at.dying.zeroth);
        });
        model.strata[at.stratum].times.push_back(at.time);
        model.strata[at.stratum].hazards.push_back(hazard * std::exp(-walk.shift(at.stratum)));
    });
    for (SurvivalModel::Stratum& stratum : model.strata) {
        std::reverse(stratum.times.begin(), stratum.times.end());
        std::reverse(stratum.hazards.begin(), stratum.hazards.end());
        double sum = 0;
        for (double& hazard : stratum.hazards) hazard = sum += hazard;
    }
}

// 1 - Kaplan-Meier just before each time, over all strata.
class KaplanMeierTime {
  public:
    KaplanMeierTime(const OrderedRows& rows, std::pmr::memory_resource& memory) : curve_(&memory) {
        SurvivalTable table(memory);
        Poll poll;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            std::optional<double> entry;
            if (!rows.entry.empty() && rows.entry[i] != from_the_start) entry = rows.entry[i];
            table.add(rows.duration[i], rows.event[i] != 0, entry);
            poll();
        }
        curve_ = table.kaplan_meier({}, memory);
        double sum = 0, events = 0;
        for (const CurvePoint& point : curve_) {
            sum += static_cast<double>(point.events) * before(point.time);
            events += static_cast<double>(point.events);
        }
        mean_ = sum / events;
    }
    // Centred at the mean over the events.
    double operator()(double time) const { return before(time) - mean_; }

  private:
    double before(double time) const {
        const auto at = std::lower_bound(curve_.begin(), curve_.end(), time,
                                         [](const CurvePoint& point, double t) { return point.time < t; });
        return at == curve_.begin() ? 0 : 1 - (at - 1)->estimate.value;
    }
    std::pmr::vector<CurvePoint> curve_;
    double mean_ = 0;
};

// Would a covariate's effect changing with time fit better? Score test of adding
// x * g(time), for each covariate and for all together.
void set_zph(SurvivalModel& model, RiskWalk& walk, const OrderedRows& rows,
             const std::vector<std::uint8_t>& taken, std::pmr::memory_resource& memory) {
    const KaplanMeierTime g(rows, memory);
    const auto p = static_cast<Eigen::Index>(rows.width);
    Eigen::VectorXd score = Eigen::VectorXd::Zero(p);
    Eigen::MatrixXd plain = Eigen::MatrixXd::Zero(p, p), once = plain, twice = plain;
    Moments moments(rows.width);
    Poll poll;
    walk(
        [&](const EventTime& at) {
            moments.means.setZero();
            moments.covariances.setZero();
            for_each_tie(model.ties, at.events, at.weight, [&](const Tie& tie) {
                moments.add(at, tie);
                poll();
            });
            const double weight = g(at.time);
            for (std::size_t row = at.to - at.events; row < at.to; ++row) {
                const double* x = rows.covariates.data() + row * rows.width;
                for (Eigen::Index k = 0; k < p; ++k) score(k) += weight * walk.weight(row) * x[k];
            }
            score -= weight * moments.means;
            plain += moments.covariances;
            once += weight * moments.covariances;
            twice += weight * weight * moments.covariances;
        },
        true);
    once = both_triangles(once);
    const Information information(both_triangles(plain), taken);
    const Eigen::MatrixXd rest = both_triangles(twice) - once * information.inverse() * once;
    for (Eigen::Index k = 0; k < p; ++k) {
        const bool known = information.takes(k) && rest(k, k) > 0;
        model.zph.push_back(known ? score(k) * score(k) / rest(k, k) : no_number);
    }
    const Information all(rest, information.taken());
    model.zph.push_back(all.rank() == information.rank() ? score.dot(all.solve(score)) : no_number);
}

}  // namespace

CoxTerms cox_terms(const OrderedRows& rows, CoxTies ties, const Eigen::VectorXd& beta,
                   std::pmr::memory_resource& memory) {
    RiskWalk walk(rows, memory);
    return terms_of(walk, rows, ties, beta);
}

Standardised standardise(OrderedRows& rows) {
    const auto p = static_cast<Eigen::Index>(rows.width);
    const auto n = static_cast<double>(rows.size());
    Standardised made{Eigen::VectorXd::Zero(p), Eigen::VectorXd::Zero(p)};
    Poll poll;
    for (Eigen::Index k = 0; k < p; ++k) {
        const auto column = [&](std::size_t i) -> double& {
            return rows.covariates[i * rows.width + static_cast<std::size_t>(k)];
        };
        double sum = 0, distance = 0, least = INFINITY, most = -INFINITY;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            sum += column(i);
            least = std::min(least, column(i));
            most = std::max(most, column(i));
            poll();
        }
        // A constant is 0 exactly, whatever its mean was rounded to.
        const double mean = least == most ? least : sum / n;
        for (std::size_t i = 0; i < rows.size(); ++i) distance += std::fabs(column(i) -= mean);
        const double scale = distance > 0 ? distance / n : 1;
        for (std::size_t i = 0; i < rows.size(); ++i) column(i) /= scale;
        if (!std::isfinite(mean) || !std::isfinite(scale)) {
            throw Error(ErrorCode::overflow, "covariates", "covariates are too large")
                .detail("The sum of covariate %d is out of range.", static_cast<int>(k) + 1)
                .hint("Pass it in a larger unit.");
        }
        made.means(k) = mean;
        made.scales(k) = scale;
    }
    return made;
}

void name_covariates(SurvivalModel& model, const SurvivalRows& given) {
    for (std::size_t i = 0; i < given.covariates(); ++i) {
        if (!given.names().empty()) {
            model.names.emplace_back(given.names()[i]);
            continue;
        }
        char name[24];
        std::snprintf(name, sizeof name, "x%zu", i + 1);
        model.names.emplace_back(name);
    }
}

void check_fit(const OrderedRows& rows) {
    if (rows.width == 0) {
        throw Error(ErrorCode::invalid_argument, "covariates", "covariates must not be empty")
            .hint("Without covariates kaplan_meier() is what you look for.");
    }
    if (std::find(rows.event.begin(), rows.event.end(), 1) == rows.event.end()) {
        throw Error(ErrorCode::invalid_argument, "event", "no row has an event: there is nothing to fit")
            .detail("%zu customers, all censored.", rows.size())
            .hint("Watch for longer, or leave out groups without an event.");
    }
}

SurvivalModel fit_cox(OrderedRows& rows, const SurvivalRows& given, std::pmr::memory_resource& memory) {
    SurvivalModel model(memory);
    model.ties = ties_of(given.word());
    check_fit(rows);
    const Standardised standard = standardise(rows);
    RiskWalk walk(rows, memory);
    const auto p = static_cast<Eigen::Index>(rows.width);
    const CoxTerms start = terms_of(walk, rows, model.ties, Eigen::VectorXd::Zero(p));
    model.events = std::count(rows.event.begin(), rows.event.end(), 1);
    double weight = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) weight += rows.event[i] != 0 ? walk.weight(i) : 0;
    // Standardised columns hold about as much information as there are events.
    const Information at_start(start.information, {}, weight);
    const Optimum best = maximise(walk, rows, model.ties, start, at_start.taken());

    const Information information(best.terms.information, at_start.taken());
    const Eigen::VectorXd step = information.solve(best.terms.score);
    model.robust = given.second() != 0;
    walk.set_predictors(best.beta.data());
    const Eigen::MatrixXd inverse = information.inverse();
    const Eigen::MatrixXd variance =
        model.robust ? robust_variance(rows, walk, model.ties, inverse) : inverse;
    model.customers = static_cast<std::int64_t>(rows.size());
    model.excluded = given.excluded();
    model.iterations = best.iterations;
    model.converged = best.converged;
    model.loglik_null = start.loglik;
    model.loglik = best.terms.loglik;
    model.score = start.score.dot(at_start.solve(start.score));
    name_covariates(model, given);
    for (Eigen::Index i = 0; i < p; ++i) {
        const bool moves =
            std::fabs(step(i)) > precise && std::fabs(step(i)) > still_moving * std::fabs(best.beta(i));
        const bool infinite = at_start.takes(i) && (moves || !information.takes(i));
        if (infinite) model.converged = false;
        model.notes.push_back(!at_start.takes(i) ? CoefficientNote::collinear
                              : infinite         ? CoefficientNote::infinite
                                                 : CoefficientNote::none);
        model.coefficients.push_back(best.beta(i) / standard.scales(i));
        model.means.push_back(standard.means(i));
        for (Eigen::Index j = 0; j < p; ++j) {
            model.variance.push_back(variance(i, j) / standard.scales(i) / standard.scales(j));
        }
    }
    set_baseline(model, walk, rows);
    set_zph(model, walk, rows, information.taken(), memory);
    return model;
}

}  // namespace journey
