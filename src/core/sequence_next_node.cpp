#include "core/sequence_next_node.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

#include "core/encoding.hpp"
#include "core/error.hpp"
#include "core/interrupt.hpp"

namespace journey {

namespace {

constexpr std::uint8_t state_version = 1;
constexpr std::size_t header_size = 3 + 4 + 8;
constexpr std::size_t row_size = 8 + 1 + 8 * std::size(NextNodeSteps{}.words) + 4;

constexpr std::string_view base_words[] = {"head", "tail", "first_match", "last_match"};

[[noreturn]] void fail_unknown(const char* argument, std::string_view word, const char* valid) {
    throw Error(ErrorCode::invalid_argument, argument, "unknown %s: \"%.*s\"", argument,
                static_cast<int>(word.size()), word.data())
        .hint("Valid values are: %s.", valid);
}

}  // namespace

NextNodeRules parse_next_node(std::string_view direction, std::string_view base, std::uint32_t steps) {
    NextNodeRules rules;
    rules.steps = steps;
    rules.backward = direction == "backward";
    if (!rules.backward && direction != "forward") fail_unknown("direction", direction, "forward, backward");
    const auto* word = std::find(std::begin(base_words), std::end(base_words), base);
    if (word == std::end(base_words)) fail_unknown("base", base, "head, tail, first_match, last_match");
    rules.base = static_cast<NextNodeBase>(word - base_words);
    if (rules.base == (rules.backward ? NextNodeBase::head : NextNodeBase::tail)) {
        throw Error(ErrorCode::invalid_argument, "base", "direction %s has no meaning with base %s",
                    rules.backward ? "backward" : "forward", word->data())
            .hint("Go forward from the head or backward from the tail.");
    }
    if (steps == 0 && (rules.base == NextNodeBase::first_match || rules.base == NextNodeBase::last_match)) {
        throw Error(ErrorCode::invalid_argument, "steps", "base %s needs at least one step", word->data())
            .hint("Add the condition of step 1 after base_condition.");
    }
    if (steps > max_next_node_steps) {
        throw Error(ErrorCode::limit, "steps", "steps has too many steps: %u", steps)
            .hint("sequence_next_node takes at most %u.", max_next_node_steps);
    }
    return rules;
}

bool NextNodeState::before(const Row& a, const Row& b) const {
    if (a.time != b.time) return a.time < b.time;
    if (a.value != b.value) return values_->name(a.value) < values_->name(b.value);
    if (a.base != b.base) return a.base;
    return std::lexicographical_compare(std::rbegin(a.steps.words), std::rend(a.steps.words),
                                        std::rbegin(b.steps.words), std::rend(b.steps.words));
}

void NextNodeState::add(Time time, std::string_view value, bool base, const NextNodeSteps& steps) {
    if (!is_finite(time)) {
        throw Error(ErrorCode::invalid_argument, "ts", "ts must not be infinite")
            .hint("Leave such rows out with a WHERE or FILTER clause.");
    }
    rows_.push_back({time, values_->intern(value, "value"), base, steps});
    trim();
}

void NextNodeState::trim() {
    const bool head = rules_.base == NextNodeBase::head;
    if (!head && rules_.base != NextNodeBase::tail) return;
    const std::size_t needed = std::size_t{rules_.steps} + 1;
    if (rows_.size() < 2 * needed + 14) return;
    std::nth_element(rows_.begin(), rows_.begin() + static_cast<std::ptrdiff_t>(needed), rows_.end(),
                     [&](const Row& a, const Row& b) { return head ? before(a, b) : before(b, a); });
    rows_.resize(needed, rows_.front());
}

std::optional<std::string_view> NextNodeState::answer(std::pmr::memory_resource& memory) const {
    std::pmr::vector<Row> rows(rows_.begin(), rows_.end(), &memory);
    Poll poll;
    std::sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) {
        poll();
        return before(a, b);
    });
    const auto matches = [&](const Row& row) { return row.base && row.steps.has(1); };
    auto base = rows.begin();
    switch (rules_.base) {
        case NextNodeBase::head:
            break;
        case NextNodeBase::tail:
            if (!rows.empty()) base = std::prev(rows.end());
            break;
        case NextNodeBase::first_match:
            base = std::find_if(rows.begin(), rows.end(), matches);
            break;
        case NextNodeBase::last_match:
            base = std::find_if(rows.rbegin(), rows.rend(), matches).base();
            base = base == rows.begin() ? rows.end() : std::prev(base);
            break;
    }
    if (base == rows.end() || !base->base) return std::nullopt;
    const auto left = static_cast<std::size_t>(rules_.backward ? base - rows.begin() : rows.end() - base - 1);
    if (left < rules_.steps) return std::nullopt;
    for (std::uint32_t step = 1; step <= rules_.steps; ++step) {
        if (!base->steps.has(step)) return std::nullopt;
        rules_.backward ? --base : ++base;
    }
    return values_->name(base->value);
}

Bytes NextNodeState::encode(std::pmr::memory_resource& memory, std::size_t prefix) const {
    std::size_t size = prefix + header_size + rows_.size() * row_size;
    for (const Row& row : rows_) size += values_->name(row.value).size();
    if (size > max_journey_bytes) {
        throw Error(ErrorCode::limit, "", "sequence_next_node has %zu rows in one group", rows_.size())
            .detail("A state passed between processes is smaller than 1 GB.")
            .hint("Set max_parallel_workers_per_gather to 0.");
    }
    const Bytes bytes{static_cast<std::byte*>(memory.allocate(size)), size};
    std::byte* to = bytes.data + prefix;
    *to++ = std::byte{state_version};
    *to++ = static_cast<std::byte>(rules_.backward);
    *to++ = static_cast<std::byte>(rules_.base);
    to = store(to, rules_.steps);
    to = store(to, std::uint64_t{rows_.size()});
    for (const Row& row : rows_) {
        to = store(to, row.time);
        *to++ = static_cast<std::byte>(row.base);
        for (const std::uint64_t word : row.steps.words) to = store(to, word);
        const std::string_view value = values_->name(row.value);
        to = store(to, static_cast<std::uint32_t>(value.size()));
        std::memcpy(to, value.data(), value.size());
        to += value.size();
    }
    return bytes;
}

NextNodeRules NextNodeState::rules_of(std::span<const std::byte> bytes) {
    if (bytes.size() < header_size || bytes[0] != std::byte{state_version} || bytes[2] > std::byte{3})
        fail_corrupted("sequence_next_node state");
    return {.backward = bytes[1] != std::byte{0},
            .base = static_cast<NextNodeBase>(bytes[2]),
            .steps = load<std::uint32_t>(bytes.data() + 3)};
}

void NextNodeState::add_encoded(std::span<const std::byte> bytes) {
    if (rules_of(bytes).steps > max_next_node_steps) fail_corrupted("sequence_next_node state");
    const auto count = load<std::uint64_t>(bytes.data() + 7);
    const std::byte* from = bytes.data() + header_size;
    const std::byte* const end = bytes.data() + bytes.size();
    Poll poll;
    for (std::uint64_t row = 0; row < count; ++row) {
        poll();
        if (static_cast<std::size_t>(end - from) < row_size) fail_corrupted("sequence_next_node state");
        const auto time = load<Time>(from);
        const bool base = from[8] != std::byte{0};
        from += 9;
        NextNodeSteps steps;
        for (std::uint64_t& word : steps.words) {
            word = load<std::uint64_t>(from);
            from += sizeof word;
        }
        const auto size = load<std::uint32_t>(from);
        from += sizeof size;
        if (static_cast<std::size_t>(end - from) < size) fail_corrupted("sequence_next_node state");
        add(time, {reinterpret_cast<const char*>(from), size}, base, steps);
        from += size;
    }
    if (from != end) fail_corrupted("sequence_next_node state");
}

}  // namespace journey
