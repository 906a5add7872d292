// Hashing and comparing names, which are short: eight bytes at a time, no calls.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/encoding.hpp"

namespace journey {

// Fewer than eight bytes as one word; different for different bytes of one length.
inline std::uint64_t short_word(const std::byte* at, std::size_t size) {
    if (size >= 4) return load<std::uint32_t>(at) | std::uint64_t{load<std::uint32_t>(at + size - 4)} << 32;
    if (size == 0) return 0;
    return static_cast<std::uint64_t>(at[0]) | static_cast<std::uint64_t>(at[size / 2]) << 8 |
           static_cast<std::uint64_t>(at[size - 1]) << 16;
}

// Multiply and fold; who looks a name up compares it in full afterwards.
inline std::uint64_t hash_name(std::string_view name) {
    std::uint64_t hash = name.size() * 0x9e3779b97f4a7c15u;
    const auto fold = [&hash](std::uint64_t word) {
        const auto product = static_cast<unsigned __int128>(hash ^ word) * 0xd6e8feb86659fd93u;
        hash = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
    };
    const auto* at = reinterpret_cast<const std::byte*>(name.data());
    if (name.size() < 8) {
        fold(short_word(at, name.size()));
        return hash;
    }
    const std::byte* last = at + name.size() - 8;
    for (; at < last; at += 8) fold(load<std::uint64_t>(at));
    fold(load<std::uint64_t>(last));
    return hash;
}

// A name as it is looked up: its first and last eight bytes, which with its size say all
// of a name of up to 16 bytes.
struct NameKey {
    std::string_view name;
    std::uint64_t first = 0, last = 0;

    NameKey() = default;
    explicit NameKey(std::string_view its_name) : name(its_name) {
        const auto* at = reinterpret_cast<const std::byte*>(name.data());
        if (name.size() < 8) {
            first = short_word(at, name.size());
        } else {
            first = load<std::uint64_t>(at);
            last = load<std::uint64_t>(at + name.size() - 8);
        }
    }
    // Without a branch for short names.
    bool operator==(const NameKey& other) const {
        const bool same =
            ((first ^ other.first) | (last ^ other.last) | (name.size() ^ other.name.size())) == 0;
        return name.size() <= 16 ? same : same && name == other.name;
    }
    std::uint64_t hash() const {
        if (name.size() > 16) return hash_name(name);
        const std::uint64_t mixed = first * 0x9e3779b97f4a7c15u + (last + name.size()) * 0xd6e8feb86659fd93u;
        return __builtin_bswap64(mixed);  // its lowest bits depend on every byte
    }
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
