// Identity graphs by the plainest definitions: all pairs ever given, kept in a set, and
// customers found by repeated relabelling.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "core/identity.hpp"
#include "summary_parts.hpp"

namespace journey::test {

struct IdentityRow {
    std::string a, b;
    Time seen_at;
    std::string source;
};

using PairKey = std::tuple<Time, std::string, std::string>;  // the order of pairs

inline void fill(IdentityGraph& graph, const std::vector<IdentityRow>& rows, const IdentityLimits& limit,
                 const std::vector<std::string_view>& ignore = {}) {
    IgnoredIdentifiers ignored(heap());
    ignored.add(ignore);
    graph.limit(limit);
    for (const IdentityRow& row : rows) {
        const auto source = row.source.empty() ? std::nullopt : std::optional<std::string_view>(row.source);
        graph.add(row.a, row.b, row.seen_at, source, &ignored);
    }
}
inline std::vector<std::byte> sealed(const std::vector<IdentityRow>& rows, const IdentityLimits& limit = {},
                                     const std::vector<std::string_view>& ignore = {}) {
    IdentityGraph graph(heap());
    fill(graph, rows, limit, ignore);
    return copy(graph.seal(heap(), 0));
}

// Identifier → customer, by definition.
struct IdentityModel {
    std::map<std::string, Time> first_seen;
    std::map<std::pair<std::string, std::string>, std::pair<Time, std::string>> pairs;
    std::map<std::string, std::string> customer;
    std::vector<PairKey> joined, refused;

    IdentityModel(const std::vector<IdentityRow>& rows, const IdentityLimits& limit, bool keeps_all = false) {
        for (const IdentityRow& row : rows) {
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
        std::set<PairKey> order;
        for (const auto& [key, value] : pairs) order.insert({value.first, key.first, key.second});
        if (!keeps_all) order = kept(order);
        for (const PairKey& key : order) join(key, limit);
    }

    // Pairs that join without a limit, or are among the first of one of their ends.
    static std::set<PairKey> kept(const std::set<PairKey>& order) {
        std::map<std::string, std::uint32_t> earlier;
        std::map<std::string, std::string> label;
        std::set<PairKey> chosen;
        for (const PairKey& key : order) {
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

    void join(const PairKey& key, const IdentityLimits& limit) {
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

inline std::map<std::string, std::string> customers_of(const IdentityView& view) {
    std::map<std::string, std::string> customers;
    for (std::uint32_t i = 0; i < view.size(); ++i)
        customers[std::string(view.identifier(i))] = view.identifier(view.customer(i));
    return customers;
}

inline void expect_same(const std::vector<std::byte>& bytes, const IdentityModel& model) {
    const IdentityView view(bytes);
    view.check(heap());
    EXPECT_EQ(customers_of(view), model.customer);
    const auto sources = view.sources(heap());
    const auto times = view.times_first_seen(heap());
    CustomerSets sets = view.customers(times, heap());
    std::vector<PairKey> joined, refused;
    for (std::uint32_t k = 0; k < view.pairs(); ++k) {
        const IdentityPair pair = view.pair(k);
        const PairKey key{pair.seen_at, std::string(view.identifier(pair.a)),
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

inline std::vector<IdentityRow> random_rows(Random& random) {
    std::vector<IdentityRow> rows(random.below(60));
    const std::uint32_t identifiers = 1 + random.below(30);
    const auto times = static_cast<std::int64_t>(1 + random.below(20));
    const auto name = [&] {
        static const char* const kinds[] = {"email:", "cookie:", ""};
        const std::uint32_t i = random.below(identifiers);
        return random.percent(4) ? std::string() : std::string(kinds[i % 3]) + "n" + std::to_string(i);
    };
    for (IdentityRow& row : rows) {
        row.a = name();
        row.b = name();
        row.seen_at = random.percent(10) ? no_time : random.between(1, times);
        row.source = random.percent(20) ? "" : std::string(1, static_cast<char>('r' + random.below(4)));
    }
    return rows;
}

// Many pairs among few identifiers: most of them need not be kept.
inline std::vector<IdentityRow> crowded_rows(Random& random) {
    std::vector<IdentityRow> rows(random.below(4000));
    const std::uint32_t identifiers = 60 + random.below(60);
    for (IdentityRow& row : rows) {
        row.a = "n" + std::to_string(random.below(identifiers));
        row.b = "n" + std::to_string(random.below(identifiers));
        row.seen_at = random.between(1, 1000);
    }
    return rows;
}

inline IdentityLimits random_limits(Random& random) {
    static const char* const of_kinds[] = {"", "email:1", "cookie:2\nemail:2", "email:3\nphone:1"};
    return {random.percent(50) ? no_identifier_limit : 1 + random.below(8), of_kinds[random.below(4)]};
}

}  // namespace journey::test
