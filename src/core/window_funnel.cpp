#include "core/window_funnel.hpp"

#include <algorithm>
#include <deque>
#include <new>
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
constexpr std::size_t header_size = 2 + 4 + 8 + 8 + 8 + 2;

std::string_view as_key(std::span<const std::uint64_t> words) {
    return {reinterpret_cast<const char*>(words.data()), words.size_bytes()};
}

}  // namespace

WindowFunnelState* WindowFunnelState::make(const WindowFunnelRules& rules, const WindowFunnelState* older,
                                           bool narrow, std::pmr::memory_resource& memory) {
    const std::uint32_t stride = narrow ? 1 : 1 + (rules.steps + 63) / 64;
    const auto capacity = std::max(
        static_cast<std::uint32_t>((chunk_bytes - sizeof(WindowFunnelState)) / sizeof(std::uint64_t)),
        stride);
    void* place =
        memory.allocate(sizeof(WindowFunnelState) + capacity * sizeof(std::uint64_t), alignof(std::uint64_t));
    return new (place) WindowFunnelState(rules, older, capacity, narrow);
}

WindowFunnelState* WindowFunnelState::add(WindowFunnelState* state, const WindowFunnelRules& rules, Time time,
                                          std::span<const std::uint64_t> satisfied,
                                          std::pmr::memory_resource& memory) {
    if (time == min_time || time == max_time) {
        throw Error(ErrorCode::invalid_argument, "ts", "ts must not be infinite")
            .hint("Leave such rows out with a WHERE or FILTER clause.");
    }
    const bool none =
        std::all_of(satisfied.begin(), satisfied.end(), [](std::uint64_t word) { return word == 0; });
    if (none && !rules.keeps_all_rows()) return state;
    const bool narrow = rules.steps <= narrow_steps && fits(time);
    if (state == nullptr || state->narrow_ != narrow || state->size_ + state->stride() > state->capacity_) {
        state = make(rules, state, narrow, memory);
    }
    if (narrow) {
        state->push_narrow(time, satisfied[0]);
        return state;
    }
    if (time < state->last_time()) state->sorted_ = false;
    std::uint64_t* words = state->words();
    words[state->size_++] = static_cast<std::uint64_t>(time);
    for (std::uint32_t word = 0; word < state->words_for_steps(); ++word) {
        words[state->size_++] = word < satisfied.size() ? satisfied[word] : 0;
    }
    return state;
}

std::span<const std::uint64_t> WindowFunnelState::satisfied(std::uint32_t at, std::uint64_t& scratch) const {
    if (!narrow_) return {words() + at + 1, words_for_steps()};
    scratch = words()[at] & narrow_mask;
    return {&scratch, 1};
}

// Calls visit(time, satisfied) for every row, chunk by chunk, the newest chunk first.
template <class Visit>
void WindowFunnelState::for_each(Visit visit) const {
    Poll poll;
    std::uint64_t scratch = 0;
    for (const WindowFunnelState* chunk = this; chunk != nullptr; chunk = chunk->older_) {
        for (std::uint32_t at = 0; at < chunk->size_; at += chunk->stride()) {
            poll();
            visit(chunk->time(at), chunk->satisfied(at, scratch));
        }
    }
}

WindowFunnelState* WindowFunnelState::merge(WindowFunnelState* state, const WindowFunnelState& other,
                                            const WindowFunnelRules& rules,
                                            std::pmr::memory_resource& memory) {
    other.for_each([&](Time time, std::span<const std::uint64_t> satisfied) {
        state = add(state, rules, time, satisfied, memory);
    });
    return state;
}

std::size_t WindowFunnelState::rows() const {
    std::size_t rows = 0;
    for (const WindowFunnelState* chunk = this; chunk != nullptr; chunk = chunk->older_) {
        rows += chunk->size_ / chunk->stride();
    }
    return rows;
}

bool WindowFunnelState::all_narrow() const {
    for (const WindowFunnelState* chunk = this; chunk != nullptr; chunk = chunk->older_) {
        if (!chunk->narrow_) return false;
    }
    return true;
}

// All rows as narrow words in the order of time.
std::pmr::vector<std::uint64_t> WindowFunnelState::narrow_rows(std::pmr::memory_resource& memory) const {
    std::pmr::vector<std::uint64_t> rows(this->rows(), &memory);
    auto to = rows.end();
    for (const WindowFunnelState* chunk = this; chunk != nullptr; chunk = chunk->older_) {
        to = std::copy_backward(chunk->words(), chunk->words() + chunk->size_, to);
    }
    if (!sorted_) {
        Poll poll;
        std::sort(rows.begin(), rows.end(), [&](std::uint64_t a, std::uint64_t b) {
            poll();
            return static_cast<Time>(a) < static_cast<Time>(b);
        });
    }
    return rows;
}

FunnelOptions WindowFunnelState::options(std::pmr::memory_resource& memory) const {
    FunnelOptions options(memory);
    options.steps = rules_->steps;
    options.within = rules_->within;
    options.order = rules_->strict_order ? StepOrder::next_event : StepOrder::any_gap;
    options.ties = rules_->strict_increase ? Ties::strict : Ties::favourable;
    options.deduplicate = rules_->deduplicate;
    options.reentry = rules_->reentry;
    return options;
}

std::pmr::vector<FunnelRow> WindowFunnelState::funnel_rows(StepKinds& kinds,
                                                           std::pmr::memory_resource& memory) const {
    std::pmr::vector<FunnelRow> rows(&memory);
    rows.reserve(this->rows());
    std::pmr::deque<std::pmr::vector<std::uint64_t>> masks(&memory);  // what the keys of `known` refer to
    std::pmr::unordered_map<std::string_view, std::uint32_t> known(&memory);
    for_each([&](Time time, std::span<const std::uint64_t> satisfied) {
        auto at = known.find(as_key(satisfied));
        if (at == known.end()) {
            masks.emplace_back(satisfied.begin(), satisfied.end());
            at = known.emplace(as_key(masks.back()), kinds.add(satisfied)).first;
        }
        rows.push_back({time, 0, at->second});
    });
    Poll poll;
    std::sort(rows.begin(), rows.end(), [&](const FunnelRow& a, const FunnelRow& b) {
        poll();
        return a.time != b.time ? a.time < b.time : a.kind < b.kind;
    });
    for (std::uint32_t row = 0; row < rows.size(); ++row) rows[row].row = row;
    return rows;
}

std::uint32_t WindowFunnelState::level(std::pmr::memory_resource& memory) const {
    if (rules_->plain() && all_narrow()) {
        LevelScan scan(rules_->steps, rules_->within, memory);
        const auto take = [&](std::span<const std::uint64_t> rows) {
            Poll poll;
            for (const std::uint64_t word : rows) {
                poll();
                scan.add(static_cast<Time>(word) >> narrow_steps, word & narrow_mask);
                if (scan.complete()) break;
            }
        };
        if (older_ == nullptr && sorted_) {
            take({words(), size_});
        } else {
            take(narrow_rows(memory));
        }
        return scan.finish();
    }
    StepKinds kinds(rules_->steps, memory);
    auto rows = funnel_rows(kinds, memory);
    if (rules_->dialect.given()) {
        return dialect_funnel(rows, kinds, rules_->dialect, rules_->within, false, memory).level;
    }
    return funnel_level(rows, kinds, options(memory), memory);
}

Chain WindowFunnelState::chain(std::pmr::memory_resource& memory) const {
    StepKinds kinds(rules_->steps, memory);
    auto rows = funnel_rows(kinds, memory);
    if (rules_->dialect.given()) {
        DialectChain found = dialect_funnel(rows, kinds, rules_->dialect, rules_->within, true, memory);
        Chain chain(memory);
        chain.level = found.level;
        chain.rows.assign(found.level, 0);  // which row of its time served a step is left open
        chain.times = std::move(found.times);
        return chain;
    }
    return funnel_chain(rows, kinds, options(memory), memory);
}

Bytes WindowFunnelState::encode(std::pmr::memory_resource& memory, std::size_t prefix) const {
    const std::size_t row_size = 8 * (1 + std::size_t{words_for_steps()}), rows = this->rows();
    const std::size_t size = prefix + header_size + rows * row_size;
    if (size > max_journey_bytes) {
        throw Error(ErrorCode::limit, "", "window_funnel has %zu rows in one group", rows)
            .detail("A state passed between processes is smaller than 1 GB.")
            .hint("Set max_parallel_workers_per_gather to 0.");
    }
    const Bytes bytes{static_cast<std::byte*>(memory.allocate(size)), size};
    std::byte* to = bytes.data + prefix;
    *to++ = std::byte{state_version};
    *to++ = static_cast<std::byte>((rules_->strict_order ? 1 : 0) | (rules_->deduplicate ? 2 : 0) |
                                   (rules_->strict_increase ? 4 : 0) | (rules_->reentry ? 8 : 0));
    to = store(to, rules_->steps);
    to = store(to, rules_->within);
    to = store(to, rules_->names);
    to = store(to, std::uint64_t{rows});
    *to++ = static_cast<std::byte>(rules_->dialect.dialect);
    *to++ = static_cast<std::byte>(rules_->dialect.flags());
    for_each([&](Time time, std::span<const std::uint64_t> satisfied) {
        to = store(to, time);
        for (std::uint64_t word : satisfied) to = store(to, word);
    });
    return bytes;
}

WindowFunnelRules WindowFunnelState::rules_of(std::span<const std::byte> bytes) {
    if (bytes.size() < header_size || bytes[0] != std::byte{state_version})
        fail_corrupted("window_funnel state");
    const auto flags = static_cast<std::uint8_t>(bytes[1]);
    return {.within = load<std::uint64_t>(bytes.data() + 6),
            .steps = load<std::uint32_t>(bytes.data() + 2),
            .names = load<std::uint64_t>(bytes.data() + 14),
            .strict_order = (flags & 1) != 0,
            .deduplicate = (flags & 2) != 0,
            .strict_increase = (flags & 4) != 0,
            .reentry = (flags & 8) != 0,
            .dialect = DialectRules::from(static_cast<std::uint8_t>(bytes[30]),
                                          static_cast<std::uint8_t>(bytes[31]))};
}

WindowFunnelState* WindowFunnelState::decode(std::span<const std::byte> bytes, const WindowFunnelRules& rules,
                                             std::pmr::memory_resource& memory) {
    const auto count = load<std::uint64_t>(bytes.data() + 22);
    const std::size_t words_per_row = (std::size_t{rules.steps} + 63) / 64,
                      row_size = 8 * (1 + words_per_row);
    if ((bytes.size() - header_size) / row_size != count || (bytes.size() - header_size) % row_size != 0) {
        fail_corrupted("window_funnel state");
    }
    WindowFunnelState* state = nullptr;
    const std::byte* from = bytes.data() + header_size;
    std::pmr::vector<std::uint64_t> words(words_per_row, &memory);
    Poll poll;
    for (std::uint64_t row = 0; row < count; ++row, from += row_size) {
        poll();
        for (std::size_t word = 0; word < words.size(); ++word)
            words[word] = load<std::uint64_t>(from + 8 + 8 * word);
        state = add(state, rules, load<Time>(from), words, memory);
    }
    return state;
}

}  // namespace journey
