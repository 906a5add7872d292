// What the event codes of a journey mean to a query, by code: the place that a name
// has in it, the step of a funnel or the part of a pattern, counted from 0.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>

#include "core/name_cache.hpp"

namespace journey {

struct PlaceTable {
    static constexpr std::uint8_t no_place = 255;
    static constexpr std::uint32_t max_codes = 256;

    // Has every event one place at most, and every code room in a byte?
    bool single = false;
    std::uint64_t present = 0;  // the places that have a name here
    std::uint32_t firsts = 0, size = 0;
    std::uint8_t codes[max_codes];     // the codes with a place: `firsts` of place 0, then the others
    std::uint8_t place_of[max_codes];  // for any byte

    // places_of(name) is the set of its places, bit p for place p.
    template <class PlacesOf>
    void fill(const Names& names, PlacesOf places_of) {
        firsts = size = 0;
        present = 0;
        std::fill_n(place_of, max_codes, no_place);
        bool several = false;
        std::uint32_t code = 0;
        for (std::string_view name : names) {
            const std::uint64_t places = places_of(name);
            present |= places;
            several = several || (places & (places - 1)) != 0;
            if (places != 0 && code < max_codes) {
                codes[size++] = static_cast<std::uint8_t>(code);
                place_of[code] = static_cast<std::uint8_t>(std::countr_zero(places));
                if (place_of[code] == 0) std::swap(codes[firsts++], codes[size - 1]);
            }
            ++code;
        }
        single = !several && code <= max_codes;
    }
};

using PlaceTables = NameCache<PlaceTable>;

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
