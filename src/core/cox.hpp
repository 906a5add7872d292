// Cox's proportional hazards by Newton's method on the partial likelihood, with
// Efron's or Breslow's handling of ties, strata and late entry.
//
// Rules as in R's coxph (Therneau & Grambsch 2000): columns are centred and
// scaled, a step that lowers the likelihood is halved, a column that others
// determine is left out, and a coefficient that still moves when the likelihood
// stands is reported as infinite. One pass over the rows an iteration:
// O(rows * covariates^2). Test of proportional hazards: the score test of
// Grambsch & Therneau 1994 with Kaplan-Meier time, as cox.zph of survival 3.
#pragma once

#include <Eigen/Dense>

#include "core/survival_fit.hpp"
#include "core/survival_model.hpp"
#include "core/survival_rows.hpp"

namespace journey {

struct CoxTerms {
    double loglik = 0;
    Eigen::VectorXd score;
    Eigen::MatrixXd information;
};

// The log partial likelihood at `beta` with its derivatives, on the rows as they are.
CoxTerms cox_terms(const OrderedRows& rows, CoxTies ties, const Eigen::VectorXd& beta,
                   std::pmr::memory_resource& memory);

// Puts covariates at mean 0 and mean distance 1, constant ones at 0; in the order of the rows.
struct Standardised {
    Eigen::VectorXd means, scales;
};
Standardised standardise(OrderedRows& rows);

// Names of the covariates for a model: as given, or x1, x2, ...
void name_covariates(SurvivalModel& model, const SurvivalRows& given);

// Throws unless there is an event and a covariate.
void check_fit(const OrderedRows& rows);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
