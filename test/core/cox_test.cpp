// Cox's model: the likelihood by its definition, its derivatives by differences,
// and figures that others published.
#include "core/cox.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "survival_case.hpp"

namespace journey::test {
namespace {

// Everybody at risk at each event's time, counted anew.
double loglik_by_definition(const SurvivalCase& given, CoxTies ties, const Eigen::VectorXd& beta) {
    const auto risk = [&](const SurvivalCase::Row& row) {
        double eta = 0;
        for (std::size_t k = 0; k < row.covariates.size(); ++k)
            eta += row.covariates[k] * beta(static_cast<Eigen::Index>(k));
        return std::exp(eta);
    };
    double sum = 0;
    for (const auto& dying : given.rows) {
        if (!dying.event) continue;
        double all = 0, tied = 0, before = 0, count = 0;
        for (const auto& row : given.rows) {
            if (row.stratum != dying.stratum || row.duration < dying.duration || row.entry >= dying.duration)
                continue;
            all += risk(row);
            if (!row.event || row.duration != dying.duration) continue;
            tied += risk(row);
            count += 1;
            if (&row < &dying) before += 1;
        }
        sum += std::log(risk(dying)) - std::log(all - (ties == CoxTies::efron ? before / count * tied : 0));
    }
    return sum;
}

TEST(Cox, LikelihoodAndDerivativesAreThoseOfTheDefinition) {
    Random random(711);
    for (std::uint32_t c = 0; c < cases(400); ++c) {
        const SurvivalCase given = random_survival(random, {25, 3, c % 2 == 1, 1 + c % 3, 1, 6});
        const CoxTies ties = c % 4 < 2 ? CoxTies::efron : CoxTies::breslow;
        SurvivalRows state(heap());
        fill(state, given);
        const OrderedRows rows = state.ordered(heap());
        Eigen::VectorXd beta(3);
        for (Eigen::Index k = 0; k < 3; ++k) beta(k) = 2 * unit_draw(random) - 1;
        const CoxTerms terms = cox_terms(rows, ties, beta, heap());
        EXPECT_NEAR(terms.loglik, loglik_by_definition(given, ties, beta), 1e-9);
        const double h = 1e-5;
        for (Eigen::Index k = 0; k < 3; ++k) {
            Eigen::VectorXd up = beta, down = beta;
            up(k) += h;
            down(k) -= h;
            const double slope =
                (loglik_by_definition(given, ties, up) - loglik_by_definition(given, ties, down)) / (2 * h);
            EXPECT_NEAR(terms.score(k), slope, 1e-5);
            const Eigen::VectorXd bend =
                (cox_terms(rows, ties, up, heap()).score - cox_terms(rows, ties, down, heap()).score) /
                (2 * h);
            for (Eigen::Index j = 0; j < 3; ++j) EXPECT_NEAR(terms.information(k, j), -bend(j), 1e-5);
        }
    }
}

TEST(Cox, TheOrderOfRowsChangesNoBit) {
    Random random(712);
    for (std::uint32_t c = 0; c < cases(200); ++c) {
        SurvivalCase given = random_survival(random, {60, 3, c % 2 == 1, 1 + c % 3, 1, 10});
        given.word = c % 4 < 2 ? "efron" : "breslow";
        const auto expected = bytes_of(fit(given, fit_cox));
        shuffle(given, random);
        ASSERT_EQ(bytes_of(fit(given, fit_cox)), expected);
    }
}

TEST(Cox, UnitsChangeNothingButTheCoefficient) {
    Random random(713);
    for (std::uint32_t c = 0; c < cases(50); ++c) {
        SurvivalCase given = random_survival(random, {60, 2, false, 1, 1, 40});
        given.word = "efron";
        const SurvivalModel plain = fit(given, fit_cox);
        for (auto& row : given.rows) row.covariates[1] = 1e6 + 1e3 * row.covariates[1];
        const SurvivalModel moved = fit(given, fit_cox);
        if (!plain.converged) continue;
        EXPECT_TRUE(moved.converged);
        EXPECT_NEAR(moved.loglik, plain.loglik, 1e-9 * std::fabs(plain.loglik));
        EXPECT_NEAR(moved.coefficients[1] * 1e3, plain.coefficients[1],
                    1e-6 * (1 + std::fabs(plain.coefficients[1])));
    }
}

SurvivalCase::Row row(double duration, int event, std::vector<double> covariates,
                      double entry = from_the_start) {
    return {duration, event == 1, entry, std::move(covariates), "", ""};
}

// Therneau's data with ties in the survival package's validation.
SurvivalCase tied() {
    SurvivalCase given;
    given.word = "efron";
    given.rows = {row(9, 1, {0}), row(1, 1, {1}), row(1, 0, {1}),
                  row(6, 1, {1}), row(6, 1, {0}), row(8, 0, {0})};
    return given;
}

SurvivalCase tied_intervals() {
    SurvivalCase given;
    given.word = "efron";
    given.has_entry = true;
    given.rows = {row(2, 1, {1}, 1),  row(3, 1, {0}, 2), row(6, 1, {0}, 5), row(7, 1, {1}, 2),
                  row(8, 1, {0}, 1),  row(9, 1, {1}, 7), row(9, 1, {1}, 3), row(9, 0, {1}, 4),
                  row(14, 0, {0}, 8), row(17, 0, {0}, 8)};
    return given;
}

TEST(Cox, ToysOfTherneau) {
    SurvivalCase given = tied();
    EXPECT_NEAR(fit(given, fit_cox).coefficients[0], 1.67685749, 1e-8);
    given.word = "breslow";
    EXPECT_NEAR(fit(given, fit_cox).coefficients[0], std::log((3 + std::sqrt(33.0)) / 2), 1e-12);
    given = tied_intervals();
    EXPECT_NEAR(fit(given, fit_cox).coefficients[0], -0.02110521, 1e-8);
    given.word = "breslow";
    EXPECT_NEAR(fit(given, fit_cox).coefficients[0], -0.08452608, 1e-8);
}

TEST(Cox, SeparationIsSaid) {
    SurvivalCase given;
    given.word = "efron";
    for (int i = 1; i <= 8; ++i) given.rows.push_back(row(i, i <= 4, {i <= 4 ? 1.0 : 0.0}));
    const SurvivalModel model = fit(given, fit_cox);
    EXPECT_NEAR(model.loglik, -3.178054, 1e-6);
    EXPECT_FALSE(model.converged);
    EXPECT_EQ(model.notes[0], CoefficientNote::infinite);
}

TEST(Cox, DependentColumnsAreLeftOut) {
    Random random(714);
    SurvivalCase given = random_survival(random, {60, 2, false, 1, 1, 40});
    given.word = "efron";
    SurvivalCase more = given;
    for (auto& each : more.rows) {
        const double a = each.covariates[0], b = each.covariates[1];
        each.covariates = {a, 0.1, b, 3 * a - 2 * b + 7};
    }
    const SurvivalModel model = fit(more, fit_cox), plain = fit(given, fit_cox);
    EXPECT_EQ(model.notes[1], CoefficientNote::collinear);
    EXPECT_EQ(model.notes[3], CoefficientNote::collinear);
    EXPECT_EQ(model.degrees(), 2);
    EXPECT_NEAR(model.loglik, plain.loglik, 1e-9);
    EXPECT_NEAR(model.coefficients[0], plain.coefficients[0], 1e-6 * (1 + std::fabs(plain.coefficients[0])));
}

TEST(Cox, ACovariateConstantWithinStrataIsLeftOut) {
    Random random(716);
    for (std::uint32_t c = 0; c < cases(50); ++c) {
        SurvivalCase given = random_survival(random, {40, 1, c % 2 == 1, 3, 1, 10});
        given.word = "efron";
        for (auto& each : given.rows) each.covariates[0] = 0.1 * each.stratum[0];
        EXPECT_EQ(fit(given, fit_cox).notes[0], CoefficientNote::collinear);
    }
}

TEST(Cox, NothingToFitIsAnError) {
    SurvivalCase given;
    given.word = "efron";
    given.rows = {row(1, 0, {1}), row(2, 0, {2})};
    EXPECT_THROW(fit(given, fit_cox), Error);
    given.rows = {row(1, 1, {}), row(2, 0, {})};
    EXPECT_THROW(fit(given, fit_cox), Error);
    given.rows = {row(1, 1, {1}), row(2, 0, {1, 2})};
    EXPECT_THROW(fit(given, fit_cox), Error);
    given.rows = {row(1, 1, {NAN})};
    EXPECT_THROW(fit(given, fit_cox), Error);
}

// One customer alone, no information at all: an answer, no crash.
TEST(Cox, TinyDataHaveAnAnswer) {
    SurvivalCase given;
    given.word = "efron";
    given.rows = {row(1, 1, {5})};
    const SurvivalModel model = fit(given, fit_cox);
    EXPECT_EQ(model.notes[0], CoefficientNote::collinear);
    EXPECT_EQ(model.strata[0].hazards[0], 1);
}

// The sum over customers of the expected events is the number of events.
TEST(Cox, BaselineExpectsAsManyEventsAsThereWere) {
    Random random(715);
    for (std::uint32_t c = 0; c < cases(100); ++c) {
        SurvivalCase given = random_survival(random, {60, 2, false, 1, 1, 10});
        given.word = "breslow";
        const SurvivalModel model = fit(given, fit_cox);
        double expected = 0, events = 0;
        for (const auto& each : given.rows) {
            const double s =
                survival_probability(model, linear_predictor(model, each.covariates), 0, each.duration);
            expected -= std::log(s);
            events += each.event;
        }
        if (model.converged) {
            EXPECT_NEAR(expected, events, 1e-7 * events);
        }
    }
}

}  // namespace
}  // namespace journey::test
