// Reads the bytes of a state or a model, never past their end, and writes doubles.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/encoding.hpp"
#include "core/error.hpp"

namespace journey {

class ByteReader {
  public:
    // `type` is the SQL type, for errors.
    ByteReader(std::span<const std::byte> bytes, const char* type)
        : at_(bytes.data()), end_(bytes.data() + bytes.size()), type_(type) {}

    template <class T>
    T number() {
        return load<T>(take(sizeof(T)));
    }
    double real() { return std::bit_cast<double>(number<std::uint64_t>()); }
    std::string_view text() {
        const auto length = number<std::uint32_t>();
        return {reinterpret_cast<const char*>(take(length)), length};
    }
    // A count of things of `size` bytes each that must still follow.
    std::size_t count(std::size_t size) {
        const auto n = number<std::uint64_t>();
        if (n > left() / size) fail("it ends too early");
        return static_cast<std::size_t>(n);
    }
    std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
    void finish() const {
        if (left() != 0) fail("it is too long");
    }
    [[noreturn]] void fail(const char* what) const {
        throw Error(ErrorCode::invalid_binary, "", "invalid %s: %s", type_, what)
            .hint("Values of type %s are made by the functions of the extension, not by hand.", type_);
    }

  private:
    const std::byte* take(std::size_t size) {
        if (left() < size) fail("it ends too early");
        const std::byte* start = at_;
        at_ += size;
        return start;
    }
    const std::byte* at_;
    const std::byte* end_;
    const char* type_;
};

inline std::byte* store_real(std::byte* to, double value) {
    return store(to, std::bit_cast<std::uint64_t>(value));
}
inline std::byte* store_text(std::byte* to, std::string_view text) {
    to = store(to, static_cast<std::uint32_t>(text.size()));
    std::memcpy(to, text.data(), text.size());
    return to + text.size();
}

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
