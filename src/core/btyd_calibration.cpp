#include "core/btyd_calibration.hpp"

#include <algorithm>
#include <cmath>

#include "core/encoding.hpp"
#include "core/error.hpp"
#include "core/state_bytes.hpp"

namespace journey {

namespace {

[[noreturn]] void fail_calibration(const char* what) {
    fail_stored("btyd_calibration_state", "btyd_calibration", what);
}

__int128 whole(double number) {
    return static_cast<__int128>(std::nearbyint(number * 0x1p40));
}

void merge_group(BtydCalibration::Group& into, const BtydCalibration::Group& from) {
    into.customers += from.customers;
    into.actual += from.actual;
    into.expected_sum += from.expected_sum;
    into.error_sum += from.error_sum;
}

std::byte* store_sum(std::byte* to, __int128 sum) {
    to = store(to, static_cast<std::uint64_t>(sum));
    return store(to, static_cast<std::int64_t>(sum >> 64));
}
__int128 load_sum(const std::byte* from) {
    return (static_cast<__int128>(load<std::int64_t>(from + 8)) << 64) | load<std::uint64_t>(from);
}

}  // namespace

void BtydCalibration::add(std::int64_t frequency, std::int64_t actual, double expected) {
    constexpr double most = 1e9;
    if (!(expected >= 0 && expected <= most)) {
        throw Error(ErrorCode::overflow, "horizon", "the model expects %.6g purchases of one customer",
                    expected)
            .hint("Give the horizon in the unit of the model.");
    }
    if (actual < 0) {
        throw Error(ErrorCode::invalid_argument, "actual", "actual must not be negative")
            .hint("It is the number of purchases after the moment the model was asked at.");
    }
    Group& group = groups_[static_cast<std::size_t>(std::clamp<std::int64_t>(frequency, 0, groups - 1))];
    ++group.customers;
    group.actual += actual;
    group.expected_sum += whole(expected);
    group.error_sum += whole(std::abs(expected - static_cast<double>(actual)));
}

void BtydCalibration::merge(const BtydCalibration& other) {
    for (std::size_t i = 0; i < groups; ++i) merge_group(groups_[i], other.groups_[i]);
}

BtydCalibration::Group BtydCalibration::total() const {
    Group all;
    for (const Group& group : groups_) merge_group(all, group);
    return all;
}

void BtydCalibration::encode(std::byte* to) const {
    *to++ = std::byte{btyd_calibration_version};
    for (int i = 0; i < 3; ++i) *to++ = std::byte{0};
    to = store(to, static_cast<std::uint32_t>(groups));
    for (const Group& group : groups_) {
        to = store(to, group.customers);
        to = store(to, group.actual);
        to = store_sum(to, group.expected_sum);
        to = store_sum(to, group.error_sum);
    }
}

void BtydCalibration::decode(std::span<const std::byte> bytes) {
    if (bytes.size() != encoded_size()) fail_calibration("wrong length");
    if (bytes[0] != std::byte{btyd_calibration_version}) fail_calibration("unknown version");
    if (load<std::uint32_t>(&bytes[4]) != groups) fail_calibration("unknown groups");
    const std::byte* from = bytes.data() + 8;
    for (Group& group : groups_) {
        group.customers = load<std::int64_t>(from);
        group.actual = load<std::int64_t>(from + 8);
        group.expected_sum = load_sum(from + 16);
        group.error_sum = load_sum(from + 32);
        if (group.customers < 0 || group.actual < 0) fail_calibration("a count is negative");
        from += 48;
    }
}

}  // namespace journey
