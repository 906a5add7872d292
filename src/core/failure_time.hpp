// Distributions of the standardised log of a failure time, (log t - mu) / sigma:
// log density and log survival with their first two derivatives.
#pragma once

#include "core/survival_model.hpp"

namespace journey {

struct LogTerm {
    double value = 0, first = 0, second = 0;
};

LogTerm log_density(AftDistribution distribution, double z);
LogTerm log_survival(AftDistribution distribution, double z);
// z with P(Z <= z) = p, 0 < p < 1.
double failure_quantile(AftDistribution distribution, double p);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
