// Names of steps are found, and nothing else is, however many there are.
#include "core/step.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "support.hpp"

namespace journey::test {
namespace {

// Names of few letters and all lengths up to 20, so that many are alike.
std::string random_name(Random& random) {
    std::string name;
    for (std::size_t n = 1 + random.below(20); n > 0; --n) name += static_cast<char>('a' + random.below(2));
    return name;
}

TEST(StepNames, AreFoundHoweverManyThereAre) {
    for (std::uint32_t n = 0; n < cases(300); ++n) {
        SCOPED_TRACE(n);
        Random random(n);
        std::pmr::monotonic_buffer_resource arena;
        const auto steps = static_cast<std::uint32_t>(1 + random.below(n % 10 == 0 ? 400 : 24));
        StepNames names(steps, arena);
        std::map<std::string, std::vector<std::uint32_t>> wanted;
        for (std::uint32_t step = 1; step <= steps; ++step) {
            const std::string name = random_name(random);
            names.add_step(step, name, "steps");
            wanted[name].push_back(step);
        }
        for (const auto& [name, all] : wanted) {
            const std::uint32_t kind = names.kind(name);
            ASSERT_NE(kind, 0u) << name;
            for (std::uint32_t step = 1; step <= steps; ++step)
                ASSERT_EQ(names.kinds().satisfies(kind, step), std::count(all.begin(), all.end(), step) == 1);
        }
        EXPECT_EQ(names.kind(""), 0u);
        for (int guess = 0; guess < 200; ++guess) {
            const std::string name = random_name(random);
            ASSERT_EQ(names.kind(name) != 0, wanted.contains(name)) << name;
        }
    }
}

}  // namespace
}  // namespace journey::test
