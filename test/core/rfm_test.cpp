// RFM against definitions written out: ranks counted by comparing each customer with
// every other.
#include "core/rfm.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/model_text.hpp"
#include "core/rfm_report.hpp"
#include "support.hpp"

namespace journey::test {
namespace {

std::pmr::memory_resource& heap() {
    return *std::pmr::new_delete_resource();
}

std::vector<RfmValue> random_customers(Random& random) {
    std::vector<RfmValue> customers(1 + random.below(30));
    const auto few = static_cast<std::int64_t>(1 + random.below(30));
    for (RfmValue& each : customers) {
        each.recency = random.between(0, few) * 1'000'000;
        each.frequency = random.between(1, few);
        each.monetary = static_cast<double>(random.between(-few, 3 * few)) / 4;
    }
    return customers;
}

double measure_of(const RfmValue& value, int measure) {
    if (measure == 0) return -static_cast<double>(value.recency);
    return measure == 1 ? static_cast<double>(value.frequency) : value.monetary;
}

std::array<double, 3> ordered_by(const RfmValue& value, int measure) {
    std::array<double, 3> key = {measure_of(value, measure)};
    for (int other = 0, next = 1; other < 3; ++other) {
        if (other != measure) key[static_cast<std::size_t>(next++)] = measure_of(value, other);
    }
    return key;
}

// Score by counting. `among` are the customers ranked together.
int expected_score(const std::vector<RfmValue>& among, const RfmValue& value, int measure, RfmMethod method,
                   int bins) {
    const double own = measure_of(value, measure);
    const auto n = static_cast<int>(among.size());
    int worse = 0, equal = 0, before = 0;
    std::vector<double> values;
    for (const RfmValue& other : among) {
        const double its = measure_of(other, measure);
        values.push_back(measure == 0 ? -its : its);
        worse += its < own ? 1 : 0;
        equal += its == own ? 1 : 0;
        before += ordered_by(other, measure) < ordered_by(value, measure) ? 1 : 0;
    }
    if (method == RfmMethod::ties_share) return bins * (2 * worse + equal) / (2 * n) + 1;
    if (method == RfmMethod::cume_dist) return (bins * (worse + equal) + n - 1) / n;
    if (method == RfmMethod::quantile) {
        std::sort(values.begin(), values.end());
        int below = 0;  // cuts that the value is above
        for (int i = 1; i < bins; ++i) {
            const double rank = static_cast<double>(i) / bins * (n - 1);
            const auto low = static_cast<std::size_t>(std::floor(rank)),
                       high = static_cast<std::size_t>(std::ceil(rank));
            const double cut = low == high
                                   ? values[low]
                                   : values[low] + (rank - std::floor(rank)) * (values[high] - values[low]);
            below += (measure == 0 ? -own : own) > cut ? 1 : 0;
        }
        return measure == 0 ? bins - below : below + 1;
    }
    // ntile of the first of those alike: how many rows the bins before it hold.
    int held = 0;
    for (int bin = 1; bin <= bins; ++bin) {
        held += n / bins + (bin <= n % bins ? 1 : 0);
        if (before < held) return bin;
    }
    return bins;
}

RfmScores expected_scores(const std::vector<RfmValue>& all, const RfmValue& value, RfmMethod method,
                          int bins) {
    RfmScores scores;
    scores.r = expected_score(all, value, 0, method, bins);
    if (method != RfmMethod::nested) {
        scores.f = expected_score(all, value, 1, method, bins);
        scores.m = expected_score(all, value, 2, method, bins);
        return scores;
    }
    std::vector<RfmValue> same_r, same_rf;
    for (const RfmValue& other : all) {
        if (expected_score(all, other, 0, method, bins) == scores.r) same_r.push_back(other);
    }
    scores.f = expected_score(same_r, value, 1, method, bins);
    for (const RfmValue& other : same_r) {
        if (expected_score(same_r, other, 1, method, bins) == scores.f) same_rf.push_back(other);
    }
    scores.m = expected_score(same_rf, value, 2, method, bins);
    return scores;
}

TEST(Rfm, ScoresAreRanksCountedOneByOne) {
    Random random(71);
    for (std::uint32_t n = cases(400); n > 0; --n) {
        const std::vector<RfmValue> customers = random_customers(random);
        const auto method = static_cast<RfmMethod>(random.below(5));
        const int bins = 2 + static_cast<int>(random.below(8));
        RfmModel model(heap());
        model.fit(customers, method, bins);
        for (const RfmValue& each : customers) {
            const RfmScores wanted = expected_scores(customers, each, method, bins);
            const RfmScores got = model.score(each);
            ASSERT_EQ(wanted.combined(), got.combined())
                << name_of(method) << ", " << bins << " bins, " << customers.size();
        }
    }
}

TEST(Rfm, AModelComesBackFromItsBytesAndItsText) {
    Random random(72);
    for (std::uint32_t n = cases(200); n > 0; --n) {
        RfmModel model(heap()), from_bytes(heap()), from_text(heap());
        model.fit(random_customers(random), static_cast<RfmMethod>(random.below(5)),
                  2 + static_cast<int>(random.below(8)));
        std::vector<std::byte> bytes(model.encoded_size()), again(bytes.size());
        model.encode(bytes.data());
        from_bytes.decode(bytes);
        ModelWriter writer(heap());
        from_text.parse(model.text(writer));
        from_bytes.encode(again.data());
        ASSERT_EQ(bytes, again);
        from_text.encode(again.data());
        ASSERT_EQ(bytes, again);
        // No prefix and no other byte at the front is read as a model.
        const std::size_t cut = random.below(bytes.size());
        EXPECT_THROW(from_bytes.decode({bytes.data(), cut}), Error);
        bytes[random.below(4)] = static_cast<std::byte>(100 + random.below(100));
        EXPECT_THROW(from_bytes.decode(bytes), Error);
    }
}

TEST(Rfm, DamagedTextIsAnErrorNotACrash) {
    Random random(73);
    RfmModel model(heap());
    model.fit(random_customers(random), RfmMethod::ntile, 3);
    ModelWriter writer(heap());
    const std::string whole(model.text(writer));
    for (std::uint32_t n = cases(2000); n > 0; --n) {
        std::string text = whole;
        text[random.below(text.size())] = static_cast<char>(random.below(128));
        if (random.percent(30)) text.resize(random.below(text.size()));
        RfmModel read(heap());
        try {
            read.parse(text);
        } catch (const Error& error) {
            ASSERT_EQ(error.code(), ErrorCode::invalid_text);
        }
    }
}

TEST(Rfm, DamagedStatesAreErrors) {
    Random random(74);
    for (std::uint32_t n = cases(300); n > 0; --n) {
        RfmSettings settings(heap());
        settings.rules = {"Best: 4-5 4-5", "Rest: 1-5 1-5 1-5"};
        std::pmr::string encoded;
        settings.encode(encoded);
        RfmSummary summary(heap()), read(heap());
        summary.set(encoded);
        for (const RfmValue& each : random_customers(random)) summary.add(each, each);
        std::vector<std::byte> bytes(summary.encoded_size());
        summary.encode(bytes.data());
        read.decode(bytes);
        std::vector<std::byte> again(read.encoded_size());
        read.encode(again.data());
        ASSERT_EQ(bytes, again);
        EXPECT_THROW(read.decode({bytes.data(), random.below(bytes.size())}), Error);
        bytes[random.below(bytes.size())] = static_cast<std::byte>(random.below(256));
        try {
            RfmSummary damaged(heap());
            damaged.decode(bytes);
            damaged.movement(heap());
        } catch (const Error&) {
        }
    }
}

TEST(ExactSum, DoesNotDependOnTheOrder) {
    Random random(75);
    for (std::uint32_t n = cases(500); n > 0; --n) {
        std::vector<double> terms(1 + random.below(200));
        for (double& term : terms)
            term = std::ldexp(static_cast<double>(random.between(-1'000'000, 1'000'000)),
                              static_cast<int>(random.between(-90, 90)));
        ExactSum forwards(heap()), shuffled(heap()), half(heap());
        for (double term : terms) forwards.add(term);
        for (std::size_t i = terms.size(); i > 1; --i) std::swap(terms[i - 1], terms[random.below(i)]);
        const std::size_t middle = random.below(terms.size());
        for (std::size_t i = 0; i < terms.size(); ++i) (i < middle ? half : shuffled).add(terms[i]);
        shuffled.add(half);
        ASSERT_EQ(forwards.value(), shuffled.value());
    }
}

TEST(ExactSum, IsTheNearestDouble) {
    ExactSum sum(heap());
    for (double term : {1e100, 1.0, -1e100, 0x1p-60}) sum.add(term);
    EXPECT_EQ(sum.value(), 1.0 + 0x1p-60);
    ExactSum half(heap());
    for (double term : {1.0, 0x1p-53, 0x1p-120}) half.add(term);
    EXPECT_EQ(half.value(), 1.0 + 0x1p-52);  // just above half way
}

TEST(RfmSegments, TheGridHasEveryCellOnce) {
    RfmSegments grid(heap());
    std::vector<int> cells(grid.size());
    for (int r = 1; r <= 5; ++r) {
        for (int f = 1; f <= 5; ++f) ++cells[grid.find({r, f, 1}, 5)];
    }
    EXPECT_EQ(cells, (std::vector<int>{2, 4, 4, 1, 1, 1, 2, 4, 2, 4}));
}

// Putler's boxes, as in the tests of CRAN's package rfm: 36 of 125 cells match none.
TEST(RfmSegments, PutlersBoxesLeaveOthers) {
    const std::string_view rules[] = {"Champions: 4-5 4-5 4-5",
                                      "Loyal: 2-5 3-5 3-5",
                                      "Potential Loyalist: 3-5 1-3 1-3",
                                      "New: 4-5 1 1",
                                      "Promising: 3-4 1 1",
                                      "Need Attention: 2-3 2-3 2-3",
                                      "About To Sleep: 2-3 1-2 1-2",
                                      "At Risk: 1-2 2-5 2-5",
                                      "Can't Lose Them: 1 4-5 4-5",
                                      "Lost: 1-2 1-2 1-2"};
    RfmSegments segments(heap());
    segments.parse(rules, 5);
    std::vector<int> cells(segments.size());
    for (int r = 1; r <= 5; ++r) {
        for (int f = 1; f <= 5; ++f) {
            for (int m = 1; m <= 5; ++m) ++cells[segments.find({r, f, m}, 5)];
        }
    }
    EXPECT_EQ(cells.back(), 36);
    EXPECT_EQ(cells[3] + cells[4] + cells[8], 0);  // hidden by the rules before them
}

}  // namespace
}  // namespace journey::test
