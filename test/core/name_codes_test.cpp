// Remembered codes of names against a map of the names.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "core/name_codes.hpp"
#include "support.hpp"

namespace journey::test {
namespace {

// Names of all lengths; many differ in one byte only, at any place.
std::string random_name(Random& random) {
    std::string name(random.below(41), 'a');
    for (std::uint32_t n = random.below(3); n > 0 && !name.empty(); --n)
        name[random.below(name.size())] = static_cast<char>(random.below(4) * 85);
    return name;
}

struct Lookups {
    std::map<std::string, std::uint32_t, std::less<>> codes;
    std::uint32_t asked = 0;

    std::uint32_t operator()(std::string_view name) {
        ++asked;
        return codes.try_emplace(std::string(name), static_cast<std::uint32_t>(codes.size())).first->second;
    }
};

// As in a journey: something is before the name, and other bytes follow it.
std::uint32_t get(NameCodes& known, const std::string& name, Random& random, Lookups& lookups) {
    const std::string value = std::to_string(random.bits() | std::uint64_t{1} << 62) + name + "after";
    return known.get(std::string_view(value).substr(value.size() - 5 - name.size(), name.size()),
                     [&](std::string_view asked) { return lookups(asked); });
}

TEST(NameCodes, ANameHasItsOwnCodeHoweverAlikeOthersAre) {
    Random random(1);
    WatchedMemory memory;
    NameCodes known(memory);
    Lookups lookups;
    for (std::uint32_t i = 0; i < cases(30000) && !testing::Test::HasFailure(); ++i) {
        const std::string name = random_name(random);
        const std::uint32_t code = get(known, name, random, lookups);
        const auto found = lookups.codes.find(name);
        EXPECT_TRUE(found != lookups.codes.end() && found->second == code)
            << "JOURNEY_SEED=" << seed() << " case " << i << " name of " << name.size() << " bytes";
    }
}

TEST(NameCodes, AShortNameIsLookedUpOnce) {
    Random random(2);
    WatchedMemory memory;
    NameCodes known(memory);
    Lookups lookups;
    for (std::uint32_t round = 0; round < 3; ++round) {
        for (std::uint32_t i = 0; i < 2000; ++i) {
            const std::string name = "channel " + std::to_string(i) + std::string(i % 13, '.');
            EXPECT_EQ(get(known, name, random, lookups), i);
        }
    }
    EXPECT_EQ(lookups.asked, 2000u);
}

}  // namespace
}  // namespace journey::test
