// Do groups differ in survival? The log-rank test and its weighted forms over any
// number of groups, within strata.
//
// At each time with d events among n at risk, a group with n_i at risk expects
// d * n_i / n; the variance is hypergeometric. Weights of a time:
//   logrank             1
//   gehan               n                        (Gehan 1965, Breslow 1970)
//   tarone_ware         sqrt(n)
//   peto                prod (1 - d / (n + 1))   (Peto & Peto 1972)
//   fleming_harrington  S^rho * (1 - S)^gamma, S: Kaplan-Meier just before
#pragma once

#include <memory_resource>
#include <vector>

#include "core/survival_rows.hpp"

namespace journey {

// Throws for an unknown weighting, or rho or gamma below 0.
void check_weighting(std::string_view word, double rho, double gamma);

struct LogRankGroup {
    std::string_view group;
    std::int64_t customers = 0, events = 0;
    double expected = 0;  // events, unweighted
    double weighted_observed = 0, weighted_expected = 0, variance = 0;
};

struct LogRank {
    explicit LogRank(std::pmr::memory_resource& memory) : groups(&memory) {}
    double statistic = 0;  // NaN if there is nothing to compare
    int df = 0;
    double p_value = 0;
    std::pmr::vector<LogRankGroup> groups;  // in the order of their labels
};

// O(n + times * groups^2).
LogRank logrank(const OrderedRows& rows, std::string_view weighting, double rho, double gamma,
                std::pmr::memory_resource& memory);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
