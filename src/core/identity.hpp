// Identity: pairs of identifiers (cookie, e-mail, phone, card) that were seen
// together, joined into customers.
//
// An identifier is a text, by convention with its kind before the first colon,
// 'email:ann@example.org'. Two identifiers belong to one customer if a chain of pairs
// leads from one to the other. A customer is called by the identifier that was seen
// first, ties by bytes: later pairs never give an older customer another name, and
// where two meet the older keeps its own.
//
// Pairs have an order of their own: by time, then by the bytes of the two
// identifiers; pairs without a time come last. In that order they join customers, so
// the joins, and what a limit refuses, depend on the set of pairs alone.
//
// Memory is proportional to identifiers. A graph keeps every pair that joins
// (R. C. Prim's and J. B. Kruskal's minimum spanning forest: at most one an
// identifier) and those among the first `pairs_kept` of either of their identifiers;
// the rest could only matter if pairs were taken out, and leave a mark on their
// identifiers. This set is the same whatever way a graph was put together: a pair that
// is left out of a part would be left out of the whole.
//
// IdentityGraph is the state of the aggregate: hashed, mergeable. seal() makes the
// stored value of it: identifiers in the order of their bytes, pairs in theirs,
// customers resolved; equal graphs have equal bytes. IdentityView reads it in place.
//
// Bytes: u8 version, u8 sealed, u16 zero, u32 limit, u64 rows, left out, ignored; u32
// identifiers n, pairs m, sources s, length of the limits of kinds, and these; then for
// the n identifiers their ends (u32 each), times first seen (i64), customers (u32), marks
// (a bit each); the m pairs (i64 time, u32 a, b, source); the sources (u32 length,
// bytes); the identifiers' bytes. Not sealed: no order, customers are zero.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/dictionary.hpp"
#include "core/encoding.hpp"
#include "core/identifier_table.hpp"
#include "core/journey.hpp"
#include "core/memory.hpp"
#include "core/node_pairs.hpp"

namespace journey {

inline constexpr std::uint8_t identity_version = 1;
inline constexpr std::uint32_t pairs_kept = 32;
inline constexpr Time no_time = INT64_MAX;  // a pair without a time
inline constexpr std::uint32_t no_source = UINT32_MAX;
inline constexpr std::uint32_t no_identifier_limit = 0;
inline constexpr std::uint32_t unset_limit = UINT32_MAX;  // of a state that has no row yet
inline constexpr std::size_t max_identifier_bytes = 1000;

// The kind of 'email:ann@example.org' is 'email'; empty if there is none. Its value is
// what follows.
std::string_view kind_of(std::string_view identifier);
std::string_view value_of(std::string_view identifier);

// Identifiers that join nothing. An entry is a whole identifier, or a value, which is
// then meant under every kind.
class IgnoredIdentifiers {
  public:
    explicit IgnoredIdentifiers(std::pmr::memory_resource& memory) : entries_(&memory) {}
    void add(std::span<const std::string_view> entries);
    bool holds(std::string_view identifier) const;

  private:
    bool has(std::string_view text) const;
    std::pmr::vector<std::string_view> entries_;  // ordered; the caller keeps the texts
};

// The most identifiers a customer may have: in all, and of some kinds.
struct IdentityLimits {
    std::uint32_t most = no_identifier_limit;
    std::string_view of_kinds = {};  // 'email:5', a line each, in the order of kinds
    bool operator==(const IdentityLimits&) const = default;
};
inline constexpr std::uint32_t max_limited_kinds = 32;
struct KindLimit {
    std::string_view kind;
    std::uint32_t most = 0;
};
// {'login:1', 'email:5'} as it is kept, and read again. Throws for anything else.
std::pmr::string kind_limits_text(std::span<const std::string_view> entries,
                                  std::pmr::memory_resource& memory);
std::pmr::vector<KindLimit> kind_limits(std::string_view text, std::pmr::memory_resource& memory);

struct IdentityPair {
    Time seen_at;
    std::uint32_t a, b, source;
};

struct IdentityCounts {
    std::uint64_t rows = 0;      // pairs given
    std::uint64_t left_out = 0;  // identifiers that were NULL or empty
    std::uint64_t ignored = 0;   // identifiers on the list
};

class IdentityView;
struct IdentityDraft;

class IdentityGraph {
  public:
    explicit IdentityGraph(std::pmr::memory_resource& memory)
        : memory_(&memory), names_(memory), sources_(memory), pairs_(memory), limited_kinds_(&memory) {}

    // The same in each call.
    void limit(const IdentityLimits& limits);
    // One pair. An identifier that is nothing, empty or blank (its value, if it has a
    // kind) is left out, and so is an ignored one; the other is known all the same.
    void add(std::optional<std::string_view> a, std::optional<std::string_view> b, Time seen_at,
             std::optional<std::string_view> source, const IgnoredIdentifiers* ignored);
    void merge(const IdentityGraph& other);
    void merge(const IdentityView& other);

    // O(n log n + m log m) time.
    Bytes seal(std::pmr::memory_resource& memory, std::size_t prefix) const;

    std::size_t encoded_size() const;
    void encode(std::byte* to) const;
    // Throws ErrorCode::invalid_binary.
    void decode(std::span<const std::byte> bytes);

  private:
    struct Entry {
        std::uint32_t from, to;
        Time seen_at;
        std::uint32_t source;
        bool known;
    };
    bool takes(const std::optional<std::string_view>& text, const char* argument,
               const IgnoredIdentifiers* ignored);
    std::uint32_t place(std::string_view text, Time seen_at, bool mark);
    std::uint32_t source(std::optional<std::string_view> text);
    void pair(std::uint32_t a, std::uint32_t b, Time seen_at, std::uint32_t source);
    bool earlier(std::uint32_t one, std::uint32_t other) const;
    void shrink();
    using Codes = std::pmr::vector<std::uint32_t>;
    // The graph in the order of bytes, and the code of each of its identifiers and sources.
    void fill(IdentityDraft& draft, Codes& names, Codes& its_sources) const;

    std::pmr::memory_resource* memory_;
    IdentifierTable names_;  // a mark: not all of its pairs are kept
    Dictionary sources_;
    PairTable<Entry> pairs_;
    IdentityCounts counts_;
    IdentityLimits limits() const { return {limit_.value_or(no_identifier_limit), limited_kinds_}; }

    std::optional<std::uint32_t> limit_;
    std::pmr::string limited_kinds_;
    std::uint32_t shrink_at_ = 1u << 20;
};

// A graph on its way into bytes. `identifiers` are in the order of their bytes, pairs
// in any, with a < b.
struct IdentityDraft {
    explicit IdentityDraft(std::pmr::memory_resource& memory)
        : identifiers(&memory), first_seen(&memory), marks(&memory), pairs(&memory), sources(&memory) {}

    std::pmr::vector<std::string_view> identifiers;
    std::pmr::vector<Time> first_seen;
    std::pmr::vector<std::uint8_t> marks;
    std::pmr::vector<IdentityPair> pairs;
    std::pmr::vector<std::string_view> sources;
    IdentityCounts counts;
    IdentityLimits limits;

    std::pmr::memory_resource& memory() const { return *pairs.get_allocator().resource(); }
    // Orders the pairs and drops those that need not be kept.
    void trim();
    Bytes seal(std::size_t prefix);
};

// How many bytes a graph takes, and what writes them, part by part in this order.
std::size_t identity_bytes(const IdentityLimits& limits, std::size_t identifiers, std::size_t pairs,
                           std::size_t source_bytes, std::size_t chars);
class IdentityWriter {
  public:
    IdentityWriter(std::byte* to, bool sealed, const IdentityLimits& limits, const IdentityCounts& counts,
                   std::uint32_t identifiers, std::uint32_t pairs, std::uint32_t sources);
    void identifier(std::string_view text) {
        chars_ += static_cast<std::uint32_t>(text.size());
        to_ = store(to_, chars_);
    }
    void first_seen(Time time) { to_ = store(to_, time); }
    void customer(std::uint32_t code) { to_ = store(to_, code); }
    // marked(i) for each of n identifiers.
    template <class Marked>
    void marks(std::size_t n, Marked marked) {
        for (std::size_t i = 0; i < n; i += 8) {
            unsigned byte = 0;
            for (std::size_t k = i; k < std::min(i + 8, n); ++k)
                byte |= static_cast<unsigned>(marked(k) ? 1 : 0) << (k - i);
            *to_++ = static_cast<std::byte>(byte);
        }
    }
    void pair(const IdentityPair& pair);
    void source(std::string_view text);
    void text(std::string_view text);

  private:
    std::byte* to_;
    std::uint32_t chars_ = 0;
};

// Disjoint sets with path halving and union by size (R. E. Tarjan, J. van Leeuwen:
// Worst-case Analysis of Set Union Algorithms, 1984).
class DisjointSets {
  public:
    DisjointSets(std::uint32_t n, std::pmr::memory_resource& memory);
    std::uint32_t root(std::uint32_t i) {
        while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
        return i;
    }
    std::uint32_t size(std::uint32_t root) const { return size_[root]; }
    // Of two roots; the one that stays.
    std::uint32_t unite(std::uint32_t a, std::uint32_t b) {
        if (size_[a] < size_[b]) std::swap(a, b);
        parent_[b] = a;
        size_[a] += size_[b];
        return a;
    }

  private:
    std::pmr::vector<std::uint32_t> parent_, size_;
};

// Joins identifiers into customers, pair by pair in the order of pairs.
class CustomerSets {
  public:
    // name(i) is the text of identifier i.
    template <class Name>
    CustomerSets(std::span<const Time> first_seen, const IdentityLimits& limits, Name name,
                 std::pmr::memory_resource& memory)
        : CustomerSets(first_seen, limits, memory) {
        if (kinds_.empty()) return;
        of_kind_.assign(first_seen.size() * kinds_.size(), 0);
        for (std::uint32_t i = 0; i < first_seen.size(); ++i) {
            const std::string_view kind = kind_of(name(i));
            for (std::size_t k = 0; k < kinds_.size(); ++k) {
                if (kind == kinds_[k].kind) of_kind_[i * kinds_.size() + k] = 1;
            }
        }
    }

    enum class Outcome { joined, known, refused };
    struct Join {
        Outcome outcome = Outcome::known;
        std::uint32_t customer = 0, absorbed = 0;  // the customers that met: who stays, who goes
        std::uint32_t identifiers = 0;             // of both together
    };
    Join join(std::uint32_t a, std::uint32_t b);
    // The identifier by which the customer of this one is called.
    std::uint32_t customer(std::uint32_t identifier) { return called_[sets_.root(identifier)]; }

  private:
    CustomerSets(std::span<const Time> first_seen, const IdentityLimits& limits,
                 std::pmr::memory_resource& memory);
    bool older(std::uint32_t one, std::uint32_t other) const;
    bool too_many(std::uint32_t a, std::uint32_t b) const;

    std::span<const Time> first_seen_;
    std::uint32_t limit_;
    std::pmr::vector<KindLimit> kinds_;
    DisjointSets sets_;
    std::pmr::vector<std::uint32_t> called_;   // by root
    std::pmr::vector<std::uint32_t> of_kind_;  // by root and limited kind, how many
};

// A stored graph, read in place: it must outlive the view. The constructor checks the
// lengths, check() everything; what goes beyond the bytes throws.
class IdentityView {
  public:
    explicit IdentityView(std::span<const std::byte> bytes);
    // Throws ErrorCode::invalid_binary for a graph that nothing but a hand can have made.
    void check(std::pmr::memory_resource& memory) const;

    bool sealed() const { return sealed_; }
    std::uint32_t size() const { return n_; }
    std::uint32_t pairs() const { return m_; }
    IdentityLimits limits() const { return {limit_, of_kinds_}; }
    // The sets of its identifiers before any pair joined; `times` are times_first_seen().
    CustomerSets customers(std::span<const Time> times, std::pmr::memory_resource& memory) const {
        return {times, limits(), [this](std::uint32_t i) { return identifier(i); }, memory};
    }
    const IdentityCounts& counts() const { return counts_; }

    std::string_view identifier(std::uint32_t i) const;
    Time first_seen(std::uint32_t i) const { return load<Time>(first_seen_ + 8 * std::size_t{i}); }
    std::uint32_t customer(std::uint32_t i) const;
    bool marked(std::uint32_t i) const {
        return (std::to_integer<unsigned>(marks_[i / 8]) >> (i % 8) & 1) != 0;
    }
    IdentityPair pair(std::uint32_t k) const;
    std::pmr::vector<std::string_view> sources(std::pmr::memory_resource& memory) const;
    std::pmr::vector<Time> times_first_seen(std::pmr::memory_resource& memory) const;

    // O(log n).
    std::optional<std::uint32_t> find(std::string_view identifier) const;

  private:
    [[noreturn]] static void fail(const char* what);
    void check_identifiers() const;
    void check_pairs(std::pmr::memory_resource& memory) const;
    std::uint32_t end(std::uint32_t i) const { return load<std::uint32_t>(ends_ + 4 * std::size_t{i}); }

    bool sealed_ = false;
    std::uint32_t limit_ = 0, n_ = 0, m_ = 0, sources_ = 0, chars_ = 0;
    std::string_view of_kinds_;
    IdentityCounts counts_;
    const std::byte *ends_ = nullptr, *first_seen_ = nullptr, *customers_ = nullptr, *marks_ = nullptr,
                    *pairs_ = nullptr, *source_texts_ = nullptr, *names_ = nullptr;
};

struct IdentitySummary {
    std::uint64_t identifiers = 0, customers = 0, pairs = 0, joined = 0, refused = 0, largest = 0, marked = 0;
    Time first_seen = no_time, last_seen = INT64_MIN;  // of the pairs with a time
};
IdentitySummary summary_of(const IdentityView& graph, std::pmr::memory_resource& memory);

// The chain of joining pairs that leads from one identifier to another: places of
// pairs, in order. Empty if they are of two customers, or the same. O(n + m).
std::pmr::vector<std::uint32_t> identity_path(const IdentityView& graph, std::uint32_t from, std::uint32_t to,
                                              std::pmr::memory_resource& memory);

// The graph without these identifiers, or without the pair of two of them; the other
// identifiers stay known. Throws ErrorCode::limit if a pair that was left out could
// decide whether two identifiers still belong together. O(n + m log m).
Bytes without_identifiers(const IdentityView& graph, std::span<const std::string_view> identifiers,
                          std::pmr::memory_resource& memory, std::size_t prefix);
Bytes without_pair(const IdentityView& graph, std::string_view a, std::string_view b,
                   std::pmr::memory_resource& memory, std::size_t prefix);
// The same pairs under other limits.
Bytes with_limits(const IdentityView& graph, const IdentityLimits& limits, std::pmr::memory_resource& memory,
                  std::size_t prefix);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
