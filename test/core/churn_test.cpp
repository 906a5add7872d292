// Churn against definitions written out over plain lists of events; and that nothing
// later than the moment is looked at.
#include "core/churn.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/btyd_fit.hpp"
#include "core/churn_sample.hpp"
#include "core/error.hpp"
#include "core/survival_fit.hpp"
#include "journey_model.hpp"

namespace journey::test {
namespace {

constexpr Time day = 86'400'000'000, hour = day / 24;

std::pmr::memory_resource& heap() {
    return *std::pmr::new_delete_resource();
}

// Customers who stop one after the other; some events are no activity.
std::vector<Events> random_shop(Random& random) {
    std::vector<Events> shop(40 + random.below(40));
    for (Events& events : shop) {
        const auto pace = random.between(6, 25 * 24);
        const Time leaves = random.between(20, 400) * day;
        for (Time at = random.between(0, 120) * day + random.between(0, 23) * hour; at < leaves;
             at += random.between(1, 2 * pace) * hour) {
            Event event{at, random.percent(70) ? "buy" : random.percent(50) ? "renew" : "view"};
            if (random.percent(80)) event.value = static_cast<double>(random.between(-20, 200)) / 4;
            events.push_back(event);
        }
        std::sort(events.begin(), events.end());
    }
    return shop;
}

constexpr std::string_view activity[] = {"buy", "renew", "never seen"};
bool is_active(const Event& event) {
    return event.name == "buy" || event.name == "renew";
}

struct Facts {
    Time last = 0, first = 0;
    std::int64_t count = 0, lately = 0, earlier = 0;
    double sum = 0;
    std::set<Time> days;
    std::set<std::string> names;
};
Facts facts_of(const Events& events, Time as_of, Time horizon) {
    Facts facts;
    for (const Event& event : events) {
        if (event.time > as_of) continue;
        facts.names.insert(event.name);
        if (!is_active(event)) continue;
        if (facts.count++ == 0) facts.first = event.time;
        facts.last = event.time;
        facts.sum += event.value.value_or(0);
        facts.days.insert(event.time / day);
        if (event.time > as_of - horizon) {
            ++facts.lately;
        } else if (event.time > as_of - 2 * horizon) {
            ++facts.earlier;
        }
    }
    return facts;
}
// The first activity in (from, from + horizon]; 0: none.
Time next_after(const Events& events, Time from, Time horizon) {
    for (const Event& event : events) {
        if (is_active(event) && event.time > from && event.time <= from + horizon) return event.time;
    }
    return 0;
}

std::optional<ChurnHistory> history_of(const Events& events, Time as_of, Time horizon) {
    const Value value = encode(events);
    bool flags[8] = {};
    const std::span<bool> its(flags, value.view().event_names().size());
    mark_activity(value.view(), false, activity, its);
    return churn_history(value.view(), its, as_of, static_cast<std::uint64_t>(horizon), heap());
}

ChurnSample sample_of(const std::vector<Events>& shop, Time as_of, Time horizon, bool tested) {
    ChurnSample sample(heap());
    static constexpr ChurnMethod methods[] = {ChurnMethod::rfm, ChurnMethod::mbgnbd, ChurnMethod::cox};
    sample.set({false, activity, as_of, static_cast<std::uint64_t>(horizon), tested, methods});
    for (const Events& events : shop) sample.add(encode(events).view());
    return sample;
}

struct Question {
    std::vector<Events> shop;
    Time as_of, horizon;
};
Question random_question(Random& random) {
    return {random_shop(random), random.between(150, 300) * day + random.between(0, 23) * hour,
            random.between(10, 90) * day};
}

TEST(ChurnProperty, WhatIsKnownIsWhatCountingGives) {
    Random random(201);
    for (std::uint32_t n = 0; n < cases(60); ++n) {
        const Question q = random_question(random);
        for (const Events& events : q.shop) {
            const Facts facts = facts_of(events, q.as_of, q.horizon);
            const auto history = history_of(events, q.as_of, q.horizon);
            ASSERT_EQ(history.has_value(), facts.count > 0);
            if (!history) continue;
            EXPECT_EQ(history->rfm.recency, q.as_of - facts.last);
            EXPECT_EQ(history->rfm.frequency, facts.count);
            EXPECT_NEAR(history->rfm.monetary, facts.sum, 1e-9);
            EXPECT_EQ(history->tenure, q.as_of - facts.first);
            EXPECT_EQ(history->lately, facts.lately);
            EXPECT_EQ(history->earlier, facts.earlier);
            EXPECT_EQ(history->names, static_cast<std::int64_t>(facts.names.size()));
            EXPECT_EQ(history->btyd.x, static_cast<double>(facts.days.size() - 1));
            EXPECT_EQ(history->btyd.recency, static_cast<double>(facts.last / day - facts.first / day));
            EXPECT_EQ(history->btyd.age, static_cast<double>(q.as_of / day - facts.first / day));
        }
    }
}

// The rung of scores: counted over maps, smoothed step by step.
TEST(ChurnProperty, TheRfmRungIsTheSmoothedShareOfACell) {
    Random random(202);
    for (std::uint32_t n = 0; n < cases(40); ++n) {
        const Question q = random_question(random);
        const Time cut = q.as_of - q.horizon;
        std::vector<RfmValue> values;
        std::vector<bool> inactive;
        for (const Events& events : q.shop) {
            const Facts facts = facts_of(events, cut, q.horizon);
            if (facts.count == 0) continue;
            values.push_back({cut - facts.last, facts.count, facts.sum});
            inactive.push_back(next_after(events, cut, q.horizon) == 0);
        }
        if (values.empty()) continue;
        RfmModel scores(heap());
        scores.fit(values, RfmMethod::ties_share, 5);
        std::map<std::vector<int>, std::pair<double, double>> groups;  // customers, inactive
        for (std::size_t i = 0; i < values.size(); ++i) {
            const RfmScores its = scores.score(values[i]);
            for (const std::vector<int>& key :
                 {std::vector<int>{}, {its.r}, {its.r, its.f}, {its.r, its.f, its.m}}) {
                groups[key].first += 1;
                groups[key].second += inactive[i] ? 1 : 0;
            }
        }
        const ChurnSample sample = sample_of(q.shop, q.as_of, q.horizon, false);
        const ChurnModel model = fit_churn(sample, ChurnMethod::rfm, heap());
        EXPECT_EQ(model.customers, static_cast<std::int64_t>(values.size()));
        for (const Events& events : q.shop) {
            const auto history = history_of(events, q.as_of, q.horizon);
            if (!history) continue;
            const RfmScores its = scores.score(history->rfm);
            const auto& all = groups[{}];
            double share = (all.second + 0.5) / (all.first + 1);
            for (const std::vector<int>& key :
                 {std::vector<int>{its.r}, {its.r, its.f}, {its.r, its.f, its.m}}) {
                share = (groups[key].second + 10 * share) / (groups[key].first + 10);
            }
            EXPECT_NEAR(churn_probability(model, *history, model.horizon), share, 1e-12);
        }
    }
}

// The other rungs are the models of their own families on figures counted here.
TEST(ChurnProperty, TheOtherRungsAreTheModelsOfTheirFamilies) {
    Random random(203);
    for (std::uint32_t n = 0; n < cases(12); ++n) {
        const Question q = random_question(random);
        const Time cut = q.as_of - q.horizon;
        BtydSample alive(heap());
        alive.set(BtydKind::mbgnbd, {BtydUnit::Word::day, 1});
        SurvivalRows rows(heap());
        rows.set({churn_covariate_names, "efron"}, false, false);
        const double days = static_cast<double>(q.horizon) / day;
        const auto numbers = [](const Facts& facts, Time at) {
            return std::vector<double>{
                std::log1p(static_cast<double>(at - facts.last) / day),
                std::log(static_cast<double>(facts.count)),
                facts.sum < 0 ? -std::log1p(-facts.sum) : std::log1p(facts.sum),
                std::log1p(static_cast<double>(at - facts.first) / day),
                at == facts.first
                    ? 1
                    : std::min(20.0, static_cast<double>(at - facts.last) * static_cast<double>(facts.count) /
                                         static_cast<double>(at - facts.first)),
                std::log((1.0 + static_cast<double>(facts.lately)) /
                         (1.0 + static_cast<double>(facts.earlier))),
                std::log(static_cast<double>(facts.names.size()))};
        };
        int returned = 0;
        for (const Events& events : q.shop) {
            const Facts now = facts_of(events, q.as_of, q.horizon), before = facts_of(events, cut, q.horizon);
            if (now.count > 0) {
                alive.add({static_cast<double>(now.days.size() - 1),
                           static_cast<double>(now.last / day - now.first / day),
                           static_cast<double>(q.as_of / day - now.first / day)});
            }
            if (before.count == 0) continue;
            const Time next = next_after(events, cut, q.horizon);
            SurvivalRow row;
            row.event = next != 0;
            returned += row.event ? 1 : 0;
            row.duration =
                row.event
                    ? std::ceil(static_cast<double>(next - cut) * 360 / static_cast<double>(q.horizon)) *
                          (days / 360)
                    : 360 * (days / 360);
            const auto covariates = numbers(before, cut);
            row.covariates = covariates;
            rows.add(row);
        }
        if (returned < 5) continue;
        const ChurnSample sample = sample_of(q.shop, q.as_of, q.horizon, false);
        const BtydModel buying = btyd_fit(alive);
        const ChurnModel by_btyd = fit_churn(sample, ChurnMethod::mbgnbd, heap());
        EXPECT_EQ(by_btyd.btyd.parameters, buying.parameters);
        OrderedRows ordered = rows.ordered(heap());
        const SurvivalModel waits = fit_cox(ordered, rows, heap());
        const ChurnModel by_cox = fit_churn(sample, ChurnMethod::cox, heap());
        for (const Events& events : q.shop) {
            const auto history = history_of(events, q.as_of, q.horizon);
            if (!history) continue;
            const Facts now = facts_of(events, q.as_of, q.horizon);
            const auto half = static_cast<std::uint64_t>(q.horizon) / 2;
            EXPECT_EQ(churn_probability(by_btyd, *history, 3 * half),
                      btyd_probability(buying, 0, history->btyd, static_cast<double>(3 * half) / day));
            const auto covariates = numbers(now, q.as_of);
            const double wait = std::min(static_cast<double>(half) / day, waits.strata[0].last_time);
            EXPECT_NEAR(churn_probability(by_cox, *history, half),
                        survival_probability(waits, linear_predictor(waits, covariates), 0, wait), 1e-9);
        }
    }
}

TEST(ChurnProperty, NothingLaterIsLookedAt) {
    Random random(204);
    for (std::uint32_t n = 0; n < cases(30); ++n) {
        Question q = random_question(random);
        std::vector<Events> other = q.shop;
        for (Events& events : other) {
            std::erase_if(events, [&](const Event& event) { return event.time > q.as_of; });
            for (std::uint32_t more = random.below(4); more > 0; --more) {
                events.push_back({q.as_of + random.between(1, 200 * 24) * hour, "buy"});
            }
            std::sort(events.begin(), events.end());
        }
        const ChurnSample sample = sample_of(q.shop, q.as_of, q.horizon, true),
                          changed = sample_of(other, q.as_of, q.horizon, true);
        for (const ChurnMethod method : {ChurnMethod::rfm, ChurnMethod::mbgnbd, ChurnMethod::cox}) {
            ChurnTest test(heap()), of_changed(heap());
            test.method = of_changed.method = method;
            test_churn(sample, test);
            test_churn(changed, of_changed);
            EXPECT_EQ(test.fitted, of_changed.fitted);
            EXPECT_STREQ(test.note, of_changed.note);
            EXPECT_EQ(test.predicted, of_changed.predicted);
        }
        for (std::size_t i = 0; i < q.shop.size(); ++i) {
            const auto one = history_of(q.shop[i], q.as_of, q.horizon),
                       two = history_of(other[i], q.as_of, q.horizon);
            ASSERT_EQ(one.has_value(), two.has_value());
            if (one) {
                EXPECT_EQ(one->rfm.monetary, two->rfm.monetary);
            }
        }
    }
}

TEST(ChurnProperty, ReasonsSumToTheProbability) {
    Random random(205);
    for (std::uint32_t n = 0; n < cases(20); ++n) {
        const Question q = random_question(random);
        const ChurnSample sample = sample_of(q.shop, q.as_of, q.horizon, false);
        for (const ChurnMethod method : {ChurnMethod::rfm, ChurnMethod::bgnbd, ChurnMethod::mbgnbd,
                                         ChurnMethod::pareto_nbd, ChurnMethod::cox, ChurnMethod::weibull}) {
            ChurnTest test(heap());
            test.method = method;
            const ChurnModel model = [&] {
                try {
                    return fit_churn(sample, method, heap());
                } catch (const Error& error) {
                    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
                    return ChurnModel(heap());
                }
            }();
            if (model.customers == 0) continue;
            for (const auto& customer : sample.customers()) {
                const ChurnReasons reasons = churn_reasons(model, customer.now, model.horizon);
                double sum = 0;
                for (std::size_t i = 0; i < reasons.count; ++i) {
                    sum += reasons.rows[i].effect;
                    if (i > 1) {
                        EXPECT_LE(std::fabs(reasons.rows[i].effect), std::fabs(reasons.rows[i - 1].effect));
                    }
                }
                EXPECT_NEAR(sum, churn_probability(model, customer.now, model.horizon), 1e-12);
            }
        }
    }
}

// The Shapley value is the mean effect over all orders: here over all 5040.
TEST(ChurnProperty, ReasonsOfCoxAreMeansOverAllOrders) {
    Random random(206);
    const Question q = random_question(random);
    const ChurnSample sample = sample_of(q.shop, q.as_of, q.horizon, false);
    const ChurnModel model = fit_churn(sample, ChurnMethod::weibull, heap());
    const ChurnHistory& history = sample.customers()[0].now;
    const auto covariates = covariates_of(history);
    const double days = static_cast<double>(model.horizon) / day;
    std::map<std::string_view, double> effects;
    std::vector<std::size_t> order = {0, 1, 2, 3, 4, 5, 6};
    do {
        std::vector<double> known(model.survival.means.begin(), model.survival.means.end());
        const auto probability = [&] {
            return survival_probability(model.survival, linear_predictor(model.survival, known), 0, days);
        };
        double before = probability();
        for (const std::size_t i : order) {
            known[i] = covariates[i];
            const double after = probability();
            effects[churn_covariate_names[i]] += (after - before) / 5040;
            before = after;
        }
    } while (std::next_permutation(order.begin(), order.end()));
    const ChurnReasons reasons = churn_reasons(model, history, model.horizon);
    EXPECT_EQ(reasons.rows[0].reason, "typical customer");
    for (std::size_t i = 1; i < reasons.count; ++i) {
        EXPECT_NEAR(reasons.rows[i].effect, effects[reasons.rows[i].reason], 1e-12);
    }
}

TEST(ChurnProperty, TheBackTestIsWhatComparingEachPairGives) {
    Random random(207);
    for (std::uint32_t n = 0; n < cases(25); ++n) {
        const Question q = random_question(random);
        const ChurnSample sample = sample_of(q.shop, q.as_of, q.horizon, true);
        if (sample.customers().empty()) continue;
        for (const ChurnMethod method : {ChurnMethod::rfm, ChurnMethod::mbgnbd, ChurnMethod::cox}) {
            ChurnTest test(heap());
            test.method = method;
            test_churn(sample, test);
            if (!test.fitted) continue;
            const ChurnModel model = fit_churn(sample, method, heap());
            std::vector<std::pair<double, bool>> all;
            for (const Events& events : q.shop) {
                const auto history = history_of(events, q.as_of, q.horizon);
                if (history) {
                    all.emplace_back(churn_probability(model, *history, model.horizon),
                                     next_after(events, q.as_of, q.horizon) == 0);
                }
            }
            double predicted = 0, inactive = 0, absolute = 0, squared = 0, right = 0, pairs = 0;
            for (const auto& [p, gone] : all) {
                predicted += p;
                inactive += gone;
                absolute += std::fabs(p - (gone ? 1 : 0));
                squared += (p - (gone ? 1 : 0)) * (p - (gone ? 1 : 0));
                for (const auto& [other, stayed] : all) {
                    if (!gone || stayed) continue;
                    ++pairs;
                    right += p > other ? 1 : p == other ? 0.5 : 0;
                }
            }
            const auto size = static_cast<double>(all.size());
            EXPECT_EQ(test.customers, static_cast<std::int64_t>(all.size()));
            EXPECT_EQ(static_cast<double>(test.inactive), inactive);
            EXPECT_NEAR(test.predicted, predicted / size, 1e-12);
            EXPECT_NEAR(test.absolute_error, absolute / size, 1e-12);
            EXPECT_NEAR(test.brier, squared / size, 1e-12);
            EXPECT_EQ(test.concordance.has_value(), pairs > 0);
            if (test.concordance) {
                EXPECT_NEAR(*test.concordance, right / pairs, 1e-12);
            }
        }
    }
}

TEST(ChurnProperty, OrderPartsAndBytesChangeNothing) {
    Random random(208);
    for (std::uint32_t n = 0; n < cases(15); ++n) {
        Question q = random_question(random);
        const ChurnSample whole = sample_of(q.shop, q.as_of, q.horizon, true);
        std::reverse(q.shop.begin(), q.shop.end());
        const std::size_t half = random.below(q.shop.size());
        ChurnSample parts = sample_of({q.shop.begin(), q.shop.begin() + static_cast<std::ptrdiff_t>(half)},
                                      q.as_of, q.horizon, true);
        std::vector<std::byte> bytes(parts.encoded_size());
        parts.encode(bytes.data());
        ChurnSample read(heap());
        read.decode(bytes);
        read.merge(sample_of({q.shop.begin() + static_cast<std::ptrdiff_t>(half), q.shop.end()}, q.as_of,
                             q.horizon, true));
        for (const ChurnMethod method :
             {ChurnMethod::rfm, ChurnMethod::bgnbd, ChurnMethod::cox, ChurnMethod::loglogistic}) {
            ChurnTest one(heap()), other(heap());
            one.method = other.method = method;
            test_churn(whole, one);
            test_churn(read, other);
            EXPECT_EQ(one.fitted, other.fitted);
            EXPECT_EQ(one.predicted, other.predicted);
            EXPECT_EQ(one.absolute_error, other.absolute_error);
            EXPECT_EQ(one.brier, other.brier);
            EXPECT_EQ(one.concordance, other.concordance);
            EXPECT_EQ(one.log_loss, other.log_loss);
        }
    }
}

TEST(ChurnDamage, NoBytesAreTrusted) {
    Random random(209);
    const Question q = random_question(random);
    const ChurnSample sample = sample_of({q.shop.begin(), q.shop.begin() + 5}, q.as_of, q.horizon, true);
    std::vector<std::byte> bytes(sample.encoded_size());
    sample.encode(bytes.data());
    for (std::uint32_t n = 0; n < cases(3000); ++n) {
        std::vector<std::byte> damaged = bytes;
        if (random.percent(50)) damaged.resize(random.below(damaged.size() + 1));
        for (std::uint32_t i = random.below(4); i > 0 && !damaged.empty(); --i) {
            damaged[random.below(damaged.size())] = static_cast<std::byte>(random.below(256));
        }
        ChurnSample read(heap());
        try {
            read.decode(damaged);
        } catch (const Error& error) {
            EXPECT_TRUE(error.code() == ErrorCode::invalid_binary || error.code() == ErrorCode::overflow ||
                        error.code() == ErrorCode::invalid_argument);
        }
    }
}

TEST(ChurnExample, AHorizonThatAMethodCannotAnswerIsAnError) {
    Random random(210);
    const Question q = random_question(random);
    const ChurnSample sample = sample_of(q.shop, q.as_of, q.horizon, false);
    const ChurnHistory& known = sample.customers()[0].now;
    const auto horizon = static_cast<std::uint64_t>(q.horizon);
    EXPECT_THROW(churn_probability(fit_churn(sample, ChurnMethod::rfm, heap()), known, horizon / 2), Error);
    const ChurnModel cox = fit_churn(sample, ChurnMethod::cox, heap());
    EXPECT_THROW(churn_probability(cox, known, horizon + 1), Error);
    EXPECT_GE(churn_probability(cox, known, horizon / 2), churn_probability(cox, known, horizon));
    const ChurnModel weibull = fit_churn(sample, ChurnMethod::weibull, heap());
    EXPECT_GE(churn_probability(weibull, known, horizon), churn_probability(weibull, known, 2 * horizon));
}

TEST(ChurnExample, ThereMustBeSomebodyToLearnFrom) {
    const std::vector<Events> shop = {{{10 * day, "buy"}}, {{12 * day, "buy"}}};
    const ChurnSample early = sample_of(shop, 13 * day, 30 * day, false);
    EXPECT_THROW(fit_churn(early, ChurnMethod::rfm, heap()), Error);
    EXPECT_THROW(fit_churn(early, ChurnMethod::cox, heap()), Error);
    EXPECT_EQ(fit_churn(early, ChurnMethod::nbd, heap()).customers, 2);
    const ChurnSample late = sample_of(shop, 60 * day, 30 * day, false);
    EXPECT_EQ(fit_churn(late, ChurnMethod::rfm, heap()).inactive, 2);
    EXPECT_THROW(fit_churn(late, ChurnMethod::weibull, heap()), Error);
}

}  // namespace
}  // namespace journey::test
