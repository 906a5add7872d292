// Steps from touchpoint to touchpoint over all customers: how often, by how many, how
// fast, and how many of those who took the step moved on to a later stage.
//
// A step is a pair of visits that follow each other at different touchpoints; visits
// to one touchpoint in a row are one. It also leads from the start of a journey and
// to its end. A customer who took a step moved on if a visit to a stage later than
// the one the step starts from comes with the first such step or after it.
//
// JourneySteps is the state of the aggregate: mergeable, and writable as bytes.
// Medians are exact: 8 bytes for each step taken.
#pragma once

#include <memory_resource>
#include <optional>
#include <vector>

#include "core/local_pairs.hpp"
#include "core/node_pairs.hpp"
#include "core/pending_stages.hpp"
#include "core/stage.hpp"

namespace journey {

inline constexpr std::uint8_t journey_steps_version = 1;

struct JourneyStepRow {
    std::optional<std::uint32_t> from_stage, to_stage;  // from 0; none: start and end
    std::string_view from, to;
    std::int64_t count = 0, customers = 0;
    double share = 0;                         // of the steps from `from`
    std::optional<std::int64_t> moved_on;     // none from the start and from the last stage
    std::optional<std::int64_t> median_took;  // microseconds
};

class JourneySteps {
  public:
    explicit JourneySteps(std::pmr::memory_resource& memory)
        : memory_(&memory),
          map_bytes_(&memory),
          steps_(memory),
          took_(&memory),
          local_(memory),
          taken_(&memory),
          pending_(memory) {}

    void add(const JourneyView& journey, MapReader& reader, std::span<const std::byte> map_bytes, Time as_of);
    void merge(const JourneySteps& other);
    std::span<const std::byte> map_bytes() const { return {map_bytes_.data(), map_bytes_.size()}; }
    // By touchpoints in the order of the map, the start first; the end last.
    std::pmr::vector<JourneyStepRow> rows(const StageMap& map);

    std::size_t encoded_size() const;
    void encode(std::byte* to) const;
    // Throws ErrorCode::invalid_binary.
    void decode(std::span<const std::byte> bytes);

  private:
    // Places: the start, the touchpoints from 1 on, the end.
    struct Step {
        std::uint32_t from, to;
        std::uint64_t count, customers, moved_on;
    };
    struct Taken {
        std::uint32_t step;
        bool moved;
    };
    void label(std::span<const std::byte> map_bytes, std::size_t touchpoints, Time as_of);
    // The number of the step among all.
    std::uint32_t take(std::uint32_t from, std::uint32_t to, std::uint32_t stage, std::uint32_t to_stage);
    std::uint32_t place(std::uint32_t from, std::uint32_t to);
    std::uint32_t end() const { return touchpoints_ + 1; }

    std::pmr::memory_resource* memory_;
    bool labelled_ = false;
    Time as_of_ = 0;
    std::uint32_t touchpoints_ = 0;
    std::pmr::vector<std::byte> map_bytes_;
    PairTable<Step> steps_;
    std::pmr::vector<std::pmr::vector<std::int64_t>> took_;
    LocalPairs local_;               // scratch: the steps of one customer
    std::pmr::vector<Taken> taken_;  // by number in local_
    PendingStages pending_;          // steps after which no later stage was reached yet
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
