// Bytes in a fixed order (little-endian), unaligned, and variable-length counts.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace journey {

template <std::integral T>
constexpr T little_endian(T value) {
    if constexpr (std::endian::native == std::endian::little || sizeof(T) == 1) {
        return value;
    } else {
        using U = std::make_unsigned_t<T>;
        U in = static_cast<U>(value), out = 0;
        for (std::size_t i = 0; i < sizeof(T); ++i) {
            out = static_cast<U>((out << 8) | (in & 0xff));
            in = static_cast<U>(in >> 8);
        }
        return static_cast<T>(out);
    }
}

template <std::integral T>
inline T load(const std::byte* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return little_endian(value);
}

template <std::integral T>
inline std::byte* store(std::byte* to, T value) {
    value = little_endian(value);
    std::memcpy(to, &value, sizeof value);
    return to + sizeof value;
}

// A number in `width` bytes, 1 to 8, and the least width that holds a number.
inline std::uint64_t load_bytes(const std::byte* from, std::uint32_t width) {
    std::uint64_t value = 0;
    for (std::uint32_t byte = 0; byte < width; ++byte)
        value |= static_cast<std::uint64_t>(from[byte]) << (8 * byte);
    return value;
}

inline std::byte* store_bytes(std::byte* to, std::uint64_t value, std::uint32_t width) {
    value = little_endian(value);
    std::memcpy(to, &value, width);
    return to + width;
}

inline std::uint32_t bytes_for(std::uint64_t value) {
    return value == 0 ? 1 : (static_cast<std::uint32_t>(std::bit_width(value)) + 7) / 8;
}

// LEB128: seven bits a byte, the low ones first.
inline std::size_t varint_size(std::uint32_t value) {
    std::size_t size = 1;
    while (value >= 0x80) {
        value >>= 7;
        ++size;
    }
    return size;
}

inline std::byte* store_varint(std::byte* to, std::uint32_t value) {
    while (value >= 0x80) {
        *to++ = static_cast<std::byte>(value | 0x80);
        value >>= 7;
    }
    *to++ = static_cast<std::byte>(value);
    return to;
}

// Returns the byte after the count, or nullptr if it does not end before `end`
// or does not fit 32 bits.
inline const std::byte* load_varint(const std::byte* from, const std::byte* end, std::uint32_t& value) {
    if (from != end && static_cast<std::uint8_t>(*from) < 0x80) {
        value = static_cast<std::uint32_t>(*from);
        return from + 1;
    }
    std::uint64_t result = 0;
    for (int shift = 0; shift < 35; shift += 7) {
        if (from == end) return nullptr;
        const auto byte = static_cast<std::uint8_t>(*from++);
        result |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            if (result > UINT32_MAX) return nullptr;
            value = static_cast<std::uint32_t>(result);
            return from;
        }
    }
    return nullptr;
}

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
