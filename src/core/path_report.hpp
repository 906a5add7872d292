// The most frequent paths of all customers, and everybody else in one row.
//
// PathSummary is the state of the aggregate: mergeable, and writable as bytes.
// Memory: 4 bytes an event and about 40 bytes for each distinct path. Bytes: u8
// version, u8 set, u32 top, names; then for each path its customers (u64), its
// length (u32) and its codes (u32 each).
#pragma once

#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

#include "core/dictionary.hpp"
#include "core/edit.hpp"

namespace journey {

inline constexpr std::uint8_t path_summary_version = 1;

struct PathRow {
    std::span<const std::uint32_t> codes;  // see PathSummary::name; empty for the rest
    bool rest = false;                     // all paths that are not among the first
    std::int64_t customers = 0;
    double share = 0;
};

class PathSummary {
  public:
    explicit PathSummary(std::pmr::memory_resource& memory)
        : memory_(&memory),
          names_(memory),
          codes_(&memory),
          paths_(&memory),
          slots_(&memory),
          own_(&memory) {}

    // One customer. `top` is the same in each call; 0: all paths are shown.
    void add(NameList path, std::uint32_t top);
    void merge(const PathSummary& other);

    // The most frequent first, then in the order of the names' bytes.
    std::pmr::vector<PathRow> rows() const;
    std::string_view name(std::uint32_t code) const { return names_.name(code); }

    std::size_t encoded_size() const;
    void encode(std::byte* to) const;
    // Throws ErrorCode::invalid_binary.
    void decode(std::span<const std::byte> bytes);

  private:
    struct Entry {
        std::uint64_t hash;
        std::uint64_t customers;
        std::uint64_t first;  // its codes are [first, first + length) of codes_
        std::uint32_t length;
    };
    void set(std::uint32_t top);
    void count(std::span<const std::uint32_t> path, std::uint64_t customers);
    void grow();
    std::span<const std::uint32_t> codes_of(const Entry& entry) const {
        return {codes_.data() + entry.first, entry.length};
    }

    std::pmr::memory_resource* memory_;
    bool set_ = false;
    std::uint32_t top_ = 0;
    Dictionary names_;
    std::pmr::vector<std::uint32_t> codes_;
    std::pmr::vector<Entry> paths_;
    std::pmr::vector<std::uint32_t> slots_;  // place + 1, 0 = free; a power of two
    std::pmr::vector<std::uint32_t> own_;    // scratch
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
