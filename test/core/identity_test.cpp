// Identity graphs against the plainest definitions (identity_model.hpp), and what may
// happen to them.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "identity_model.hpp"

namespace journey::test {
namespace {

TEST(Identity, CustomersAreChainsOfPairs) {
    Random random(1);
    for (std::uint32_t i = 0; i < cases(300); ++i) {
        const auto rows = random_rows(random);
        const IdentityLimits limit = random_limits(random);
        expect_same(sealed(rows, limit), IdentityModel(rows, limit));
        if (HasFailure()) return;
    }
}

TEST(Identity, CrowdsAreTrimmedAndGiveTheSameCustomers) {
    Random random(2);
    for (std::uint32_t i = 0; i < cases(10); ++i) {
        const auto rows = crowded_rows(random);
        const auto bytes = sealed(rows);
        expect_same(bytes, IdentityModel(rows, {}));
        EXPECT_EQ(customers_of(IdentityView(bytes)), IdentityModel(rows, {}, true).customer);
        if (HasFailure()) return;
    }
}

TEST(Identity, NoOrderAndNoPartingChangesAByte) {
    Random random(3);
    for (std::uint32_t i = 0; i < cases(200); ++i) {
        const bool crowded = i % 20 == 0;
        auto rows = crowded ? crowded_rows(random) : random_rows(random);
        const IdentityLimits limit = random_limits(random);
        const auto whole = sealed(rows, limit);
        shuffle(rows, random);
        ASSERT_EQ(sealed(rows, limit), whole);
        // Parts: as states, as states written and read, as stored graphs.
        const std::size_t cut = random.below(rows.size() + 1);
        const std::vector<IdentityRow> left(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(cut));
        const std::vector<IdentityRow> right(rows.begin() + static_cast<std::ptrdiff_t>(cut), rows.end());
        IdentityGraph state(heap()), other(heap());
        fill(state, left, limit);
        fill(other, right, limit);
        std::vector<std::byte> written(other.encoded_size());
        other.encode(written.data());
        IdentityGraph read(heap());
        read.decode(written);
        state.merge(read);
        ASSERT_EQ(copy(state.seal(heap(), 0)), whole);
        IdentityGraph united(heap());
        const auto one = sealed(left, limit), two = sealed(right, limit);
        united.merge(IdentityView(two));
        united.merge(IdentityView(one));
        ASSERT_EQ(copy(united.seal(heap(), 0)), whole);
    }
}

TEST(Identity, LoadedTwiceOnlyTheCountsOfRowsDiffer) {
    Random random(4);
    const auto rows = random_rows(random);
    IdentityGraph twice(heap()), same(heap());
    fill(twice, rows, {5});
    fill(same, rows, {5});
    twice.merge(same);
    auto again = copy(twice.seal(heap(), 0));
    auto once = sealed(rows, {5});
    std::fill_n(again.begin() + 8, 24, std::byte{0});
    std::fill_n(once.begin() + 8, 24, std::byte{0});
    EXPECT_EQ(again, once);
}

TEST(Identity, ForgottenIdentifiersAreAsIfIgnored) {
    Random random(5);
    for (std::uint32_t i = 0; i < cases(200); ++i) {
        const auto rows = random_rows(random);
        const IdentityLimits limit = random_limits(random);
        const auto bytes = sealed(rows, limit);
        const IdentityView view(bytes);
        if (view.size() == 0) continue;
        std::vector<std::string> names;
        for (std::uint32_t k = 0; k < 1 + random.below(3); ++k)
            names.emplace_back(view.identifier(random.below(view.size())));
        const std::vector<std::string_view> gone(names.begin(), names.end());
        const auto rest = copy(without_identifiers(view, gone, heap(), 0));
        IdentityView(rest).check(heap());
        const auto built = sealed(rows, limit, gone);
        EXPECT_EQ(std::vector<std::byte>(rest.begin() + 32, rest.end()),
                  std::vector<std::byte>(built.begin() + 32, built.end()));
    }
}

TEST(Identity, ASplitTakesOnePairOut) {
    Random random(6);
    for (std::uint32_t i = 0; i < cases(200); ++i) {
        auto rows = random_rows(random);
        const auto bytes = sealed(rows);
        const IdentityView view(bytes);
        if (view.pairs() == 0) continue;
        const IdentityPair pair = view.pair(random.below(view.pairs()));
        const std::string a(view.identifier(pair.a)), b(view.identifier(pair.b));
        const auto rest = copy(without_pair(view, b, a, heap(), 0));
        // Rows of the pair become rows of each of the two alone.
        std::vector<IdentityRow> others;
        for (const IdentityRow& row : rows) {
            const bool same = (row.a == a && row.b == b) || (row.a == b && row.b == a);
            others.push_back({row.a, same ? "" : row.b, row.seen_at, row.source});
            if (same) others.push_back({"", row.b, row.seen_at, row.source});
        }
        EXPECT_EQ(customers_of(IdentityView(rest)), IdentityModel(others, {}).customer);
    }
}

TEST(Identity, APathLeadsFromOneToTheOtherThroughJoiningPairs) {
    Random random(7);
    for (std::uint32_t i = 0; i < cases(200); ++i) {
        const auto rows = random_rows(random);
        const IdentityLimits limit = random_limits(random);
        const auto bytes = sealed(rows, limit);
        const IdentityView view(bytes);
        if (view.size() < 2) continue;
        const std::uint32_t from = random.below(view.size()), to = random.below(view.size());
        const auto path = identity_path(view, from, to, heap());
        if (from == to || view.customer(from) != view.customer(to)) {
            EXPECT_TRUE(path.empty());
            continue;
        }
        std::uint32_t here = from;
        std::set<std::uint32_t> visited{from};
        const IdentityModel model(rows, limit);
        for (std::uint32_t k : path) {
            const IdentityPair pair = view.pair(k);
            ASSERT_TRUE(pair.a == here || pair.b == here);
            here = pair.a == here ? pair.b : pair.a;
            EXPECT_TRUE(visited.insert(here).second);
            const PairKey key{pair.seen_at, std::string(view.identifier(pair.a)),
                              std::string(view.identifier(pair.b))};
            EXPECT_NE(std::find(model.joined.begin(), model.joined.end(), key), model.joined.end());
        }
        EXPECT_EQ(here, to);
    }
}

TEST(Identity, TheStateStaysInProportionToIdentifiers) {
    IdentityGraph graph(heap());
    graph.limit({});
    constexpr std::uint32_t identifiers = 1500;
    std::vector<std::string> names;
    for (std::uint32_t i = 0; i < identifiers; ++i) names.push_back("cookie:" + std::to_string(i));
    Time time = 0;
    for (std::uint32_t a = 0; a < identifiers; ++a) {
        for (std::uint32_t b = 0; b < a; ++b) graph.add(names[a], names[b], ++time, std::nullopt, nullptr);
    }
    // 1,124,250 pairs; all but 33 an identifier went while they came.
    EXPECT_LT(graph.encoded_size(), 20u * 700'000);
    const auto bytes = copy(graph.seal(heap(), 0));
    const IdentityView view(bytes);
    EXPECT_LE(view.pairs(), (pairs_kept + 1) * identifiers);
    EXPECT_EQ(summary_of(view, heap()).customers, 1u);
    EXPECT_EQ(summary_of(view, heap()).largest, identifiers);
    EXPECT_GT(summary_of(view, heap()).marked, 0u);
}

TEST(Identity, ATrimmedGraphSaysWhenItCannotTell) {
    // Two crowds that one identifier holds together, and pairs between them that were
    // not kept because both their ends had many before.
    std::vector<IdentityRow> rows;
    Time time = 0;
    for (const char* crowd : {"x", "y"}) {
        for (int i = 0; i < 40; ++i) {
            for (int k = 0; k < i; ++k)
                rows.push_back({crowd + std::to_string(i), crowd + std::to_string(k), ++time, ""});
        }
    }
    rows.push_back({"hub", "x1", ++time, ""});
    rows.push_back({"hub", "y1", ++time, ""});
    const auto known = sealed(rows);
    EXPECT_EQ(summary_of(IdentityView(known), heap()).customers, 1u);
    rows.push_back({"x2", "y2", ++time, ""});
    const auto bytes = sealed(rows);
    const std::string_view hub[] = {"hub"};
    try {
        heap().deallocate(without_identifiers(IdentityView(bytes), hub, heap(), 0).data, 0, 8);
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::limit);
    }
    const std::string_view leaf[] = {"x39"};
    const auto rest = copy(without_identifiers(IdentityView(bytes), leaf, heap(), 0));
    EXPECT_EQ(summary_of(IdentityView(rest), heap()).customers, 1u);
}

TEST(Identity, KindsAndWhatIsLeftOut) {
    EXPECT_EQ(kind_of("email:ann@x"), "email");
    EXPECT_EQ(value_of("email:a:b"), "a:b");
    EXPECT_EQ(kind_of("ann"), "");
    EXPECT_EQ(value_of("ann"), "ann");
    IdentityGraph graph(heap());
    IgnoredIdentifiers ignored(heap());
    const std::string_view list[] = {"unknown", "cookie:lobby"};
    ignored.add(list);
    graph.limit({3});
    graph.add("a", std::nullopt, 5, std::nullopt, &ignored);
    graph.add("", "email:", 5, std::nullopt, &ignored);
    graph.add("b", "email: ", 4, std::nullopt, &ignored);
    graph.add("c", "email:unknown", 5, std::nullopt, &ignored);
    graph.add("d", "cookie:lobby", 5, std::nullopt, &ignored);
    graph.add("lobby", "phone:lobby", 5, std::nullopt, &ignored);
    const auto bytes = copy(graph.seal(heap(), 0));
    const IdentityView view(bytes);
    EXPECT_EQ(view.counts().rows, 6u);
    EXPECT_EQ(view.counts().left_out, 4u);
    EXPECT_EQ(view.counts().ignored, 2u);
    EXPECT_EQ(view.size(), 6u);
    EXPECT_EQ(view.pairs(), 1u);
    EXPECT_EQ(view.first_seen(*view.find("b")), 4);
    EXPECT_EQ(view.find("email:unknown"), std::nullopt);
}

TEST(Identity, DamagedBytesAreRefused) {
    Random random(8);
    auto rows = random_rows(random);
    rows.push_back({"a", "b", 5, "s"});
    const auto bytes = sealed(rows, {4, "email:1\nx:3"});
    const auto attempt = [](const std::vector<std::byte>& damaged) {
        try {
            const IdentityView view(damaged);
            view.check(heap());
            IdentityGraph graph(heap());
            graph.merge(view);
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::invalid_binary) << error.message();
            return false;
        }
        return true;
    };
    EXPECT_TRUE(attempt(bytes));
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(attempt({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)})) << size;
    for (std::uint32_t i = 0; i < cases(2000); ++i) {
        auto damaged = bytes;
        damaged[random.below(damaged.size())] = static_cast<std::byte>(random.below(256));
        attempt(damaged);
    }
}

TEST(Identity, NoMemoryIsLostWhenThereIsNone) {
    Random random(9);
    const auto rows = random_rows(random);
    for (std::uint64_t fail_at = 1;; ++fail_at) {
        WatchedMemory memory(fail_at);
        bool done = false;
        try {
            IdentityGraph graph(memory);
            graph.limit({3});
            for (const IdentityRow& row : rows) graph.add(row.a, row.b, row.seen_at, row.source, nullptr);
            const Bytes bytes = graph.seal(memory, 4);
            memory.deallocate(bytes.data, bytes.size, 8);
            done = true;
        } catch (const std::bad_alloc&) {
        }
        EXPECT_FALSE(memory.misused());
        EXPECT_EQ(memory.alive(), 0u);
        if (done) break;
    }
}

TEST(Identity, LimitsOfPartsMustBeTheSame) {
    IdentityGraph graph(heap());
    graph.limit({3});
    EXPECT_THROW(graph.limit({4}), Error);
    IdentityGraph other(heap());
    other.limit({4});
    EXPECT_THROW(graph.merge(other), Error);
    const auto bytes = sealed({{"a", "b", 1, ""}, {"b", "c", 2, ""}}, {2});
    EXPECT_EQ(summary_of(IdentityView(bytes), heap()).refused, 1u);
    const auto freed = copy(with_limits(IdentityView(bytes), {}, heap(), 0));
    EXPECT_EQ(summary_of(IdentityView(freed), heap()).customers, 1u);
    EXPECT_EQ(freed, sealed({{"a", "b", 1, ""}, {"b", "c", 2, ""}}));
}

TEST(Identity, LimitsOfKindsAreReadAndWritten) {
    const std::string_view entries[] = {"login:1", "email:12"};
    EXPECT_EQ(kind_limits_text(entries, heap()), "email:12\nlogin:1");
    const auto limits = kind_limits("email:12\nlogin:1", heap());
    ASSERT_EQ(limits.size(), 2u);
    EXPECT_EQ(limits[1].kind, "login");
    EXPECT_EQ(limits[0].most, 12u);
    for (const char* bad : {"", "email", "email:", ":3", "email:0", "email:-1", "email:x", "email:1x",
                            "a:b:1", "a\nb:1", "email:99999999999"}) {
        const std::string_view one[] = {bad};
        EXPECT_THROW(kind_limits_text(one, heap()), Error) << bad;
    }
    const std::string_view twice[] = {"email:1", "email:2"};
    EXPECT_THROW(kind_limits_text(twice, heap()), Error);
    // Two logins are never one customer.
    const auto bytes = sealed({{"login:ann", "cookie:c", 1, ""}, {"cookie:c", "login:bob", 2, ""}},
                              {no_identifier_limit, "login:1"});
    const IdentityView view(bytes);
    EXPECT_EQ(summary_of(view, heap()).refused, 1u);
    EXPECT_EQ(summary_of(view, heap()).customers, 2u);
    IdentityGraph graph(heap());
    graph.limit({5, "login:1"});
    EXPECT_THROW(graph.limit({5, "login:2"}), Error);
}

}  // namespace
}  // namespace journey::test
