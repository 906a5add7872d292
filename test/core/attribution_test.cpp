// Attribution by example, and on random customers against the plainest reading of their
// events.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include "attribution_model.hpp"
#include "core/ad_performance.hpp"
#include "core/apportion.hpp"
#include "core/attribution_credits.hpp"
#include "core/attribution_report.hpp"
#include "core/error.hpp"
#include "summary_parts.hpp"

namespace journey::test {
namespace {

constexpr Time day = 86'400'000'000;

// "ads 1 direct 2 BUY 3": touches by channel and day, capitals are other events.
Events customer(std::initializer_list<std::pair<const char*, int>> walk) {
    Events events;
    for (const auto& [name, at] : walk) {
        Event event;
        event.time = at * day;
        const bool touch = std::islower(static_cast<unsigned char>(name[0])) != 0;
        event.name = touch ? "visit" : name;
        if (touch) event.channel = name;
        if (event.name == "BUY") event.value = 100;
        events.push_back(event);
    }
    return sorted(events);
}

// The credits of a model, "ads 0.5 email 0.5 | ads 1": a bar between conversions.
std::string credits(const Events& events, AttributionModel model, ModelAttribution rules = {}) {
    rules.conversion = {"BUY"};
    rules.models = {model};
    rules.half_life = 7 * Span{day};
    const Value value = encode(events);
    CreditReader reader(rules.rules(heap()), value.view(), heap());
    std::string text;
    std::uint32_t last = 1;
    for (CreditRow row; reader.next(row);) {
        if (row.conversion_no != last) text += "| ";
        last = row.conversion_no;
        char credit[40];
        std::snprintf(credit, sizeof credit, "%.4g ", row.credit.real());
        text += row.touch_no == 0 ? "nobody" : std::string(reader.reader().channel_names()[row.channel]);
        text += std::string(" ") + credit;
    }
    return text;
}

TEST(AttributionExample, EachModelDividesTheCreditAsItSays) {
    const Events events = customer({{"ads", 0}, {"email", 7}, {"search", 14}, {"email", 14}, {"BUY", 14}});
    EXPECT_EQ(credits(events, AttributionModel::first), "ads 1 ");
    EXPECT_EQ(credits(events, AttributionModel::last), "search 1 ");
    EXPECT_EQ(credits(events, AttributionModel::linear), "ads 0.25 email 0.25 email 0.25 search 0.25 ");
    EXPECT_EQ(credits(events, AttributionModel::position), "ads 0.4 email 0.1 email 0.1 search 0.4 ");
    EXPECT_EQ(credits(events, AttributionModel::j), "ads 0.2 email 0.1 email 0.1 search 0.6 ");
    EXPECT_EQ(credits(events, AttributionModel::inverse_j), "ads 0.6 email 0.1 email 0.1 search 0.2 ");
    EXPECT_EQ(credits(events, AttributionModel::time_decay),
              "ads 0.09091 email 0.1818 email 0.3636 search 0.3636 ");
    EXPECT_EQ(credits(events, AttributionModel::participation), "ads 1 email 1 search 1 ");
    EXPECT_EQ(credits(events, AttributionModel::shapley), "ads 0.3333 email 0.3333 search 0.3333 ");
}

TEST(AttributionExample, OneAndTwoTouchesShareWhatIsThere) {
    const Events one = customer({{"ads", 0}, {"BUY", 1}}),
                 two = customer({{"ads", 0}, {"email", 1}, {"BUY", 2}});
    for (AttributionModel model :
         {AttributionModel::position, AttributionModel::j, AttributionModel::inverse_j})
        EXPECT_EQ(credits(one, model), "ads 1 ");
    EXPECT_EQ(credits(two, AttributionModel::position), "ads 0.5 email 0.5 ");
    EXPECT_EQ(credits(two, AttributionModel::j), "ads 0.25 email 0.75 ");
    EXPECT_EQ(credits(two, AttributionModel::inverse_j), "ads 0.75 email 0.25 ");
}

TEST(AttributionExample, ADirectVisitCountsAsTheRuleSays) {
    const Events events = customer({{"ads", 0}, {"direct", 1}, {"BUY", 2}});
    EXPECT_EQ(credits(events, AttributionModel::last), "direct 1 ");
    EXPECT_EQ(credits(events, AttributionModel::last_non_direct), "ads 1 ");
    const Events alone = customer({{"direct", 1}, {"BUY", 2}});
    EXPECT_EQ(credits(alone, AttributionModel::last_non_direct), "direct 1 ");
    ModelAttribution rules;
    rules.direct = DirectRule::fallback;
    EXPECT_EQ(credits(events, AttributionModel::linear, rules), "ads 1 ");
    EXPECT_EQ(credits(alone, AttributionModel::linear, rules), "direct 1 ");
    rules.direct = DirectRule::ignore;
    EXPECT_EQ(credits(alone, AttributionModel::linear, rules), "nobody 1 ");
}

TEST(AttributionExample, TheLookBackIsInclusiveAndATouchMayCountAgain) {
    const Events events = customer({{"ads", 0}, {"BUY", 1}, {"email", 2}, {"BUY", 3}});
    EXPECT_EQ(credits(events, AttributionModel::linear), "ads 1 | ads 0.5 email 0.5 ");
    ModelAttribution rules;
    rules.reuse_touches = false;
    EXPECT_EQ(credits(events, AttributionModel::linear, rules), "ads 1 | email 1 ");
    rules.reuse_touches = true;
    rules.lookback = 1 * Span{day};
    EXPECT_EQ(credits(events, AttributionModel::linear, rules), "ads 1 | email 1 ");
    rules.lookback = 1 * Span{day} - 1;
    EXPECT_EQ(credits(events, AttributionModel::linear, rules), "nobody 1 | nobody 1 ");
}

TEST(AttributionExample, MilestonesCreditTheTouchThatLedToThem) {
    const Events events = customer(
        {{"ads", 0}, {"email", 1}, {"LEAD", 2}, {"search", 3}, {"app", 4}, {"OFFER", 5}, {"BUY", 6}});
    ModelAttribution rules;
    rules.milestones = {"LEAD", "OFFER"};
    EXPECT_EQ(credits(events, AttributionModel::w, rules), "ads 0.3 email 0.3 search 0.1 app 0.3 ");
    rules.milestones = {"LEAD", "OFFER", "BUY"};
    EXPECT_EQ(credits(events, AttributionModel::w, rules), "ads 0.225 email 0.225 search 0.1 app 0.45 ");
    rules.milestones = {"LEAD", "NEVER"};
    EXPECT_EQ(credits(events, AttributionModel::w, rules),
              "ads 0.4286 email 0.4286 search 0.07143 app 0.07143 ");
}

TEST(AttributionExample, PartsOfAnAmountSumToItToTheLastDigit) {
    const double parts[] = {100.0 / 3, 100.0 / 3, 100.0 / 3};
    Decimal divided[3];
    apportion(100, parts, divided, heap());
    EXPECT_EQ(divided[0].scale, 12);
    EXPECT_EQ(divided[0].units, 33'333'333'333'334);
    EXPECT_EQ(divided[1].units, 33'333'333'333'333);
    EXPECT_EQ(divided[0].units + divided[1].units + divided[2].units, 100'000'000'000'000);
}

// ------------------------------------------------------------------------ random

class AttributionProperty : public testing::Test {
  protected:
    template <class Check>
    void for_random_customers(std::uint64_t salt, std::uint32_t usual, Check check) {
        Random random(salt);
        for (std::uint32_t i = 0; i < cases(usual) && !HasFailure(); ++i) {
            std::vector<Events> customers(1 + random.below(6));
            std::string told;
            for (Events& events : customers) {
                events = random_shopper(random);
                told += describe(events) + "\n\n";
            }
            ModelAttribution rules = random_attribution(random);
            SCOPED_TRACE("JOURNEY_SEED=" + std::to_string(seed()) + " case " + std::to_string(i) + "\n" +
                         told + describe(rules));
            check(random, customers, rules);
        }
    }
};

TEST_F(AttributionProperty, EveryTouchGetsWhatThePlainestReadingGives) {
    for_random_customers(1, 1500, [&](Random&, const auto& customers, ModelAttribution& rules) {
        const Events& events = customers.front();
        const Value value = encode(events);
        CreditReader reader(rules.rules(heap()), value.view(), heap());
        CreditRow row;
        bool more = reader.next(row);
        std::uint32_t number = 0;
        for (const ModelPath& path : model_paths(events, rules)) {
            ++number;
            for (AttributionModel model : rules.models) {
                const auto expected = model_credits(events, path, model, rules);
                std::int64_t credit_units = 0, value_units = 0;
                const Decimal whole = decimal(1), all = decimal(events[path.conversion].value.value_or(0));
                std::size_t touch = 0;
                for (; more && row.conversion_no == number && row.model == model; more = reader.next(row)) {
                    EXPECT_EQ(row.conversion_row, path.conversion);
                    EXPECT_EQ(row.value.has_value(), events[path.conversion].value.has_value());
                    ASSERT_EQ(row.touch_no == 0, path.touches.empty());
                    credit_units += row.credit.units;
                    if (row.value) value_units += row.value->units;
                    ASSERT_EQ(row.credit.scale, whole.scale);
                    if (row.touch_no == 0) continue;
                    // What is skipped gets nothing.
                    for (; touch < row.touch_no - 1; ++touch) EXPECT_NEAR(expected[touch], 0, 2e-14);
                    EXPECT_EQ(row.touch_row, path.touches[touch]);
                    EXPECT_EQ(std::string(reader.reader().channel_names()[row.channel]),
                              model_channel(events[row.touch_row], rules));
                    EXPECT_NEAR(row.credit.real(), expected[touch], 2e-14)
                        << attribution_model_names[static_cast<std::size_t>(model)];
                    ++touch;
                }
                for (; touch < expected.size(); ++touch) EXPECT_NEAR(expected[touch], 0, 2e-14);
                if (model == AttributionModel::participation && !path.touches.empty()) continue;
                EXPECT_EQ(credit_units, whole.units);
                EXPECT_EQ(value_units, all.units);
            }
        }
        EXPECT_FALSE(more);
    });
}

std::string text_of(const std::pmr::vector<AttributionRow>& rows) {
    std::string text;
    for (const AttributionRow& row : rows) {
        text +=
            std::to_string(static_cast<int>(row.model)) + " " + std::string(row.channel) + " " +
            std::to_string(row.conversions.units) + "e" + std::to_string(row.conversions.scale) + " " +
            (row.value ? std::to_string(row.value->units) + "e" + std::to_string(row.value->scale) : "-") +
            " " + std::to_string(row.share) + "\n";
    }
    return text;
}

TEST_F(AttributionProperty, AReportIsTheSumOfAllCreditsAndReconcilesWhateverTheOrder) {
    for_random_customers(2, 600, [&](Random& random, const auto& customers, ModelAttribution& given) {
        const AttributionRules& rules = given.rules(heap());
        const auto values = encoded(customers);
        AttributionReader reader(rules, heap());
        const auto add = [&](AttributionSummary& summary, std::size_t i) {
            summary.use(rules);
            summary.add(reader, values[i].view());
        };
        const auto summary = merged<AttributionSummary>(random, values.size(), add);
        const auto rows = summary->rows();
        EXPECT_EQ(text_of(merged<AttributionSummary>(random, values.size(), add)->rows()), text_of(rows));

        struct Sums {
            double credit = 0, value = 0;
        };
        std::map<std::pair<AttributionModel, std::string>, Sums> expected;
        double conversions = 0, all_value = 0, magnitude = 0;
        bool negative = false;
        for (const Events& events : customers) {
            for (const ModelPath& path : model_paths(events, given)) {
                ++conversions;
                const double value = events[path.conversion].value.value_or(0);
                all_value += value;
                magnitude += std::fabs(value);
                negative = negative || value < 0;
                for (AttributionModel model : given.models) {
                    const auto shares = model_credits(events, path, model, given);
                    for (std::size_t i = 0; i < shares.size(); ++i) {
                        Sums& sums = expected[{model, model_channel(events[path.touches[i]], given)}];
                        sums.credit += shares[i];
                        sums.value += shares[i] * value;
                    }
                    if (shares.empty()) {
                        expected[{model, "(unattributed)"}].credit += 1;
                        expected[{model, "(unattributed)"}].value += value;
                    }
                }
            }
        }
        std::map<AttributionModel, std::pair<std::int64_t, std::int64_t>> units;
        for (const AttributionRow& row : rows) {
            const auto found = expected.find({row.model, std::string(row.channel)});
            const Sums sums = found == expected.end() ? Sums{} : found->second;
            EXPECT_NEAR(row.conversions.real(), sums.credit, 1e-12 * conversions);
            const double value = row.value ? row.value->real() : 0;
            EXPECT_NEAR(value, sums.value, 1e-12 * (magnitude + 1));
            EXPECT_NEAR(row.share, sums.credit / conversions, 1e-12);
            if (found != expected.end()) expected.erase(found);
            if (row.model == AttributionModel::participation) continue;
            auto& [credit_units, value_units] = units[row.model];
            credit_units += row.conversions.units;
            EXPECT_EQ(row.conversions.scale, decimal(conversions).scale);
            if (row.value) value_units += row.value->units;
        }
        EXPECT_TRUE(expected.empty());
        for (const auto& [model, sums] : units) {
            EXPECT_EQ(sums.first, decimal(conversions).units);
            // The sum of doubles may itself be off by its last digit.
            if (negative) continue;
            EXPECT_NEAR(static_cast<double>(sums.second), static_cast<double>(decimal(all_value).units), 1);
        }
    });
}

TEST_F(AttributionProperty, PathsThatAreCountedAlreadyGiveTheSame) {
    for_random_customers(3, 200, [&](Random&, const auto& customers, ModelAttribution& given) {
        std::erase_if(given.models, [](AttributionModel model) {
            return model == AttributionModel::time_decay || model == AttributionModel::w;
        });
        const AttributionRules& rules = given.rules(heap());
        const auto values = encoded(customers);
        AttributionReader reader(rules, heap());
        AttributionSummary from_journeys(heap()), from_paths(heap());
        from_journeys.use(rules);
        for (const Value& value : values) from_journeys.add(reader, value.view());
        ModelAttribution any = given;
        any.direct = DirectRule::any;
        for (const Events& events : customers) {
            for (const ModelPath& path : model_paths(events, any)) {
                std::vector<std::string> names;
                for (std::size_t touch : path.touches) names.push_back(model_channel(events[touch], given));
                const std::vector<std::string_view> list(names.begin(), names.end());
                from_paths.add_path(list, 1, events[path.conversion].value, rules);
            }
        }
        EXPECT_EQ(text_of(from_journeys.rows()), text_of(from_paths.rows()));
    });
}

// The Shapley value by its definition: the mean, over all orders in which the channels of
// the report join, of the conversions each adds.
TEST_F(AttributionProperty, ShapleyIsWhatItsDefinitionSays) {
    for_random_customers(4, 100, [&](Random&, const auto& customers, ModelAttribution& given) {
        given.models = {AttributionModel::shapley};
        std::map<std::set<std::string>, double> sets;
        std::set<std::string> all;
        for (const Events& events : customers) {
            for (const ModelPath& path : model_paths(events, given)) {
                std::set<std::string> channels;
                for (std::size_t touch : path.touches) channels.insert(model_channel(events[touch], given));
                sets[channels] += 1;
                all.insert(channels.begin(), channels.end());
            }
        }
        if (all.size() > 5) return;
        const auto worth = [&](const std::set<std::string>& coalition) {
            double sum = 0;
            for (const auto& [channels, count] : sets) {
                if (!channels.empty() &&
                    std::includes(coalition.begin(), coalition.end(), channels.begin(), channels.end()))
                    sum += count;
            }
            return sum;
        };
        std::map<std::string, double> expected;
        std::vector<std::string> order(all.begin(), all.end());
        double orders = 0;
        do {
            ++orders;
            std::set<std::string> coalition;
            for (const std::string& channel : order) {
                const double before = worth(coalition);
                coalition.insert(channel);
                expected[channel] += worth(coalition) - before;
            }
        } while (std::next_permutation(order.begin(), order.end()));
        const AttributionRules& rules = given.rules(heap());
        AttributionReader reader(rules, heap());
        AttributionSummary summary(heap());
        summary.use(rules);
        const auto values = encoded(customers);
        for (const Value& value : values) summary.add(reader, value.view());
        for (const AttributionRow& row : summary.rows()) {
            if (row.channel == "(unattributed)") continue;
            EXPECT_NEAR(row.conversions.real(), expected[std::string(row.channel)] / orders, 1e-10);
        }
    });
}

TEST_F(AttributionProperty, AdsAreCountedOneByOne) {
    for_random_customers(5, 300, [&](Random& random, const auto& customers, ModelAttribution& given) {
        given.models = {AttributionModel::last};
        given.touches = {"click", "visit"};
        given.conversion_is_touch = given.channel_from_event = false;
        const AttributionRules& rules = given.rules(heap());
        const std::string_view views[] = {"visit"}, clicks[] = {"click"};
        AdReader reader({views, clicks}, rules, heap());
        const auto values = encoded(customers);
        const auto summary = merged<AdSummary>(random, values.size(), [&](AdSummary& part, std::size_t i) {
            part.use(rules);
            part.add(reader, values[i].view());
        });
        struct Counts {
            std::int64_t views = 0, viewers = 0, clicks = 0, clickers = 0;
            double conversions = 0;
        };
        std::map<std::string, Counts> expected;
        for (const Events& events : customers) {
            std::set<std::pair<std::string, bool>> met;
            for (const Event& event : events) {
                if (!event.channel || (event.name != "visit" && event.name != "click")) continue;
                const bool viewed = event.name == "visit";
                Counts& counts = expected[*event.channel];
                ++(viewed ? counts.views : counts.clicks);
                if (met.insert({*event.channel, viewed}).second)
                    ++(viewed ? counts.viewers : counts.clickers);
            }
            for (const ModelPath& path : model_paths(events, given)) {
                const bool nobody = path.touches.empty();
                expected[nobody ? "(unattributed)" : *events[path.touches.back()].channel].conversions += 1;
            }
        }
        for (const AdRow& row : summary->rows()) {
            const Counts counts = expected[std::string(row.ad)];
            expected.erase(std::string(row.ad));
            EXPECT_EQ(row.views, counts.views);
            EXPECT_EQ(row.viewers, counts.viewers);
            EXPECT_EQ(row.clicks, counts.clicks);
            EXPECT_EQ(row.clickers, counts.clickers);
            EXPECT_EQ(row.conversions.real(), counts.conversions);
            EXPECT_EQ(row.click_rate.has_value(), counts.views > 0);
        }
        EXPECT_TRUE(expected.empty());
    });
}

}  // namespace
}  // namespace journey::test
