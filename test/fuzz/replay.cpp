// Stands in for libFuzzer where there is none: replays the files it is given, or
// mutates the journeys of a golden file (test/data/journey_v1.txt) for a while.
//
//   replay FILE...                     each file is one input
//   replay --golden FILE [SECONDS]     random mutations, JOURNEY_SEED repeats a run
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "../core/support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

std::vector<Input> golden_inputs(const char* path) {
    std::ifstream file(path);
    std::vector<Input> inputs;
    for (std::string line; std::getline(file, line);) {
        if (line.rfind("journey ", 0) == 0) inputs.emplace_back();
        if (line.rfind("bytes ", 0) != 0) continue;
        for (std::size_t i = 6; i + 1 < line.size(); i += 2) {
            inputs.back().push_back(static_cast<std::uint8_t>(std::stoi(line.substr(i, 2), nullptr, 16)));
        }
    }
    return inputs;
}

Input mutated(journey::test::Random& random, const std::vector<Input>& inputs) {
    Input input = inputs[random.below(inputs.size())];
    static const std::uint8_t odd[] = {0, 1, 0x7f, 0x80, 0xff};
    for (std::uint32_t k = random.below(6); k > 0 && !input.empty(); --k) {
        // The header decides most: every other change goes there.
        const std::size_t at =
            random.below(random.percent(50) ? std::min<std::size_t>(input.size(), 24) : input.size());
        const auto place = input.begin() + static_cast<std::ptrdiff_t>(at);
        switch (random.below(5)) {
            case 0:
                input[at] = odd[random.below(std::size(odd))];
                break;
            case 1:
                input[at] ^= static_cast<std::uint8_t>(1u << random.below(8));
                break;
            case 2:
                input[at] = static_cast<std::uint8_t>(random.bits());
                break;
            case 3:
                input.erase(place, place + static_cast<std::ptrdiff_t>(std::min<std::size_t>(
                                               1 + random.below(4), input.size() - at)));
                break;
            default:
                input.insert(place, 1 + random.below(4), static_cast<std::uint8_t>(random.bits()));
                break;
        }
    }
    return input;
}

}  // namespace

int main(int count, char** arguments) {
    if (count >= 3 && std::strcmp(arguments[1], "--golden") == 0) {
        const std::vector<Input> inputs = golden_inputs(arguments[2]);
        if (inputs.empty()) {
            std::fprintf(stderr, "no journeys in %s\n", arguments[2]);
            return 1;
        }
        const auto seconds = std::chrono::seconds(count > 3 ? std::atoi(arguments[3]) : 5);
        const auto end = std::chrono::steady_clock::now() + seconds;
        journey::test::Random random(601);
        std::uint64_t tried = 0;
        for (; std::chrono::steady_clock::now() < end; ++tried) {
            const Input input = mutated(random, inputs);
            LLVMFuzzerTestOneInput(input.data(), input.size());
        }
        std::printf("%llu inputs\n", static_cast<unsigned long long>(tried));
        return 0;
    }
    for (int i = 1; i < count; ++i) {
        std::ifstream file(arguments[i], std::ios::binary);
        const std::string text((std::istreambuf_iterator<char>(file)), {});
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    }
    return 0;
}
