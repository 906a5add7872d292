// What the event codes of a journey mean to a plain funnel, by code.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>

#include "core/name_cache.hpp"
#include "core/step.hpp"

namespace journey {

struct StepTable {
    static constexpr std::uint8_t no_step = 255;
    static constexpr std::uint32_t max_codes = 256;

    // Does every event serve one step at most, and have codes a byte each?
    bool single = false;
    std::uint32_t firsts = 0, size = 0;
    std::uint8_t codes[max_codes];    // the codes that are steps: `firsts` of step 1, then the others
    std::uint8_t step_of[max_codes];  // the step from 0, or no_step; for any byte

    void fill(const Names& names, const StepNames& steps) {
        firsts = size = 0;
        std::fill_n(step_of, max_codes, no_step);
        bool several = false;
        std::uint32_t code = 0;
        for (std::string_view name : names) {
            const std::uint64_t mask = steps.kinds().mask(steps.kind(name));
            several = several || (mask & (mask - 1)) != 0;
            if (mask != 0 && code < max_codes) {
                codes[size++] = static_cast<std::uint8_t>(code);
                step_of[code] = static_cast<std::uint8_t>(std::countr_zero(mask));
                if (step_of[code] == 0) std::swap(codes[firsts++], codes[size - 1]);
            }
            ++code;
        }
        single = !several && code <= max_codes && steps.kinds().steps() < 64;
    }
};

using StepTables = NameCache<StepTable>;

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
