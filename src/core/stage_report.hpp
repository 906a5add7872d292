// Stages of all customers: how many are in each as of a moment (stock), who moved
// from where to where between two moments (flow), and how long they stay (time).
//
// StageReport is the state of these aggregates: mergeable, and writable as bytes.
// Quantiles are exact: 8 bytes for each length of time. Beside the stages there are
// two places: customers with events of which none is on the map, and customers
// without an event yet. Bytes: u8 version, u8 kind, u8 backward, i64 from, i64 to,
// the map; counts and lists of lengths, each list after its u64 count.
#pragma once

#include <memory_resource>
#include <optional>
#include <vector>

#include "core/stage.hpp"

namespace journey {

inline constexpr std::uint8_t stage_report_version = 1;

struct StageReportOptions {
    enum class Kind : std::uint8_t { stock, flow, time };
    Kind kind = Kind::stock;
    bool backward = true;
    Time from = 0;  // flow
    Time to = 0;    // as_of
    bool operator==(const StageReportOptions&) const = default;
};

// Stages count from 0; a row of a place that is no stage has none.
struct StockRow {
    std::optional<std::uint32_t> stage;
    std::string_view name;
    std::int64_t customers = 0;
    double share = 0;
    std::int64_t deepest = 0, ever = 0;       // it is the deepest stage of, it was ever visited by
    std::optional<std::int64_t> median, p90;  // how long they have been in it, microseconds
};
struct FlowRow {
    std::optional<std::uint32_t> from, to;
    std::string_view from_name, to_name;
    std::int64_t customers = 0;          // were there at the first moment and here at the second
    std::int64_t moves = 0, movers = 0;  // between them: moves, and customers who made one
};
struct StageTimeRow {
    std::uint32_t stage = 0;
    std::string_view name;
    std::int64_t customers = 0, stays = 0, ended = 0, still_there = 0;
    struct Lengths {
        std::int64_t average = 0, p25 = 0, median = 0, p75 = 0, p90 = 0, longest = 0;
    };
    std::optional<Lengths> took;  // of stays that ended
};

class StageReport {
  public:
    explicit StageReport(std::pmr::memory_resource& memory)
        : memory_(&memory), map_bytes_(&memory), counts_(&memory), lengths_(&memory), stays_(&memory) {}

    // One customer. All calls must give the same options and map; `map_bytes` is the
    // reader's map as bytes.
    void add(const JourneyView& journey, MapReader& reader, std::span<const std::byte> map_bytes,
             const StageReportOptions& options);
    void merge(const StageReport& other);

    std::span<const std::byte> map_bytes() const { return {map_bytes_.data(), map_bytes_.size()}; }
    const StageReportOptions& options() const { return options_; }
    // Rows by the map that was added by. Reorder lengths, which changes no answer.
    std::pmr::vector<StockRow> stock(const StageMap& map);
    std::pmr::vector<FlowRow> flow(const StageMap& map) const;
    std::pmr::vector<StageTimeRow> time(const StageMap& map);

    std::size_t encoded_size() const;
    void encode(std::byte* to) const;
    // Throws ErrorCode::invalid_binary.
    void decode(std::span<const std::byte> bytes);

  private:
    void label(std::span<const std::byte> map_bytes, std::size_t stages, const StageReportOptions& options);
    std::size_t count_size(std::size_t stages) const;
    void add_stock(const JourneyView& journey, std::size_t stages, const MapReader::Present& present);
    void add_flow(const JourneyView& journey, std::size_t stages);
    void add_time(std::size_t stages);

    std::pmr::memory_resource* memory_;
    bool labelled_ = false;
    StageReportOptions options_;
    std::pmr::vector<std::byte> map_bytes_;
    std::pmr::vector<std::uint64_t> counts_;
    std::pmr::vector<std::pmr::vector<std::int64_t>> lengths_;  // by stage
    std::pmr::vector<Stay> stays_;                              // scratch
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
