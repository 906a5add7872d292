#include "core/window_funnel.hpp"

#include <algorithm>
#include <deque>
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
constexpr std::size_t header_size = 2 + 4 + 8 + 8 + 2;

std::string_view as_key(std::span<const std::uint64_t> words) {
    return {reinterpret_cast<const char*>(words.data()), words.size_bytes()};
}

FunnelOptions options_of(const WindowFunnelRules& rules, std::pmr::memory_resource& memory) {
    FunnelOptions options(memory);
    options.steps = rules.steps;
    options.within = rules.within;
    options.order = rules.strict_order ? StepOrder::next_event : StepOrder::any_gap;
    options.ties = rules.strict_increase ? Ties::strict : Ties::favourable;
    options.deduplicate = rules.deduplicate;
    options.reentry = rules.reentry;
    return options;
}

std::pmr::vector<FunnelRow> funnel_rows(const WindowFunnelState& state, StepKinds& kinds,
                                        std::pmr::memory_resource& memory) {
    std::pmr::vector<FunnelRow> rows(&memory);
    rows.reserve(state.rows());
    std::pmr::deque<std::pmr::vector<std::uint64_t>> masks(&memory);  // what the keys of `known` refer to
    std::pmr::unordered_map<std::string_view, std::uint32_t> known(&memory);
    state.for_each([&](Time time, std::span<const std::uint64_t> satisfied) {
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

}  // namespace

std::uint32_t window_funnel_level(const WindowFunnelState& state, std::pmr::memory_resource& memory) {
    const WindowFunnelRules& rules = state.rules();
    if (rules.plain() && state.all_narrow()) {
        LevelScan scan(rules.steps, rules.within, memory);
        return state.with_sorted_words(memory, [&](std::span<const std::uint64_t> rows) {
            Poll poll;
            for (const std::uint64_t word : rows) {
                poll();
                scan.add(static_cast<Time>(word) >> WindowFunnelState::narrow_steps,
                         word & WindowFunnelState::narrow_mask);
                if (scan.complete()) break;
            }
            return scan.finish();
        });
    }
    StepKinds kinds(rules.steps, memory);
    auto rows = funnel_rows(state, kinds, memory);
    if (rules.dialect.given())
        return dialect_funnel(rows, kinds, rules.dialect, rules.within, false, memory).level;
    return funnel_level(rows, kinds, options_of(rules, memory), memory);
}

Chain window_funnel_chain(const WindowFunnelState& state, std::pmr::memory_resource& memory) {
    const WindowFunnelRules& rules = state.rules();
    StepKinds kinds(rules.steps, memory);
    auto rows = funnel_rows(state, kinds, memory);
    if (rules.dialect.given()) {
        DialectChain found = dialect_funnel(rows, kinds, rules.dialect, rules.within, true, memory);
        Chain chain(memory);
        chain.level = found.level;
        chain.rows.assign(found.level, 0);  // which row of its time served a step is left open
        chain.times = std::move(found.times);
        return chain;
    }
    return funnel_chain(rows, kinds, options_of(rules, memory), memory);
}

Bytes encode(const WindowFunnelState& state, std::pmr::memory_resource& memory, std::size_t prefix) {
    const WindowFunnelRules& rules = state.rules();
    const std::size_t size = prefix + header_size + state.encoded_size();
    if (size > max_journey_bytes) {
        throw Error(ErrorCode::limit, "", "window_funnel has %zu rows in one group", state.rows())
            .detail("A state passed between processes is smaller than 1 GB.")
            .hint("Set max_parallel_workers_per_gather to 0.");
    }
    const Bytes bytes{static_cast<std::byte*>(memory.allocate(size)), size};
    std::byte* to = bytes.data + prefix;
    *to++ = std::byte{state_version};
    *to++ = static_cast<std::byte>((rules.strict_order ? 1 : 0) | (rules.deduplicate ? 2 : 0) |
                                   (rules.strict_increase ? 4 : 0) | (rules.reentry ? 8 : 0));
    to = store(to, rules.steps);
    to = store(to, rules.within);
    to = store(to, rules.names);
    *to++ = static_cast<std::byte>(rules.dialect.dialect);
    *to++ = static_cast<std::byte>(rules.dialect.flags());
    state.store_rows(to);
    return bytes;
}

WindowFunnelRules window_funnel_rules(std::span<const std::byte> bytes) {
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
            .dialect = DialectRules::from(static_cast<std::uint8_t>(bytes[22]),
                                          static_cast<std::uint8_t>(bytes[23]))};
}

WindowFunnelState* decode_window_funnel(std::span<const std::byte> bytes, const WindowFunnelRules& rules,
                                        std::pmr::memory_resource& memory) {
    return WindowFunnelState::load_rows(bytes.subspan(header_size), rules, "window_funnel state", memory);
}

}  // namespace journey
