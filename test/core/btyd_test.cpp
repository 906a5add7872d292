// Customers-alive models: the formulas against their definitions, and published figures.

#include <gtest/gtest.h>
#include <boost/math/quadrature/gauss_kronrod.hpp>

#include <cmath>
#include <memory_resource>

#include "btyd_oracle.hpp"
#include "core/btyd_bgbb.hpp"
#include "core/btyd_bgnbd.hpp"
#include "core/btyd_fit.hpp"
#include "core/btyd_pareto_nbd.hpp"
#include "core/btyd_score.hpp"
#include "core/btyd_series.hpp"
#include "core/btyd_simple.hpp"
#include "support.hpp"

namespace journey::test {
namespace {

std::pmr::memory_resource& memory() {
    return *std::pmr::new_delete_resource();
}

double log_likelihood(BtydKind kind, BtydRow row, const Point& at) {
    return btyd_log_likelihood(kind, {&row, 1}, at, memory()).value;
}

// low … high, evenly in the logarithm.
double between(Random& random, double low, double high) {
    return low * std::pow(high / low, random.below(1'000'001) / 1e6);
}

History random_history(Random& random, bool whole) {
    History h;
    h.age = whole ? static_cast<double>(random.between(1, 12)) : between(random, 0.5, 50);
    h.x = random.percent(30) ? 0 : static_cast<double>(random.between(1, 9));
    h.recency = 0;
    if (h.x > 0)
        h.recency = whole ? static_cast<double>(random.between(1, static_cast<int>(h.age)))
                          : std::min(h.age, h.age * (1 + random.below(100)) / 100);
    if (whole) h.x = std::min(h.x, h.recency);
    return h;
}

#define EXPECT_CLOSE(ours, theirs, relative) \
    EXPECT_NEAR((ours), (theirs), (relative)*std::abs(theirs)) << "JOURNEY_SEED=" << seed() << " case " << i

// Many customers of one model: what is remembered of it changes no digit that counts.
TEST(Btyd, RememberedCoefficientsGiveTheSame) {
    Random random(11);
    for (std::uint32_t i = 0; i < cases(300); ++i) {
        const BgNbd model{between(random, 0.01, 20), between(random, 0.01, 300), between(random, 0.001, 30),
                          between(random, 0.001, 300), random.percent(50)};
        BtydSeries series(memory());
        if (random.percent(50)) series.set({1, 2, 3, 4, false});
        series.set(model);
        for (int n = 0; n < 40; ++n) {
            History h = random_history(random, false);
            if (h.x > 0) h.x = static_cast<double>(random.between(1, random.percent(50) ? 8 : 100));
            const double t = random.percent(5) ? 0 : h.age * between(random, 1e-4, 100);
            EXPECT_CLOSE(series.expected(h.x, h.recency, h.age, t), model.expected(h.x, h.recency, h.age, t),
                         2e-13);
        }
    }
}

// The scorer of many customers is the scores of each, for every model.
TEST(Btyd, ScorerGivesTheScoresOfEach) {
    Random random(12);
    const BtydKind kinds[] = {BtydKind::bgnbd, BtydKind::mbgnbd, BtydKind::pareto_nbd, BtydKind::nbd,
                              BtydKind::bgbb};
    BtydScorer scorer(memory());
    for (std::uint32_t i = 0; i < cases(200); ++i) {
        BtydModel model;
        model.kind = kinds[random.below(5)];
        for (double& each : model.parameters) each = between(random, 0.1, 20);
        scorer.set(model);
        for (int n = 0; n < 20; ++n) {
            const History h = random_history(random, model.kind == BtydKind::bgbb);
            const double t = static_cast<double>(random.below(60));
            EXPECT_CLOSE(scorer.expected({h.x, h.recency, h.age}, t),
                         btyd_expected(model, {h.x, h.recency, h.age}, t), 2e-12);
            EXPECT_CLOSE(scorer.alive({h.x, h.recency, h.age}), btyd_alive(model, {h.x, h.recency, h.age}),
                         2e-12);
        }
    }
}

TEST(Btyd, BgNbdEqualsItsDefinition) {
    Random random(1);
    for (std::uint32_t i = 0; i < cases(25); ++i) {
        const bool modified = random.percent(50);
        const Point at = {between(random, 0.3, 4), between(random, 1, 20), between(random, 0.3, 4),
                          between(random, 0.3, 4)};
        const History h = random_history(random, false);
        const double t = between(random, 0.5, 60);
        const Definition definition = bgnbd_by_definition(at[0], at[1], at[2], at[3], modified, h, t);
        const BgNbd model{at[0], at[1], at[2], at[3], modified};
        const BtydKind kind = modified ? BtydKind::mbgnbd : BtydKind::bgnbd;
        EXPECT_CLOSE(std::exp(log_likelihood(kind, {h.x, h.recency, h.age}, at)), definition.likelihood,
                     1e-8);
        EXPECT_CLOSE(model.alive(h.x, h.recency, h.age), definition.alive / definition.likelihood, 1e-8);
        EXPECT_CLOSE(model.expected(h.x, h.recency, h.age, t), definition.purchases / definition.likelihood,
                     1e-8);
        const Definition fresh = bgnbd_by_definition(at[0], at[1], at[2], at[3], modified, {0, 0, 0}, t);
        EXPECT_CLOSE(model.expected(t), fresh.purchases, 1e-8);
    }
}

TEST(Btyd, ParetoNbdEqualsItsDefinition) {
    Random random(2);
    for (std::uint32_t i = 0; i < cases(25); ++i) {
        const Point at = {between(random, 0.3, 4), between(random, 1, 20), between(random, 0.3, 4),
                          between(random, 1, 20)};
        const History h = random_history(random, false);
        const double t = between(random, 0.5, 60);
        const Definition definition = pareto_by_definition(at[0], at[1], at[2], at[3], h, t);
        const ParetoNbd model{at[0], at[1], at[2], at[3]};
        EXPECT_CLOSE(std::exp(log_likelihood(BtydKind::pareto_nbd, {h.x, h.recency, h.age}, at)),
                     definition.likelihood, 1e-8);
        EXPECT_CLOSE(model.alive(h.x, h.recency, h.age), definition.alive / definition.likelihood, 1e-8);
        EXPECT_CLOSE(model.expected(h.x, h.recency, h.age, t), definition.purchases / definition.likelihood,
                     1e-8);
    }
}

// The series and, where that is long, the rule in log time against an adaptive quadrature.
TEST(Btyd, ParetoNbdAliveHasTwelveDigits) {
    Random random(21);
    for (std::uint32_t i = 0; i < cases(500); ++i) {
        const ParetoNbd model{between(random, 0.05, 10), between(random, 0.05, 100),
                              between(random, 0.05, 10), between(random, 0.05, 100)};
        History h = random_history(random, false);
        if (h.x > 0 && random.percent(30)) h.x = static_cast<double>(random.between(10, 300));
        const double power = model.r + h.x;
        const double least = std::min(model.alpha, model.beta);
        const auto left = [&](double u) {  // u: logarithm of least + the moment y
            const double y = std::exp(u) - least;
            return std::exp(power * std::log((model.alpha + h.age) / (model.alpha + y)) +
                            model.s * std::log((model.beta + h.age) / (model.beta + y)) + u) *
                   model.s / (model.beta + y);
        };
        const double odds = h.age == h.recency
                                ? 0
                                : boost::math::quadrature::gauss_kronrod<double, 61>::integrate(
                                      left, std::log(least + h.recency), std::log(least + h.age), 8, 1e-13);
        if (!std::isfinite(odds)) continue;  // e^709 to 1: alive is 0
        EXPECT_CLOSE(model.alive(h.x, h.recency, h.age), 1 / (1 + odds), 2e-12);
        ParetoSeries series(memory());
        if (random.percent(50)) series.set({1, 2, 3, 4});
        series.set(model);
        EXPECT_CLOSE(series.alive(h.x, h.recency, h.age), 1 / (1 + odds), 2e-12);
    }
}

TEST(Btyd, BgBbEqualsItsDefinition) {
    Random random(3);
    for (std::uint32_t i = 0; i < cases(16); ++i) {
        const Point at = {between(random, 0.3, 4), between(random, 0.3, 4), between(random, 0.3, 4),
                          between(random, 0.3, 4)};
        const History h = random_history(random, true);
        const auto t = static_cast<double>(random.between(1, 12));
        const Definition definition = bgbb_by_definition(at[0], at[1], at[2], at[3], h, t);
        const Definition next = bgbb_by_definition(at[0], at[1], at[2], at[3], {h.x, h.recency, h.age}, 1);
        const BgBb model{at[0], at[1], at[2], at[3]};
        EXPECT_CLOSE(std::exp(log_likelihood(BtydKind::bgbb, {h.x, h.recency, h.age}, at)),
                     definition.likelihood, 1e-8);
        EXPECT_CLOSE(model.expected(h.x, h.recency, h.age, t), definition.purchases / definition.likelihood,
                     1e-8);
        // To be there at the next opportunity is to be able to buy at it.
        const double buys = (at[0] + h.x) / (at[0] + at[1] + h.age);
        EXPECT_CLOSE(model.alive(h.x, h.recency, h.age) * buys, next.purchases / definition.likelihood, 1e-8);
    }
}

TEST(Btyd, SmallModelsEqualTheirDefinitions) {
    Random random(4);
    for (std::uint32_t i = 0; i < cases(60); ++i) {
        const double p = between(random, 0.5, 8), q = between(random, 1.2, 5), g = between(random, 1, 30);
        const auto x = static_cast<double>(random.between(1, 8));
        const double m = between(random, 2, 80);
        const double density = spend_by_definition(p, q, g, x, m);
        EXPECT_CLOSE(std::exp(log_likelihood(BtydKind::gamma_gamma, {x, m, 0}, {p, q, g, 1})), density, 1e-8);
        const GammaGamma spend{p, q, g};
        EXPECT_CLOSE(spend.expected(x, m), expected_spend_by_definition(p, q, g, x, m) / density, 1e-8);
        const double a = between(random, 0.3, 4), b = between(random, 0.3, 4);
        const auto periods = static_cast<double>(random.between(1, 20));
        for (bool ended : {false, true}) {
            EXPECT_CLOSE(
                std::exp(log_likelihood(BtydKind::sbg, {periods, ended ? 1.0 : 0.0, 0}, {a, b, 1, 1})),
                sbg_by_definition(a, b, periods, ended), 1e-8);
        }
        const Sbg sbg{a, b};
        EXPECT_CLOSE(sbg.retention(periods), sbg.survival(periods) / sbg.survival(periods - 1), 1e-12);
    }
}

// All chances add up to 1, and to the expected number.
TEST(Btyd, ProbabilitiesAddUp) {
    Random random(5);
    for (std::uint32_t i = 0; i < cases(3); ++i) {
        const double t = static_cast<double>(random.between(1, 10));
        for (std::size_t k = 0; k < 5; ++k) {
            BtydModel model;
            model.kind = static_cast<BtydKind>(k);
            model.parameters = {between(random, 0.3, 3), between(random, 5, 20), between(random, 1, 4),
                                between(random, 1, 20)};
            const History h = random_history(random, true);
            const BtydHistory history{h.x, h.recency, h.age};
            double sum = 0, mean = 0, fresh = 0, fresh_mean = 0;
            for (double n = 0; n < 2000; ++n) {
                const double chance = btyd_probability(model, n, history, t);
                sum += chance;
                mean += n * chance;
                const double new_chance = btyd_probability(model, n, t);
                fresh += new_chance;
                fresh_mean += n * new_chance;
                if (n > 20 && chance < 1e-15 && new_chance < 1e-15) break;
            }
            EXPECT_CLOSE(sum, 1.0, 1e-9) << btyd_name(model.kind);
            EXPECT_CLOSE(mean, btyd_expected(model, history, t), 1e-8) << btyd_name(model.kind);
            EXPECT_CLOSE(fresh, 1.0, 1e-9) << btyd_name(model.kind);
            EXPECT_CLOSE(fresh_mean, btyd_expected(model, t), 1e-8) << btyd_name(model.kind);
        }
    }
}

TEST(Btyd, GradientsAndHessiansEqualDifferences) {
    Random random(6);
    for (std::uint32_t i = 0; i < cases(150); ++i) {
        const auto kind = static_cast<BtydKind>(random.below(btyd_kinds));
        const Point at = {between(random, 0.2, 5), between(random, 0.2, 20), between(random, 0.2, 5),
                          between(random, 0.2, 20)};
        const bool whole = kind == BtydKind::bgbb;
        const History h = random_history(random, whole);
        BtydRow row{h.x, h.recency, h.age};
        if (kind == BtydKind::gamma_gamma) row = {std::max(1.0, h.x), between(random, 1, 90), 0};
        if (kind == BtydKind::sbg) row = {h.x + 1, random.percent(50) ? 1.0 : 0.0, 0};
        const auto jet = [&](const Point& point) {
            return btyd_log_likelihood(kind, {&row, 1}, point, memory());
        };
        const Jet here = jet(at);
        const auto count = btyd_parameter_names(kind).size();
        for (std::size_t p = 0; p < count; ++p) {
            const double step = 1e-5 * at[p];
            Point up = at, down = at;
            up[p] += step;
            down[p] -= step;
            const Jet above = jet(up), below = jet(down);
            const auto index = static_cast<int>(p);
            EXPECT_NEAR(here.gradient[p], (above.value - below.value) / (2 * step),
                        1e-6 * (1 + std::abs(here.gradient[p])))
                << btyd_name(kind) << " JOURNEY_SEED=" << seed();
            for (std::size_t q = 0; q < count; ++q) {
                EXPECT_NEAR(here.second(index, static_cast<int>(q)),
                            (above.gradient[q] - below.gradient[q]) / (2 * step),
                            1e-5 * (1 + std::abs(here.second(index, static_cast<int>(q)))))
                    << btyd_name(kind) << " JOURNEY_SEED=" << seed();
            }
        }
    }
}

TEST(Btyd, BgNbdPublishedFigures) {
    const BgNbd model{.243, 4.414, .793, 2.426, false};
    const int i = 0;
    EXPECT_CLOSE(model.expected(1), 0.0532678911717, 1e-11);
    EXPECT_CLOSE(model.expected(52), 1.4460505954, 1e-10);
    EXPECT_CLOSE(model.expected(78), 1.86051905794, 1e-11);
    EXPECT_CLOSE(model.expected(36500), 22.3241568448, 1e-11);
    EXPECT_CLOSE(model.expected(2, 30.43, 38.86, 39), 1.22602817477, 1e-11);
    EXPECT_CLOSE(model.alive(2, 30.43, 38.86), 0.726578570081, 1e-11);
    EXPECT_CLOSE(model.expected(26, 30.86, 31, 52), 25.7581959365, 1e-11);
    EXPECT_CLOSE(model.alive(26, 30.86, 31), 0.968915649718, 1e-11);
    EXPECT_CLOSE(model.expected(0, 0, 38.86, 39), 0.195098052011, 1e-11);
    EXPECT_EQ(model.alive(0, 0, 38.86), 1);
    // The more often he came, the surer it is that he left.
    EXPECT_CLOSE(model.expected(10, 20, 39, 52), .347399762709, 1e-11);
    EXPECT_CLOSE(model.expected(15, 20, 39, 52), .0428271759677, 1e-11);
    EXPECT_CLOSE(model.expected(20, 20, 39, 52), .00415843309875, 1e-11);
    EXPECT_CLOSE(model.expected(25, 20, 39, 52), .000358332461911, 1e-11);
    EXPECT_CLOSE(model.probability(0, 39), .573786352096, 1e-11);
    EXPECT_CLOSE(model.probability(1, 39), .199395280836, 1e-11);
    EXPECT_CLOSE(model.probability(2, 39), .0854297595391, 1e-11);
    EXPECT_CLOSE(model.probability(3, 39), .045860353848, 1e-11);
    // Where the hypergeometric form is 0/0 or has a pole.
    EXPECT_CLOSE((BgNbd{.25, 4, 1, 2.5, false}.expected(39)), 1.19298994157, 1e-11);
    EXPECT_CLOSE((BgNbd{.25, 4, .5, .5, false}.expected(39)), 1.00003975206, 1e-11);
    EXPECT_NEAR(log_likelihood(BtydKind::bgnbd, {0, 0, 40}, {.25, 4, .8, 2.5}), -.5994738182, 1e-10);
    EXPECT_NEAR(log_likelihood(BtydKind::bgnbd, {200, 38, 40}, {.25, 4, .8, 2.5}), 100.7956931, 1e-7);
}

TEST(Btyd, MbgNbdPublishedFigures) {
    const BgNbd model{.525, 6.183, .891, 1.614, true};
    const int i = 0;
    EXPECT_CLOSE(model.expected(1), 0.0530847952637, 1e-11);
    EXPECT_CLOSE(model.expected(52), 1.41972375771, 1e-11);
    EXPECT_CLOSE(model.expected(2, 30.43, 38.86, 39), 1.26296062327, 1e-11);
    EXPECT_CLOSE(model.alive(2, 30.43, 38.86), 0.706202265118, 1e-11);
    EXPECT_CLOSE(model.expected(26, 30.86, 31, 52), 24.0039228222, 1e-11);
    EXPECT_CLOSE(model.alive(26, 30.86, 31), 0.965566144144, 1e-11);
    EXPECT_CLOSE(model.expected(0, 0, 38.86, 39), 0.154012746675, 1e-11);
    EXPECT_CLOSE(model.alive(0, 0, 38.86), 0.389735080919, 1e-11);
}

TEST(Btyd, ParetoNbdPublishedFigures) {
    const ParetoNbd model{.553, 10.578, .606, 11.669};
    const int i = 0;
    EXPECT_CLOSE(model.expected(1), 0.050979843246, 1e-11);
    EXPECT_CLOSE(model.expected(52), 1.47299680338, 1e-11);
    EXPECT_CLOSE(model.expected(2, 30.43, 38.86, 39), 1.45512319326, 1e-11);
    EXPECT_CLOSE(model.alive(2, 30.43, 38.86), 0.869167559153, 1e-11);
    EXPECT_CLOSE(model.expected(26, 30.86, 31, 52), 25.4584729514, 1e-11);
    EXPECT_CLOSE(model.alive(26, 30.86, 31), 0.997918731055, 1e-11);
    EXPECT_CLOSE(model.expected(0, 0, 38.86, 39), 0.107081468215, 1e-11);
    EXPECT_CLOSE(model.alive(0, 0, 38.86), 0.295286604617, 1e-11);
    EXPECT_CLOSE(model.expected(10, 20, 39, 52), .706344342641, 1e-11);
    EXPECT_CLOSE(model.expected(25, 20, 39, 52), .0030925303643, 1e-11);
    EXPECT_NEAR(model.probability(0, 39), .5936250316, 1e-9);
    EXPECT_NEAR(model.probability(1, 39), .1655629473, 1e-9);
    EXPECT_NEAR(model.probability(2, 39), .0824871841, 1e-9);
    EXPECT_NEAR(model.probability(3, 39), .0490399536, 1e-9);
    EXPECT_CLOSE(model.residual(26, 30.86, 31, .0027), 86.0564936012, 1e-11);
    EXPECT_CLOSE(model.residual(2, 30.43, 38.86, .0027), 6.48377356773, 1e-11);
    EXPECT_CLOSE(model.residual(0, 0, 38.86, .0027), .477136229032, 1e-11);
    // Where other implementations answer NaN.
    const ParetoNbd busy{.5143, 2.8845, .2856, 14.1087};
    EXPECT_CLOSE(busy.alive(221, 103.42857, 103.57143), .999596052318, 1e-9);
}

TEST(Btyd, BgBbPublishedFigures) {
    const BgBb model{1.2035224, .7497164, .6567182, 2.7834422};
    EXPECT_NEAR(model.expected(10), 3.179830, 1e-6);
    EXPECT_NEAR(model.expected(0, 0, 6, 10), .1302181, 1e-6);
    EXPECT_NEAR(model.expected(4, 5, 6, 10), 3.627968, 1e-6);
    EXPECT_NEAR(model.alive(0, 0, 6), .108133, 1e-6);
    EXPECT_NEAR(model.alive(2, 4, 6), .589657, 1e-6);
    EXPECT_NEAR(model.alive(6, 6, 6), .930434, 1e-6);
}

TEST(Btyd, GammaGammaAndSbgPublishedFigures) {
    const GammaGamma spend{6.25, 3.74, 15.44};
    const int i = 0;
    EXPECT_CLOSE(spend.expected(2, 22.35), 24.6637139108, 1e-11);
    EXPECT_CLOSE(spend.expected(1, 11.77), 18.9168520578, 1e-11);
    EXPECT_CLOSE(spend.expected(0, 0), 35.2189781022, 1e-11);
    EXPECT_CLOSE(spend.expected(7, 73.74), 71.4696708970, 1e-11);
    EXPECT_TRUE(std::isnan(GammaGamma({6, .9, 15}).expected(0, 0)));
    const Sbg regular{.704077, 1.182043};
    const double published[] = {62.67, 47.38, 38.80, 33.21, 29.23, 26.25,
                                23.90, 22.01, 20.44, 19.12, 17.99, 17.00};
    for (int t = 1; t <= 12; ++t) EXPECT_NEAR(100 * regular.survival(t), published[t - 1], 0.005);
}

// The series and the quadrature for long horizons agree where both can be used.
TEST(Btyd, LongHorizonsContinueTheSeries) {
    Random random(7);
    for (std::uint32_t i = 0; i < cases(100); ++i) {
        const double alpha = between(random, 0.5, 20);
        const BgNbd model{between(random, 0.1, 6), alpha, between(random, 0.01, 4), between(random, 0.1, 6),
                          false};
        // The expectation rises smoothly over the change of method at t = 1000 alpha.
        const double below = model.expected(999.9 * alpha), at = model.expected(1000 * alpha),
                     above = model.expected(1000.1 * alpha);
        EXPECT_NEAR(above - at, at - below, 1e-2 * std::abs(at - below) + 1e-11 * at)
            << "JOURNEY_SEED=" << seed() << " case " << i;
    }
}

TEST(Btyd, ManyPurchasesDoNotOverflow) {
    Random random(8);
    for (std::uint32_t i = 0; i < cases(100); ++i) {
        BtydModel model;
        model.kind = static_cast<BtydKind>(random.below(4));
        model.parameters = {between(random, 1e-2, 30), between(random, 1e-2, 300), between(random, 1e-2, 30),
                            between(random, 1e-2, 300)};
        const auto x = static_cast<double>(random.between(1, 20000));
        const double age = between(random, 1, 1000),
                     recency = std::min(age, age * (1 + random.below(100)) / 100);
        const double alive = btyd_alive(model, {x, recency, age});
        const double purchases = btyd_expected(model, {x, recency, age}, between(random, 0.1, 100));
        EXPECT_TRUE(alive >= 0 && alive <= 1) << alive << " JOURNEY_SEED=" << seed();
        EXPECT_TRUE(std::isfinite(purchases) && purchases >= 0) << purchases << " JOURNEY_SEED=" << seed();
        const Point at = model.parameters;
        const Jet jet = btyd_log_likelihood(model.kind, std::array{BtydRow{x, recency, age}}, at, memory());
        EXPECT_TRUE(std::isfinite(jet.value)) << " JOURNEY_SEED=" << seed();
        for (double part : jet.hessian) EXPECT_TRUE(std::isfinite(part)) << " JOURNEY_SEED=" << seed();
    }
}

TEST(Btyd, ValueIsDiscountedPurchasesTimesSpend) {
    BtydModel model, spend;
    model.parameters = {.243, 4.414, .793, 2.426};
    spend.kind = BtydKind::gamma_gamma;
    spend.parameters = {6.25, 3.74, 15.44, 1};
    const BtydHistory history{2, 30.43, 38.86};
    const double undiscounted = btyd_value(model, spend, history, 22.35, 52, 0, 1);
    EXPECT_NEAR(undiscounted, btyd_expected(model, history, 52) * 24.6637139108, 1e-9);
    EXPECT_LT(btyd_value(model, spend, history, 22.35, 52, 0.01, 1), undiscounted);
    // A period that the horizon ends in counts in part.
    EXPECT_NEAR(btyd_value(model, spend, history, 22.35, 0.5, 0, 1),
                btyd_expected(model, history, 0.5) * 24.6637139108, 1e-9);
}

}  // namespace
}  // namespace journey::test
