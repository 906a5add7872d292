#include "core/discover_map.hpp"

#include <algorithm>
#include <limits>

#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "core/stage_map.hpp"
#include "core/state_bytes.hpp"

namespace journey {

void MapDiscovery::label(std::uint32_t stages) {
    if (stages_ == 0) stages_ = stages;
    if (stages_ == stages) return;
    throw Error(ErrorCode::invalid_argument, "stages", "stages differs between the rows of one map")
        .hint("Give the same number of stages for every row.");
}

std::uint32_t MapDiscovery::intern(std::string_view name) {
    const std::uint32_t code = names_.intern(name, "j");
    if (code >= max_discovered_names) {
        throw Error(ErrorCode::limit, "j", "there are more than %u different events", max_discovered_names)
            .hint("Group events first, with relabel(j, …), or keep the frequent ones.");
    }
    if (code == customers_.size()) {
        customers_.push_back(0);
        events_.push_back(0);
    }
    return code;
}

void MapDiscovery::add(const JourneyView& journey, std::uint32_t stages) {
    label(stages);
    if (journey.empty()) return;
    ++all_;
    firsts_.clear();
    for (std::string_view name : journey.event_names()) firsts_.push_back({intern(name), 0});
    std::pmr::vector<std::uint8_t> seen(firsts_.size(), 0, memory_);
    Poll poll;
    for (std::uint32_t row = 0; row < journey.size(); ++row) {
        poll();
        const std::uint32_t code = journey.event(row);
        if (code >= firsts_.size()) fail_corrupted("event code");
        ++events_[firsts_[code].name];
        if (seen[code] != 0) continue;
        seen[code] = 1;
        firsts_[code].time = journey.time(row);
        ++customers_[firsts_[code].name];
    }
    for (std::size_t a = 0; a < firsts_.size(); ++a) {
        for (std::size_t b = a + 1; b < firsts_.size(); ++b) {
            poll();
            const First &x = firsts_[a], &y = firsts_[b];
            if (x.time <= y.time) pairs_[pairs_.place(x.name, y.name)].twice += x.time == y.time ? 1 : 2;
            if (y.time <= x.time) pairs_[pairs_.place(y.name, x.name)].twice += x.time == y.time ? 1 : 2;
        }
    }
}

void MapDiscovery::merge(const MapDiscovery& other) {
    if (other.stages_ == 0) return;
    label(other.stages_);
    all_ += other.all_;
    std::pmr::vector<std::uint32_t> codes(memory_);
    for (std::uint32_t i = 0; i < other.names_.size(); ++i) {
        codes.push_back(intern(other.names_.name(i)));
        customers_[codes[i]] += other.customers_[i];
        events_[codes[i]] += other.events_[i];
    }
    Poll poll;
    for (const Pair& pair : other.pairs_.entries()) {
        poll();
        pairs_[pairs_.place(codes[pair.from], codes[pair.to])].twice += pair.twice;
    }
}

std::pmr::vector<DiscoveredRow> MapDiscovery::rows() const {
    // In the order of the names, so that sums are the same however names were numbered.
    std::pmr::vector<std::uint32_t> order(memory_);
    for (std::uint32_t i = 0; i < names_.size(); ++i) order.push_back(i);
    std::sort(order.begin(), order.end(),
              [&](std::uint32_t a, std::uint32_t b) { return names_.name(a) < names_.name(b); });
    std::pmr::vector<DiscoveredRow> rows(memory_);
    Poll poll;
    for (std::uint32_t name : order) {
        DiscoveredRow row;
        row.event = names_.name(name);
        row.customers = static_cast<std::int64_t>(customers_[name]);
        row.events = static_cast<std::int64_t>(events_[name]);
        row.reach = static_cast<double>(customers_[name]) / static_cast<double>(all_);
        double sum = 0;
        std::uint32_t others = 0;
        for (std::uint32_t other : order) {
            poll();
            const Pair *later = pairs_.find(other, name), *earlier = pairs_.find(name, other);
            const std::uint64_t after = later == nullptr ? 0 : later->twice;
            const std::uint64_t both = after + (earlier == nullptr ? 0 : earlier->twice);
            if (both == 0) continue;
            sum += static_cast<double>(after) / static_cast<double>(both);
            ++others;
        }
        row.position = others == 0 ? 0.5 : sum / others;
        rows.push_back(row);
    }
    std::sort(rows.begin(), rows.end(), [](const DiscoveredRow& a, const DiscoveredRow& b) {
        return a.position != b.position ? a.position < b.position : a.event < b.event;
    });
    cut(rows);
    return rows;
}

// best[k][i]: the least sum of squares of the first i rows in k stages.
void MapDiscovery::cut(std::pmr::vector<DiscoveredRow>& rows) const {
    const std::size_t n = rows.size(), k = std::min<std::size_t>(stages_, n);
    if (n == 0) return;
    std::pmr::vector<double> weight(n + 1, 0, memory_), sum(n + 1, 0, memory_), square(n + 1, 0, memory_);
    for (std::size_t i = 0; i < n; ++i) {
        const double w = static_cast<double>(rows[i].customers), x = rows[i].position;
        weight[i + 1] = weight[i] + w;
        sum[i + 1] = sum[i] + w * x;
        square[i + 1] = square[i] + w * x * x;
    }
    const auto cost = [&](std::size_t first, std::size_t last) {
        const double w = weight[last] - weight[first], s = sum[last] - sum[first];
        return square[last] - square[first] - s * s / w;
    };
    std::pmr::vector<double> best(n + 1, std::numeric_limits<double>::infinity(), memory_),
        next(best, memory_);
    std::pmr::vector<std::uint32_t> from((k + 1) * (n + 1), 0, memory_);
    best[0] = 0;
    Poll poll;
    for (std::size_t stage = 1; stage <= k; ++stage) {
        std::fill(next.begin(), next.end(), std::numeric_limits<double>::infinity());
        for (std::size_t last = stage; last <= n; ++last) {
            for (std::size_t first = stage - 1; first < last; ++first) {
                poll();
                const double total = best[first] + cost(first, last);
                if (total >= next[last]) continue;
                next[last] = total;
                from[stage * (n + 1) + last] = static_cast<std::uint32_t>(first);
            }
        }
        std::swap(best, next);
    }
    std::size_t last = n;
    for (std::size_t stage = k; stage > 0; --stage) {
        const std::size_t first = from[stage * (n + 1) + last];
        for (std::size_t i = first; i < last; ++i) rows[i].stage = static_cast<std::uint32_t>(stage - 1);
        last = first;
    }
}

std::size_t MapDiscovery::encoded_size() const {
    return 1 + 4 + 8 + names_size(names_) + 16 * customers_.size() + 4 + 16 * std::size_t{pairs_.size()};
}

void MapDiscovery::encode(std::byte* to) const {
    *to++ = std::byte{discover_map_version};
    to = store(to, stages_);
    to = store(to, all_);
    to = store_names(to, names_);
    for (std::size_t i = 0; i < customers_.size(); ++i) {
        to = store(to, customers_[i]);
        to = store(to, events_[i]);
    }
    to = store(to, pairs_.size());
    for (const Pair& pair : pairs_.entries()) {
        to = store(to, pair.from);
        to = store(to, pair.to);
        to = store(to, pair.twice);
    }
}

void MapDiscovery::decode(std::span<const std::byte> bytes) {
    StateReader reader(bytes, "map_discovery", "discover_map");
    reader.version(discover_map_version);
    stages_ = reader.number<std::uint32_t>();
    if (stages_ > max_stages) reader.fail("too many stages");
    all_ = reader.tally();
    reader.names(names_);
    if (names_.size() > max_discovered_names) reader.fail("too many names");
    for (std::uint32_t i = 0; i < names_.size(); ++i) {
        customers_.push_back(reader.tally());
        events_.push_back(reader.tally());
        if (customers_[i] == 0 || customers_[i] > all_) reader.fail("a wrong number of customers");
    }
    for (auto left = reader.count<std::uint32_t>(16); left > 0; --left) {
        const auto from = reader.number<std::uint32_t>(), to = reader.number<std::uint32_t>();
        if (from >= names_.size() || to >= names_.size()) reader.fail("unknown name");
        const std::uint32_t before = pairs_.size(), pair = pairs_.place(from, to);
        if (pair != before) reader.fail("a pair is there twice");
        pairs_[pair].twice = reader.tally();
    }
    reader.end();
}

}  // namespace journey
