// Codes that are unpacked eight at a time against those that are read one by one.
#include <gtest/gtest.h>

#include <vector>

#include "core/unpack_codes.hpp"
#include "support.hpp"

namespace journey::test {
namespace {

TEST(UnpackCodes, AreThoseReadOneByOne) {
    Random random(5201);
    for (std::uint32_t i = 0; i < cases(20000) && !testing::Test::HasFailure(); ++i) {
        const std::uint32_t bits = random.below(9), n = 1 + random.below(70), first = 8 * random.below(4);
        const std::uint32_t shift = random.below(2);
        // Exactly the bytes that a value has: eight before the codes, none after them.
        const std::size_t size = (std::size_t{first + n} * bits + 7) / 8;
        std::vector<std::byte> bytes(8 + size);
        for (std::byte& each : bytes) each = static_cast<std::byte>(random.below(256));
        if (random.percent(30)) {
            for (std::byte& each : bytes) each &= static_cast<std::byte>(random.below(256));
        }
        const PackedCodes codes{bytes.data() + 8, bits};
        std::uint32_t most = 0;
        for (std::uint32_t k = 0; k < n; ++k) most = std::max(most, codes[first + k] + shift);
        std::uint32_t limit = random.percent(50) ? most + random.below(3) : random.below(400);
        SCOPED_TRACE("case " + std::to_string(i) + ": " + std::to_string(bits) + " bits, limit " +
                     std::to_string(limit) + ", most " + std::to_string(most));
        std::vector<std::uint8_t> found((n + 7) / 8 * 8, std::uint8_t{77});
        const bool within = unpack_codes(codes, first, n, shift, limit, found.data());
        EXPECT_EQ(within, most < limit);
        if (!within || most > 255) continue;
        for (std::uint32_t k = 0; k < n; ++k) EXPECT_EQ(found[k], codes[first + k] + shift) << k;
        for (std::size_t k = n; k < found.size(); ++k) EXPECT_EQ(found[k], 0) << k;
    }
}

}  // namespace
}  // namespace journey::test
