// Tests of differences against R's figures, published intervals, and definitions
// written out: every table, every order of values.
#include "core/compare.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/error.hpp"
#include "support.hpp"

namespace journey::test {
namespace {

std::pmr::memory_resource& heap() {
    return *std::pmr::new_delete_resource();
}

ProportionTest test_of(double xa, double na, double xb, double nb, const char* method = "auto",
                       double level = 0.95) {
    return proportion_test({xa, na}, {xb, nb}, level, parse_proportion_method(method));
}

TEST(Compare, FisherAndZAsInR) {
    struct Known {
        double xa, na, xb, nb, fisher, chi, p;
    };
    // fisher.test and chisq.test(correct = FALSE) of R 4.2.
    for (const Known& its :
         {Known{3, 10, 9, 12, 0.0835573095635015, 4.4549999999999983, 0.0347992162098643},
          Known{120, 1000, 150, 1000, 0.0575958508689268, 3.8535645472061657, 0.0496403868653688},
          Known{1, 24, 8, 20, 0.00634581803044650, 8.60910052910053025, 0.00334487447910291},
          Known{56, 70, 48, 80, 0.01252112974920917, 7.02341137123745707, 0.00804508136819658},
          Known{9, 10, 3, 10, 0.01976661109788043, 7.5, 0.00616989932054415},
          Known{5000, 100000, 5300, 100000, 0.00248436752305604, 9.21229739343163168, 0.00240394827998469},
          Known{2, 1000, 40, 1000, 2.86845689416705e-10, 35.1184396128216, 3.10249024646695e-09}}) {
        EXPECT_NEAR(*test_of(its.xa, its.na, its.xb, its.nb, "fisher").p / its.fisher, 1, 1e-9);
        EXPECT_NEAR(*test_of(its.xb, its.nb, its.xa, its.na, "fisher").p / its.fisher, 1, 1e-9);
        const auto z = test_of(its.xa, its.na, its.xb, its.nb, "z");
        EXPECT_NEAR(*z.z * *z.z, its.chi, 1e-11 * its.chi);
        EXPECT_NEAR(*z.p / its.p, 1, 1e-10);
    }
    EXPECT_EQ(*test_of(0, 10, 0, 12).p, 1);
    EXPECT_TRUE(test_of(0, 10, 0, 12).exact);
    EXPECT_FALSE(test_of(0, 10, 0, 12, "z").p.has_value());
    EXPECT_FALSE(test_of(120, 1000, 150, 1000).exact);
    EXPECT_TRUE(test_of(3, 10, 9, 12).exact == (12 * 10.0 / 22 < 5 || 10 * 10.0 / 22 < 5));
}

// By adding up every table.
TEST(Compare, FisherIsTheSumOfRarerTables) {
    Random random(31);
    for (std::uint32_t i = 0; i < cases(2000); ++i) {
        const auto na = static_cast<double>(random.below(25)), nb = static_cast<double>(random.below(25));
        const auto xa = static_cast<double>(random.below(static_cast<std::uint64_t>(na) + 1));
        const auto xb = static_cast<double>(random.below(static_cast<std::uint64_t>(nb) + 1));
        const auto choose = [](double n, double k) {
            double ways = 1;
            for (double j = 1; j <= k; ++j) ways = ways * (n - k + j) / j;
            return ways;
        };
        const double x = xa + xb, seen = choose(na, xa) * choose(nb, xb);
        double rarer = 0, all = 0;
        for (double k = std::max(0.0, x - nb); k <= std::min(na, x); ++k) {
            const double ways = choose(na, k) * choose(nb, x - k);
            all += ways;
            if (ways <= seen * (1 + 1e-7)) rarer += ways;
        }
        EXPECT_NEAR(fisher_p(xa, na, xb, nb), rarer / all, 1e-11)
            << xa << "/" << na << " " << xb << "/" << nb;
    }
}

TEST(Compare, FisherOfMillionsIsQuickAndNearZ) {
    const auto fisher = test_of(500000, 10000000, 501000, 10000000, "fisher");
    const auto z = test_of(500000, 10000000, 501000, 10000000, "z");
    EXPECT_NEAR(*fisher.p / *z.p, 1, 1e-2);
    EXPECT_LT(*test_of(0, 5000000, 300, 5000000, "fisher").p, 1e-80);
    EXPECT_GT(*test_of(0, 5000000, 300, 5000000, "fisher").p, 0);
}

TEST(Compare, NewcombesIntervals) {
    // R. G. Newcombe, Interval estimation for the difference between independent
    // proportions (1998), table II, method 10; differences there are a - b.
    struct Known {
        double xa, na, xb, nb, low, high;
    };
    for (const Known& its : {Known{56, 70, 48, 80, 0.0524, 0.3339}, Known{9, 10, 3, 10, 0.1705, 0.8090},
                             Known{6, 7, 2, 7, 0.0582, 0.8062}, Known{5, 56, 0, 29, -0.0381, 0.1926},
                             Known{0, 10, 0, 20, -0.1611, 0.2775}, Known{0, 10, 0, 10, -0.2775, 0.2775},
                             Known{10, 10, 0, 20, 0.6791, 1.0000}, Known{10, 10, 0, 10, 0.6075, 1.0000}}) {
        const auto test = test_of(its.xb, its.nb, its.xa, its.na);
        EXPECT_NEAR(*test.low, its.low, 6e-5);
        EXPECT_NEAR(*test.high, its.high, 6e-5);
    }
}

TEST(Compare, NobodyHasNoRate) {
    const auto test = test_of(0, 0, 3, 10);
    EXPECT_FALSE(test.rate_a || test.difference || test.p || test.low);
    EXPECT_EQ(*test.rate_b, 0.3);
    EXPECT_FALSE(test_of(0, 5, 3, 10).lift.has_value());
    EXPECT_NEAR(*test_of(2, 10, 3, 10).lift, 0.5, 1e-15);
    EXPECT_THROW(test_of(4, 3, 1, 2), Error);
    EXPECT_THROW(test_of(-1, 3, 1, 2), Error);
    EXPECT_THROW(test_of(1, 3, std::nan(""), 2), Error);
    EXPECT_THROW(test_of(1.5, 3, 1, 2, "fisher"), Error);
    EXPECT_FALSE(test_of(1.5, 3, 1, 2).exact);
    EXPECT_THROW(test_of(1, 3, 1, 2, "auto", 1), Error);
    EXPECT_THROW(test_of(1, 3, 1, 2, "chi"), Error);
}

TEST(Compare, AdjustedAsInR) {
    const double nan = std::nan("");
    const std::vector<double> p{0.01, 0.02, 0.03, 0.04, 0.005, 0.2, nan, 0.9};
    const auto adjusted = [&](const char* method) {
        std::vector<double> own = p;
        adjust(own, parse_adjustment(method), heap());
        return own;
    };
    const std::pair<const char*, std::vector<double>> known[] = {
        {"none", p},
        {"bonferroni", {0.07, 0.14, 0.21, 0.28, 0.035, 1, nan, 1}},
        {"holm", {0.06, 0.1, 0.12, 0.12, 0.035, 0.4, nan, 0.9}},
        {"hochberg", {0.06, 0.1, 0.12, 0.12, 0.035, 0.4, nan, 0.9}},
        {"bh", {0.035, 0.0466666666666667, 0.0525, 0.056, 0.035, 0.233333333333333, nan, 0.9}},
        {"by", {0.09075, 0.121, 0.136125, 0.1452, 0.09075, 0.605, nan, 1}}};
    for (const auto& [method, wanted] : known) {
        const auto found = adjusted(method);
        for (std::size_t i = 0; i < p.size(); ++i) {
            EXPECT_EQ(std::isnan(found[i]), i == 6);
            if (i == 6) continue;
            EXPECT_NEAR(found[i], wanted[i], 1e-14) << method;
        }
    }
    std::vector<double> bad{0.5, 1.5};
    EXPECT_THROW(adjust(bad, Adjustment::holm, heap()), Error);
    EXPECT_THROW(parse_adjustment("fdr"), Error);
}

TEST(Compare, HomogeneityAsInR) {
    const std::vector<double> a{10, 20, 30, 0, 5}, b{15, 25, 35, 0, 5};
    const auto test = homogeneity_test(a, b);
    EXPECT_NEAR(test.statistic, 0.392648750821828, 1e-13);
    EXPECT_EQ(test.df, 3);
    EXPECT_NEAR(*test.p, 0.941756869420098, 1e-12);
    EXPECT_NEAR(*test.cramers_v, std::sqrt(0.392648750821828 / 145), 1e-14);
    // Two places: the square of z.
    const auto two = homogeneity_test(std::vector<double>{120, 880}, std::vector<double>{150, 850});
    EXPECT_NEAR(two.statistic, 3.8535645472061657, 1e-12);
    EXPECT_FALSE(homogeneity_test(std::vector<double>{3}, std::vector<double>{4}).p.has_value());
    EXPECT_FALSE(homogeneity_test(std::vector<double>{0, 0}, std::vector<double>{4, 1}).p.has_value());
    EXPECT_THROW(homogeneity_test(std::vector<double>{1, 2}, std::vector<double>{4}), Error);
    EXPECT_THROW(homogeneity_test(std::vector<double>{1, -2}, std::vector<double>{4, 5}), Error);
}

ValueGroups& groups(ValueGroups& into, const std::vector<double>& a, const std::vector<double>& b) {
    for (double value : a) into.add(value, false);
    for (double value : b) into.add(value, true);
    into.order();
    return into;
}

TEST(Compare, WelchAndRanksAsInR) {
    // The depth of the amnion: Hollander and Wolfe (1973), the example of R's wilcox.test.
    ValueGroups depth(heap());
    groups(depth, {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46},
           {1.15, 0.88, 0.90, 0.74, 1.21});
    const auto ranks = rank_test(depth.a(), depth.b(), heap());
    EXPECT_EQ(*ranks.u, 15);
    EXPECT_TRUE(ranks.exact);
    EXPECT_NEAR(*ranks.p, 0.254412254412254, 1e-14);
    EXPECT_NEAR(*ranks.superiority, 0.3, 1e-15);
    const auto welch = welch_test(depth.a(), depth.b(), 0.95, heap());
    EXPECT_NEAR(*welch.t, -2.0413830922100695, 1e-13);
    EXPECT_NEAR(*welch.df, 12.9705384432575421, 1e-11);
    EXPECT_NEAR(*welch.p, 0.0621013437810785, 1e-14);
    EXPECT_NEAR(*welch.low, -0.6937249963351039, 1e-13);
    EXPECT_NEAR(*welch.high, 0.0197249963351040, 1e-13);

    ValueGroups tied(heap());
    groups(tied, {1, 2, 2, 3, 4, 4, 4, 5, 6, 7}, {2, 3, 4, 5, 5, 6, 7, 8, 8, 9, 9});
    const auto with_ties = rank_test(tied.a(), tied.b(), heap());
    EXPECT_EQ(*with_ties.u, 84);
    EXPECT_FALSE(with_ties.exact);
    EXPECT_NEAR(*with_ties.p, 0.0431695131338882, 1e-14);
    EXPECT_EQ(*with_ties.median_a, 4);
    EXPECT_EQ(*with_ties.median_b, 6);
    const auto tied_welch = welch_test(tied.a(), tied.b(), 0.95, heap());
    EXPECT_NEAR(*tied_welch.t, 2.3473643933603903, 1e-13);
    EXPECT_NEAR(*tied_welch.p, 0.0301502631955038, 1e-14);

    // Student's sleep data (1908).
    ValueGroups sleep(heap());
    groups(sleep, {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0},
           {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4});
    const auto slept = welch_test(sleep.a(), sleep.b(), 0.95, heap());
    EXPECT_NEAR(*slept.t, 1.8608134674868531, 1e-13);
    EXPECT_NEAR(*slept.df, 17.7764735161784984, 1e-11);
    EXPECT_NEAR(*slept.p, 0.0793941401873582, 1e-14);
}

// By trying every way to deal the values to the groups.
TEST(Compare, TheExactRankTestCountsEveryOrder) {
    Random random(32);
    for (std::uint32_t i = 0; i < cases(40); ++i) {
        const std::size_t m = 1 + random.below(6), n = 1 + random.below(6);
        std::vector<double> values(m + n);
        std::iota(values.begin(), values.end(), 1.0);
        for (std::size_t k = values.size(); k > 1; --k) std::swap(values[k - 1], values[random.below(k)]);
        ValueGroups own(heap());
        groups(own, {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(m)},
               {values.begin() + static_cast<std::ptrdiff_t>(m), values.end()});
        const auto test = rank_test(own.a(), own.b(), heap());
        const auto u_of = [&](unsigned in_b) {
            double u = 0;
            for (std::size_t x = 0; x < m + n; ++x) {
                for (std::size_t y = 0; y < m + n; ++y)
                    u += (in_b >> x & 1) == 0 && (in_b >> y & 1) == 1 && y > x ? 1 : 0;
            }
            return u;
        };
        double all = 0, below = 0, above = 0;
        for (unsigned in_b = 0; in_b < 1u << (m + n); ++in_b) {
            if (static_cast<std::size_t>(__builtin_popcount(in_b)) != n) continue;
            const double u = u_of(in_b);
            ++all;
            below += u <= *test.u ? 1 : 0;
            above += u >= *test.u ? 1 : 0;
        }
        EXPECT_NEAR(*test.p, std::min(1.0, 2 * std::min(below, above) / all), 1e-13);
    }
}

TEST(Compare, NoOrderAndNoPartingChangesADigit) {
    Random random(33);
    for (std::uint32_t i = 0; i < cases(200); ++i) {
        std::vector<std::pair<double, bool>> rows(random.below(60));
        for (auto& [value, in_b] : rows) {
            value = random.percent(50) ? static_cast<double>(random.between(-5, 5))
                                       : std::ldexp(static_cast<double>(random.bits()), -30);
            in_b = random.percent(50);
        }
        ValueGroups whole(heap()), parts(heap());
        for (const auto& [value, in_b] : rows) whole.add(value, in_b);
        for (std::size_t at = rows.size(); at > 0;) {
            ValueGroups part(heap()), read(heap());
            const std::size_t size = 1 + random.below(at);
            for (std::size_t k = 0; k < size; ++k) {
                --at;
                part.add(rows[at].first, rows[at].second);
            }
            part.drop();
            std::vector<std::byte> bytes(part.encoded_size());
            part.encode(bytes.data());
            read.decode(bytes);
            EXPECT_THROW(ValueGroups(heap()).decode(std::span(bytes).first(bytes.size() - 1)), Error);
            parts.merge(read);
        }
        whole.order();
        parts.order();
        const auto one = welch_test(whole.a(), whole.b(), 0.9, heap()),
                   other = welch_test(parts.a(), parts.b(), 0.9, heap());
        EXPECT_EQ(one.t, other.t);
        EXPECT_EQ(one.low, other.low);
        EXPECT_EQ(one.mean_a, other.mean_a);
        EXPECT_EQ(rank_test(whole.a(), whole.b(), heap()).p, rank_test(parts.a(), parts.b(), heap()).p);
    }
}

TEST(Compare, GroupsWithoutVariance) {
    ValueGroups same(heap());
    groups(same, {5, 5, 5}, {5, 5});
    EXPECT_FALSE(welch_test(same.a(), same.b(), 0.95, heap()).t.has_value());
    EXPECT_FALSE(rank_test(same.a(), same.b(), heap()).p.has_value());
    EXPECT_EQ(*rank_test(same.a(), same.b(), heap()).superiority, 0.5);
    ValueGroups one(heap());
    groups(one, {5}, {});
    EXPECT_EQ(*welch_test(one.a(), one.b(), 0.95, heap()).mean_a, 5);
    EXPECT_FALSE(welch_test(one.a(), one.b(), 0.95, heap()).difference.has_value());
    // Large values that differ little: their squares would not.
    ValueGroups large(heap());
    groups(large, {1e15 + 1, 1e15 + 2, 1e15 + 3}, {1e15 + 2, 1e15 + 3, 1e15 + 4});
    EXPECT_NEAR(*welch_test(large.a(), large.b(), 0.95, heap()).t, 1 / std::sqrt(2.0 / 3), 1e-12);
    EXPECT_THROW(large.add(1e101, true), Error);
    EXPECT_THROW(large.add(std::nan(""), true), Error);
}

}  // namespace
}  // namespace journey::test
