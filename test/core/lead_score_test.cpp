// Lead scores against R and against definitions written out.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.hpp"
#include "core/lead_logistic.hpp"
#include "core/lead_points.hpp"
#include "core/lead_quality.hpp"
#include "core/model_text.hpp"
#include "core/survey.hpp"
#include "support.hpp"

namespace journey::test {
namespace {

std::pmr::memory_resource& heap() {
    return *std::pmr::new_delete_resource();
}

struct Case {
    std::size_t features;
    std::vector<double> x;
    std::vector<bool> y;
};

Case random_case(Random& random) {
    Case made;
    made.features = 1 + random.below(4);
    const std::size_t n = 30 + random.below(100);
    for (std::size_t i = 0; i < n; ++i) {
        double sum = 0;
        for (std::size_t j = 0; j < made.features; ++j) {
            made.x.push_back(static_cast<double>(random.between(-50, 50)) / 10);
            sum += made.x.back();
        }
        made.y.push_back(sum + static_cast<double>(random.between(-80, 80)) / 10 > 0);
    }
    return made;
}

LogisticModel fitted(const Case& given, double penalty, bool standardise, std::size_t start = 0) {
    LogisticRows rows(heap());
    rows.set(penalty, standardise);
    const std::size_t n = given.y.size();
    for (std::size_t k = 0; k < n; ++k) {
        const std::size_t i = (k + start) % n;
        rows.add({&given.x[i * given.features], given.features}, given.y[i]);
    }
    LogisticModel model(heap());
    rows.fit(model);
    return model;
}

// The penalised log-likelihood on features as given.
double objective(const Case& given, const std::pmr::vector<double>& beta, double penalty) {
    double sum = 0;
    for (std::size_t i = 0; i < given.y.size(); ++i) {
        double eta = beta[0];
        for (std::size_t j = 0; j < given.features; ++j) eta += beta[j + 1] * given.x[i * given.features + j];
        sum -= std::log1p(std::exp(given.y[i] ? -eta : eta));
    }
    for (std::size_t j = 1; j < beta.size(); ++j) sum -= penalty / 2 * beta[j] * beta[j];
    return sum;
}

TEST(Logistic, NoStepInAnyDirectionIsBetter) {
    Random random(81);
    for (std::uint32_t n = cases(100); n > 0; --n) {
        const Case given = random_case(random);
        const double penalty = random.percent(50) ? 0 : static_cast<double>(1 + random.below(50)) / 10;
        const LogisticModel model = fitted(given, penalty, false);
        if (model.status != FitStatus::converged) continue;
        const double best = objective(given, model.coefficients, penalty);
        for (std::size_t k = 0; k < model.coefficients.size(); ++k) {
            for (double step : {-1e-3, 1e-3}) {
                auto other = model.coefficients;
                other[k] += step;
                ASSERT_LT(objective(given, other, penalty), best);
            }
            // The curvature there is that of the standard errors (one by one: not below the information).
            auto up = model.coefficients, down = model.coefficients;
            up[k] += 1e-4;
            down[k] -= 1e-4;
            const double curvature =
                (2 * best - objective(given, up, penalty) - objective(given, down, penalty)) / 1e-8;
            ASSERT_GE(curvature * model.std_errors[k] * model.std_errors[k], 0.99);
        }
    }
}

TEST(Logistic, TheModelDoesNotDependOnTheOrderOfRows) {
    Random random(82);
    for (std::uint32_t n = cases(100); n > 0; --n) {
        const Case given = random_case(random);
        const LogisticModel one = fitted(given, 0.5, true),
                            other = fitted(given, 0.5, true, random.below(given.y.size()));
        std::vector<std::byte> a(one.encoded_size()), b(other.encoded_size());
        one.encode(a.data());
        other.encode(b.data());
        ASSERT_EQ(a, b);
        LogisticModel read(heap());
        ModelWriter writer(heap());
        read.parse(one.text(writer));
        read.encode(b.data());
        ASSERT_EQ(a, b);
        EXPECT_THROW(read.decode({a.data(), random.below(a.size())}), Error);
    }
}

// Whoever is above a line converts: never "converged" without a ridge.
TEST(Logistic, SeparationIsSeen) {
    Random random(83);
    for (std::uint32_t n = cases(200); n > 0; --n) {
        Case given = random_case(random);
        double line[4];
        for (double& each : line) each = static_cast<double>(random.between(-5, 5));
        for (std::size_t i = 0; i < given.y.size(); ++i) {
            double sum = 0;
            for (std::size_t j = 0; j < given.features; ++j) sum += line[j] * given.x[i * given.features + j];
            given.y[i] = sum > 1;
        }
        const LogisticModel model = fitted(given, 0, true);
        ASSERT_NE(model.status, FitStatus::converged);
        ASSERT_TRUE(model.status == FitStatus::separation || model.status == FitStatus::one_class)
            << name_of(model.status);
        const LogisticModel ridge = fitted(given, 1, true);
        ASSERT_TRUE(ridge.status == FitStatus::converged || ridge.status == FitStatus::one_class);
    }
}

TEST(Logistic, ASumOfOtherFeaturesIsCollinear) {
    Random random(84);
    for (std::uint32_t n = cases(100); n > 0; --n) {
        const Case given = random_case(random);
        Case more = {given.features + 1, {}, given.y};
        for (std::size_t i = 0; i < given.y.size(); ++i) {
            double sum = 3;
            for (std::size_t j = 0; j < given.features; ++j) {
                more.x.push_back(given.x[i * given.features + j]);
                sum += 0.1 * more.x.back();
            }
            more.x.push_back(sum);
        }
        const LogisticModel without = fitted(given, 0, true), with = fitted(more, 0, true);
        if (without.status != FitStatus::converged) continue;
        ASSERT_EQ(with.status, FitStatus::collinear);
        EXPECT_EQ(with.coefficients.back(), 0);
        EXPECT_NEAR(with.log_likelihood, without.log_likelihood, 1e-9);
    }
}

TEST(Quality, AucCountsPairs) {
    Random random(85);
    for (std::uint32_t n = cases(200); n > 0; --n) {
        std::vector<std::pair<double, bool>> rows(2 + random.below(40));
        ScoredOutcomes scores(heap());
        for (auto& [score, converted] : rows) {
            score = random.below(10) / 10.0;
            converted = random.percent(40);
            scores.add(score, converted);
        }
        double right = 0, pairs = 0, loss = 0;
        for (const auto& [a, yes] : rows) {
            loss -= std::log(yes ? a : 1 - a);
            for (const auto& [b, no] : rows) {
                if (!yes || no) continue;
                pairs += 1;
                right += a > b ? 1 : a == b ? 0.5 : 0;
            }
        }
        const auto auc = scores.auc();
        ASSERT_EQ(auc.has_value(), pairs > 0);
        if (auc) {
            ASSERT_DOUBLE_EQ(*auc, right / pairs);
        }
        const double got = *scores.log_loss();
        if (std::isinf(loss)) {
            ASSERT_TRUE(std::isinf(got));
        } else {
            ASSERT_NEAR(got, loss / static_cast<double>(rows.size()), 1e-12);
        }
        std::int64_t customers = 0;
        for (const CalibrationRow& row : scores.calibration(4)) customers += row.customers;
        ASSERT_EQ(customers, static_cast<std::int64_t>(rows.size()));
        std::vector<std::byte> bytes(scores.encoded_size());
        scores.encode(bytes.data());
        ScoredOutcomes read(heap());
        read.decode(bytes);
        ASSERT_EQ(read.auc(), auc);
        EXPECT_THROW(read.decode({bytes.data(), random.below(bytes.size())}), Error);
    }
}

TEST(Points, HalveWithEveryHalfLife) {
    PointsRules rules(heap());
    const std::string_view events[] = {"visit", "demo"};
    const double points[] = {1, 20};
    rules.set(events, points, 100);
    PointsState state(1000, heap());
    for (const auto& [event, ts] : {std::pair<std::string_view, Time>{"demo", 900},
                                    {"visit", 1000},
                                    {"visit", 800},
                                    {"demo", 1001},
                                    {"chat", 500}}) {
        state.add(rules, rules.find(event), ts);
    }
    EXPECT_EQ(state.score(std::nullopt), 11.25);
    EXPECT_EQ(state.score(5), 5);
    const auto rows = state.rows(heap());
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].event, "demo");
    EXPECT_EQ(rows[1].times, 2);
}

// CRAN's package NPS on its test data: 462 promoters, 176 passives, 362 detractors.
TEST(Survey, NpsHasTheFiguresOfTheReference) {
    SurveyCounts counts;
    for (const auto& [answer, times] : {std::pair{9.0, 462}, {8.0, 176}, {3.0, 362}}) {
        for (int i = 0; i < times; ++i) counts.add(nps_scale, answer);
    }
    const auto score = survey_score(nps_scale, counts);
    EXPECT_DOUBLE_EQ(score->score, 10);
    EXPECT_NEAR(score->std_error, 2.853069, 5e-7);
    EXPECT_NEAR(score->low, 4.41, 0.005);
    EXPECT_NEAR(score->high, 15.59, 0.005);
}

// R: binom.confint(7, 10, methods = "wilson") is 0.3967781 to 0.8922087.
TEST(Survey, SharesHaveWilsonsInterval) {
    SurveyCounts counts;
    for (int i = 0; i < 10; ++i) counts.add(csat_scale, i < 7 ? 4.0 : 2.0);
    const auto score = survey_score(csat_scale, counts);
    EXPECT_DOUBLE_EQ(score->score, 0.7);
    EXPECT_NEAR(score->low, 0.3967781, 5e-8);
    EXPECT_NEAR(score->high, 0.8922087, 5e-8);
}

}  // namespace
}  // namespace journey::test
