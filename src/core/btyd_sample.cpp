#include "core/btyd_sample.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <tuple>

#include "core/encoding.hpp"
#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "core/state_bytes.hpp"

namespace journey {

namespace {

[[noreturn]] void fail_sample(const char* what) {
    fail_stored("btyd_sample", "a fit such as bgnbd_fit", what);
}

[[noreturn]] void fail_row(const char* argument, const char* what, double number) {
    throw Error(ErrorCode::invalid_argument, argument, "%s %s", argument, what)
        .detail("It is %.17g.", number)
        .hint(
            "btyd_summary() makes these columns from purchases: recency is the customer's age at the last "
            "repeat purchase, not the time since.");
}

void check_number(const char* argument, double number) {
    if (!std::isfinite(number)) fail_row(argument, "must be a finite number", number);
    if (number < 0) fail_row(argument, "must not be negative", number);
}

void check_whole(const char* argument, double number) {
    if (number != std::floor(number)) fail_row(argument, "must be a whole number of periods", number);
}

// Before it: time of the last repeat purchase, after it: time of observation.
void check_recency(const BtydRow& row) {
    check_number("recency", row.recency);
    check_number("age", row.age);
    if (row.x > 0 && row.recency == 0)
        fail_row("recency", "must be positive where frequency is", row.recency);
    if (row.x == 0 && row.recency > 0) fail_row("recency", "must be 0 where frequency is 0", row.recency);
    if (row.recency > row.age) fail_row("recency", "must not exceed age", row.recency);
}

}  // namespace

void check_btyd_row(BtydKind kind, const BtydRow& row) {
    constexpr double most_periods = 100'000;
    if (row.customers <= 0) fail_row("customers", "must be positive", static_cast<double>(row.customers));
    check_number(kind == BtydKind::sbg ? "periods" : "frequency", row.x);
    switch (kind) {
        case BtydKind::bgnbd:
        case BtydKind::mbgnbd:
        case BtydKind::pareto_nbd:
            return check_recency(row);
        case BtydKind::bgbb:
            check_recency(row);
            check_whole("recency", row.recency);
            check_whole("age", row.age);
            if (row.x > row.recency) fail_row("frequency", "must not exceed recency in periods", row.x);
            if (row.age > most_periods) fail_row("age", "must not exceed 100000 periods", row.age);
            return;
        case BtydKind::nbd:
            check_number("age", row.age);
            if (row.x > 0 && row.age == 0) fail_row("age", "must be positive where frequency is", row.age);
            return;
        case BtydKind::gamma_gamma:
            if (!std::isfinite(row.recency)) fail_row("monetary", "must be a finite number", row.recency);
            return;
        case BtydKind::sbg:
            if (row.recency > 0 && row.x < 1)
                fail_row("periods", "must be at least 1 where ended is true", row.x);
            if (row.x > most_periods) fail_row("periods", "must not exceed 100000", row.x);
            return;
    }
}

void BtydSample::set(BtydKind kind, BtydUnit unit) {
    if (set_ && (kind != kind_ || unit != unit_)) {
        throw Error(ErrorCode::invalid_argument, "unit", "unit differs between the rows of one fit")
            .hint("Count all customers in one unit, or group by it.");
    }
    kind_ = kind;
    unit_ = unit;
    set_ = true;
}

void BtydSample::add(const BtydRow& row) {
    check_btyd_row(kind_, row);
    if (kind_ == BtydKind::gamma_gamma && (row.x == 0 || row.recency <= 0)) return exclude(row.customers);
    rows_.push_back(row);
    compact_if_large();
}

void BtydSample::merge(const BtydSample& other) {
    if (!other.set_) return;
    set(other.kind_, other.unit_);
    excluded_ += other.excluded_;
    rows_.insert(rows_.end(), other.rows_.begin(), other.rows_.end());
    compact_if_large();
}

void BtydSample::compact() {
    const auto key = [](const BtydRow& row) { return std::tie(row.x, row.recency, row.age); };
    Poll poll;
    std::sort(rows_.begin(), rows_.end(), [&](const BtydRow& a, const BtydRow& b) {
        poll();
        return key(a) < key(b);
    });
    std::size_t kept = 0;
    for (const BtydRow& row : rows_) {
        if (kept > 0 && key(rows_[kept - 1]) == key(row)) {
            rows_[kept - 1].customers += row.customers;
        } else {
            rows_[kept++] = row;
        }
    }
    rows_.resize(kept);
    compacted_ = kept;
}

std::span<const BtydRow> BtydSample::rows() {
    compact();
    return rows_;
}

void BtydSample::encode(std::byte* to) const {
    *to++ = std::byte{btyd_sample_version};
    *to++ = static_cast<std::byte>(kind_);
    *to++ = static_cast<std::byte>(unit_.word);
    *to++ = static_cast<std::byte>(set_ ? 1 : 0);
    to = store(to, unit_.count);
    to = store(to, excluded_);
    to = store(to, std::uint64_t{rows_.size()});
    for (const BtydRow& row : rows_) {
        for (double number : {row.x, row.recency, row.age})
            to = store(to, std::bit_cast<std::uint64_t>(number));
        to = store(to, row.customers);
    }
}

void BtydSample::decode(std::span<const std::byte> bytes) {
    if (bytes.size() < 24) fail_sample("it ends too early");
    if (bytes[0] != std::byte{btyd_sample_version}) fail_sample("unknown version");
    if (static_cast<std::size_t>(bytes[1]) >= btyd_kinds) fail_sample("unknown model");
    if (static_cast<std::uint8_t>(bytes[2]) > static_cast<std::uint8_t>(BtydUnit::Word::year)) {
        fail_sample("unknown unit");
    }
    kind_ = static_cast<BtydKind>(bytes[1]);
    unit_.word = static_cast<BtydUnit::Word>(bytes[2]);
    set_ = bytes[3] != std::byte{0};
    unit_.count = load<std::uint32_t>(&bytes[4]);
    excluded_ = load<std::int64_t>(&bytes[8]);
    if (unit_.count == 0 || excluded_ < 0) fail_sample("a count is out of range");
    const auto count = load<std::uint64_t>(&bytes[16]);
    if (count != (bytes.size() - 24) / 32 || (bytes.size() - 24) % 32 != 0) fail_sample("wrong length");
    rows_.resize(count);
    const std::byte* from = bytes.data() + 24;
    for (BtydRow& row : rows_) {
        const auto number = [&](std::size_t i) {
            return std::bit_cast<double>(load<std::uint64_t>(from + 8 * i));
        };
        row = {number(0), number(1), number(2), load<std::int64_t>(from + 24)};
        check_btyd_row(kind_, row);
        from += 32;
    }
    compacted_ = 0;
}

}  // namespace journey
