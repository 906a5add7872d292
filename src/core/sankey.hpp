// Step by step: what flows from each node of a step to each node of the next.
//
// A node is an event at its place on a path: '1 view', '2 cart'. So the graph has
// no cycle. A path that is over before the last step flows to the end; one that
// goes on beyond the last step is not shown there. Counted from the end of the
// paths (backward), step 1 is the last event, and paths that begin flow from the
// start.
//
// SankeySummary is the state of the aggregate: mergeable, and writable as bytes.
// Memory: about 100 bytes for each distinct link of two nodes; where small nodes
// are put together and a customer has several paths, 4 bytes for each link of such
// a customer too, since he is to count once. Bytes: u8 version, u8 backward, u32
// steps, u32 top, names; nodes (step, code), links (two nodes, value, customers,
// customers of one path), and the lists of links.
#pragma once

#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/dictionary.hpp"
#include "core/node_pairs.hpp"
#include "core/path.hpp"

namespace journey {

inline constexpr std::uint8_t sankey_summary_version = 1;
inline constexpr std::uint32_t max_sankey_steps = 1000;

struct SankeyOptions {
    std::uint32_t steps = 5;  // 2..max_sankey_steps
    std::uint32_t top = 0;    // so many nodes a step keep their name; 0: all
    bool backward = false;

    bool operator==(const SankeyOptions&) const = default;
};

// Is the direction 'backward'? Throws for an unknown word.
bool parse_backward(std::string_view word);

struct SankeyRow {
    struct Node {
        std::uint32_t step = 0;
        std::string_view name;
    };
    std::uint32_t step_no = 0;
    Node source, target;
    std::int64_t value = 0;      // paths
    std::int64_t customers = 0;  // journeys
};

class SankeySummary {
  public:
    explicit SankeySummary(std::pmr::memory_resource& memory)
        : memory_(&memory),
          names_(memory),
          nodes_(memory),
          links_(memory),
          lists_(&memory),
          codes_(&memory),
          own_(&memory) {}

    // One customer with a path for each session. Options are the same in each call.
    void add(const JourneyView& journey, const PathRules& rules, const SankeyOptions& options);
    // One customer with one path.
    void add(NameList path, const SankeyOptions& options);
    void merge(const SankeySummary& other);

    // By step, the widest first, then in the order of the names' bytes.
    std::pmr::vector<SankeyRow> rows() const;

    std::size_t encoded_size() const;
    void encode(std::byte* to) const;
    // Throws ErrorCode::invalid_binary.
    void decode(std::span<const std::byte> bytes);

  private:
    static constexpr std::uint32_t edge = UINT32_MAX;  // the code of the end (or start)
    struct Node {
        std::uint32_t from, to;  // step, code
    };
    struct Link {
        std::uint32_t from, to;  // nodes, in the direction of counting
        std::uint64_t value, customers;
        std::uint64_t alone;  // of the customers, those who are on no list
        std::uint64_t last_customer;
    };

    void set(const SankeyOptions& options);
    std::uint32_t intern(std::string_view name);
    void begin_customer();
    void follow(std::uint32_t from_node, std::uint32_t to_node);
    void end_customer(std::uint32_t paths);
    std::string_view edge_name() const { return options_.backward ? "(start)" : "(end)"; }
    // The same number for nodes that are shown as one.
    std::pmr::vector<std::uint32_t> shown_nodes() const;
    SankeyRow::Node shown(std::uint32_t node) const;

    std::pmr::memory_resource* memory_;
    bool set_ = false;
    SankeyOptions options_;
    Dictionary names_;
    PairTable<Node> nodes_;
    PairTable<Link> links_;
    // For each customer of several paths: how many links, and these; only if small
    // nodes will be put together.
    std::pmr::vector<std::uint32_t> lists_;
    std::pmr::vector<std::uint32_t> codes_, own_;  // scratch
    std::uint64_t customer_ = 0;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
