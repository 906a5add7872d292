// Accelerated failure times: log T = intercept + covariates * coefficients + scale * error,
// where the error makes T exponential, Weibull, log-normal or log-logistic
// (Kalbfleisch & Prentice 2002). Parameters as R's survreg has them.
//
// In coefficients / scale and 1 / scale the log-likelihood is concave (Burridge
// 1981), so Newton's method with halved steps finds its only maximum from
// anywhere. O(rows * covariates^2) an iteration.
#pragma once

#include <Eigen/Dense>

#include "core/survival_fit.hpp"
#include "core/survival_model.hpp"
#include "core/survival_rows.hpp"

namespace journey {

struct AftTerms {
    double loglik = 0;
    Eigen::VectorXd score;
    Eigen::MatrixXd information;
};

// At (intercept, coefficients, 1) / scale, without the term -log t of each event.
// Exponential: scale is 1 and the last parameter is left away.
AftTerms aft_terms(const OrderedRows& rows, std::span<const double> log_times, AftDistribution distribution,
                   const Eigen::VectorXd& parameters);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
