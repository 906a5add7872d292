// Names ↔ codes while journeys are built.
//
// A Dictionary is shared by all groups of an aggregate: each distinct name is
// kept once a query. LocalCodes turns the few codes one journey uses into that
// journey's own, dense codes in the order of the names' bytes.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <string_view>
#include <vector>

namespace journey {

class Dictionary {
  public:
    explicit Dictionary(std::pmr::memory_resource& memory)
        : names_(&memory), hashes_(&memory), slots_(&memory), arena_(&memory) {}

    // The name's code, added if it is new (`argument` names the SQL argument in
    // the error for a name of more than max_name_bytes). Amortised O(length).
    std::uint32_t intern(std::string_view name, const char* argument);
    std::string_view name(std::uint32_t code) const { return names_[code]; }
    std::uint32_t size() const { return static_cast<std::uint32_t>(names_.size()); }

  private:
    void grow();

    std::pmr::vector<std::string_view> names_;
    std::pmr::vector<std::uint64_t> hashes_;
    std::pmr::vector<std::uint32_t> slots_;  // code + 1, 0 = free; a power of two
    std::pmr::monotonic_buffer_resource arena_;
};

class LocalCodes {
  public:
    explicit LocalCodes(std::pmr::memory_resource& memory)
        : used_(&memory), stamp_(&memory), local_(&memory) {}

    // Starts another journey.
    void begin(const Dictionary& dictionary);
    void use(std::uint32_t code) {
        if (stamp_[code] != epoch_) {
            stamp_[code] = epoch_;
            used_.push_back(code);
        }
    }
    // Orders the names that were used; local() is valid after it.
    void order(const Dictionary& dictionary);
    std::uint32_t local(std::uint32_t code) const { return local_[code]; }
    // The dictionary's codes in the order of their names.
    const std::pmr::vector<std::uint32_t>& used() const { return used_; }

  private:
    std::pmr::vector<std::uint32_t> used_;
    std::pmr::vector<std::uint32_t> stamp_;
    std::pmr::vector<std::uint32_t> local_;
    std::uint32_t epoch_ = 0;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
