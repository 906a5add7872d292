// Identity graphs against the plainest definitions: all pairs ever given, kept in a
// set, and customers found by repeated relabelling.
#include "core/identity.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "core/error.hpp"
#include "support.hpp"

namespace journey::test {
namespace {

std::pmr::memory_resource& heap() {
    return *std::pmr::new_delete_resource();
}

struct Row {
    std::string a, b;
    Time seen_at;
    std::string source;
};

using Key = std::tuple<Time, std::string, std::string>;  // the order of pairs

std::vector<std::byte> copy(const Bytes& bytes) {
    std::vector<std::byte> own(bytes.data, bytes.data + bytes.size);
    heap().deallocate(bytes.data, bytes.size, 8);
    return own;
}

void fill(IdentityGraph& graph, const std::vector<Row>& rows, const IdentityLimits& limit,
          const std::vector<std::string_view>& ignore = {}) {
    IgnoredIdentifiers ignored(heap());
    ignored.add(ignore);
    graph.limit(limit);
    for (const Row& row : rows) {
        const auto source = row.source.empty() ? std::nullopt : std::optional<std::string_view>(row.source);
        graph.add(row.a, row.b, row.seen_at, source, &ignored);
    }
}
std::vector<std::byte> sealed(const std::vector<Row>& rows, const IdentityLimits& limit = {},
                              const std::vector<std::string_view>& ignore = {}) {
    IdentityGraph graph(heap());
    fill(graph, rows, limit, ignore);
    return copy(graph.seal(heap(), 0));
}

// Identifier → customer, by definition.
struct Model {
    std::map<std::string, Time> first_seen;
    std::map<std::pair<std::string, std::string>, std::pair<Time, std::string>> pairs;
    std::map<std::string, std::string> customer;
    std::vector<Key> joined, refused;

    Model(const std::vector<Row>& rows, const IdentityLimits& limit, bool keeps_all = false) {
        for (const Row& row : rows) {
            for (const std::string& each : {row.a, row.b}) {
                if (each.empty()) continue;
                const auto found = first_seen.emplace(each, row.seen_at).first;
                found->second = std::min(found->second, row.seen_at);
            }
            if (row.a.empty() || row.b.empty() || row.a == row.b) continue;
            const std::string source = row.source.empty() ? "\xff" : row.source;  // none comes last
            const auto key = std::minmax(row.a, row.b);
            const std::pair<Time, std::string> value{row.seen_at, source};
            const auto found = pairs.emplace(key, value).first;
            found->second = std::min(found->second, value);
        }
        for (const auto& [identifier, time] : first_seen) customer[identifier] = identifier;
        std::set<Key> order;
        for (const auto& [key, value] : pairs) order.insert({value.first, key.first, key.second});
        if (!keeps_all) order = kept(order);
        for (const Key& key : order) join(key, limit);
    }

    // Pairs that join without a limit, or are among the first of one of their ends.
    static std::set<Key> kept(const std::set<Key>& order) {
        std::map<std::string, std::uint32_t> earlier;
        std::map<std::string, std::string> label;
        std::set<Key> chosen;
        for (const Key& key : order) {
            const auto& [time, a, b] = key;
            label.emplace(a, a);
            label.emplace(b, b);
            const bool many = earlier[a]++ >= pairs_kept;
            const bool others = earlier[b]++ >= pairs_kept;
            if (!many || !others || label[a] != label[b]) chosen.insert(key);
            const std::string from = label[b], to = label[a];
            for (auto& [identifier, its] : label) {
                if (its == from) its = to;
            }
        }
        return chosen;
    }

    void join(const Key& key, const IdentityLimits& limit) {
        const auto& [time, a, b] = key;
        const std::string one = customer[a], other = customer[b];
        if (one == other) return;
        std::uint32_t size = 0;
        for (const auto& [identifier, its] : customer) size += its == one || its == other ? 1 : 0;
        bool refuse = limit.most != no_identifier_limit && size > limit.most;
        for (const KindLimit& kind : kind_limits(limit.of_kinds, heap())) {
            std::uint32_t of_kind = 0;
            for (const auto& [identifier, its] : customer)
                of_kind +=
                    (its == one || its == other) && identifier.rfind(std::string(kind.kind) + ":", 0) == 0
                        ? 1
                        : 0;
            refuse = refuse || of_kind > kind.most;
        }
        if (refuse) {
            refused.push_back(key);
            return;
        }
        joined.push_back(key);
        const bool first = std::pair(first_seen[one], one) < std::pair(first_seen[other], other);
        const std::string& stays = first ? one : other;
        for (auto& [identifier, its] : customer) {
            if (its == one || its == other) its = stays;
        }
    }
};

std::map<std::string, std::string> customers_of(const IdentityView& view) {
    std::map<std::string, std::string> customers;
    for (std::uint32_t i = 0; i < view.size(); ++i)
        customers[std::string(view.identifier(i))] = view.identifier(view.customer(i));
    return customers;
}

void expect_same(const std::vector<std::byte>& bytes, const Model& model) {
    const IdentityView view(bytes);
    view.check(heap());
    EXPECT_EQ(customers_of(view), model.customer);
    const auto sources = view.sources(heap());
    const auto times = view.times_first_seen(heap());
    CustomerSets sets = view.customers(times, heap());
    std::vector<Key> joined, refused;
    for (std::uint32_t k = 0; k < view.pairs(); ++k) {
        const IdentityPair pair = view.pair(k);
        const Key key{pair.seen_at, std::string(view.identifier(pair.a)),
                      std::string(view.identifier(pair.b))};
        const auto outcome = sets.join(pair.a, pair.b).outcome;
        if (outcome == CustomerSets::Outcome::joined) joined.push_back(key);
        if (outcome == CustomerSets::Outcome::refused) refused.push_back(key);
        const auto& known = model.pairs.at({std::get<1>(key), std::get<2>(key)});
        EXPECT_EQ(known.first, pair.seen_at);
        EXPECT_EQ(known.second, pair.source == no_source ? "\xff" : std::string(sources[pair.source]));
    }
    EXPECT_EQ(joined, model.joined);
    EXPECT_EQ(refused, model.refused);
    for (std::uint32_t i = 0; i < view.size(); ++i)
        EXPECT_EQ(times[i], model.first_seen.at(std::string(view.identifier(i))));
}

std::vector<Row> random_rows(Random& random) {
    std::vector<Row> rows(random.below(60));
    const std::uint32_t identifiers = 1 + random.below(30);
    const auto times = static_cast<std::int64_t>(1 + random.below(20));
    const auto name = [&] {
        static const char* const kinds[] = {"email:", "cookie:", ""};
        const std::uint32_t i = random.below(identifiers);
        return random.percent(4) ? std::string() : std::string(kinds[i % 3]) + "n" + std::to_string(i);
    };
    for (Row& row : rows) {
        row.a = name();
        row.b = name();
        row.seen_at = random.percent(10) ? no_time : random.between(1, times);
        row.source = random.percent(20) ? "" : std::string(1, static_cast<char>('r' + random.below(4)));
    }
    return rows;
}

// Many pairs among few identifiers: most of them need not be kept.
std::vector<Row> crowded_rows(Random& random) {
    std::vector<Row> rows(random.below(4000));
    const std::uint32_t identifiers = 60 + random.below(60);
    for (Row& row : rows) {
        row.a = "n" + std::to_string(random.below(identifiers));
        row.b = "n" + std::to_string(random.below(identifiers));
        row.seen_at = random.between(1, 1000);
    }
    return rows;
}

IdentityLimits random_limits(Random& random) {
    static const char* const of_kinds[] = {"", "email:1", "cookie:2\nemail:2", "email:3\nphone:1"};
    return {random.percent(50) ? no_identifier_limit : 1 + random.below(8), of_kinds[random.below(4)]};
}

template <class T>
void shuffle(std::vector<T>& list, Random& random) {
    for (std::size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[random.below(i)]);
}

TEST(Identity, CustomersAreChainsOfPairs) {
    Random random(1);
    for (std::uint32_t i = 0; i < cases(300); ++i) {
        const auto rows = random_rows(random);
        const IdentityLimits limit = random_limits(random);
        expect_same(sealed(rows, limit), Model(rows, limit));
        if (HasFailure()) return;
    }
}

TEST(Identity, CrowdsAreTrimmedAndGiveTheSameCustomers) {
    Random random(2);
    for (std::uint32_t i = 0; i < cases(10); ++i) {
        const auto rows = crowded_rows(random);
        const auto bytes = sealed(rows);
        expect_same(bytes, Model(rows, {}));
        EXPECT_EQ(customers_of(IdentityView(bytes)), Model(rows, {}, true).customer);
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
        const std::vector<Row> left(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(cut));
        const std::vector<Row> right(rows.begin() + static_cast<std::ptrdiff_t>(cut), rows.end());
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
        std::vector<Row> others;
        for (const Row& row : rows) {
            const bool same = (row.a == a && row.b == b) || (row.a == b && row.b == a);
            others.push_back({row.a, same ? "" : row.b, row.seen_at, row.source});
            if (same) others.push_back({"", row.b, row.seen_at, row.source});
        }
        EXPECT_EQ(customers_of(IdentityView(rest)), Model(others, {}).customer);
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
        const Model model(rows, limit);
        for (std::uint32_t k : path) {
            const IdentityPair pair = view.pair(k);
            ASSERT_TRUE(pair.a == here || pair.b == here);
            here = pair.a == here ? pair.b : pair.a;
            EXPECT_TRUE(visited.insert(here).second);
            const Key key{pair.seen_at, std::string(view.identifier(pair.a)),
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
    std::vector<Row> rows;
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
            for (const Row& row : rows) graph.add(row.a, row.b, row.seen_at, row.source, nullptr);
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
