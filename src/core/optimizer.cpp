#include "core/optimizer.hpp"

#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/interrupt.hpp"

namespace journey {

namespace {

using Vector = Eigen::Matrix<double, Eigen::Dynamic, 1, Eigen::ColMajor, max_parameters, 1>;
using Matrix =
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor, max_parameters, max_parameters>;

constexpr int max_iterations = 100;
constexpr double enough = 1e-9;      // gain of the next step, in the unit of the function
constexpr double polished = 1e-15;   // steps go on to here while they are free
constexpr double longest_step = 2;   // a factor of e^2
constexpr double furthest = 14;      // a million is infinity: beyond, rounding hides the slope
constexpr double unidentified = 20;  // standard error of a logarithm
constexpr double crawling = 1e-2;    // gains so small on so flat a ridge mean that it has no end

// The function and its derivatives by the logarithms of the parameters.
struct Place {
    Vector logs;
    double value = 0;
    Vector gradient;
    Matrix hessian;
    bool finite = false;
};

Place look(Surface function, const void* context, const Vector& logs) {
    poll_interrupt();
    const auto n = static_cast<int>(logs.size());
    Point at = {};
    for (int i = 0; i < n; ++i) at[static_cast<std::size_t>(i)] = std::exp(logs[i]);
    const Jet jet = function(context, at);
    Place place{logs, jet.value, Vector(n), Matrix(n, n), std::isfinite(jet.value)};
    for (int i = 0; i < n; ++i) {
        const double own = at[static_cast<std::size_t>(i)];
        place.gradient[i] = own * jet.gradient[i];
        for (int j = 0; j < n; ++j) {
            place.hessian(i, j) = own * at[static_cast<std::size_t>(j)] * jet.second(i, j);
        }
        place.hessian(i, i) += place.gradient[i];
        place.finite = place.finite && std::isfinite(place.gradient[i]);
    }
    place.finite = place.finite && place.hessian.allFinite();
    return place;
}

// Where to go next: Newton's step with every direction going up.
struct Step {
    Vector by;
    double gain = 0;  // half of gradient * step
    bool peak = false;
    Vector variance;  // of the logarithms
};

Step next_step(const Place& place) {
    const Eigen::SelfAdjointEigenSolver<Matrix> solver(-place.hessian);
    const Vector& curvature = solver.eigenvalues();
    const Matrix& directions = solver.eigenvectors();
    const double strongest = std::max(curvature.cwiseAbs().maxCoeff(), 1e-300);
    Step step{Vector::Zero(place.logs.size()), 0, curvature.minCoeff() > 1e-14 * strongest,
              Vector::Zero(place.logs.size())};
    for (int i = 0; i < curvature.size(); ++i) {
        const double slope = directions.col(i).dot(place.gradient);
        const double strength = std::max(std::abs(curvature[i]), 1e-12 * strongest);
        step.by += directions.col(i) * (slope / strength);
        step.gain += slope * slope / strength / 2;
        step.variance += directions.col(i).cwiseAbs2() / strength;
    }
    return step;
}

// The first place on the way that is high enough; not finite if there is none.
Place climb(Surface function, const void* context, const Place& from, const Step& step) {
    const double reach = step.by.cwiseAbs().maxCoeff();
    double length = reach > longest_step ? longest_step / reach : 1;
    // What rounding may hide.
    const double noise = 1e-13 * std::abs(from.value);
    for (int halvings = 0; halvings < 50; ++halvings, length /= 2) {
        Place there = look(function, context, from.logs + length * step.by);
        if (there.finite && there.value >= from.value + 1e-4 * length * 2 * step.gain - noise) return there;
    }
    Place nowhere;
    nowhere.finite = false;
    return nowhere;
}

void find_runaway(Optimum& optimum, const Vector& logs, const Vector& start, int i) {
    optimum.outcome = Outcome::boundary;
    optimum.runaway = i;
    optimum.to_infinity = logs[i] > start[i];
}

// The first parameter whose logarithm is about as uncertain as any: where two run
// off together, their order decides and not the last digit.
int flattest(const Vector& variance) {
    const double most = variance.maxCoeff();
    int i = 0;
    while (!(variance[i] >= most / 4) && i + 1 < variance.size()) ++i;
    return i;
}

void judge(Optimum& optimum, const Place& place, const Step& step, const Vector& start) {
    const auto n = static_cast<int>(place.logs.size());
    const int worst = flattest(step.variance);
    for (int i = 0; i < n; ++i) optimum.at[static_cast<std::size_t>(i)] = std::exp(place.logs[i]);
    optimum.value = place.value;
    optimum.gradient = place.gradient.cwiseAbs().maxCoeff();
    optimum.error.fill(std::numeric_limits<double>::quiet_NaN());
    if (optimum.outcome == Outcome::boundary) return;
    if (step.gain > enough) {
        if (optimum.outcome == Outcome::converged) optimum.outcome = Outcome::stuck;
    } else if (std::sqrt(step.variance[worst]) > unidentified) {
        find_runaway(optimum, place.logs, start, worst);
    } else if (!step.peak) {
        optimum.outcome = Outcome::curvature;
    } else {
        optimum.outcome = Outcome::converged;
        for (int i = 0; i < n; ++i) {
            const auto k = static_cast<std::size_t>(i);
            optimum.error[k] = optimum.at[k] * std::sqrt(step.variance[i]);
        }
    }
}

}  // namespace

Optimum maximize(Surface function, const void* context, int parameters, const Point& start) {
    Vector first(parameters);
    for (int i = 0; i < parameters; ++i) first[i] = std::log(start[static_cast<std::size_t>(i)]);
    Optimum optimum;
    optimum.at = start;
    optimum.error.fill(std::numeric_limits<double>::quiet_NaN());
    Place place = look(function, context, first);
    if (!place.finite) {
        optimum.value = -std::numeric_limits<double>::infinity();
        return optimum;
    }
    Step step = next_step(place);
    optimum.outcome = Outcome::iterations;
    for (; optimum.iterations < max_iterations; ++optimum.iterations) {
        if (step.gain < polished && step.peak) {
            optimum.outcome = Outcome::converged;
            break;
        }
        Place there = climb(function, context, place, step);
        if (!there.finite) {
            optimum.outcome = Outcome::stuck;
            break;
        }
        const double gained = step.gain;
        place = there;
        step = next_step(place);
        int far = 0;
        while (far < parameters && std::abs(place.logs[far]) <= furthest) ++far;
        const int flat = flattest(step.variance);
        const bool crawls = step.gain < crawling && std::sqrt(step.variance[flat]) > unidentified;
        if (far < parameters || crawls) {
            find_runaway(optimum, place.logs, first, far < parameters ? far : flat);
            break;
        }
        // Rounding is reached: another step gains no less than this one did.
        if (gained < enough && step.gain >= gained / 2) {
            optimum.outcome = Outcome::converged;
            ++optimum.iterations;
            break;
        }
    }
    judge(optimum, place, step, first);
    return optimum;
}

Optimum maximize(Surface function, const void* context, int parameters, std::span<const Point> starts) {
    // A point that is no maximum beats a maximum only if it is clearly higher.
    constexpr double clearly = 1e-6;
    const auto worth = [](const Optimum& optimum) {
        if (!std::isfinite(optimum.value)) return -HUGE_VAL;
        return optimum.value + (optimum.outcome == Outcome::converged ? clearly : 0);
    };
    Optimum best;
    bool found = false;
    for (const Point& start : starts) {
        const Optimum optimum = maximize(function, context, parameters, start);
        if (!found || worth(optimum) > worth(best)) best = optimum;
        found = true;
    }
    return best;
}

}  // namespace journey
