// The rows of one group as aggregates over conditions keep them (window_funnel,
// sequence_match): a time and the conditions it satisfies, in any order.
//
// Rows of all groups come interleaved, so nearly every row finds its group's state
// outside the processor's cache, and what a row costs is the number of cache lines
// it touches. Hence chunks of 128 bytes, the newest being the state itself: a row
// is written beside the counter that was just read. A row is one word (its time
// and up to 8 conditions); for more conditions and times beyond the year 3141 one
// word for the time and one for each 64 conditions.
//
// Rules is what all rows of a group have in common: `steps`, the number of
// conditions, keeps_all_rows(), whether a row that satisfies none can matter, `pending`,
// the rows put off, and ==.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory_resource>
#include <new>
#include <span>
#include <vector>

#include "core/encoding.hpp"
#include "core/error.hpp"
#include "core/events.hpp"
#include "core/interrupt.hpp"
#include "core/memory.hpp"

namespace journey {

inline bool none_satisfied(std::span<const std::uint64_t> satisfied) {
    return std::all_of(satisfied.begin(), satisfied.end(), [](std::uint64_t word) { return word == 0; });
}

// One chunk of a group's rows, and through `older` all of them. Never destroyed:
// dropping its memory is the destructor. The rules outlive the state.
template <class Rules>
class ConditionRows {
  public:
    static constexpr std::uint32_t narrow_steps = 8;
    static constexpr std::uint64_t narrow_mask = 0xff;

    // The state with a row more; `state` may be null. `satisfied` has 64 conditions a
    // word, the first in bit 0 of the first. Throws for an infinite time.
    static ConditionRows* add(ConditionRows* state, const Rules& rules, Time time,
                              std::span<const std::uint64_t> satisfied, std::pmr::memory_resource& memory);
    // The state, made if it is null: for rules that rows yet to come are compared with.
    static ConditionRows* ensure(ConditionRows* state, const Rules& rules,
                                 std::pmr::memory_resource& memory) {
        return state != nullptr ? state : make(rules, nullptr, rules.steps <= narrow_steps, memory);
    }
    // Rows of at most 8 conditions are a word, but for times beyond the year 3141.
    static bool is_one_word(const Rules& rules, Time time) {
        return rules.steps <= narrow_steps && fits(time);
    }
    static std::uint64_t word_of(Time time, std::uint64_t satisfied) {
        return static_cast<std::uint64_t>(time) << narrow_steps | satisfied;
    }
    // Adds such a row where there is room.
    bool add(std::uint64_t word) {
        if (!narrow_ || size_ == capacity_) return false;
        push(word);
        return true;
    }
    // Adds such a row and stays where it is: what is full moves.
    void add(std::uint64_t word, std::pmr::memory_resource& memory) {
        if (!narrow_ || size_ == capacity_) hand_down(memory);
        push(word);
    }
    // Takes in rows that were put off (pending_rows.hpp). Before it is read.
    void settle() {
        if (rules_->pending.rows != nullptr) rules_->pending.rows->settle();
    }
    // All rows of two states of the same rules; `state` may be null.
    static ConditionRows* merge(ConditionRows* state, const ConditionRows& other, const Rules& rules,
                                std::pmr::memory_resource& memory) {
        other.for_each([&](Time time, std::span<const std::uint64_t> satisfied) {
            state = add(state, rules, time, satisfied, memory);
        });
        return state;
    }

    const Rules& rules() const { return *rules_; }
    std::size_t rows() const {
        std::size_t rows = 0;
        for (const ConditionRows* chunk = this; chunk != nullptr; chunk = chunk->older_)
            rows += chunk->size_ / chunk->stride();
        return rows;
    }
    // Calls visit(time, satisfied) for every row, chunk by chunk, the newest chunk first.
    template <class Visit>
    void for_each(Visit visit) const;

    // Is every row one word: time << 8 | conditions?
    bool all_narrow() const {
        for (const ConditionRows* chunk = this; chunk != nullptr; chunk = chunk->older_) {
            if (!chunk->narrow_) return false;
        }
        return true;
    }
    // Calls take(words) with all rows in the order of time; all_narrow().
    template <class Take>
    auto with_sorted_words(std::pmr::memory_resource& memory, Take take) const {
        const std::span<const std::uint64_t> newest(words(), size_);
        if (older_ == nullptr && in_order(newest)) return take(newest);
        const auto rows = sorted_words(memory);
        return take(std::span<const std::uint64_t>(rows));
    }

    // The rows as bytes: count, then time and conditions of each.
    std::size_t encoded_size() const { return 8 + rows() * row_size(*rules_); }
    std::byte* store_rows(std::byte* to) const {
        to = store(to, std::uint64_t{rows()});
        for_each([&](Time time, std::span<const std::uint64_t> satisfied) {
            to = store(to, time);
            for (const std::uint64_t word : satisfied) to = store(to, word);
        });
        return to;
    }
    // Null if there are no rows; `what` is blamed for bytes that are none.
    static ConditionRows* load_rows(std::span<const std::byte> bytes, const Rules& rules, const char* what,
                                    std::pmr::memory_resource& memory);

  private:
    static constexpr std::size_t chunk_bytes = 128;

    ConditionRows(const Rules& rules, const ConditionRows* older, std::uint32_t capacity, bool narrow)
        : rules_(&rules), older_(older), capacity_(static_cast<std::uint16_t>(capacity)), narrow_(narrow) {}
    static ConditionRows* make(const Rules& rules, const ConditionRows* older, bool narrow,
                               std::pmr::memory_resource& memory) {
        const std::uint32_t stride = narrow ? 1 : 1 + (rules.steps + 63) / 64;
        const auto capacity = std::max(
            static_cast<std::uint32_t>((chunk_bytes - sizeof(ConditionRows)) / sizeof(std::uint64_t)),
            stride);
        void* place =
            memory.allocate(sizeof(ConditionRows) + capacity * sizeof(std::uint64_t), alignof(std::uint64_t));
        return new (place) ConditionRows(rules, older, capacity, narrow);
    }

    // Moves the rows to a chunk of their own: the state stays the newest chunk and where it is.
    void hand_down(std::pmr::memory_resource& memory) {
        const std::size_t bytes = sizeof(ConditionRows) + capacity_ * sizeof(std::uint64_t);
        void* place = memory.allocate(bytes, alignof(std::uint64_t));
        std::memcpy(place, static_cast<const void*>(this), bytes);
        older_ = static_cast<const ConditionRows*>(place);
        size_ = 0;
        narrow_ = true;
    }

    static std::size_t row_size(const Rules& rules) { return 8 * (1 + (std::size_t{rules.steps} + 63) / 64); }
    // No infinite time does.
    static bool fits(Time time) { return time >> 55 == time >> 63; }
    // Nothing but the counter is read: the row's own cache line may be on its way yet.
    void push(std::uint64_t word) { words()[size_++] = word; }
    // Do the times of rows of one word never fall?
    static bool in_order(std::span<const std::uint64_t> rows) {
        bool falls = false;
        for (std::size_t i = 1; i < rows.size(); ++i)
            falls |= static_cast<Time>(rows[i] | narrow_mask) < static_cast<Time>(rows[i - 1]);
        return !falls;
    }
    std::uint32_t words_for_steps() const { return (rules_->steps + 63) / 64; }
    std::uint32_t stride() const { return narrow_ ? 1 : 1 + words_for_steps(); }
    std::uint64_t* words() { return reinterpret_cast<std::uint64_t*>(this + 1); }
    const std::uint64_t* words() const { return reinterpret_cast<const std::uint64_t*>(this + 1); }
    // Of row `at` words into the chunk.
    Time time(std::uint32_t at) const {
        const auto word = static_cast<Time>(words()[at]);
        return narrow_ ? word >> narrow_steps : word;
    }
    std::span<const std::uint64_t> satisfied(std::uint32_t at, std::uint64_t& scratch) const {
        if (!narrow_) return {words() + at + 1, words_for_steps()};
        scratch = words()[at] & narrow_mask;
        return {&scratch, 1};
    }
    std::pmr::vector<std::uint64_t> sorted_words(std::pmr::memory_resource& memory) const;

    const Rules* rules_;
    const ConditionRows* older_;
    std::uint32_t size_ = 0;  // words that follow
    std::uint16_t capacity_;
    bool narrow_;
};

template <class Rules>
ConditionRows<Rules>* ConditionRows<Rules>::add(ConditionRows* state, const Rules& rules, Time time,
                                                std::span<const std::uint64_t> satisfied,
                                                std::pmr::memory_resource& memory) {
    if (!is_finite(time)) {
        throw Error(ErrorCode::invalid_argument, "ts", "ts must not be infinite")
            .hint("Leave such rows out with a WHERE or FILTER clause.");
    }
    if (none_satisfied(satisfied) && !rules.keeps_all_rows()) return state;
    const bool narrow = rules.steps <= narrow_steps && fits(time);
    if (state == nullptr || state->narrow_ != narrow || state->size_ + state->stride() > state->capacity_) {
        state = make(rules, state, narrow, memory);
    }
    if (narrow) {
        state->push(word_of(time, satisfied[0]));
        return state;
    }
    std::uint64_t* words = state->words();
    words[state->size_++] = static_cast<std::uint64_t>(time);
    for (std::uint32_t word = 0; word < state->words_for_steps(); ++word) {
        words[state->size_++] = word < satisfied.size() ? satisfied[word] : 0;
    }
    return state;
}

template <class Rules>
template <class Visit>
void ConditionRows<Rules>::for_each(Visit visit) const {
    Poll poll;
    std::uint64_t scratch = 0;
    for (const ConditionRows* chunk = this; chunk != nullptr; chunk = chunk->older_) {
        for (std::uint32_t at = 0; at < chunk->size_; at += chunk->stride()) {
            poll();
            visit(chunk->time(at), chunk->satisfied(at, scratch));
        }
    }
}

template <class Rules>
std::pmr::vector<std::uint64_t> ConditionRows<Rules>::sorted_words(std::pmr::memory_resource& memory) const {
    std::pmr::vector<std::uint64_t> rows(this->rows(), &memory);
    auto to = rows.end();
    for (const ConditionRows* chunk = this; chunk != nullptr; chunk = chunk->older_) {
        to = std::copy_backward(chunk->words(), chunk->words() + chunk->size_, to);
    }
    if (!in_order(rows)) {
        Poll poll;
        std::sort(rows.begin(), rows.end(), [&](std::uint64_t a, std::uint64_t b) {
            poll();
            return static_cast<Time>(a) < static_cast<Time>(b);
        });
    }
    return rows;
}

template <class Rules>
ConditionRows<Rules>* ConditionRows<Rules>::load_rows(std::span<const std::byte> bytes, const Rules& rules,
                                                      const char* what, std::pmr::memory_resource& memory) {
    if (bytes.size() < 8) fail_corrupted(what);
    const auto count = load<std::uint64_t>(bytes.data());
    const std::size_t size = row_size(rules), rest = bytes.size() - 8;
    if (rest / size != count || rest % size != 0) fail_corrupted(what);
    ConditionRows* state = nullptr;
    const std::byte* from = bytes.data() + 8;
    std::pmr::vector<std::uint64_t> words(size / 8 - 1, &memory);
    Poll poll;
    for (std::uint64_t row = 0; row < count; ++row, from += size) {
        poll();
        for (std::size_t word = 0; word < words.size(); ++word)
            words[word] = load<std::uint64_t>(from + 8 + 8 * word);
        state = add(state, rules, load<Time>(from), words, memory);
    }
    return state;
}

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
