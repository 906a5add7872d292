#include "core/step.hpp"

#include <algorithm>
#include <cstring>

#include "core/error.hpp"
#include "core/journey.hpp"

namespace journey {

std::uint32_t StepKinds::add() {
    satisfied_.resize(satisfied_.size() + words_);
    excluded_.resize(excluded_.size() + words_);
    return size_++;
}

std::uint32_t StepKinds::add(std::span<const std::uint64_t> satisfied) {
    const std::uint32_t kind = add();
    std::copy_n(satisfied.begin(), std::min<std::size_t>(satisfied.size(), words_),
                satisfied_.begin() + static_cast<std::ptrdiff_t>(std::size_t{kind} * words_));
    return kind;
}

void StepKinds::satisfy(std::uint32_t kind, std::uint32_t step) {
    satisfied_[std::size_t{kind} * words_ + (step - 1) / 64] |= std::uint64_t{1} << ((step - 1) % 64);
}

void StepKinds::exclude(std::uint32_t kind, std::uint32_t from_step, std::uint32_t to_step) {
    for (std::uint32_t gap = from_step; gap < to_step; ++gap) {
        excluded_[std::size_t{kind} * words_ + gap / 64] |= std::uint64_t{1} << (gap % 64);
    }
}

bool StepKinds::satisfies_any(std::uint32_t kind) const {
    const auto words = satisfied_.begin() + static_cast<std::ptrdiff_t>(std::size_t{kind} * words_);
    return std::any_of(words, words + words_, [](std::uint64_t word) { return word != 0; });
}

bool StepKinds::excludes_any(std::uint32_t kind) const {
    const auto words = excluded_.begin() + static_cast<std::ptrdiff_t>(std::size_t{kind} * words_);
    return std::any_of(words, words + words_, [](std::uint64_t word) { return word != 0; });
}

std::uint32_t StepNames::kind_of(std::string_view event) {
    if (const std::uint32_t known = kind(event); known != 0) return known;
    if (entries_.size() >= max_alternatives) {
        throw Error(ErrorCode::limit, "steps", "steps name more than %u events", max_alternatives)
            .hint("Give the events of one step a common name with relabel().");
    }
    auto* kept = static_cast<char*>(storage_.allocate(std::max<std::size_t>(event.size(), 1), 1));
    std::memcpy(kept, event.data(), event.size());
    entries_.push_back({{kept, event.size()}, kinds_.add()});
    return entries_.back().kind;
}

void StepNames::add_step(std::uint32_t step, std::string_view text, const char* argument) {
    std::pmr::vector<char> name(entries_.get_allocator().resource());
    const auto finish = [&] {
        if (name.empty()) {
            throw Error(ErrorCode::invalid_argument, argument, "%s: step %u has an empty event name",
                        argument, step)
                .hint("Separate the events of a step by |, and write \\| for a bar inside a name.");
        }
        if (name.size() > max_name_bytes) {
            throw Error(ErrorCode::limit, argument, "%s: an event name in step %u is too long: %zu bytes",
                        argument, step, name.size())
                .hint("A name in a journey has at most %u bytes.", max_name_bytes);
        }
        kinds_.satisfy(kind_of({name.data(), name.size()}), step);
        name.clear();
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '|') {
            finish();
        } else if (text[i] != '\\') {
            name.push_back(text[i]);
        } else if (++i < text.size()) {
            name.push_back(text[i]);
        } else {
            throw Error(ErrorCode::invalid_argument, argument, "%s: step %u ends in a lone backslash",
                        argument, step)
                .hint("Write \\\\ for a backslash inside a name.");
        }
    }
    finish();
}

void StepNames::exclude(std::string_view event, std::uint32_t from_step, std::uint32_t to_step) {
    kinds_.exclude(kind_of(event), from_step, to_step);
}

}  // namespace journey
