// Fitting a BTYD model: maximum likelihood with standard errors.
#pragma once

#include "core/btyd_sample.hpp"
#include "core/jet.hpp"
#include "core/optimizer.hpp"

namespace journey {

// The log-likelihood of the rows and its derivatives by the parameters. O(rows).
Jet btyd_log_likelihood(BtydKind kind, std::span<const BtydRow> rows, const Point& at,
                        std::pmr::memory_resource& memory);

// Fits the sample, which must not be empty. 5 to 20 passes over the distinct rows.
// Deterministic: rows are ordered and times divided by their mean before.
BtydModel btyd_fit(BtydSample& sample);
// From a start of one's own, in the unit of the data.
BtydModel btyd_fit(BtydSample& sample, const Point& start);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
