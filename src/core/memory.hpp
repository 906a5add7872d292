// Memory: everything the core allocates comes from a std::pmr::memory_resource.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <memory_resource>

namespace journey {

// A vector whose first N elements live inside it: most groups of an aggregate
// are small and need no allocation of their own.
template <class T, std::size_t N>
class SmallVector : public boost::container::small_vector<T, N, std::pmr::polymorphic_allocator<T>> {
    using Base = boost::container::small_vector<T, N, std::pmr::polymorphic_allocator<T>>;

  public:
    explicit SmallVector(std::pmr::memory_resource& memory)
        : Base(typename Base::allocator_type(std::pmr::polymorphic_allocator<T>(&memory))) {}
};

// A finished value. The caller owns `data` (size bytes, from the resource given
// to the function that made it); the first `prefix` bytes asked for are left
// free for the caller's own header.
struct Bytes {
    std::byte* data = nullptr;
    std::size_t size = 0;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
