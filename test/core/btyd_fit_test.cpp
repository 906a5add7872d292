// Fits: known maxima from any start, no false ones, no dependence on order.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/btyd_calibration.hpp"
#include "core/btyd_fit.hpp"
#include "core/btyd_summary.hpp"
#include "core/error.hpp"
#include "support.hpp"

namespace journey::test {
namespace {

std::pmr::memory_resource& memory() {
    return *std::pmr::new_delete_resource();
}
constexpr BtydUnit week{BtydUnit::Word::week, 1};

double between(Random& random, double low, double high) {
    return low * std::pow(high / low, random.below(1'000'001) / 1e6);
}
double uniform(Random& random) {
    return (static_cast<double>(random.bits() >> 11) + 0.5) * 0x1p-53;
}
double random_gamma(Random& random, double shape, double rate) {
    // A sum of exponentials is enough for whole shapes, as used here.
    double sum = 0;
    for (int i = 0; i < static_cast<int>(shape); ++i) sum -= std::log(uniform(random));
    return sum / rate;
}

// Customers who buy at random and leave at random.
std::vector<BtydRow> simulate(Random& random, BtydKind kind, int customers) {
    std::vector<BtydRow> rows;
    for (int i = 0; i < customers; ++i) {
        const double rate = random_gamma(random, 1, 8), chance = 0.05 + 0.4 * uniform(random);
        const double age = 5 + random.below(15);
        double at = 0, x = 0, recency = 0;
        bool there = !(kind == BtydKind::mbgnbd && uniform(random) < chance);
        double end = kind == BtydKind::pareto_nbd
                         ? -std::log(uniform(random)) / (0.03 * random_gamma(random, 1, 1))
                         : 1e9;
        if (kind == BtydKind::bgbb) {
            for (double k = 1; k <= age; ++k) {
                there = there && uniform(random) >= chance / 3;
                if (there && uniform(random) < std::min(rate, 0.9)) ++x, recency = k;
            }
            rows.push_back({x, recency, age});
            continue;
        }
        while (there) {
            at -= std::log(uniform(random)) / rate;
            if (at > age || at > end) break;
            ++x;
            recency = at;
            if (kind != BtydKind::pareto_nbd && uniform(random) < chance) there = false;
        }
        rows.push_back({x, recency, age});
    }
    if (kind == BtydKind::nbd) {
        for (BtydRow& row : rows) row.recency = 0;
    } else if (kind == BtydKind::gamma_gamma) {
        for (BtydRow& row : rows) row = {row.x, 5 + 50 * random_gamma(random, 2, 2), 0};
    } else if (kind == BtydKind::sbg) {
        for (BtydRow& row : rows)
            row = {1.0 + random.below(8) * uniform(random), 1.0 * random.percent(70), 0};
        for (BtydRow& row : rows) row.x = std::floor(row.x);
    }
    return rows;
}

BtydSample sample_of(BtydKind kind, const std::vector<BtydRow>& rows) {
    BtydSample sample(memory());
    sample.set(kind, week);
    for (const BtydRow& row : rows) sample.add(row);
    return sample;
}

std::string bytes_of(const BtydModel& model) {
    std::string bytes(model.encoded_size(), 0);
    model.encode(reinterpret_cast<std::byte*>(bytes.data()));
    return bytes;
}

TEST(BtydFit, SbgPublishedFits) {
    const std::vector<std::int64_t> regular = {1000, 631, 468, 382, 326, 289, 262, 241};
    std::vector<BtydRow> rows;
    for (std::size_t t = 1; t < regular.size(); ++t) {
        rows.push_back({static_cast<double>(t), 1, 0, regular[t - 1] - regular[t]});
    }
    rows.push_back({7, 0, 0, regular.back()});
    BtydSample sample = sample_of(BtydKind::sbg, rows);
    const BtydModel model = btyd_fit(sample);
    EXPECT_TRUE(model.converged());
    EXPECT_NEAR(model.parameters[0], .704077, 1e-6);
    EXPECT_NEAR(model.parameters[1], 1.182043, 1e-6);
    EXPECT_NEAR(model.log_likelihood, -1680.2652, 1e-4);
    EXPECT_EQ(model.customers, 1000);
}

// No start leads higher than a fit; where there is one maximum only, as there is but for
// Pareto/NBD and MBG/NBD, every start leads to it or admits that it did not. And "converged" is true
// of the point: no place nearby is higher.
TEST(BtydFit, NoStartLeadsHigher) {
    Random random(11);
    int converged = 0;
    for (std::uint32_t i = 0; i < cases(28); ++i) {
        const auto kind = static_cast<BtydKind>(i % btyd_kinds);
        BtydSample sample =
            sample_of(kind, simulate(random, kind, 150 + static_cast<int>(random.below(150))));
        const BtydModel best = btyd_fit(sample);
        for (int k = 0; k < 5; ++k) {
            const Point start = {between(random, 0.05, 20), between(random, 0.05, 200),
                                 between(random, 0.05, 20), between(random, 0.05, 200)};
            const BtydModel other = btyd_fit(sample, start);
            if (!other.converged()) continue;
            EXPECT_LE(other.log_likelihood, best.log_likelihood + 1e-6)
                << btyd_name(kind) << " JOURNEY_SEED=" << seed();
            if (best.converged() && kind != BtydKind::pareto_nbd && kind != BtydKind::mbgnbd) {
                EXPECT_NEAR(other.log_likelihood, best.log_likelihood, 1e-6)
                    << btyd_name(kind) << " JOURNEY_SEED=" << seed();
            }
        }
        if (!best.converged()) continue;
        ++converged;
        for (int k = 0; k < 20; ++k) {
            Point near = best.parameters;
            for (double& parameter : near) parameter *= std::exp(0.02 * (uniform(random) - 0.5));
            EXPECT_LE(btyd_log_likelihood(kind, sample.rows(), near, memory()).value,
                      best.log_likelihood + 1e-7)
                << btyd_name(kind) << " JOURNEY_SEED=" << seed();
        }
    }
    EXPECT_GT(converged, 0);
}

TEST(BtydFit, ResultsDoNotDependOnOrderOrMerging) {
    Random random(12);
    for (std::uint32_t i = 0; i < cases(14); ++i) {
        const auto kind = static_cast<BtydKind>(i % btyd_kinds);
        std::vector<BtydRow> rows = simulate(random, kind, 150);
        BtydSample all = sample_of(kind, rows);
        const std::string expected = bytes_of(btyd_fit(all));
        for (int k = 0; k < 3; ++k) {
            for (std::size_t j = rows.size(); j > 1; --j) std::swap(rows[j - 1], rows[random.below(j)]);
            BtydSample parts[3] = {BtydSample(memory()), BtydSample(memory()), BtydSample(memory())};
            for (BtydSample& part : parts) part.set(kind, week);
            for (const BtydRow& row : rows) parts[random.below(3)].add(row);
            // One of them travels as bytes.
            std::vector<std::byte> bytes(parts[1].encoded_size());
            parts[1].encode(bytes.data());
            BtydSample arrived(memory());
            arrived.decode(bytes);
            parts[2].merge(arrived);
            parts[2].merge(parts[0]);
            EXPECT_EQ(bytes_of(btyd_fit(parts[2])), expected)
                << btyd_name(kind) << " JOURNEY_SEED=" << seed();
        }
    }
}

TEST(BtydFit, UnitOfTimeChangesOnlyTheScale) {
    Random random(13);
    const std::vector<BtydRow> weeks = simulate(random, BtydKind::pareto_nbd, 400);
    std::vector<BtydRow> days = weeks;
    for (BtydRow& row : days) row.recency *= 7, row.age *= 7;
    BtydSample by_week = sample_of(BtydKind::pareto_nbd, weeks),
               by_day = sample_of(BtydKind::pareto_nbd, days);
    const BtydModel week_model = btyd_fit(by_week), day_model = btyd_fit(by_day);
    EXPECT_NEAR(day_model.parameters[1], 7 * week_model.parameters[1], 1e-3 * week_model.parameters[1]);
    EXPECT_NEAR(day_model.parameters[0], week_model.parameters[0], 1e-4);
}

void expect_boundary(BtydKind kind, const std::vector<BtydRow>& rows, std::string_view reason) {
    BtydSample sample = sample_of(kind, rows);
    const BtydModel model = btyd_fit(sample);
    char buffer[96];
    EXPECT_FALSE(model.converged());
    EXPECT_EQ(model.reason(buffer), reason);
    EXPECT_TRUE(std::isnan(model.errors[0]));
    EXPECT_EQ(BtydModel::status_of(reason, kind), model.status);
}

TEST(BtydFit, BoundariesAreRecognised) {
    // Nobody ever came again: the rate is zero.
    expect_boundary(BtydKind::nbd, {{0, 0, 10, 50}, {0, 0, 20, 50}},
                    "r runs to zero: these data do not bound it");
    // All customers alike: no spread of rates.
    expect_boundary(BtydKind::nbd, {{5, 0, 10, 100}}, "r runs to infinity: these data do not bound it");
    // All spend the same.
    EXPECT_FALSE([] {
        BtydSample sample = sample_of(BtydKind::gamma_gamma, {{3, 20, 0, 100}});
        return btyd_fit(sample).converged();
    }());
    // One customer.
    for (std::size_t k = 0; k < btyd_kinds; ++k) {
        const auto kind = static_cast<BtydKind>(k);
        BtydRow row{2, 5, 10};
        if (kind == BtydKind::nbd) row.recency = 0;
        if (kind == BtydKind::gamma_gamma) row.age = 0;
        if (kind == BtydKind::sbg) row = {2, 1, 0};
        BtydSample sample = sample_of(kind, {row});
        EXPECT_FALSE(btyd_fit(sample).converged()) << btyd_name(kind);
    }
}

TEST(BtydFit, BadRowsAreErrors) {
    const double nan = std::nan(""), infinity = HUGE_VAL;
    const BtydRow bad[] = {{-1, 0, 5},       {2, -1, 5},  {2, 1, -5},      {2, 6, 5},        {2, 0, 5},
                           {0, 1, 5},        {nan, 1, 5}, {2, nan, 5},     {2, 1, infinity}, {2, 1, 5, 0},
                           {infinity, 1, 5}, {2, 1, nan}, {2, infinity, 5}};
    for (const BtydRow& row : bad) {
        for (BtydKind kind : {BtydKind::bgnbd, BtydKind::mbgnbd, BtydKind::pareto_nbd, BtydKind::bgbb}) {
            EXPECT_THROW(check_btyd_row(kind, row), Error) << row.x << " " << row.recency << " " << row.age;
        }
    }
    EXPECT_THROW(check_btyd_row(BtydKind::bgbb, {2, 1.5, 5}), Error);
    EXPECT_THROW(check_btyd_row(BtydKind::bgbb, {3, 2, 5}), Error);
    EXPECT_THROW(check_btyd_row(BtydKind::sbg, {0, 1, 0}), Error);
    EXPECT_THROW(check_btyd_row(BtydKind::gamma_gamma, {2, nan, 0}), Error);
    BtydSample sample = sample_of(BtydKind::gamma_gamma, {{0, 0, 0, 3}, {2, 0, 0, 4}, {2, -5, 0, 5}});
    EXPECT_TRUE(sample.empty());
    EXPECT_EQ(sample.excluded(), 12);
}

// Damaged bytes are an error or another value, never a crash.
TEST(BtydFit, DamagedValuesAreRefused) {
    Random random(14);
    BtydSample sample = sample_of(BtydKind::bgnbd, simulate(random, BtydKind::bgnbd, 50));
    std::vector<std::byte> state(sample.encoded_size());
    sample.encode(state.data());
    const BtydModel model = btyd_fit(sample);
    std::vector<std::byte> value(model.encoded_size());
    model.encode(value.data());
    EXPECT_EQ(bytes_of(BtydModel::decode(value)), bytes_of(model));
    BtydCalibration calibration(memory());
    std::vector<std::byte> table(calibration.encoded_size());
    calibration.encode(table.data());
    for (std::uint32_t i = 0; i < cases(3000); ++i) {
        std::vector<std::byte> bytes = i % 3 == 0 ? state : i % 3 == 1 ? value : table;
        if (random.percent(30)) bytes.resize(random.below(bytes.size() + 9));
        for (std::uint32_t k = random.below(4); k > 0 && !bytes.empty(); --k) {
            bytes[random.below(bytes.size())] = static_cast<std::byte>(random.bits());
        }
        try {
            if (i % 3 == 0) {
                BtydSample read(memory());
                read.decode(bytes);
            } else if (i % 3 == 1) {
                char buffer[96], unit[32];
                const BtydModel read = BtydModel::decode(bytes);
                EXPECT_LE(read.reason(buffer).size(), 95u);
                EXPECT_LE(btyd_unit_text(read.unit, unit).size(), 32u);
            } else {
                BtydCalibration read(memory());
                read.decode(bytes);
            }
        } catch (const Error&) {
        }
    }
}

TEST(BtydUnit, TextsAreRead) {
    char buffer[32];
    EXPECT_EQ(btyd_unit_text(parse_btyd_unit("week", "unit"), buffer), "week");
    EXPECT_EQ(btyd_unit_text(parse_btyd_unit("1 month", "unit"), buffer), "month");
    EXPECT_EQ(btyd_unit_text(parse_btyd_unit("10 days", "unit"), buffer), "10 days");
    EXPECT_EQ(parse_btyd_unit("week", "unit").microseconds(),
              7 * parse_btyd_unit("days", "unit").microseconds());
    for (const char* bad :
         {"", "wk", "0 days", "-1 day", "10days", "day s", "1.5 days", "99999999999 days", "7 "}) {
        EXPECT_THROW(parse_btyd_unit(bad, "unit"), Error) << bad;
    }
}

constexpr std::int64_t day = 86'400'000'000;

// The plainest way to say it, with a map of days.
TEST(BtydSummary, EqualsAPlainCount) {
    Random random(15);
    for (std::uint32_t i = 0; i < cases(300); ++i) {
        const PurchasePeriods periods(week, BtydUnit::Word::day);
        const Time as_of = 60 * day + day / 3, until = 90 * day;
        Purchases purchases(memory()), other(memory());
        std::map<std::int64_t, double> days;
        std::map<std::int64_t, double> later;
        for (std::uint32_t k = random.below(12); k > 0; --k) {
            const Time ts = random.between(0, 100 * day);
            const double amount = static_cast<double>(random.between(-2, 9)) / 4;
            if (ts > until) continue;
            (ts <= as_of ? days : later)[ts / day] += amount;
            (random.percent(50) ? purchases : other).add(periods.period(ts), ts > as_of, amount);
        }
        purchases.merge(other);
        const auto customer = purchases.summary(periods, periods.period(as_of), periods.period(until));
        ASSERT_EQ(customer.has_value(), !days.empty());
        if (!customer) continue;
        EXPECT_EQ(customer->frequency, static_cast<std::int64_t>(days.size()) - 1);
        const auto first = days.begin()->first, last = days.rbegin()->first;
        EXPECT_EQ(customer->recency, static_cast<double>(last - first) / 7);
        EXPECT_EQ(customer->age, static_cast<double>(60 - first) / 7);
        double sum = 0, late = 0;
        for (const auto& [at, amount] : days) sum += at == first ? 0 : amount;
        for (const auto& [at, amount] : later) late += amount;
        EXPECT_EQ(customer->monetary.has_value(), days.size() > 1);
        if (customer->monetary) {
            EXPECT_NEAR(*customer->monetary, sum / (static_cast<double>(days.size()) - 1), 1e-12);
        }
        EXPECT_EQ(customer->holdout->frequency, static_cast<std::int64_t>(later.size()));
        EXPECT_NEAR(customer->holdout->amount, late, 1e-12);
        EXPECT_EQ(customer->holdout->length, 30.0 / 7);
    }
}

TEST(BtydSummary, PeriodsOfTheCalendar) {
    const BtydUnit month{BtydUnit::Word::month, 1}, quarter{BtydUnit::Word::month, 3},
        year{BtydUnit::Word::year, 1};
    const PurchasePeriods months(month, BtydUnit::Word::month);
    EXPECT_EQ(months.period(0), 0);
    EXPECT_EQ(months.period(31 * day), 1);
    EXPECT_EQ(months.period(31 * day - 1), 0);
    EXPECT_EQ(months.period(60 * day), 2);  // 2000-03-01: a leap year
    EXPECT_EQ(months.period(-1), -1);
    EXPECT_EQ(months.units(-1, 11), 12);
    EXPECT_EQ(PurchasePeriods(quarter, BtydUnit::Word::month).units(0, 6), 2);
    const PurchasePeriods years(year, BtydUnit::Word::year);
    EXPECT_EQ(years.period(366 * day), 1);
    EXPECT_EQ(years.period(366 * day - 1), 0);
    EXPECT_EQ(years.period(-1), -1);
    const PurchasePeriods weeks(week, BtydUnit::Word::week);
    EXPECT_EQ(weeks.period(2 * day) - weeks.period(2 * day - 1), 1);  // Monday 2000-01-03
    EXPECT_EQ(PurchasePeriods(month, BtydUnit::Word::day).units(0, 60), 2);
    EXPECT_THROW(PurchasePeriods(year, BtydUnit::Word::day), Error);
    EXPECT_THROW(PurchasePeriods(week, BtydUnit::Word::month), Error);
    // Every day of four centuries is in the month that counting says.
    std::int64_t month_no = 0, until = 31;
    const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (std::int64_t d = 0; d < 146097; ++d) {
        if (d == until) {
            ++month_no;
            const std::int64_t y = 2000 + month_no / 12;
            const bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
            until += lengths[month_no % 12] + (month_no % 12 == 1 && leap ? 1 : 0);
        }
        ASSERT_EQ(months.period(d * day), month_no) << d;
        ASSERT_EQ(months.period((d - 146097) * day), month_no - 4800) << d;
    }
}

TEST(BtydCalibration, MeansDoNotDependOnOrder) {
    BtydCalibration a(memory()), b(memory()), c(memory());
    Random random(16);
    std::vector<double> numbers;
    for (int i = 0; i < 1000; ++i) numbers.push_back(between(random, 1e-9, 1e3));
    for (double number : numbers) a.add(0, 1, number);
    for (std::size_t i = numbers.size(); i-- > 0;) (i % 3 == 0 ? b : c).add(0, 1, numbers[i]);
    b.merge(c);
    EXPECT_EQ(a.group(0).expected(), b.group(0).expected());
    EXPECT_EQ(a.total().error(), b.total().error());
    double sum = 0;
    for (double number : numbers) sum += number;
    EXPECT_NEAR(a.group(0).expected(), sum / 1000, 1e-9);
}

}  // namespace
}  // namespace journey::test
