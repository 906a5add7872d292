// From a customer's purchases to what the models ask: frequency, recency, age,
// monetary, and the same of a holdout time.
//
// Purchases of one period (a day, an hour …) are one purchase. Periods are
// counted on the clock of one time zone; the first one is the customer's start
// and no repeat purchase. Purchases after `as_of` are the holdout, those after
// `holdout_until` are not looked at. Memory: 16 bytes a purchase; sums are taken
// in a fixed order.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>

#include "core/btyd_model.hpp"
#include "core/journey.hpp"
#include "core/memory.hpp"

namespace journey {

// Numbers the periods of one length: hours, days, weeks (from Monday), months, years.
class PurchasePeriods {
  public:
    // Throws unless `unit` can be counted in periods of this length: months and
    // years only in months and years.
    PurchasePeriods(BtydUnit unit, BtydUnit::Word merge);
    // `local` is microseconds since 2000-01-01 of the zone's clock.
    std::int64_t period(Time local) const;
    // From one period to another, in the unit.
    double units(std::int64_t from, std::int64_t to) const;

  private:
    BtydUnit::Word merge_;
    double per_unit_;  // periods
};

struct BtydCustomer {
    std::int64_t frequency = 0;
    double recency = 0, age = 0;
    std::optional<double> monetary;  // mean of the repeat periods' sums
    struct Holdout {
        std::int64_t frequency = 0;
        double amount = 0, length = 0;
    };
    std::optional<Holdout> holdout;
};

class Purchases {
  public:
    explicit Purchases(std::pmr::memory_resource& memory) : rows_(memory) {}

    struct Row {
        std::int64_t period;  // twice the period, plus 1 in the holdout
        double amount;        // NaN: none
    };
    void add(std::int64_t period, bool holdout, std::optional<double> amount);
    void merge(const Purchases& other) { rows_.insert(rows_.end(), other.rows_.begin(), other.rows_.end()); }
    std::size_t size() const { return rows_.size(); }
    std::span<const Row> rows() const { return {rows_.data(), rows_.size()}; }
    void assign(std::span<const Row> rows) { rows_.assign(rows.begin(), rows.end()); }

    // None if there is no purchase up to as_of. Sorts its rows, which changes no answer.
    std::optional<BtydCustomer> summary(const PurchasePeriods& periods, std::int64_t as_of,
                                        std::optional<std::int64_t> holdout_until);

  private:
    SmallVector<Row, 4> rows_;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
