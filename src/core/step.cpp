#include "core/step.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

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

std::uint32_t StepNames::kind_of(std::string_view event, const char* argument) {
    if (const std::uint32_t known = kind(event); known != 0) return known;
    const std::size_t names = kinds_.size() - 1;
    if (names >= max_alternatives) {
        throw Error(ErrorCode::limit, argument, "%s names more than %u events", argument, max_alternatives)
            .hint("Give the events of one step a common name with relabel().");
    }
    if (slots_.size() < 2 * (names + 1)) alone_ = arrange(2 * slots_.size(), 0);
    auto* kept = static_cast<char*>(storage_.allocate(std::max<std::size_t>(event.size(), 1), 1));
    std::memcpy(kept, event.data(), event.size());
    const std::uint32_t kind = kinds_.add();
    alone_ = put({NameKey({kept, event.size()}), kind}) && alone_;
    for (std::uint32_t shift = 0; !alone_ && names < few && shift < 32; ++shift)
        alone_ = arrange(slots_.size(), shift);
    return kind;
}

// True if its home was free.
bool StepNames::put(const Slot& slot) {
    const std::size_t wanted = home(slot.key);
    std::size_t place = wanted;
    while (slots_[place].kind != 0) place = (place + 1) & mask_;
    slots_[place] = slot;
    return place == wanted;
}

// Puts all names into a table of this size, by other bits of their hashes. True if each
// found its home free.
bool StepNames::arrange(std::size_t size, std::uint32_t shift) {
    const std::pmr::vector<Slot> before =
        std::exchange(slots_, std::pmr::vector<Slot>(size, slots_.get_allocator()));
    mask_ = size - 1;
    shift_ = shift;
    bool alone = true;
    for (const Slot& slot : before) {
        if (slot.kind != 0) alone = put(slot) && alone;
    }
    return alone;
}

// Calls visit(name) for each alternative of 'a|b'; `number` is the element of the
// argument, for errors.
template <class Visit>
void StepNames::for_each_alternative(std::string_view text, const char* argument, std::uint32_t number,
                                     Visit visit) {
    std::pmr::vector<char> name(slots_.get_allocator().resource());
    const auto finish = [&] {
        if (name.empty()) {
            throw Error(ErrorCode::invalid_argument, argument, "%s: element %u has an empty event name",
                        argument, number)
                .hint("Separate the events of an element by |, and write \\| for a bar inside a name.");
        }
        if (name.size() > max_name_bytes) {
            throw Error(ErrorCode::limit, argument, "%s: an event name in element %u is too long: %zu bytes",
                        argument, number, name.size())
                .hint("A name in a journey has at most %u bytes.", max_name_bytes);
        }
        visit(std::string_view(name.data(), name.size()));
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
            throw Error(ErrorCode::invalid_argument, argument, "%s: element %u ends in a lone backslash",
                        argument, number)
                .hint("Write \\\\ for a backslash inside a name.");
        }
    }
    finish();
}

void StepNames::add_step(std::uint32_t step, std::string_view text, const char* argument) {
    for_each_alternative(text, argument, step,
                         [&](std::string_view event) { kinds_.satisfy(kind_of(event, argument), step); });
}

void StepNames::exclude(std::string_view text, std::uint32_t element, std::uint32_t from_step,
                        std::uint32_t to_step) {
    for_each_alternative(text, "exclude", element, [&](std::string_view event) {
        kinds_.exclude(kind_of(event, "exclude"), from_step, to_step);
    });
}

}  // namespace journey
