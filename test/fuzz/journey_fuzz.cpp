// Bytes that may be no journey at all: whatever comes, reading must end in an
// answer or an Error. With clang:
//
//   clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -Isrc -o journey_fuzz
//     src/core/*.cpp test/core/poll.cpp test/core/read_everything.cpp test/fuzz/journey_fuzz.cpp
//   ./journey_fuzz -max_len=4096
//
// Without libFuzzer compile replay.cpp too: it has a main that mutates the journeys
// of test/data for some seconds.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "../core/read_everything.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // A copy of exactly this size: a step beyond it is seen even if the fuzzer's buffer is longer.
    const auto bytes = std::make_unique<std::byte[]>(size);
    if (size > 0) std::memcpy(bytes.get(), data, size);
    journey::test::read_everything({bytes.get(), size});
    return 0;
}
