// Is a model right? Expected purchases against those that came, by the number of
// purchases before.
//
// Expected purchases are added up as whole multiples of 2^-40: sums do not depend
// on the order of the customers.
// Bytes: u8 version, 3 × zero, u32 groups, then for each group i64 customers, i64
// actual, and the low and high halves of the two sums (u64, i64).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>

namespace journey {

inline constexpr std::uint8_t btyd_calibration_version = 1;

class BtydCalibration {
  public:
    static constexpr std::size_t groups = 8;  // 0, 1 … 6, 7 and more
    explicit BtydCalibration(std::pmr::memory_resource&) {}

    struct Group {
        std::int64_t customers = 0, actual = 0;
        double expected() const { return number(expected_sum) / static_cast<double>(customers); }
        double error() const { return number(error_sum) / static_cast<double>(customers); }
        __int128 expected_sum = 0, error_sum = 0;

      private:
        static double number(__int128 sum) { return static_cast<double>(sum) * 0x1p-40; }
    };
    void add(std::int64_t frequency, std::int64_t actual, double expected);
    void merge(const BtydCalibration& other);
    const Group& group(std::size_t i) const { return groups_[i]; }
    // All customers.
    Group total() const;

    std::size_t encoded_size() const { return 8 + 48 * groups; }
    void encode(std::byte* to) const;
    // Throws ErrorCode::invalid_binary.
    void decode(std::span<const std::byte> bytes);

  private:
    std::array<Group, groups> groups_;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
