#include "core/window_funnel.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "core/encoding.hpp"
#include "core/error.hpp"
#include "core/events.hpp"
#include "core/funnel_scan.hpp"
#include "core/interrupt.hpp"

namespace journey {

namespace {

constexpr std::uint8_t state_version = 1;
constexpr std::size_t header_size = 2 + 4 + 8 + 8;

std::string_view as_key(std::span<const std::uint64_t> words) {
    return {reinterpret_cast<const char*>(words.data()), words.size_bytes()};
}

}  // namespace

void WindowFunnelState::check(Time time) {
    if (time != min_time && time != max_time) return;
    throw Error(ErrorCode::invalid_argument, "ts", "ts must not be infinite")
        .hint("Leave such rows out with a WHERE or FILTER clause.");
}

void WindowFunnelState::add(Time time, std::span<const std::uint64_t> satisfied) {
    if (!wide()) {
        add(time, static_cast<std::uint32_t>(satisfied[0]));
        return;
    }
    check(time);
    const bool none =
        std::all_of(satisfied.begin(), satisfied.end(), [](std::uint64_t word) { return word == 0; });
    if (none && !rules_.strict_order) return;
    push(time, static_cast<std::uint32_t>(words_.size() / words_per_row()));
    words_.insert(words_.end(), satisfied.begin(), satisfied.end());
}

std::span<const std::uint64_t> WindowFunnelState::words_of(const Row& row) const {
    return {words_.data() + std::size_t{row.satisfied} * words_per_row(), words_per_row()};
}

void WindowFunnelState::add(const WindowFunnelState& other) {
    Poll poll;
    for (const Row& row : other.rows_) {
        poll();
        if (wide()) {
            add(row.time, other.words_of(row));
        } else {
            push(row.time, row.satisfied);
        }
    }
}

void WindowFunnelState::sort() {
    if (sorted_) return;
    Poll poll;
    std::sort(rows_.begin(), rows_.end(), [&](const Row& a, const Row& b) {
        poll();
        return a.time < b.time;
    });
    sorted_ = true;
}

bool WindowFunnelState::plain() const {
    return !rules_.strict_order && !rules_.deduplicate && !rules_.strict_increase && !wide();
}

FunnelOptions WindowFunnelState::options() const {
    FunnelOptions options(*memory_);
    options.steps = rules_.steps;
    options.within = rules_.within;
    options.order = rules_.strict_order ? StepOrder::next_event : StepOrder::any_gap;
    options.ties = rules_.strict_increase ? Ties::strict : Ties::favourable;
    options.deduplicate = rules_.deduplicate;
    options.reentry = rules_.reentry;
    return options;
}

std::pmr::vector<FunnelRow> WindowFunnelState::funnel_rows(StepKinds& kinds) {
    sort();
    std::pmr::vector<FunnelRow> rows(memory_);
    rows.reserve(rows_.size());
    std::pmr::unordered_map<std::string_view, std::uint32_t> known(memory_);
    std::pmr::unordered_map<std::uint32_t, std::uint32_t> known_masks(memory_);
    Poll poll;
    for (const Row& row : rows_) {
        poll();
        std::uint32_t kind = 0;
        if (wide()) {
            const auto words = words_of(row);
            const auto [at, is_new] = known.try_emplace(as_key(words), 0);
            if (is_new) at->second = kinds.add(words);
            kind = at->second;
        } else {
            const auto [at, is_new] = known_masks.try_emplace(row.satisfied, 0);
            const std::uint64_t word = row.satisfied;
            if (is_new) at->second = kinds.add({&word, 1});
            kind = at->second;
        }
        rows.push_back({row.time, static_cast<std::uint32_t>(rows.size()), kind});
    }
    return rows;
}

std::uint32_t WindowFunnelState::level() {
    if (plain()) {
        sort();
        LevelScan scan(rules_.steps, rules_.within, *memory_);
        Poll poll;
        for (const Row& row : rows_) {
            poll();
            scan.add(row.time, row.satisfied);
            if (scan.complete()) break;
        }
        return scan.finish();
    }
    StepKinds kinds(rules_.steps, *memory_);
    const auto rows = funnel_rows(kinds);
    return funnel_level(rows, kinds, options(), *memory_);
}

Chain WindowFunnelState::chain() {
    StepKinds kinds(rules_.steps, *memory_);
    const auto rows = funnel_rows(kinds);
    return funnel_chain(rows, kinds, options(), *memory_);
}

Bytes WindowFunnelState::encode(std::pmr::memory_resource& memory, std::size_t prefix) const {
    const std::size_t row_size = 8 + 4 + (wide() ? std::size_t{words_per_row()} * 8 : 0);
    const std::size_t size = prefix + header_size + rows_.size() * row_size;
    if (size > max_journey_bytes) {
        throw Error(ErrorCode::limit, "", "window_funnel has %zu rows in one group", rows_.size())
            .detail("A state passed between processes is smaller than 1 GB.")
            .hint("Set max_parallel_workers_per_gather to 0.");
    }
    const Bytes bytes{static_cast<std::byte*>(memory.allocate(size)), size};
    std::byte* to = bytes.data + prefix;
    *to++ = std::byte{state_version};
    *to++ = static_cast<std::byte>((rules_.strict_order ? 1 : 0) | (rules_.deduplicate ? 2 : 0) |
                                   (rules_.strict_increase ? 4 : 0) | (rules_.reentry ? 8 : 0));
    to = store(to, rules_.steps);
    to = store(to, rules_.within);
    to = store(to, std::uint64_t{rows_.size()});
    for (const Row& row : rows_) {
        to = store(to, row.time);
        to = store(to, row.satisfied);
        if (!wide()) continue;
        for (std::uint64_t word : words_of(row)) to = store(to, word);
    }
    return bytes;
}

WindowFunnelRules WindowFunnelState::rules_of(std::span<const std::byte> bytes) {
    if (bytes.size() < header_size || bytes[0] != std::byte{state_version})
        fail_corrupted("window_funnel state");
    const auto flags = static_cast<std::uint8_t>(bytes[1]);
    return {.within = load<std::uint64_t>(bytes.data() + 6),
            .steps = load<std::uint32_t>(bytes.data() + 2),
            .strict_order = (flags & 1) != 0,
            .deduplicate = (flags & 2) != 0,
            .strict_increase = (flags & 4) != 0,
            .reentry = (flags & 8) != 0};
}

void WindowFunnelState::decode(std::span<const std::byte> bytes) {
    const auto count = load<std::uint64_t>(bytes.data() + 14);
    const std::size_t row_size = 8 + 4 + (wide() ? std::size_t{words_per_row()} * 8 : 0);
    if ((bytes.size() - header_size) / row_size != count || (bytes.size() - header_size) % row_size != 0) {
        fail_corrupted("window_funnel state");
    }
    const std::byte* from = bytes.data() + header_size;
    std::pmr::vector<std::uint64_t> words(words_per_row(), memory_);
    Poll poll;
    for (std::uint64_t i = 0; i < count; ++i, from += row_size) {
        poll();
        const auto time = load<Time>(from);
        if (!wide()) {
            push(time, load<std::uint32_t>(from + 8));
            continue;
        }
        for (std::size_t word = 0; word < words.size(); ++word)
            words[word] = load<std::uint64_t>(from + 12 + 8 * word);
        add(time, words);
    }
}

}  // namespace journey
