// States of aggregates and models as bytes: what writes them, and a reader that trusts none.
#pragma once

#include <bit>
#include <cstring>
#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

#include "core/dictionary.hpp"
#include "core/encoding.hpp"
#include "core/error.hpp"
#include "core/journey.hpp"

namespace journey {

inline std::byte* store_real(std::byte* to, double value) {
    return store(to, std::bit_cast<std::uint64_t>(value));
}
inline std::byte* store_text(std::byte* to, std::string_view text) {
    to = store(to, static_cast<std::uint32_t>(text.size()));
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    return to + text.size();
}
inline std::size_t text_size(std::string_view text) {
    return 4 + text.size();
}

inline std::byte* store_names(std::byte* to, const Dictionary& names) {
    to = store(to, names.size());
    for (std::uint32_t code = 0; code < names.size(); ++code) to = store_text(to, names.name(code));
    return to;
}
inline std::size_t names_size(const Dictionary& names) {
    std::size_t size = 4;
    for (std::uint32_t code = 0; code < names.size(); ++code) size += text_size(names.name(code));
    return size;
}

// `type` is the SQL type of the bytes, `maker` the function that makes its values.
[[noreturn]] inline void fail_stored(const char* type, const char* maker, const char* what) {
    const bool vowel = std::string_view("aeiou").find(*type) != std::string_view::npos;
    throw Error(ErrorCode::invalid_binary, "", "invalid %s: %s", type, what)
        .hint("%s %s is made by %s(); it is not written by hand.", vowel ? "An" : "A", type, maker);
}

// Throws ErrorCode::invalid_binary; never reads past the end.
class StateReader {
  public:
    StateReader(std::span<const std::byte> bytes, const char* type, const char* maker)
        : at_(bytes.data()), end_(bytes.data() + bytes.size()), type_(type), maker_(maker) {}

    [[noreturn]] void fail(const char* what) const { fail_stored(type_, maker_, what); }
    template <class T>
    T number() {
        return load<T>(take(1, sizeof(T)));
    }
    double real() { return std::bit_cast<double>(number<std::uint64_t>()); }
    // A number of items, each of which takes at least so many bytes.
    template <class T>
    T count(std::size_t least_bytes) {
        const T items = number<T>();
        if (items > left() / least_bytes) fail("it ends too early");
        return items;
    }
    // How often something was counted: little enough to be summed up.
    std::uint64_t tally() {
        const auto times = number<std::uint64_t>();
        if (times >> 53 != 0) fail("a count is too great");
        return times;
    }
    std::string_view text() {
        const auto length = number<std::uint32_t>();
        return {reinterpret_cast<const char*>(take(length, 1)), length};
    }
    void version(std::uint8_t known) {
        if (number<std::uint8_t>() != known) fail("unknown version");
    }
    // Into a dictionary of so many names.
    void name(Dictionary& names, std::uint32_t before) {
        const std::string_view name = text();
        if (name.size() > max_name_bytes) fail("a name is too long");
        if (names.intern(name, "name") != before) fail("a name is there twice");
    }
    // Into an empty dictionary.
    void names(Dictionary& names) {
        const auto items = count<std::uint32_t>(4);
        for (std::uint32_t i = 0; i < items; ++i) name(names, i);
    }
    template <class T>
    void numbers(std::pmr::vector<T>& into, std::size_t items) {
        const std::byte* from = take(items, sizeof(T));
        into.reserve(into.size() + items);
        for (std::size_t i = 0; i < items; ++i) into.push_back(load<T>(from + i * sizeof(T)));
    }
    // So many lengths of time.
    void lengths(std::pmr::vector<std::int64_t>& into, std::size_t items) {
        numbers(into, items);
        for (std::size_t i = into.size() - items; i < into.size(); ++i) {
            if (into[i] < 0) fail("a length of time is negative");
        }
    }
    // The bytes of so many items.
    const std::byte* take(std::size_t items, std::size_t size) {
        if (items > left() / size) fail("it ends too early");
        const std::byte* start = at_;
        at_ += items * size;
        return start;
    }
    std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
    void end() const {
        if (at_ != end_) fail("it is too long");
    }

  private:
    const std::byte* at_;
    const std::byte* end_;
    const char* type_;
    const char* maker_;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
