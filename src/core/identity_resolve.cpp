// From pairs to customers: which pairs are kept, which join, and the stored bytes.

#include <algorithm>
#include <numeric>

#include "core/error.hpp"
#include "core/identity.hpp"
#include "core/interrupt.hpp"
#include "core/state_bytes.hpp"

namespace journey {

namespace {

constexpr std::size_t header_bytes = 48, most_bytes = 0x3fffffff;

bool stands_before(const IdentityPair& one, const IdentityPair& other) {
    if (one.seen_at != other.seen_at) return one.seen_at < other.seen_at;
    return one.a != other.a ? one.a < other.a : one.b < other.b;
}

}  // namespace

DisjointSets::DisjointSets(std::uint32_t n, std::pmr::memory_resource& memory)
    : parent_(n, &memory), size_(n, 1, &memory) {
    std::iota(parent_.begin(), parent_.end(), 0u);
}

CustomerSets::CustomerSets(std::span<const Time> first_seen, const IdentityLimits& limits,
                           std::pmr::memory_resource& memory)
    : first_seen_(first_seen),
      limit_(limits.most),
      kinds_(kind_limits(limits.of_kinds, memory)),
      sets_(static_cast<std::uint32_t>(first_seen.size()), memory),
      called_(first_seen.size(), &memory),
      of_kind_(&memory) {
    std::iota(called_.begin(), called_.end(), 0u);
}

bool CustomerSets::too_many(std::uint32_t a, std::uint32_t b) const {
    if (limit_ != no_identifier_limit && sets_.size(a) + sets_.size(b) > limit_) return true;
    for (std::size_t k = 0; k < kinds_.size(); ++k) {
        if (of_kind_[a * kinds_.size() + k] + of_kind_[b * kinds_.size() + k] > kinds_[k].most) return true;
    }
    return false;
}

bool CustomerSets::older(std::uint32_t one, std::uint32_t other) const {
    return first_seen_[one] != first_seen_[other] ? first_seen_[one] < first_seen_[other] : one < other;
}

CustomerSets::Join CustomerSets::join(std::uint32_t a, std::uint32_t b) {
    a = sets_.root(a);
    b = sets_.root(b);
    Join join;
    join.customer = join.absorbed = called_[a];
    join.identifiers = sets_.size(a);
    if (a == b) return join;
    join.absorbed = called_[b];
    if (older(join.absorbed, join.customer)) std::swap(join.customer, join.absorbed);
    join.identifiers += sets_.size(b);
    if (too_many(a, b)) {
        join.outcome = Outcome::refused;
        return join;
    }
    join.outcome = Outcome::joined;
    const std::uint32_t root = sets_.unite(a, b), other = root == a ? b : a;
    called_[root] = join.customer;
    for (std::size_t k = 0; k < kinds_.size(); ++k)
        of_kind_[root * kinds_.size() + k] += of_kind_[other * kinds_.size() + k];
    return join;
}

void IdentityDraft::trim() {
    Poll poll;
    std::sort(pairs.begin(), pairs.end(), [&](const IdentityPair& one, const IdentityPair& other) {
        poll();
        return stands_before(one, other);
    });
    const auto n = static_cast<std::uint32_t>(identifiers.size());
    std::pmr::vector<std::uint32_t> earlier(n, 0, &memory());
    const auto spare = [&](const IdentityPair& pair) {
        const bool many = earlier[pair.a] >= pairs_kept && earlier[pair.b] >= pairs_kept;
        ++earlier[pair.a];
        ++earlier[pair.b];
        return many;
    };
    if (std::none_of(pairs.begin(), pairs.end(), spare)) return;
    std::fill(earlier.begin(), earlier.end(), 0u);
    DisjointSets sets(n, memory());
    const auto drop = [&](const IdentityPair& pair) {
        const bool many = spare(pair);
        const std::uint32_t a = sets.root(pair.a), b = sets.root(pair.b);
        if (a != b) sets.unite(a, b);
        if (!many || a != b) return false;
        marks[pair.a] = marks[pair.b] = 1;
        return true;
    };
    pairs.erase(std::remove_if(pairs.begin(), pairs.end(), drop), pairs.end());
}

namespace {

// Sources that some pair has, numbered anew in their order.
void drop_unused_sources(IdentityDraft& draft) {
    std::pmr::vector<std::uint32_t> place(draft.sources.size(), no_source, &draft.memory());
    for (const IdentityPair& each : draft.pairs) {
        if (each.source != no_source) place[each.source] = 0;
    }
    std::uint32_t used = 0;
    for (std::size_t i = 0; i < place.size(); ++i) {
        if (place[i] == no_source) continue;
        draft.sources[used] = draft.sources[i];
        place[i] = used++;
    }
    draft.sources.resize(used);
    for (IdentityPair& each : draft.pairs) {
        if (each.source != no_source) each.source = place[each.source];
    }
}

}  // namespace

std::size_t identity_bytes(const IdentityLimits& limits, std::size_t identifiers, std::size_t pairs,
                           std::size_t source_bytes, std::size_t chars) {
    return header_bytes + limits.of_kinds.size() + identifiers * (4 + 8 + 4) + (identifiers + 7) / 8 +
           pairs * (8 + 4 + 4 + 4) + source_bytes + chars;
}

IdentityWriter::IdentityWriter(std::byte* to, bool sealed, const IdentityLimits& limits,
                               const IdentityCounts& counts, std::uint32_t identifiers, std::uint32_t pairs,
                               std::uint32_t sources)
    : to_(to) {
    to_ = store(to_, identity_version);
    to_ = store(to_, static_cast<std::uint8_t>(sealed ? 1 : 0));
    to_ = store(to_, std::uint16_t{0});
    to_ = store(to_, limits.most);
    for (std::uint64_t count : {counts.rows, counts.left_out, counts.ignored}) to_ = store(to_, count);
    const auto kinds = static_cast<std::uint32_t>(limits.of_kinds.size());
    for (std::uint32_t count : {identifiers, pairs, sources, kinds}) to_ = store(to_, count);
    text(limits.of_kinds);
}

void IdentityWriter::pair(const IdentityPair& pair) {
    to_ = store(to_, pair.seen_at);
    to_ = store(to_, pair.a);
    to_ = store(to_, pair.b);
    to_ = store(to_, pair.source);
}

void IdentityWriter::source(std::string_view text) {
    to_ = store_text(to_, text);
}

void IdentityWriter::text(std::string_view text) {
    if (text.empty()) return;
    std::memcpy(to_, text.data(), text.size());
    to_ += text.size();
}

Bytes IdentityDraft::seal(std::size_t prefix) {
    trim();
    drop_unused_sources(*this);
    const auto n = static_cast<std::uint32_t>(identifiers.size());
    CustomerSets customers(
        first_seen, limits, [this](std::uint32_t i) { return identifiers[i]; }, memory());
    Poll poll;
    for (const IdentityPair& each : pairs) {
        poll();
        customers.join(each.a, each.b);
    }
    std::size_t chars = 0, source_bytes = 0;
    for (std::string_view each : identifiers) chars += each.size();
    for (std::string_view each : sources) source_bytes += text_size(each);
    Bytes bytes;
    bytes.size = prefix + identity_bytes(limits, n, pairs.size(), source_bytes, chars);
    if (bytes.size > most_bytes) {
        throw Error(ErrorCode::limit, "", "the identity graph would take %zu bytes", bytes.size)
            .detail("A value in PostgreSQL is smaller than 1 GB.")
            .hint(
                "Build a graph for each part of the pairs that share no identifiers, for example by tenant.");
    }
    bytes.data = static_cast<std::byte*>(memory().allocate(bytes.size, 8));
    IdentityWriter writer(bytes.data + prefix, true, limits, counts, n,
                          static_cast<std::uint32_t>(pairs.size()),
                          static_cast<std::uint32_t>(sources.size()));
    for (std::string_view each : identifiers) writer.identifier(each);
    for (Time each : first_seen) writer.first_seen(each);
    for (std::uint32_t i = 0; i < n; ++i) writer.customer(customers.customer(i));
    writer.marks(n, [this](std::size_t i) { return marks[i] != 0; });
    for (const IdentityPair& each : pairs) writer.pair(each);
    for (std::string_view each : sources) writer.source(each);
    for (std::string_view each : identifiers) writer.text(each);
    return bytes;
}

}  // namespace journey
