// Log-rank, concordance, Brier score and calibration against the plainest code;
// models as bytes.
#include "core/survival_score.hpp"

#include <gtest/gtest.h>

#include <map>

#include "core/error.hpp"
#include "core/logrank.hpp"
#include "poll.hpp"
#include "survival_case.hpp"

namespace journey::test {
namespace {

// Two groups: (sum w (O - E))^2 / sum w^2 V, within strata.
double two_groups(const SurvivalCase& given, const std::string& word, double rho, double gamma) {
    std::map<std::string, std::map<double, int>> times;
    for (const auto& row : given.rows) times[row.stratum][row.duration] += row.event;
    double difference = 0, variance = 0;
    for (const auto& [stratum, its] : times) {
        double km = 1, peto = 1;
        for (const auto& [time, d] : its) {
            double n = 0, n_a = 0, d_a = 0;
            for (const auto& row : given.rows) {
                if (row.stratum != stratum || row.duration < time) continue;
                n += 1;
                if (row.group != "a") continue;
                n_a += 1;
                d_a += row.event && row.duration == time;
            }
            if (d == 0) continue;
            peto *= 1 - d / (n + 1);
            const double w = word == "logrank"       ? 1
                             : word == "gehan"       ? n
                             : word == "tarone_ware" ? std::sqrt(n)
                             : word == "peto"        ? peto
                                                     : std::pow(km, rho) * std::pow(1 - km, gamma);
            km *= 1 - d / n;
            difference += w * (d_a - d * n_a / n);
            if (n > 1) variance += w * w * d * (n - d) / (n - 1) * n_a / n * (1 - n_a / n);
        }
    }
    return variance > 0 ? difference * difference / variance : no_number;
}

LogRank compare(const SurvivalCase& given) {
    SurvivalRows state(heap());
    fill(state, given);
    LogRank result = logrank(state.ordered(heap()), given.word, given.first, given.second, heap());
    for (auto& group : result.groups) group.group = {};
    return result;
}

TEST(LogRank, TwoGroupsAreTheTextbook) {
    Random random(731);
    const std::string words[] = {"logrank", "gehan", "tarone_ware", "peto", "fleming_harrington"};
    for (std::uint32_t c = 0; c < cases(1000); ++c) {
        SurvivalCase given = random_survival(random, {40, 0, false, 1 + c % 3, 2, 10});
        given.has_labels = true;
        given.word = words[c % 5];
        if (c % 5 == 4) given.first = random.below(3), given.second = random.below(3);
        const double expected = two_groups(given, given.word, given.first, given.second);
        const LogRank result = compare(given);
        if (std::isnan(expected)) {
            EXPECT_EQ(result.df, 0);
        } else if (result.df == 1) {
            EXPECT_NEAR(result.statistic, expected, 1e-8 * (1 + expected));
        }
        double observed = 0, sum = 0;
        for (const LogRankGroup& group : result.groups) {
            observed += static_cast<double>(group.events);
            sum += group.expected;
        }
        EXPECT_NEAR(sum, observed, 1e-9);
    }
}

TEST(LogRank, NamesOfGroupsDoNotMatter) {
    Random random(732);
    for (std::uint32_t c = 0; c < cases(300); ++c) {
        SurvivalCase given = random_survival(random, {60, 0, false, 2, 4, 10});
        given.word = "logrank";
        const LogRank one = compare(given);
        for (auto& row : given.rows) row.group = std::string(1, static_cast<char>('a' + 'd' - row.group[0]));
        const LogRank other = compare(given);
        EXPECT_EQ(one.df, other.df);
        if (one.df > 0) {
            EXPECT_NEAR(one.statistic, other.statistic, 1e-7 * (1 + one.statistic));
        }
    }
}

OrderedRows ordered(SurvivalRows& state, const SurvivalCase& given) {
    fill(state, given);
    return state.ordered(heap());
}

TEST(Concordance, PairsAreCountedOneByOne) {
    Random random(733);
    for (std::uint32_t c = 0; c < cases(500); ++c) {
        SurvivalCase given = random_survival(random, {50, 1, false, 1, 1, 8});
        for (auto& row : given.rows) row.covariates[0] = random.below(6);
        Concordance expected;
        for (const auto& a : given.rows) {
            for (const auto& b : given.rows) {
                if (&a == &b || !a.event) continue;
                if (b.event && b.duration == a.duration) {
                    if (&a < &b) ++expected.tied_time;
                    continue;
                }
                // b outlived a: censored at a's time counts as later.
                if (b.duration < a.duration) continue;
                const double x = a.covariates[0], y = b.covariates[0];
                ++(x > y ? expected.concordant : x < y ? expected.discordant : expected.tied_risk);
            }
        }
        SurvivalRows state(heap());
        const Concordance found = concordance(ordered(state, given), heap());
        EXPECT_EQ(found.concordant, expected.concordant);
        EXPECT_EQ(found.discordant, expected.discordant);
        EXPECT_EQ(found.tied_risk, expected.tied_risk);
        EXPECT_EQ(found.tied_time, expected.tied_time);
    }
}

// P(not censored before `time`), events of a time before its censorings.
double uncensored_before(const SurvivalCase& given, double time, bool at) {
    std::map<double, int> times;
    for (const auto& row : given.rows) times[row.duration];
    double g = 1;
    for (const auto& [t, unused] : times) {
        if (t > time || (t == time && !at)) break;
        double risk = 0, censored = 0;
        for (const auto& row : given.rows) {
            risk += row.duration > t || (row.duration == t && !row.event);
            censored += row.duration == t && !row.event;
        }
        if (risk > 0) g *= 1 - censored / risk;
    }
    return g;
}

TEST(Brier, IsTheWeightedMean) {
    Random random(734);
    for (std::uint32_t c = 0; c < cases(500); ++c) {
        SurvivalCase given = random_survival(random, {50, 1, false, 1, 1, 8});
        for (auto& row : given.rows) row.covariates[0] = unit_draw(random);
        const double horizon = random.below(10) + 0.5 * random.below(2);
        double sum = 0;
        for (const auto& row : given.rows) {
            const double s = row.covariates[0];
            if (row.duration > horizon) sum += (1 - s) * (1 - s) / uncensored_before(given, horizon, true);
            if (row.duration <= horizon && row.event)
                sum += s * s / uncensored_before(given, row.duration, false);
        }
        SurvivalRows state(heap());
        EXPECT_NEAR(brier_score(ordered(state, given), horizon), sum / static_cast<double>(given.rows.size()),
                    1e-12);
    }
}

TEST(Calibration, BinsHoldEverybodyOnceAndTiesTogether) {
    Random random(735);
    for (std::uint32_t c = 0; c < cases(300); ++c) {
        SurvivalCase given = random_survival(random, {60, 1, false, 1, 1, 8});
        double mean = 0;
        for (auto& row : given.rows) mean += row.covariates[0] = random.below(12) / 12.0;
        SurvivalRows state(heap());
        const auto table = calibration(ordered(state, given), 4, 1 + random.below(10), 0.95, heap());
        std::int64_t customers = 0;
        double predicted = 0, last = -1;
        for (const SurvivalCalibrationRow& row : table) {
            customers += row.customers;
            predicted += row.predicted * static_cast<double>(row.customers);
            EXPECT_GT(row.predicted, last);
            last = row.predicted;
            if (!std::isnan(row.observed)) {
                EXPECT_TRUE(row.observed >= 0 && row.observed <= 1);
            }
        }
        EXPECT_EQ(customers, static_cast<std::int64_t>(given.rows.size()));
        EXPECT_NEAR(predicted, mean, 1e-9);
    }
}

TEST(SurvivalRows, StatesInAnyPiecesGiveTheSameRows) {
    Random random(736);
    for (std::uint32_t c = 0; c < cases(200); ++c) {
        SurvivalCase given = random_survival(random, {80, 2, c % 2 == 0, 3, 3, 10});
        SurvivalRows whole(heap()), joined(heap());
        const OrderedRows expected = ordered(whole, given);
        shuffle(given, random);
        for (std::size_t from = 0; from < given.rows.size();) {
            SurvivalCase piece = given;
            piece.rows.clear();
            const std::size_t size = 1 + random.below(given.rows.size());
            for (; piece.rows.size() < size && from < given.rows.size(); ++from)
                piece.rows.push_back(given.rows[from]);
            SurvivalRows part(heap()), read(heap());
            fill(part, piece);
            std::vector<std::byte> bytes(part.encoded_size());
            part.encode(bytes.data());
            read.decode(bytes);
            joined.merge(read);
        }
        const OrderedRows found = joined.ordered(heap());
        EXPECT_EQ(found.duration, expected.duration);
        EXPECT_EQ(found.entry, expected.entry);
        EXPECT_EQ(found.covariates, expected.covariates);
        EXPECT_EQ(found.event, expected.event);
        EXPECT_EQ(found.stratum, expected.stratum);
        EXPECT_EQ(found.group, expected.group);
    }
}

template <class Read>
void damage(const std::vector<std::byte>& bytes, Random& random, Read read) {
    for (std::uint32_t c = 0; c < cases(5000); ++c) {
        auto damaged = bytes;
        if (random.percent(30)) damaged.resize(random.below(damaged.size()));
        for (std::uint32_t k = 0; k <= random.below(3) && !damaged.empty(); ++k) {
            damaged[random.below(damaged.size())] ^= static_cast<std::byte>(1 + random.below(255));
        }
        try {
            read(damaged);
        } catch (const Error&) {
        }
    }
}

TEST(SurvivalRows, DamageIsFoundOrHarmless) {
    Random random(737);
    const SurvivalCase given = random_survival(random, {20, 2, true, 2, 2, 6});
    SurvivalRows state(heap());
    fill(state, given);
    std::vector<std::byte> bytes(state.encoded_size());
    state.encode(bytes.data());
    damage(bytes, random, [](const std::vector<std::byte>& damaged) {
        SurvivalRows read(heap());
        read.decode(damaged);
        read.ordered(heap());
    });
}

TEST(SurvivalModel, BytesReadBackAndDamageIsFound) {
    Random random(738);
    for (const Fit fit_model : {Fit{fit_cox}, Fit{fit_aft}}) {
        SurvivalCase given = random_survival(random, {40, 2, false, 1, 1, 8});
        given.word = fit_model == Fit{fit_cox} ? "efron" : "loglogistic";
        const auto bytes = bytes_of(fit(given, fit_model));
        SurvivalModel read(heap());
        read.decode(bytes);
        EXPECT_EQ(bytes_of(read), bytes);
        damage(bytes, random, [&](const std::vector<std::byte>& damaged) {
            SurvivalModel other(heap());
            other.decode(damaged);
            EXPECT_EQ(bytes_of(other), bytes);  // damage undone by damage
        });
    }
}

// Conditional probabilities multiply up; medians are where survival is one half.
TEST(SurvivalModel, PredictionsFitTogether) {
    Random random(739);
    for (std::uint32_t c = 0; c < cases(200); ++c) {
        SurvivalCase given = random_survival(random, {60, 2, false, 1, 1, 20});
        given.word = c % 5 == 0 ? "efron" : name_of(static_cast<AftDistribution>(c % 4));
        const SurvivalModel model = fit(given, c % 5 == 0 ? Fit{fit_cox} : Fit{fit_aft});
        const double predictor = linear_predictor(model, given.rows[0].covariates);
        const double t = 1 + random.below(5), h = 1 + random.below(4);
        const double now = survival_probability(model, predictor, 0, t),
                     then = survival_probability(model, predictor, 0, t + h);
        const double within = event_probability(model, predictor, 0, t, h);
        if (now > 1e-300 && !std::isnan(within) && !std::isnan(then)) {
            EXPECT_NEAR(now * (1 - within), then, 1e-12);
        }
        const double median = survival_quantile(model, predictor, 0, 0.5);
        if (std::isnan(median)) continue;
        const double at_median = survival_probability(model, predictor, 0, median);
        if (model.is_cox()) {
            EXPECT_LE(at_median, 0.5 + 1e-12);
        } else {
            EXPECT_NEAR(at_median, 0.5, 1e-9);
        }
    }
}

// Memory that fails at any point gives an exception and loses nothing.
TEST(SurvivalModel, FailingMemoryLeavesNothingBehind) {
    Random random(740);
    SurvivalCase given = random_survival(random, {20, 2, true, 2, 1, 6});
    for (const Fit fit_model : {Fit{fit_cox}, Fit{fit_aft}}) {
        given.word = fit_model == Fit{fit_cox} ? "efron" : "weibull";
        bool done = false;
        for (std::uint64_t fail_at = 1; !done; ++fail_at) {
            WatchedMemory memory(fail_at);
            try {
                SurvivalRows state(memory);
                fill(state, given);
                OrderedRows rows = state.ordered(memory);
                const SurvivalModel model = fit_model(rows, state, memory);
                done = true;
            } catch (const std::bad_alloc&) {
                EXPECT_TRUE(memory.failed());
            }
            EXPECT_EQ(memory.alive(), 0u);
            EXPECT_FALSE(memory.misused());
        }
    }
}

TEST(SurvivalModel, FitsCanBeCancelled) {
    Random random(741);
    SurvivalCase given = random_survival(random, {20000, 2, false, 1, 1, 100});
    while (given.rows.size() < 9000) given.rows.push_back(given.rows[random.below(given.rows.size())]);
    for (const Fit fit_model : {Fit{fit_cox}, Fit{fit_aft}}) {
        given.word = fit_model == Fit{fit_cox} ? "efron" : "weibull";
        cancel_after(3);
        EXPECT_THROW(fit(given, fit_model), Error);
        cancel_never();
    }
}

}  // namespace
}  // namespace journey::test
