// Customers' RFM values gathered across a table: what fits a model, reports its
// segments, and shows movement between two moments. Mergeable, and writable as
// bytes. Keeps every value: 24 bytes a customer, 48 for movement.
//
// Bytes: u8 version, u8 flags (1 settings, 2 pairs), settings as a text; u64 count;
// each value's recency and frequency (i64) and monetary (double), after it the
// earlier value if there are pairs. A value that is absent has frequency -1.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string>
#include <vector>

#include "core/rfm.hpp"

namespace journey {

inline constexpr std::uint8_t rfm_summary_version = 1;

// How an aggregate is to score: by a method, or by a given model, with own rules or
// without.
struct RfmSettings {
    explicit RfmSettings(std::pmr::memory_resource& memory) : rules(&memory) {}
    RfmMethod method = RfmMethod::ties_share;
    int bins = 5;
    std::span<const std::byte> model;  // or empty
    std::pmr::vector<std::string_view> rules;

    // Throws for what cannot be.
    void check(std::pmr::memory_resource& memory) const;
    void encode(std::pmr::string& to) const;
    // Views into `from`.
    void decode(std::string_view from);
};

struct RfmReportRow {
    std::string_view segment;
    std::int64_t customers = 0;
    std::optional<double> share, revenue_share, avg_frequency, avg_monetary;
    double revenue = 0;
    std::optional<std::int64_t> avg_recency;  // microseconds
};

struct RfmMovementRow {
    std::optional<std::string_view> from, to;
    std::int64_t customers = 0;
    double value = 0;
};

class RfmSummary {
  public:
    explicit RfmSummary(std::pmr::memory_resource& memory)
        : settings_(&memory), values_(&memory), earlier_(&memory) {}

    // `settings` is encoded; what differs between rows is an error.
    void set(std::string_view settings);
    void add(const std::optional<RfmValue>& value);
    void add(const std::optional<RfmValue>& before, const std::optional<RfmValue>& after);
    void merge(const RfmSummary& other);

    bool empty() const { return values_.empty(); }
    void fit(RfmModel& model) const;
    // Rows name segments of `settings`, which must live as long.
    std::pmr::vector<RfmReportRow> report(std::pmr::memory_resource& memory) const;
    std::pmr::vector<RfmMovementRow> movement(std::pmr::memory_resource& memory) const;

    std::size_t encoded_size() const;
    void encode(std::byte* to) const;
    void decode(std::span<const std::byte> bytes);

  private:
    static constexpr RfmValue absent = {0, -1, 0};
    static bool present(const RfmValue& value) { return value.frequency >= 0; }
    void make_model(RfmModel& model, const std::pmr::vector<RfmValue>& values,
                    const RfmSettings& settings) const;
    std::pmr::memory_resource& memory() const { return *values_.get_allocator().resource(); }

    std::pmr::string settings_;
    std::pmr::vector<RfmValue> values_;
    std::pmr::vector<RfmValue> earlier_;  // of movement: as long as values_
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
