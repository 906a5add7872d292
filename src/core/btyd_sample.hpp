// What a fit needs to know of the customers: how many there are of each kind.
//
// The state of all fits. Equal rows are counted, so that data by the day or the
// week stay small however many customers there are; memory is 32 bytes for each
// distinct row (twice that while it grows). The rows are ordered before they are
// used: no sum depends on the order or on how states were merged.
//
// Bytes: u8 version, u8 model, u8 unit word, u8 zero, u32 unit count, i64
// excluded, u64 rows, then each row (3 × f64, i64).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

#include "core/btyd_model.hpp"

namespace journey {

inline constexpr std::uint8_t btyd_sample_version = 1;

// What the columns mean for a model:
//   bgnbd, mbgnbd, pareto_nbd, bgbb  frequency, recency, age
//   nbd                              frequency, 0, age
//   gamma_gamma                      frequency, mean spend, 0
//   sbg                              periods, 1 if it ended there, 0
struct BtydRow {
    double x = 0, recency = 0, age = 0;
    std::int64_t customers = 1;
};

// Throws ErrorCode::invalid_argument for what cannot be: negative, not finite,
// recency after age, purchases at no time, fractions where periods are counted.
void check_btyd_row(BtydKind kind, const BtydRow& row);

class BtydSample {
  public:
    explicit BtydSample(std::pmr::memory_resource& memory) : rows_(&memory) {}

    // All rows of a sample are of one model and one unit.
    void set(BtydKind kind, BtydUnit unit);
    // Checks the row; a gamma_gamma row without a repeat purchase or with a spend
    // that is not positive is counted as excluded.
    void add(const BtydRow& row);
    void exclude(std::int64_t customers) { excluded_ += customers; }
    void merge(const BtydSample& other);

    bool empty() const { return rows_.empty(); }
    BtydKind kind() const { return kind_; }
    BtydUnit unit() const { return unit_; }
    std::int64_t excluded() const { return excluded_; }
    // Distinct rows in order.
    std::span<const BtydRow> rows();
    std::pmr::memory_resource& memory() const { return *rows_.get_allocator().resource(); }

    std::size_t encoded_size() const { return 24 + 32 * rows_.size(); }
    void encode(std::byte* to) const;
    // Throws ErrorCode::invalid_binary.
    void decode(std::span<const std::byte> bytes);

  private:
    void compact();
    void compact_if_large() {
        if (rows_.size() >= 2 * compacted_ + 4096) compact();
    }

    std::pmr::vector<BtydRow> rows_;
    std::size_t compacted_ = 0;  // rows when they were last made distinct
    std::int64_t excluded_ = 0;
    BtydKind kind_ = BtydKind::bgnbd;
    BtydUnit unit_;
    bool set_ = false;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
