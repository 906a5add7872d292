// Cox with weights: a weight is a repeated row (Breslow; but for zph, whose Kaplan-Meier time
// counts rows, as R's does), and the robust variance is what
// moving each weight a little does to the coefficients.
#include <gtest/gtest.h>

#include "core/cox.hpp"
#include "core/error.hpp"
#include "survival_case.hpp"

namespace journey::test {
namespace {

struct Weighted {
    SurvivalCase given;
    std::vector<double> weights;
    std::vector<std::string> clusters;  // empty: on its own
};

Weighted random_weighted(Random& random, std::uint32_t c) {
    Weighted made{random_survival(random, {30, 2, c % 2 == 1, 1 + c % 2, 1, 6}), {}, {}};
    made.given.has_labels = true;
    for (std::size_t i = 0; i < made.given.rows.size(); ++i) {
        made.weights.push_back(0.5 + 2 * unit_draw(random));
        made.clusters.push_back(random.percent(40)
                                    ? std::string()
                                    : "=" + std::string(1, static_cast<char>('a' + random.below(5))));
    }
    return made;
}

SurvivalModel fit_weighted(const Weighted& made, std::string_view ties, bool robust) {
    SurvivalRows state(heap());
    state.set({{}, ties, 0, robust ? 1.0 : 0.0}, made.given.has_entry, true, true);
    for (std::size_t i = 0; i < made.weights.size(); ++i) {
        const auto& row = made.given.rows[i];
        SurvivalRow one{row.duration,     row.event,   row.entry,      row.covariates,
                        made.clusters[i], row.stratum, made.weights[i]};
        state.add(one);
    }
    OrderedRows rows = state.ordered(heap());
    return fit_cox(rows, state, heap());
}

bool is_usable(const SurvivalModel& model) {
    return model.converged && model.std_error(0) > 0 && model.std_error(1) > 0 && model.std_error(0) < 3 &&
           model.std_error(1) < 3;
}

TEST(CoxWeights, AWeightIsARepeatedRow) {
    Random random(721);
    int compared = 0;
    for (std::uint32_t c = 0; c < cases(150); ++c) {
        Weighted made = random_weighted(random, c), repeated;
        repeated.given = made.given;
        repeated.given.rows.clear();
        for (std::size_t i = 0; i < made.weights.size(); ++i) {
            const auto times = 1 + random.below(3);
            made.weights[i] = times;
            for (std::uint32_t k = 0; k < times; ++k) {
                repeated.given.rows.push_back(made.given.rows[i]);
                repeated.weights.push_back(1);
                repeated.clusters.emplace_back();
            }
        }
        const SurvivalModel one = fit_weighted(made, "breslow", false),
                            other = fit_weighted(repeated, "breslow", false);
        if (!is_usable(other)) continue;
        ++compared;
        EXPECT_NEAR(one.loglik, other.loglik, 1e-8);
        EXPECT_NEAR(one.score, other.score, 1e-7);
        for (std::size_t k = 0; k < 2; ++k) {
            EXPECT_NEAR(one.coefficients[k], other.coefficients[k], 1e-7);
            EXPECT_NEAR(one.std_error(k), other.std_error(k), 1e-7);
        }
    }
    EXPECT_GT(compared, static_cast<int>(cases(150)) / 4);
}

// Infinitesimal jackknife: a row's part is its weight times the slope of the
// coefficients by it, here by differences of whole fits.
TEST(CoxWeights, RobustVarianceIsTheJackknife) {
    Random random(722);
    int compared = 0;
    for (std::uint32_t c = 0; c < cases(60); ++c) {
        Weighted made = random_weighted(random, c);
        const std::string_view ties = c % 4 < 2 ? "efron" : "breslow";
        const SurvivalModel model = fit_weighted(made, ties, true);
        EXPECT_TRUE(model.robust);
        if (!is_usable(model) || !is_usable(fit_weighted(made, ties, false))) continue;
        ++compared;
        std::map<std::string, Eigen::Vector2d> parts;
        for (std::size_t i = 0; i < made.weights.size(); ++i) {
            const double h = 1e-4 * made.weights[i], own = made.weights[i];
            made.weights[i] = own + h;
            const SurvivalModel up = fit_weighted(made, ties, false);
            made.weights[i] = own - h;
            const SurvivalModel down = fit_weighted(made, ties, false);
            made.weights[i] = own;
            const std::string cluster =
                made.clusters[i].empty() ? "alone " + std::to_string(i) : made.clusters[i];
            Eigen::Vector2d& part = parts.emplace(cluster, Eigen::Vector2d::Zero()).first->second;
            for (Eigen::Index k = 0; k < 2; ++k) {
                const auto at = static_cast<std::size_t>(k);
                part(k) += own * (up.coefficients[at] - down.coefficients[at]) / (2 * h);
            }
        }
        Eigen::Matrix2d variance = Eigen::Matrix2d::Zero();
        for (const auto& [cluster, part] : parts) variance += part * part.transpose();
        for (Eigen::Index j = 0; j < 2; ++j) {
            for (Eigen::Index k = 0; k < 2; ++k) {
                EXPECT_NEAR(model.variance[static_cast<std::size_t>(2 * j + k)], variance(j, k),
                            1e-4 * (std::sqrt(variance(j, j) * variance(k, k))))
                    << "case " << c;
            }
        }
    }
    EXPECT_GT(compared, static_cast<int>(cases(60)) / 4);
}

TEST(CoxWeights, MustBePositive) {
    for (const double weight : {0.0, -1.0, HUGE_VAL, std::nan("")}) {
        SurvivalRows state(heap());
        state.set({{}, "efron"}, false, true, true);
        SurvivalRow row;
        row.duration = 1;
        row.weight = weight;
        EXPECT_THROW(state.add(row), Error);
    }
}

}  // namespace
}  // namespace journey::test
