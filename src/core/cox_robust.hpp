// The variance of Cox coefficients that does not trust the model: the sandwich of Lin &
// Wei 1989. What each row moves the coefficients by (its score residual times the
// inverse of the information; with Efron's ties as R's coxph) is summed over clusters,
// such as the rows of one customer, and squared.
#pragma once

#include <Eigen/Dense>

#include "core/risk_set.hpp"

namespace journey {

// `walk` stands at the coefficients. A row's cluster is its group; one without a label is
// alone. Memory: 3 * covariates numbers for each time with events. O(rows * covariates^2).
Eigen::MatrixXd robust_variance(const OrderedRows& rows, RiskWalk& walk, CoxTies ties,
                                const Eigen::MatrixXd& inverse_information);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
