// How good predictions of survival were.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <vector>

#include "core/survival_rows.hpp"

namespace journey {

// Harrell's C. Of two customers the one with the earlier event should have the
// higher risk; pairs whose order is not known (both censored, or censored before
// the other's event) do not count. O(n log n).
struct Concordance {
    double concordance = 0;  // NaN without a pair
    std::int64_t concordant = 0, discordant = 0;
    std::int64_t tied_risk = 0;  // counts one half
    std::int64_t tied_time = 0;  // both had the event at one time: not counted
};
Concordance concordance(const OrderedRows& rows, std::pmr::memory_resource& memory);

// Mean squared error of a predicted survival at a horizon, where who was censored
// before it is made up for by the others (inverse probability of censoring,
// Graf et al. 1999): censoring's Kaplan-Meier just before each event. NaN for no rows.
double brier_score(const OrderedRows& rows, double horizon);

// Customers by predicted probability of the event, in at most `bins` groups of
// equal size (equal predictions stay together), beside 1 - Kaplan-Meier there.
struct SurvivalCalibrationRow {
    std::int64_t bin = 0, customers = 0;
    double predicted = 0;
    double observed = 0, lower = 0, upper = 0;  // NaN where the bin was not seen until the horizon
};
std::pmr::vector<SurvivalCalibrationRow> calibration(const OrderedRows& rows, double horizon,
                                                     std::int64_t bins, double level,
                                                     std::pmr::memory_resource& memory);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
