// Writes journey values: see journey.hpp for the format.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "core/error.hpp"
#include "core/events.hpp"
#include "core/interrupt.hpp"

namespace journey {

namespace {

constexpr std::array<double, 7> powers_of_ten = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
constexpr double max_exact_integer = 9007199254740992.0;  // 2^53

// Layout nibble for codes below `count`.
std::uint8_t code_layout(std::uint32_t count) {
    if (count <= 1) return 0;
    const auto needed = static_cast<std::uint8_t>(std::bit_width(count - 1));
    return needed <= 8 ? needed : (needed <= 16 ? 9 : 10);
}

std::uint32_t code_bits(std::uint8_t layout) {
    return layout <= 8 ? layout : 1u << (layout - 5);
}

std::size_t codes_size(std::uint8_t layout, std::uint32_t n) {
    return (std::size_t{n} * code_bits(layout) + 7) / 8;
}

struct NamesPlan {
    const Dictionary& dictionary;
    const LocalCodes& codes;

    std::uint32_t count() const { return static_cast<std::uint32_t>(codes.used().size()); }
    std::uint32_t names_size() const {
        std::size_t size = 0;
        for (std::uint32_t code : codes.used()) {
            const auto length = static_cast<std::uint32_t>(dictionary.name(code).size());
            size += varint_size(length) + length;
        }
        // Far beyond what fits a value; allocate() says so.
        return static_cast<std::uint32_t>(std::min<std::size_t>(size, max_journey_bytes));
    }
    std::size_t size() const { return varint_size(count()) + varint_size(names_size()) + names_size(); }

    std::byte* write(std::byte* to) const {
        to = store_varint(to, count());
        to = store_varint(to, names_size());
        for (std::uint32_t code : codes.used()) {
            const std::string_view name = dictionary.name(code);
            to = store_varint(to, static_cast<std::uint32_t>(name.size()));
            std::memcpy(to, name.data(), name.size());
            to += name.size();
        }
        return to;
    }
};

// The narrowest exact way to write the numbers that `next` yields.
class NumbersPlan {
  public:
    template <class Present, class Number>
    void plan(std::uint32_t n, Present present, Number number) {
        n_ = n;
        for (std::uint32_t i = 0; i < n; ++i) count_ += present(i) ? 1 : 0;
        for (; exponent_ < powers_of_ten.size(); ++exponent_) {
            if (measure(present, number)) return;
        }
        exponent_ = NumberColumn::raw_double;
        width_ = 8;
        signed_ = false;
    }
    // Integers need no search for an exponent.
    template <class Present, class Integer>
    void plan_integers(std::uint32_t n, Present present, Integer integer) {
        n_ = n;
        std::int64_t low = 0, high = 0;
        for (std::uint32_t i = 0; i < n; ++i) {
            if (!present(i)) continue;
            ++count_;
            low = std::min(low, integer(i));
            high = std::max(high, integer(i));
        }
        fit(low, high);
    }

    bool any() const { return count_ > 0; }
    std::size_t size() const {
        if (!any()) return 0;
        const std::size_t which = count_ == n_ ? 0 : has_positions() ? positions_size() : bitmap_size();
        return 2 + varint_size(count_) + which + std::size_t{count_} * width_;
    }

    template <class Present, class Bits>
    std::byte* write(std::byte* to, Present present, Bits bits) const {
        if (!any()) return to;
        *to++ = static_cast<std::byte>(width_ | exponent_ << 4);
        *to++ =
            static_cast<std::byte>((count_ == n_ ? 1 : 0) | (signed_ ? 2 : 0) | (has_positions() ? 4 : 0));
        to = store_varint(to, count_);
        if (has_positions()) {
            for (std::uint32_t i = 0; i < n_; ++i) {
                if (present(i)) to = store_bytes(to, i, bytes_for(n_ - 1));
            }
        } else if (count_ != n_) {
            std::memset(to, 0, bitmap_size());
            for (std::uint32_t i = 0; i < n_; ++i) {
                if (present(i)) to[i / 8] |= static_cast<std::byte>(1u << (i % 8));
            }
            to += bitmap_size();
        }
        for (std::uint32_t i = 0; i < n_; ++i) {
            if (present(i)) to = store_bytes(to, static_cast<std::uint64_t>(bits(i)), width_);
        }
        return to;
    }

    std::uint64_t value_bits(double value) const {
        if (exponent_ == NumberColumn::raw_double) return std::bit_cast<std::uint64_t>(value);
        return static_cast<std::uint64_t>(std::llround(value * powers_of_ten[exponent_]));
    }

  private:
    std::size_t bitmap_size() const { return (std::size_t{n_} + 7) / 8; }
    std::size_t positions_size() const { return std::size_t{count_} * bytes_for(n_ - 1); }
    bool has_positions() const { return count_ != n_ && positions_size() < bitmap_size(); }

    // Are all numbers exact as integers / 10^exponent_? Sets width and sign.
    template <class Present, class Number>
    bool measure(Present present, Number number) {
        std::int64_t low = 0, high = 0;
        const double power = powers_of_ten[exponent_];
        for (std::uint32_t i = 0; i < n_; ++i) {
            if (!present(i)) continue;
            const double value = number(i);
            const double scaled = std::nearbyint(value * power);
            if (!(std::fabs(scaled) <= max_exact_integer) || scaled / power != value) return false;
            low = std::min(low, static_cast<std::int64_t>(scaled));
            high = std::max(high, static_cast<std::int64_t>(scaled));
        }
        fit(low, high);
        return true;
    }

    void fit(std::int64_t low, std::int64_t high) {
        signed_ = low < 0;
        if (!signed_) {
            width_ = static_cast<std::uint8_t>(bytes_for(static_cast<std::uint64_t>(high)));
            return;
        }
        const auto magnitude = std::max(static_cast<std::uint64_t>(high), static_cast<std::uint64_t>(~low));
        width_ = static_cast<std::uint8_t>((std::bit_width(magnitude) + 1 + 7) / 8);
    }

    std::uint32_t n_ = 0;
    std::uint32_t count_ = 0;
    std::uint8_t exponent_ = 0;
    std::uint8_t width_ = 1;
    bool signed_ = false;
};

template <class Code>
std::byte* write_codes(std::byte* to, std::uint8_t layout, std::uint32_t n, Code code) {
    if (layout == 0) return to;
    const std::uint32_t bits = code_bits(layout);
    std::uint64_t word = 0;
    std::uint32_t used = 0;  // bits of it
    for (std::uint32_t i = 0; i < n; ++i) {
        word |= static_cast<std::uint64_t>(code(i)) << used;
        for (used += bits; used >= 8; used -= 8, word >>= 8) *to++ = static_cast<std::byte>(word & 0xff);
    }
    if (used > 0) *to++ = static_cast<std::byte>(word);
    return to;
}

// The coarsest unit that divides every offset from the first time.
std::uint8_t coarsest_unit(std::span<const EventRecord> records) {
    auto unit = static_cast<std::uint8_t>(unit_count - 1);
    const auto base = static_cast<std::uint64_t>(records.front().time);
    for (const EventRecord& record : records) {
        while ((static_cast<std::uint64_t>(record.time) - base) % unit_length[unit] != 0) --unit;
        if (unit == 0) break;
    }
    return unit;
}

std::byte* write_times(std::byte* to, std::span<const EventRecord> records, std::uint8_t unit,
                       std::uint32_t width) {
    const auto base = static_cast<std::uint64_t>(records.front().time);
    Poll poll;
    for (const EventRecord& record : records) {
        poll();
        to = store_bytes(to, (static_cast<std::uint64_t>(record.time) - base) / unit_length[unit], width);
    }
    return to;
}

Bytes allocate(std::pmr::memory_resource& memory, std::size_t size) {
    if (size > max_journey_bytes) {
        throw Error(ErrorCode::limit, "", "journey would take %zu bytes", size)
            .detail("A value in PostgreSQL is smaller than 1 GB.")
            .hint("Build journeys of shorter periods, or leave out channels, values or tie-breakers.");
    }
    return {static_cast<std::byte*>(memory.allocate(size)), size};
}

}  // namespace

Bytes EventList::encode(std::pmr::memory_resource& memory, std::size_t prefix) {
    if (records_.empty()) {
        Bytes empty = allocate(memory, prefix + empty_journey_size);
        std::memset(empty.data, 0, empty.size);
        empty.data[prefix] = std::byte{journey_version};
        return empty;
    }
    sort();

    Vocabulary& names = *vocabulary_;
    const auto n = size();
    names.event_codes.begin(names.events);
    names.channel_codes.begin(names.channels);
    bool any_channel = false, all_channels = true;
    for (const EventRecord& record : records_) {
        names.event_codes.use(record.event);
        if (record.channel == no_channel) {
            all_channels = false;
        } else {
            any_channel = true;
            names.channel_codes.use(record.channel);
        }
    }
    names.event_codes.order(names.events);
    names.channel_codes.order(names.channels);
    poll_interrupt();

    const NamesPlan event_names{names.events, names.event_codes};
    const NamesPlan channel_names{names.channels, names.channel_codes};
    const auto event_layout = code_layout(static_cast<std::uint32_t>(names.event_codes.used().size()));
    const std::uint32_t no_channel_codes = all_channels ? 0 : 1;
    const auto channel_layout =
        any_channel
            ? code_layout(static_cast<std::uint32_t>(names.channel_codes.used().size()) + no_channel_codes)
            : std::uint8_t{0};
    const std::uint8_t unit = coarsest_unit(records());
    const std::uint64_t longest = (static_cast<std::uint64_t>(records_.back().time) -
                                   static_cast<std::uint64_t>(records_.front().time)) /
                                  unit_length[unit];
    const std::uint32_t time_width = bytes_for(longest);

    const auto has_value = [&](std::uint32_t i) { return extras_[i].has_value(); };
    const auto has_tiebreak = [&](std::uint32_t i) { return extras_[i].has_tiebreak(); };
    NumbersPlan values, tiebreaks;
    if (has_extras()) {
        values.plan(n, has_value, [&](std::uint32_t i) { return extras_[i].value; });
        poll_interrupt();
        tiebreaks.plan_integers(n, has_tiebreak, [&](std::uint32_t i) { return extras_[i].tiebreak; });
    }

    const Bytes result =
        allocate(memory, prefix + 4 + varint_size(n) + sizeof(Time) + event_names.size() +
                             (any_channel ? channel_names.size() : 0) + std::size_t{n} * time_width +
                             codes_size(event_layout, n) + codes_size(channel_layout, n) + values.size() +
                             tiebreaks.size());
    std::byte* to = result.data + prefix;
    *to++ = std::byte{journey_version};
    *to++ = static_cast<std::byte>((any_channel ? 1 : 0) | (values.any() ? 2 : 0) |
                                   (tiebreaks.any() ? 4 : 0) | (any_channel && all_channels ? 8 : 0));
    *to++ = static_cast<std::byte>(time_width | unit << 4);
    *to++ = static_cast<std::byte>(event_layout | channel_layout << 4);
    to = store_varint(to, n);
    to = store(to, records_.front().time);
    to = event_names.write(to);
    if (any_channel) to = channel_names.write(to);
    to = write_times(to, records(), unit, time_width);
    to = write_codes(to, event_layout, n,
                     [&](std::uint32_t i) { return names.event_codes.local(records_[i].event); });
    if (any_channel) {
        to = write_codes(to, channel_layout, n, [&](std::uint32_t i) {
            const std::uint32_t channel = records_[i].channel;
            return channel == no_channel ? 0 : names.channel_codes.local(channel) + no_channel_codes;
        });
    }
    poll_interrupt();
    if (values.any()) {
        to =
            values.write(to, has_value, [&](std::uint32_t i) { return values.value_bits(extras_[i].value); });
    }
    if (tiebreaks.any()) {
        to = tiebreaks.write(to, has_tiebreak, [&](std::uint32_t i) {
            return static_cast<std::uint64_t>(extras_[i].tiebreak);
        });
    }
    if (to != result.data + result.size) fail_corrupted("encoded length");
    return result;
}

}  // namespace journey
