#include "pg/memory.hpp"

namespace journey::pg {

// The server's blocks are aligned to MAXALIGN (8); what asks for more gets a
// larger block with the true start noted before it.
void* ContextMemory::do_allocate(std::size_t bytes, std::size_t alignment) {
    const std::size_t extra = alignment > MAXIMUM_ALIGNOF ? alignment + sizeof(void*) : 0;
    if (bytes > MaxAllocHugeSize - extra) throw std::bad_alloc();
    void* block = MemoryContextAllocExtended(context_, bytes + extra, MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
    if (block == nullptr) throw std::bad_alloc();
    if (extra == 0) return block;
    auto address = reinterpret_cast<std::uintptr_t>(block) + sizeof(void*);
    address = (address + alignment - 1) & ~(static_cast<std::uintptr_t>(alignment) - 1);
    auto* aligned = reinterpret_cast<void**>(address);
    aligned[-1] = block;
    return aligned;
}

void ContextMemory::do_deallocate(void* block, std::size_t, std::size_t alignment) {
    pfree(alignment > MAXIMUM_ALIGNOF ? static_cast<void**>(block)[-1] : block);
}

ContextMemory& ContextMemory::make(MemoryContext context) {
    void* place = MemoryContextAllocExtended(context, sizeof(ContextMemory), MCXT_ALLOC_NO_OOM);
    if (place == nullptr) throw std::bad_alloc();
    return *new (place) ContextMemory(context);
}

}  // namespace journey::pg
