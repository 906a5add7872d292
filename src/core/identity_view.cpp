// A stored graph: reading, explaining, and taking parts out.

#include <algorithm>

#include "core/error.hpp"
#include "core/identity.hpp"
#include "core/interrupt.hpp"
#include "core/state_bytes.hpp"

namespace journey {

void IdentityView::fail(const char* what) {
    fail_stored("identity_graph", "identity_agg", what);
}

IdentityView::IdentityView(std::span<const std::byte> bytes) {
    const std::byte* at = bytes.data();
    std::size_t left = bytes.size();
    const auto take = [&](std::size_t size) {
        if (left < size) fail("it ends too early");
        const std::byte* start = at;
        at += size;
        left -= size;
        return start;
    };
    const std::byte* head = take(48);
    if (load<std::uint8_t>(head) != identity_version) fail("unknown version");
    const auto flags = load<std::uint8_t>(head + 1);
    if (flags > 1 || load<std::uint16_t>(head + 2) != 0) fail("unknown flags");
    sealed_ = flags == 1;
    limit_ = load<std::uint32_t>(head + 4);
    counts_ = {load<std::uint64_t>(head + 8), load<std::uint64_t>(head + 16), load<std::uint64_t>(head + 24)};
    n_ = load<std::uint32_t>(head + 32);
    m_ = load<std::uint32_t>(head + 36);
    sources_ = load<std::uint32_t>(head + 40);
    const auto kinds = load<std::uint32_t>(head + 44);
    of_kinds_ = {reinterpret_cast<const char*>(take(kinds)), kinds};
    ends_ = take(std::size_t{n_} * 4);
    first_seen_ = take(std::size_t{n_} * 8);
    customers_ = take(std::size_t{n_} * 4);
    marks_ = take((std::size_t{n_} + 7) / 8);
    pairs_ = take(std::size_t{m_} * 20);
    source_texts_ = at;
    for (std::uint32_t i = 0; i < sources_; ++i) take(load<std::uint32_t>(take(4)));
    names_ = at;
    chars_ = n_ == 0 ? 0 : end(n_ - 1);
    if (left != chars_) fail("its length is wrong");
}

std::string_view IdentityView::identifier(std::uint32_t i) const {
    if (i >= n_) fail("unknown identifier");
    const std::uint32_t from = i == 0 ? 0 : end(i - 1), to = end(i);
    if (from > to || to > chars_) fail("identifiers overlap");
    return {reinterpret_cast<const char*>(names_) + from, to - from};
}

std::uint32_t IdentityView::customer(std::uint32_t i) const {
    const auto code = load<std::uint32_t>(customers_ + 4 * std::size_t{i});
    if (code >= n_) fail("unknown customer");
    return code;
}

IdentityPair IdentityView::pair(std::uint32_t k) const {
    const std::byte* at = pairs_ + 20 * std::size_t{k};
    const IdentityPair pair{load<Time>(at), load<std::uint32_t>(at + 8), load<std::uint32_t>(at + 12),
                            load<std::uint32_t>(at + 16)};
    if (pair.a >= n_ || pair.b >= n_) fail("unknown identifier");
    if (pair.source != no_source && pair.source >= sources_) fail("unknown source");
    return pair;
}

std::pmr::vector<std::string_view> IdentityView::sources(std::pmr::memory_resource& memory) const {
    std::pmr::vector<std::string_view> texts(&memory);
    const std::byte* at = source_texts_;
    for (std::uint32_t i = 0; i < sources_; ++i) {
        const auto length = load<std::uint32_t>(at);
        texts.emplace_back(reinterpret_cast<const char*>(at) + 4, length);
        at += 4 + std::size_t{length};
    }
    return texts;
}

std::pmr::vector<Time> IdentityView::times_first_seen(std::pmr::memory_resource& memory) const {
    std::pmr::vector<Time> times(&memory);
    times.reserve(n_);
    for (std::uint32_t i = 0; i < n_; ++i) times.push_back(first_seen(i));
    return times;
}

std::optional<std::uint32_t> IdentityView::find(std::string_view text) const {
    std::uint32_t low = 0, high = n_;
    while (low < high) {
        const std::uint32_t middle = low + (high - low) / 2;
        if (identifier(middle) < text) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == n_ || identifier(low) != text) return std::nullopt;
    return low;
}

void IdentityView::check_identifiers() const {
    Poll poll;
    for (std::uint32_t i = 0; i < n_; ++i) {
        poll();
        if (identifier(i).empty()) fail("an identifier is empty");
        if (sealed_ && i > 0 && identifier(i - 1) >= identifier(i)) fail("identifiers are not in order");
        if (first_seen(i) == INT64_MIN) fail("a time is out of range");
    }
    for (std::uint32_t i = n_; i < (n_ + 7) / 8 * 8; ++i) {
        if (marked(i)) fail("a mark of no identifier");
    }
}

void IdentityView::check_pairs(std::pmr::memory_resource& memory) const {
    const auto times = times_first_seen(memory);
    CustomerSets customers = this->customers(times, memory);
    IdentityPair before{INT64_MIN, 0, 0, 0};
    Poll poll;
    for (std::uint32_t k = 0; k < m_; ++k) {
        poll();
        const IdentityPair each = pair(k);
        if (each.a == each.b || (sealed_ && each.a > each.b)) fail("a pair of one identifier");
        if (each.seen_at == INT64_MIN || each.seen_at < std::max(times[each.a], times[each.b]))
            fail("a pair before its identifiers");
        if (!sealed_) continue;
        const bool in_order = before.seen_at != each.seen_at ? before.seen_at < each.seen_at
                              : before.a != each.a           ? before.a < each.a
                                                             : before.b < each.b;
        if (k > 0 && !in_order) fail("pairs are not in order");
        before = each;
        customers.join(each.a, each.b);
    }
    for (std::uint32_t i = 0; sealed_ && i < n_; ++i) {
        if (customer(i) != customers.customer(i)) fail("customers and pairs do not fit together");
    }
}

void IdentityView::check(std::pmr::memory_resource& memory) const {
    if (limit_ == unset_limit && (sealed_ || n_ > 0)) fail("the limit is out of range");
    std::pmr::vector<std::string_view> entries(&memory);
    for (std::string_view rest = of_kinds_; !rest.empty();) {
        entries.push_back(rest.substr(0, rest.find('\n')));
        rest.remove_prefix(std::min(rest.size(), entries.back().size() + 1));
    }
    bool known = false;
    try {
        known = kind_limits_text(entries, memory) == of_kinds_;
    } catch (const Error&) {
        known = false;
    }
    if (!known) fail("unknown limits");
    check_identifiers();
    check_pairs(memory);
}

IdentitySummary summary_of(const IdentityView& graph, std::pmr::memory_resource& memory) {
    IdentitySummary summary;
    summary.identifiers = graph.size();
    summary.pairs = graph.pairs();
    const auto times = graph.times_first_seen(memory);
    CustomerSets customers = graph.customers(times, memory);
    Poll poll;
    for (std::uint32_t k = 0; k < graph.pairs(); ++k) {
        poll();
        const IdentityPair each = graph.pair(k);
        const auto join = customers.join(each.a, each.b);
        summary.joined += join.outcome == CustomerSets::Outcome::joined ? 1 : 0;
        summary.refused += join.outcome == CustomerSets::Outcome::refused ? 1 : 0;
        if (join.outcome == CustomerSets::Outcome::joined)
            summary.largest = std::max<std::uint64_t>(summary.largest, join.identifiers);
        if (each.seen_at != no_time) summary.last_seen = std::max(summary.last_seen, each.seen_at);
    }
    for (std::uint32_t i = 0; i < graph.size(); ++i) {
        summary.customers += graph.customer(i) == i ? 1 : 0;
        summary.marked += graph.marked(i) ? 1 : 0;
        summary.first_seen = std::min(summary.first_seen, times[i]);
        if (times[i] != no_time) summary.last_seen = std::max(summary.last_seen, times[i]);
    }
    if (summary.largest == 0 && summary.identifiers > 0) summary.largest = 1;
    return summary;
}

std::pmr::vector<std::uint32_t> identity_path(const IdentityView& graph, std::uint32_t from, std::uint32_t to,
                                              std::pmr::memory_resource& memory) {
    std::pmr::vector<std::uint32_t> path(&memory);
    const std::uint32_t customer = graph.customer(from);
    if (from == to || graph.customer(to) != customer) return path;
    // The joining pairs of the customer, from both of their ends.
    struct Arc {
        std::uint32_t from, to, pair;
    };
    std::pmr::vector<Arc> arcs(&memory);
    const auto times = graph.times_first_seen(memory);
    CustomerSets customers = graph.customers(times, memory);
    Poll poll;
    for (std::uint32_t k = 0; k < graph.pairs(); ++k) {
        poll();
        const IdentityPair each = graph.pair(k);
        if (graph.customer(each.a) != customer || graph.customer(each.b) != customer) continue;
        if (customers.join(each.a, each.b).outcome != CustomerSets::Outcome::joined) continue;
        arcs.push_back({each.a, each.b, k});
        arcs.push_back({each.b, each.a, k});
    }
    std::sort(arcs.begin(), arcs.end(), [](const Arc& one, const Arc& other) {
        return one.from != other.from ? one.from < other.from : one.to < other.to;
    });
    // They form a tree: walk it from the far end, and back.
    std::pmr::vector<Arc> reached(&memory);  // an arc into each identifier reached
    reached.push_back({to, to, 0});
    for (std::size_t i = 0; i < reached.size(); ++i) {
        const Arc last = reached[i];
        auto at =
            std::lower_bound(arcs.begin(), arcs.end(), last.to,
                             [](const Arc& arc, std::uint32_t identifier) { return arc.from < identifier; });
        for (; at != arcs.end() && at->from == last.to; ++at) {
            if (at->to != last.from) reached.push_back(*at);
        }
    }
    std::uint32_t here = from;
    for (std::size_t i = reached.size(); i-- > 1 && here != to;) {
        if (reached[i].to != here) continue;
        path.push_back(reached[i].pair);
        here = reached[i].from;
    }
    return path;
}

namespace {

// A copy of a graph without some of it.
struct Cut {
    Cut(const IdentityView& its_graph, std::pmr::memory_resource& memory)
        : graph(its_graph), draft(memory), gone(its_graph.size(), 0, &memory) {}

    template <class Goes>
    Bytes without(Goes goes, std::size_t prefix) {
        std::pmr::memory_resource& memory = draft.memory();
        std::pmr::vector<std::uint32_t> place(graph.size(), 0, &memory);
        for (std::uint32_t i = 0; i < graph.size(); ++i) {
            if (gone[i] != 0) continue;
            place[i] = static_cast<std::uint32_t>(draft.identifiers.size());
            draft.identifiers.push_back(graph.identifier(i));
            draft.first_seen.push_back(graph.first_seen(i));
            draft.marks.push_back(graph.marked(i) ? 1 : 0);
        }
        DisjointSets before(graph.size(), memory), after(graph.size(), memory);
        Poll poll;
        for (std::uint32_t k = 0; k < graph.pairs(); ++k) {
            poll();
            const IdentityPair each = graph.pair(k);
            unite(before, each);
            if (gone[each.a] != 0 || gone[each.b] != 0 || goes(each)) continue;
            unite(after, each);
            draft.pairs.push_back({each.seen_at, place[each.a], place[each.b], each.source});
        }
        check_marked(before, after);
        draft.sources = graph.sources(memory);
        draft.counts = graph.counts();
        return draft.seal(prefix);
    }

    // Between two identifiers that have lost pairs and now fell apart there may have
    // been such a pair.
    void check_marked(DisjointSets& before, DisjointSets& after) const {
        constexpr std::uint32_t none = UINT32_MAX;
        std::pmr::vector<std::uint32_t> piece(graph.size(), none, &draft.memory());
        for (std::uint32_t i = 0; i < graph.size(); ++i) {
            if (!graph.marked(i) || gone[i] != 0) continue;
            std::uint32_t& known = piece[before.root(i)];
            if (known == none) known = i;
            if (after.root(known) == after.root(i)) continue;
            const std::string_view one = graph.identifier(known), other = graph.identifier(i);
            throw Error(ErrorCode::limit, "",
                        "the graph cannot tell whether \"%.*s\" and \"%.*s\" still belong together",
                        static_cast<int>(std::min<std::size_t>(one.size(), 60)), one.data(),
                        static_cast<int>(std::min<std::size_t>(other.size(), 60)), other.data())
                .detail("Of an identifier's pairs a graph keeps the first %u and those that joined.",
                        pairs_kept)
                .hint(
                    "Build it again from the pairs: identity_agg(a, b, seen_at, source, max_identifiers, "
                    "ignore).");
        }
    }
    static void unite(DisjointSets& sets, const IdentityPair& pair) {
        const std::uint32_t a = sets.root(pair.a), b = sets.root(pair.b);
        if (a != b) sets.unite(a, b);
    }

    const IdentityView& graph;
    IdentityDraft draft;
    std::pmr::vector<std::uint8_t> gone;
};

}  // namespace

Bytes without_identifiers(const IdentityView& graph, std::span<const std::string_view> identifiers,
                          std::pmr::memory_resource& memory, std::size_t prefix) {
    Cut cut(graph, memory);
    for (std::string_view each : identifiers) {
        if (const auto found = graph.find(each)) cut.gone[*found] = 1;
    }
    cut.draft.limits = graph.limits();
    return cut.without([](const IdentityPair&) { return false; }, prefix);
}

Bytes without_pair(const IdentityView& graph, std::string_view a, std::string_view b,
                   std::pmr::memory_resource& memory, std::size_t prefix) {
    Cut cut(graph, memory);
    cut.draft.limits = graph.limits();
    const auto one = graph.find(a), other = graph.find(b);
    return cut.without(
        [&](const IdentityPair& pair) {
            return one && other && pair.a == std::min(*one, *other) && pair.b == std::max(*one, *other);
        },
        prefix);
}

Bytes with_limits(const IdentityView& graph, const IdentityLimits& limits, std::pmr::memory_resource& memory,
                  std::size_t prefix) {
    Cut cut(graph, memory);
    cut.draft.limits = limits;
    return cut.without([](const IdentityPair&) { return false; }, prefix);
}

}  // namespace journey
