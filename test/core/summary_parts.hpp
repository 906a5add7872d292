// What tests of aggregates across customers share: states as bytes, put together from
// parts in any order.
#pragma once

#include <cstddef>
#include <memory>
#include <memory_resource>
#include <numeric>
#include <utility>
#include <vector>

#include "core/journey.hpp"
#include "journey_model.hpp"
#include "support.hpp"

namespace journey::test {

inline std::pmr::memory_resource& heap() {
    return *std::pmr::new_delete_resource();
}

template <class T>
void shuffle(std::vector<T>& list, Random& random) {
    for (std::size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[random.below(i)]);
}

// A finished value, which the caller would have to free.
inline std::vector<std::byte> copy(const Bytes& bytes) {
    std::vector<std::byte> own(bytes.data, bytes.data + bytes.size);
    heap().deallocate(bytes.data, bytes.size, 8);
    return own;
}

inline std::vector<Value> encoded(const std::vector<Events>& customers) {
    std::vector<Value> values;
    for (const Events& events : customers) values.push_back(encode(events));
    return values;
}

template <class Summary>
std::vector<std::byte> bytes_of(const Summary& summary) {
    std::vector<std::byte> bytes(summary.encoded_size());
    summary.encode(bytes.data());
    return bytes;
}

// Parts of a summary, some of them sent as bytes, merged in any order.
template <class Summary, class Add>
std::unique_ptr<Summary> merged(Random& random, std::size_t items, Add add) {
    std::vector<std::unique_ptr<Summary>> parts;
    for (std::uint32_t i = 0; i < 1 + random.below(4); ++i)
        parts.push_back(std::make_unique<Summary>(heap()));
    std::vector<std::size_t> order(items);
    std::iota(order.begin(), order.end(), 0u);
    shuffle(order, random);
    for (std::size_t i : order) add(*parts[random.below(parts.size())], i);
    while (parts.size() > 1) {
        if (random.percent(50)) {
            auto again = std::make_unique<Summary>(heap());
            again->decode(bytes_of(*parts.back()));
            parts.back() = std::move(again);
        }
        const std::size_t into = random.below(parts.size() - 1);
        parts[into]->merge(*parts.back());
        parts.pop_back();
    }
    return std::move(parts.front());
}

}  // namespace journey::test
