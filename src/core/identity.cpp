// The state: pairs on their way in, merging, its bytes.

#include "core/identity.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "core/state_bytes.hpp"

namespace journey {

namespace {

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

std::string_view kind_of(std::string_view identifier) {
    const auto colon = identifier.find(':');
    return colon == std::string_view::npos ? std::string_view() : identifier.substr(0, colon);
}

std::string_view value_of(std::string_view identifier) {
    const auto colon = identifier.find(':');
    return colon == std::string_view::npos ? identifier : identifier.substr(colon + 1);
}

void IgnoredIdentifiers::add(std::span<const std::string_view> entries) {
    entries_.insert(entries_.end(), entries.begin(), entries.end());
    std::sort(entries_.begin(), entries_.end());
}

bool IgnoredIdentifiers::has(std::string_view text) const {
    return std::binary_search(entries_.begin(), entries_.end(), text);
}

bool IgnoredIdentifiers::holds(std::string_view identifier) const {
    return !entries_.empty() && (has(identifier) || has(value_of(identifier)));
}

namespace {

std::optional<KindLimit> kind_limit(std::string_view entry) {
    const auto colon = entry.rfind(':');
    KindLimit limit;
    if (colon == std::string_view::npos || colon == 0) return std::nullopt;
    limit.kind = entry.substr(0, colon);
    const std::string_view number = entry.substr(colon + 1);
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), limit.most);
    if (error != std::errc() || end != number.data() + number.size() || limit.most == 0) return std::nullopt;
    if (limit.kind.find_first_of(":\n") != std::string_view::npos) return std::nullopt;
    return limit;
}

[[noreturn]] void fail_kind(std::string_view entry, const char* what) {
    throw Error(ErrorCode::invalid_argument, "max_of_kind", "max_of_kind: \"%.*s\" %s",
                static_cast<int>(std::min<std::size_t>(entry.size(), 100)), entry.data(), what)
        .hint(
            "Write a kind and the most identifiers of it that a customer may have, for example "
            "'{login:1,email:5}'.");
}

}  // namespace

std::pmr::string kind_limits_text(std::span<const std::string_view> entries,
                                  std::pmr::memory_resource& memory) {
    std::pmr::vector<KindLimit> limits(&memory);
    for (std::string_view entry : entries) {
        const auto limit = kind_limit(entry);
        if (!limit) fail_kind(entry, "is not a kind and a number of at least 1");
        limits.push_back(*limit);
    }
    if (limits.size() > max_limited_kinds) fail_kind("", "limits too many kinds");
    std::sort(limits.begin(), limits.end(),
              [](const KindLimit& a, const KindLimit& b) { return a.kind < b.kind; });
    std::pmr::string text(&memory);
    for (std::size_t i = 0; i < limits.size(); ++i) {
        if (i > 0 && limits[i].kind == limits[i - 1].kind) fail_kind(limits[i].kind, "is limited twice");
        if (i > 0) text += '\n';
        text.append(limits[i].kind);
        text += ':';
        text += std::to_string(limits[i].most);
    }
    return text;
}

std::pmr::vector<KindLimit> kind_limits(std::string_view text, std::pmr::memory_resource& memory) {
    std::pmr::vector<KindLimit> limits(&memory);
    while (!text.empty()) {
        const std::string_view entry = text.substr(0, text.find('\n'));
        const auto limit = kind_limit(entry);
        if (!limit || limits.size() == max_limited_kinds)
            fail_kind(entry, "is not a kind and a number of at least 1");
        limits.push_back(*limit);
        text.remove_prefix(std::min(text.size(), entry.size() + 1));
    }
    return limits;
}

void IdentityGraph::limit(const IdentityLimits& limits) {
    if (!limit_) {
        limit_ = limits.most;
        limited_kinds_ = limits.of_kinds;
        return;
    }
    if (*limit_ == limits.most && limited_kinds_ == limits.of_kinds) return;
    const bool in_all = *limit_ != limits.most;
    const auto shown = [](std::uint32_t limit) {
        return limit == no_identifier_limit ? std::string("none") : std::to_string(limit);
    };
    const auto listed = [](std::string_view kinds) {
        std::string text = kinds.empty() ? "none" : std::string(kinds.substr(0, 60));
        std::replace(text.begin(), text.end(), '\n', ',');
        return text;
    };
    const char* argument = in_all ? "max_identifiers" : "max_of_kind";
    throw Error(ErrorCode::invalid_argument, argument, "%s differs between the parts of one graph: %s and %s",
                argument, (in_all ? shown(*limit_) : listed(limited_kinds_)).c_str(),
                (in_all ? shown(limits.most) : listed(limits.of_kinds)).c_str())
        .hint(
            "Give every part the same limits; identity_limit(graph, max_identifiers, max_of_kind) changes "
            "those of "
            "a graph.");
}

// Whether the text is an identifier to keep; counts it if not.
bool IdentityGraph::takes(const std::optional<std::string_view>& text, const char* argument,
                          const IgnoredIdentifiers* ignored) {
    if (!text || is_blank(value_of(*text))) {
        ++counts_.left_out;
        return false;
    }
    if (ignored != nullptr && ignored->holds(*text)) {
        ++counts_.ignored;
        return false;
    }
    if (text->size() > max_identifier_bytes) {
        throw Error(ErrorCode::limit, argument, "identifier in %s is too long: %zu bytes", argument,
                    text->size())
            .detail("An identifier has at most %zu bytes.", max_identifier_bytes)
            .hint("Put a hash of it in its place, for example 'token:' || md5(%s).", argument);
    }
    return true;
}

// Whether one source stands before another, where a pair has both at one time.
bool IdentityGraph::earlier(std::uint32_t one, std::uint32_t other) const {
    if (one == other || one == no_source) return false;
    return other == no_source || sources_.name(one) < sources_.name(other);
}

std::uint32_t IdentityGraph::place(std::string_view text, Time seen_at, bool mark) {
    const std::uint32_t code = names_.place(text, IdentifierTable::hash(text), seen_at);
    IdentifierTable::Record& record = names_[code];
    record.first_seen = std::min(record.first_seen, seen_at);
    if (mark) record.mark = 1;
    return code;
}

std::uint32_t IdentityGraph::source(std::optional<std::string_view> text) {
    return text ? sources_.intern(*text, "source") : no_source;
}

void IdentityGraph::pair(std::uint32_t a, std::uint32_t b, Time seen_at, std::uint32_t its_source) {
    if (a > b) std::swap(a, b);
    Entry& entry = pairs_[pairs_.place(a, b)];
    if (!entry.known || seen_at < entry.seen_at ||
        (seen_at == entry.seen_at && earlier(its_source, entry.source))) {
        entry.known = true;
        entry.seen_at = seen_at;
        entry.source = its_source;
    }
    if (pairs_.size() >= shrink_at_) shrink();
}

void IdentityGraph::add(std::optional<std::string_view> a, std::optional<std::string_view> b, Time seen_at,
                        std::optional<std::string_view> its_source, const IgnoredIdentifiers* ignored) {
    ++counts_.rows;
    const std::optional<std::string_view> texts[2] = {a, b};
    const bool kept[2] = {takes(a, "a", ignored), takes(b, "b", ignored)};
    // Both look-ups wait for memory at the same time.
    std::uint32_t hashes[2] = {}, codes[2] = {IdentifierTable::none, IdentifierTable::none};
    for (int i : {0, 1}) {
        if (!kept[i]) continue;
        hashes[i] = IdentifierTable::hash(*texts[i]);
        names_.expect(hashes[i]);
    }
    for (int i : {0, 1}) {
        if (kept[i]) codes[i] = names_.expect_record(hashes[i]);
    }
    for (int i : {0, 1}) names_.expect_text(codes[i]);
    for (int i : {0, 1}) {
        if (!kept[i]) continue;
        codes[i] = names_.place(*texts[i], hashes[i], seen_at);
        Time& first_seen = names_[codes[i]].first_seen;
        first_seen = std::min(first_seen, seen_at);
    }
    if (kept[0] && kept[1] && codes[0] != codes[1]) pair(codes[0], codes[1], seen_at, source(its_source));
}

void IdentityGraph::merge(const IdentityGraph& other) {
    if (other.limit_) limit(other.limits());
    counts_.rows += other.counts_.rows;
    counts_.left_out += other.counts_.left_out;
    counts_.ignored += other.counts_.ignored;
    Poll poll;
    std::pmr::vector<std::uint32_t> codes(memory_), its_sources(memory_);
    codes.reserve(other.names_.size());
    for (std::uint32_t i = 0; i < other.names_.size(); ++i) {
        poll();
        codes.push_back(place(other.names_.text(i), other.names_[i].first_seen, other.names_[i].mark != 0));
    }
    for (std::uint32_t i = 0; i < other.sources_.size(); ++i)
        its_sources.push_back(source(other.sources_.name(i)));
    for (const Entry& each : other.pairs_.entries()) {
        poll();
        pair(codes[each.from], codes[each.to], each.seen_at,
             each.source == no_source ? no_source : its_sources[each.source]);
    }
}

void IdentityGraph::merge(const IdentityView& other) {
    if (other.limits().most != unset_limit) limit(other.limits());
    counts_.rows += other.counts().rows;
    counts_.left_out += other.counts().left_out;
    counts_.ignored += other.counts().ignored;
    Poll poll;
    std::pmr::vector<std::uint32_t> codes(memory_), its_sources(memory_);
    codes.reserve(other.size());
    for (std::uint32_t i = 0; i < other.size(); ++i) {
        poll();
        codes.push_back(place(other.identifier(i), other.first_seen(i), other.marked(i)));
    }
    for (std::string_view each : other.sources(*memory_)) its_sources.push_back(source(each));
    for (std::uint32_t k = 0; k < other.pairs(); ++k) {
        poll();
        const IdentityPair each = other.pair(k);
        pair(codes[each.a], codes[each.b], each.seen_at,
             each.source == no_source ? no_source : its_sources[each.source]);
    }
}

namespace {

// Codes in the order of their texts, and the place of each code.
struct Ranking {
    template <class Text>
    Ranking(std::uint32_t size, Text text, std::pmr::memory_resource& memory)
        : order(&memory), rank(&memory) {
        struct Key {
            std::uint64_t first;  // the first bytes, so that most comparisons need no more
            std::uint32_t code;
        };
        std::pmr::vector<Key> keys(&memory);
        keys.reserve(size);
        for (std::uint32_t code = 0; code < size; ++code) {
            const std::string_view name = text(code);
            std::uint64_t first = 0;
            for (std::size_t i = 0; i < 8; ++i)
                first = first << 8 | (i < name.size() ? static_cast<unsigned char>(name[i]) : 0u);
            keys.push_back({first, code});
        }
        Poll poll;
        std::sort(keys.begin(), keys.end(), [&](const Key& a, const Key& b) {
            poll();
            return a.first != b.first ? a.first < b.first : text(a.code) < text(b.code);
        });
        order.reserve(keys.size());
        rank.resize(keys.size());
        for (const Key& each : keys) {
            rank[each.code] = static_cast<std::uint32_t>(order.size());
            order.push_back(each.code);
        }
    }
    std::pmr::vector<std::uint32_t> order, rank;
};

}  // namespace

void IdentityGraph::fill(IdentityDraft& draft, Codes& names, Codes& its_sources) const {
    std::pmr::memory_resource& memory = draft.memory();
    Ranking by_name(
        names_.size(), [this](std::uint32_t code) { return names_.text(code); }, memory);
    Ranking by_source(
        sources_.size(), [this](std::uint32_t code) { return sources_.name(code); }, memory);
    names = std::move(by_name.order);
    its_sources = std::move(by_source.order);
    draft.identifiers.reserve(names.size());
    draft.first_seen.reserve(names.size());
    draft.marks.reserve(names.size());
    for (std::uint32_t code : names) {
        draft.identifiers.push_back(names_.text(code));
        draft.first_seen.push_back(names_[code].first_seen);
        draft.marks.push_back(static_cast<std::uint8_t>(names_[code].mark));
    }
    for (std::uint32_t code : its_sources) draft.sources.push_back(sources_.name(code));
    draft.pairs.reserve(pairs_.size());
    for (const Entry& each : pairs_.entries()) {
        const std::uint32_t a = by_name.rank[each.from], b = by_name.rank[each.to];
        draft.pairs.push_back({each.seen_at, std::min(a, b), std::max(a, b),
                               each.source == no_source ? no_source : by_source.rank[each.source]});
    }
    draft.counts = counts_;
    draft.limits = limits();
}

// Drops pairs that need not be kept, if there are many for so many identifiers.
void IdentityGraph::shrink() {
    if (pairs_.size() / 8 >= names_.size()) {
        IdentityDraft draft(*memory_);
        Codes names(memory_), its_sources(memory_);
        fill(draft, names, its_sources);
        draft.trim();
        PairTable<Entry> kept(*memory_);
        for (const IdentityPair& each : draft.pairs) {
            const std::uint32_t a = names[each.a], b = names[each.b];
            Entry& entry = kept[kept.place(std::min(a, b), std::max(a, b))];
            entry.known = true;
            entry.seen_at = each.seen_at;
            entry.source = each.source == no_source ? no_source : its_sources[each.source];
        }
        for (std::uint32_t i = 0; i < draft.marks.size(); ++i) names_[names[i]].mark = draft.marks[i];
        pairs_ = std::move(kept);
    }
    shrink_at_ = std::max(shrink_at_, 2 * pairs_.size());
}

Bytes IdentityGraph::seal(std::pmr::memory_resource& memory, std::size_t prefix) const {
    IdentityDraft draft(memory);
    Codes names(&memory), its_sources(&memory);
    fill(draft, names, its_sources);
    return draft.seal(prefix);
}

std::size_t IdentityGraph::encoded_size() const {
    std::size_t chars = 0;
    for (std::uint32_t i = 0; i < names_.size(); ++i) chars += names_[i].length;
    return identity_bytes(limits(), names_.size(), pairs_.size(), names_size(sources_) - 4, chars);
}

void IdentityGraph::encode(std::byte* to) const {
    const IdentityLimits its{limit_.value_or(unset_limit), limited_kinds_};
    IdentityWriter writer(to, false, its, counts_, names_.size(), pairs_.size(), sources_.size());
    for (std::uint32_t i = 0; i < names_.size(); ++i) writer.identifier(names_.text(i));
    for (std::uint32_t i = 0; i < names_.size(); ++i) writer.first_seen(names_[i].first_seen);
    for (std::uint32_t i = 0; i < names_.size(); ++i) writer.customer(0);
    writer.marks(names_.size(),
                 [this](std::size_t i) { return names_[static_cast<std::uint32_t>(i)].mark != 0; });
    for (const Entry& each : pairs_.entries()) {
        writer.pair({each.seen_at, each.from, each.to, each.source});
    }
    for (std::uint32_t i = 0; i < sources_.size(); ++i) writer.source(sources_.name(i));
    for (std::uint32_t i = 0; i < names_.size(); ++i) writer.text(names_.text(i));
}

void IdentityGraph::decode(std::span<const std::byte> bytes) {
    const IdentityView view(bytes);
    view.check(*memory_);
    merge(view);
}

}  // namespace journey
