#include "core/dictionary.hpp"

#include <algorithm>
#include <cstring>

#include "core/error.hpp"
#include "core/journey.hpp"
#include "core/name_hash.hpp"

namespace journey {

std::uint32_t Dictionary::intern(std::string_view name, const char* argument) {
    if (slots_.size() < 2 * (names_.size() + 1)) grow();
    const std::uint64_t hash = hash_name(name);
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = hash & mask;
    for (; slots_[slot] != 0; slot = (slot + 1) & mask) {
        const std::uint32_t code = slots_[slot] - 1;
        if (hashes_[code] == hash && names_[code] == name) return code;
    }
    if (name.size() > max_name_bytes) {
        throw Error(ErrorCode::limit, argument, "%s is too long: %zu bytes", argument, name.size())
            .detail("A name in a journey has at most %u bytes.", max_name_bytes)
            .hint("Shorten the name, for example with left(%s, 200), or keep long text in the event table.",
                  argument);
    }
    const auto code = static_cast<std::uint32_t>(names_.size());
    auto* kept = static_cast<char*>(arena_.allocate(std::max<std::size_t>(name.size(), 1), 1));
    std::memcpy(kept, name.data(), name.size());
    names_.push_back({kept, name.size()});
    hashes_.push_back(hash);
    slots_[slot] = code + 1;
    return code;
}

void Dictionary::grow() {
    const std::size_t size = std::max<std::size_t>(32, slots_.size() * 2);
    slots_.assign(size, 0);
    for (std::uint32_t code = 0; code < names_.size(); ++code) {
        std::size_t slot = hashes_[code] & (size - 1);
        while (slots_[slot] != 0) slot = (slot + 1) & (size - 1);
        slots_[slot] = code + 1;
    }
}

void LocalCodes::begin(const Dictionary& dictionary) {
    if (stamp_.size() < dictionary.size()) {
        stamp_.resize(dictionary.size(), epoch_);
        local_.resize(dictionary.size());
    }
    if (++epoch_ == 0) {  // wrapped: old stamps would look new
        std::fill(stamp_.begin(), stamp_.end(), 0);
        epoch_ = 1;
    }
    used_.clear();
}

void LocalCodes::order(const Dictionary& dictionary) {
    std::sort(used_.begin(), used_.end(),
              [&](std::uint32_t a, std::uint32_t b) { return dictionary.name(a) < dictionary.name(b); });
    for (std::uint32_t i = 0; i < used_.size(); ++i) local_[used_[i]] = i;
}

}  // namespace journey
