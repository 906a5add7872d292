// Transitions over all customers: for each pair of nodes how often, by how many
// customers, with which probability, and how long it took.
//
// TransitionSummary is the state of the aggregate: mergeable, and writable as
// bytes. Medians are exact, so the length of every transition is kept: 8 bytes
// each, and about 40 bytes a distinct pair. Bytes: u8 version, names of the
// nodes; names of the start and the end node, each after a flag whether there is
// one; then for each pair its two codes, count, customers, and the lengths
// (count, i64 each).
#pragma once

#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/dictionary.hpp"
#include "core/node_pairs.hpp"
#include "core/path.hpp"

namespace journey {

inline constexpr std::uint8_t transition_summary_version = 1;

// What the start and the end of a session are called; none: there is no such node.
struct EdgeNames {
    std::optional<std::string_view> start = "(start)", end = "(end)";
};

// Throws if the journey has an event of such a name: rows could not be told apart.
void check_edge_names(const JourneyView& journey, const EdgeNames& edges);

struct TransitionRow {
    std::string_view from, to;
    std::int64_t count = 0;
    std::int64_t customers = 0;
    double share_out = 0;  // of what leaves `from`
    double share_in = 0;   // of what comes to `to`
    struct Lengths {
        std::int64_t median = 0, p95 = 0;  // microseconds
    };
    std::optional<Lengths> took;  // none at the start and the end
};

class TransitionSummary {
  public:
    explicit TransitionSummary(std::pmr::memory_resource& memory)
        : memory_(&memory),
          names_(memory),
          codes_(&memory),
          pairs_(memory),
          took_(&memory),
          start_(memory),
          end_(memory) {}

    // One customer. All calls must give the same names.
    void add(const JourneyView& journey, const PathRules& rules, const EdgeNames& edges);
    void merge(const TransitionSummary& other);

    // The most frequent first, then in the order of the names' bytes. Reorders the
    // lengths it keeps, which changes no answer.
    std::pmr::vector<TransitionRow> rows();

    std::size_t encoded_size() const;
    void encode(std::byte* to) const;
    // Throws ErrorCode::invalid_binary.
    void decode(std::span<const std::byte> bytes);

  private:
    static constexpr std::uint32_t edge = UINT32_MAX;  // the code of start and end
    struct Pair {
        std::uint32_t from, to;
        std::uint64_t count, customers;
        std::uint64_t last_customer;  // who was counted last
    };
    struct EdgeLabel {
        explicit EdgeLabel(std::pmr::memory_resource& memory) : name(&memory) {}
        bool exists = false;
        std::pmr::string name;
    };
    void label(const EdgeNames& edges);
    std::uint32_t pair(std::uint32_t from, std::uint32_t to);

    std::pmr::memory_resource* memory_;
    Dictionary names_;
    std::pmr::vector<std::uint32_t> codes_;  // scratch: a journey's codes → codes of names_
    PairTable<Pair> pairs_;
    std::pmr::vector<std::pmr::vector<std::int64_t>> took_;  // by pair
    bool labelled_ = false;
    EdgeLabel start_, end_;
    std::uint64_t customer_ = 0;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
