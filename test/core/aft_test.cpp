// Accelerated failure times: the likelihood from each distribution's density, its
// derivatives by differences, the maximum as a maximum.
#include "core/aft.hpp"

#include <gtest/gtest.h>

#include <boost/math/distributions/logistic.hpp>
#include <boost/math/distributions/lognormal.hpp>
#include <boost/math/distributions/weibull.hpp>

#include "core/error.hpp"
#include "core/failure_time.hpp"
#include "survival_case.hpp"

namespace journey::test {
namespace {

constexpr AftDistribution all[] = {AftDistribution::exponential, AftDistribution::weibull,
                                   AftDistribution::lognormal, AftDistribution::loglogistic};

// Log density of t with an event, log survival without.
double log_term(AftDistribution distribution, double t, bool event, double mu, double sigma) {
    using namespace boost::math;
    switch (distribution) {
        case AftDistribution::exponential:
        case AftDistribution::weibull: {
            const weibull_distribution<> d(1 / sigma, std::exp(mu));
            return std::log(event ? pdf(d, t) : cdf(complement(d, t)));
        }
        case AftDistribution::lognormal: {
            const lognormal_distribution<> d(mu, sigma);
            return std::log(event ? pdf(d, t) : cdf(complement(d, t)));
        }
        case AftDistribution::loglogistic: {
            const logistic_distribution<> d(mu, sigma);
            return event ? std::log(pdf(d, std::log(t)) / t) : std::log(cdf(complement(d, std::log(t))));
        }
    }
    return 0;
}

double loglik_by_density(const SurvivalCase& given, AftDistribution distribution,
                         std::span<const double> coefficients, double sigma) {
    double sum = 0;
    for (const auto& row : given.rows) {
        double mu = coefficients[0];
        for (std::size_t k = 0; k < row.covariates.size(); ++k) mu += coefficients[k + 1] * row.covariates[k];
        const double term = log_term(distribution, row.duration, row.event, mu, sigma);
        if (term < -690) return no_number;  // its density is hardly a number any more
        sum += term;
    }
    return sum;
}

TEST(Aft, LikelihoodAndDerivatives) {
    Random random(721);
    for (std::uint32_t c = 0; c < cases(400); ++c) {
        const SurvivalCase given = random_survival(random, {25, 2, false, 1, 1, 20});
        const AftDistribution distribution = all[c % 4];
        const bool has_scale = distribution != AftDistribution::exponential;
        SurvivalRows state(heap());
        fill(state, given);
        const OrderedRows rows = state.ordered(heap());
        std::vector<double> log_times;
        double constant = 0;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            log_times.push_back(std::log(rows.duration[i]));
            if (rows.event[i] != 0) constant -= log_times.back();
        }
        const double sigma = has_scale ? 0.3 + unit_draw(random) : 1;
        const std::vector<double> coefficients = {2 * unit_draw(random), unit_draw(random) - 0.5,
                                                  unit_draw(random) - 0.5};
        Eigen::VectorXd at(has_scale ? 4 : 3);
        for (Eigen::Index k = 0; k < 3; ++k) at(k) = coefficients[static_cast<std::size_t>(k)] / sigma;
        if (has_scale) at(3) = 1 / sigma;
        const AftTerms terms = aft_terms(rows, log_times, distribution, at);
        const double expected = loglik_by_density(given, distribution, coefficients, sigma);
        if (std::isfinite(expected)) {
            EXPECT_NEAR(terms.loglik + constant, expected, 1e-8 * (1 + std::fabs(expected)));
        }
        const double h = 1e-5;
        for (Eigen::Index k = 0; k < at.size(); ++k) {
            Eigen::VectorXd up = at, down = at;
            up(k) += h;
            down(k) -= h;
            const AftTerms above = aft_terms(rows, log_times, distribution, up),
                           below = aft_terms(rows, log_times, distribution, down);
            const double size = 1 + terms.information.cwiseAbs().maxCoeff();
            EXPECT_NEAR(terms.score(k), (above.loglik - below.loglik) / (2 * h), 1e-6 * size);
            const Eigen::VectorXd bend = (above.score - below.score) / (2 * h);
            for (Eigen::Index j = 0; j < at.size(); ++j)
                EXPECT_NEAR(terms.information(k, j), -bend(j), 1e-6 * size);
        }
    }
}

TEST(Aft, TheFitIsTheMaximumOfTheDensities) {
    Random random(722);
    std::uint32_t converged = 0;
    for (std::uint32_t c = 0; c < cases(200); ++c) {
        SurvivalCase given = random_survival(random, {60, 2, false, 1, 1, 40});
        given.word = name_of(all[c % 4]);
        const SurvivalModel model = fit(given, fit_aft);
        if (!model.converged) continue;
        ++converged;
        const auto loglik = [&](const std::vector<double>& parameters) {
            const double sigma = model.has_scale() ? std::exp(parameters[3]) : 1;
            return loglik_by_density(given, all[c % 4], {parameters.data(), 3}, sigma);
        };
        std::vector<double> at(model.coefficients.begin(), model.coefficients.end());
        const double top = loglik(at);
        EXPECT_NEAR(model.loglik, top, 1e-9 * (1 + std::fabs(top)));
        // A step of one standard error costs about one half in each direction.
        for (std::size_t k = 0; k < at.size(); ++k) {
            for (const double sign : {-1.0, 1.0}) {
                auto moved = at;
                moved[k] += sign * 1e-3 * model.std_error(k);
                EXPECT_LE(loglik(moved), top + 1e-9);
            }
        }
    }
    EXPECT_GE(converged, cases(200) / 2);
}

TEST(Aft, TheOrderOfRowsChangesNoBit) {
    Random random(723);
    for (std::uint32_t c = 0; c < cases(100); ++c) {
        SurvivalCase given = random_survival(random, {60, 3, false, 1, 1, 10});
        given.word = name_of(all[c % 4]);
        const auto expected = bytes_of(fit(given, fit_aft));
        shuffle(given, random);
        ASSERT_EQ(bytes_of(fit(given, fit_aft)), expected);
    }
}

TEST(Aft, LargeUncentredNumbersConverge) {
    Random random(724);
    for (std::uint32_t c = 0; c < cases(60); ++c) {
        SurvivalCase given;
        given.word = name_of(all[c % 4]);
        for (int i = 0; i < 200; ++i) {
            const double x = 1e5 + 1e4 * unit_draw(random);
            const double t =
                3e8 * std::exp(0.5 * std::log(-std::log(1 - unit_draw(random))) - (x - 1e5) / 1e4);
            given.rows.push_back({std::min(t, 2e8), t < 2e8, from_the_start, {x}, "", ""});
        }
        const SurvivalModel model = fit(given, fit_aft);
        EXPECT_TRUE(model.converged) << given.word;
        if (given.word == "weibull") {
            EXPECT_NEAR(model.coefficients[1], -1e-4, 1e-4);
        }
    }
}

TEST(Aft, ZeroHasNoLogarithm) {
    SurvivalCase given;
    given.word = "weibull";
    given.rows = {{0, true, from_the_start, {1}, "", ""}, {2, true, from_the_start, {2}, "", ""}};
    EXPECT_THROW(fit(given, fit_aft), Error);
}

TEST(FailureTime, DerivativesAndTails) {
    for (const AftDistribution distribution : all) {
        for (double z = -30; z < 6; z += 0.37) {
            for (const auto term : {log_density, log_survival}) {
                const double h = 1e-5;
                const LogTerm at = term(distribution, z), up = term(distribution, z + h),
                              down = term(distribution, z - h);
                EXPECT_NEAR(at.first, (up.value - down.value) / (2 * h), 1e-4 * (1 + std::fabs(at.first)))
                    << z;
                EXPECT_NEAR(at.second, (up.first - down.first) / (2 * h), 1e-4 * (1 + std::fabs(at.second)))
                    << z;
            }
        }
        for (const double p : {1e-6, 0.1, 0.5, 0.9, 0.999}) {
            EXPECT_NEAR(std::exp(log_survival(distribution, failure_quantile(distribution, p)).value), 1 - p,
                        1e-12);
        }
    }
    // R 4.2.2: pnorm(z, lower.tail = FALSE, log.p = TRUE).
    EXPECT_NEAR(log_survival(AftDistribution::lognormal, 10).value, -53.23128515051247, 1e-11);
    EXPECT_NEAR(log_survival(AftDistribution::lognormal, 50).value, -1254.83136113942, 1e-9);
    EXPECT_NEAR(log_survival(AftDistribution::lognormal, 5).value, -15.06499839398872, 1e-12);
}

}  // namespace
}  // namespace journey::test
