// A draft of a map from events alone: which event comes early and which late.
//
// The position of an event is the mean, over the other events, of the share of
// customers with both who had it later for the first time: 0 comes before everything,
// 1 after everything. (Where two come at one time, half a customer counts for each.)
// Positions are cut into stages so that the sum of squares within stages, weighted by
// customers, is least: exact one-dimensional k-means by dynamic programming (Wang and
// Song 2011).
//
// Counts only, so mergeable and in any order. O(names of the journey squared) a
// journey; the state has 12 bytes and more for each pair of names; at the end
// O(stages × names²).
#pragma once

#include <memory_resource>
#include <vector>

#include "core/dictionary.hpp"
#include "core/journey.hpp"
#include "core/node_pairs.hpp"

namespace journey {

inline constexpr std::uint8_t discover_map_version = 1;
// The pairs of more names would not fit into memory.
inline constexpr std::uint32_t max_discovered_names = 5000;

struct DiscoveredRow {
    std::uint32_t stage = 0;  // from 0
    std::string_view event;
    std::int64_t customers = 0, events = 0;
    double reach = 0;     // share of customers who had it
    double position = 0;  // 0 early, 1 late
};

class MapDiscovery {
  public:
    explicit MapDiscovery(std::pmr::memory_resource& memory)
        : memory_(&memory),
          names_(memory),
          pairs_(memory),
          customers_(&memory),
          events_(&memory),
          firsts_(&memory) {}

    void add(const JourneyView& journey, std::uint32_t stages);
    void merge(const MapDiscovery& other);
    // From early to late.
    std::pmr::vector<DiscoveredRow> rows() const;
    std::uint32_t stages() const { return stages_; }

    std::size_t encoded_size() const;
    void encode(std::byte* to) const;
    // Throws ErrorCode::invalid_binary.
    void decode(std::span<const std::byte> bytes);

  private:
    struct Pair {
        std::uint32_t from, to;
        std::uint64_t twice;  // customers who had `from` first: 2, at one time: 1
    };
    struct First {
        std::uint32_t name;
        Time time;
    };
    void label(std::uint32_t stages);
    std::uint32_t intern(std::string_view name);
    void cut(std::pmr::vector<DiscoveredRow>& rows) const;

    std::pmr::memory_resource* memory_;
    std::uint32_t stages_ = 0;
    std::uint64_t all_ = 0;  // customers with events
    Dictionary names_;
    PairTable<Pair> pairs_;
    std::pmr::vector<std::uint64_t> customers_, events_;  // by name
    std::pmr::vector<First> firsts_;                      // scratch
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
