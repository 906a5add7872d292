#include "core/journey.hpp"

#include <algorithm>
#include <cstring>

#include "core/error.hpp"

namespace journey {

namespace {

constexpr std::uint8_t has_channels_bit = 1, has_values_bit = 2, has_tiebreaks_bit = 4, all_channels_bit = 8;

constexpr double powers_of_ten[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};

std::uint32_t code_bits(std::uint32_t layout) {
    if (layout > 10) fail_corrupted("code width");
    return layout <= 8 ? layout : 1u << (layout - 5);
}

// Takes `size` bytes off the front of what is left.
const std::byte* take(const std::byte*& at, const std::byte* end, std::size_t size) {
    if (static_cast<std::size_t>(end - at) < size) fail_corrupted("column extent");
    const std::byte* start = at;
    at += size;
    return start;
}

PackedCodes take_codes(const std::byte*& at, const std::byte* end, std::uint32_t bits, std::uint32_t n) {
    return {take(at, end, (std::size_t{n} * bits + 7) / 8), bits};
}

}  // namespace

void fail_corrupted(const char* what) {
    throw Error(ErrorCode::corrupted, "", "journey value is damaged: %s", what)
        .hint("Restore the value from a backup or rebuild it from the events.");
}

std::string_view Names::operator[](std::uint32_t code) const {
    if (code >= count_) fail_corrupted("name code");
    Iterator it = begin();
    for (; code > 0; --code) ++it;
    return *it;
}

std::optional<std::uint32_t> Names::find(std::string_view name) const {
    std::uint32_t code = 0;
    for (std::string_view candidate : *this) {
        if (candidate == name) return code;
        ++code;
    }
    return std::nullopt;
}

const std::byte* Names::parse(const std::byte* from, const std::byte* end) {
    std::uint32_t size = 0;
    const std::byte* at = load_varint(from, end, count_);
    if (at != nullptr) at = load_varint(at, end, size);
    // Every name takes at least the byte of its length.
    if (at == nullptr || size > static_cast<std::size_t>(end - at) || count_ > size) fail_corrupted("names");
    first_ = at;
    end_ = at + size;
    return end_;
}

std::uint32_t NumberColumn::rank(std::uint32_t i) const {
    if (positions != nullptr) {
        std::uint32_t low = 0, high = count;
        while (low < high) {
            const std::uint32_t middle = low + (high - low) / 2;
            if (position(middle) < i) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
    if (bitmap == nullptr) return i;
    std::uint32_t rank = 0, byte = 0;
    for (; byte + 8 <= i / 8; byte += 8) {
        rank += static_cast<std::uint32_t>(std::popcount(load<std::uint64_t>(bitmap + byte)));
    }
    for (; byte < i / 8; ++byte) {
        rank += static_cast<std::uint32_t>(std::popcount(static_cast<std::uint8_t>(bitmap[byte])));
    }
    const auto last =
        static_cast<std::uint8_t>(static_cast<std::uint8_t>(bitmap[byte]) & ((1u << (i % 8)) - 1));
    return rank + static_cast<std::uint32_t>(std::popcount(last));
}

std::int64_t NumberColumn::integer(std::uint32_t rank) const {
    if (rank >= count || width == 0) fail_corrupted("number rank");
    const std::uint64_t bits = load_bytes(numbers + std::size_t{rank} * width, width);
    const int unused = 64 - 8 * width;
    return is_signed ? static_cast<std::int64_t>(bits << unused) >> unused : static_cast<std::int64_t>(bits);
}

double NumberColumn::number(std::uint32_t rank) const {
    const std::int64_t bits = integer(rank);
    if (exponent == raw_double) return std::bit_cast<double>(bits);
    return static_cast<double>(bits) / powers_of_ten[exponent];
}

const std::byte* NumberColumn::parse(const std::byte* from, const std::byte* end, std::uint32_t n) {
    const std::byte* at = from;
    const std::byte* header = take(at, end, 2);
    const auto layout = static_cast<std::uint8_t>(header[0]);
    const auto flags = static_cast<std::uint8_t>(header[1]);
    width = layout & 15;
    exponent = layout >> 4;
    is_signed = (flags & 2) != 0;
    at = load_varint(at, end, count);
    if (at == nullptr || width < 1 || width > 8 || flags > 7 || (flags & 5) == 5 || count > n || count == 0)
        fail_corrupted("number layout");
    if (exponent != raw_double && exponent >= std::size(powers_of_ten)) fail_corrupted("number layout");
    if ((flags & 4) != 0) {
        position_width = static_cast<std::uint8_t>(bytes_for(n - 1));
        positions = take(at, end, std::size_t{count} * position_width);
    } else if ((flags & 1) == 0) {
        bitmap = take(at, end, (std::size_t{n} + 7) / 8);
    } else if (count != n) {
        fail_corrupted("number count");
    }
    numbers = take(at, end, std::size_t{count} * width);
    return at;
}

JourneyView::JourneyView(std::span<const std::byte> bytes) {
    if (bytes.size() < empty_journey_size) fail_corrupted("header");
    const std::byte* header = bytes.data();
    const std::byte* end = header + bytes.size();
    const auto version = static_cast<std::uint8_t>(header[0]);
    if (version != journey_version) {
        throw Error(ErrorCode::unsupported, "",
                    "journey value has format version %u, this library reads version %u", version,
                    journey_version)
            .hint("Update the journey extension to the version that wrote the value.");
    }
    const auto columns = static_cast<std::uint8_t>(header[1]);
    if (columns > 15) fail_corrupted("columns");
    const std::byte* at = load_varint(header + 4, end, n_);
    if (at == nullptr) fail_corrupted("number of events");
    if (n_ == 0) return;

    base_ = load<std::int64_t>(take(at, end, sizeof base_));
    const auto time_layout = static_cast<std::uint8_t>(header[2]);
    times_.width = time_layout & 15;
    if (times_.width < 1 || times_.width > 8 || (time_layout >> 4) >= unit_count)
        fail_corrupted("time layout");
    times_.shift = 64 - 8 * times_.width;
    unit_ = unit_length[time_layout >> 4];
    const auto code_layout = static_cast<std::uint8_t>(header[3]);
    has_channels_ = (columns & has_channels_bit) != 0;
    channel_shift_ = (columns & all_channels_bit) != 0 ? 1 : 0;

    at = event_names_.parse(at, end);
    if (event_names_.size() == 0) fail_corrupted("names");
    if (has_channels_) at = channel_names_.parse(at, end);
    times_.data = take(at, end, std::size_t{n_} * times_.width);
    events_ = take_codes(at, end, code_bits(code_layout & 15), n_);
    if (has_channels_) channels_ = take_codes(at, end, code_bits(code_layout >> 4), n_);
    has_values_ = (columns & has_values_bit) != 0;
    has_tiebreaks_ = (columns & has_tiebreaks_bit) != 0;
    numbers_ = at;
    end_ = end;
}

NumberColumn JourneyView::values() const {
    NumberColumn values;
    if (has_values_) values.parse(numbers_, end_, n_);
    return values;
}

NumberColumn JourneyView::tiebreaks() const {
    NumberColumn values, tiebreaks;
    if (!has_tiebreaks_) return tiebreaks;
    tiebreaks.parse(has_values_ ? values.parse(numbers_, end_, n_) : numbers_, end_, n_);
    return tiebreaks;
}

std::uint32_t JourneyView::lower_bound(Time at, std::uint32_t from) const {
    if (from >= n_ || at <= base_) return from;
    const std::uint64_t since = static_cast<std::uint64_t>(at) - static_cast<std::uint64_t>(base_);
    const std::uint64_t offset = since / unit_ + (since % unit_ != 0 ? 1 : 0);
    // Halves without a branch, which could not be foreseen.
    std::uint32_t first = from;
    for (std::uint32_t left = n_ - from; left > 1;) {
        const std::uint32_t half = left / 2;
        first += time_offset(first + half - 1) < offset ? half : 0;
        left -= half;
    }
    return first + (time_offset(first) < offset ? 1 : 0);
}

int compare_journeys(std::span<const std::byte> a, std::span<const std::byte> b) {
    const JourneyView left(a), right(b);
    if (left.empty() || right.empty())
        return static_cast<int>(right.empty()) - static_cast<int>(left.empty());
    if (left.first_time() != right.first_time()) return left.first_time() < right.first_time() ? -1 : 1;
    if (left.size() != right.size()) return left.size() < right.size() ? -1 : 1;
    const int order = std::memcmp(a.data(), b.data(), std::min(a.size(), b.size()));
    if (order != 0) return order;
    return a.size() == b.size() ? 0 : (a.size() < b.size() ? -1 : 1);
}

}  // namespace journey
