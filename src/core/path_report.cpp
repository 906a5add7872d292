#include "core/path_report.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "core/state_bytes.hpp"

namespace journey {

namespace {

std::uint64_t hash_codes(std::span<const std::uint32_t> codes) {
    std::uint64_t hash = codes.size();
    for (std::uint32_t code : codes) {
        hash = (hash ^ code) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 32;
    }
    return hash;
}

}  // namespace

void PathSummary::set(std::uint32_t top) {
    if (set_ && top != top_) {
        throw Error(ErrorCode::invalid_argument, "top", "top differs between the rows of one report")
            .hint("Give the same value for every row.");
    }
    top_ = top;
    set_ = true;
}

void PathSummary::count(std::span<const std::uint32_t> path, std::uint64_t customers) {
    if (slots_.size() < 2 * (paths_.size() + 1)) grow();
    const std::uint64_t hash = hash_codes(path);
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = hash & mask;
    for (; slots_[slot] != 0; slot = (slot + 1) & mask) {
        Entry& entry = paths_[slots_[slot] - 1];
        if (entry.hash != hash ||
            !std::equal(path.begin(), path.end(), codes_of(entry).begin(), codes_of(entry).end()))
            continue;
        entry.customers += customers;
        return;
    }
    paths_.push_back({hash, customers, codes_.size(), static_cast<std::uint32_t>(path.size())});
    codes_.insert(codes_.end(), path.begin(), path.end());
    slots_[slot] = static_cast<std::uint32_t>(paths_.size());
}

void PathSummary::grow() {
    const std::size_t size = slots_.empty() ? 16 : slots_.size() * 2;
    slots_.assign(size, 0);
    for (std::uint32_t i = 0; i < paths_.size(); ++i) {
        std::size_t slot = paths_[i].hash & (size - 1);
        while (slots_[slot] != 0) slot = (slot + 1) & (size - 1);
        slots_[slot] = i + 1;
    }
}

void PathSummary::add(NameList path, std::uint32_t top) {
    set(top);
    own_.clear();
    for (std::string_view event : path) own_.push_back(names_.intern(event, "path"));
    count(own_, 1);
}

void PathSummary::merge(const PathSummary& other) {
    if (!other.set_) return;
    set(other.top_);
    std::pmr::vector<std::uint32_t> codes(memory_);
    for (std::uint32_t code = 0; code < other.names_.size(); ++code)
        codes.push_back(names_.intern(other.names_.name(code), "path"));
    Poll poll;
    for (const Entry& entry : other.paths_) {
        own_.clear();
        for (std::uint32_t code : other.codes_of(entry)) {
            poll();
            own_.push_back(codes[code]);
        }
        count(own_, entry.customers);
    }
}

std::pmr::vector<PathRow> PathSummary::rows() const {
    std::pmr::vector<PathRow> rows(memory_);
    std::int64_t everybody = 0;
    for (const Entry& entry : paths_) {
        rows.push_back({codes_of(entry), false, static_cast<std::int64_t>(entry.customers), 0});
        everybody += rows.back().customers;
    }
    poll_interrupt();
    const auto before = [&](const PathRow& a, const PathRow& b) {
        if (a.customers != b.customers) return a.customers > b.customers;
        return std::lexicographical_compare(
            a.codes.begin(), a.codes.end(), b.codes.begin(), b.codes.end(),
            [&](std::uint32_t x, std::uint32_t y) { return names_.name(x) < names_.name(y); });
    };
    if (top_ != 0 && rows.size() > top_) {
        const auto shown = rows.begin() + static_cast<std::ptrdiff_t>(top_);
        std::partial_sort(rows.begin(), shown, rows.end(), before);
        PathRow rest{{}, true, 0, 0};
        for (auto row = shown; row != rows.end(); ++row) rest.customers += row->customers;
        rows.erase(shown, rows.end());
        rows.push_back(rest);
    } else {
        std::sort(rows.begin(), rows.end(), before);
    }
    for (PathRow& row : rows) row.share = static_cast<double>(row.customers) / static_cast<double>(everybody);
    return rows;
}

std::size_t PathSummary::encoded_size() const {
    return 2 + 4 + names_size(names_) + 4 + paths_.size() * 12 + codes_.size() * 4;
}

void PathSummary::encode(std::byte* to) const {
    *to++ = std::byte{path_summary_version};
    *to++ = static_cast<std::byte>(set_ ? 1 : 0);
    to = store(to, top_);
    to = store_names(to, names_);
    to = store(to, static_cast<std::uint32_t>(paths_.size()));
    for (const Entry& entry : paths_) {
        to = store(to, entry.customers);
        to = store(to, entry.length);
        for (std::uint32_t code : codes_of(entry)) to = store(to, code);
    }
}

void PathSummary::decode(std::span<const std::byte> bytes) {
    StateReader reader(bytes, "path_summary", "path_report");
    reader.version(path_summary_version);
    set_ = reader.number<std::uint8_t>() != 0;
    top_ = reader.number<std::uint32_t>();
    reader.names(names_);
    const auto paths = reader.count<std::uint32_t>(12);
    for (std::uint32_t i = 0; i < paths; ++i) {
        const auto customers = reader.tally();
        const auto length = reader.number<std::uint32_t>();
        own_.clear();
        reader.numbers(own_, length);
        for (std::uint32_t code : own_) {
            if (code >= names_.size()) reader.fail("unknown name");
        }
        count(own_, customers);
        if (paths_.size() != i + 1) reader.fail("a path is there twice");
        if (customers == 0) reader.fail("a path without customers");
    }
    reader.end();
}

}  // namespace journey
