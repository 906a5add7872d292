// Memory contexts as std::pmr::memory_resource.
#pragma once

#include "pg/postgres.hpp"

namespace journey::pg {

// Throws std::bad_alloc instead of raising; blocks may exceed 1 GB. What is never
// given back goes with the context.
class ContextMemory final : public std::pmr::memory_resource {
  public:
    explicit ContextMemory(MemoryContext context = CurrentMemoryContext) : context_(context) {}
    MemoryContext context() const { return context_; }

    // A resource that lives in the context itself.
    static ContextMemory& make(MemoryContext context);

  private:
    void* do_allocate(std::size_t bytes, std::size_t alignment) override;
    void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override;
    bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }

    MemoryContext context_;
};

// An object in a context; dropping the context is its destructor.
template <class T, class... Args>
T* make_in(ContextMemory& memory, Args&&... args) {
    return new (memory.allocate(sizeof(T), alignof(T))) T{std::forward<Args>(args)...};
}

}  // namespace journey::pg
